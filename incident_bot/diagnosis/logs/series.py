"""Figures that a log repeats and that leave their usual range for good: work that takes ten times as long, queues that only grow.

Programs report such figures as information all day and call none of them bad. An engineer who compares the beginning
with the end sees it at once. Only names of durations and of what waits are read; a level is never asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median, quantiles
from typing import TYPE_CHECKING

from incident_bot.diagnosis.complaints.vague import SLOW
from incident_bot.diagnosis.logs.findings import Finding
from incident_bot.model import Category
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.scene import Log

_MOST_LINES = 500
"""Of a longer log every second, third, ... line is read: the figures of some hundred lines tell as much."""
_REACH = 400
_DURATION = compile_later(
    r"\b(?P<name>took|duration|latency|elapsed|response_?time|request_?time|time_?taken|in|rt|dur|ms)(?:_?(?P<suffix>ms|s|sec|seconds))?\"?(?: ?[=:] ?| )\"?"
    r"(?P<figure>\d{1,9}(?:\.\d{1,9})?) ?(?P<unit>ms|s|sec|seconds)?\b(?![.:/-]\d)",
    re.IGNORECASE,
)
_WAITING = compile_later(
    r"\b(?P<name>depth|lag|backlog|queued|queue_?(?:size|length|depth)|pending|waiting|in_?flight|unacked|outstanding)\"?(?: ?[=:] ?| )\"?"
    r"(?P<figure>\d{1,12})\b(?![.:/-]\d)",
    re.IGNORECASE,
)
_SECONDS = {"ms": 0.001, "s": 1.0, "sec": 1.0, "seconds": 1.0}

_ENOUGH = 45
_TIMES_AS_LONG = 8
_LEAST_S = 1.0
_TIMES_AS_MANY = 10
_LEAST_WAITING = 200
_TIMES_AS_HIGH = 2
"""As any peak before: what waited as long an hour ago was worked off."""
_GROWING_SHARE = 0.9
_ABOVE_SHARE = 0.7
_CLEAR_SHARE = 0.75
_WEIGHT = 0.4
"""As much as that of warnings that begin in the middle of a log and go on."""


@dataclass(frozen=True, slots=True)
class _Point:
    line: int
    figure: float


@dataclass(frozen=True, slots=True)
class _Shift:
    name: str
    began: int
    least: float
    before: float
    after: float


def read_shifts(log: Log, lines: Sequence[str], subject: str) -> Iterator[Finding]:
    """What grew for good in a log; `lines` are all of its lines. Nothing for the log of a run that ended."""
    if log.previous or len(lines) < _ENOUGH:
        return
    step = -(-len(lines) // _MOST_LINES)
    numbered = [(number, lines[number - 1][:_REACH]) for number in range(1, len(lines) + 1, step)]
    for pattern, find, what in ((_DURATION, _find_slower, "slow"), (_WAITING, _find_growing, "grows")):
        shifts = [shift for name, points in _series(pattern, numbered).items() if (shift := find(name, points))]
        for found in shifts[:1]:
            shift = replace(found, began=_refine(pattern, found, lines, step))
            index = _last_line(log, pattern, shift)
            if index is not None:
                yield _write(log, index, shift, subject, is_slow=what == "slow")


def _series(pattern: re.Pattern[str], lines: Sequence[tuple[int, str]]) -> dict[str, list[_Point]]:
    found: dict[str, list[_Point]] = {}
    for number, text in lines:
        match = pattern.search(text)
        figure = _figure(match) if match else None
        if match and figure is not None:
            found.setdefault(_name_of(match), []).append(_Point(number, figure))
    return {name: points for name, points in found.items() if len(points) >= _ENOUGH}


def _name_of(match: re.Match[str]) -> str:
    """The figure's own name behind the last words before it: what takes long is not what else takes its time."""
    words = _WORD.findall(match.string, max(0, match.start() - _WORDS_WITHIN), match.start())
    return " ".join((*words[-_WORDS:], match["name"])).lower()


_WORD = compile_later(r"(?<!\w)[A-Za-z_]{2,40}(?!\w)")
_WORDS = 3
_WORDS_WITHIN = 60


