"""Which words a text holds: rules ask for a thousand, and of a storm of errors the text is a megabyte."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

_LONG_CHARS = 8 * 1024
"""In a text up to this long a word is found sooner than its words are told apart."""
_RUN = re.compile(r"[^\W\d_]+")
"""Letters only: numbers and hashes differ in every line."""


class Vocabulary(Protocol):
    """The words and phrases in a lower-case text: `"connection refused" in vocabulary`."""

    def __contains__(self, word: str, /) -> bool:
        """Whether the text holds it, inside of longer words too."""
        ...


def read_vocabulary(lowered: str) -> Vocabulary:
    """The vocabulary of a lower-case text; a short text is its own."""
    return _LongText(lowered) if len(lowered) > _LONG_CHARS else lowered


class _LongText:
    """A long text, searched only for what its distinct words, which are far fewer, do not rule out."""

    def __init__(self, lowered: str) -> None:
        self._text = lowered
        self._distinct = "\n".join(set(_RUN.findall(lowered)))

    def __contains__(self, word: str, /) -> bool:
        runs = _runs_of(word)
        return all(run in self._distinct for run in runs) and (runs == (word,) or word in self._text)


@lru_cache(maxsize=4096)
def _runs_of(word: str) -> tuple[str, ...]:
    return tuple(sorted(_RUN.findall(word), key=len, reverse=True))
