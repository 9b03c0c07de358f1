"""Only what the evidence shows is believed: citations are looked up, commands are judged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.evidence import make_case
from incident_bot.diagnosis import ground, merge
from incident_bot.model import (
    Action,
    Category,
    Cause,
    Citation,
    Diagnosis,
    Engine,
    Risk,
    SafeText,
    Severity,
    Verdict,
)

LOG = "INFO start\nERROR cannot open   /models/v7/weights.bin\nINFO retry\nERROR giving up after 3 tries\nINFO retry\n"
CASE = make_case({"api-0_api.log": LOG})


def cite(line: int, quote: str, evidence: str = "E1") -> Citation:
    return Citation(evidence_id=evidence, line=line, quote=SafeText(quote))


def cause(
    *citations: Citation, confidence: float = 0.8, title: str = "weights missing", category: Category = Category.STORAGE
) -> Cause:
    return Cause(rank=1, title=title, explanation="why", category=category, confidence=confidence, citations=citations)


def diagnosis(
    *causes: Cause, verdict: Verdict = Verdict.FAILURE, actions: tuple[Action, ...] = (), engine: Engine = Engine.MODEL
) -> Diagnosis:
    return Diagnosis(
        verdict=verdict, summary="s", category=Category.STORAGE, severity=Severity.WARNING,
        causes=causes, actions=actions, engine=engine,
    )  # fmt: skip


def test_right_citation_is_kept() -> None:
    (found,) = ground(diagnosis(cause(cite(4, "giving up after 3 tries"))), CASE).causes

    assert (found.citations, found.conjecture) == ((cite(4, "ERROR giving up after 3 tries"),), False)


def test_white_space_may_differ_and_the_lines_own_words_are_shown() -> None:
    (found,) = ground(diagnosis(cause(cite(2, "cannot open /models/v7/weights.bin"))), CASE).causes

    assert found.citations[0].quote == "ERROR cannot open   /models/v7/weights.bin"


def test_wrong_line_is_put_right_when_the_quote_is_unique() -> None:
    (found,) = ground(diagnosis(cause(cite(99, "giving up after 3 tries"))), CASE).causes

    assert found.citations[0].line == 4


@pytest.mark.parametrize(
    "citation",
    [
        cite(2, "the disk is on fire"),
        cite(9, "INFO retry"),
        cite(4, "giving up after 3 tries", evidence="E7"),
        cite(1, ""),
        cite(1, "..."),
        cite(0, "E"),
        cite(-1, "retry"),
    ],
    ids=["invented", "not unique", "no such evidence", "empty", "dots", "letter", "negative line"],
)
def test_citation_that_does_not_hold_makes_a_conjecture(citation: Citation) -> None:
    (found,) = ground(diagnosis(cause(citation, confidence=0.95)), CASE).causes

    assert (found.citations, found.conjecture) == ((), True)
    assert found.confidence <= 0.3


def test_evidence_may_be_named_by_its_file() -> None:
    (found,) = ground(diagnosis(cause(cite(4, "giving up", evidence="api-0_api.log"))), CASE).causes

    assert found.citations[0].evidence_id == "E1"


def test_label_and_ellipsis_around_a_quote_are_forgiven() -> None:
    (found,) = ground(diagnosis(cause(cite(4, "E1:4 ERROR giving up after..."))), CASE).causes

    assert not found.conjecture


def test_grounded_cause_goes_before_a_louder_conjecture() -> None:
    found = ground(diagnosis(cause(confidence=0.99, title="guess"), cause(cite(4, "giving up"), confidence=0.2)), CASE)

    assert [(item.rank, item.title) for item in found.causes] == [(1, "weights missing"), (2, "guess")]


@pytest.mark.parametrize("confidence", [float("nan"), float("inf"), -3.0, 42.0])
def test_confidence_is_a_number_between_nothing_and_almost_sure(confidence: float) -> None:
    (found,) = ground(diagnosis(cause(cite(4, "giving up"), confidence=confidence)), CASE).causes

    assert 0 <= found.confidence <= 0.97


@given(
    line=st.integers(-5, 20), quote=st.text(max_size=60), evidence=st.sampled_from(["E1", "E2", "", "api-0_api.log"])
)
@settings(max_examples=200)
def test_every_citation_that_survives_is_in_its_line(line: int, quote: str, evidence: str) -> None:
    (found,) = ground(diagnosis(cause(cite(line, quote, evidence))), CASE).causes

    for citation in found.citations:
        assert citation.quote in str(CASE.evidence[0].quote(citation.line))


@given(data=st.data())
@settings(max_examples=100)
def test_any_part_of_a_line_holds_as_its_citation(data: st.DataObject) -> None:
    number = data.draw(st.integers(1, 5))
    text = str(CASE.evidence[0].quote(number))
    start = data.draw(st.integers(0, len(text) - 5))
    part = text[start : data.draw(st.integers(start + 5, len(text)))]
    if len(part.strip()) < 3:
        return

    (found,) = ground(diagnosis(cause(cite(number, part))), CASE).causes

    assert [citation.line for citation in found.citations] == [number]


def test_models_commands_are_judged_by_code() -> None:
    actions = (
        Action(step="Look", command="kubectl -n ml get pods"),
        Action(step="Harmless, I promise", command="kubectl -n ml rollout restart deploy/a"),
        Action(step="Restart the node"),
        Action(step="Clean up", command="kubectl delete ns ml"),
        Action(step="Run `kubectl delete pod api-0` to restart it"),
    )

    found = ground(diagnosis(cause(cite(4, "giving up")), actions=actions), CASE)

    assert [(action.step, action.risk) for action in found.actions] == [
        ("Look", Risk.READ_ONLY),
        ("Harmless, I promise", Risk.CHANGES_STATE),
        ("Restart the node", Risk.CHANGES_STATE),
    ]
    assert any("kubectl delete ns ml" in line for line in found.do_not)
    assert any("previous run" in line for line in found.do_not)


RULES = replace(
    diagnosis(cause(cite(4, "ERROR giving up after 3 tries"), confidence=0.8), engine=Engine.RULES),
    causes=(
        replace(cause(cite(4, "ERROR giving up after 3 tries"), confidence=0.8), found_by=Engine.RULES, rule_id="r"),
    ),
)


def test_agreement_on_a_line_raises_confidence_within_bounds() -> None:
    found = merge(RULES, diagnosis(cause(cite(4, "giving up after 3 tries"), confidence=0.7)))

    assert [item.found_by for item in found.causes] == [Engine.BOTH]
    assert 0.8 < found.causes[0].confidence <= 0.9
    assert found.disagreement == ""


def test_disagreement_is_shown_and_both_are_kept() -> None:
    other = cause(
        cite(2, "cannot open /models/v7/weights.bin"), confidence=0.6, title="bucket empty", category=Category.GPU_ML
    )
    rules = replace(RULES, causes=(replace(RULES.causes[0], citations=(cite(5, "INFO retry"),)),))

    found = merge(rules, diagnosis(replace(other, citations=(cite(1, "INFO start"),))))

    assert [item.found_by for item in found.causes] == [Engine.RULES, Engine.MODEL]
    assert "bucket empty" in found.disagreement


@pytest.mark.parametrize("citations", [(), (cite(1, "INFO start"),)], ids=["uncited", "quiet line"])
def test_model_cannot_turn_health_into_failure_without_proof(citations: tuple[Citation, ...]) -> None:
    healthy = replace(diagnosis(verdict=Verdict.HEALTHY, engine=Engine.RULES), summary="healthy")

    found = merge(healthy, ground(diagnosis(cause(*citations, confidence=0.99)), CASE))

    assert (found.verdict, found.causes, found.summary) == (Verdict.HEALTHY, (), "healthy")
    assert "model says something is failing" in found.disagreement


def test_model_with_a_bad_line_can_and_is_capped() -> None:
    healthy = diagnosis(verdict=Verdict.HEALTHY, engine=Engine.RULES)

    found = merge(healthy, ground(diagnosis(cause(cite(4, "giving up after 3 tries"), confidence=0.95)), CASE))

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].confidence <= 0.6
    assert found.disagreement


def test_failure_stays_a_failure_when_the_model_sees_none() -> None:
    found = merge(RULES, diagnosis(verdict=Verdict.HEALTHY))

    assert (found.verdict, found.causes[0].rule_id) == (Verdict.FAILURE, "r")
    assert "nothing is failing" in found.disagreement


def test_never_more_than_three_causes() -> None:
    many = [cause(cite(line, "INFO"), title=f"t{line}", confidence=0.3 + line / 100) for line in (1, 3, 5)]

    found = merge(RULES, diagnosis(*many))

    assert [item.rank for item in found.causes] == [1, 2, 3]
