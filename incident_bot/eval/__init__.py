"""Scoring: how good a Diagnosis is, measured against what a scenario's author expects.

Pure. `incident-bot eval` runs the diagnosis over folders and asks this room what it was worth.
"""

from incident_bot.eval.expectation import EXPECTATION_FILE, Decisive, Expectation, read_expectation
from incident_bot.eval.scorecard import Bin, Scorecard, add_up
from incident_bot.eval.scoring import Score, score

__all__ = [
    "EXPECTATION_FILE",
    "Bin",
    "Decisive",
    "Expectation",
    "Score",
    "Scorecard",
    "add_up",
    "read_expectation",
    "score",
]
