"""Keywords found by Hyperscan, a library that reads a text once for all patterns: that of the `fast` extra."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import hyperscan

from incident_bot.patterns import compile_later
from incident_bot.redaction.prefilter import Check

if TYPE_CHECKING:
    from incident_bot.redaction.prefilter import Keyword

_THEN = compile_later(r"(?P<chars>\[[^]^][^]]*\])(?:\{(?P<least>\d+)[,}])?(?![?*])")
"""How what must follow begins; to say what must not refuses little, and Hyperscan builds a fifth longer for it."""
_THEN_CHARS = 8
"""Characters of what must follow a keyword that are part of its pattern; more make patterns slower and refuse little."""
_SHORT = 4
"""Letters below which a keyword that starts a word is part of so many others that its pattern asks for the start."""
_SHORT_BEFORE_MORE = 6
"""The same for one that something must follow; to ask all of them takes an eighth of the building and refuses no more."""
_TELLING = 12
"""Characters of a keyword that are searched: hardly anything else begins like it, and a fifth of the building is saved."""
_WORD_ENDS = b"[^A-Za-z0-9]"


class AutomatonFinder:
    """Most patterns have one length, since a match tells only its end; what a pattern does not ask is asked of the match."""

    window_bytes = 1 << 16
    """A search takes as long to begin as a kilobyte takes."""

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        patterns = [_pattern(keyword) for keyword in keywords]
        self._lengths = [length for _, length in patterns]
        """From the start of a keyword to the end of its match."""
        self._checks = [_check(number, keyword) for number, keyword in enumerate(keywords)]
        self._automaton = _Automaton([pattern for pattern, _ in patterns], _flags(keywords, patterns))

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """See `KeywordFinder`."""
        # The character before, by which a word starts, is part of what is searched; before all stands a space.
        window, base = (raw[low - 1 : high], low - 1) if low else (b" " + raw[:high], -1)
        lengths, checks = self._lengths, self._checks
        found = []
        for begin, end, number in self._automaton.matches(window):
            start = base + (end - lengths[number] if lengths[number] else begin + 1)
            if start < low:
                continue
            check = checks[number]
            if check is None or check.stands_at(raw, start, high):
                found.append((start, number))
        found.sort()
        return found


class AutomatonNumbers:
    """Where cards and IBANs may start: see `personal.StartFinder`."""

    _PATTERN = rb"[^A-Za-z0-9_.](?:[3-6][0-9]{12}|[2-6][0-9]{3}[ -][0-9]{4})|[^A-Za-z0-9][A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}"
    """With what they begin, behind what may stand before it; as several patterns it takes longer."""

    def __init__(self) -> None:
        self._automaton = _Automaton([self._PATTERN], [hyperscan.HS_FLAG_SOM_LEFTMOST])

    def find(self, raw: bytes) -> list[int]:
        """The places, in order."""
        # A space stands before all: what matches starts at the character before.
        return sorted(begin for begin, _end, _number in self._automaton.matches(b" " + raw))


class AutomatonParts:
    """Finds runs of ASCII letters and digits that come to be known while it is in use.

    An automaton cannot grow, so what is new has one of its own. One that is not much smaller than the one before it is
    merged with that: there are few, and none is built often.
    """

    def __init__(self) -> None:
        self._new: list[str] = []
        self._built: list[tuple[_Automaton, list[str]]] = []

    def add(self, part: str, _run: str) -> None:
        """Looks for this text too, from the next `find` on."""
        self._new.append(part)

    def find(self, _text: str, raw: bytes) -> Iterator[tuple[int, str]]:
        """See `PartFinder`."""
        if self._new:
            self._build()
        for automaton, parts in self._built:
            for _begin, end, number in automaton.matches(raw):
                part = parts[number]
                yield end - len(part), part

    def _build(self) -> None:
        parts, self._new = self._new, []
        while self._built and len(self._built[-1][1]) < _MUCH_LARGER * len(parts):
            parts = self._built.pop()[1] + parts
        half = len(parts) // 2 if len(parts) in _SLOW_TO_BUILD else 0
        self._built += [(_build(some), some) for some in (parts[:half], parts[half:]) if some]


def _build(parts: Sequence[str]) -> _Automaton:
    return _Automaton([part.encode("ascii") for part in parts], [0] * len(parts))


_MUCH_LARGER = 4
_SLOW_TO_BUILD = (9, 10)
"""So many texts of which one ends in three equal characters take Hyperscan 5.4 up to a second; all others a millisecond."""


class _Automaton:
    """Patterns that are searched together, by several threads at once if need be."""

    def __init__(self, patterns: Sequence[bytes], flags: Sequence[int]) -> None:
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK) if patterns else None
        if self._database is None:
            return
        self._database.compile(expressions=patterns, ids=range(len(patterns)), elements=len(patterns), flags=flags)
        self._of_thread = threading.local()

    def matches(self, raw: bytes) -> list[tuple[int, int, int]]:
        """(start, end, number of the pattern) of all matches, by their ends; starts only of those whose flags ask for it."""
        if self._database is None:
            return []
        try:
            scratch = self._of_thread.scratch
        except AttributeError:
            scratch = self._of_thread.scratch = hyperscan.Scratch(self._database)
        found: list[tuple[int, int, int]] = []
        add = found.append

        def take(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            add((start, end, number))

        self._database.scan(raw, match_event_handler=take, scratch=scratch)
        return found


def _pattern(keyword: Keyword) -> tuple[bytes, int]:
    """What is searched for a keyword, and how many characters from the keyword's start are part of it; none where that differs."""
    if _is_asked_whole(keyword):
        return _WORD_ENDS + re.escape(keyword.text.encode("latin-1")) + _grouped(keyword.then), 0
    text = keyword.text if keyword.then else keyword.text[:_TELLING]
    pattern, length = re.escape(text.encode("latin-1")), len(text)
    if then := _THEN.match(keyword.then):
        following = min(int(then["least"] or 1), _THEN_CHARS)
        pattern += f"{then['chars']}{{{following}}}".encode("latin-1") if following else b""
        length += following
    asks_start = keyword.starting and len(keyword.text) < (_SHORT_BEFORE_MORE if keyword.then else _SHORT)
    return (_WORD_ENDS + pattern if asks_start else pattern), length


