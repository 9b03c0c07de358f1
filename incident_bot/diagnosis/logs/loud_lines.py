"""Loud lines of no known kind: what is told where no reader knows what a program complains about."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.logs.access_lines import (
    SERVER_ERROR,
    TURNED_AWAY,
    count_answers,
    is_lost,
    is_turned_away,
    read_answer,
)
from incident_bot.diagnosis.logs.background import is_everywhere
from incident_bot.diagnosis.logs.findings import Draft, Finding
from incident_bot.diagnosis.logs.messages import tell_line
from incident_bot.diagnosis.logs.titles import skip_heading, text_at
from incident_bot.diagnosis.logs.turns import opens_turn
from incident_bot.model import Category
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from incident_bot.diagnosis.scene import Log

_UNKNOWN_WEIGHT = 0.4
"""A line that is only loud never outranks one as loud that says what is wrong."""

_BESIDE_WEIGHT = 0.2
"""A loud line beside one that says what is wrong."""

_LASTING_COUNT = 3
_LAST_LINES = 5


_ENDS = compile_later(
    r"\b(?:abort\w*|exit\w*|terminat\w*|stopp\w*|shut\w*|quit\w*|crash\w*|g[ai]v\w+ up|startup failed|(?:run|job|task|import) failed)\b",
    re.IGNORECASE,
)
"""Words that say that a program ended; why stands in a line before."""


def draft_loud(
    log: Log,
    lines: Sequence[tuple[int, int]],
    told: Mapping[int, int],
    weigh: Callable[[int, int], float],
    subject: str,
) -> Iterator[Draft]:
    """Drafts of lines that no complaint knows.

    `lines` are the bad lines with their levels, `told` those that say what is wrong. Beside these only what is
    louder than all of them, what is said again and again, and what opens a turn of the work counts.
    """
    worst = max((level for _, level in lines), default=Level.QUIET)
    loudest = max(told.values(), default=0)
    turning = {index for index, _ in lines if opens_turn(log.kept[index], log)}
    loud = [
        (index, level)
        for index, level in lines
        if index not in told and (level >= min(worst, Level.ERROR) or index in turning)
    ]
    for index, level in loud:
        is_louder = level > loudest and (loudest < Level.ERROR or not _only_ends(log.kept[index].text[:400]))
        is_louder = is_louder or index in turning
        if not (is_louder or log.kept[index].count >= _LASTING_COUNT) or _announces_next(index, level, log):
            continue
        weight = min(_UNKNOWN_WEIGHT if is_louder else _BESIDE_WEIGHT, weigh(index, level) - 0.05)
        yield Draft(most=weight, index=index, write=partial(_write, log, index, level, weight, subject))


def _only_ends(text: str) -> bool:
    """Whether a line says that a program ended, and not why before that: `rules.yaml:88: duplicate key, exiting` does."""
    match = _ENDS.search(text)
    return match is not None and len(text[: match.start()].rstrip(" ,;-").rpartition(": ")[2]) < _REASON_CHARS


_REASON_CHARS = 16


_BARE = compile_later(
    r"\b(?:(?:can(?:[\u2019']t|not)|could not|unable to|failed to|failure to) (?:start|boot|launch|initiali[sz]e|run)|(?:start-?up|boot|initiali[sz]ation) failed)\b[^:=]{0,60}$",
    re.IGNORECASE,
)
_NEXT_LINES = 2


def _announces_next(index: int, level: int, log: Log) -> bool:
    """Whether a line says only that a start failed, and one as loud just below it says why."""
    if not _BARE.search(log.kept[index].text[:600].rstrip(" .!")):
        return False
    near = (
        kept
        for kept in log.kept[index + 1 : index + 1 + _NEXT_LINES]
        if kept.line - log.kept[index].line <= _NEXT_LINES
    )
    return any(grade(kept.text) >= level for kept in near)


def _write(log: Log, index: int, level: int, weight: float, subject: str) -> Finding:
    answer = read_answer(log.kept[index].text)
    is_failed = answer is not None and answer.status >= SERVER_ERROR
    place = skip_heading(log, index)
    return Finding(
        kind="server-errors" if is_failed else "error-line",
        category=Category.APPLICATION,
        title=_title_of(log, index, subject),
        hint="Read the lines before it.",
        index=place,
        offset=log.offsets[place],
        weight=weight,
        count=log.kept[index].count,
        is_lasting=_lasts(log, index, level),
    )


def _title_of(log: Log, index: int, subject: str) -> str:
    """What an answered request means, where it failed or is not found any more; else the line's own words."""
    answer = read_answer(log.kept[index].text)
    if answer and answer.status >= SERVER_ERROR:
        bad, total = count_answers(log.kept)
        return (
            f"{subject} answers {answer.method} {answer.path} with {answer.status} ({bad} of {total} requests failed)"
        )
    if answer and answer.status in TURNED_AWAY and is_turned_away(log.kept):
        return f"{subject} answers {answer.method} {answer.path} with {answer.status}, and lets nobody in any more"
    if answer and is_lost(answer, log.kept):
        return f"{subject} answers {answer.method} {answer.path} with {answer.status}, and served it before"
    return tell_line(subject, text_at(log, index))


_OFF_THE_USUAL = compile_later(
    r"\d(?:\.\d+)?\s?%?\s?[(\[,;]\s?(?:usual(?:ly)?|normal(?:ly)?|typical(?:ly)?|baseline|average|avg|median|target|slo|floor|ceiling|expected|last week|yesterday)\b\W{0,3}(?:is |was |at |of )?[<>]?=?\s?\d",
    re.IGNORECASE,
)
"""A figure beside what it usually is: who logs that as an error has measured for a while."""


_OFTEN = 5
_FAILS = compile_later(
    r"\b(?:fail(?:ed|s|ure)?|insufficient|exceed(?:ed|s)|too (?:large|big|many|long)|dropp(?:ed|ing)|discard(?:ed|ing)|cannot|could not|unable to)\b",
    re.IGNORECASE,
)
"""What a warning says of work that was not done, where others say only that something is unusual."""


def _lasts(log: Log, index: int, level: int) -> bool:
    """Whether a line that no complaint knows is more than a slip: fatal, said again and again, or the end of the log.

    A warning is one where it is said again and again that something is not done.
    """
    kept = log.kept[index]
    if opens_turn(kept, log):
        return True
    if level < Level.ERROR:
        is_often = level >= Level.WARNING and kept.count >= _OFTEN and not is_everywhere(kept, log)
        return is_often and _FAILS.search(kept.text[:600]) is not None
    if _OFF_THE_USUAL.search(kept.text[:600]):
        return True
    is_last = log.total_lines - max(kept.line, kept.last) < _LAST_LINES
    return level >= Level.FATAL or kept.count >= _LASTING_COUNT or is_last


def write_unmarked(log: Log, index: int, subject: str, *, hint: str, weight: float) -> Finding:
    """The finding about a line that calls itself no error and is one by where it stands; `hint` says why."""
    return Finding(
        kind="error-line",
        category=Category.APPLICATION,
        title=_title_of(log, index, subject),
        hint=hint,
        index=index,
        offset=log.offsets[index],
        weight=weight,
        count=log.kept[index].count,
        is_lasting=True,
    )
