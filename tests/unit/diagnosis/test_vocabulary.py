"""The vocabulary of a long text answers what searching the text would answer."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from incident_bot.diagnosis.complaints.search import find_complaint, find_words
from incident_bot.diagnosis.vocabulary import read_vocabulary

_PARTS = st.text(alphabet="ab_1é错 :.\"'\n", min_size=1, max_size=12)
_LONG = "kept alive " * 7_000


@settings(max_examples=200)
@given(st.lists(_PARTS, max_size=6), _PARTS)
def test_long_text_holds_what_a_search_finds(parts: list[str], word: str) -> None:
    """Runs of letters, phrases over several of them, and signs alone."""
    text = _LONG + "".join(parts)
    vocabulary = read_vocabulary(text)

    assert vocabulary is not text
    assert (word in vocabulary) is (word in text)
    assert all(part in vocabulary for part in parts)
    assert "" in vocabulary


def test_complaint_of_a_line_is_the_same_by_the_words_of_its_log() -> None:
    """A storm's lines are looked at with the words of all of them."""
    lines = [
        "dial tcp 10.0.0.9:5432: connect: connection refused",
        'FATAL: password authentication failed for user "api"',
        "write /data/x: no space left on device",
        "GET /v1/items 200 in 3 ms",
    ]
    words = find_words("\n".join([*lines, _LONG]))

    found = [find_complaint(line, words) for line in lines]

    assert found == [find_complaint(line) for line in lines]
    assert [complaint is None for complaint in found] == [False, False, False, True]
