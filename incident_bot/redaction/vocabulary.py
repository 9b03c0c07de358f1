"""Keywords found without any library: a log has few words, and a word once looked at needs no second look.

A window of the text is cut into its words, runs of letters, `_` and `-`, which is two calls of C; then only words that
were never seen before are compared with keywords, and of these only such as have a part, a run of letters, that may
belong to one: names made of the same parts are many, and for each part is kept which demands it may meet. Each keyword
demands its own words, so that a window is searched, with `find`, for those few keywords alone whose words stand in it,
all that hold the same word at once. Keywords without a word are left to `anchors.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from incident_bot.redaction.anchors import AnchorFinder, Check

if TYPE_CHECKING:
    from incident_bot.redaction.prefilter import Keyword

_IN_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-")
_WORDS_ALONE = bytes(byte if byte in _IN_WORD else ord(" ") for byte in range(256))
_WORD = re.compile(rb"[A-Za-z_-]*[A-Za-z][A-Za-z_-]*")
_HEX = re.compile(rb"[a-f]{1,2}")
"""What ids are full of: no word of a keyword."""
_JOINTS = frozenset(b"_-")
_PART = re.compile(rb"[A-Za-z]+")
_PARTS_ALONE = bytes(byte if chr(byte).isalpha() and byte < 128 else ord(" ") for byte in range(256))
_EDGE = 2
_INSIDE = 3
"""Letters of a keyword's word by which it is looked up at a start or end, and inside: it must have as many."""
_SHARED = 3
"""Letters of a word by which keywords are looked for together, at least, and else characters with which they begin."""
_MOST_PLANS = 1000
"""Choices of keywords that a group remembers how to look for."""
_MOST_SEEN = 50_000
"""Words without a keyword that are remembered, and words with one."""
_LONGEST_SEEN = 64
"""Letters of a word that is remembered: longer ones are of no language and do not come again."""


class _Sought:
    """A keyword that is looked for where all words that it demands stand in a text."""

    def __init__(self, check: Check, group: _Group) -> None:
        self.check = check
        self.group = group
        self.demands = 0
        """A bit for each of these words."""


class _Plan(NamedTuple):
    """How some keywords of a group are looked for: their text, and what is checked where it stands."""

    text: bytes
    any_case: bool
    checks: dict[int, list[tuple[int, Check]]]
    """By the character that follows the text: where in the keyword the text stands, and the keyword."""
    always: list[tuple[int, Check]]
    """For all other characters."""


class _Group:
    """Keywords that are looked for together, by a text that all of them hold."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._plans: dict[tuple[_Sought, ...], _Plan] = {}

    def find(
        self, sought: tuple[_Sought, ...], raw: bytes, lowered: bytes, low: int, high: int
    ) -> Iterator[tuple[int, int]]:
        """Those of its keywords that are sought, in `raw[low:high]`, of which `lowered` is the lower case."""
        finditer = sought[0].check.finditer if len(sought) == 1 else None
        if finditer:
            number = sought[0].check.number
            for match in finditer(raw, low, high):
                yield match.start(), number
            return
        plan = self._plans.get(sought) or self._planned(sought)
        text, _, checks, always = plan
        window, shift = (lowered, low) if plan.any_case else (raw, 0)
        floor, ceiling, length = low - shift, high - shift, len(text)
        place = window.find(text, floor, ceiling)
        while place >= 0:
            follows = window[place + length] if place + length < ceiling else -1
            for inside, check in checks.get(follows, always):
                start = place - inside
                if start >= floor and check.stands_at(raw, start + shift, high):
                    yield start + shift, check.number
            place = window.find(text, place + 1, ceiling)

    def _planned(self, sought: tuple[_Sought, ...]) -> _Plan:
        if len(self._plans) > _MOST_PLANS:
            self._plans.clear()
        checks = [each.check for each in sought]
        if len(checks) == 1:  # the whole keyword stands in fewer places than what it shares
            plan = _Plan(checks[0].written, checks[0].any_case, {}, [(0, checks[0])])
        else:
            plan = _Plan(self._text, True, {}, [])
            following: dict[int, list[tuple[int, Check]]] = {}
            for check in checks:
                written = check.written.lower()
                inside = written.index(self._text)
                end = inside + len(self._text)
                (following.setdefault(written[end], []) if end < len(written) else plan.always).append((inside, check))
            plan.checks.update({char: [*here, *plan.always] for char, here in following.items()})
        self._plans[sought] = plan
        return plan


class _Demand(NamedTuple):
    """A word that a keyword holds, or a part of it, and what it must be of one in the text: its start, or its end."""

    word: bytes
    sought: _Sought
    bit: int
    starting: bool
    """The start of the word, or of a part of it."""
    first: bool
    last: bool

    def is_met_by(self, word: bytes) -> bool:
        """Whether this word of a text, in lower case where the keyword's case does not matter, meets it."""
        if self.first:
            return word == self.word if self.last else word.startswith(self.word)
        if not self.starting:
            return word.endswith(self.word) if self.last else self.word in word
        # At the start of any part; the letter before it tells.
        end = len(self.word)
        at = word.find(self.word)
        while at >= 0:
            if (not at or word[at - 1] in _JOINTS) and (not self.last or at + end == len(word)):
                return True
            at = word.find(self.word, at + 1)
        return False


_Met = tuple[tuple[_Sought, ...], list[_Demand]]
"""What is sought because of a word alone, and what it meets together with others."""


