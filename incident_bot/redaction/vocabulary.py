"""Keywords found without any library: a log has few words, and a word once looked at needs no second look.

A window of the text is cut into its words, which is two calls of C. Only words that were not seen before are looked at,
those of a window together: their parts, runs of letters, tell which demands of keywords they may meet, which is
remembered for each part, and a search of these few words which they do meet. Each keyword demands its own words, the rarest
first, so that a window is searched, with `find`, for those few keywords alone whose words stand in it, all that hold the
same word at once. A keyword without a rare word is looked for where its sign stands, or a number as long as its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from incident_bot.redaction.demands import PARTS_ALONE, WORDS_ALONE, Demand, DemandIndex, demands_of
from incident_bot.redaction.keyword_groups import Group, Sought, shared_text
from incident_bot.redaction.prefilter import Check

if TYPE_CHECKING:
    from incident_bot.redaction.prefilter import Keyword

_MOST_WORDS = 1 << 14
_MOST_PARTS = 50_000
"""Words and parts that are remembered. Ids are words too and do not come again, so that few of them are kept."""
_LONGEST_SEEN = 64
"""Characters of a word or part that is remembered: longer ones are of no language and do not come again."""
_DIGITS_ALIKE = bytes(ord("0") if chr(byte).isdecimal() else byte for byte in range(256))
_NUMBER_FOLLOWS = re.compile(rb"\[0-9\]\{(\d+)\}")
_LETTER = re.compile(rb"[A-Za-z]")


class _Memory:
    """What is known of the words that were seen."""

    def __init__(self) -> None:
        self.without: set[bytes] = set()
        """Words that meet the rarest demand of no keyword."""
        self.within: dict[bytes, tuple[Sought, ...]] = {}
        """The keywords whose rarest demand a word meets."""
        self.meeting: dict[Demand, set[bytes]] = {}
        """The words that meet a further demand."""

    def is_full(self) -> bool:
        """Whether it is to be given up, which keeps it bounded."""
        return len(self.without) > _MOST_WORDS or len(self.within) > _MOST_WORDS

    def take(self, words: set[bytes], met: dict[Demand, list[bytes]]) -> None:
        """Remembers what these words meet."""
        within: dict[bytes, list[Sought]] = {}
        for demand, here in met.items():
            kept = [word for word in here if len(word) <= _LONGEST_SEEN]
            if not demand.is_rarest:
                self.meeting.setdefault(demand, set()).update(kept)
                continue
            for word in kept:
                within.setdefault(word, []).append(demand.sought)
        for word, sought in within.items():
            self.within[word] = tuple(sought)
        # Last: to another thread these words are told about from here on.
        if max(map(len, words)) > _LONGEST_SEEN:
            words = {word for word in words if len(word) <= _LONGEST_SEEN}
        self.without |= words - within.keys()


class VocabularyFinder:
    """See `KeywordFinder`."""

    window_bytes = 1 << 14
    """In a larger one stand more words, and so more keywords are looked for in all of it."""

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self._index = DemandIndex()
        self._signs: list[Demand] = []
        """Demands of words without letters."""
        self._wordless: list[Sought] = []
        """Keywords without a demand."""
        self._numbered: dict[bytes, list[Check]] = {}
        """Keywords that start a word and that a number follows, by both with all digits alike."""
        self._groups: dict[bytes, Group] = {}
        for number, keyword in enumerate(keywords):
            self._add(Check(number, keyword))
        self._memory = _Memory()
        self._harmless: set[bytes] = set()
        """Parts of words that belong to no keyword."""
        self._telling: dict[bytes, list[Demand]] = {}
        """The demands that a word with this part may meet."""

    def _add(self, check: Check) -> None:
        text = shared_text(check)
        sought = Sought(check, self._groups.setdefault(text, Group(text)))
        follows = _NUMBER_FOLLOWS.fullmatch(check.then) if check.starting else None
        if follows and not _LETTER.search(check.written):
            alike = (check.written + b"0" * int(follows[1])).translate(_DIGITS_ALIKE)
            self._numbered.setdefault(alike, []).append(check)
            return
        demanded = demands_of(sought)
        for each in demanded:
            if each.part:
                self._index.add(each.part, each.demand)
            elif each is demanded[0]:
                self._signs.append(each.demand)
        if demanded:
            demanded[0].demand.is_rarest = True
            sought.further = tuple(each.demand for each in demanded[1:] if each.part)
        else:
            self._wordless.append(sought)

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        window = raw[low:high]
        words = set(window.translate(WORDS_ALONE).split())
        if self._memory.is_full():
            self._memory = _Memory()
        memory = self._memory  # another thread may start a new one meanwhile
        telling = words - memory.without
        unseen = telling.difference(memory.within)
        met = self._look_at(unseen) if unseen else {}
        if unseen:
            memory.take(unseen, met)
        within = memory.within
        sought = {each for word in telling if word in within for each in within[word]}
        sought.update(demand.sought for demand in met if demand.is_rarest)
        sought.update(self._wordless)
        signs: dict[bytes, bool] = {b"": True}
        groups: dict[Group, list[Sought]] = {}
        for each in sought:
            here = signs.get(each.sign)
            if here is None:
                here = signs[each.sign] = each.sign in window
            if not here:
                continue
            if not each.further or _all_met(each.further, words, memory, met):
                groups.setdefault(each.group, []).append(each)
        lowered = window.lower()
        found = [*self._before_numbers(window.translate(_DIGITS_ALIKE), raw, low, high)]
        for group, members in groups.items():
            members.sort(key=_number)
            found += group.find(tuple(members), raw, lowered, low, high)
        found.sort()
        return found

    def _before_numbers(self, alike: bytes, raw: bytes, low: int, high: int) -> Iterator[tuple[int, int]]:
        for number, checks in self._numbered.items():
            at = alike.find(number)
            while at >= 0:
                yield from ((low + at, check.number) for check in checks if check.stands_at(raw, low + at, high))
                # No other starts inside: a digit stands before it.
                at = alike.find(number, at + len(number))

    def _look_at(self, words: set[bytes]) -> dict[Demand, list[bytes]]:
        """Which demands are met, and by which of these words."""
        joined = b" ".join((b"", *words, b""))
        demands = set(self._signs)
        for part in set(joined.translate(PARTS_ALONE).split()) - self._harmless:
            demands.update(self._met_by(part))
        lowered = joined.lower() if demands else joined
        met: dict[Demand, list[bytes]] = {}
        for demand in demands:
            searched = lowered if demand.any_case else joined
            at = searched.find(demand.needle)
            if at >= 0 and (here := [joined[start:end] for start, end in demand.met_in(searched, at)]):
                met[demand] = here
        return met

    def _met_by(self, part: bytes) -> Iterable[Demand]:
        """The demands that a word with this part may meet."""
        if (known := self._telling.get(part)) is not None:
            return known
        met = self._index.met_by(part)
        if len(part) > _LONGEST_SEEN:
            return met
        if len(self._harmless) > _MOST_PARTS or len(self._telling) > _MOST_PARTS:
            self._harmless, self._telling = set(), {}
        if met:
            self._telling[part] = met
        else:
            self._harmless.add(part)
        return met


def _all_met(demands: Iterable[Demand], words: set[bytes], memory: _Memory, met: dict[Demand, list[bytes]]) -> bool:
    """Whether a text of these words meets the demands."""
    meeting = memory.meeting
    return all(each in met or not words.isdisjoint(meeting.get(each, ())) for each in demands)


def _number(sought: Sought) -> int:
    return sought.number
