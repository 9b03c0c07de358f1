"""What a program holds and never gives back: figures that grow in calm lines until the first error of the same log.

A pool that is busier every minute, open handles, a queue, a heap: programs count them as information to the end. Alone
such a growth is no failure, since a cache that warms grows as well. Where the log then complains only that something is
late or gone, the growth is what an engineer wants to see first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from incident_bot.diagnosis.complaints.vague import SLOW
from incident_bot.diagnosis.logs.findings import Finding
from incident_bot.model import Category
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.scene import Log

_HELD = (
    r"busy|in_?use|used|active|open|sockets?|handles?|fds|goroutines|threads|heap|rss|mem(?:ory)?|conns?|connections|entries"
    r"|sessions|objects|queued?|pending|backlog|lag|in_?flight|waiting|depth|leased|borrowed|checked_?out"
)
_FIGURE = compile_later(
    rf"(?<![\w.])(?P<name>(?:[A-Za-z]{{1,20}}[_.])?(?:{_HELD})(?:[_.]?(?:size|count|mb|mib|bytes|kb|used|files|fds))?)\"?(?: ?[=:] ?| )\"?(?P<figure>\d{{1,12}}(?:\.\d{{1,6}})?)(?![\d.:/-]*[:/-]\d)",
    re.IGNORECASE,
)
_REACH = 400
_MOST_LINES = 600
_ENOUGH = 24
"""Figures before the first error: three in each part."""
_PARTS = 8
_RISING = 4
_TIMES = 3.0
_LEAST_MORE = 20
_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure of a log, what it was at first and last, and the lines between which it grew."""

    name: str
    before: float
    after: float
    began: int
    line: int


def find_drift(log: Log, lines: Sequence[str], first_error: int, subject: str) -> Finding | None:
    """The figure that grew most until the line `first_error`; `lines` are all lines of the log."""
    best = read_drift(lines, first_error)
    index = kept_line(log, best) if best else None
    return _write(log, index, best, subject) if best and index is not None else None


def read_drift(lines: Sequence[str], first_error: int) -> Drift | None:
    """The same as figures: what grew most among the lines before `first_error`."""
    step = max(1, -(-first_error // _MOST_LINES))
    series: dict[str, list[tuple[int, float]]] = {}
    for number in range(1, first_error, step):
        text = lines[number - 1][:_REACH]
        for match in _FIGURE.finditer(text):
            series.setdefault(_key(match), []).append((number, float(match["figure"])))
    drifts = [drift for key, points in series.items() if (drift := _grows(key, points))]
    return max(drifts, key=lambda drift: drift.after / max(drift.before, 1.0), default=None)


def find_short_growth(lines: Sequence[str]) -> Drift | None:
    """What grows without ever falling from the first figure of a log to its last, many times over, where those are few."""
    series: dict[str, list[tuple[int, float]]] = {}
    for number, line in enumerate(lines[:_MOST_LINES], start=1):
        for match in _FIGURE.finditer(line[:_REACH]):
            series.setdefault(_key(match), []).append((number, float(match["figure"])))
    drifts = [
        Drift(key.rpartition(" ")[2], points[0][1], points[-1][1], points[0][0], points[-1][0])
        for key, points in series.items()
        if len(points) >= _FEW
        and all(one[1] < other[1] for one, other in pairwise(points))
        and points[-1][1] >= _MANY_TIMES * points[0][1]
        and points[-1][1] - points[0][1] >= _FAR_MORE
    ]
    return max(drifts, key=lambda drift: drift.after / max(drift.before, 1.0), default=None)


_FEW = 4
_MANY_TIMES = 5
_FAR_MORE = 100


def tell_growth(drift: Drift) -> str:
    """`goroutines grew from 120 to 7320`."""
    return f"{drift.name} grew from {drift.before:.4g} to {drift.after:.4g}"


def _key(match: re.Match[str]) -> str:
    """The figure's name behind the words before it, without numbers: what grows in one kind of line."""
    words = re.findall(r"(?<!\w)[A-Za-z_.]{2,40}(?!\w)", match.string[: match.start()])
    return " ".join((*words[-2:], match["name"]))


def _grows(key: str, points: Sequence[tuple[int, float]]) -> Drift | None:
    if len(points) < _ENOUGH:
        return None
    size = len(points) / _PARTS
    parts = [points[int(place * size) : int((place + 1) * size)] for place in range(_PARTS)]
    middles = [median(figure for _, figure in part) for part in parts]
    before, after = median(middles[:_RISING]), points[-1][1]
    last = middles[-_RISING:]
    is_rising = all(one < other for one, other in pairwise(last))
    is_much = last[-1] >= _TIMES * min(middles[:_RISING]) and last[-1] - min(middles) >= _LEAST_MORE
    if not is_rising or not is_much or after < max(middles[:-1]):
        return None
    began = next((part[0][0] for part, middle in zip(parts, middles, strict=True) if middle > 1.5 * middles[0]), 1)
    return Drift(key.rpartition(" ")[2], min(before, middles[0]), after, began, points[-1][0])


def kept_line(log: Log, drift: Drift) -> int | None:
    """The last kept line of a log that shows it."""
    for index in range(len(log.kept) - 1, -1, -1):
        names = {match["name"] for match in _FIGURE.finditer(log.kept[index].text[:_REACH])}
        if drift.name in names:
            return index
    return None


def _write(log: Log, index: int, drift: Drift, subject: str) -> Finding:
    return Finding(
        kind="drift",
        category=Category.APPLICATION,
        title=f"{subject}: {tell_growth(drift)} until it failed",
        hint=f"It began to grow about line {drift.began}: see what changed then, and what is not given back.",
        index=index,
        offset=log.offsets[index],
        weight=_WEIGHT,
        count=log.kept[index].count,
        complaint=SLOW,
        began=drift.began,
    )
