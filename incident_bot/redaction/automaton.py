"""Keywords found by an Aho-Corasick automaton in Rust: the library of the `fast` extra."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import ahocorasick_rs

from incident_bot.redaction.anchors import WORD_BYTES, AnchorFinder, Check

if TYPE_CHECKING:
    from incident_bot.redaction.prefilter import Keyword

_CLASS = re.compile(r"\[[^]]+\]")


class AutomatonFinder:
    """Searches the text in lower case; what the library finds is then compared in its own case.

    Keywords that something must follow are searched with each character that may come next. Short ones in capitals
    are left to `re`: in lower case they are parts of every other word.
    """

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self._left = [number for number, keyword in enumerate(keywords) if _is_common(keyword)]
        self._anchors = AnchorFinder([keywords[number] for number in self._left])
        by_text: dict[bytes, list[Check]] = {}
        for number, keyword in enumerate(keywords):
            if not _is_common(keyword):
                check = Check(number, keyword)
                for searched in _searched(keyword):
                    by_text.setdefault(searched, []).append(check)
        self._checks = list(by_text.values())
        # The keyword that counts wherever its letters stand, in any case; -1 where there is more to check.
        self._plain = [
            checks[0].number if len(checks) == 1 and _is_plain(keywords[checks[0].number]) else -1
            for checks in self._checks
        ]
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            list(by_text), implementation=ahocorasick_rs.Implementation.DFA
        )

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        found = [(start, self._left[number]) for start, number in self._anchors.find(raw, low, high)]
        plain, checks = self._plain, self._checks
        for searched, start, _end in self._automaton.find_matches_as_indexes(raw[low:high].lower(), overlapping=True):
            at = low + start
            if (number := plain[searched]) >= 0:
                found.append((at, number))
                continue
            # What is refused most often stands first: words that begin elsewhere, or are in another case.
            inside = at > 0 and raw[at - 1] in WORD_BYTES
            for check in checks[searched]:
                if (inside and check.starting) or not (check.any_case or raw.startswith(check.written, at)):
                    continue
                if check.is_written_at(raw, at, high):
                    found.append((at, check.number))
        found.sort()
        return found


def _is_common(keyword: Keyword) -> bool:
    return bool(keyword.then) and len(keyword.text) < 3 and keyword.text != keyword.text.lower()


def _is_plain(keyword: Keyword) -> bool:
    return keyword.any_case and not keyword.starting and not keyword.then


def _searched(keyword: Keyword) -> list[bytes]:
    """What the automaton looks for: the keyword, with each character that `then` begins with."""
    written = keyword.text.encode("latin-1").lower()
    following = _CLASS.match(keyword.then)
    if not following:
        return [written]
    allowed = re.compile(following[0].encode("latin-1")).findall(bytes(range(128)))
    return [written + char for char in sorted({char.lower() for char in allowed})]


class AutomatonParts:
    """Finds runs of ASCII letters and digits that come to be known while it is in use.

    An automaton cannot grow, so what is new has one of its own until it is as large as that of the rest.
    """

    def __init__(self) -> None:
        self._all: list[str] = []
        self._automata: list[tuple[ahocorasick_rs.BytesAhoCorasick, list[str]]] = []
        self._built = 0

    def add(self, part: str) -> None:
        """Looks for this text too, from the next `find` on."""
        self._all.append(part)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """(start, part) of every occurrence; those of one part in order."""
        if len(self._all) > self._built:
            self._build()
        raw = text.encode("latin-1", "replace")
        for automaton, parts in self._automata:
            for number, start, _end in automaton.find_matches_as_indexes(raw, overlapping=True):
                yield start, parts[number]

    def _build(self) -> None:
        settled = len(self._automata[0][1]) if self._automata else 0
        if len(self._all) > 2 * settled:
            settled = 0
        parts = self._all[settled:]
        self._automata[bool(settled) :] = [
            (ahocorasick_rs.BytesAhoCorasick([part.encode("ascii") for part in parts]), parts)
        ]
        self._built = len(self._all)
