"""What an alert, or a log that fails so often that one would have come, asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.logs.access_lines import fails_often
from incident_bot.diagnosis.targets import Relation
from incident_bot.model import AlertStatus

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Scene

_PERFORMANCE_ALERT = (
    "latency",
    "error",
    "5xx",
    "4xx",
    "slow",
    "timeout",
    "rate",
    "throughput",
    "availability",
    "slo",
    "burn",
    "failing",
    "queue",
    "lag",
)


def is_about_performance(scene: Scene) -> bool:
    """Whether what a running program does is asked about (errors, latency), which only its log can tell: by the alert, or
    by every twentieth request of a log that failed.
    """
    name = scene.case.incident.alert.name.lower()
    return any(word in name for word in _PERFORMANCE_ALERT) or any(
        log.relation is not Relation.NEIGHBOUR and fails_often(log.kept) for log in scene.logs
    )


_END_ALERT = ("restart", "oom", "crash", "killed", "evict")


def says_ended(scene: Scene) -> bool:
    """Whether the alert is about containers that end, so that a calm log cannot show that all is well."""
    alert = scene.case.incident.alert
    return alert.status is AlertStatus.FIRING and any(word in alert.name.lower() for word in _END_ALERT)
