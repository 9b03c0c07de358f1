"""Warnings that begin in the middle of a log and go on to its end: what is told where no line calls itself an error.

Programs report as warnings, or as information, that a partner refuses their messages or that a pool is all in use, and
go on. One such line is a slip. The same line again and again, in a log that did without it before, is a failure that
nobody has filed as one.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.logs.access_lines import read_answer
from incident_bot.diagnosis.logs.announced import is_no_report
from incident_bot.diagnosis.logs.findings import Draft
from incident_bot.diagnosis.logs.loud_lines import write_unmarked
from incident_bot.diagnosis.logs.statements import weigh_statement
from incident_bot.diagnosis.logs.turns import is_in_place_of_work, opens_turn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_ENOUGH_LINES = 60
"""A shorter log has no time before."""

_COUNT = 10
_BEFORE_SHARE = 0.25
_END_SHARE = 0.95
_DENSITY = 0.05
"""Of the lines since the first of them, so that what is said now and then stays out."""

_DENSITY_OF_WARNINGS = 0.1
"""Of warnings that make no statement of a known kind."""

TAKES_NO_MORE = frozenset({400, 411, 413, 414, 415, 422, 426, 431})
"""Answers of a server that takes no longer what its callers always sent: too large, of another form or type (RFC 9110)."""

_WEIGHT = 0.4
_WEIGHT_BESIDE = 0.25
"""Beside a line that says what is wrong, or is an error: enough for a verdict, and never before that line."""

_TELLS = 0.9


def draft_onsets(log: Log, told: Collection[int], subject: str, *, worst: int) -> Iterator[Draft]:
    """Drafts of lines that began late, go on to the end, and are neither errors nor among those `told` already; `worst` is the log's highest level."""
    if log.total_lines < _ENOUGH_LINES:
        return
    for index, kept in enumerate(log.kept):
        if index not in told and grade(kept.text) < Level.WARNING and opens_turn(kept, log):
            yield Draft(
                most=_WEIGHT,
                index=index,
                write=partial(write_unmarked, log, index, subject, hint=_HINT, weight=_WEIGHT),
            )
        if kept.count < _COUNT or index in told or not _begins_late(kept, log):
            continue
        if _counts(kept, log) or is_in_place_of_work(kept, log):
            weight = _WEIGHT_BESIDE if told or worst >= Level.ERROR else _WEIGHT
            yield Draft(
                most=weight, index=index, write=partial(write_unmarked, log, index, subject, hint=_HINT, weight=weight)
            )


def is_onset(kept: KeptLine, log: Log) -> bool:
    """Whether a line of any kind began late, is said often since, and goes on to the log's end."""
    is_long = log.total_lines >= _ENOUGH_LINES and kept.count >= _COUNT
    return (
        is_long and _begins_late(kept, log) and kept.count / (log.total_lines - kept.line + 1) >= _DENSITY_OF_WARNINGS
    )


def _begins_late(kept: KeptLine, log: Log) -> bool:
    total = log.total_lines
    return kept.why != "last" and kept.line >= _BEFORE_SHARE * total and kept.last >= _END_SHARE * total


def _counts(kept: KeptLine, log: Log) -> bool:
    density = kept.count / (log.total_lines - kept.line + 1)
    answer = read_answer(kept.text)
    if answer is not None:
        return answer.status in TAKES_NO_MORE and density >= _DENSITY_OF_WARNINGS
    if density < _DENSITY or is_no_report(kept.text):
        return False
    if _OF_NO_CONSEQUENCE.search(kept.text[:_REACH]):
        return False
    level = grade(kept.text)
    if level >= Level.ERROR:
        return False
    is_warning = level >= Level.WARNING and states_level(kept.text)
    return (is_warning and density >= _DENSITY_OF_WARNINGS) or weigh_statement(kept.text) >= _TELLS


_REACH = 500
_OF_NO_CONSEQUENCE = re.compile(
    r"\bdeprecat|\bretr(?:y|ied|ying)\b|\bok\"?[=:]\s?\"?true\b|\b(?:recovered|succeeded|bots?|scanners?|crawlers?|blocked|banned|debounced|cache miss)\b"
    r"|\b(?:invalid|wrong|unknown) (?:user|password|login|locale|user agent)\b|\bclient \w{0,20} ?(?:closed|gone|disconnected|hung up|left)\b",
    re.IGNORECASE,
)
"""Reminders, second tries, and what callers do: they come with the hour and with releases."""
_HINT = "It did not say so in the first part of its log: see what changed just before."
