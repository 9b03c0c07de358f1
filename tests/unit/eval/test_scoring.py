"""A diagnosis is right only with the right verdict, the right name and the right line."""

from __future__ import annotations

from dataclasses import replace

from incident_bot.eval import Decisive, Expectation, Score, add_up, score
from incident_bot.model import (
    Alert,
    Case,
    Category,
    Cause,
    Citation,
    Diagnosis,
    Evidence,
    EvidenceKind,
    Incident,
    SafeText,
    Severity,
    Target,
    Verdict,
)

LINES = tuple(SafeText(line) for line in ("INFO start", "RuntimeError: CUDA out of memory", "bye"))
CASE = Case(
    incident=Incident(key="0" * 16, alert=Alert(name="A"), target=Target(pod="p")),
    evidence=(Evidence(id="E1", kind=EvidenceKind.LOG, name="server.log", source="log", lines=LINES),),
)
EXPECTED = Expectation(
    verdict=Verdict.FAILURE,
    category=Category.GPU_ML,
    cause=("GPU memory",),
    decisive=(Decisive(file="server.log", contains="CUDA out of memory"),),
    forbidden=("oom-killed-container",),
)


def cause(rank: int, title: str, line: int, rule_id: str = "r", quote: str = "") -> Cause:
    cited = Citation(evidence_id="E1", line=line, quote=SafeText(quote) if quote else LINES[line - 1])
    return Cause(
        rank=rank,
        title=title,
        explanation="",
        category=Category.GPU_ML,
        confidence=0.9,
        citations=(cited,),
        rule_id=rule_id,
    )


def diagnosis(*causes: Cause, verdict: Verdict = Verdict.FAILURE) -> Diagnosis:
    return Diagnosis(verdict=verdict, summary="", category=Category.GPU_ML, severity=Severity.WARNING, causes=causes)


def judge(found: Diagnosis, expected: Expectation = EXPECTED) -> Score:
    return score("case", expected, found, CASE)


def test_the_right_cause_with_the_right_line_is_a_hit() -> None:
    found = judge(diagnosis(cause(1, "GPU memory is exhausted", 2)))

    assert (found.rank, found.is_right, found.problems) == (1, True, ())


def test_the_right_name_with_a_line_that_decides_nothing_is_a_miss() -> None:
    found = judge(diagnosis(cause(1, "GPU memory is exhausted", 1)))

    assert found.rank == 0
    assert found.problems == ("number 1 names the cause but cites no decisive line",)


def test_the_right_line_under_a_wrong_name_is_a_miss() -> None:
    found = judge(diagnosis(cause(1, "Something else", 2)))

    assert found.rank == 0
    assert "names none of GPU memory" in found.problems[0]


def test_a_second_place_counts_for_three_and_not_for_one() -> None:
    found = judge(diagnosis(cause(1, "Something else", 1), cause(2, "GPU memory", 2)))
    card = add_up([found])

    assert (card.hit1, card.hit3) == (0.0, 1.0)


def test_a_forbidden_cause_at_any_rank_is_a_problem() -> None:
    found = judge(diagnosis(cause(1, "GPU memory", 2), cause(2, "Killed", 3, rule_id="oom-killed-container")))

    assert found.rank == 1
    assert not found.is_right


def test_a_wrong_verdict_is_never_a_hit() -> None:
    found = judge(diagnosis(cause(1, "GPU memory", 2), verdict=Verdict.RECOVERED))

    assert found.rank == 0
    assert found.problems[0] == "says recovered, not failure"


def test_a_citation_without_its_line_or_words_is_broken() -> None:
    wrong_words = cause(1, "GPU memory", 2, quote="never written")
    found = judge(diagnosis(wrong_words))

    assert found.broken_citations == 1
    assert add_up([found]).citation_validity == 0.0


def test_a_failure_said_of_a_healthy_pod_is_a_false_alarm_and_an_abstention_is_not() -> None:
    calm = Expectation(verdict=Verdict.HEALTHY)
    loud = judge(diagnosis(cause(1, "GPU memory", 2)), calm)
    shy = judge(diagnosis(verdict=Verdict.INSUFFICIENT_EVIDENCE), calm)
    card = add_up([loud, shy])

    assert (loud.is_false_alarm, shy.is_false_alarm) == (True, False)
    assert (card.false_alarms, card.quiet, card.failures) == (1, 0.0, 0)


def test_calibration_counts_what_was_said_and_what_held() -> None:
    right = judge(diagnosis(cause(1, "GPU memory", 2)))
    wrong = judge(diagnosis(replace(cause(1, "Something else", 1), confidence=0.95)))
    (found,) = add_up([right, wrong]).calibration

    assert (found.low, found.said, found.held) == (0.9, 2, 1)


def test_a_verdict_that_is_as_good_is_right() -> None:
    """Whether a retried Job is healthy or recovered is a matter of taste."""
    either = Expectation(verdict=Verdict.RECOVERED, also_right=(Verdict.HEALTHY,))
    healthy = replace(diagnosis(), verdict=Verdict.HEALTHY, causes=())

    found = score("s", either, healthy, CASE)

    assert found.is_right
    assert add_up([found]).quiet == 1.0


def test_another_verdict_stays_wrong() -> None:
    either = Expectation(verdict=Verdict.RECOVERED, also_right=(Verdict.HEALTHY,))

    assert score("s", either, diagnosis(cause(1, "x", 2)), CASE).is_false_alarm
