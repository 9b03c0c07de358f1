"""Keywords found without any library: a log has few words, and a word once looked at needs no second look.

A window of the text is cut into its words, runs of letters, `_` and `-`, which is two calls of C; then only words that
were never seen before are compared with keywords, and of these only such as have a part, a run of letters, that may
belong to one: names made of the same parts are many. Each keyword demands its own words, so that a window is searched,
with `find`, for those few keywords alone whose words stand in it. Keywords without a word are left to `anchors.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from incident_bot.redaction.anchors import AnchorFinder, Check

if TYPE_CHECKING:
    from incident_bot.redaction.prefilter import Keyword

_IN_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-")
_WORDS_ALONE = bytes(byte if byte in _IN_WORD else ord(" ") for byte in range(256))
_WORD = re.compile(rb"[A-Za-z_-]*[A-Za-z][A-Za-z_-]*")
_HEX = re.compile(rb"[a-f]{1,2}")
"""What ids are full of: no word of a keyword."""
_JOINTS = re.compile(rb"[_-]")
_PART = re.compile(rb"[A-Za-z]+")
_PARTS_ALONE = bytes(byte if chr(byte).isalpha() and byte < 128 else ord(" ") for byte in range(256))
_EDGE = 2
_INSIDE = 3
"""Letters of a keyword's word by which it is looked up at a start or end, and inside: it must have as many."""
_LONG_ENOUGH = 4
"""Letters of a word that keywords may share to be looked for together; shorter ones stand in too many places."""
_MOST_SEEN = 50_000
"""Words without a keyword that are remembered, and words with one."""
_LONGEST_SEEN = 64
"""Letters of a word that is remembered: longer ones are of no language and do not come again."""


class _Group:
    """Keywords that are looked for together, by a text that all of them hold."""

    def __init__(self, text: bytes, *, any_case: bool) -> None:
        self.any_case = any_case
        self.demands = 0
        """A bit for each word without which none of them stands in a text."""
        self._text = text
        self._checks: list[tuple[int, Check]] = []

    def add(self, at: int, check: Check) -> None:
        """Takes a keyword in which the text stands at `at`."""
        self._checks.append((at, check))

    @cached_property
    def _finditer(self) -> Callable[..., Iterator[re.Match[bytes]]] | None:
        """For a single keyword in its own case, of which two cannot overlap: one pattern for all that it asks."""
        _at, check = self._checks[0]
        written = check.written
        overlaps = any(written.startswith(written[shift:]) for shift in range(1, len(written)))
        if len(self._checks) > 1 or self.any_case or overlaps:
            return None
        then = b"(?=" + check.then + b")" if check.then else b""
        edge = b"(?<![A-Za-z0-9]" + re.escape(written) + b")" if check.starting else b""
        return re.compile(re.escape(written) + then + edge).finditer

    def find(self, raw: bytes, lowered: bytes, low: int, high: int) -> Iterator[tuple[int, int]]:
        """All of its keywords in `raw[low:high]`, of which `lowered` is the lower case."""
        if self._finditer:
            number = self._checks[0][1].number
            for match in self._finditer(raw, low, high):
                yield match.start(), number
            return
        window, shift = (lowered, low) if self.any_case else (raw, 0)
        text, checks, floor, ceiling = self._text, self._checks, low - shift, high - shift
        if len(checks) == 1:  # nothing is shared: the whole keyword stands in fewer places than its word
            check = checks[0][1]
            text, checks = check.written, [(0, check)]
        start = window.find(text, floor, ceiling)
        while start >= 0:
            for at, check in checks:
                if start - at >= floor and check.stands_at(raw, start + shift - at, high):
                    yield start + shift - at, check.number
            start = window.find(text, start + 1, ceiling)


class _Demand(NamedTuple):
    """A word that a keyword holds, or a part of it, and what it must be of one in the text: its start, or its end."""

    word: bytes
    group: _Group
    bit: int
    starting: bool
    """The start of the word, or of a part of it."""
    first: bool
    last: bool


class _Index:
    """Demands, by a few letters of their words."""

    def __init__(self) -> None:
        self._begun: dict[bytes, list[_Demand]] = {}
        self._ended: dict[bytes, list[_Demand]] = {}
        self._inside: dict[bytes, list[_Demand]] = {}

    def add(self, demand: _Demand) -> None:
        """Takes a demand."""
        if demand.first or demand.starting:
            self._begun.setdefault(demand.word[:_EDGE], []).append(demand)
        elif demand.last:
            self._ended.setdefault(demand.word[-_EDGE:], []).append(demand)
        else:
            self._inside.setdefault(demand.word[:_INSIDE], []).append(demand)

    def met_by(self, word: bytes) -> Iterator[_Demand]:
        """The demands that this word of a text meets."""
        for start in (0, *(joint.end() for joint in _JOINTS.finditer(word))):
            for demand in self._begun.get(word[start : start + _EDGE], ()):
                end = start + len(demand.word)
                if (
                    word.startswith(demand.word, start)
                    and not (demand.first and start)
                    and not (demand.last and end < len(word))
                ):
                    yield demand
        for demand in self._ended.get(word[-_EDGE:], ()):
            if word.endswith(demand.word):
                yield demand
        for at in range(len(word) - _INSIDE + 1):
            for demand in self._inside.get(word[at : at + _INSIDE], ()):
                if word.startswith(demand.word, at):
                    yield demand

    def is_met_by(self, part: bytes) -> bool:
        """Whether a run of letters meets any demand."""
        for demand in self._begun.get(part[:_EDGE], ()):
            if part.startswith(demand.word) and (not demand.last or len(part) == len(demand.word)):
                return True
        if any(part.endswith(demand.word) for demand in self._ended.get(part[-_EDGE:], ())):
            return True
        for at in range(len(part) - _INSIDE + 1):
            for demand in self._inside.get(part[at : at + _INSIDE], ()):
                if part.startswith(demand.word, at):
                    return True
        return False


