"""The comment that ends an incident. It does not repeat the analysis: its readers have it in front of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from incident_bot.report import wording
from incident_bot.report.sanitise import code_span

if TYPE_CHECKING:
    from incident_bot.model import Incident


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
