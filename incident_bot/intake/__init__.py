"""Whatever announces an incident -> `Incident`s: webhook bodies, GitHub events, options.

Pure: callers read the file or the request and pass the parsed JSON in. Everything in it is
untrusted: names are checked against Kubernetes' own grammar before anything asks a cluster
for them, texts are bounded and freed of control characters, unknown fields are ignored.
"""

from __future__ import annotations

from incident_bot.intake.alertmanager import IGNORED_ALERTS, read_saved_alert, read_webhook
from incident_bot.intake.github_event import read_github_event, read_incidents
from incident_bot.intake.incidents import KEY_LABELS, incident_key, incident_of
from incident_bot.intake.names import workload_of
from incident_bot.intake.severity import SEVERITIES, normalise_severity

__all__ = [
    "IGNORED_ALERTS",
    "KEY_LABELS",
    "SEVERITIES",
    "incident_key",
    "incident_of",
    "normalise_severity",
    "read_github_event",
    "read_incidents",
    "read_saved_alert",
    "read_webhook",
    "workload_of",
]
