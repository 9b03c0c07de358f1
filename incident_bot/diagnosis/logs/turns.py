"""Where the work of a log changes for good: a kind of line falls silent that came until then, or one begins that comes from then on.

A program that switches itself off, falls back or loses its partner often says so once, as a warning or less, and goes on
calmly with something else. What no longer comes, and what comes instead, tells that something did happen there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.logs.access_lines import read_answer
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.diagnosis.logs.statements import weigh_statement
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_ENOUGH_LINES = 60
"""A shorter log has no time before and after."""

_BEFORE_SHARE = 0.2
_SILENT_BEFORE = 0.92
_GOES_ON_SHARE = 0.95
_BEGAN_COUNT = 8
_BEGAN_DENSITY = 0.05
_SILENT_COUNT = 10
_DUE = 8.0
"""So many lines of a kind were due, before it began or after it fell silent, and did not come: chance does that to one log in 3,000 (Poisson)."""

_RARE = 3
_JUST_BEFORE_LINES = 20
_JUST_AFTER_LINES = 5
_CLIENT_ERROR = 400
_TELLS = 0.7
_TELLS_FOR_CERTAIN = 0.9
"""Where the line calls itself information."""

_ALIKE_SHARE = 0.5
_REACH = 500
_WORD = compile_later(r"[^\W\d_]{3,}")
_STARTS = compile_later(
    r"\b(?:starting|booting|started (?:in|on|at|server|version)|initiali[sz]ing|listening on|ready(?:$| to| in)|version \d[\w.]{0,20} (?:starting|up)|phase \d)",
    re.IGNORECASE,
)
"""A program that begins anew, or its next phase, says other things because it is another run."""

_OF_NO_CONSEQUENCE = compile_later(
    r"\b(?:deprecat\w*|retr(?:y|ied|ying)|debounced|cache miss|scanners?|crawlers?|bots?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The lines (numbers in the log) at which kinds of lines began for good, and after which others came no more."""

    began: tuple[int, ...]
    silent: tuple[int, ...]
    silent_words: tuple[frozenset[str], ...] = ()


@lru_cache(maxsize=64)
def find_turn(log: Log) -> Turn:
    """What changed for good in a log; nothing in a short one, and nothing in that of a run that ended."""
    if log.total_lines < _ENOUGH_LINES or log.previous:
        return Turn(began=(), silent=())
    first = [kept for kept in log.kept if kept.why != "last"]
    starts = [kept.line for kept in first if kept.count <= _RARE and _STARTS.search(kept.text[:_REACH])]

    def is_start(line: int) -> bool:
        return any(abs(start - line) <= _JUST_AFTER_LINES for start in starts)

    silent = [kept for kept in first if _falls_silent(kept, log.total_lines) and not is_start(kept.last)]
    began = [kept for kept in first if _begins_for_good(kept, log.total_lines) and not is_start(kept.line)]
    if silent or began:
        # Another thread, or another level, says the same words.
        span = _span_of_words(first)
        silent = [kept for kept in silent if span[_said_in(kept)][1] == kept.last]
        began = [kept for kept in began if span[_said_in(kept)][0] == kept.line]
    return Turn(
        began=tuple(kept.line for kept in began),
        silent=tuple(kept.last for kept in silent),
        silent_words=tuple(_words_of(kept) for kept in silent),
    )


def _span_of_words(lines: Sequence[KeptLine]) -> dict[_Said, tuple[int, int]]:
    """Where each set of words was said first and last."""
    span: dict[_Said, tuple[int, int]] = {}
    for kept in lines:
        said = _said_in(kept)
        first, last = span.get(said, (kept.line, 0))
        span[said] = min(first, kept.line), max(last, kept.line, kept.last)
    return span


_Said = tuple[frozenset[str], int]


def _said_in(kept: KeptLine) -> _Said:
    """The words of a line, and of a request how it was answered."""
    answer = read_answer(kept.text)
    return _words_of(kept), answer.status if answer else 0


def opens_turn(kept: KeptLine, log: Log) -> bool:
    """Whether a rare line stands where the work of its log changes for good: one that calls itself a warning or worse,
    or one that states for certain that something is missing or used up where work falls silent.
    """
    if kept.count > _RARE or kept.why == "last":
        return False
    turn = find_turn(log)
    if states_level(kept.text) and grade(kept.text) >= Level.WARNING:
        return _is_at(kept, (*turn.began, *turn.silent))
    return _is_at(kept, turn.silent) and weigh_statement(kept.text) >= _TELLS_FOR_CERTAIN


def _is_at(kept: KeptLine, places: Sequence[int]) -> bool:
    return any(-_JUST_BEFORE_LINES <= kept.line - line <= _JUST_AFTER_LINES for line in places)


def is_in_place_of_work(kept: KeptLine, log: Log) -> bool:
    """Whether a line that sounds like trouble, or states a refusal, comes for good from where ordinary work came no more.

    What calls itself information has to speak of that work: `payment declined` where it was `payment taken`.
    """
    turn = find_turn(log)
    if kept.line not in turn.began or not any(abs(kept.line - line) <= _JUST_BEFORE_LINES for line in turn.silent):
        return False
    if grade(kept.text) >= Level.NOTICE:
        return True
    weight = weigh_statement(kept.text)
    is_of_work = not states_level(kept.text) or any(_are_alike(_words_of(kept), words) for words in turn.silent_words)
    return weight >= (_TELLS if is_of_work else _TELLS_FOR_CERTAIN)


def _words_of(kept: KeptLine) -> frozenset[str]:
    return frozenset(_WORD.findall(read_text(kept.text[:_REACH]).lower()))


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(other) and len(one & other) >= _ALIKE_SHARE * len(other)


def _begins_for_good(kept: KeptLine, total: int) -> bool:
    if kept.count < _BEGAN_COUNT or kept.line < _BEFORE_SHARE * total or kept.last < _GOES_ON_SHARE * total:
        return False
    if kept.count * (kept.line - 1) / max(kept.last - kept.line, 1) < _DUE:
        return False
    if kept.count < _BEGAN_DENSITY * (total - kept.line + 1) or _OF_NO_CONSEQUENCE.search(kept.text[:_REACH]):
        return False
    answer = read_answer(kept.text)
    return answer is None or answer.status >= _CLIENT_ERROR


def _falls_silent(kept: KeptLine, total: int) -> bool:
    if kept.count < _SILENT_COUNT or not _BEFORE_SHARE * total <= kept.last <= _SILENT_BEFORE * total:
        return False
    is_from_start = kept.line <= _BEFORE_SHARE * kept.last + _JUST_AFTER_LINES
    return is_from_start and kept.count * (total - kept.last) / max(kept.last - kept.line, 1) >= _DUE
