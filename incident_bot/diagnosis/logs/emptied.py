"""Work that goes on with nothing in it: an import that loaded thousands of rows a file loads none, and calls that no error.

An engineer who compares the counts of a log with those before sees it at once. A program that has caught up reads nothing
either, and then it asks at other intervals than it worked before: those are told apart by the times of the lines.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from incident_bot.condense.times import read_time
from incident_bot.diagnosis.logs.findings import Finding
from incident_bot.model import Category
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from incident_bot.diagnosis.scene import Log

_THINGS = r"(?:rows?|records?|messages?|events?|orders?|items?|products?|documents?|docs|users?|rates?|prices?|invoices?|payments?|entries|points|samples|tickets?|bookings?|accounts?|articles?|customers?|transactions?|objects?|files?)"
_DONE_WITH = r"(?:loaded|processed|imported|exported|sent|received|indexed|synced|stored|written|read|fetched|ingested|published|delivered|updated|upserted|inserted|copied|parsed|matched|consumed|transferred|listed|found)"
_DONE = compile_later(
    rf"(?<![\d.,:/=-])(?P<figure>\d{{1,9}}) (?:\w+ )?(?P<name>{_THINGS})(?: were| was)? {_DONE_WITH}\b"
    rf"|\b{_DONE_WITH} (?P<figure2>\d{{1,9}}) (?:\w+ )?(?P<name2>{_THINGS})\b"
    rf"|\b(?P<name3>{_THINGS})[ _]{_DONE_WITH}=(?P<figure3>\d{{1,9}})\b",
    re.IGNORECASE,
)
_LONE_ZERO = compile_later(r"(?<![\d.,:/=-])0 [A-Za-z]|=0(?!\d)")
"""What such a count begins or ends with, found in a tenth of the time."""

_MOST_LINES = 500
"""Of a longer log every second, third, ... line is read."""
_REACH = 400
_ENOUGH_FULL = 20
_ENOUGH_EMPTY = 10
_ENOUGH_FULL_ASKED = 3
_ENOUGH_EMPTY_ASKED = 2
"""A daily run is asked about after two or three days: whoever asks where something is has seen that it does not come."""
_SHARE_ASKED = 3
"""There were at most so many times as many full counts: a night without orders after a day of them is none."""
_LEAST_DONE = 10
_SAME_SHARE = 0.5
"""Where more of the counts are one number, that is the size of a page, and nothing says that a full page must follow."""
_SAME_PACE = 2.0
_WEIGHT = 0.4
"""As much as that of figures that leave their range for good."""


@dataclass(frozen=True, slots=True)
class _Count:
    line: int
    figure: int
    text: str


def find_emptied(
    log: Log, lines: Sequence[str], subject: str, *, near: datetime, is_asked: bool = False
) -> Iterator[Finding]:
    """What a log counted each time and counts as nothing to its end; `lines` are all of its lines, of about the time `near`.

    Where a note asks why nothing comes (`is_asked`), a few counts will do. Nothing for a run that ended.
    """
    if log.previous or not any(_did_nothing(kept.text) for kept in log.kept):
        return
    step = -(-len(lines) // _MOST_LINES)
    counts: dict[str, list[_Count]] = {}
    for number in range(1, len(lines) + 1, max(1, step)):
        match = _DONE.search(lines[number - 1][:_REACH])
        if match:
            counts.setdefault(_name_of(match), []).append(_Count(number, _figure_of(match), lines[number - 1]))
    for name, found in counts.items():
        full = [item for item in found if item.figure]
        empty = [item for item in found if full and item.line > full[-1].line]
        index = _last_empty(log, name, empty) if _is_emptied(found, full, empty, near, is_asked) else None
        if index is not None:
            before = median(item.figure for item in full)
            yield Finding(
                kind="emptied",
                category=Category.APPLICATION,
                title=f"{subject} goes on with nothing to do: 0 {name}s each time since line {empty[0].line}, {before:.0f} before",
                hint="No line calls that an error: see where what it reads comes from, and what changed just before.",
                index=index,
                offset=log.offsets[index],
                weight=_WEIGHT,
                count=len(empty),
                is_lasting=True,
                began=empty[0].line,
            )
            return


def _did_nothing(text: str) -> bool:
    """Whether a kept line says that nothing was done: without one there is nothing to cite, and most logs have none."""
    match = _DONE.search(text[:_REACH]) if _LONE_ZERO.search(text) else None
    return match is not None and _figure_of(match) == 0


def _name_of(match: re.Match[str]) -> str:
    return (match["name"] or match["name2"] or match["name3"]).lower().rstrip("s")


def _figure_of(match: re.Match[str]) -> int:
    return int(match["figure"] or match["figure2"] or match["figure3"])


def _is_emptied(
    found: Sequence[_Count], full: Sequence[_Count], empty: Sequence[_Count], near: datetime, is_asked: bool
) -> bool:
    """Whether nothing came after it had come each time, in other amounts, and at the same pace."""
    is_enough = len(full) >= _ENOUGH_FULL and len(empty) >= _ENOUGH_EMPTY
    if is_asked and len(empty) * _SHARE_ASKED >= len(full):
        is_enough = len(full) >= _ENOUGH_FULL_ASKED and len(empty) >= _ENOUGH_EMPTY_ASKED
    if not is_enough or len(full) + len(empty) < len(found):
        return False
    figures = Counter(item.figure for item in full)
    if median(figures.elements()) < _LEAST_DONE or max(figures.values()) > _SAME_SHARE * len(full):
        return False
    before, after = _pace_s(full, near), _pace_s(empty, near)
    return before is not None and after is not None and before <= _SAME_PACE * after and after <= _SAME_PACE * before


def _pace_s(found: Sequence[_Count], near: datetime) -> float | None:
    first, last = (read_time(item.text, near=near) for item in (found[0], found[-1]))
    if first is None or last is None or (first.tzinfo is None) != (last.tzinfo is None) or last <= first:
        return None
    return (last - first).total_seconds() / (len(found) - 1)


def _last_empty(log: Log, name: str, empty: Sequence[_Count]) -> int | None:
    """The last kept line that counts none."""
    for index in range(len(log.kept) - 1, -1, -1):
        kept = log.kept[index]
        match = _DONE.search(kept.text[:_REACH]) if kept.line >= empty[0].line else None
        if match and _name_of(match) == name:
            return index if _figure_of(match) == 0 else None
    return None
