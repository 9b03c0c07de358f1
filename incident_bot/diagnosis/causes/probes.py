"""Probes that fail because of something that the program's own log or end tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.candidates import restarts_of
from incident_bot.model import Category

if TYPE_CHECKING:
    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Scene

_NAMES_A_CAUSE = 3
"""The specificity of a rule that does."""

_KILLED = re.compile(r"failed (?:liveness|startup) probe", re.IGNORECASE)


def is_probe_symptom(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """A probe that fails because the container crashed, or because its own log says why, is a symptom."""
    if symptom.category is not Category.PROBE or cause.category is Category.PROBE:
        return False
    said = [fact for fact in cause.facts if fact.source == "log"]
    is_certain = cause.specificity == _NAMES_A_CAUSE or any(_is_at_the_end(fact, scene) for fact in said)
    loud_enough = Level.WARNING if is_certain else Level.ERROR
    says_why = cause.specificity >= 2 and any(grade(fact.value) >= loud_enough for fact in said)
    if any(event.reason == "Killing" and _KILLED.search(event.message) for event, _ in scene.events):
        return says_why
    crashed = any(fact.source in ("container", "exit_code") for fact in cause.facts) or restarts_of(cause, scene) > 0
    return says_why or (crashed and cause.specificity >= 2)


_LAST_LINES = 10
_AGAIN = 2


def _is_at_the_end(fact: Fact, scene: Scene) -> bool:
    """Whether what is said again and again is among the last of a run that ended: what it waited for when it was killed."""
    if fact.citation is None or fact.count < _AGAIN:
        return False
    log = next((item for item in scene.logs if item.evidence_id == fact.citation.evidence_id), None)
    return log is not None and log.previous and log.total_lines - fact.citation.line < _LAST_LINES
