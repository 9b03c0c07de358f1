"""What holds for every input: budget, order, numbers, words; and that nothing crashes."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.log_evidence import evidence, stands_in
from incident_bot.condense import Condenser, condense, estimate_tokens, render_text
from incident_bot.condense.lines import clean
from incident_bot.model import Excerpt

PIECES = st.sampled_from(
    [
        "2026-03-14T09:26:53.589Z ",
        "INFO ",
        "ERROR ",
        "Traceback (most recent call last):",
        '  File "/a.py", line 3, in f',
        "    raise ValueError(x)",
        "ValueError: no such key",
        "\tat com.example.A.run(A.java:12)",
        "Caused by: java.io.IOException: disk",
        "panic: nil map",
        "goroutine 1 [running]:",
        '{"level":"error","msg":"boom","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}',
        "level=warn msg=slow ",
        "[pod/a-0/app] ",
        "exited with code 1",
        "\x1b[31m",
        "\r",
        "\x00",
        "…",
        "words and more words ",
        "lorem ipsum dolor " * 30,
    ]
)
LINES = st.lists(
    st.one_of(
        st.lists(PIECES, max_size=5).map("".join),
        st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=80),
        st.text(string.printable.replace("\n", ""), max_size=60),
    ),
    max_size=60,
)
BUDGETS = st.integers(1, 6000)


def cost(excerpt: Excerpt, budget: int) -> int:
    return estimate_tokens(render_text(excerpt, budget_tokens=budget))


@given(LINES, BUDGETS)
@settings(max_examples=300)
def test_every_excerpt_keeps_the_promises(lines, budget):
    (excerpt,) = condense([evidence(lines)], budget_tokens=budget)

    assert cost(excerpt, budget) <= budget
    kept = [line.line for line in excerpt.kept]
    assert kept == sorted(set(kept))
    assert excerpt.total_lines == len(lines)
    for line in excerpt.kept:
        assert stands_in(line.text, clean(lines[line.line - 1])), (line.text, lines[line.line - 1])
        assert line.text
        assert line.why
        assert line.count >= 1
        assert line.last >= line.line or line.count > 1


@given(st.lists(LINES, min_size=2, max_size=4), BUDGETS)
@settings(max_examples=60)
def test_several_logs_share_one_budget(logs, budget):
    items = [evidence(lines, f"E{number}") for number, lines in enumerate(logs)]

    excerpts = condense(items, budget_tokens=budget)

    assert [excerpt.evidence_id for excerpt in excerpts] == [item.id for item in items]
    assert sum(
        estimate_tokens("".join(f"{kept.line}: {kept.text}\n" for kept in excerpt.kept)) for excerpt in excerpts
    ) <= budget + len(items)


@given(LINES, BUDGETS, st.integers(1, 7))
@settings(max_examples=100)
def test_a_stream_gives_what_the_whole_log_gives(lines, budget, step):
    """However the stream is cut, and without ever holding it whole."""
    condenser = Condenser()
    for at in range(0, len(lines), step):
        condenser.feed(lines[at : at + step])

    kept = condenser.excerpt(budget).kept

    assert kept == condense([evidence(lines)], budget_tokens=budget)[0].kept


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_estimate_never_grows_by_joining(one, two):
    assert estimate_tokens(one + two) <= estimate_tokens(one) + estimate_tokens(two)


def test_the_estimate_counts_digits_and_other_alphabets_as_a_token_each():
    assert estimate_tokens("") == 0
    assert estimate_tokens("2026") == 4
    assert estimate_tokens("日本") == 2
    assert estimate_tokens("a" * 28) == 10


def test_a_budget_below_one_is_refused():
    with pytest.raises(ValueError, match="budget_tokens must be at least 1, not 0"):
        condense([evidence(["x"])], budget_tokens=0)


def test_a_log_that_fits_is_kept_whole():
    lines = ["starting", "loading model", "ready", "bye"]

    (excerpt,) = condense([evidence(lines)], budget_tokens=1000)

    assert [kept.text for kept in excerpt.kept] == lines
    assert render_text(excerpt, budget_tokens=1000) == "1: starting\n2: loading model\n3: ready\n4: bye\n"


def test_nothing_in_nothing_out():
    assert condense([], budget_tokens=100) == ()
    assert condense([evidence([])], budget_tokens=100)[0].kept == ()
    assert render_text(condense([evidence([])], budget_tokens=100)[0], budget_tokens=100) == ""
