"""Nouns through the gate: every text in them; labels and annotations of alerts, each judged beside its name.

An incident's target stays as it is: intake lets only names that Kubernetes allows become one.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar, cast

from incident_bot.model import Incident

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incident_bot.model import Alert
    from incident_bot.redaction.redactor import Redactor

Noun = TypeVar("Noun")


def redact_incident(incident: Incident, redactor: Redactor) -> Incident:
    """The incident with safe alerts and without its gaps, which belong into the case."""
    pairs = pairs_of(incident)
    if redactor.redact(pairs) == pairs:  # one look at all of them, which is the usual case
        return replace(incident, gaps=()) if incident.gaps else incident
    return replace(
        incident,
        alert=_redact_alert(incident.alert, redactor),
        also=tuple(_redact_alert(alert, redactor) for alert in incident.also),
        gaps=(),
    )


def pairs_of(incident: Incident) -> str:
    """Everything in its alerts that a redactor may change, a line each: values beside their names."""
    pairs: dict[str, None] = {}
    for alert in (incident.alert, *incident.also):
        for name, value in (*alert.labels.items(), *alert.annotations.items()):
            pairs[f"{name}={value}"] = None
        pairs[alert.generator_url] = pairs[alert.summary] = None
    return "\n".join(pairs)


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


def redact_noun(value: Noun, redactor: Redactor) -> Noun:
    """A noun with every text in it redacted: what a model says, or a file of another step, is outside text, too."""
    if isinstance(value, Incident):
        value = cast("Noun", redact_incident(value, redactor))
    if isinstance(value, str):
        return value if isinstance(value, StrEnum) else cast("Noun", redactor.redact(value))
    if isinstance(value, tuple):
        return cast("Noun", tuple(redact_noun(item, redactor) for item in value))
    if is_dataclass(value) and not isinstance(value, type):
        changed = {part.name: redact_noun(getattr(value, part.name), redactor) for part in fields(value)}
        return replace(value, **changed)
    return value
