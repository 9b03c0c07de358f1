"""What stands beside a trouble and is not its reason: advice, what a program does without, an error that it files under information."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.phrases import HARD_WORDS
from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log

_REACH = 600
_ADVICE = compile_later(
    r"\W{0,4}(?:hint: )?(?:(?:please,? )?(?:see|refer to|consult|read|visit) (?:https?:|docs?\b|the |our |also )|for (?:more|further) (?:information|details|help)\b"
    r"|(?:please,? )?(?:consider|make sure|try) (?:that |to )?\w+ing\b|you (?:can|may|might|could) (?:override|disable|suppress|silence|ignore|turn)\b"
    r"|to (?:fix|resolve|override|disable|suppress|silence|avoid) this\b|read more\b)",
    re.IGNORECASE,
)
_TAKES_ANOTHER = r"falling back|us(?:ed|ing) (?:the |its )?(?:built-?in|defaults?)\b|using \S{1,40} (?:\S{1,40} )?instead|(?:continu|proceed)(?:e|ed|es|ing) without"
_GOES_ON = compile_later(rf"\b(?:{_TAKES_ANOTHER})\b", re.IGNORECASE)
_DOES_WITHOUT = compile_later(rf"\b(?:ignor(?:ed|ing)|skipp(?:ed|ing)|{_TAKES_ANOTHER})\b", re.IGNORECASE)


def is_advice(text: str) -> bool:
    """Whether a line begins with what the reader should do or read: why stands before it."""
    return _ADVICE.match(read_text(text[:_REACH])) is not None


def does_without(text: str) -> bool:
    """Whether a line says that the program goes on without what it speaks of."""
    return _DOES_WITHOUT.search(text[:_REACH]) is not None


def goes_on_otherwise(text: str) -> bool:
    """Whether a line says that the program takes something else for what it speaks of, or needs nothing of the kind."""
    return _GOES_ON.search(text[:_REACH]) is not None


def is_filed_low(text: str, log: Log) -> bool:
    """Whether a line reports an error and calls itself information, in a log whose loggers know warnings.

    Its writer knew the word and did not take it: the error was expected there.
    """
    if grade(text) != Level.NOTICE or not states_level(text) or not HARD_WORDS.search(text[:_REACH]):
        return False
    return any(grade(kept.text) >= Level.WARNING and states_level(kept.text) for kept in log.kept)
