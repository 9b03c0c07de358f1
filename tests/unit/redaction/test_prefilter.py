"""The prefilter finds what a plain search finds: exactly that, whatever the anchors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from incident_bot.redaction.prefilter import Keyword, Prefilter

KEYWORDS = [
    Keyword("key", any_case=True),
    Keyword("api-k", any_case=True),
    Keyword("sk-"),
    Keyword("sk-ant"),
    Keyword("AKIA"),
    Keyword("ak", starting=True),
    Keyword("ke"),
    Keyword("@"),
]
PREFILTER = Prefilter(KEYWORDS)


def plainly(text: str) -> set[tuple[int, Keyword]]:
    return {
        (at, keyword)
        for keyword in KEYWORDS
        for at in range(len(text))
        if (text.lower() if keyword.any_case else text).startswith(keyword.text, at)
        and not (keyword.starting and at and text[at - 1].isalnum())
    }


REPETITIVE = Prefilter(KEYWORDS, repetitive_from=0)


@given(
    st.lists(
        st.sampled_from(["1 key", "12 key", "no 7", "no 8", "n1o 9", "sk-3", "", "s4k-", "3 AKIA", "é key"]),
        max_size=40,
    )
)
def test_same_hits_where_lines_repeat(lines: list[str]) -> None:
    """Lines that differ in digits only are judged once."""
    text = "\n".join(lines * 5)

    assert set(REPETITIVE.hits(text)) == plainly(text)


@given(st.lists(st.sampled_from(["key", "KEY", "sk-", "ant", "AKIA", "api-", "ak", "e", "@", " ", "\n"])).map("".join))
def test_same_hits_as_a_plain_search(text: str) -> None:
    assert set(PREFILTER.hits(text)) == plainly(text)


def test_offsets_hold_behind_characters_that_change_length() -> None:
    """Folding İ would make two characters of one."""
    assert set(PREFILTER.hits("İİ漢 key")) == {(4, Keyword("key", any_case=True)), (4, Keyword("ke"))}


def test_no_keywords_no_hits() -> None:
    assert list(Prefilter([]).hits("anything")) == []
