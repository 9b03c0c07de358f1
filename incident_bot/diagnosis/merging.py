"""Two engines, one ranking: agreement raises confidence, disagreement is shown and never hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.ranking import MAX_CAUSES
from incident_bot.diagnosis.grounding import MOST_CONFIDENT
from incident_bot.diagnosis.telling.advice import order_actions
from incident_bot.model import Category, Cause, Diagnosis, Engine, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEAR_LINES = 3
_MOST_GAIN = 0.1
"""Two engines that read the same lines are not two witnesses: their agreement may add this much at most."""

_SOLE_MODEL_LIMIT = 0.85
_AGAINST_STATUS_LIMIT = 0.6
"""What a model may claim alone, and against a status that says healthy."""

_MAX_LIST = 6


def merge(rules: Diagnosis, model: Diagnosis) -> Diagnosis:
    """One diagnosis of two grounded ones.

    The verdict stays with the rules, which judge status; the model can turn `healthy` or
    `insufficient_evidence` into `failure` only with a cited line that reports something bad.
    """
    verdict = _judge(rules, model)
    causes = _rank(_pair(rules, model, verdict)) if verdict is not Verdict.HEALTHY else ()
    category = causes[0].category if causes else Category.UNKNOWN if verdict is Verdict.HEALTHY else rules.category
    by_rules = verdict is rules.verdict and (not causes or causes[0].found_by is not Engine.MODEL)
    return replace(
        rules,
        verdict=verdict,
        summary=rules.summary if by_rules or not model.summary.strip() else model.summary,
        category=category,
        causes=causes,
        impact=_join(rules.impact, model.impact if verdict is Verdict.FAILURE else ""),
        actions=order_actions((*rules.actions, *model.actions)) if verdict is not Verdict.HEALTHY else rules.actions,
        prevention=_union(rules.prevention, model.prevention),
        do_not=_union(rules.do_not, model.do_not),
        ruled_out=_union(rules.ruled_out, model.ruled_out),
        disagreement=_disagree(rules, model, verdict, causes),
        gaps=(*rules.gaps, *(gap for gap in model.gaps if gap not in rules.gaps)),
        engine=Engine.BOTH,
        model=model.model,
        prompt_version=model.prompt_version,
        prompt_sha256=model.prompt_sha256,
        usage=model.usage,
        timings_s={**rules.timings_s, **model.timings_s},
    )


def _judge(rules: Diagnosis, model: Diagnosis) -> Verdict:
    if rules.verdict in (Verdict.FAILURE, Verdict.RECOVERED) or model.verdict is not Verdict.FAILURE:
        return rules.verdict
    return Verdict.FAILURE if any(_proves(cause) for cause in model.causes) else rules.verdict


def _proves(cause: Cause) -> bool:
    """Whether a cause cites a line that reports something bad; a quiet line proves no failure."""
    return not cause.conjecture and any(grade(citation.quote) >= Level.WARNING for citation in cause.citations)


def _pair(rules: Diagnosis, model: Diagnosis, verdict: Verdict) -> list[Cause]:
    left = list(model.causes)
    merged: list[Cause] = []
    for cause in rules.causes:
        partner = next((other for other in left if agree(cause, other)), None)
        if partner:
            left.remove(partner)
        merged.append(_combine(cause, partner) if partner else cause)
    limit = (
        _AGAINST_STATUS_LIMIT if rules.verdict is Verdict.HEALTHY and verdict is Verdict.FAILURE else _SOLE_MODEL_LIMIT
    )
    return merged + [replace(cause, found_by=Engine.MODEL, confidence=min(limit, cause.confidence)) for cause in left]


def agree(one: Cause, other: Cause) -> bool:
    """Whether two causes are the same: they cite the same line, or near lines and the same category."""
    for mine in one.citations:
        for theirs in other.citations:
            if mine.evidence_id != theirs.evidence_id:
                continue
            distance = abs(mine.line - theirs.line)
            if distance == 0 or (distance <= _NEAR_LINES and one.category is other.category):
                return True
    return False


def _combine(cause: Cause, partner: Cause) -> Cause:
    surest = max(cause.confidence, partner.confidence)
    gain = min(_MOST_GAIN, (1 - surest) * partner.confidence * 0.5)
    known = {(citation.evidence_id, citation.line) for citation in cause.citations}
    extra = [citation for citation in partner.citations if (citation.evidence_id, citation.line) not in known]
    return replace(
        cause,
        explanation=_join(cause.explanation, partner.explanation),
        confidence=round(min(MOST_CONFIDENT, surest + gain), 2),
        citations=(*cause.citations, *extra[:3]),
        found_by=Engine.BOTH,
        conjecture=False,
    )


def _rank(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    ordered = sorted(
        causes, key=lambda cause: (cause.conjecture, -cause.confidence, cause.found_by is not Engine.BOTH, cause.rank)
    )
    return tuple(replace(cause, rank=place) for place, cause in enumerate(ordered[:MAX_CAUSES], start=1))


def _disagree(rules: Diagnosis, model: Diagnosis, verdict: Verdict, causes: Sequence[Cause]) -> str:
    if rules.verdict is not model.verdict and verdict is not model.verdict:
        return f"The rules say {_words(rules.verdict)}, the model says {_words(model.verdict)}; the evidence backs the rules."
    if rules.verdict is not model.verdict:
        return f"The rules say {_words(rules.verdict)}, the model says {_words(model.verdict)} and cites a line for it."
    if not rules.causes or not model.causes or verdict is Verdict.HEALTHY:
        return ""
    mine, theirs = rules.causes[0], model.causes[0]
    if agree(mine, theirs) or any(cause.found_by is Engine.BOTH and cause.rank == 1 for cause in causes):
        return ""
    return (
        f"The rules put first: {mine.title.rstrip('.')} ({mine.confidence:.2f}); "
        f"the model puts first: {theirs.title.rstrip('.')} ({theirs.confidence:.2f})."
    )


def _words(verdict: Verdict) -> str:
    return {
        Verdict.FAILURE: "something is failing",
        Verdict.RECOVERED: "it has recovered",
        Verdict.HEALTHY: "nothing is failing",
        Verdict.INSUFFICIENT_EVIDENCE: "the evidence does not suffice",
    }[verdict]


def _union(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))[:_MAX_LIST]


def _join(one: str, other: str) -> str:
    other = other.strip()
    return one if not other or other in one else f"{one} {other}".strip()
