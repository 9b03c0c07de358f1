"""When a line was written, in the notations that loggers and collectors put near a line's start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from incident_bot.patterns import compile_later

_REACH = 240
"""A time further on than this belongs to the message."""
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_MONTH = "|".join(_MONTHS)
_ISO = compile_later(
    r"(?<!\d)(\d{4})[-/.](\d\d)[-/.](\d\d)[T _](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d\d:?\d\d)?"
)
_DAY_FIRST = compile_later(
    rf"(?<!\d)(\d{{1,2}})[/ -]({_MONTH})[/ -](\d{{4}})[: ](\d\d):(\d\d):(\d\d)(?:[.,](\d{{1,9}}))?(?: ([+-]\d{{4}}))?"
)
"""Access logs, Tomcat, Redis, dates of mail and HTTP headers."""
_MONTH_FIRST = compile_later(
    rf"(?<!\w)({_MONTH}) {{1,2}}(\d{{1,2}}) (\d\d):(\d\d):(\d\d)(?:\.(\d{{1,9}}))?(?: (\d{{4}})(?!\d))?"
)
"""Syslog; with a year, Apache and everything that calls ctime."""
_TWELVE_HOURS = compile_later(rf"(?<!\w)({_MONTH}) (\d{{1,2}}), (\d{{4}}),? (\d{{1,2}}):(\d\d):(\d\d)(?:\s([AP])M)?")
"""java.util.logging as it comes."""
_KLOG = compile_later(r"(?<!\w)[IWEF](\d{4}|\d\d)?(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9})\s")
"""Kubernetes' own loggers, and glog, which writes the year since 2020; CockroachDB's, with two digits of it."""
_DIGITS = r"(1\d{9})(\d{9}|\d{6}|\d{3})?(?:\.(\d{1,9}))?(?!\d)"
_EPOCH = compile_later(rf"(?:^|(?<!\w)(?:ts|time)=){_DIGITS}")
_NAMED = compile_later(
    r'"(?:@?timestamp|@?time|ts|@?t|date|datetime|asctime|event_?time|time_?millis|time_?unix_?nano|epochSecond|__REALTIME_TIMESTAMP)"'
    r'\s?:\s?(?:\{\s?"\$date"\s?:\s?)?"?(?:(?=\d{4}-\d\d)|' + _DIGITS + ")",
    re.IGNORECASE,
)
"""A time by its field's name in JSON: it may stand last, behind a message with other dates in it."""
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
    """When a line says it was written, or None. Without a zone it is UTC; without a year, of the twelve months
    that end a month after `near`.
    """
    try:
        return _read(line, near)
    except (ValueError, OverflowError):
        return None  # the 31st of February and the like


def in_order_of_time(lines: list[str]) -> list[str]:
    """Merged logs are seldom sorted; lines of which one has no time stay as they are."""
    stamps = [_iso_stamp(line) for line in lines]
    first = stamps[0]
    if first and all(stamp and _is_like(stamp, first) for stamp in stamps):
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


def _iso_stamp(line: str) -> re.Match[str] | None:
    """The stamp that `read_time` would read, where it is of ISO 8601."""
    brace = line.find("{", 0, _REACH)
    if brace < 0 or (before := _ISO.search(line, 0, brace)):
        return _ISO.search(line, 0, _REACH) if brace < 0 else before
    named = _NAMED.search(line, brace)
    return _ISO.match(line, named.end()) if named and not named[1] else None


def _is_like(one: re.Match[str], two: re.Match[str]) -> bool:
    return one.end() - one.start() == two.end() - two.start() and one[8] == two[8]


def _read(line: str, near: datetime) -> datetime | None:
    brace = line.find("{", 0, _REACH)
    if brace < 0:
        return _first_stamp(line[:_REACH], near)
    # What stands before JSON is the collector's; within, a name tells more than a place.
    return _first_stamp(line[:brace], near) or _named_time(line, near) or _first_stamp(line[:_REACH], near)


def _named_time(line: str, near: datetime) -> datetime | None:
    for match in _NAMED.finditer(line):
        if match[1]:
            return _since_epoch(match, near)
        if iso := _ISO.match(line, match.end()):
            return _iso_time(iso, near)
    return None


def _first_stamp(text: str, near: datetime) -> datetime | None:
    for pattern, read in _NOTATIONS:
        if match := pattern.search(text):
            return read(match, near)
    return None


def _iso_time(match: re.Match[str], _near: datetime) -> datetime:
    zone = _zone(match[8])
    return _date(match[1], match[2], match[3], (match[4], match[5], match[6] or 0), fraction=match[7], zone=zone)


def _day_first(match: re.Match[str], _near: datetime) -> datetime:
    return _date(match[3], match[2], match[1], match.group(4, 5, 6), fraction=match[7], zone=_zone(match[8]))


def _month_first(match: re.Match[str], near: datetime) -> datetime:
    at = _date(match[7] or near.year, match[1], match[2], match.group(3, 4, 5), fraction=match[6])
    return at if match[7] else _closest(at, near)


def _twelve_hours(match: re.Match[str], _near: datetime) -> datetime:
    hour = int(match[4])
    if match[7]:
        hour = hour % 12 + (12 if match[7] == "P" else 0)
    return _date(match[3], match[1], match[2], (hour, match[5], match[6]))


def _klog(match: re.Match[str], near: datetime) -> datetime:
    year = f"20{match[1]}" if match[1] and len(match[1]) == 2 else match[1]
    at = _date(year or near.year, match[2], match[3], match.group(4, 5, 6), fraction=match[7])
    return at if match[1] else _closest(at, near)


def _since_epoch(match: re.Match[str], _near: datetime) -> datetime:
    fraction = _microseconds((match[2] or "") + (match[3] or ""))
    return datetime.fromtimestamp(int(match[1]), UTC) + timedelta(microseconds=fraction)


_NOTATIONS = (
    (_ISO, _iso_time),
    (_DAY_FIRST, _day_first),
    (_MONTH_FIRST, _month_first),
    (_TWELVE_HOURS, _twelve_hours),
    (_KLOG, _klog),
    (_EPOCH, _since_epoch),
)


def _date(
    year: str | int,
    month: str,
    day: str,
    clock: Sequence[str | int],
    *,
    fraction: str | None = None,
    zone: timezone = UTC,
) -> datetime:
    number = _MONTHS.get(month) or int(month)
    hour, minute, second = map(int, clock)
    return datetime(int(year), number, int(day), hour, minute, second, _microseconds(fraction), tzinfo=zone)


def _microseconds(digits: str | None) -> int:
    return int((digits or "0")[:6].ljust(6, "0"))


def _zone(written: str | None) -> timezone:
    if not written or written in {"Z", "UTC"}:
        return UTC
    offset = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _closest(at: datetime, near: datetime) -> datetime:
    """The same day and time in the year that ends soon after `near`: logs cross New Year, and are not of the future."""
    if at - near > _AHEAD:
        return at.replace(year=at.year - 1)
    return at.replace(year=at.year + 1) if near - at > timedelta(days=365) - _AHEAD else at


_AHEAD = timedelta(days=31)
"""So far behind a log's end the moment may lie that is asked about; whole months are archives."""
