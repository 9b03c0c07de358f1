"""The alerts of an incident through the gate: labels and annotations, each judged beside its name.

The target stays as it is: intake lets only names that Kubernetes allows become one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incident_bot.model import Alert, Incident
    from incident_bot.redaction.redactor import Redactor


def redact_incident(incident: Incident, redactor: Redactor) -> Incident:
    """The incident with safe alerts and without its gaps, which belong into the case."""
    if _is_clean(incident, redactor):
        return replace(incident, gaps=()) if incident.gaps else incident
    return replace(
        incident,
        alert=_redact_alert(incident.alert, redactor),
        also=tuple(_redact_alert(alert, redactor) for alert in incident.also),
        gaps=(),
    )


def _is_clean(incident: Incident, redactor: Redactor) -> bool:
    """Whether nothing in its alerts would be replaced: one look at all of them, which is the usual case."""
    pairs: dict[str, None] = {}
    for alert in (incident.alert, *incident.also):
        for name, value in (*alert.labels.items(), *alert.annotations.items()):
            pairs[f"{name}={value}"] = None
        pairs[alert.generator_url] = pairs[alert.summary] = None
    text = "\n".join(pairs)
    return redactor.redact(text) == text


def _redact_alert(alert: Alert, redactor: Redactor) -> Alert:
    def clean(mapping: Mapping[str, str]) -> dict[str, str]:
        return {key: _redact_pair(key, value, redactor) for key, value in mapping.items()}

    return replace(
        alert,
        labels=clean(alert.labels),
        annotations=clean(alert.annotations),
        summary=redactor.redact(alert.summary),
        generator_url=redactor.redact(alert.generator_url),
    )


def _redact_pair(key: str, value: str, redactor: Redactor) -> str:
    """A value is judged beside its key: `password=x` is a secret where `x` alone may not look like one."""
    prefix = f"{key}="
    redacted = redactor.redact(prefix + value)
    return redacted[len(prefix) :] if redacted.startswith(prefix) else redactor.redact(value)
