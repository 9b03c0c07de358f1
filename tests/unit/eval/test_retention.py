"""Retention counts decisive lines that survive condensing, and only those that were there."""

from __future__ import annotations

from incident_bot.eval import Decisive, Expectation, Retention, measure_retention
from incident_bot.eval.retention import add_retention
from incident_bot.model import (
    Alert,
    Case,
    Evidence,
    EvidenceKind,
    Excerpt,
    Incident,
    KeptLine,
    SafeText,
    Target,
    Verdict,
)

LINES = tuple(SafeText(line) for line in ("start", "disk full", "bye"))
CASE = Case(
    incident=Incident(key="0" * 16, alert=Alert(name="A"), target=Target(pod="p")),
    evidence=(Evidence(id="E1", kind=EvidenceKind.LOG, name="a.log", source="log", lines=LINES),),
)


def expect(*texts: str, file: str = "a.log") -> Expectation:
    return Expectation(
        verdict=Verdict.FAILURE, cause=("x",), decisive=tuple(Decisive(file=file, contains=text) for text in texts)
    )


def keep(*numbers: int) -> tuple[Excerpt, ...]:
    kept = tuple(KeptLine(line=number, text=LINES[number - 1], last=number) for number in numbers)
    return (Excerpt(evidence_id="E1", kept=kept, total_lines=3),)


def test_a_kept_line_counts() -> None:
    found = measure_retention(expect("disk full"), CASE, keep(2), budget_tokens=10)

    assert found == Retention(budget_tokens=10, decisive=1, kept=1)


def test_a_lost_line_is_a_loss() -> None:
    assert measure_retention(expect("disk full", "bye"), CASE, keep(1, 3), budget_tokens=10).kept == 1


def test_the_same_words_in_another_file_do_not_count() -> None:
    assert measure_retention(expect("disk full", file="b.log"), CASE, keep(2), budget_tokens=10).decisive == 0


def test_what_the_evidence_never_held_is_no_loss() -> None:
    assert measure_retention(expect("no such text"), CASE, keep(2), budget_tokens=10).decisive == 0


def test_sums_are_by_budget() -> None:
    small = Retention(budget_tokens=10, decisive=2, kept=1)
    large = Retention(budget_tokens=99, decisive=2, kept=2)

    assert add_retention([(small, large), (small, large)]) == (
        Retention(budget_tokens=10, decisive=4, kept=2),
        Retention(budget_tokens=99, decisive=4, kept=4),
    )
