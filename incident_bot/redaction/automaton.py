"""Keywords found by an Aho-Corasick automaton in Rust: the library of the `fast` extra."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import ahocorasick_rs

if TYPE_CHECKING:
    from incident_bot.redaction.prefilter import Keyword


class AutomatonFinder:
    """Searches the text in lower case; what the library finds is then compared in its own case."""

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        by_text: dict[bytes, list[int]] = {}
        for index, keyword in enumerate(keywords):
            by_text.setdefault(keyword.text.encode("latin-1").lower(), []).append(index)
        self._keywords = keywords
        self._written = [keyword.text.encode("latin-1") for keyword in keywords]
        self._then = [
            re.compile(keyword.then.encode("latin-1")).match if keyword.then else None for keyword in keywords
        ]
        self._indexes = list(by_text.values())
        self._plain = [
            indexes[0] if len(indexes) == 1 and _is_plain(keywords[indexes[0]]) else None for indexes in self._indexes
        ]
        self._automaton = (
            ahocorasick_rs.BytesAhoCorasick(list(by_text), implementation=ahocorasick_rs.Implementation.DFA)
            if by_text
            else None
        )

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        if self._automaton is None:
            return []
        found = []
        for number, start, end in self._automaton.find_matches_as_indexes(raw[low:high].lower(), overlapping=True):
            plain = self._plain[number]
            if plain is not None:
                found.append((low + start, plain))
                continue
            found += [
                (low + start, index)
                for index in self._indexes[number]
                if self._counts(raw, low + start, low + end, high, index)
            ]
        found.sort()
        return found

    def _counts(self, raw: bytes, start: int, end: int, high: int, index: int) -> bool:
        keyword = self._keywords[index]
        if not keyword.any_case and not raw.startswith(self._written[index], start):
            return False
        if keyword.starting and start and raw[start - 1 : start].isalnum():
            return False
        then = self._then[index]
        return then is None or then(raw, end, high) is not None


def _is_plain(keyword: Keyword) -> bool:
    """Whether the keyword counts wherever its letters stand."""
    return keyword.any_case and not keyword.starting and not keyword.then
