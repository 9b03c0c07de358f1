"""Figures and dates as tools print them: `98%`, `9.8G`, `00:21:13`, `Feb 25 11:30:00 2027 GMT`."""

from __future__ import annotations

from datetime import UTC, datetime

from incident_bot.patterns import compile_later

_NUMBER = compile_later(r"(-?\d{1,20}(?:\.\d{1,6})?) ?([KMGTP]?)(?:i?B?|%|s| seconds)")
_CLOCK = compile_later(r"(?:(\d{1,6}) days? ?,? ?)?(\d{1,4}):(\d\d):(\d\d)(?:\.\d{1,6})?")
_DAYS = compile_later(r"(\d{1,6}) days?")
_SCALE = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}


def read_figure(text: str) -> float | None:
    """A number, with its unit of size multiplied in; a duration in seconds; None for anything else."""
    text = text.strip()
    if match := _NUMBER.fullmatch(text):
        return float(match[1]) * _SCALE[match[2]]
    if match := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    match = _DAYS.fullmatch(text)
    return int(match[1]) * 86_400.0 if match else None


def read_date(text: str) -> datetime | None:
    """The date of a certificate as OpenSSL prints it, which is in UTC."""
    try:
        return datetime.strptime(" ".join(text.removesuffix("GMT").split()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None


_PRINTED = compile_later(r"[A-Z][a-z]{2} +([A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d) (?:AM |PM )?(?:UTC|GMT) (\d{4})")


def read_clock(text: str) -> datetime | None:
    """What `date` prints in UTC; None for any other line."""
    match = _PRINTED.fullmatch(text.strip()) if len(text) < 60 else None
    return read_date(f"{match[1]} {match[2]}") if match else None
