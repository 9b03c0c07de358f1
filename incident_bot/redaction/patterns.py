"""Patterns that are compiled when they are first asked: the filter has some 250, and a text meets few of them."""

from __future__ import annotations

import re
from typing import Any, cast


class _Later:
    """Stands for a pattern until one of its methods is looked up; from then on it has them as its own."""

    def __init__(self, expression: str, flags: int) -> None:
        self._given = expression, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(*self._given)
        for method in ("match", "fullmatch", "search", "finditer", "findall", "sub"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def compile_later(expression: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` makes, at first use. What it finds has another `re` than this, so compare no identities."""
    return cast("re.Pattern[str]", _Later(expression, flags))
