"""Whether a value is telling: the comparisons of the table, made with one record."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from incident_bot.outputs.figures import read_date, read_figure
from incident_bot.outputs.signs import Test, alternatives

if TYPE_CHECKING:
    from incident_bot.outputs.records import Record


def holds(test: Test, name: str, record: Record, now: datetime | None) -> bool:
    """Whether a record's value is as the test asks; `now` is what a date is compared with."""
    if test.is_any:
        values = [record.values.get(item, "") for item in alternatives(name)]
        return any(re.fullmatch(test.pattern, value) for value in values)
    value = record.get(name)
    if value is None:
        return bool(test.excluded)
    if not _is_of_form(test, value):
        return False
    if test.fewer_than and not _count(value) < _count(record.get(test.fewer_than) or ""):
        return False
    if test.is_past:
        date = read_date(value)
        return date is not None and now is not None and date < now
    return _is_within(test, value, record)


def _is_of_form(test: Test, value: str) -> bool:
    is_asked_for = not test.pattern or re.fullmatch(test.pattern, value) is not None
    return is_asked_for and not (test.excluded and re.fullmatch(test.excluded, value))


def _count(text: str) -> int:
    return len([part for part in text.split(",") if part.strip()])


def _is_within(test: Test, value: str, record: Record) -> bool:
    if test.least is None and test.most is None:
        return True
    figure = read_figure(value)
    if figure is not None and test.share_of:
        whole = read_figure(record.get(test.share_of) or "")
        figure = figure / whole if whole else None
    if figure is None:
        return False
    return (test.least is None or figure >= test.least) and (test.most is None or figure <= test.most)
