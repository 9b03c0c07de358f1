"""Generated pod logs: the needle survives at every budget, and a healthy log is not called broken."""

import random

import pytest

from fakes.log_evidence import evidence
from fakes.log_generators import GENERATORS, Scenario, generate
from incident_bot.condense import condense, survey
from incident_bot.model import Excerpt

LINES = 4000
"""Enough for a needle; the full lengths run in benchmarks/condense."""


def condensed(scenario: Scenario, budget: int) -> Excerpt:
    baseline = [evidence(scenario.baseline)] if scenario.baseline else []
    return condense([evidence(scenario.lines)], budget_tokens=budget, baseline=baseline)[0]


@pytest.mark.parametrize("name", GENERATORS)
def test_the_needle_survives(name):
    scenario = generate(name, lines=LINES)
    if name in {"queue_slows_down", "trend_to_oom", "trend_to_timeout", "volume_fills_slowly"}:
        scenario = generate(name)

    surveys = {"E1": survey(scenario.lines)}
    baseline = [evidence(scenario.baseline)] if scenario.baseline else []
    for budget in (2000, 8000, 32000):
        (excerpt,) = condense([evidence(scenario.lines)], budget_tokens=budget, baseline=baseline, surveys=surveys)
        text = "\n".join(kept.text for kept in excerpt.kept)
        assert [needle for needle in scenario.needles if needle not in text] == [], budget


def test_there_are_at_least_100_kinds_of_trouble():
    assert len(GENERATORS) >= 100


def test_a_healthy_log_has_no_line_called_an_error():
    scenario = generate("no_error", lines=LINES)

    kept = condensed(scenario, 2000).kept

    assert {line.why for line in kept} <= {"head", "tail", "rare", "last", "context"}
    assert kept[-1].line == len(scenario.lines)


def test_the_baseline_raises_what_is_new():
    """Hundreds of lines are said once, in words of their own; only one of them is new since the baseline."""
    rng = random.Random(5)
    once = [f"{word(rng)} {word(rng)} {word(rng)}" for _ in range(600)]
    lines = [text for said in once for text in (said, *["heartbeat"] * 9)]
    lines.insert(3000, "solver moved to coarse grid")

    (with_baseline,) = condense([evidence(lines)], budget_tokens=400, baseline=[evidence(once)])
    (without,) = condense([evidence(lines)], budget_tokens=400)

    assert [kept.why for kept in with_baseline.kept if kept.line == 3001] == ["baseline-novel"]
    assert not any(kept.line == 3001 for kept in without.kept)


def word(rng: random.Random) -> str:
    return "".join(rng.choices("aeioubdgklmnprst", k=9))


def test_a_word_that_the_baseline_never_says_outranks_new_combinations_of_its_words():
    """Among hundreds of kinds of error of which the sibling has most, the one with new words is kept in 100 tokens."""
    scenario = generate("errors_as_in_the_sibling", lines=LINES)

    (excerpt,) = condense([evidence(scenario.lines)], budget_tokens=100, baseline=[evidence(scenario.baseline)])

    assert [kept.why for kept in excerpt.kept if scenario.needles[0] in kept.text] == ["baseline-novel"]


def test_a_traceback_is_kept_whole_with_its_prefix():
    scenario = generate("cri_python_traceback", lines=LINES)

    kept = {line.line for line in condensed(scenario, 8000).kept}

    start = next(n for n, line in enumerate(scenario.lines, 1) if "Traceback" in line)
    assert set(range(start, start + 6)) <= kept


def test_the_innermost_cause_survives_where_the_frames_do_not():
    scenario = generate("java_caused_by", lines=LINES)

    kept = condensed(scenario, 1000).kept

    assert any("role ledger_rw does not exist" in line.text for line in kept)
    assert sum("\tat com.example" in line.text for line in kept) == 0


def test_the_faulty_replica_is_not_merged_with_its_siblings():
    """Same words from 24 replicas whose names differ in a digit: each keeps its own count."""
    lines = [f"[pod/ledger-{n % 24}/app] append of entry {n} took {n % 9} ms" for n in range(2400)]

    (excerpt,) = condense([evidence(lines)], budget_tokens=8000)

    assert {kept.count for kept in excerpt.kept if kept.why != "tail" and kept.count > 1} == {100}


def test_counts_tell_how_often_and_until_when():
    lines = [*["ready"], *[f"ERROR store {n} refused" for n in range(30)], "bye"]

    (excerpt,) = condense([evidence(lines)], budget_tokens=60)

    assert next((kept.line, kept.count, kept.last) for kept in excerpt.kept if "refused" in kept.text) == (2, 30, 31)


def test_a_storm_of_many_kinds_of_error_does_not_hide_a_quiet_line_before_it():
    """The calm kinds have their own turn among the rare lines: their reason is 'rare' though they sound harmless."""
    scenario = generate("flag_before_the_cascade", lines=10_000)

    kept = condensed(scenario, 2000).kept

    assert [line.why for line in kept if scenario.needles[0] in line.text] == ["rare"]


def test_the_replica_that_gives_other_numbers_than_its_siblings_is_kept():
    """Eleven replicas say one release, the twelfth another: only the twelfth's line is worth its tokens."""
    pods = [f"[pod/ledger-{n}/app]" for n in range(12)]
    lines = [f"{pod} ledger release {'2.3.9' if n == 7 else '2.4.1'} ready" for n, pod in enumerate(pods)]
    lines += [f"{pods[n % 12]} closed book {n} of {'abcdefghij'[n % 10]}" for n in range(4000)]

    (excerpt,) = condense([evidence(lines)], budget_tokens=1000)

    assert [line.line for line in excerpt.kept if "ledger release 2.3.9" in line.text] == [8]


def test_a_running_number_in_every_kind_of_line_is_one_trend():
    """A sequence that twenty kinds of line print takes one pair of trend lines, a filling volume the other."""
    lines = [f"{'abcdefghijklmnopqrst'[n % 20]} packed segment {n}" for n in range(4000)]
    lines[::100] = [f"volume used={40 + n}%" for n in range(40)]

    (excerpt,) = condense([evidence(lines)], budget_tokens=600)

    trends = [line.text for line in excerpt.kept if line.why == "trend"]
    assert sum("segment" in text for text in trends) == 2
    assert any("used=79%" in line.text for line in excerpt.kept)
