"""Second tries: what a log complained about and did again with success."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.logs.background import ends_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

RETRY = re.compile(r"\b(?:re-?try(?:ing)?|re-?tries|will try again|attempt \d+(?:/| of )\d+)\b", re.IGNORECASE)
"""Words that announce a second try."""

SUCCESS = compile_later(
    r"\b(?:succeeded|succes+(?:ful(?:l?y)?)?|completed|processed|delivered|committed|connected|ready)\b", re.IGNORECASE
)
"""Words that say that something worked."""

_REACH = 600
_RECORD_LINES = 20
_NEXT_ATTEMPT = re.compile(r"\battempt:?\s(?:no\.? |number |#)?(?:[2-9]|[1-9]\d)\b", re.IGNORECASE)


def is_tried_again(start: int, log: Log) -> bool:
    """Whether the whole run was begun anew after an error: `Starting attempt 2 of 4`."""
    first = log.kept[start].line
    record = (kept for kept in log.kept[: start + 1] if first - kept.line <= _RECORD_LINES)
    if not any(grade(kept.text) >= Level.ERROR for kept in record):
        return False
    later = (kept.text[:_REACH] for kept in log.kept[start + 1 :] if kept.line > log.kept[start].line)
    return any(_NEXT_ATTEMPT.search(text) and grade(text) < Level.WARNING for text in later)


_AFTER_RETRY = compile_later(
    r"\b(?:on|after|at|with|by|in) (?:the |an? )?(?:\w+ )?(?:re-?try|re-?tries|attempt|try)\b|\bre-?tr(?:y|ied)\b.{0,20}\b(?:ok|worked|succe\w+)\b"
    r"|\b(?:ok|worked|succe\w+|done|sent|stored|delivered|connected|complete\w*) after (?:\d+|two|three|four|five) (?:attempts|tries|re-?tries)\b",
    re.IGNORECASE,
)
_MADE_UP_SHARE = 0.9
_RETRIED = compile_later(r"\bretried\b(?! \d+ times| without)", re.IGNORECASE)
_IDENTIFIER = compile_later(r"(?<![\w:.-])(?=[\w-]*\d)[0-9a-f][0-9a-f-]{5,40}(?![\w:.-])", re.IGNORECASE)
_SOON_LINES = 200


def succeeds_later(start: int, log: Log, scene: Scene) -> bool:
    """Whether each try that a warning says will be made again is followed by a success of the same number or id."""
    kept, evidence = log.kept[start], scene.texts.get(log.evidence_id)
    if evidence is None or grade(kept.text) != Level.WARNING or not RETRY.search(kept.text[:_REACH]):
        return False
    ends = ends_of(kept, log)
    return all(_is_named_in_success(item, evidence.lines) for item in ends)


def _is_named_in_success(kept: KeptLine, lines: Sequence[str]) -> bool:
    names = [name for name in _IDENTIFIER.findall(kept.text[:_REACH]) if not _DATE.fullmatch(name)]
    later = (line[:_REACH] for line in lines[kept.line : kept.line + _SOON_LINES])
    return any(
        name in line and SUCCESS.search(line) and grade(line) < Level.WARNING for line in later for name in names
    )


_DATE = compile_later(r"\d{4}-\d\d-\d\d")


def is_made_up_for(start: int, log: Log) -> bool:
    """Whether a warning says that something was done again, or announces it and nearly as many lines say that it worked,
    and nothing was given up.
    """
    text = log.kept[start].text[:_REACH]
    is_retried = _RETRIED.search(text) is not None
    if grade(text) > Level.WARNING or not (is_retried or RETRY.search(text)):
        return False
    return not _has_errors(log) and (is_retried or _are_made_up_for(log))


@lru_cache(maxsize=16)
def _has_errors(log: Log) -> bool:
    return any(grade(kept.text) >= Level.ERROR for kept in log.kept)


@lru_cache(maxsize=16)
def _are_made_up_for(log: Log) -> bool:
    """Whether nearly as many lines say that a later try worked as warnings announce one."""
    first = [kept for kept in log.kept if kept.why != "last"]
    tried = sum(kept.count for kept in first if grade(kept.text) == Level.WARNING and RETRY.search(kept.text[:_REACH]))
    well = sum(
        kept.count for kept in first if grade(kept.text) < Level.WARNING and _AFTER_RETRY.search(kept.text[:_REACH])
    )
    return well >= _MADE_UP_SHARE * tried
