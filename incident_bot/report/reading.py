"""The section "What was read", written by code, so that nobody has to trust a model about what it did not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from incident_bot.report import wording
from incident_bot.report.sanitise import code_span, prose

if TYPE_CHECKING:
    from incident_bot.model import Analysis, Gap
    from incident_bot.report.raw_evidence import Fitted

_LISTED_GAPS = 16
_LISTED_CUTS = 24


def describe_reading(analysis: Analysis, fitted: Fitted) -> list[str]:
    """The section's blocks: what was read, what was cut, what could not be read and how to change that, redactions."""
    blocks = ["### What was read", _read(fitted)]
    cuts = _cuts(analysis, fitted)
    if cuts:
        blocks.append("**Cut**\n" + "\n".join(cuts))
    gaps = all_gaps(analysis)
    if gaps:
        listed = [_gap(gap) for gap in gaps[:_LISTED_GAPS]]
        if len(gaps) > _LISTED_GAPS:
            listed.append(f"- and {len(gaps) - _LISTED_GAPS} more")
        blocks.append("\n".join(["**Not read, not asked or not shown**", *listed]))
    blocks.append(_redactions(analysis.case.redactions))
    return blocks


def all_gaps(analysis: Analysis) -> tuple[Gap, ...]:
    """Every gap of the case and the diagnosis once, in order."""
    return tuple(dict.fromkeys((*analysis.case.gaps, *analysis.diagnosis.gaps)))


def _read(fitted: Fitted) -> str:
    if not fitted.shown:
        return "Read: nothing. Not one piece of evidence could be had."
    total = sum(shown.total_lines for shown in fitted.shown)
    lines = sum(shown.lines for shown in fitted.shown)
    return (
        f"Read: {wording.counted(len(fitted.shown), 'piece')} of evidence with {wording.counted(total, 'line')}; "
        f"{lines:,} of them are shown below, each with its own number."
    )


def _cuts(analysis: Analysis, fitted: Fitted) -> list[str]:
    by_excerpt = {excerpt.evidence_id: excerpt.cut for excerpt in analysis.excerpts if excerpt.cut}
    cuts: list[str] = []
    for shown in fitted.shown:
        said = [text for text in (shown.evidence.cut, by_excerpt.get(shown.evidence.id, "")) if text]
        if shown.cut_to_fit:
            said.append(f"{wording.counted(shown.cut_to_fit, 'line')} to stay within GitHub's limit")
        if said:
            cuts.append(f"- {code_span(shown.evidence.id)} {prose('; '.join(said), 500)}")
    if len(cuts) > _LISTED_CUTS:
        return [*cuts[:_LISTED_CUTS], f"- and {len(cuts) - _LISTED_CUTS} more"]
    return cuts


def _gap(gap: Gap) -> str:
    remedy = f" {prose(gap.remedy, 400)}" if gap.remedy else ""
    return (
        f"- **{prose(gap.what, 200) or prose(gap.kind, 40)}**: {prose(gap.reason, 400) or 'no reason given'}.{remedy}"
    )


def _redactions(redactions: Mapping[str, int]) -> str:
    found = {kind: count for kind, count in sorted(redactions.items()) if count}
    if not found:
        return "Redacted: nothing that looks like a secret was found."
    kinds = ", ".join(f"{count:,} {code_span(kind, 60)}" for kind, count in found.items())
    return f"Redacted: {wording.counted(sum(found.values()), 'value')} ({kinds})."
