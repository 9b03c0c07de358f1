"""How one issuer's credential is described to the scanner."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

HEX = "[0-9a-fA-F]"
UUID = f"{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}"


@dataclass(frozen=True)
class Provider:
    """One issuer's credential. `inner` allows it inside a word (a URL whose host is the mark), `behind` right behind one.

    A mark that starts with `^` is common inside words and is looked for at the start of one only;
    a `(?=...)` at its end is a pattern of what must follow it.
    """

    kind: str
    marks: tuple[str, ...]
    expression: str
    inner: bool = False
    behind: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the whole value looks like; compiled when a mark is first seen, for most never are."""
        return re.compile(self.expression)


def provider(kind: str, marks: str, expression: str, *, inner: bool = False, behind: bool = False) -> Provider:
    """A provider whose marks are given as words of one text."""
    return Provider(kind, tuple(marks.split()), expression, inner, behind)
