"""Numbers that only ever grow, or only ever shrink, from a template's first line to its last: leaks, queues, slow deaths."""

from __future__ import annotations

import itertools
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
    rows = [_numbers(line) for line in (*template.samples, template.last_text)]
    if len({len(row) for row in rows}) != 1:
        return 1.0
    return max((_ratio(column) for column in zip(*rows, strict=True)), default=1.0)


def _numbers(line: str) -> list[float]:
    text = _CLOCK.sub(" ", cut_stamp(body(clean(line))))
    return [float(number) for number in _NUMBER.findall(text)]


def _ratio(column: tuple[float, ...]) -> float:
    """The ratio of the ends of a monotonic sequence, else 1."""
    rising = all(one <= two for one, two in itertools.pairwise(column))
    falling = all(one >= two for one, two in itertools.pairwise(column))
    if rising == falling:
        return 1.0
    low, high = sorted((column[0], column[-1]))
    ratio = (high + 1) / (low + 1)
    return ratio if ratio >= _LEAST_GROWTH else 1.0
