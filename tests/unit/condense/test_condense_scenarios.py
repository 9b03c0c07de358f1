"""Generated pod logs: the needle survives at every budget, and a healthy log is not called broken."""

import pytest

from fakes.log_generators import GENERATORS, Scenario, generate
from incident_bot.condense import condense, survey
from incident_bot.model import Evidence, EvidenceKind, Excerpt, SafeText

LINES = 4000
"""Enough for a needle; the full lengths run in benchmarks/condense."""


def evidence(lines: list[str]) -> Evidence:
    return Evidence(id="E1", kind=EvidenceKind.LOG, name="log", source="log", lines=tuple(map(SafeText, lines)))


def condensed(scenario: Scenario, budget: int) -> Excerpt:
    baseline = [evidence(scenario.baseline)] if scenario.baseline else []
    return condense([evidence(scenario.lines)], budget_tokens=budget, baseline=baseline)[0]


@pytest.mark.parametrize("name", GENERATORS)
def test_the_needle_survives(name):
    scenario = generate(name, lines=LINES)
    if name in {"trend_to_oom", "trend_to_timeout"}:
        scenario = generate(name)

    surveys = {"E1": survey(scenario.lines)}
    baseline = [evidence(scenario.baseline)] if scenario.baseline else []
    for budget in (2000, 8000, 32000):
        (excerpt,) = condense([evidence(scenario.lines)], budget_tokens=budget, baseline=baseline, surveys=surveys)
        text = "\n".join(kept.text for kept in excerpt.kept)
        assert [needle for needle in scenario.needles if needle not in text] == [], budget


def test_there_are_at_least_60_kinds_of_trouble():
    assert len(GENERATORS) >= 60


def test_a_healthy_log_has_no_line_called_an_error():
    scenario = generate("no_error", lines=LINES)

    kept = condensed(scenario, 2000).kept

    assert {line.why for line in kept} <= {"head", "tail", "rare", "last", "context"}
    assert kept[-1].line == len(scenario.lines)


def test_the_baseline_raises_what_is_new():
    """Without the sibling's log the line is one of hundreds; with it, it is kept and says why."""
    scenario = generate("baseline_novel", lines=LINES)

    (with_baseline,) = condense([evidence(scenario.lines)], budget_tokens=1200, baseline=[evidence(scenario.baseline)])
    (without,) = condense([evidence(scenario.lines)], budget_tokens=1200)

    assert [kept.why for kept in with_baseline.kept if scenario.needles[0] in kept.text] == ["baseline-novel"]
    assert not any(scenario.needles[0] in kept.text for kept in without.kept)


def test_a_word_that_the_baseline_never_says_outranks_new_combinations_of_its_words():
    """Among hundreds of kinds of error of which the sibling has most, the one with new words is kept."""
    scenario = generate("errors_as_in_the_sibling", lines=LINES)

    (with_baseline,) = condense([evidence(scenario.lines)], budget_tokens=500, baseline=[evidence(scenario.baseline)])
    (without,) = condense([evidence(scenario.lines)], budget_tokens=8000)

    assert any(scenario.needles[0] in kept.text for kept in with_baseline.kept)
    assert not any(scenario.needles[0] in kept.text for kept in without.kept)


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
