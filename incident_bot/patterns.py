"""Patterns that are compiled when they are first asked: there are some 900, and a run meets few of them.

For those that not every run asks: what is asked each time is as well compiled at once.
"""

from __future__ import annotations

import re
from typing import Any, cast

_KEPT = ("match", "fullmatch", "search", "finditer", "findall", "split", "sub", "subn", "flags", "groups", "groupindex")


class _Later:
    """Stands for a pattern until one of its methods is looked up; from then on it has them as its own."""

    def __init__(self, expression: str, flags: int) -> None:
        self.pattern = expression
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for kept in _KEPT:
            setattr(self, kept, getattr(compiled, kept))
        return getattr(compiled, name)


def compile_later(expression: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` makes, at first use. What it finds has another `re` than this, so compare no identities."""
    return cast("re.Pattern[str]", _Later(expression, flags))
