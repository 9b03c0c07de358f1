"""A finished analysis as text for people: the issue, its comments, the terminal. Pure: no I/O, no clock."""

from __future__ import annotations

from incident_bot.report.comments import render_resolved_comment
from incident_bot.report.issue import draft, draft_minimal
from incident_bot.report.pictures import drawn_lines
from incident_bot.report.terminal import render_terminal

__all__ = [
    "draft",
    "draft_minimal",
    "drawn_lines",
    "render_resolved_comment",
    "render_terminal",
]
