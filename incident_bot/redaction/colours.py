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

    def __init__(self, coloured: str) -> None:
        self._coloured = coloured
        self._lines: list[str] = []
        self._starts: list[int] = []
        self._places: list[tuple[int, int]] = []
        self._length = 0

    @property
    def text(self) -> str:
        """The lines, joined."""
        return "".join(self._lines)

    def place(self, at: int) -> int:
        """Where in the coloured text the character at `at` stands, behind the codes right before it."""
        line = bisect_right(self._starts, at) - 1
        left = at - self._starts[line]
        start, end = self._places[line]
        for codes in _CODES.finditer(self._coloured, start, end):
            if codes.start() - start > left:
                break
            left -= codes.start() - start
            start = codes.end()
        return min(start + left, end)

    def add(self, start: int, end: int) -> None:
        """Takes a line of the coloured text."""
        plain = _CODES.sub("", self._coloured[start:end]) + "\n\n"
        self._lines.append(plain)
        self._starts.append(self._length)
        self._places.append((start, end))
        self._length += len(plain)


def without_colours(text: str) -> Plain:
    """All lines of a text that have codes inside a word."""
    plain = Plain(text)
    read_to = 0
    while inside := _INSIDE.search(text, read_to):
        floor = max(read_to, inside.start() - _MOST_CHARS)
        start = max(floor, text.rfind("\n", floor, inside.start()) + 1)
        newline = text.find("\n", inside.end(), inside.end() + _MOST_CHARS)
        read_to = newline if newline >= 0 else min(len(text), inside.end() + _MOST_CHARS)
        plain.add(start, read_to)
    return plain