class VocabularyFinder:
    """See `KeywordFinder`."""

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self._wordless: list[int] = []
        self._words = {False: _Index(), True: _Index()}
        """For keywords in their own case, and in any."""
        self._parts = _Index()
        groups: dict[tuple[bytes, bool], _Group] = {}
        for number, keyword in enumerate(keywords):
            check = Check(number, keyword)
            words = [word for word in _WORD.finditer(check.written) if _is_demanded(check, word)]
            if not words:
                self._wordless.append(number)
                continue
            shared = words[0] if len(words) == 1 and len(words[0][0]) >= _LONG_ENOUGH else None
            text = shared[0] if shared else check.written
            group = groups.setdefault((text, check.any_case), _Group(text, any_case=check.any_case))
            group.add(shared.start() if shared else 0, check)
            for place, word in enumerate(words):
                self._demand(check, word, group, 1 << place)
        self._anchors = AnchorFinder([keywords[number] for number in self._wordless])
        self._without: set[bytes] = set()
        self._within: dict[bytes, list[_Demand]] = {}
        self._harmless: set[bytes] = set()
        self._telling: set[bytes] = set()

    def _demand(self, check: Check, word: re.Match[bytes], group: _Group, bit: int) -> None:
        group.demands |= bit
        starting = check.starting and not word.start()
        demand = _Demand(word[0], group, bit, starting, word.start() > 0, word.end() < len(check.written))
        self._words[check.any_case].add(demand)
        self._parts.add(max(_parts_of(demand), key=_rarity))

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        found = [(start, self._wordless[number]) for start, number in self._anchors.find(raw, low, high)]
        window = raw[low:high]
        odd = set(window.translate(_WORDS_ALONE).split()) - self._without
        unseen = odd.difference(self._within)
        demands = [demand for word in odd - unseen for demand in self._within[word]]
        if unseen:
            demands += self._look_at(unseen)
        met: dict[_Group, int] = {}
        for demand in demands:
            met[demand.group] = met.get(demand.group, 0) | demand.bit
        lowered = window.lower()
        for group, bits in met.items():
            if bits == group.demands:
                found += group.find(raw, lowered, low, high)
        found.sort()
        return found

    def _look_at(self, words: set[bytes]) -> list[_Demand]:
        """The demands that these words meet, remembered."""
        self._forget()
        parts = set(b" ".join(words).translate(_PARTS_ALONE).split())
        telling = parts & self._telling
        for part in parts - self._harmless - telling:
            matters = self._parts.is_met_by(part.lower())
            if matters:
                telling.add(part)
            if len(part) <= _LONGEST_SEEN:
                (self._telling if matters else self._harmless).add(part)
        demands: list[_Demand] = []
        for word in words:
            found = [] if telling.isdisjoint(word.translate(_PARTS_ALONE).split()) else [*self._met_by(word)]
            demands += found
            if len(word) > _LONGEST_SEEN:
                continue
            if found:
                self._within[word] = found
            else:
                self._without.add(word)
        return demands

    def _forget(self) -> None:
        """Keeps memory bounded: a text that is longer than any vocabulary is none of words."""
        if max(len(self._without), len(self._within), len(self._harmless), len(self._telling)) > _MOST_SEEN:
            for seen in (self._without, self._within, self._harmless, self._telling):
                seen.clear()

    def _met_by(self, word: bytes) -> Iterator[_Demand]:
        yield from self._words[False].met_by(word)
        yield from self._words[True].met_by(word.lower())


def _parts_of(demand: _Demand) -> Iterator[_Demand]:
    """The runs of letters in a word, in lower case, and what each must be of one in the text."""
    word = demand.word
    for part in _PART.finditer(word):
        begins = part.start() > 0 or demand.first or demand.starting
        ends = part.end() < len(word) or demand.last
        yield demand._replace(word=part[0].lower(), starting=begins, first=begins, last=ends)


def _rarity(part: _Demand) -> tuple[bool, int]:
    """How seldom a text meets it: whether it can be looked up at all, then its length and edges."""
    edges = part.first + part.last
    return len(part.word) >= (_INSIDE, _EDGE, 1)[edges], len(part.word) + edges


def _is_demanded(check: Check, word: re.Match[bytes]) -> bool:
    """Whether this word of a keyword is rare enough to be looked up."""
    if _HEX.fullmatch(word[0]):
        return False
    begins, ends = word.start() > 0 or check.starting, word.end() < len(check.written)
    return len(word[0]) >= (1 if begins and ends else _EDGE if begins or ends else _INSIDE)
