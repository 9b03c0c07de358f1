"""Lines whose colour codes stand inside a word, as `grep --color` and highlighters print them: read without the codes."""

from __future__ import annotations

import re
from bisect import bisect_right

_CODES = re.compile(r"(?:\x1b\[[0-9;]{0,16}[mK])+")
# The escape first: `re` skips to it, where a look back would be tried at every character.
_INSIDE = re.compile(r"\x1b(?<=[\w.-]\x1b)\[[0-9;]{0,16}[mK](?:\x1b\[[0-9;]{0,16}[mK])*(?=[\w.-])")
_MOST_CHARS = 4096
"""Characters of one line that are read again."""


class Plain:
    """Such lines without their codes, an empty one after each."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts: list[int] = []
        self._places: list[int] = []
        self._length = 0

    @property
    def text(self) -> str:
        """The lines, joined."""
        return "".join(self._parts)

    def place(self, at: int) -> int:
        """Where in the coloured text the character at `at` stands."""
        part = bisect_right(self._starts, at) - 1
        return self._places[part] + at - self._starts[part]

    def add(self, part: str, place: int) -> None:
        """Takes a part of the coloured text that stands at `place`, or a line's end there."""
        if part:
            self._parts.append(part)
            self._starts.append(self._length)
            self._places.append(place)
            self._length += len(part)


def without_colours(text: str) -> Plain:
    """All lines of a text that have codes inside a word."""
    plain = Plain()
    read_to = 0
    for inside in _INSIDE.finditer(text):
        if inside.start() < read_to:
            continue
        start = text.rfind("\n", max(read_to, inside.start() - _MOST_CHARS), inside.start()) + 1
        start = max(start, read_to, inside.start() - _MOST_CHARS)
        newline = text.find("\n", inside.end(), inside.end() + _MOST_CHARS)
        read_to = newline if newline >= 0 else min(len(text), inside.end() + _MOST_CHARS)
        for codes in _CODES.finditer(text, start, read_to):
            plain.add(text[start : codes.start()], start)
            start = codes.end()
        plain.add(text[start:read_to], start)
        plain.add("\n", read_to)
        plain.add("\n", read_to)
    return plain
