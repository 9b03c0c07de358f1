"""The prose of an analysis made shorter, for the rare report whose sentences alone would fill an issue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.report.sanitise import shorten

if TYPE_CHECKING:
    from incident_bot.model import Action, Analysis, Cause, Gap


def clip(analysis: Analysis, limit: int) -> Analysis:
    """The same analysis with no text longer than `limit` characters. A longer command goes whole: half a command is a trap."""
    diagnosis = analysis.diagnosis
    return replace(
        analysis,
        case=replace(analysis.case, gaps=_clip_gaps(analysis.case.gaps, limit)),
        diagnosis=replace(
            diagnosis,
            summary=shorten(diagnosis.summary, limit),
            causes=tuple(_clip_cause(cause, limit) for cause in diagnosis.causes),
            impact=shorten(diagnosis.impact, limit),
            actions=tuple(_clip_action(action, limit) for action in diagnosis.actions),
            prevention=_clip_texts(diagnosis.prevention, limit),
            do_not=_clip_texts(diagnosis.do_not, limit),
            ruled_out=_clip_texts(diagnosis.ruled_out, limit),
            disagreement=shorten(diagnosis.disagreement, limit),
            gaps=_clip_gaps(diagnosis.gaps, limit),
            timeline=tuple(replace(entry, text=shorten(entry.text, limit)) for entry in diagnosis.timeline),
        ),
    )


def _clip_texts(texts: Iterable[str], limit: int) -> tuple[str, ...]:
    return tuple(shorten(text, limit) for text in texts)


def _clip_cause(cause: Cause, limit: int) -> Cause:
    return replace(cause, title=shorten(cause.title, limit), explanation=shorten(cause.explanation, limit))


def _clip_action(action: Action, limit: int) -> Action:
    fits = len(action.command) <= limit
    return replace(
        action,
        step=shorten(action.step, limit),
        why=shorten(action.why, limit)
        if fits
        else f"its command of {len(action.command):,} characters is too long to show",
        command=action.command if fits else "",
    )


def _clip_gaps(gaps: Iterable[Gap], limit: int) -> tuple[Gap, ...]:
    return tuple(
        replace(
            gap,
            what=shorten(gap.what, limit),
            reason=shorten(gap.reason, limit),
            remedy=shorten(gap.remedy, limit),
        )
        for gap in gaps
    )
