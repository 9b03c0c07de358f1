"""The ways in which Kubernetes writes times, ages and container references."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_AGE_PART = re.compile(r"(\d{1,9})([ydhms])")
_AGE = re.compile(r"(?:\d{1,9}[ydhms])+")
_UNIT_S = {"y": 365 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s?(?:([Zz])|([+-])(\d\d):?(\d\d))"
)
_RFC1123 = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CONTAINER_PATH = re.compile(r"spec\.(?:initC|ephemeralC|c)ontainers\{([^{}]{1,253})\}")


def read_age_s(text: str) -> float | None:
    """Seconds of a kubectl age such as `5m32s`, `3d4h` or `2y10d`; None for `<unknown>` and anything else."""
    text = text.strip()
    if not _AGE.fullmatch(text):
        return None
    return float(sum(int(number) * _UNIT_S[unit] for number, unit in _AGE_PART.findall(text)))


def read_time(value: Any) -> datetime | None:
    """A UTC time from RFC 3339 (API, our tables) or RFC 1123 with zone (describe); None for anything else."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        return _from_rfc3339(text) or _from_rfc1123(text)
    except (ValueError, OverflowError):
        return None


def _from_rfc3339(text: str) -> datetime | None:
    match = _RFC3339.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, zone_h, zone_min = match.groups()
    microsecond = int((fraction or "0").ljust(6, "0")[:6])
    zone = _zone(sign, zone_h, zone_min) if sign else UTC
    at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), microsecond, zone)
    return at.astimezone(UTC) if at.year > 1 else None


def _from_rfc1123(text: str) -> datetime | None:
    match = _RFC1123.fullmatch(text)
    if not match or match[2] not in _MONTHS:
        return None
    day, month, year, hour, minute, second, sign, zone_h, zone_min = match.groups()
    zone = _zone(sign, zone_h, zone_min)
    at = datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=zone)
    return at.astimezone(UTC)


def _zone(sign: str, hours: str, minutes: str) -> timezone:
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)


def format_time(at: datetime | None) -> str:
    """RFC 3339 in UTC as the API writes it, with microseconds only where there are some."""
    if at is None:
        return ""
    return at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def container_of(field_path: Any) -> str:
    """The container that an event's field path such as `spec.containers{server}` names, or an empty string."""
    match = _CONTAINER_PATH.match(field_path) if isinstance(field_path, str) else None
    return match[1] if match else ""
