"""Reading fields of API objects that may have any shape: a wrong type reads as absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NOTHING: Mapping[str, Any] = {}


def section(body: object, *path: str) -> Mapping[str, Any]:
    """The mapping at a path, or an empty one."""
    for key in path:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body if isinstance(body, Mapping) else _NOTHING


def entries(body: object, *path: str) -> list[Mapping[str, Any]]:
    """The mappings of the list at a path."""
    found = section(body, *path[:-1]).get(path[-1])
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def text(body: object, *path: str) -> str:
    """The string at a path, or an empty one."""
    found = section(body, *path[:-1]).get(path[-1])
    return found if isinstance(found, str) else ""


def count(body: object, *path: str) -> int:
    """The whole number at a path, or 0."""
    found = section(body, *path[:-1]).get(path[-1])
    return found if isinstance(found, int) else 0


def name_of(body: object) -> str:
    """`metadata.name`."""
    return text(body, "metadata", "name")


def uid_of(body: object) -> str:
    """`metadata.uid`."""
    return text(body, "metadata", "uid")


def controller_of(body: object) -> tuple[str, str, str]:
    """Kind, name and API group of the owner that manages this object; empty strings without one."""
    for owner in entries(body, "metadata", "ownerReferences"):
        if owner.get("controller") is True:
            group, slash, _version = text(owner, "apiVersion").partition("/")
            return text(owner, "kind"), text(owner, "name"), group if slash else ""
    return "", "", ""
