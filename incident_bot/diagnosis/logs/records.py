"""Which lines of a log begin a record, and which are further lines of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_NEW_RECORD = re.compile(
    r"\s{0,4}(?:\[?\d{4}[-/.]\d\d[-/.]\d\d[T ]|\[?\d\d:\d\d:\d\d|[IWEF]\d{4} \d\d:|\{\"|time=|ts=|level=|<\d|\S{1,60} \S{1,40} \S{1,60} \[\d\d/[A-Z]|[IWEFD], \[|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )"
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
