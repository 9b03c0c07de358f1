"""What no log should look like and some do: tiny budgets, broken text, endless lines, nothing but line ends."""

import threading
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.log_evidence import evidence
from incident_bot.condense import Condenser, condense, digest, estimate_tokens, render_text
from incident_bot.condense.lines import LONGEST_LINE_CHARS

ANY_TEXT = st.text(st.characters(exclude_characters="\n"), max_size=60)
"""Lone surrogates and NUL included."""
ALARMING = st.sampled_from(
    ["ERROR a", "FATAL \x00", "\ud800 failed", "panic: x", "Traceback (most recent call last):", "KeyError: 'k'"]
)


def shown(lines, budget: int) -> str:
    (excerpt,) = condense([evidence(lines)], budget_tokens=budget)
    return render_text(excerpt, budget_tokens=budget)


@given(st.lists(st.one_of(ANY_TEXT, ALARMING), max_size=40), st.integers(1, 50))
@settings(max_examples=150)
def test_a_tiny_budget_is_kept_whatever_the_log(lines, budget):
    text = shown(lines, budget)

    assert estimate_tokens(text) <= budget
    text.encode("utf-8", "replace")
    digest(evidence(lines))


@pytest.mark.parametrize("budget", range(1, 51))
def test_the_smallest_budgets_show_a_line_or_nothing(budget):
    text = shown(["ready", *["INFO served"] * 50, "ERROR disk full"], budget)

    assert estimate_tokens(text) <= budget
    assert not text or "ERROR disk full" in text or budget < 15


@pytest.mark.parametrize(
    "line",
    [
        "\0" * 1000,
        "\ud800 error \udfff",
        '{"a":"' + 'b\\"' * 40_000,
        "status code exit " * 4000,
        "get post put " * 5000,
        "a | " * 15_000,
        "\x1b[" * 30_000,
        "\x1b]" + "a" * 60_000,
        "deadbeef-" * 7000,
        "AError" * 9000,
        "$a.b_" * 10_000,
        "exit " + "x" * 60_000,
    ],
    ids=lambda line: repr(line[:12]),
)
def test_a_hostile_line_costs_no_more_than_its_length(line):
    """Superlinear reading of any of these would not come back."""
    excerpts = []
    worker = threading.Thread(
        target=lambda: excerpts.append(condense([evidence([line, f"{line}!"])], budget_tokens=500)[0]), daemon=True
    )
    worker.start()
    worker.join(30)

    assert excerpts
    assert estimate_tokens(render_text(excerpts[0], budget_tokens=500)) <= 500


def test_a_line_of_50_megabytes_is_cut_on_arrival():
    line = "start of it " + "x" * 50_000_000 + " failed: end of it"
    tracemalloc.start()
    condenser = Condenser()
    condenser.feed(["ready", line])
    del line
    excerpt = condenser.excerpt(2000)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 100 * LONGEST_LINE_CHARS
    assert "start of it" in excerpt.kept[-1].text
    assert "end of it" in excerpt.kept[-1].text


def test_a_log_of_long_lines_is_not_held():
    """Sixty megabytes in which each line is of a kind of its own: of the later ones, ends are enough."""
    tracemalloc.start()
    condenser = Condenser()
    for n in range(2000):
        name = "".join("abcdefghij"[int(digit)] for digit in str(n))
        condenser.feed([f"INFO payload {name} " + "lorem ipsum " * 2500 + f"end of {name}"])
    condenser.feed(["ERROR the last shelf gave way"])
    excerpt = condenser.excerpt(2000)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 45_000_000
    assert any("the last shelf gave way" in line.text for line in excerpt.kept)
    assert any("end of bjjj" in line.text for line in excerpt.kept)


def test_200_000_empty_lines_hide_nothing():
    lines = [""] * 100_000 + ["ERROR disk full"] + [""] * 100_000

    assert "100001: ERROR disk full" in shown(lines, 60)


def test_a_progress_bar_shows_its_last_state():
    bar = "\r".join(f"{percent}% [{'#' * (percent // 2):<50}]" for percent in range(101))

    assert "100% [" in shown(["pulling", bar, "ERROR digest differs"], 400)
    assert "99% [" not in shown(["pulling", bar, "ERROR digest differs"], 400)


def test_tracebacks_of_two_threads_line_by_line_keep_both_causes():
    """Neither is whole in the log; what happened must be there for both."""
    one = [
        "[worker-a] Traceback (most recent call last):",
        '[worker-a]   File "/app/a.py", line 3, in run',
        "[worker-a]     load(path)",
        "[worker-a] FileNotFoundError: weights.bin",
    ]
    two = [
        "[worker-b] Traceback (most recent call last):",
        '[worker-b]   File "/app/b.py", line 9, in send',
        "[worker-b]     post(url)",
        "[worker-b] TimeoutError: registry did not answer",
    ]
    lines = [
        *(f"[worker-{'ab'[n % 2]}] served {n}" for n in range(3000)),
        *(line for pair in zip(one, two, strict=True) for line in pair),
        *(f"[worker-{'ab'[n % 2]}] served {n}" for n in range(3000)),
    ]

    for budget in (200, 1000, 8000):
        text = shown(lines, budget)
        assert "FileNotFoundError: weights.bin" in text
        assert "TimeoutError: registry did not answer" in text


def test_what_is_left_of_the_budget_shows_more_of_a_long_line():
    """A line too long to show whole still gets the room that nobody else wants."""
    words = " ".join(f"word{'abcdefghij'[n % 10]}" for n in range(3000))

    assert len(shown([f"ERROR {words}"], 2000)) > 2500


def test_more_exit_codes_than_are_told_apart_do_no_harm():
    """Past 64 values of one status the rest share a template, and lines of it in the tail are still found."""
    lines = [f"job ended with exit code {n}" for n in range(1, 200)] * 3

    (excerpt,) = condense([evidence(lines)], budget_tokens=400)

    assert excerpt.kept


NAMES = [
    "amber",
    "cobalt",
    "delta",
    "ember",
    "falcon",
    "garnet",
    "hazel",
    "indigo",
    "juniper",
    "kelp",
    "lotus",
    "maple",
]


def logged(level: str, thread: str, shard: str, node: str, said: str) -> str:
    return (
        f'{{"level":"{level}","thread":"{thread}-{shard}","node":"{node}","message":"[{thread}{shard}{node}] {said}"}}'
    )


def test_names_of_many_kinds_that_fill_the_table_hide_no_new_sentence():
    """Threads, tenants and nodes by name make more templates than are held; what nobody said before is still told apart."""
    triples = [(a, b, c + d) for a in NAMES for b in NAMES for c in NAMES for d in NAMES]
    levels = ("info", "warn", "error")
    lines = [logged(levels[at % 3], *triple, "request refused, skipped") for at, triple in enumerate(triples)]
    lines[20_600:20_600] = [logged("warn", *triples[0], "storage quota reached, volume becomes immutable")]
    assert len(lines) > 20_000

    assert "volume becomes immutable" in shown(lines, 2000)
