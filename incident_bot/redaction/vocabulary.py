"""Keywords found without any library: a log has few words, and a word once looked at needs no second look.

A window of the text is cut into its words, runs of letters, `_` and `-`, which is two calls of C; then only words that
were never seen before are compared with keywords, and of these only such as have a part, a run of letters, that may
belong to one: names made of the same parts are many, and for each part is kept which demands it may meet. Each keyword
demands its own words, the rarest first, so that a window is searched, with `find`, for those few keywords alone whose
words stand in it, all that hold the same word at once. Keywords without a word are left to `anchors.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
"""Letters that a keyword's word must have to be looked up at a start or end of one, and inside."""
_RARE_SIGNS = frozenset(b"&?~$*;<>{}+|^!@")
_RARE_SIGNS_ALONE = tuple(bytes((byte,)) for byte in _RARE_SIGNS)
"""Whether one stands in a text is told thirty times as fast as whether a word does."""
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
        self.further: tuple[_Demand, ...] = ()
        """What it demands beside its rarest word."""
        self.sign = next((bytes((byte,)) for byte in check.written if byte in _RARE_SIGNS), b"")
        """A sign that it holds and that few texts do."""


class _Plan(NamedTuple):
    """How some keywords of a group are looked for: their text, and what is checked where it stands."""

    text: bytes
    any_case: bool
    checks: dict[int, list[tuple[int, Check]]]
    """By the character that follows the text: where in the keyword the text stands, and the keyword."""
    always: list[tuple[int, Check]]
    """For all other characters."""
    sure: int
    """The keyword that is the text and asks nothing else; negative where there is none."""


