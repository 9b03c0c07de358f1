"""The excerpts of a whole case: short items as they are, logs condensed into what is left of one budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from incident_bot.condense.condenser import condense
from incident_bot.condense.tokens import estimate_tokens
from incident_bot.model import Case, Evidence, EvidenceKind, Excerpt, KeptLine

if TYPE_CHECKING:
    from incident_bot.condense.survey import Survey

_WHOLE_ITEM_TOKENS = 3_000
"""Objects, events and tables up to this size are kept whole; they are short and every line may decide."""


def choose_excerpts(case: Case, budget_tokens: int, surveys: Mapping[str, Survey] | None = None) -> tuple[Excerpt, ...]:
    """One excerpt an item, in the case's order: short items whole, logs condensed into what is left.

    `surveys` by evidence id save reading those logs again.
    """
    whole = {item.id: _whole(item) for item in case.evidence if _is_short(item)}
    spent = sum(estimate_tokens(kept.text) + 1 for excerpt in whole.values() for kept in excerpt.kept)
    rest = [item for item in case.evidence if item.id not in whole]
    condensed = condense(rest, budget_tokens=max(budget_tokens - spent, budget_tokens // 3), surveys=surveys)
    by_id = whole | {excerpt.evidence_id: excerpt for excerpt in condensed}
    return tuple(by_id[item.id] for item in case.evidence)


def _is_short(item: Evidence) -> bool:
    if item.kind is EvidenceKind.LOG:
        return False
    return sum(len(line) + 1 for line in item.lines) <= _WHOLE_ITEM_TOKENS * 3


def _whole(item: Evidence) -> Excerpt:
    kept = tuple(KeptLine(line=number, text=text, last=number) for number, text in enumerate(item.lines, start=1))
    return Excerpt(evidence_id=item.id, kept=kept, total_lines=len(item.lines))
