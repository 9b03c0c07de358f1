"""How what a log complains about ended, by what the same log says later: retried with success, over, or open."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene


class Outcome(StrEnum):
    """What became of a complaint."""

    OPEN = "open"
    RETRIED = "retried"
    OVERCOME = "overcome"


_RETRY = re.compile(r"\b(?:re-?try(?:ing)?|re-?tries|will try again|attempt \d+(?:/| of )\d+)\b", re.IGNORECASE)
_SUCCESS = re.compile(
    r"\b(?:succeeded|success(?:ful(?:ly)?)?|completed|processed|delivered|committed|connected|ready)\b", re.IGNORECASE
)
_OVER = re.compile(
    r"\b(?:re-?connected|re-?established|recovered|resumed|restored|(?:is |are )?(?:healthy|up|available|reachable|writable) again"
    r"|back (?:online|up|to normal)|succeeded after|(?:alarm|block|incident) cleared|circuit ?breaker (?:is )?(?:now )?closed)\b",
    re.IGNORECASE,
)
_LOOK_AHEAD_LINES = 2_000


def read_outcome(facts: Sequence[Fact], scene: Scene) -> Outcome:
    """The best outcome that holds for every log the facts stand in; a log of an ended run is always open."""
    outcomes = {_outcome_in(log, fact) for fact in facts if fact.source == "log" for log in _log_of(fact, scene)}
    if not outcomes or Outcome.OPEN in outcomes:
        return Outcome.OPEN
    return Outcome.OVERCOME if Outcome.OVERCOME in outcomes else Outcome.RETRIED


def _log_of(fact: Fact, scene: Scene) -> Iterator[Log]:
    for log in scene.logs:
        if fact.citation and log.evidence_id == fact.citation.evidence_id:
            yield log


def _outcome_in(log: Log, fact: Fact) -> Outcome:
    start = next((place for place, kept in enumerate(log.kept) if kept.line == int(fact.field)), None)
    if log.previous or start is None:
        return Outcome.OPEN
    shape = shape_of(log.kept[start].text)
    same = [place for place, kept in enumerate(log.kept) if place >= start and shape_of(kept.text) == shape]
    later = [kept.text for kept in log.kept[same[-1] + 1 : same[-1] + 1 + _LOOK_AHEAD_LINES]]
    if not later or any(grade(text) >= Level.ERROR for text in later):
        return Outcome.OPEN
    calm = [text for text in later if grade(text) < Level.WARNING]
    if any(_OVER.search(text[:600]) for text in calm):
        return Outcome.OVERCOME if grade(fact.value) >= Level.ERROR else Outcome.RETRIED
    is_retry = grade(fact.value) <= Level.WARNING and _RETRY.search(fact.value[:1000])
    return Outcome.RETRIED if is_retry and any(_SUCCESS.search(text[:600]) for text in calm) else Outcome.OPEN


_VARIABLE = re.compile(r"[0-9a-f]{8,}|\d+", re.IGNORECASE)


def shape_of(line: str) -> str:
    """A line without its numbers and hashes."""
    return _VARIABLE.sub("#", line[:300])
