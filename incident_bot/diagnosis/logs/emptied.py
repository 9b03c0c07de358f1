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

_THINGS = r"(?:rows?|records?|messages?|events?|orders?|items?|products?|documents?|docs|users?|rates?|prices?|invoices?|payments?|entries|points|samples|tickets?|bookings?|accounts?|articles?|customers?|transactions?)"
_DONE_WITH = r"(?:loaded|processed|imported|exported|sent|received|indexed|synced|stored|written|read|fetched|ingested|published|delivered|updated|upserted|inserted|copied|parsed|matched|consumed|transferred)"
_DONE = compile_later(
    rf"(?<![\d.,:/=-])(?P<figure>\d{{1,9}}) (?:\w+ )?(?P<name>{_THINGS})(?: were| was)? {_DONE_WITH}\b"
    rf"|\b{_DONE_WITH} (?P<figure2>\d{{1,9}}) (?:\w+ )?(?P<name2>{_THINGS})\b",
    re.IGNORECASE,
)

_MOST_LINES = 500
"""Of a longer log every second, third, ... line is read."""
_REACH = 400
_ENOUGH_FULL = 20
_ENOUGH_EMPTY = 10
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


def find_emptied(log: Log, lines: Sequence[str], subject: str, *, near: datetime) -> Iterator[Finding]:
    """What a log counted each time and counts as nothing to its end; `lines` are all of its lines, of about the time `near`.

    Nothing for a run that ended.
    """
    if log.previous:
        return
    step = -(-len(lines) // _MOST_LINES)
    counts: dict[str, list[_Count]] = {}
    for number in range(1, len(lines) + 1, max(1, step)):
        match = _DONE.search(lines[number - 1][:_REACH])
        if match:
            name = (match["name"] or match["name2"]).lower().rstrip("s")
            figure = int(match["figure"] or match["figure2"])
            counts.setdefault(name, []).append(_Count(number, figure, lines[number - 1]))
    for name, found in counts.items():
        full = [item for item in found if item.figure]
        empty = [item for item in found if full and item.line > full[-1].line]
        index = _last_empty(log, name, empty) if _is_emptied(found, full, empty, near) else None
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


def _is_emptied(found: Sequence[_Count], full: Sequence[_Count], empty: Sequence[_Count], near: datetime) -> bool:
    """Whether nothing came after it had come each time, in other amounts, and at the same pace."""
    if len(full) < _ENOUGH_FULL or len(empty) < _ENOUGH_EMPTY or len(full) + len(empty) < len(found):
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
        if match and (match["name"] or match["name2"]).lower().rstrip("s") == name:
            return index if int(match["figure"] or match["figure2"]) == 0 else None
    return None
