"""Lines whose colour codes stand inside a word, as `grep --color` and highlighters print them: read without the codes."""

from __future__ import annotations

import re

_CODES = re.compile(r"(?:\x1b\[[0-9;]{0,16}[mK])+")
# The escape first: `re` skips to it, where a look back would be tried at every character.
_INSIDE = re.compile(r"\x1b(?<=[\w.-]\x1b)\[[0-9;]{0,16}[mK](?:\x1b\[[0-9;]{0,16}[mK])*(?=[\w.-])")
_MOST_CHARS = 4096
"""Characters of one line that are read again."""


def without_colours(text: str) -> tuple[str, list[int]]:
    """All such lines without their codes, an empty one after each, and where in `text` each character stands."""
    lines: list[str] = []
    places: list[int] = []
    read_to = 0
    for inside in _INSIDE.finditer(text):
        if inside.start() < read_to:
            continue
        start = text.rfind("\n", max(read_to, inside.start() - _MOST_CHARS), inside.start()) + 1
        start = max(start, read_to, inside.start() - _MOST_CHARS)
        newline = text.find("\n", inside.end(), inside.end() + _MOST_CHARS)
        read_to = newline if newline >= 0 else min(len(text), inside.end() + _MOST_CHARS)
        line = text[start:read_to]
        lines.append(_CODES.sub("", line) + "\n\n")
        places += (*_places(line, start), read_to, read_to)
    return "".join(lines), places


def _places(line: str, start: int) -> list[int]:
    places: list[int] = []
    at = 0
    for codes in _CODES.finditer(line):
        places += range(start + at, start + codes.start())
        at = codes.end()
    return [*places, *range(start + at, start + len(line))]
