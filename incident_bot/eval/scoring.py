"""One scenario: is the diagnosis right, at which rank, and if not, why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.model import Case, Category, Cause, Diagnosis, Verdict

if TYPE_CHECKING:
    from incident_bot.eval.expectation import Expectation
    from incident_bot.eval.retention import Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one diagnosis was worth.

    `rank`: the place (from 1) of the first cause that is the expected one, 0 when none is.
    `confidence`: of the top cause, 0 without one. `problems`: reasons of a miss, in words.
    """

    name: str
    expected: Verdict
    verdict: Verdict
    verdict_is_right: bool
    rank: int
    category_is_right: bool
    citations: int
    broken_citations: int
    top: str
    confidence: float
    problems: tuple[str, ...] = ()
    seconds: float = 0.0
    retention: tuple[Retention, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing at all is wrong with it."""
        return not self.problems

    @property
    def is_false_alarm(self) -> bool:
        """Whether it claims a failure where there is none."""
        quiet = self.expected in (Verdict.HEALTHY, Verdict.RECOVERED)
        return quiet and self.verdict is Verdict.FAILURE and not self.verdict_is_right

    @property
    def is_abstention(self) -> bool:
        """Whether it says that the evidence is not enough."""
        return self.verdict is Verdict.INSUFFICIENT_EVIDENCE


def score(name: str, expectation: Expectation, diagnosis: Diagnosis, case: Case, *, seconds: float = 0.0) -> Score:
    """Compare a diagnosis with what is expected of it."""
    right = expectation.accepts(diagnosis.verdict)
    rank = _find_rank(expectation, diagnosis, case)
    broken = sum(
        1
        for cause in diagnosis.causes
        for citation in cause.citations
        if not _resolves(citation.evidence_id, citation.line, citation.quote, case)
    )
    top = diagnosis.causes[0] if diagnosis.causes else None
    return Score(
        name=name,
        expected=expectation.verdict,
        verdict=diagnosis.verdict,
        verdict_is_right=right,
        rank=rank,
        category_is_right=expectation.category in (Category.UNKNOWN, diagnosis.category),
        citations=sum(len(cause.citations) for cause in diagnosis.causes),
        broken_citations=broken,
        top=f"{top.rule_id or top.found_by.value}: {top.title}" if top else "",
        confidence=top.confidence if top else 0.0,
        problems=tuple(_find_problems(expectation, diagnosis, case, rank, broken)),
        seconds=seconds,
    )


def _find_rank(expectation: Expectation, diagnosis: Diagnosis, case: Case) -> int:
    if not expectation.cause or not expectation.accepts(diagnosis.verdict):
        return 0
    for cause in diagnosis.causes:
        if _names(cause, expectation.cause) and _cites(cause, expectation, case):
            return cause.rank
    return 0


def _names(cause: Cause, texts: tuple[str, ...]) -> bool:
    told = f"{cause.title}\n{cause.explanation}\n{cause.rule_id}".lower()
    return any(text.lower() in told for text in texts)


def _cites(cause: Cause, expectation: Expectation, case: Case) -> bool:
    if not expectation.decisive:
        return True
    for citation in cause.citations:
        evidence = case.find(citation.evidence_id)
        line = evidence.quote(citation.line) if evidence else None
        if (
            evidence
            and line
            and any(item.file == evidence.name and item.contains in line for item in expectation.decisive)
        ):
            return True
    return False


def _resolves(evidence_id: str, line: int, quote: str, case: Case) -> bool:
    evidence = case.find(evidence_id)
    text = evidence.quote(line) if evidence else None
    return text is not None and quote in text


def _find_problems(expectation: Expectation, diagnosis: Diagnosis, case: Case, rank: int, broken: int) -> list[str]:
    problems = []
    if not expectation.accepts(diagnosis.verdict):
        problems.append(f"says {diagnosis.verdict}, not {expectation.verdict}")
    elif expectation.cause and rank != 1:
        problems.append(_say_miss(expectation, diagnosis, case, rank))
    if (
        Verdict.HEALTHY in (expectation.verdict, diagnosis.verdict)
        and diagnosis.verdict is not Verdict.RECOVERED
        and diagnosis.causes
    ):
        problems.append("invents a cause")
    for text in expectation.forbidden:
        bad = next(
            (cause for cause in diagnosis.causes if text == cause.rule_id or text.lower() in cause.title.lower()), None
        )
        if bad:
            problems.append(f"names the forbidden {text!r} at rank {bad.rank}")
    if broken:
        problems.append(f"{broken} citation(s) do not resolve")
    return problems


def _say_miss(expectation: Expectation, diagnosis: Diagnosis, case: Case, rank: int) -> str:
    if rank:
        return f"the right cause is only number {rank}"
    for cause in diagnosis.causes:
        if _names(cause, expectation.cause):
            return f"number {cause.rank} names the cause but cites no decisive line"
        if expectation.decisive and _cites(cause, expectation, case):
            return f"number {cause.rank} cites the decisive line but names none of {', '.join(expectation.cause)}"
    return f"no cause names any of {', '.join(expectation.cause)}"