def _figure(match: re.Match[str]) -> float | None:
    """A duration in seconds, or a number of what waits."""
    if "unit" not in match.re.groupindex:
        return float(match["figure"])
    unit = match["unit"] or match["suffix"] or ("ms" if match["name"].lower() == "ms" else "")
    return float(match["figure"]) * _SECONDS[unit.lower()] if unit else None


def _find_slower(name: str, points: Sequence[_Point]) -> _Shift | None:
    figures = [point.figure for point in points]
    first, last = figures[: len(figures) // 4], figures[-len(figures) // 4 :]
    before, after = median(first), median(last)
    least = max(_TIMES_AS_LONG * before / 2, quantiles(first, n=20)[-1], _LEAST_S / 2)
    if after < max(_TIMES_AS_LONG * before, _LEAST_S) or _is_counter(figures):
        return None
    if sum(figure > least for figure in last) < _CLEAR_SHARE * len(last):
        return None
    began = _beginning(points, least)
    return _Shift(name, began, least, before, after) if began else None


def _find_growing(name: str, points: Sequence[_Point]) -> _Shift | None:
    figures = [point.figure for point in points]
    first, last = figures[: len(figures) // 4], figures[len(figures) // 2 :]
    before, after = median(first), figures[-1]
    steps = list(pairwise(last))
    grows = sum(one <= two for one, two in steps) >= _GROWING_SHARE * len(steps)
    was_steady = max(first) <= 3 * before + _LEAST_WAITING / 10
    if not (grows and was_steady and after >= max(_TIMES_AS_MANY * before, _LEAST_WAITING) and after >= max(figures)):
        return None
    least = max(first) + 1
    began = _beginning(points, least)
    if began is None or after < _TIMES_AS_HIGH * max(point.figure for point in points if point.line < began):
        return None
    return _Shift(name, began, least, before, after)


def _is_counter(figures: Sequence[float]) -> bool:
    """Whether figures only rise from the first on: the time since a start, no duration."""
    steps = list(pairwise(figures))
    return sum(one <= two for one, two in steps) >= _GROWING_SHARE * len(steps)


def _beginning(points: Sequence[_Point], least: float) -> int | None:
    """The line from which on most figures are that high."""
    high = len(points)
    count = 0
    began = None
    for seen, point in enumerate(reversed(points), start=1):
        count += point.figure >= least
        if point.figure >= least and count >= _ABOVE_SHARE * seen:
            began = point.line
    return began if began is not None and began > points[high // 10].line else None


def _refine(pattern: re.Pattern[str], shift: _Shift, lines: Sequence[str], step: int) -> int:
    """The first line of a shift, among those between the one that was read and the one read before it."""
    for number in range(max(1, shift.began - step + 1), shift.began):
        match = pattern.search(lines[number - 1][:_REACH])
        figure = _figure(match) if match and _name_of(match) == shift.name else None
        if figure is not None and figure >= shift.least:
            return number
    return shift.began


def _last_line(log: Log, pattern: re.Pattern[str], shift: _Shift) -> int | None:
    """The last kept line that shows it."""
    for index in range(len(log.kept) - 1, -1, -1):
        kept = log.kept[index]
        match = pattern.search(kept.text[:_REACH]) if kept.line >= shift.began else None
        figure = _figure(match) if match and _name_of(match) == shift.name else None
        if figure is not None and figure >= shift.least:
            return index
    return None


def _write(log: Log, index: int, shift: _Shift, subject: str, *, is_slow: bool) -> Finding:
    if is_slow:
        title = f"{subject} has become slow: {_tell_s(shift.after)} for what took {_tell_s(shift.before)} before"
    else:
        title = f"What waits in {subject} only grows: {shift.name.rpartition(' ')[2]} {shift.before:.0f} before, {shift.after:.0f} now"
    return Finding(
        kind="shift",
        category=Category.APPLICATION,
        title=title,
        hint=f"It began at line {shift.began}: see what changed just before.",
        index=index,
        offset=log.offsets[index],
        weight=_WEIGHT,
        count=log.kept[index].count,
        is_lasting=True,
        complaint=SLOW,
        began=shift.began,
    )


def _tell_s(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"
