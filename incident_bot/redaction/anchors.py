"""Keywords found with `re` alone, by the one thing that it does fast: to skip to a single character.

An alternation of keywords makes `re` try all of it at every position. Instead every keyword is found by one
of its characters, its anchor, and each anchor has a pattern of its own: the character, then a tree of what may
follow, then a look back at what must precede. A pass for each of some forty anchors costs less than one pass for
all of them, because a pattern that begins with one literal skips to it with `memchr`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from incident_bot.redaction.prefilter import Keyword

# How many of 10,000 characters of log text, counted over CI and Kubernetes logs; 100 for the rest.
_SHARE = {
    char: share
    for share, chars in (
        (2, "~^|$&@!`JQXZY"), (6, "*;+zqKVWHU"), (15, "?BGFOMNPL"), (25, "<>{}\\\"xDSRIACTE"), (45, "jw%#y]"), (70, "kv',()"),
        (90, "456789_"), (115, "3h["), (135, "=-"), (155, "b2"), (170, "pu1:"), (200, "gfd"), (220, "./0l"), (260, "cm"),
        (290, "n"), (330, "ra"), (360, "ois"), (470, "t"), (560, "e"), (1300, " "),
    )
    for char in chars
}  # fmt: skip


def share_of(char: str) -> int:
    """How many of 10,000 characters of log text are this one."""
    return _SHARE.get(char, 100)


_PATTERNS_PAY = 1 << 19
"""Bytes from which on the patterns are compiled: about as long as compiling takes, the plain search takes for these."""

WORD_BYTES = frozenset(byte for byte in range(128) if chr(byte).isalnum())


class _Entry(NamedTuple):
    anchor: int
    """Where in the keyword its anchor stands."""
    number: int
    """The keyword's place among all."""
    keyword: Keyword


class _Leaf(NamedTuple):
    """A group of an anchor's pattern: the keyword that it found, and others that may stand at the same place."""

    own: _Entry
    others: tuple[tuple[int, Check], ...]
    """Each with the place of the anchor in it."""


_Search = tuple[bytes, Callable[[bytes, int, int], Iterator[re.Match[bytes]]], list[_Leaf]]
"""The anchor, what finds the keywords beside it, and which these are."""


