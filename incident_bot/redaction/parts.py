"""Where a text holds parts of values that came to be known, without any library.

A part with a character that logs seldom hold is looked for where that stands. The hexadecimal form of a text is looked for where
every other character is a digit from 2 to 7, as in the codes of all letters, digits and signs. What is left is looked for one by one,
or, once it is much, in the runs of letters and digits that were not seen before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from incident_bot.patterns import compile_later

# How many of 10,000 characters of log text, counted over CI and Kubernetes logs; 100 for the rest.
_SHARE = {
    char: share
    for share, chars in (
        (2, "~^|$&@!`JQXZY"), (6, "*;+zqKVWHU"), (15, "?BGFOMNPL"), (25, "<>{}\\\"xDSRIACTE"), (45, "jw%#y]"), (70, "kv',()"),
        (90, "456789_"), (115, "3h["), (135, "=-"), (155, "b2"), (170, "pu1:"), (200, "gfd"), (220, "./0l"), (260, "cm"),
        (290, "n"), (330, "ra"), (360, "ois"), (470, "t"), (560, "e"), (1300, " "),
    )
    for char in chars
}  # fmt: skip


def _share_of(char: str) -> int:
    """How many of 10,000 characters of log text are this one."""
    return _SHARE.get(char, 100)


_RARE_SHARE = 15
"""Up to how many of 10,000 a character is rare: a part is looked for where one stands."""
_ASCII_IN_HEX = compile_later("(?:[2-7][0-9A-Fa-f]){8,}")
_HIGH_DIGITS = bytes(ord("2") if byte in b"234567" else ord(" ") for byte in range(256))
_HIGH_RUN = b"2" * 8
"""How the first digits of eight characters of ASCII look in such a text, one after the other: `_SHORTEST_ENCODED` bytes and more."""
_FEW_RUNS = 32
_FEWEST_PARTS = 10
"""Parts up to which each is looked for in the whole text: about those of one value."""
_FEW_PARTS = 200
"""Parts up to which looking for one after the other takes less time than cutting every run."""
_MOST_CLEAN = 50_000
"""Runs without a known part that are remembered."""
_HEX_PART = 6
"""Characters of a part of such a form."""
_RUNS_ALONE = bytes(byte if byte < 128 and chr(byte).isalnum() else ord(" ") for byte in range(256))
_RUN = compile_later("[A-Za-z0-9]{4,}")


class PartFinder(Protocol):
    """Finds the parts under which forms are filed."""

    def add(self, part: str, run: str) -> None:
        """Looks for this part too, of which nothing counts but where the whole run of letters and digits stands."""

    def find(self, text: str, raw: bytes) -> Iterator[tuple[int, str]]:
        """(start, part) of every occurrence; those of one part in order. `raw` is the text, a byte a character."""


class RunParts:
    """See `PartFinder`."""

    def __init__(self) -> None:
        self._rare: set[str] = set()
        self._rare_places: dict[str, set[tuple[int, int]]] = {}
        """By a rare character where in parts it stands, and how long these are."""
        self._in_hex: set[str] = set()
        self._parts: set[str] = set()
        """All others."""
        self._rarest: dict[str, str] = {}
        self._widths: set[int] = set()
        self._clean: set[str] = set()

    def add(self, part: str, run: str) -> None:
        """See `PartFinder`."""
        rarest = min(part, key=_share_of)
        if _share_of(rarest) <= _RARE_SHARE:
            self._rare.add(part)
            self._rare_places.setdefault(rarest, set()).add((part.index(rarest), len(part)))
            return
        if _ASCII_IN_HEX.fullmatch(run):
            self._in_hex.add(part)
            return
        self._parts.add(part)
        self._rarest[part] = rarest
        self._widths.add(len(part))
        self._clean.clear()

    def find(self, text: str, raw: bytes) -> Iterator[tuple[int, str]]:
        """See `PartFinder`."""
        for char in self._rare_places:
            yield from self._find_around(char, text)
        if self._in_hex:
            yield from self._find_in_hex(text, raw)
        if self._parts:
            yield from self._find_others(text, raw)

    def _find_around(self, char: str, text: str) -> Iterator[tuple[int, str]]:
        places, rare = self._rare_places[char], self._rare
        at = text.find(char)
        while at >= 0:
            for before, width in places:
                part = text[at - before : at - before + width] if at >= before else ""
                if part in rare:
                    yield at - before, part
            at = text.find(char, at + 1)

    def _find_in_hex(self, text: str, raw: bytes) -> Iterator[tuple[int, str]]:
        found: set[tuple[int, str]] = set()
        for first in (0, 1):
            high = raw[first::2].translate(_HIGH_DIGITS)
            at = high.find(_HIGH_RUN)
            while at >= 0:
                end = high.find(b" ", at)
                end = end if end >= 0 else len(high)
                low = first + 2 * at
                stretch = text[low : first + 2 * end]
                for shift in range(len(stretch) - _HEX_PART + 1):
                    if (part := stretch[shift : shift + _HEX_PART]) in self._in_hex:
                        found.add((low + shift, part))
                at = high.find(_HIGH_RUN, end)
        yield from sorted(found)

    def _find_others(self, text: str, raw: bytes) -> Iterator[tuple[int, str]]:
        if len(self._parts) <= _FEWEST_PARTS:
            # Whether a rare letter stands in a text is told ten times as fast as whether a part of six does.
            yield from self._find_each(text, {part for part in self._parts if self._rarest[part] in text})
            return
        if len(self._clean) > _MOST_CLEAN:
            self._clean.clear()
        unseen = set(raw.translate(_RUNS_ALONE).decode("ascii").split()) - self._clean
        here = self._parts_here(unseen)
        telling = {run: parts for run in unseen if (parts := self._parts_in(run, here))} if here else {}
        self._clean |= unseen - telling.keys()
        if len(telling) > _FEW_RUNS:
            for match in _RUN.finditer(text):
                for offset, part in telling.get(match[0], ()):
                    yield match.start() + offset, part
            return
        yield from self._find_each(text, {part for parts in telling.values() for _, part in parts})

    def _find_each(self, text: str, parts: set[str]) -> Iterator[tuple[int, str]]:
        for part in parts:
            at = text.find(part)
            while at >= 0:
                yield at, part
                at = text.find(part, at + 1)

    def _parts_here(self, runs: set[str]) -> set[str]:
        """The parts that can stand in these runs: as long as they are few, most texts hold none of them."""
        if len(self._parts) > _FEW_PARTS:
            return self._parts
        joined = "\n".join(runs)
        return {part for part in self._parts if part in joined}

    def _parts_in(self, run: str, known: set[str]) -> list[tuple[int, str]]:
        """Where known parts stand in the run."""
        return [
            (at, part)
            for width in self._widths
            for at in range(len(run) - width + 1)
            if (part := run[at : at + width]) in known
        ]


def fastest_parts() -> Callable[[], PartFinder]:
    """The automaton where the `fast` extra is installed, else runs. To ask costs an import, so ask once."""
    try:
        from incident_bot.redaction.automaton import AutomatonParts
    except ImportError:
        return RunParts
    return AutomatonParts
