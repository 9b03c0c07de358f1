"""Which lines of a log begin a record, and which are further lines of one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_NEW_RECORD = re.compile(
    r"\s{0,4}(?:\[?\d{4}[-/.]\d\d[-/.]\d\d[T ]|\[?\d\d:\d\d:\d\d|[IWEF]\d{4}(?:\d\d)? \d\d:|\{\"|time=|ts=|level=|<\d|\S{1,60} \S{1,40} \S{1,60} \[\d\d/[A-Z]|[IWEFD], \[|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{1,8}:\d{8}:\d{6}\.\d{3} )"
)


def is_same_template(one: KeptLine, other: KeptLine) -> bool:
    """Whether two kept lines are the first and the last of one template."""
    return one is other or (one.count > 1 and (one.count, one.last) == (other.count, other.last))


def is_dated(log: Log) -> bool:
    """Whether records of a log begin with a time or a level, so that its other lines are further lines of a record."""
    return any(begins_record(kept.text) for kept in log.kept[:_FIRST_LINES])


_FIRST_LINES = 5


def begins_record(text: str) -> bool:
    """Whether a line is the first of a record, by the time or the level before its message."""
    return bool(_NEW_RECORD.match(text)) or (
        states_level(text) and grade(text) != Level.QUIET and text[:1] not in " \t"
    )


_BANNER_LINES = 20
"""Banners stand before the first record: that of Spring Boot has eight lines, that of Vault's agent as many."""


@lru_cache(maxsize=32)
def count_records(log: Log) -> float:
    """About how many records a log has: what a trouble says in ten lines, it says once."""
    if not any(begins_record(kept.text) for kept in log.kept[:_BANNER_LINES]):
        return log.total_lines
    counts = [(kept.count, begins_record(kept.text)) for kept in log.kept if kept.why != "last"]
    first_lines = sum(count for count, is_first in counts if is_first)
    return log.total_lines * first_lines / max(sum(count for count, _ in counts), 1)


_FRAME = re.compile(r"\s+at \S|\s+\.\.\. \d+ |\s*Caused by: |\s*---> ")
_MESSAGE_LINES = 10


def find_message_below(log: Log, index: int) -> tuple[int, ...]:
    """The further lines of an exception's message: what stands between its first line and its first frame, or its cause."""
    end = min(index + 2 + _MESSAGE_LINES, len(log.kept))
    for place in range(index + 1, end):
        text = log.kept[place].text
        if _FRAME.match(text):
            return tuple(item for item in range(index + 1, place) if any(map(str.isalpha, log.kept[item].text)))
        if begins_record(text) or log.kept[place].line - log.kept[place - 1].line > 1:
            break
    return ()