class AnchorFinder:
    """One pattern for each anchor; as long as little text was searched, keyword by keyword, for compiling takes longer."""

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self._keywords = keywords
        self._searched = 0

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        self._searched += high - low
        found = self._found(raw, low, high) if self._searched > _PATTERNS_PAY else self._found_plainly(raw, low, high)
        found.sort()
        return found

    def _found_plainly(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        lowered, found = raw[:high].lower(), []
        for check in self._checks:
            searched = lowered if check.any_case else raw
            start = searched.find(check.written, low, high)
            while start >= 0:
                if check.stands_at(raw, start, high):
                    found.append((start, check.number))
                start = searched.find(check.written, start + 1, high)
        return found

    def _found(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        found = []
        for anchor_byte, matches, leaves in self._searches:
            if raw.find(anchor_byte, low, high) < 0:
                continue
            for match in matches(raw, low, high):
                anchor = match.start()
                leaf = leaves[(match.lastindex or 1) - 1]
                start = anchor - leaf.own.anchor
                if start >= low:
                    found.append((start, leaf.own.number))
                found += [
                    (anchor - at, check.number)
                    for at, check in leaf.others
                    if anchor - at >= low and check.stands_at(raw, anchor - at, high)
                ]
        return found

    @cached_property
    def _checks(self) -> list[Check]:
        return [Check(number, keyword) for number, keyword in enumerate(self._keywords)]

    @cached_property
    def _searches(self) -> list[_Search]:
        searches: list[_Search] = []
        for char, entries in _by_anchor(self._keywords).items():
            any_case = any(entry.keyword.any_case for entry in entries)
            for case in sorted({char, char.upper()}) if any_case and char.isascii() else [char]:
                leaves: list[_Leaf] = []
                here = [
                    entry for entry in entries if entry.keyword.any_case or case == entry.keyword.text[entry.anchor]
                ]
                pattern = f"{re.escape(case)}(?={_tree(here, 1, here, leaves)})"
                searches.append((case.encode("latin-1"), re.compile(pattern.encode("latin-1")).finditer, leaves))
        return searches


class Check:
    """Whether a keyword stands at a place that was found otherwise."""

    def __init__(self, number: int, keyword: Keyword) -> None:
        self.number = number
        self.written = keyword.text.encode("latin-1")
        self.any_case = keyword.any_case
        self._length = len(self.written)
        self.starting = keyword.starting
        self.then = keyword.then.encode("latin-1")

    def stands_at(self, raw: bytes, start: int, high: int) -> bool:
        """Whether it starts there, and what must follow lies before `high` too."""
        if self.starting and start and raw[start - 1] in WORD_BYTES:
            return False
        return self.is_written_at(raw, start, high)

    def is_written_at(self, raw: bytes, start: int, high: int) -> bool:
        """The same whatever stands before it."""
        end = start + self._length
        if end > high:
            return False
        if not raw.startswith(self.written, start) and not (self.any_case and raw[start:end].lower() == self.written):
            return False
        return not self.then or self._follows(raw, end, high) is not None

    @cached_property
    def finditer(self) -> Callable[..., Iterator[re.Match[bytes]]] | None:
        """For a keyword in its own case, of which two cannot overlap: one pattern for all that it asks."""
        written = self.written
        if self.any_case or any(written.startswith(written[shift:]) for shift in range(1, len(written))):
            return None
        then = b"(?=" + self.then + b")" if self.then else b""
        edge = b"(?<![A-Za-z0-9]" + re.escape(written) + b")" if self.starting else b""
        return re.compile(re.escape(written) + then + edge).finditer

    @cached_property
    def _follows(self) -> Callable[[bytes, int, int], re.Match[bytes] | None]:
        return re.compile(self.then).match


def _tree(entries: list[_Entry], depth: int, siblings: list[_Entry], leaves: list[_Leaf]) -> str:
    """A choice over what follows the anchor, shared beginnings once. Each leaf is a group and goes into `leaves`."""
    following: dict[tuple[str, bool], list[_Entry]] = {}
    for entry in entries:
        at = entry.anchor + depth
        following.setdefault((entry.keyword.text[at : at + 1], entry.keyword.any_case), []).append(entry)
    ending = following.pop(("", False), []) + following.pop(("", True), [])
    choices = []
    for (char, any_case), rest in following.items():
        # Near the anchor one literal for each case: `re` refuses literals faster than classes.
        literals = [char, char.upper()] if any_case and depth == 1 and char.isalpha() else []
        written = [re.escape(literal) for literal in literals] or [_either_case(char) if any_case else re.escape(char)]
        choices += [head + _tree(rest, depth + 1, siblings, leaves) for head in written]
    choices += [_leaf(entry, siblings, leaves) for entry in ending]
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"


def _leaf(entry: _Entry, siblings: list[_Entry], leaves: list[_Leaf]) -> str:
    keyword = entry.keyword
    others = [other for other in siblings if other is not entry and _may_meet(entry, other)]
    leaves.append(_Leaf(entry, tuple((other.anchor, Check(other.number, other.keyword)) for other in others)))
    written = "".join(_either_case(char) if keyword.any_case else re.escape(char) for char in keyword.text)
    then = f"(?={keyword.then})" if keyword.then else ""
    before = f"(?<={written})" if entry.anchor else ""
    edge = f"(?<![A-Za-z0-9]{written})" if keyword.starting else ""
    # What is refused most often stands first.
    return f"{then}{before}{edge}()"


def _either_case(char: str) -> str:
    return f"[{char.lower()}{char.upper()}]" if char.isascii() and char.isalpha() else re.escape(char)


def _by_anchor(keywords: Sequence[Keyword]) -> dict[str, list[_Entry]]:
    """Keywords by their anchor: as few and as rare characters as cover all of them."""
    anchors: dict[str, list[_Entry]] = {}
    indexed = sorted(
        enumerate(keywords), key=lambda pair: (-min(_cost(pair[1], char) for char in _eligible(pair[1])), pair[1])
    )
    for index, keyword in indexed:
        known = [char for char in _eligible(keyword) if char in anchors]
        choice = min(known or _eligible(keyword), key=lambda char: (_cost(keyword, char), -keyword.text.index(char)))
        anchors.setdefault(choice, []).append(_Entry(keyword.text.index(choice), index, keyword))
    for char in [char for char in anchors if char.isupper() and char.lower() in anchors]:
        # One pattern for both cases, or the same hit would be found twice.
        if any(entry.keyword.any_case for entry in anchors[char.lower()]):
            anchors[char.lower()] += anchors.pop(char)
    return anchors


def _eligible(keyword: Keyword) -> str:
    """The characters that may be its anchor: only those that something follows, which refuses it cheaply."""
    return keyword.text if keyword.then else keyword.text[:-1] or keyword.text


def _cost(keyword: Keyword, char: str) -> int:
    return share_of(char) + (_SHARE.get(char.upper(), 0) if keyword.any_case and char.isalpha() else 0)


def _may_meet(one: _Entry, other: _Entry) -> bool:
    """Whether both keywords can stand at the same anchor of one text."""
    shift = one.anchor - other.anchor
    left, right = one.keyword.text, other.keyword.text
    low, high = max(0, shift), min(len(left), len(right) + shift)
    return left[low:high].lower() == right[low - shift : high - shift].lower()
