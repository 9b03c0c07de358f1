"""Dotted paths into API-shaped objects, and the comparisons that rules make with what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

_STEP = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")
_MAX_FOUND = 64


@lru_cache(maxsize=1024)
def split_path(path: str) -> tuple[tuple[str, bool], ...]:
    """`status.conditions[Ready].message` as steps; the flag marks a selector in brackets."""
    return tuple((key or selector, not key) for key, selector in _STEP.findall(path))


def find_values(body: object, path: str) -> Iterator[tuple[str, Any]]:
    """Every value under `path` with its resolved path; `|` separates alternatives, in their order.

    A selector picks list items by `type` or `name` (`name=x` too), any item when empty, or a key
    of a mapping that holds dots.
    """
    for alternative in path.split("|"):
        yield from _walk(body, split_path(alternative.strip()), "")


def first_value(body: object, path: str) -> Any:
    """The first value under `path`, or None."""
    return next((value for _, value in find_values(body, path)), None)


def _walk(value: Any, steps: Sequence[tuple[str, bool]], walked: str) -> Iterator[tuple[str, Any]]:
    if not steps:
        if value is not None:
            yield walked, value
        return
    (key, is_selector), rest = steps[0], steps[1:]
    if is_selector and isinstance(value, Sequence) and not isinstance(value, str):
        for name, item in _select(value, key.removeprefix("name=").removeprefix("type=")):
            yield from _walk(item, rest, f"{walked}[{name}]")
    elif isinstance(value, Mapping) and key in value:
        shown = f"{walked}[{key}]" if is_selector else f"{walked}.{key}" if walked else key
        yield from _walk(value[key], rest, shown)


def _select(items: Sequence[Any], wanted: str) -> Iterator[tuple[str, Any]]:
    for index, item in enumerate(items[:_MAX_FOUND]):
        if not isinstance(item, Mapping):
            if wanted in ("", str(index)):
                yield str(index), item
            continue
        name = str(item.get("type") or item.get("name") or index)
        if wanted in ("", name, str(item.get("name")), str(index)):
            yield name, item


_UNITS = {
    "m": 1e-3, "": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50,
}  # fmt: skip
_QUANTITY = re.compile(r"^([+-]?\d{1,18}(?:\.\d{1,18})?)([mkKMGTP]?i?)$")


def read_quantity(value: object) -> float | None:
    """A number or a Kubernetes quantity (`500m`, `64Mi`) as a float; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    match = _QUANTITY.match(str(value).strip())
    return float(match[1]) * _UNITS[match[2]] if match and match[2] in _UNITS else None


def compare_numbers(value: object, limit: object, how: str, body: object) -> bool:
    """Whether `value` is above, below, at_least or at_most `limit`, which may be `field:path` of the same object."""
    if isinstance(limit, str) and limit.startswith("field:"):
        limit = first_value(body, limit.removeprefix("field:"))
    left, right = read_quantity(value), read_quantity(limit)
    if left is None or right is None:
        return False
    return {"above": left > right, "below": left < right, "at_least": left >= right, "at_most": left <= right}[how]


def read_time(value: object) -> datetime | None:
    """An RFC 3339 time as aware UTC; None for anything else."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str) or not value[:4].isdigit():
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)


def show(value: object) -> str:
    """A scalar as Kubernetes writes it: `true`, `137`, text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
