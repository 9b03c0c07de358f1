"""Issues as they are drafted, and parts of their text."""

from __future__ import annotations

from fakes.analyses import (
    ANALYSIS,
    NOW,
)
from incident_bot import report
from incident_bot.model import (
    Analysis,
    SafeText,
)


def draft(analysis: Analysis = ANALYSIS, **options):
    """The issue of an analysis, sealed by nothing."""
    given = {"seal": SafeText, "run_url": "https://github.com/acme/ops/actions/runs/1", "now": NOW, "version": "1.2.3"}
    return report.draft(analysis, **(given | options))


def body(analysis: Analysis = ANALYSIS, **options) -> str:
    """Its text."""
    return draft(analysis, **options).body


def section(text: str, heading: str) -> str:
    """What stands below a heading."""
    return text.split(f"### {heading}\n", 1)[1].split("\n### ", 1)[0]


def first_screen(text: str) -> str:
    """What stands above the first heading."""
    return text.split("\n### ", 1)[0]
