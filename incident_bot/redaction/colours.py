"""Lines whose colour codes stand inside a word, as `grep --color` and highlighters print them: read without the codes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from incident_bot.patterns import compile_later

_CODE = compile_later(r"\x1b\[[0-9;]{0,16}[mK]")
_CODES = compile_later(r"(?:\x1b\[[0-9;]{0,16}[mK])+")
# The escape first: `re` skips to it, where a look back would be tried at every character.
_MOST_CHARS = 4096
"""Characters of one line that are read again, before the codes and behind them."""
_INSIDE = compile_later(
    rf"\x1b(?<=[\w.-]\x1b)\[[0-9;]{{0,16}}[mK](?:\x1b\[[0-9;]{{0,16}}[mK])*(?=[\w.-])[^\n]{{0,{_MOST_CHARS}}}"
)
_BETWEEN = "\n\n"


class Plain:
    """Such lines without their codes, an empty one after each."""

    def __init__(self, coloured: str, places: Sequence[tuple[int, int]]) -> None:
        """`places` says where each of the lines starts and ends in the coloured text."""
        self._coloured = coloured
        self._places = places
        lines = [coloured[start:end] for start, end in places]
        self.text = _CODE.sub("", _BETWEEN.join((*lines, ""))) if lines else ""
        """The lines, joined."""

    @cached_property
    def _starts(self) -> list[int]:
        lengths = (len(line) + len(_BETWEEN) for line in self.text.split(_BETWEEN))
        return list(accumulate(lengths, initial=0))[: len(self._places)]

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


def without_colours(text: str) -> Plain:
    """All lines of a text that have codes inside a word."""
    places: list[tuple[int, int]] = []
    read_to = 0
    for inside in _INSIDE.finditer(text):
        floor = max(read_to, inside.start() - _MOST_CHARS)
        read_to = inside.end()
        places.append((max(floor, text.rfind("\n", floor, inside.start()) + 1), read_to))
    return Plain(text, places)
