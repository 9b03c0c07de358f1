"""When a line was written, in the notations that loggers and collectors put near a line's start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

_REACH = 240
"""A time further on than this belongs to the message."""
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_MONTH = "|".join(_MONTHS)
_ISO = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d\d)[-/.](\d\d)[T _](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d\d:?\d\d)?"
)
_ACCESS = re.compile(rf"(\d\d)/({_MONTH})/(\d{{4}}):(\d\d):(\d\d):(\d\d)(?: ([+-]\d{{4}}))?")
_SYSLOG = re.compile(rf"(?<!\w)({_MONTH}) {{1,2}}(\d{{1,2}}) (\d\d):(\d\d):(\d\d)(?:\.(\d{{1,9}}))?")
_KLOG = re.compile(r"(?<!\w)[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9})\s")
_EPOCH = re.compile(r"""(?:^|"(?:ts|time|timestamp|t)"\s?:\s?"?|(?<!\w)ts=)(1\d{9})(\d{3})?(?:\.(\d{1,9}))?(?!\d)""")
_ANY_YEAR = datetime(2000, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time, both ends included and at least one of them given; None leaves an end open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether a time lies within."""
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)

    @property
    def near(self) -> datetime:
        """A time to which notations without a year are closest."""
        return self.since or self.until or datetime.min.replace(tzinfo=UTC)


class WindowReader:
    """Tells the lines of one stream that were written within a window.

    A line without a time belongs to the line before it (a traceback's frames); lines before the first
    time are within.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self._near = window.near
        self._within = True

    def read(self, lines: Iterable[str]) -> Iterator[bool]:
        """For each of the next lines, whether it is within."""
        for line in lines:
            at = read_time(line, near=self._near)
            if at is not None:
                self._within = self._window.holds(at)
            yield self._within


def read_time(line: str, *, near: datetime) -> datetime | None:
    """When a line says it was written, or None. Without a zone it is UTC; without a year, the one closest to `near`."""
    try:
        return _read(line[:_REACH], near)
    except (ValueError, OverflowError):
        return None  # the 31st of February and the like


def in_order_of_time(lines: list[str]) -> list[str]:
    """Merged logs are seldom sorted; lines of which one has no time stay as they are."""
    stamps = [_ISO.search(line, 0, _REACH) for line in lines]
    if (first := stamps[0]) is not None and all(stamp and _is_like(stamp, first) for stamp in stamps):
        # Of one notation and zone: their letters are in the order of time.
        written = [stamp[0] for stamp in stamps if stamp]
        if all(one <= two for one, two in pairwise(written)):
            return lines
        return [lines[place] for place in sorted(range(len(lines)), key=written.__getitem__)]
    known: list[datetime] = []
    for line in lines:
        at = read_time(line, near=_ANY_YEAR)
        if at is None:
            return lines
        known.append(at)
    if all(one <= two for one, two in pairwise(known)):
        return lines
    return [lines[place] for place in sorted(range(len(lines)), key=known.__getitem__)]


def _is_like(one: re.Match[str], two: re.Match[str]) -> bool:
    return one.end() - one.start() == two.end() - two.start() and one[8] == two[8]


def _read(text: str, near: datetime) -> datetime | None:
    if match := _ISO.search(text):
        year, month, day, hour, minute = map(int, match.group(1, 2, 3, 4, 5))
        return datetime(
            year, month, day, hour, minute, int(match[6] or 0), _microseconds(match[7]), tzinfo=_zone(match[8])
        )
    if match := _ACCESS.search(text):
        day, year, hour, minute, second = map(int, match.group(1, 3, 4, 5, 6))
        return datetime(year, _MONTHS[match[2]], day, hour, minute, second, tzinfo=_zone(match[7]))
    if match := _SYSLOG.search(text):
        day, hour, minute, second = map(int, match.group(2, 3, 4, 5))
        at = datetime(near.year, _MONTHS[match[1]], day, hour, minute, second, _microseconds(match[6]), tzinfo=UTC)
        return _closest(at, near)
    if match := _KLOG.search(text):
        month, day, hour, minute, second = map(int, match.group(1, 2, 3, 4, 5))
        at = datetime(near.year, month, day, hour, minute, second, _microseconds(match[6]), tzinfo=UTC)
        return _closest(at, near)
    if match := _EPOCH.search(text):
        fraction = _microseconds((match[2] or "") + (match[3] or ""))
        return datetime.fromtimestamp(int(match[1]), UTC) + timedelta(microseconds=fraction)
    return None


def _microseconds(digits: str | None) -> int:
    return int((digits or "0")[:6].ljust(6, "0"))


def _zone(written: str | None) -> timezone:
    if not written or written in {"Z", "UTC"}:
        return UTC
    offset = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _closest(at: datetime, near: datetime) -> datetime:
    """The same day and time in the year that brings it closest to `near`: logs cross New Year."""
    if abs(at - near) < timedelta(days=183):
        return at
    return at.replace(year=near.year + (1 if at < near else -1))
