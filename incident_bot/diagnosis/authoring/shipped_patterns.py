"""The patterns of this package that are skipped by their words, and the file that keeps those words (`rules/words.json`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from incident_bot.diagnosis.complaints.search import complaint_patterns
from incident_bot.diagnosis.logs.dependencies import ADDRESSES
from incident_bot.diagnosis.logs.exceptions import FORMS
from incident_bot.diagnosis.patterns import read_single_line, read_words
from incident_bot.diagnosis.rulebook.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_words() -> str:
    """The text of `rules/words.json`: of every pattern its words, and whether it stays within a line."""
    rows = [[pattern, read_words(pattern), read_single_line(pattern)] for pattern in sorted(set(_patterns()))]
    return json.dumps(rows, separators=(",", ":"))


def _patterns() -> Iterator[str]:
    yield from load_rules().log_patterns[0]
    yield from (pattern for pattern, _ in complaint_patterns())
    yield from ADDRESSES
    yield from (pattern.pattern for _, pattern in FORMS)
