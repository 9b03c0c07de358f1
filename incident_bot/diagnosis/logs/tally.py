"""What a run says of itself at its end: the count of what failed, written by tests, imports, replays and plays."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_REACH = 400
_WHAT = r"(?:fail(?:ed|ures?|s)?|errors?|unreachable|lost|left|aborted|rejected|unresolved|broken|remaining)"
_NONE_BAD = compile_later(
    rf"\b(?:\w+[_.-])?{_WHAT}\"?\s{{0,4}}[=:]\s{{0,4}}\"?0\b(?![.\d])|(?<![\d.,=])\b(?:0|zero) (?:\w+ )?(?:{_WHAT}|issues?|problems?|findings)\b(?!\s?[=:])"
    r"|\bno (?:failures?|errors?|issues|problems|findings)\b"
    r"|(?<![\d.,])\b[1-9]\d{0,7} (?:tests? )?pass(?:ed|ing)\b"
    r"|\b(?P<n>[1-9]\d{0,6})(?:/| of )(?P=n) (?:\w+ ){0,2}(?:pass(?:ed)?|ok|succeeded|done|applied|verified)\b"
    r"|\ball (?:[\d,]{1,9} )?(?:\w+ ){0,2}(?:pass(?:ed)?|succeeded|applied|verified)\b"
    r"|\bexit(?:ed)?(?: with)?(?:(?: return)?[ -]code|[ -]status)?[ =:]{1,2}0\b|\bmark\w* \w{2,10} as SUCCESS\b|\bBUILD SUCCESS(?:FUL)?\b|\bApply complete!|\bsuccessfully rolled out\b"
    r"|^OK \(\d{1,7} tests?|^test result: ok\.|^PASS$",
    re.IGNORECASE,
)
_SOME_BAD = compile_later(
    rf"\b(?:\w+[_.-])?{_WHAT}\"?\s{{0,4}}[=:]\s{{0,4}}\"?[1-9]\d*\b|(?<![\d.,=])\b[1-9][\d,]* (?:\w+ )?(?:{_WHAT}|failing|dropped)\b(?!\s?[=:])"
    r"|\bexit(?:ed)?(?: with)?(?:(?: return)? code| status)?[ =:]{1,2}[1-9]|\bBUILD FAIL|\bFAILED\b|\b(?:job|run|build|tests?|import|backup|restore)\s+(?:has )?(?:failed|aborted|stopped)\b"
)
_LAST_LINES = 8
_END_LINES = 40
_ONCE = 2


@lru_cache(maxsize=32)
def ends_without_failure(log: Log) -> bool:
    """Whether a log ends with its program's own count of what failed, and that is nothing.

    Only a count that stands at the end alone: a service that reports `failed=0` each minute counts anew each time.
    """
    if log.previous or not log.total_lines:
        return False
    last = [kept for kept in log.kept if max(kept.line, kept.last) > log.total_lines - _LAST_LINES]
    counts = [kept for kept in last if _is_good_count(kept.text[:_REACH]) and _is_own(kept, log)]
    if not counts or any(_is_bad_count(kept.text[:_REACH]) for kept in last):
        return False
    others = (kept for kept in last if kept not in counts)
    return all(kept.line < counts[0].line for kept in others if grade(kept.text) >= Level.ERROR)


_DONE = compile_later(
    r"\b(?:backup|restore|migration|import|export|sync|job|task|run|build|scan|snapshot|upload|download|transfer|training|evaluation)s?\b[^\n]{0,40}\b(?:completed|finished|done|succeeded|successful(?:ly)?)\b"
    r"|\b(?:completed|finished) successfully\b|\bStarted \w{1,80} in \d[\d.]{0,8} ?(?:s|seconds)\b",
    re.IGNORECASE,
)
_NOT_WHOLLY = compile_later(
    r"\b(?:not|never|partial\w*|incomplete|without|(?:with|but) (?:\w+ )?(?:errors?|failures?|problems?|issues)|fail\w*|skipped)\b",
    re.IGNORECASE,
)
_END = 2


@lru_cache(maxsize=32)
def ends_done(log: Log) -> bool:
    """Whether a log ends with its program's word that it did what it was started for, or that it is up, and no line is an error."""
    if log.previous or any(grade(kept.text) >= Level.ERROR for kept in log.kept):
        return False
    last = (kept.text[:_REACH] for kept in log.kept[-_END:])
    return any(grade(text) < Level.WARNING and _DONE.search(text) and not _NOT_WHOLLY.search(text) for text in last)


_PERCENT = r"(\d{1,3}(?:[.,]\d{1,6})?) ?(?:%|percent\b|Prozent\b)"
_TOLERANCE = compile_later(
    rf"{_PERCENT}[^%]{{0,30}}?\b(?:tolerance|tolerated|tolerable|allowed|permitted|accepted|limit|threshold|max(?:imum)?|budget|Toleranz|erlaubt|zulässig|Grenze|Schwelle|tolérance|tolerancia)\b[^%\d]{{0,20}}{_PERCENT}",
    re.IGNORECASE,
)


def _is_within_tolerance(text: str) -> bool | None:
    """Whether the share of what failed is at most the one that is tolerated; None where a line names no such two."""
    match = _TOLERANCE.search(text)
    return None if match is None else _number(match[1]) <= _number(match[2])


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _is_good_count(text: str) -> bool:
    return _NONE_BAD.search(text) is not None or _is_within_tolerance(text) is True


def _is_bad_count(text: str) -> bool:
    is_within = _is_within_tolerance(text)
    return is_within is False or (is_within is None and _SOME_BAD.search(text) is not None)


def _is_own(kept: KeptLine, log: Log) -> bool:
    """Whether a count is no complaint, and stands only at the end."""
    if states_level(kept.text) and grade(kept.text) >= Level.WARNING:
        return False
    first = min((item.line for item in log.kept if item.last == kept.last), default=kept.line)
    return kept.count <= _ONCE or first > max(log.total_lines - _END_LINES, 1)
