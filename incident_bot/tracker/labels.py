"""Labels: how ours look, and how they live beside people's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from incident_bot.model import Category, Severity

IDENTITY_LABEL = "production-alert"
"""The label by which issues are listed; always put back when somebody removes it."""
RESOLVED_LABEL = "resolved"

_CAUSE = "cause/"
_SEVERITIES = frozenset(severity.value for severity in Severity)


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """Colour (six hex digits) and description (at most 100 characters, no emoji) of a label."""

    color: str
    description: str


LABEL_STYLES: dict[str, LabelStyle] = {
    IDENTITY_LABEL: LabelStyle("B60205", "An alert fired in production; incident-bot keeps this issue up to date"),
    "ai-analysis": LabelStyle("5319E7", "The analysis was written by rules and a language model; check before acting"),
    RESOLVED_LABEL: LabelStyle("0E8A16", "The alert stopped firing"),
    "critical": LabelStyle("D93F0B", "Severity of the alert: somebody is or will be hurt"),
    "warning": LabelStyle("FBCA04", "Severity of the alert: look during working hours"),
    "info": LabelStyle("C5DEF5", "Severity of the alert: for information"),
    **{
        f"{_CAUSE}{category.value}": LabelStyle("BFD4F2", f"Most likely cause: {category.value}")
        for category in Category
    },
}

_PLAIN = LabelStyle("EDEDED", "Added by incident-bot's configuration")


def style_of(name: str) -> LabelStyle:
    """How a missing label is created."""
    return LABEL_STYLES.get(name, _PLAIN)


def merge_labels(current: Collection[str], before: Collection[str], wanted: Collection[str]) -> tuple[str, ...]:
    """Labels after an update that respects what people did since the last one.

    `before` are the labels that we set then, `wanted` the ones we would set now. What people
    added stays; what they removed stays away; a `cause/...` or severity that they chose
    themselves keeps ours out. Only the identity label always returns.
    """
    kept = [name for name in current if name not in before or name in wanted]
    by_people = {_family(name) for name in current if name not in before}
    added = [
        name
        for name in wanted
        if name not in current and name not in before and (not _family(name) or _family(name) not in by_people)
    ]
    identity = () if IDENTITY_LABEL in kept or IDENTITY_LABEL in added else (IDENTITY_LABEL,)
    return (*kept, *added, *identity)


def _family(name: str) -> str:
    """Labels of which an issue has one at most: the cause, the severity."""
    if name.startswith(_CAUSE):
        return _CAUSE
    return "severity" if name in _SEVERITIES else ""
