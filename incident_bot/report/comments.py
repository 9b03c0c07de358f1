"""Short comments on an issue that exists. They never repeat the analysis: its readers have it in front of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from incident_bot.report import wording
from incident_bot.report.sanitise import code_span, prose

if TYPE_CHECKING:
    from incident_bot.model import Analysis, Incident


def render_resolved_comment(incident: Incident, *, now: datetime) -> str:
    """The alert is over: since when, how long it fired, and what is still open."""
    alert = incident.alert
    ended = wording.utc(alert.ends_at if alert.ends_at and alert.ends_at.year > 1 else now)
    lasted = ""
    if alert.starts_at and ended >= wording.utc(alert.starts_at):
        lasted = f" It fired for {wording.duration((ended - wording.utc(alert.starts_at)).total_seconds())}."
    return (
        f"**Resolved** at {ended:%Y-%m-%d %H:%M} UTC: alert {code_span(alert.name, 150)} "
        f"for {code_span(incident.target.name, 150)} no longer fires.{lasted}\n\n"
        "That the alert stopped does not say that its cause is gone: close this issue when the cause is dealt with."
    )


def render_refired_note(analysis: Analysis, *, times: int, now: datetime) -> str:
    """The alert fired again: how often so far and the first cause of this run in one line."""
    diagnosis = analysis.diagnosis
    cause = (
        f" First cause this time: {prose(diagnosis.causes[0].title, 200)}, {wording.confidence(diagnosis.causes[0])}."
        if diagnosis.causes
        else f" This time: {wording.VERDICT_WORDS[diagnosis.verdict]}."
    )
    return (
        f"**Fired again** at {wording.utc(now):%Y-%m-%d %H:%M} UTC, {wording.counted(times, 'time')} so far.{cause} "
        "The description above now shows the newest analysis."
    )
