"""Nouns to what JSON knows, and back with every value checked against the noun's types.

What is read here was written by another step, or by anybody: it is taken only in exactly the form that `to_plain`
gives. pydantic would do, but loading it takes as long as all else at the start of a diagnosis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Noun = TypeVar("Noun")
_Path = tuple[str | int, ...]


class FormError(ValueError):
    """A value is missing or has another form; `where` is its path in the text, such as `items.0.kind`."""

    def __init__(self, path: _Path, reason: str) -> None:
        self.where = ".".join(map(str, path))
        self.reason = reason
        super().__init__(f"`{self.where}`: {reason}")


def to_plain(value: Any) -> Any:
    """Any noun of `model`, or made of them, as dicts, lists and scalars that JSON knows; times as ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: to_plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {to_plain(key): to_plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    raise TypeError(f"no plain form of {type(value).__name__}")


def from_plain(kind: type[Noun], plain: object) -> Noun:
    """The noun of this type that `to_plain` made `plain` of. Raises `FormError`; keys that it does not have are left out."""
    return cast("Noun", _read(kind, plain, ()))


def _read(kind: Any, plain: Any, path: _Path) -> Any:
    kind = getattr(kind, "__supertype__", kind)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return None if plain is None else _read(_but_none(kind), plain, path)
    if origin is tuple:
        return _read_tuple(get_args(kind)[0], plain, path)
    if origin in (Mapping, dict):
        key, inner = get_args(kind)
        return {_read(key, name, path): _read(inner, item, (*path, name)) for name, item in _dict(plain, path).items()}
    if is_dataclass(kind):
        return _read_noun(kind, _dict(plain, path), path)
    return _read_scalar(kind, plain, path)


def _but_none(kind: Any) -> Any:
    (inner,) = (part for part in get_args(kind) if part is not NoneType)
    return inner


def _dict(plain: Any, path: _Path) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise FormError(path, "should be a mapping")
    return plain


def _read_tuple(kind: Any, plain: Any, path: _Path) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise FormError(path, "should be a list")
    return tuple(_read(kind, item, (*path, index)) for index, item in enumerate(plain))


def _read_noun(kind: Any, plain: dict[str, Any], path: _Path) -> Any:
    hints = _hints_of(kind)
    given = {}
    for part in fields(kind):
        if part.name in plain:
            given[part.name] = _read(hints[part.name], plain[part.name], (*path, part.name))
        elif part.default is MISSING and part.default_factory is MISSING:
            raise FormError((*path, part.name), "field required")
    return kind(**given)


@cache
def _hints_of(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read_scalar(kind: Any, plain: Any, path: _Path) -> Any:
    if issubclass(kind, Enum):
        known = [member.value for member in kind]
        if plain not in known:
            raise FormError(path, f"should be one of {', '.join(map(str, known))}")
        return kind(plain)
    if kind is datetime:
        return _read_time(plain, path)
    if kind is float and type(plain) is int:
        return float(plain)
    if type(plain) is not kind:
        raise FormError(path, f"should be of type {kind.__name__}")
    if kind is str and not plain.isascii():
        _refuse_halves(plain, path)
    return plain


def _refuse_halves(text: str, path: _Path) -> None:
    """JSON may hold half of a surrogate pair, which no file and no request can."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FormError(path, "is no valid text") from error


def _read_time(plain: Any, path: _Path) -> datetime:
    """Times are UTC where a file, edited by hand, does not say: a time without a zone compares with no other."""
    try:
        at = datetime.fromisoformat(plain)
    except (TypeError, ValueError) as error:
        raise FormError(path, "should be a time such as 2026-03-14T09:26:53Z") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
