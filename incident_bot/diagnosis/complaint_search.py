"""Which complaint a text makes: the tables of complaints, and the fast way to the few that can fit.

A storm of errors is thousands of different lines, each full of the words that complaints look for. So every
alternative of a pattern is searched by itself, and only where a word that it requires is in the line; those
words are looked up by their first letters.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from incident_bot.diagnosis.complaints_own import OWN, VAGUE
from incident_bot.diagnosis.complaints_remote import REMOTE
from incident_bot.diagnosis.patterns import compile_pattern, required_words, split_branches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incident_bot.diagnosis.complaints import Complaint

_COMPLAINTS = (*REMOTE, *OWN, *VAGUE)
"""Specific before general: the first that fits a text names it."""

_BEGINNING = 3


class _Index(NamedTuple):
    """Patterns by number, and numbers by required word: by beginning and word, and those of shorter words.

    Under the empty word are the patterns of which no word is known.
    """

    patterns: list[tuple[str, Complaint]]
    by_beginning: Mapping[str, Mapping[str, set[int]]]
    by_short_word: Mapping[str, set[int]]


def find_complaint(text: str) -> Complaint | None:
    """The first complaint that fits a text."""
    patterns = _index().patterns
    for number in sorted(_worth_searching(text.lower())):
        pattern, complaint = patterns[number]
        if compile_pattern(pattern).search(text):
            return complaint
    return None


def _worth_searching(lowered: str) -> set[int]:
    """The patterns of which a required word is in a lower-case text, and those that require none."""
    _, by_beginning, by_short_word = _index()
    found = set(by_short_word[""])
    beginnings = {lowered[at : at + _BEGINNING] for at in range(len(lowered) - _BEGINNING + 1)}
    for beginning in beginnings & by_beginning.keys():
        for word, numbers in by_beginning[beginning].items():
            if word in lowered:
                found |= numbers
    if not lowered.isascii():
        for word, numbers in by_short_word.items():
            if word in lowered:
                found |= numbers
    return found


def complaint_patterns() -> list[tuple[str, Complaint]]:
    """Every alternative of every complaint's patterns, in the order in which they count."""
    return [
        (branch, complaint)
        for complaint in _COMPLAINTS
        for pattern in complaint.patterns
        for branch in split_branches(pattern)
    ]


@cache
def _index() -> _Index:
    patterns = complaint_patterns()
    by_beginning: dict[str, dict[str, set[int]]] = {}
    by_short_word: dict[str, set[int]] = {"": set()}
    for number, (branch, _) in enumerate(patterns):
        for word in required_words(branch) or ("",):
            known = by_short_word if len(word) < _BEGINNING else by_beginning.setdefault(word[:_BEGINNING], {})
            known.setdefault(word, set()).add(number)
    return _Index(patterns, by_beginning, by_short_word)
