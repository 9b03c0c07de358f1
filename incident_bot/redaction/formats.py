"""How one issuer's credential is described to the scanner."""

from __future__ import annotations

import re
from typing import NamedTuple

HEX = "[0-9a-fA-F]"
UUID = f"{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}"


class Provider(NamedTuple):
    """One issuer's credential. `inner` allows it inside a word (a URL whose host is the mark).

    A mark that starts with `^` is common inside words and is looked for at the start of one only;
    a `(?=...)` at its end is a pattern of what must follow it.
    """

    kind: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    inner: bool = False


def provider(kind: str, marks: str, pattern: str, *, inner: bool = False) -> Provider:
    """A provider whose marks are given as words of one text."""
    return Provider(kind, tuple(marks.split()), re.compile(pattern), inner)
