"""Logs that hold nothing but waiting: the program has not come to its work, whatever the lines call themselves."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log

_LEAST_LINES = 10
_MOST_KINDS = 12
_TELLING_SHARE = 0.3
_REACH = 300
_WAITS = compile_later(
    r"\b(?:wait(?:s|ing)?|sleep(?:s|ing)?|retry(?:ing)?|retries|try(?:ing)? again|attempt\w*|pending)\b|\bwait[-_]for\b"
    r"|\bnot (?:yet )?(?:ready|up|there|available|reachable|found|resolvable)\b|\bno (?:response|answer|route)\b"
    r"|\bbad address\b|\btimed? ?out\b|\brefused\b|\bunreachable\b|\bunknown host\b|\bcan(?:not|'t) (?:resolve|connect|reach|find)\b",
    re.IGNORECASE,
)
_IDLE = compile_later(
    r"\bwait(?:s|ing)? (?:for|on) (?:(?:the|a|an|any|new|next|more|further|incoming|first|another) )*"
    r"(?:messages?|jobs?|tasks?|work|events?|requests?|connections?|items?|input|data|leader\w*|lock|lease|turn|trigger|schedule|commands?|changes?|updates?|clients?|records?|batch\w*|orders?|builds?)\b"
    r"|\bleader\b|\blease\b|\bstand-?by\b|\bidle\b",
    re.IGNORECASE,
)
"""What a worker without work says, and a replica that another one leads: both are well."""
_NAMES_HOST = re.compile(
    r"(?<![\w.])[a-z][\w.-]{1,80}:\d{2,5}\b|\b[\w-]{1,63}\.[\w-]{1,63}\.svc\b|://[a-z]", re.IGNORECASE
)


@lru_cache(maxsize=32)
def is_only_waiting(log: Log) -> bool:
    """Whether every kind of line waits or tells of what it waits for, to the end, and many name that or complain of it."""
    if log.total_lines < _LEAST_LINES or len(log.kept) > _MOST_KINDS or log.previous:
        return False
    texts = [(read_text(kept.text[:_REACH]), kept.count) for kept in log.kept if kept.why != "last"]
    if not texts or not all(_WAITS.search(text) or grade(text) >= Level.NOTICE for text, _ in texts):
        return False
    if any(_IDLE.search(text) for text, _ in texts) or not any(_WAITS.search(text) for text, _ in texts):
        return False
    telling = sum(count for text, count in texts if _NAMES_HOST.search(text) or grade(text) >= Level.NOTICE)
    return telling >= _TELLING_SHARE * log.total_lines
