"""What k8sgpt's analyzers report: each condition has a scenario where it is met and incident-bot is right about it."""

from __future__ import annotations

import pytest

from benchmarks.peers.cluster import CONDITIONS, Condition
from benchmarks.peers.compare import SCENARIOS, compare, names_cause
from incident_bot.diagnosis import load_rules
from incident_bot.eval import EXPECTATION_FILE, Expectation, read_expectation
from incident_bot.model import Verdict

RULES = load_rules()


def expectation_of(name: str) -> Expectation:
    path = SCENARIOS / name / EXPECTATION_FILE
    return read_expectation(path.read_text(encoding="utf-8"), str(path))


@pytest.mark.parametrize("item", CONDITIONS.values(), ids=lambda item: item.name)
def test_what_others_report_is_told_first_or_explains_nothing(item: Condition) -> None:
    """The condition is met there; a fault is the first cause with its line, and what is none leaves the verdict quiet."""
    expectation = expectation_of(item.scenario)

    row = compare(SCENARIOS / item.scenario, expectation, RULES)

    assert item.name in {finding.condition for finding in row.findings}
    if item.harmless:
        assert row.verdict is Verdict.HEALTHY
    else:
        assert row.is_ours_right


def test_a_finding_names_a_cause_only_with_words_of_the_answer() -> None:
    """A finding about the right pod that says nothing of the cause does not count, the message of the decisive line does."""
    expectation = expectation_of("django-allowed-hosts-probe")

    assert not names_cause(["Pod web-0: container web ended last as Error"], expectation)
    assert names_cause([f"Pod web-0: {expectation.decisive[0].contains}"], expectation)
    assert not names_cause([], expectation)
