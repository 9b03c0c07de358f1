"""One pass over a text that finds every keyword of a few hundred, at the speed of `re`'s inner loop.

An alternation of keywords makes `re` try the whole alternation at every position. Instead each
keyword is found by its rarest character: the pattern is a choice of a dozen single characters
(which `re` skips to with a bitmap), and only there a lookbehind and a lookahead confirm the rest.
Text is folded first: one byte a character, so that offsets stay those of the text, ASCII letters
in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# Characters from rare to frequent, counted over lower-cased CI and Kubernetes logs.
_RARE_FIRST = "~`^|j$&@q;z?x{}k!wy<>vhbg%fumpclds+*,[]()nirtoae'\"=:_-/. "
_RANK = {char: rank for rank, char in enumerate(_RARE_FIRST)}
_FOLD = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))


def fold(text: str) -> bytes:
    """The text as one byte a character: ASCII lower case, what Latin-1 lacks as `?`."""
    return text.encode("latin-1", "replace").translate(_FOLD)


def _anchor(keyword: str) -> int:
    """The index of the keyword's rarest character."""
    return min(range(len(keyword)), key=lambda index: (_RANK.get(keyword[index], 40), index))


class Prefilter:
    """Finds keywords (lower case, ASCII) in folded text; `^word` only where a word starts."""

    def __init__(self, keywords: Iterable[str]) -> None:
        marks = set(keywords)
        words = {mark for mark in marks if not mark.startswith("^")}
        self._starting = {mark[1:] for mark in marks if mark.startswith("^")} - words
        self._groups: list[tuple[tuple[int, str], ...]] = [()]
        by_char: dict[str, list[tuple[int, str]]] = {}
        for keyword in sorted(words | self._starting, key=lambda word: (-len(word), word)):
            index = _anchor(keyword)
            by_char.setdefault(keyword[index], []).append((index, keyword))
        branches = [self._branch(char, entries) for char, entries in by_char.items()]
        self._pattern = re.compile("|".join(branches).encode("latin-1"))

    def _branch(self, char: str, entries: list[tuple[int, str]]) -> str:
        choices = []
        for index, keyword in entries:
            before, after = keyword[: index + 1], keyword[index + 1 :]
            edge = f"(?<![a-z0-9]{re.escape(before)})" if keyword in self._starting else ""
            choices.append(f"(?<={re.escape(before)})(?={re.escape(after)}){edge}()")
            self._groups.append(tuple(entry for entry in entries if _covers((index, keyword), entry)))
        return f"{re.escape(char)}(?:{'|'.join(choices)})"

    def hits(self, folded: bytes) -> Iterator[tuple[int, str]]:
        """Every (offset, keyword) in order of their rarest characters; longer keywords first."""
        groups = self._groups
        for match in self._pattern.finditer(folded):
            start = match.start()
            for index, keyword in groups[match.lastindex or 0]:
                yield start - index, keyword


def _covers(outer: tuple[int, str], inner: tuple[int, str]) -> bool:
    """Whether a match of `outer` implies one of `inner` at the same anchor."""
    offset = outer[0] - inner[0]
    return offset >= 0 and outer[1].startswith(inner[1], offset)