def _grouped(then: str) -> bytes:
    return b"(?:" + then.encode("latin-1") + b")"


def _is_asked_whole(keyword: Keyword) -> bool:
    """Whether all that must follow is part of the pattern: where it begins alike and ends in one of several ways, its
    beginning refuses little. What may be of any length is not: it would match at each.
    """
    return keyword.starting and "(?:" in keyword.then and "[^" not in keyword.then


def _flags(keywords: Sequence[Keyword], patterns: Sequence[tuple[bytes, int]]) -> list[int]:
    flags = [hyperscan.HS_FLAG_CASELESS if keyword.any_case else 0 for keyword in keywords]
    # Hyperscan builds a second automaton for texts of at most 70 characters, which takes three times as long as the rest,
    # unless it has to tell where the matches of one pattern start, one that is no mere text (its `SmallWriteBuildImpl::add`).
    starts = [number for number, (pattern, _) in enumerate(patterns) if pattern.startswith(_WORD_ENDS)]
    for number in {*starts[:1], *(number for number in starts if not patterns[number][1])}:
        flags[number] |= hyperscan.HS_FLAG_SOM_LEFTMOST
    return flags


def _check(number: int, keyword: Keyword) -> Check | None:
    """What is still to ask where the pattern of a keyword matched."""
    if _is_asked_whole(keyword):
        return None
    begins = keyword.starting and len(keyword.text) >= _SHORT
    return Check(number, keyword) if begins or keyword.then or len(keyword.text) > _TELLING else None
