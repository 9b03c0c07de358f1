"""The prefilter finds what a plain search finds, exactly that, whichever finder it is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_bot.redaction.automaton import AutomatonFinder
from incident_bot.redaction.policy import DEFAULT_POLICY
from incident_bot.redaction.prefilter import Check, Keyword, Prefilter
from incident_bot.redaction.scanner import Scanner
from incident_bot.redaction.vocabulary import VocabularyFinder

KEYWORDS = [
    Keyword("key", any_case=True),
    Keyword("api-k", any_case=True),
    Keyword("sk-"),
    Keyword("sk-ant"),
    Keyword("AKIA"),
    Keyword("ak", starting=True),
    Keyword("ke"),
    Keyword("@"),
    Keyword("pat", starting=True, then="[0-9]{2}"),
    Keyword("Pat"),
    Keyword("Au", starting=True),
    Keyword("au", any_case=True),
    Keyword("\nPASS"),
    Keyword("ant_", starting=True, then="[a-z]{2}(?:[a-z]{3}|[a-z]{0,2}\n)"),
    Keyword("ant-", any_case=True, starting=True, then="[^\n]{0,3}(?i:key)|[0-9]"),
    Keyword("contrase\xf1a", any_case=True),
    Keyword("1/", starting=True, then="[0-9]{3}"),
    Keyword("11", starting=True, then="[0-9a-f]{3}"),
    Keyword("00D", starting=True, then="[0-9]{2}!"),
    Keyword("a/b.c,d"),
    Keyword("==:"),
    Keyword("$1$"),
    Keyword("net use ", any_case=True),
]


class PlainFinder:
    """Looks for one keyword after the other."""

    window_bytes = 1 << 15

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self._checks = [Check(number, keyword) for number, keyword in enumerate(keywords)]

    def find(self, raw: bytes, low: int, high: int) -> list[tuple[int, int]]:
        lowered, found = raw[:high].lower(), []
        for check in self._checks:
            at = lowered.find(check.written.lower(), low)
            while at >= 0:
                if check.stands_at(raw, at, high):
                    found.append((at, check.number))
                at = lowered.find(check.written.lower(), at + 1)
        return sorted(found)


FINDERS = {
    "vocabulary": VocabularyFinder,
    "plain": PlainFinder,
    "fast extra": AutomatonFinder,
}
PREFILTERS = {name: Prefilter(KEYWORDS, maker) for name, maker in FINDERS.items()}
SHIPPED = {name: Scanner(DEFAULT_POLICY, make_finder=maker).prefilter for name, maker in FINDERS.items()}
either_finder = pytest.mark.parametrize("finder", FINDERS)

texts = st.lists(
    st.sampled_from(["key", "KEY", "sk-", "ant", "AKIA", "api-", "ak", "pat", "Pat", "12", "Au", "aU", "e", "@", " ", "\nPASS", "\n", "ant_", "ant-", "contraseña", "Ñ", "漢", "1/", "/", "11", "111", "00D", "!", "a/b.c,d", "=", ":", "$1", "$", "net ", "use "])
).map("".join)  # fmt: skip


def raw(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def hits(prefilter: Prefilter, searched: bytes) -> list[tuple[int, Keyword]]:
    return [(at, prefilter.keywords[number]) for window in prefilter.hits(searched) for at, number in window]


def plainly(text: str) -> list[tuple[int, Keyword]]:
    return [
        (at, keyword)
        for at in range(len(text))
        for keyword in sorted(KEYWORDS, key=lambda keyword: (-len(keyword.text), keyword))
        if (text.lower() if keyword.any_case else text).startswith(keyword.text, at)
        and not (keyword.starting and at and text[at - 1].isascii() and text[at - 1].isalnum())
        and re.compile(keyword.then).match(text, at + len(keyword.text))
    ]


@either_finder
@given(texts)
def test_same_hits_as_a_plain_search(finder: str, text: str) -> None:
    """In the same order, of one place the longest first."""
    assert hits(PREFILTERS[finder], raw(text)) == plainly(text)


@either_finder
@pytest.mark.parametrize("shift", range(-12, 2))
def test_keywords_across_the_edge_of_a_window_are_found_once(finder: str, shift: int) -> None:
    before = PREFILTERS[finder]._finder.window_bytes + shift
    text = " sk-ant pat12 AKIA"

    assert hits(PREFILTERS[finder], raw("." * before + text)) == [(before + at, found) for at, found in plainly(text)]


@either_finder
def test_offsets_hold_behind_characters_that_change_length(finder: str) -> None:
    """Folding İ would make two characters of one."""
    assert hits(PREFILTERS[finder], raw("İİ漢 key")) == [
        (4, Keyword("key", any_case=True)),
        (4, Keyword("ke")),
    ]


@either_finder
@pytest.mark.parametrize("text", ["login=app:x", 'login="app:x'])
def test_what_may_follow_a_keyword_is_not_demanded(finder: str, text: str) -> None:
    keyword = Keyword("login=", any_case=True, then="[\"']?[a-z]{1,32}:")

    assert hits(Prefilter([keyword], FINDERS[finder]), raw(text)) == [(0, keyword)]


@either_finder
def test_no_keywords_no_hits(finder: str) -> None:
    assert hits(Prefilter([], FINDERS[finder]), b"anything") == []


@either_finder
def test_only_whole_keywords_count_between_two_places(finder: str) -> None:
    """A flood is measured in such stretches, and both finders must see the same."""
    prefilter = PREFILTERS[finder]

    assert prefilter.last_start(b"a key key=1", 2, 9) == 6
    assert prefilter.last_start(b"a sk-1", 3, 6) is None
    assert prefilter.last_start(b"a sk-1", 0, 4) is None


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.one_of(st.sampled_from(sorted({keyword.text for keyword in SHIPPED["plain"].keywords})), st.text(max_size=3))
    )
)
def test_all_finders_find_the_same_of_all_that_is_shipped(pieces: list[str]) -> None:
    """The fast extra changes how fast redaction is, and nothing else."""
    text = "".join(pieces)

    for written in (text, text.upper(), text.lower(), text.swapcase(), " ".join(pieces)):
        found = [hits(prefilter, raw(written)) for prefilter in SHIPPED.values()]

        assert all(other == found[0] for other in found)


@pytest.mark.parametrize("name", ["vocabulary", "fast extra"])
def test_threads_search_with_one_finder_at_once(name: str) -> None:
    """The server's workers share the scanner of a policy."""
    text = raw("token=a password: b " * 4000)
    alone = hits(SHIPPED[name], text)

    with ThreadPoolExecutor(4) as workers:
        together = list(workers.map(lambda _: hits(SHIPPED[name], text), range(16)))

    assert together == [alone] * 16
