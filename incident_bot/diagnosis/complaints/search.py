"""Which complaint a text makes: the tables of complaints, and the fast way to the few that can fit.

A storm of errors is thousands of different lines, each full of the words that complaints look for. So every
alternative of a pattern is searched by itself, and only where a word that it requires is in the line; of many
lines, the words that are in none of them are left out first.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from incident_bot.diagnosis.complaints.own import OWN
from incident_bot.diagnosis.complaints.permanence import PERMANENT
from incident_bot.diagnosis.complaints.remote import REMOTE
from incident_bot.diagnosis.complaints.vague import VAGUE
from incident_bot.diagnosis.patterns import PatternIndex, compile_pattern, split_branches
from incident_bot.diagnosis.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from incident_bot.diagnosis.complaints.complaint import Complaint
    from incident_bot.diagnosis.patterns import Words

_COMPLAINTS = (*REMOTE, *OWN, *VAGUE, *PERMANENT)
"""Specific before general: the first that fits a text names it."""


def find_complaint(text: str, words: Words | None = None) -> Complaint | None:
    """The first complaint that fits a text; `words` are those of a longer text that holds it (`find_words`)."""
    patterns, index = _index()
    for number in index.fit(text.lower(), words):
        pattern, complaint = patterns[number]
        if compile_pattern(pattern).search(text):
            return complaint
    return None


def find_place(text: str, complaint: Complaint) -> int:
    """Where in a text a complaint is made; -1 where it is not."""
    found = (compile_pattern(pattern).search(text) for pattern in complaint.patterns)
    return min((match.start() for match in found if match), default=-1)


_EVENT_NAME = re.compile(
    r"\b(?:event|ev|evt|event_name|event_type|error|err|error_?code|error_?type|code|reason|type|cause|msg|message|outcome)\"?\s?[=:]\s?\"?([a-z]{2,30}(?:[_-][a-z]{2,30}){1,5})(?![\w./@:-])",
    re.IGNORECASE,
)


def spell_out(line: str) -> str:
    """A line with the names of its events said as words too: `"event":"connection_refused"` complains of a refusal."""
    names = _EVENT_NAME.findall(line) if "_" in line or "-" in line else ()
    return f"{line} ({'; '.join(re.sub('[_-]', ' ', name) for name in names)})" if names else line


def find_words(text: str) -> Words:
    """The words of complaints that are in a text."""
    return _index()[1].narrow(read_vocabulary(text.lower()))


def complaint_patterns() -> list[tuple[str, Complaint]]:
    """Every alternative of every complaint's patterns, in the order in which they count."""
    return [
        (branch, complaint)
        for complaint in _COMPLAINTS
        for pattern in complaint.patterns
        for branch in split_branches(pattern)
    ]


@cache
def _index() -> tuple[list[tuple[str, Complaint]], PatternIndex]:
    patterns = complaint_patterns()
    return patterns, PatternIndex([pattern for pattern, _ in patterns])
