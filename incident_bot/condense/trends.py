"""Numbers that only ever grow, or only ever shrink, from a template's first line to its last: leaks, queues, slow deaths."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from incident_bot.condense.lines import clean
from incident_bot.condense.shorten import cut_stamp
from incident_bot.condense.times import read_time
from incident_bot.condense.traces import body

if TYPE_CHECKING:
    from incident_bot.condense.templates import Template

_NUMBER = re.compile(r"\d(?<![\w.:-]\d)\d{0,14}(?:\.\d{1,6})?(?![\w:]*:)")
"""Begins with a digit, so that `re` skips ahead; the look back for what stands before it comes second."""
_CLOCK = re.compile(r"\d{2}:\d{2}:\d{2}")
_ANY_YEAR = datetime(2000, 6, 1, tzinfo=UTC)
_LEAST_SAMPLES = 5
"""Samples double in distance, so five mean sixteen lines; five numbers in order by chance are one in 120."""
_LEAST_GROWTH = 1.5
_NO_TREND = (1.0, 0.0)


def growth(template: Template) -> tuple[float, float]:
    """How many times larger (or smaller) a template's steadiest number became, and its last value; 1 without a trend."""
    if len(template.samples) < _LEAST_SAMPLES:
        return _NO_TREND
    lines = _in_order_of_time([*template.samples, template.last_text])
    before, last = _numbers(lines[0]), _numbers(lines[-1])
    if len(before) != len(last):
        return _NO_TREND
    ratios = {column: ratio for column in range(len(last)) if (ratio := _ratio(before[column], last[column])) > 1}
    rising = {column: before[column] < last[column] for column in ratios}
    for line in lines[1:-1]:
        if not ratios:
            return _NO_TREND
        row = _numbers(line)
        if len(row) != len(last):
            return _NO_TREND
        for column in list(ratios):
            if not _is_between(row[column], before[column], last[column], rising=rising[column]):
                del ratios[column]
        before = row
    return max(((ratio, last[column]) for column, ratio in ratios.items()), default=_NO_TREND)


def _in_order_of_time(lines: list[str]) -> list[str]:
    """Merged logs are seldom sorted; lines of which one has no time stay as they are."""
    times = [read_time(line, near=_ANY_YEAR) for line in lines]
    known = [at for at in times if at is not None]
    if len(known) < len(lines) or all(one <= two for one, two in pairwise(known)):
        return lines
    return [lines[place] for place in sorted(range(len(lines)), key=known.__getitem__)]


def _is_between(value: float, before: float, end: float, *, rising: bool) -> bool:
    return before <= value <= end if rising else before >= value >= end


def _numbers(line: str) -> list[float]:
    text = _CLOCK.sub(" ", cut_stamp(body(clean(line))))
    return [float(number) for number in _NUMBER.findall(text)]


def _ratio(first: float, last: float) -> float:
    """The ratio of both ends where it is large enough to be a trend, else 1."""
    low, high = sorted((first, last))
    ratio = (high + 1) / (low + 1)
    return ratio if ratio >= _LEAST_GROWTH else 1.0
