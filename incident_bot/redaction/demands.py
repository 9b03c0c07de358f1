"""What keywords demand of the words of a text, and which demands a word may meet, by the letters in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from incident_bot.redaction.keyword_groups import Sought
    from incident_bot.redaction.prefilter import Check

_IN_WORD = frozenset(range(0x21, 0x7F)) - frozenset(b"0123456789.,/")
WORDS_ALONE = bytes(byte if byte in _IN_WORD else ord(" ") for byte in range(256))
"""For `bytes.translate`: a text as its words, runs of letters and signs, between spaces.

Ids fall apart at their digits, and paths and names of classes at what parts them: else each would be a word of its own.
"""
_LETTERS = frozenset(byte for byte in range(128) if chr(byte).isalpha())
PARTS_ALONE = bytes(byte if byte in _LETTERS else ord(" ") for byte in range(256))
"""The same for the parts of words, runs of letters."""
_WORD = re.compile(rb"[!-+\-:-~]+")
_PART = re.compile(rb"[A-Za-z]+")
_HEX = re.compile(rb"[a-f]{1,2}")
"""What ids are full of: no word of a keyword."""
_EDGE = 2
_INSIDE = 3
"""Letters of a part that can be looked up by its start or its end, and inside."""
_SIGNS = 2
_RARE_SIGNS = b"$*~"
"""Signs of a word that is looked for in all words that are new: so many, or one that few words hold."""


class Demand:
    """A word of a keyword, and what it must be of one in the text: its start, its end, or both."""

    __slots__ = ("_starting", "any_case", "is_rarest", "needle", "sought")

    def __init__(self, sought: Sought, word: re.Match[bytes]) -> None:
        check = sought.check
        self.sought = sought
        self.any_case = check.any_case
        self.is_rarest = False
        """Whether it is asked before all others of its keyword."""
        before, behind = _edges(check, word)
        self.needle = b" " * before + word[0] + b" " * behind
        """The word as it stands among words with a space before and behind each, in lower case for `any_case`."""
        self._starting = check.starting and not word.start()

    def met_in(self, words: bytes, at: int) -> Iterator[tuple[int, int]]:
        """Where the words stand that meet it, of which `at` is the first place that holds the needle."""
        needle, starting = self.needle, self._starting
        while at >= 0:
            if starting and words[at - 1] in _LETTERS:
                at = words.find(needle, at + 1)
                continue
            start = words.rfind(b" ", 0, at + 1) + 1
            end = words.find(b" ", at + 1)
            yield start, end
            at = words.find(needle, end)


class Part(NamedTuple):
    """A run of letters in a word that meets a demand, and whether it begins and ends as given."""

    letters: bytes
    begins: bool
    ends: bool

    @property
    def rarity(self) -> int:
        """How seldom a text holds it, by its length and edges; 0 where that is too often to look it up."""
        edges = self.begins + self.ends
        return len(self.letters) + edges if len(self.letters) >= (_INSIDE, _EDGE, 1)[edges] else 0


class Demanded(NamedTuple):
    """A demand, and the rarest part of its word if it has one."""

    demand: Demand
    part: Part | None
    rarity: int


def demands_of(sought: Sought) -> list[Demanded]:
    """What a keyword demands, the rarest word first; nothing where it holds none that is rare enough."""
    check = sought.check
    demanded = []
    for word in _WORD.finditer(check.written):
        if _HEX.fullmatch(word[0]):
            continue
        part = max(_parts_of(check, word), key=lambda part: part.rarity, default=None)
        if part and part.rarity:
            demanded.append(Demanded(Demand(sought, word), part, part.rarity))
        elif not part and (len(word[0]) >= _SIGNS or word[0] in _RARE_SIGNS):
            demanded.append(Demanded(Demand(sought, word), None, 0))
    demanded.sort(key=lambda each: each.rarity, reverse=True)
    return demanded


def _parts_of(check: Check, word: re.Match[bytes]) -> Iterator[Part]:
    before, behind = _edges(check, word)
    first = check.starting or before
    for part in _PART.finditer(word[0]):
        yield Part(part[0], part.start() > 0 or first, part.end() < len(word[0]) or behind)


def _edges(check: Check, word: re.Match[bytes]) -> tuple[bool, bool]:
    """Whether a word of a text begins and ends as this one of the keyword does: what ends a keyword may go on."""
    return word.start() > 0, word.end() < len(check.written) or check.then.startswith(b"[0-9]")


class DemandIndex:
    """The demands by the part of their word that is rarest."""

    def __init__(self) -> None:
        self._whole: dict[bytes, list[Demand]] = {}
        self._begun: dict[bytes, list[Demand]] = {}
        self._ended: dict[bytes, list[Demand]] = {}
        self._inside: dict[bytes, list[tuple[bytes, Demand]]] = {}
        self._begins: dict[bytes, list[int]] = {}
        self._ends: dict[bytes, list[int]] = {}
        """By the letters at the edge: how long what begins or ends with them is."""

    def add(self, part: Part, demand: Demand) -> None:
        """Files a demand under this part."""
        letters = part.letters
        if part.begins and part.ends:
            self._whole.setdefault(letters, []).append(demand)
        elif part.begins:
            self._begun.setdefault(letters, []).append(demand)
            _add_length(self._begins.setdefault(letters[:_EDGE], []), letters)
        elif part.ends:
            self._ended.setdefault(letters, []).append(demand)
            _add_length(self._ends.setdefault(letters[-_EDGE:], []), letters)
        else:
            self._inside.setdefault(letters[:_INSIDE], []).append((letters, demand))

    def met_by(self, part: bytes) -> list[Demand]:
        """The demands that a word may meet of which this run of letters is a part; some twice."""
        lowered = part.lower()
        return self._met_by(part) if lowered == part else self._met_by(part) + self._met_by(lowered)

    def _met_by(self, part: bytes) -> list[Demand]:
        length = len(part)
        met = [*self._whole.get(part, ())]
        for edge in self._begins.get(part[:_EDGE], ()):
            if edge > length:
                break
            met += self._begun.get(part[:edge], ())
        for edge in self._ends.get(part[-_EDGE:], ()):
            if edge > length:
                break
            met += self._ended.get(part[length - edge :], ())
        inside = self._inside
        for at in range(length - _INSIDE + 1):
            if here := inside.get(part[at : at + _INSIDE]):
                met += [demand for letters, demand in here if part.startswith(letters, at)]
        return met


def _add_length(lengths: list[int], letters: bytes) -> None:
    if len(letters) not in lengths:
        lengths.append(len(letters))
        lengths.sort()