class _Group:
    """Keywords that are looked for together, by a text that all of them hold."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._plans: dict[tuple[_Sought, ...], _Plan] = {}

    def find(
        self, sought: tuple[_Sought, ...], raw: bytes, lowered: bytes, low: int, high: int
    ) -> list[tuple[int, int]]:
        """Those of its keywords that are sought, in `raw[low:high]`, of which `lowered` is the lower case."""
        finditer = sought[0].check.finditer if len(sought) == 1 else None
        if finditer:
            number = sought[0].check.number
            return [(match.start(), number) for match in finditer(raw, low, high)]
        text, any_case, checks, always, sure = self._plans.get(sought) or self._planned(sought)
        window, shift = (lowered, low) if any_case else (raw, 0)
        floor, ceiling, length = low - shift, high - shift, len(text)
        found: list[tuple[int, int]] = []
        place = window.find(text, floor, ceiling)
        while place >= 0:
            if sure >= 0:
                found.append((place + shift, sure))
            if checks or always:
                follows = window[place + length] if place + length < ceiling else -1
                for inside, check in checks.get(follows, always):
                    start = place - inside
                    if start >= floor and check.stands_at(raw, start + shift, high):
                        found.append((start + shift, check.number))
            place = window.find(text, place + 1, ceiling)
        return found

    def _planned(self, sought: tuple[_Sought, ...]) -> _Plan:
        if len(self._plans) > _MOST_PLANS:
            self._plans.clear()
        plan = self._plans[sought] = self._plan([each.check for each in sought])
        return plan

    def _plan(self, checks: Sequence[Check]) -> _Plan:
        # The whole keyword stands in fewer places than what it shares.
        text = checks[0].written if len(checks) == 1 else self._text
        any_case = len(checks) > 1 or checks[0].any_case
        sure = -1
        always: list[tuple[int, Check]] = []
        following: dict[int, list[tuple[int, Check]]] = {}
        for check in checks:
            written = check.written.lower() if any_case else check.written
            if written == text and check.any_case == any_case and not check.starting and not check.then:
                sure = check.number
                continue
            inside = written.index(text)
            end = inside + len(text)
            (following.setdefault(written[end], []) if end < len(written) else always).append((inside, check))
        return _Plan(text, any_case, {char: [*here, *always] for char, here in following.items()}, always, sure)


class _Demand(NamedTuple):
    """A word that a keyword holds, or a part of it, and what it must be of one in the text: its start, or its end."""

    word: bytes
    sought: _Sought
    is_rarest: bool
    """Whether it is asked before all others of its keyword."""
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


class _Index:
    """For each demand its rarest part."""

    def __init__(self) -> None:
        self._whole: dict[bytes, list[_Demand]] = {}
        self._begun: dict[bytes, list[_Demand]] = {}
        self._ended: dict[bytes, list[_Demand]] = {}
        self._inside: dict[bytes, list[tuple[bytes, _Demand]]] = {}
        self._begins: dict[bytes, list[int]] = {}
        self._ends: dict[bytes, list[int]] = {}
        """By the letters at the edge: how long what begins or ends with them is."""

    def add(self, part: _Demand, whole: _Demand) -> None:
        """Takes a demand, and what it demands of one part of a word."""
        if part.first and part.last:
            self._whole.setdefault(part.word, []).append(whole)
        elif part.first:
            self._begun.setdefault(part.word, []).append(whole)
            _add_length(self._begins.setdefault(part.word[:_EDGE], []), part.word)
        elif part.last:
            self._ended.setdefault(part.word, []).append(whole)
            _add_length(self._ends.setdefault(part.word[-_EDGE:], []), part.word)
        else:
            self._inside.setdefault(part.word[:_INSIDE], []).append((part.word, whole))

    def met_by(self, part: bytes) -> list[_Demand]:
        """The demands that a word may meet of which this run of letters is a part; some twice."""
        lowered = part.lower()
        return self._met_by(part) if lowered == part else self._met_by(part) + self._met_by(lowered)

    def _met_by(self, part: bytes) -> list[_Demand]:
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
                met += [whole for word, whole in here if part.startswith(word, at)]
        return met


def _add_length(lengths: list[int], word: bytes) -> None:
    if len(word) not in lengths:
        lengths.append(len(word))
        lengths.sort()


class _Memory:
    """What is known of the words that were seen."""

    def __init__(self) -> None:
        self.without: set[bytes] = set()
        """Words that meet the rarest demand of no keyword."""
        self.within: dict[bytes, tuple[_Sought, ...]] = {}
        """The keywords whose rarest demand a word meets."""
        self.meeting: dict[_Demand, set[bytes]] = {}
        """The words that meet a further demand."""
        self.harmless: set[bytes] = set()
        """Parts of words that belong to no keyword."""
        self.telling: dict[bytes, list[_Demand]] = {}
        """The demands that a word with this part may meet."""

    def is_full(self) -> bool:
        """Whether it is to be given up, which keeps it bounded: a text that is longer than any vocabulary is none of words."""
        return max(len(self.without), len(self.within), len(self.harmless), len(self.telling)) > _MOST_SEEN


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
            self._demand_all(_Sought(check, groups.setdefault(text, _Group(text))), words)
        self._anchors = AnchorFinder([keywords[number] for number in self._wordless])
        self._memory = _Memory()

    def _demand_all(self, sought: _Sought, words: Sequence[re.Match[bytes]]) -> None:
        check = sought.check
        demands = []
        for word in words:
            starting = check.starting and not word.start()
            first, last = word.start() > 0, word.end() < len(check.written) or check.then.startswith(b"[0-9]")
            demand = _Demand(word[0], sought, is_rarest=False, starting=starting, first=first, last=last)
            demands.append((max(_parts_of(demand), key=_rarity), demand))
        demands.sort(key=_rarity_of_pair, reverse=True)
        (part, rarest), *further = [demands[0], *(pair for pair in demands[1:] if len(pair[0].word) >= _INSIDE)]
        self._parts.add(part, rarest._replace(is_rarest=True))
        for part, demand in further:
            self._parts.add(part, demand)
        sought.further = tuple(demand for _, demand in further)

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        found = [(start, self._wordless[number]) for start, number in self._anchors.find(raw, low, high)]
        window = raw[low:high]
        if self._memory.is_full():
            self._memory = _Memory()
        memory = self._memory  # another thread may start a new one meanwhile
        words = set(window.translate(_WORDS_ALONE).split())
        telling = words - memory.without
        within = memory.within
        unseen = telling.difference(within)
        passing = self._look_at(unseen, memory) if unseen else ()
        sought = {each for word in telling if word in within for each in within[word]}
        sought.update(each.sought for each in passing if each.is_rarest)
        signs = {sign for sign in _RARE_SIGNS_ALONE if sign in window}
        groups: dict[_Group, list[_Sought]] = {}
        for each in sought:
            if each.sign and each.sign not in signs:
                continue
            if not each.further or _all_met(each.further, words, memory.meeting, passing):
                groups.setdefault(each.group, []).append(each)
        lowered = window.lower()
        for group, members in groups.items():
            members.sort(key=_number)
            found += group.find(tuple(members), raw, lowered, low, high)
        found.sort()
        return found

    def _look_at(self, words: set[bytes], memory: _Memory) -> list[_Demand]:
        """Remembers what these words meet; returns it for those that are too long to be remembered."""
        passing: list[_Demand] = []
        parts = set(b" ".join(words).translate(_PARTS_ALONE).split()) - memory.harmless
        for part in parts.difference(memory.telling):
            self._look_at_part(part, memory)
        parts -= memory.harmless
        for word in words if parts else ():
            here = parts.intersection(word.translate(_PARTS_ALONE).split())
            met = [each for part in here for each in self._met_with(part, word, memory)] if here else []
            if len(word) > _LONGEST_SEEN:
                passing += met
                continue
            for each in met:
                if not each.is_rarest:
                    memory.meeting.setdefault(each, set()).add(word)
            if sought := {each.sought for each in met if each.is_rarest}:
                memory.within[word] = tuple(sought)
        memory.without.update(word for word in words if word not in memory.within and len(word) <= _LONGEST_SEEN)
        return passing

    def _look_at_part(self, part: bytes, memory: _Memory) -> None:
        if len(part) > _LONGEST_SEEN:
            return
        if may_meet := self._parts.met_by(part):
            memory.telling[part] = may_meet
        else:
            memory.harmless.add(part)

    def _met_with(self, part: bytes, word: bytes, memory: _Memory) -> list[_Demand]:
        """The demands that the word meets with this part."""
        may_meet = memory.telling.get(part)
        if may_meet is None:
            may_meet = self._parts.met_by(part)
        lowered = word.lower() if may_meet else word
        return [each for each in may_meet if each.is_met_by(lowered if each.sought.check.any_case else word)]


def _all_met(
    demands: Sequence[_Demand], words: set[bytes], meeting: Mapping[_Demand, set[bytes]], passing: Sequence[_Demand]
) -> bool:
    """Whether a text of these words meets the demands."""
    return all(not words.isdisjoint(meeting.get(each, ())) or each in passing for each in demands)


def _shared_text(check: Check) -> bytes:
    """By what the keyword is looked for together with others: its longest run of letters, or its beginning."""
    written = check.written.lower()
    longest = max(_PART.findall(written), key=len)
    return longest if len(longest) >= _SHARED else written[:_SHARED]


def _number(sought: _Sought) -> int:
    return sought.check.number


def _parts_of(demand: _Demand) -> Iterator[_Demand]:
    """The runs of letters in a word, and what each must be of one in the text."""
    word = demand.word
    for part in _PART.finditer(word):
        begins = part.start() > 0 or demand.first or demand.starting
        ends = part.end() < len(word) or demand.last
        yield demand._replace(word=part[0], starting=begins, first=begins, last=ends)


def _rarity_of_pair(pair: tuple[_Demand, _Demand]) -> tuple[bool, int]:
    return _rarity(pair[0])


def _rarity(part: _Demand) -> tuple[bool, int]:
    """How seldom a text meets it: whether it can be looked up at all, then its length and edges."""
    edges = part.first + part.last
    return len(part.word) >= (_INSIDE, _EDGE, 1)[edges], len(part.word) + edges


def _is_demanded(check: Check, word: re.Match[bytes]) -> bool:
    """Whether this word of a keyword is rare enough to be looked up."""
    if _HEX.fullmatch(word[0]):
        return False
    begins = word.start() > 0 or check.starting
    ends = word.end() < len(check.written) or check.then.startswith(b"[0-9]")
    return len(word[0]) >= (1 if begins and ends else _EDGE if begins or ends else _INSIDE)
