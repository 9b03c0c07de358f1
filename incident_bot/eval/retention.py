"""Retention: do the lines that decide survive when a case is condensed to a budget?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incident_bot.eval.expectation import Decisive, Expectation
    from incident_bot.model import Case, Excerpt

BUDGETS_TOKENS = (2_000, 8_000, 32_000)
"""A small local model, the evidence in one of our issues, and a prompt with room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """At a budget in estimated tokens: of the decisive texts in the evidence, how many were kept."""

    budget_tokens: int
    decisive: int
    kept: int


def measure_retention(
    expectation: Expectation, case: Case, excerpts: Sequence[Excerpt], *, budget_tokens: int
) -> Retention:
    """Count the decisive texts of which a line stands in the excerpts. Those that no evidence holds do not count."""
    names = {item.id: item.name for item in case.evidence}
    lines = [(names.get(excerpt.evidence_id), kept.text) for excerpt in excerpts for kept in excerpt.kept]
    wanted = [item for item in expectation.decisive if _is_there(item, case)]
    kept = sum(any(name == item.file and item.contains in text for name, text in lines) for item in wanted)
    return Retention(budget_tokens=budget_tokens, decisive=len(wanted), kept=kept)


def add_retention(measured: Sequence[Sequence[Retention]]) -> tuple[Retention, ...]:
    """One sum a budget over all scenarios."""
    every = [item for one in measured for item in one]
    budgets = sorted({item.budget_tokens for item in every})
    return tuple(
        Retention(
            budget_tokens=budget,
            decisive=sum(item.decisive for item in every if item.budget_tokens == budget),
            kept=sum(item.kept for item in every if item.budget_tokens == budget),
        )
        for budget in budgets
    )


def _is_there(item: Decisive, case: Case) -> bool:
    return any(
        evidence.name == item.file and any(item.contains in line for line in evidence.lines)
        for evidence in case.evidence
    )
