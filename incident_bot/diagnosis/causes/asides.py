"""What stands beside a cause and is none: traces that are not sent, a lone warning, the log of a pod whose status tells all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.confidence import ABOUT_TELEMETRY

if TYPE_CHECKING:
    from incident_bot.diagnosis.causes.candidates import Candidate


def _is_beside_the_point(item: Candidate) -> bool:
    return ABOUT_TELEMETRY in item.reasons


def _is_lone_warning(item: Candidate, best: Candidate) -> bool:
    """Whether a line is a warning that was said once, where another line says more surely what is wrong."""
    is_less_sure = item.confidence <= best.confidence - _LESS_SURE
    return (
        is_less_sure
        and item.finding is not None
        and item.finding.count == 1
        and grade(item.facts[0].value) <= Level.WARNING
    )


def _is_reminder(item: Candidate) -> bool:
    """Whether a line only warns of what will be dropped one day."""
    text = item.facts[0].value
    is_plain = item.finding is not None and not item.finding.is_known
    return is_plain and grade(text) <= Level.WARNING and _DEPRECATED.search(text[:600]) is not None


_DEPRECATED = re.compile(r"\bdeprecat|\bobsolete\b|\bwird abgekündigt|\bdéprécié|\bobsoleto", re.IGNORECASE)
_LIKELY = 0.6
_LESS_SURE = 0.1
_CLEAR = 0.85
_FAR_BEHIND = 0.25


def drop_consequences(pool: list[Candidate]) -> list[Candidate]:
    """The candidates without autoscalers that get no figures of pods which do not run: whatever keeps those from it is the cause."""
    others = [item for item in pool if not any(_UNREADY in fact.value for fact in item.facts)]
    return others or pool


_UNREADY = "pods might be unready"
"""So the HorizontalPodAutoscaler's controller says it."""


def drop_asides(causes: list[Candidate]) -> list[Candidate]:
    """Beside a cause that status itself names clearly, a far less sure line of the same pod's log is only what else went on."""
    best = causes[0] if causes else None
    if best is not None and not _is_beside_the_point(best):
        causes = [item for item in causes if not _is_beside_the_point(item)]
    causes = [item for item in causes if item is best or not _is_reminder(item)]
    if best is not None and best.confidence >= _LIKELY:
        causes = [item for item in causes if not _is_lone_warning(item, best)]
    if best is None or best.confidence < _CLEAR or all(fact.source == "log" for fact in best.facts):
        return causes
    return [
        item
        for item in causes
        if not item.finding or item.confidence > best.confidence - _FAR_BEHIND or item.pod not in ("", best.pod)
    ]