class _Index:
    """For each demand its rarest part, by a few letters."""

    def __init__(self) -> None:
        self._begun: dict[bytes, list[tuple[_Demand, _Demand]]] = {}
        self._ended: dict[bytes, list[tuple[_Demand, _Demand]]] = {}
        self._inside: dict[bytes, list[tuple[_Demand, _Demand]]] = {}

    def add(self, part: _Demand, whole: _Demand) -> None:
        """Takes a demand, and what it demands of one part of a word."""
        if part.first:
            self._begun.setdefault(part.word[:_EDGE], []).append((part, whole))
        elif part.last:
            self._ended.setdefault(part.word[-_EDGE:], []).append((part, whole))
        else:
            self._inside.setdefault(part.word[:_INSIDE], []).append((part, whole))

    def met_by(self, part: bytes) -> list[_Demand]:
        """The demands that a word may meet of which this run of letters, in lower case, is a part."""
        begun = self._begun.get(part[:_EDGE], ())
        met = [
            whole
            for each, whole in begun
            if part.startswith(each.word) and (not each.last or len(part) == len(each.word))
        ]
        met += [whole for each, whole in self._ended.get(part[-_EDGE:], ()) if part.endswith(each.word)]
        inside = self._inside
        for at in range(len(part) - _INSIDE + 1):
            if here := inside.get(part[at : at + _INSIDE]):
                met += [whole for each, whole in here if part.startswith(each.word, at)]
        return met


class VocabularyFinder:
    """See `KeywordFinder`."""

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self._wordless: list[int] = []
        self._parts = _Index()
        groups: dict[bytes, _Group] = {}
        for number, keyword in enumerate(keywords):
            check = Check(number, keyword)
            words = [word for word in _WORD.finditer(check.written) if _is_demanded(check, word)]
            if not words:
                self._wordless.append(number)
                continue
            text = _shared_text(check)
            sought = _Sought(check, groups.setdefault(text, _Group(text)))
            for place, word in enumerate(words):
                self._demand(sought, word, 1 << place)
        self._anchors = AnchorFinder([keywords[number] for number in self._wordless])
        self._without: set[bytes] = set()
        self._within: dict[bytes, _Met] = {}
        self._harmless: set[bytes] = set()
        self._telling: dict[bytes, list[_Demand]] = {}

    def _demand(self, sought: _Sought, word: re.Match[bytes], bit: int) -> None:
        check = sought.check
        sought.demands |= bit
        starting = check.starting and not word.start()
        demand = _Demand(word[0], sought, bit, starting, word.start() > 0, word.end() < len(check.written))
        self._parts.add(max(_parts_of(demand), key=_rarity), demand)

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        found = [(start, self._wordless[number]) for start, number in self._anchors.find(raw, low, high)]
        window = raw[low:high]
        self._forget()
        within, without = self._within, self._without  # another thread may take new ones meanwhile
        words = set(window.translate(_WORDS_ALONE).split()) - without
        unseen = words.difference(within)
        passing = self._look_at(unseen, within, without) if unseen else {}
        sought: set[_Sought] = set()
        met: dict[_Sought, int] = {}
        for word in words:
            here = within.get(word) or passing.get(word)
            if here is None:
                continue
            alone, together = here
            sought.update(alone)
            for demand in together:
                met[demand.sought] = met.get(demand.sought, 0) | demand.bit
        sought.update(each for each, bits in met.items() if bits == each.demands)
        groups: dict[_Group, list[_Sought]] = {}
        for each in sought:
            groups.setdefault(each.group, []).append(each)
        lowered = window.lower()
        for group, members in groups.items():
            members.sort(key=_number)
            found += group.find(tuple(members), raw, lowered, low, high)
        found.sort()
        return found

    def _look_at(self, words: set[bytes], within: dict[bytes, _Met], without: set[bytes]) -> dict[bytes, _Met]:
        """Remembers what these words meet; returns it for those that are too long to be remembered."""
        passing: dict[bytes, _Met] = {}
        for word in words:
            met: list[_Demand] = []
            for part in word.translate(_PARTS_ALONE).split():
                if part not in self._harmless:
                    met += (each for each in self._met_with(part, word) if each not in met)
            if met:
                alone = tuple(each.sought for each in met if each.bit == each.sought.demands)
                together = [each for each in met if each.bit != each.sought.demands]
                (within if len(word) <= _LONGEST_SEEN else passing)[word] = alone, together
            elif len(word) <= _LONGEST_SEEN:
                without.add(word)
        return passing

    def _met_with(self, part: bytes, word: bytes) -> list[_Demand]:
        """The demands that the word meets with this part."""
        may_meet = self._telling.get(part)
        if may_meet is None:
            may_meet = self._parts.met_by(part.lower())
            if may_meet and len(part) <= _LONGEST_SEEN:
                self._telling[part] = may_meet
            elif len(part) <= _LONGEST_SEEN:
                self._harmless.add(part)
        lowered = word.lower() if may_meet else word
        return [each for each in may_meet if each.is_met_by(lowered if each.sought.check.any_case else word)]

    def _forget(self) -> None:
        """Keeps memory bounded: a text that is longer than any vocabulary is none of words."""
        if max(len(self._without), len(self._within), len(self._harmless), len(self._telling)) > _MOST_SEEN:
            self._without, self._within, self._harmless, self._telling = set(), {}, set(), {}


def _shared_text(check: Check) -> bytes:
    """By what the keyword is looked for together with others: its longest run of letters, or its beginning."""
    written = check.written.lower()
    longest = max(_PART.findall(written), key=len)
    return longest if len(longest) >= _SHARED else written[:_SHARED]


def _number(sought: _Sought) -> int:
    return sought.check.number


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
