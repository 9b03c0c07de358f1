from __future__ import annotations

import pytest

from incident_bot.intake import normalise_severity
from incident_bot.intake.severity import SEVERITIES
from incident_bot.model import Severity


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("critical", Severity.CRITICAL),
        (" Page ", Severity.CRITICAL),
        ("FATAL", Severity.CRITICAL),
        ("P1", Severity.CRITICAL),
        ("error", Severity.CRITICAL),
        ("warning", Severity.WARNING),
        ("ticket", Severity.WARNING),
        ("none", Severity.INFO),
        ("", Severity.WARNING),
        ("purple", Severity.WARNING),
    ],
)
def test_severity_words_become_ours(word: str, expected: Severity) -> None:
    assert expected is normalise_severity(word)


def test_no_word_has_two_meanings() -> None:
    words = [word for group in SEVERITIES.values() for word in group]

    assert len(set(words)) == len(words)
