"""Long logs become short ones: the lines that decide, in their order, with their numbers, under a token budget.

Pure: no clock, no files, no environment. `docs/condensing.md` tells how lines are chosen and what was measured.
"""

from incident_bot.condense.condenser import Condenser, condense
from incident_bot.condense.digests import digest
from incident_bot.condense.excerpts import choose_excerpts
from incident_bot.condense.rendering import render_text
from incident_bot.condense.survey import Survey, survey
from incident_bot.condense.times import Window
from incident_bot.condense.tokens import estimate_tokens

__all__ = [
    "Condenser",
    "Survey",
    "Window",
    "choose_excerpts",
    "condense",
    "digest",
    "estimate_tokens",
    "render_text",
    "survey",
]
