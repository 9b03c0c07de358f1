"""Scoring: how good a Diagnosis is, measured against what a scenario's author expects.

Pure. `incident-bot eval` runs the diagnosis over folders and asks this room what it was worth.
"""

from incident_bot.eval.expectation import EXPECTATION_FILE, Decisive, Expectation, read_expectation
from incident_bot.eval.issue_text import IssueEvidence, read_issue
from incident_bot.eval.retention import BUDGETS_TOKENS, Retention, measure_retention
from incident_bot.eval.scorecard import Scorecard, add_up
from incident_bot.eval.scoring import Score, score
from incident_bot.eval.skeleton import draft_expectation

__all__ = [
    "BUDGETS_TOKENS",
    "EXPECTATION_FILE",
    "Decisive",
    "Expectation",
    "IssueEvidence",
    "Retention",
    "Score",
    "Scorecard",
    "add_up",
    "draft_expectation",
    "measure_retention",
    "read_expectation",
    "read_issue",
    "score",
]
