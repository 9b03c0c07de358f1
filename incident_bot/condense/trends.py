"""Numbers that only ever grow, or only ever shrink, from a template's first line to its last: leaks, queues, slow deaths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from incident_bot.condense.lines import clean
from incident_bot.condense.shorten import cut_stamp
from incident_bot.condense.times import in_order_of_time
from incident_bot.condense.traces import body

if TYPE_CHECKING:
    from incident_bot.condense.templates import Template

_NUMBER = re.compile(r"\d(?<![\w.:-]\d)\d{0,14}(?:\.\d{1,6})?(?![\w:]*:)")
"""Begins with a digit, so that `re` skips ahead; the look back for what stands before it comes second."""
_LEAST_SAMPLES = 5
"""Samples double in distance, so five mean sixteen lines; five numbers in order by chance are one in 120."""
_LEAST_GROWTH = 1.5
_NO_TREND = (1.0, 0.0)


def growth(template: Template) -> tuple[float, float]:
    """How many times larger (or smaller) a template's steadiest number became, and its last value; 1 without a trend."""
    if len(template.samples) < _LEAST_SAMPLES:
        return _NO_TREND
    lines = [clean(line) for line in in_order_of_time([*template.samples, template.last_text])]
    # Dates only add numbers: where none grows with them, none does without, and most templates end here.
    if _steadiest(lines) == _NO_TREND:
        return _NO_TREND
    return _steadiest([cut_stamp(body(line)) for line in lines])


def _steadiest(lines: Sequence[str]) -> tuple[float, float]:
    """The largest ratio of both ends of a column that only grows or only shrinks, and its last value."""
    before, last = _NUMBER.findall(lines[0]), _NUMBER.findall(lines[-1])
    if len(before) != len(last):
        return _NO_TREND
    ends = {
        column: (float(first), float(end))
        for column, (first, end) in enumerate(zip(before, last, strict=True))
        if first != end
    }
    ratios = {column: ratio for column, (first, end) in ends.items() if (ratio := _ratio(first, end)) > 1}
    for line in lines[1:-1]:
        if not ratios:
            return _NO_TREND
        row = _NUMBER.findall(line)
        if len(row) != len(last):
            return _NO_TREND
        for column in list(ratios):
            value, (at, end) = float(row[column]), ends[column]
            if min(at, end) <= value <= max(at, end):
                ends[column] = (value, end)
            else:
                del ratios[column]
    return max(((ratio, ends[column][1]) for column, ratio in ratios.items()), default=_NO_TREND)


def _ratio(first: float, last: float) -> float:
    """The ratio of both ends where it is large enough to be a trend, else 1."""
    low, high = sorted((first, last))
    ratio = (high + 1) / (low + 1)
    return ratio if ratio >= _LEAST_GROWTH else 1.0
