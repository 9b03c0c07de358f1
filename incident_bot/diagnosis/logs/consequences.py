"""Errors that speak of an earlier one: what was refused because something before it went wrong names no cause.

A database that has aborted a transaction refuses every further statement of it, a class that failed to initialise
fails anew wherever it is used, a lock stays poisoned. Such lines are many and loud; the first error was said once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.logs.background import is_background, is_routine, shape_of
from incident_bot.diagnosis.logs.records import begins_record, is_dated, is_same_template

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_OF_AN_EARLIER = re.compile(
    # PostgreSQL 25P02, SQLAlchemy, Django, Spring, Redis: the transaction is lost already.
    r"\bcurrent transaction is aborted\b|\bInFailedSqlTransaction\b|\brolled back due to a previous exception\b|\bmarked (?:as )?rollback[- ]only\b"
    r"|can't execute queries until the end of the 'atomic' block|\bEXECABORT\b|\bdiscarded because of previous errors\b"
    # The JVM, Spring's tests, Rust, Python's pools, Kafka's producer: something broke before, and stays broken.
    r"|\bCould not initialize class \w|\bfailure threshold \(\d{1,3}\) exceeded: skipping\b|\bPoisonError\b|\block (?:is |was )?poisoned\b"
    r"|\bA process in the process pool was terminated abruptly\b|\bwe are in an error state\b"
    r"|\b(?:because|due to|after|since)(?: of)? (?:an? |the |its |one )?(?:previous|earlier|prior|preceding) (?:\w+ )?(?:errors?|exceptions?|failures?|step|stage|task)\b"
    r"|\b(?:previous|earlier|prior|preceding) (?:step|stage|task|statement|command|migration|batch)s? (?:has |have |had )?(?:failed|aborted|errored)\b"
    r"|\b(?:skipped|not run|cancell?ed|aborted): (?:\w+ ){0,3}(?:dependency|step|stage|task) (?:\S+ )?failed\b",
    re.IGNORECASE,
)
"""Sources: the manuals of PostgreSQL (appendix A), SQLAlchemy, Django, Spring, Redis, the JVM, Rust, Python and Kafka."""

_REACH = 1000
_BACK_LINES = 60
"""In lines of the log: further back it is another story."""


def speaks_of_earlier(line: str) -> bool:
    """Whether an error is the consequence of another one before it."""
    return _OF_AN_EARLIER.search(line[:_REACH]) is not None


def find_first_error(log: Log, index: int) -> int | None:
    """Of a consequence at `index`: the nearest complaint before its first line that is none itself; None where there is none."""
    own = log.kept[index]
    shape = shape_of(own.text)
    began = next(
        place
        for place, kept in enumerate(log.kept)
        if kept is own or is_same_template(kept, own) or shape_of(kept.text) == shape
    )
    first = log.kept[began].line
    before = [
        place
        for place in range(began - 1, -1, -1)
        if first - log.kept[place].line <= _BACK_LINES and _may_be_first(log.kept[place], log)
    ]
    named = (place for place in before if find_complaint(log.kept[place].text[:_REACH]) is not None)
    return next(named, before[0] if before else None)


def _may_be_first(kept: KeptLine, log: Log) -> bool:
    is_record = not is_dated(log) or begins_record(kept.text)
    is_bad = is_record and kept.why != "last" and grade(kept.text) >= Level.WARNING
    return is_bad and not (speaks_of_earlier(kept.text) or is_background(kept, log) or is_routine(kept, log))
