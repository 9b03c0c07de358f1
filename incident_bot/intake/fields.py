"""Untrusted JSON values -> bounded, printable Python values; errors name the field's path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from incident_bot.errors import UsageError

MAX_LABELS = 256
MAX_LABEL_CHARS = 1024
MAX_ANNOTATION_CHARS = 4096
MAX_KEY_CHARS = 128

# Controls but tab and newline; lone surrogates, which no UTF-8 encoder accepts.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,6})\d{0,12})?\s?([Zz]|[+-]\d{2}:?\d{2})?")


def clean_text(value: str, limit: int) -> str:
    """The text without control characters and lone surrogates, at most `limit` characters."""
    if len(value) <= limit and value.isprintable():
        return value
    return _UNPRINTABLE.sub("\ufffd", value[:limit])


def scalar_text(value: object, limit: int) -> str | None:
    """A scalar as text; None for lists and objects.

    Alertmanager sends strings only, but its `payload:` templates turn text that looks like
    YAML into numbers, booleans and nulls.
    """
    if isinstance(value, str):
        return clean_text(value, limit)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:limit] if isinstance(value, (int, float)) else None


def mapping(value: object, path: str) -> Mapping[str, object]:
    """The value as an object. Raises `UsageError` naming `path`; null counts as empty."""
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    raise UsageError(f"{path}: expected an object, got {describe(value)}", hint="See docs/alert-payloads.md.")


def sequence(value: object, path: str) -> Sequence[object]:
    """The value as a list. Raises `UsageError` naming `path`."""
    if isinstance(value, list):
        return value
    raise UsageError(f"{path}: expected a list, got {describe(value)}", hint="See docs/alert-payloads.md.")


def describe(value: object) -> str:
    """What a wrong value is, without repeating it: it may be a secret that slipped into the wrong field."""
    names = {
        type(None): "nothing",
        str: "text",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        dict: "an object",
    }
    return names.get(type(value), "a list" if isinstance(value, Sequence) else type(value).__name__)


def shown(value: str) -> str:
    """A value for an error message: quoted, printable, at most 60 characters."""
    return ascii(value[:60]) + ("…" if len(value) > 60 else "")


def text_map(values: Mapping[str, object], limit: int) -> dict[str, str]:
    """Labels or annotations: at most `MAX_LABELS` scalars, each at most `limit` characters; the rest is dropped."""
    kept: dict[str, str] = {}
    for name, item in values.items():
        if len(kept) == MAX_LABELS:
            break
        # The usual pair, judged in place: a storm has a hundred thousand of them.
        if isinstance(item, str) and len(item) <= limit and item.isprintable():
            text: str | None = item
        else:
            text = scalar_text(item, limit)
        if text is not None:
            kept[clean_text(name, MAX_KEY_CHARS)] = text
    return kept


def timestamp(value: object) -> datetime | None:
    """RFC 3339 with up to nanoseconds -> aware UTC datetime (microseconds).

    None for Go's zero time (`0001-01-01T00:00:00Z`, "not yet"), for no value and for nonsense:
    a wrong clock is no reason to lose an alert.
    """
    if not isinstance(value, str) or len(value) > 64 or value.startswith("0001-"):
        return None
    found = _RFC3339.fullmatch(value.strip())
    if found is None:
        return None
    day, time, fraction, offset = found.groups()
    zone = "+00:00" if offset is None or offset in "Zz" else offset
    try:
        return datetime.fromisoformat(f"{day}T{time}.{(fraction or '0').ljust(6, '0')}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
