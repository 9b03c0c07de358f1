"""Dotted paths into API-shaped objects, and the comparisons that rules make with what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeGuard

_STEP = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")
_MAX_FOUND = 64


_Steps = tuple[tuple[str, bool], ...]


@lru_cache(maxsize=1024)
def split_path(path: str) -> tuple[_Steps, ...]:
    """`status.phase|status.conditions[Ready].message` as alternatives of steps; the flag marks a selector in brackets."""
    return tuple(
        tuple((key or selector, not key) for key, selector in _STEP.findall(alternative.strip()))
        for alternative in path.split("|")
    )


def find_values(body: object, path: str) -> Iterator[tuple[str, Any]]:
    """Every value under `path` with its resolved path; `|` separates alternatives, in their order.

    A selector picks list items by `type` or `name` (`name=x` too), any item when empty, or a key
    of a mapping that holds dots.
    """
    for steps in split_path(path):
        yield from _walk(body, steps, "")


def first_value(body: object, path: str) -> Any:
    """The first value under `path`, or None."""
    for steps in split_path(path):
        value = body
        # Keys alone, as in nearly every path, need no search.
        for place, (key, is_selector) in enumerate(steps):
            if is_selector:
                value = next((found for _, found in _walk(value, steps[place:], "")), None)
                break
            value = value.get(key) if _is_mapping(value) else None
            if value is None:
                break
        if value is not None:
            return value
    return None


def _is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    return type(value) is dict or isinstance(value, Mapping)


def _walk(value: Any, steps: _Steps, walked: str) -> Iterator[tuple[str, Any]]:
    for place, (key, is_selector) in enumerate(steps):
        if is_selector and isinstance(value, Sequence) and not isinstance(value, str):
            for name, item in _select(value, key.removeprefix("name=").removeprefix("type=")):
                yield from _walk(item, steps[place + 1 :], f"{walked}[{name}]")
            return
        if is_selector and not key and _is_mapping(value):
            continue  # a list of one, as `kubectl describe` prints it
        if not _is_mapping(value) or key not in value:
            return
        walked = f"{walked}[{key}]" if is_selector else f"{walked}.{key}" if walked else key
        value = value[key]
    if value is not None:
        yield walked, value


def _select(items: Sequence[Any], wanted: str) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for index, item in enumerate(items[:_MAX_FOUND]):
        if not isinstance(item, Mapping):
            if wanted in ("", str(index)):
                yield str(index), item
            continue
        name = str(item.get("type") or item.get("name") or index)
        seen[name] = seen.get(name, 0) + 1
        # The second mount of one volume has the first one's name (kubectl.documents numbers the lines the same way).
        label = name if seen[name] == 1 else f"{name}#{seen[name]}"
        if wanted in ("", name, label, str(item.get("name")), str(index)):
            yield label, item


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
