"""Where a text holds one of some hundred keywords, in one cheap pass: detectors run only there.

The search itself is done by one of two finders that find exactly the same: `vocabulary.py` without any library,
`automaton.py` with that of the `fast` extra. The text is searched as Latin-1 bytes, one a character,
so that offsets stay those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

_THEN_REACH = 64
"""Bytes behind a keyword that its `then` may look at."""


def as_bytes(text: str) -> bytes:
    """The text as it is searched: a byte a character, `?` for each that has none."""
    return text.encode("latin-1", "replace")


class Keyword(NamedTuple):
    """What to find: `any_case` words are given in lower case; `starting` ones count only where a word starts."""

    text: str
    any_case: bool = False
    starting: bool = False
    then: str = ""
    """What must follow, as a pattern: it keeps common words (`pat` in `path`) from being hits."""


_WORD_BYTES = frozenset(byte for byte in range(128) if chr(byte).isalnum())


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
        if self.starting and start and raw[start - 1] in _WORD_BYTES:
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
        alone = self.starting and written.isalnum()
        if self.any_case or (
            not alone and any(written.startswith(written[shift:]) for shift in range(1, len(written)))
        ):
            return None
        then = b"(?=" + self.then + b")" if self.then else b""
        edge = b"(?<![A-Za-z0-9]" + re.escape(written) + b")" if self.starting else b""
        return re.compile(re.escape(written) + then + edge).finditer

    @cached_property
    def _follows(self) -> Callable[[bytes, int, int], re.Match[bytes] | None]:
        return re.compile(self.then).match


class Gauge(Protocol):
    """Who reads hits and may ask to go on further ahead."""

    resume_at: int


class KeywordFinder(Protocol):
    """Finds the keywords it was made of."""

    window_bytes: int
    """What is searched before its hits are read, so that a flood of keywords is not collected first."""

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """(start, index of the keyword) of all that lie wholly in `raw[low:high]`, in order."""


FinderMaker = Callable[[Sequence[Keyword]], KeywordFinder]


def fastest_finder(keywords: Sequence[Keyword]) -> KeywordFinder:
    """The automaton where the `fast` extra is installed, else the vocabulary."""
    try:
        from incident_bot.redaction.automaton import AutomatonFinder
    except ImportError:
        return plain_finder(keywords)
    return AutomatonFinder(keywords)


def plain_finder(keywords: Sequence[Keyword]) -> KeywordFinder:
    """The vocabulary, which is made in a third of the time."""
    from incident_bot.redaction.vocabulary import VocabularyFinder

    return VocabularyFinder(keywords)


class Prefilter:
    """Finds keywords, whose characters all lie within Latin-1."""

    def __init__(self, keywords: Collection[Keyword], make_finder: FinderMaker = fastest_finder) -> None:
        self.keywords = sorted(set(keywords), key=lambda keyword: (-len(keyword.text), keyword))
        self._finder = make_finder(self.keywords)
        self._reach = max((len(keyword.text) for keyword in self.keywords), default=0) + _THEN_REACH

    def hits(self, raw: bytes, gauge: Gauge | None = None) -> Iterator[list[tuple[int, int]]]:
        """Every (offset, place in `keywords`) in order, of one place the longest first, a window at a time;
        windows that lie wholly before where the gauge goes on are left out.
        """
        window = self._finder.window_bytes
        for low in range(0, len(raw), window):
            high = low + window
            if gauge and gauge.resume_at >= high:
                continue
            found = self._finder.find(raw, low, min(len(raw), high + self._reach))
            while found and found[-1][0] >= high:
                found.pop()
            if found:
                yield found

    def last_start(self, raw: bytes, low: int, high: int) -> int | None:
        """Where the last keyword starts that lies wholly in `raw[low:high]`."""
        found = self._finder.find(raw, low, high)
        return found[-1][0] if found else None
