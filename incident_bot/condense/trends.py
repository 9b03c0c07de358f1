"""Numbers that only ever grow, or only ever shrink, from a template's first line to its last: leaks, queues, slow deaths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.lines import clean
from incident_bot.condense.shorten import cut_stamp
from incident_bot.condense.traces import body

if TYPE_CHECKING:
    from incident_bot.condense.templates import Template

_NUMBER = re.compile(r"(?<![\w.:-])\d{1,15}(?:\.\d{1,6})?(?![\w:]*:)")
_CLOCK = re.compile(r"\u2026?\d{2}:\d{2}:\d{2}\u2026?")
_LEAST_SAMPLES = 5
"""Samples double in distance, so five mean sixteen lines; five numbers in order by chance are one in 120."""
_LEAST_GROWTH = 1.5


def growth(template: Template) -> float:
    """How many times larger (or smaller) a template's steadiest number became; 1 without a trend."""
    if len(template.samples) < _LEAST_SAMPLES:
        return 1.0
    before, last = _numbers(template.samples[0]), _numbers(template.last_text)
    if len(before) != len(last):
        return 1.0
    ratios = {column: ratio for column in range(len(last)) if (ratio := _ratio(before[column], last[column])) > 1}
    rising = {column: before[column] < last[column] for column in ratios}
    for line in template.samples[1:]:
        if not ratios:
            return 1.0
        row = _numbers(line)
        if len(row) != len(last):
            return 1.0
        for column in list(ratios):
            if not _is_between(row[column], before[column], last[column], rising=rising[column]):
                del ratios[column]
        before = row
    return max(ratios.values(), default=1.0)


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
