"""Where a text holds parts of values that came to be known, without any library.

A part with a character that logs seldom hold is looked for where that stands. One of a long hexadecimal value, or of such a form of
a value, is looked for in the long hexadecimal runs of a text. What is left is looked for one by one, or, once it is much, in the
runs of letters and digits that were not seen before.
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
_LONG_HEX = compile_later("[0-9A-Fa-f]{16,}")
_HEX_ALIKE = bytes(ord("0") if byte in b"0123456789abcdefABCDEF" else ord(" ") for byte in range(256))
_HEX_RUN = b"0" * 8
"""How every other character of such a run looks: half of a text tells where hardly anything but such runs stands."""
_FEW_RUNS = 32
_FEWEST_PARTS = 10
"""Parts up to which each is looked for in the whole text: about those of one value."""
_FEW_PARTS = 200
"""Parts up to which looking for one after the other takes less time than cutting every run."""
_MOST_CLEAN = 50_000
"""Runs without a known part that are remembered."""
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
        if len(self._in_hex) < _FEW_PARTS and _LONG_HEX.fullmatch(run):
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
        digits = raw[::2].translate(_HEX_ALIKE)
        runs: list[str] = []
        at = digits.find(_HEX_RUN)
        while at >= 0:
            end = digits.find(b" ", at)
            end = end if end >= 0 else len(digits)
            runs.append(text[max(0, 2 * at - 1) : 2 * end])
            at = digits.find(_HEX_RUN, end)
        joined = "\n".join(runs)
        yield from self._find_each(text, {part for part in self._in_hex if part in joined})

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
