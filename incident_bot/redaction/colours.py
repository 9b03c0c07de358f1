"""Lines whose colour codes stand inside a word, as `grep --color` and highlighters print them: read without the codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODES = re.compile(r"(?:\x1b\[[0-9;]{0,16}[mK])+")
_INSIDE = re.compile(r"(?<=[\w.-])(?:\x1b\[[0-9;]{0,16}[mK])+(?=[\w.-])")
_MOST_CHARS = 4096
"""Characters of one line that are read again."""


def uncoloured_lines(text: str) -> Iterator[tuple[str, list[int]]]:
    """Each such line without its codes, and where in `text` each of its characters stands, and its end."""
    read_to = 0
    for inside in _INSIDE.finditer(text) if "\x1b[" in text else ():
        if inside.start() < read_to:
            continue
        start = text.rfind("\n", max(read_to, inside.start() - _MOST_CHARS), inside.start()) + 1
        start = max(start, read_to, inside.start() - _MOST_CHARS)
        newline = text.find("\n", inside.end(), inside.end() + _MOST_CHARS)
        read_to = newline if newline >= 0 else min(len(text), inside.end() + _MOST_CHARS)
        line = text[start:read_to]
        places = _places(line, start)
        yield _CODES.sub("", line), places


def _places(line: str, start: int) -> list[int]:
    places: list[int] = []
    at = 0
    for codes in _CODES.finditer(line):
        places += range(start + at, start + codes.start())
        at = codes.end()
    return [*places, *range(start + at, start + len(line) + 1)]
