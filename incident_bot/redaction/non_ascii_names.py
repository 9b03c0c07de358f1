"""Finds the names whose letters the prefilter, which reads ASCII, does not see: `password` in Chinese, Russian, Polish and others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction import assignments
from incident_bot.redaction.flood import FloodGauge
from incident_bot.redaction.names import NON_ENGLISH_KEYS, NON_ENGLISH_PASSWORDS
from incident_bot.redaction.secret_name import name_span

if TYPE_CHECKING:
    from incident_bot.redaction.finding import Finding

_NAMES = compile_later("|".join((*NON_ENGLISH_PASSWORDS, *NON_ENGLISH_KEYS)))
_LONGEST_NAME = max(map(len, (*NON_ENGLISH_PASSWORDS, *NON_ENGLISH_KEYS)))
_UNSPACED = "\u2e80"
_STRETCH_CHARS = 4096
"""How much of a text is looked at for their letters at a time: a log's few check marks must not cost all its lines."""
_ASCII = bytes(range(128))
_RAREST = frozenset(max(word) for word in (*NON_ENGLISH_PASSWORDS, *NON_ENGLISH_KEYS) if not word.isascii())
"""A letter of each name: a text that holds none of them holds no name, whatever arrows and check marks it holds. Names in
ASCII are keywords of the prefilter too."""


def find_under_non_ascii_name(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """What names announce whose letters the prefilter does not read."""
    gauge = FloodGauge(text, partial(_last_name, text), taken)
    for start, end in gauge.outside(_names(text)):
        # Ideographs and syllables are written without spaces: there the word is all of the name.
        span = (start, end) if text[start] >= _UNSPACED else name_span(text, start, end)
        yield from assignments.find_assignment(text, *span)
    yield from gauge.floods


def _names(text: str) -> Iterator[tuple[int, int]]:
    for low in range(0, len(text), _STRETCH_CHARS):
        high = low + _STRETCH_CHARS
        stretch = text[low : high + _LONGEST_NAME]
        if stretch.isascii():
            continue
        letters = stretch.encode("utf-8", "replace").translate(None, _ASCII).decode("utf-8")
        if not _RAREST.isdisjoint(letters):
            for name in _NAMES.finditer(text, low, high + _LONGEST_NAME):
                if name.start() < high:
                    yield name.span()


def _last_name(text: str, low: int, high: int) -> int | None:
    return max((name.start() for name in _NAMES.finditer(text, low, high)), default=None)
