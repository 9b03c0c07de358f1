"""Keywords found by an Aho-Corasick automaton in Rust: the library of the `fast` extra."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import ahocorasick_rs

from incident_bot.redaction.anchors import AnchorFinder

if TYPE_CHECKING:
    from incident_bot.redaction.prefilter import Keyword


class AutomatonFinder:
    """Searches the text in lower case; what the library finds is then compared in its own case.

    Keywords of a letter or two, which only what follows makes rare, are left to `re`: the automaton would
    report every such letter.
    """

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self._keywords = keywords
        self._written = [keyword.text.encode("latin-1") for keyword in keywords]
        by_text: dict[bytes, list[int]] = {}
        self._followed: list[int] = []
        for index, keyword in enumerate(keywords):
            if keyword.then:
                self._followed.append(index)
            else:
                by_text.setdefault(self._written[index].lower(), []).append(index)
        self._indexes = list(by_text.values())
        # Whether the keyword counts wherever its letters stand, in any case.
        self._plain = [
            len(indexes) == 1 and keywords[indexes[0]].any_case and not keywords[indexes[0]].starting
            for indexes in self._indexes
        ]
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            list(by_text), implementation=ahocorasick_rs.Implementation.DFA
        )
        self._anchors = AnchorFinder([keywords[index] for index in self._followed])

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        found = [(start, self._followed[number]) for start, number in self._anchors.find(raw, low, high)]
        for number, start, _end in self._automaton.find_matches_as_indexes(raw[low:high].lower(), overlapping=True):
            if self._plain[number]:
                found.append((low + start, self._indexes[number][0]))
            else:
                found += [
                    (low + start, index) for index in self._indexes[number] if self._counts(raw, low + start, index)
                ]
        found.sort()
        return found

    def _counts(self, raw: bytes, start: int, index: int) -> bool:
        keyword = self._keywords[index]
        if not keyword.any_case and not raw.startswith(self._written[index], start):
            return False
        return not (keyword.starting and start and raw[start - 1 : start].isalnum())


class AutomatonParts:
    """Finds texts that come to be known while it is in use.

    An automaton cannot grow, so what is new has one of its own until it is as large as that of the rest.
    """

    def __init__(self) -> None:
        self._all: list[str] = []
        self._automata: list[tuple[ahocorasick_rs.AhoCorasick, list[str]]] = []
        self._built = 0

    def add(self, part: str) -> None:
        """Looks for this text too, from the next `find` on."""
        self._all.append(part)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """(start, part) of every occurrence; those of one part in order."""
        if len(self._all) > self._built:
            self._build()
        for automaton, parts in self._automata:
            for number, start, _end in automaton.find_matches_as_indexes(text, overlapping=True):
                yield start, parts[number]

    def _build(self) -> None:
        settled = len(self._automata[0][1]) if self._automata else 0
        if len(self._all) > 2 * settled:
            settled = 0
        parts = self._all[settled:]
        self._automata[bool(settled) :] = [(ahocorasick_rs.AhoCorasick(parts), parts)]
        self._built = len(self._all)
