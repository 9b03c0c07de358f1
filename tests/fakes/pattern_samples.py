"""Texts that a regular expression matches, drawn at random: credentials from nothing but their shape."""

from __future__ import annotations

import importlib
import random
import re
import string
from typing import Any

_parser: Any = importlib.import_module("re._parser")


_SHORTEST = 8
"""Characters of a group that may be the credential and not a part of it."""


class Sampler:
    """Draws texts that a pattern matches."""

    def __init__(self, pattern: str, rng: random.Random) -> None:
        self._tree = _parser.parse(pattern)
        self._ignores_case = bool(self._tree.state.flags & re.IGNORECASE)
        self._rng = rng

    def draw(self) -> tuple[str, str]:
        """A text, and of it the longest group that has no name, else the whole: groups with names tell the rest."""
        self._groups: dict[int, str] = {}
        text = self._sequence(self._tree, any_case=self._ignores_case)
        named = set(self._tree.state.groupdict.values())
        value = max((self._groups[number] for number in self._groups if number not in named), key=len, default="")
        return text, value if len(value) >= _SHORTEST else text

    def _sequence(self, items: Any, *, any_case: bool) -> str:
        return "".join(self._item(str(operation), argument, any_case=any_case) for operation, argument in items)

    def _item(self, operation: str, argument: Any, *, any_case: bool) -> str:
        rng = self._rng
        match operation:
            case "LITERAL":
                return chr(argument)
            case "IN":
                char = rng.choice(_members(argument))
                return rng.choice([char.lower(), char.upper()]) if any_case else char
            case "ANY" | "NOT_LITERAL":
                return rng.choice(string.ascii_lowercase)
            case "BRANCH":
                return self._sequence(rng.choice(argument[1]), any_case=any_case)
            case "MAX_REPEAT" | "MIN_REPEAT":
                low, high, inner = argument
                count = rng.randint(int(low), min(int(high), int(low) + 8))
                return "".join(self._sequence(inner, any_case=any_case) for _ in range(count))
            case "SUBPATTERN":
                number, added, removed, inner = argument
                any_case = (any_case or bool(added & re.IGNORECASE)) and not removed & re.IGNORECASE
                text = self._sequence(inner, any_case=any_case)
                if number is not None:
                    self._groups[number] = text
                return text
            case _:
                return ""


def _members(items: Any) -> str:
    found: set[str] = set()
    excluded = False
    for operation, argument in items:
        match str(operation):
            case "NEGATE":
                excluded = True
            case "LITERAL":
                found.add(chr(argument))
            case "RANGE":
                found.update(map(chr, range(argument[0], argument[1] + 1)))
            case "CATEGORY":
                found.update(_category(str(argument)))
    if excluded:
        found = set(string.ascii_lowercase + " ") - found
    return "".join(sorted(found))


def _category(name: str) -> str:
    if name.endswith("_SPACE") and "NOT" not in name:
        return " "
    return string.digits if name.endswith("_DIGIT") and "NOT" not in name else string.ascii_letters + string.digits
