"""Errors on which a piece of work ended: a request, a task, a message that nobody sees to have come right.

The burden lies with the log: an error of a program that is well counts at its first occurrence, unless it is of a kind
that comes and goes (a refused connection, a time-out, a throttled call) or the log shows that it came to nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.causes.permanence import is_healed, is_of_database, is_set_aside, record_of
from incident_bot.diagnosis.causes.stride import find_lines, is_ordinary
from incident_bot.diagnosis.logs.announced import is_announced
from incident_bot.diagnosis.logs.contraries import takes_back
from incident_bot.diagnosis.logs.outcome import has_finished
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

_TRANSIENT = compile_later(
    r"time-?d? ?out|refused|reset\b|unavailable|unreachable|(?<![\d.])50[234]\b|throttl|rate.?limit|too many requests|\block|deadlock|re-?tr(?:y|ied|ies)|attempts? (?:\d|#|no\b|of\b)|\d attempts?|leader|\blost\b|closed|\bEOF\b|broken pipe|busy|temporar|deadline"
    r"|disconnect|abort|cancel|interrupt|could not connect|unable to connect|no such host|resolution|dial tcp|hang ?up|overload|backpressure|\bslow|heartbeat|shut(?:ting)? ?down|stopping|terminat|SIGTERM|\btr(?:y|ies|ied|ying) (?:it )?again\b|\bagain (?:in|later|after|at)\b|not (?:yet )?ready|conflict|has been modified|stale|duplicate|already exists|optimistic",
    re.IGNORECASE,
)
"""What comes and goes between machines, with load, and when something stops."""
_GAVE_UP = compile_later(
    r"\b(?:after|exceeded|exhausted|no more|reached|out of) (?:the |all |its )?(?:max(?:imum)? )?(?:number of )?(?:\d{1,4} )?(?:re-?tries|(?:re)?attempts|tries)\b|\b(?:re-?tries|attempts) (?:were |are |have been )?(?:exhausted|exceeded|used up)"
    r"|attempted too many times|max(?:imum)? (?:re-?tries|retry (?:attempts|count)|attempts)\b.{0,20}(?:exceeded|reached)|\bg[ai]v(?:e|en|es|ing) up\b|\bpermanent(?:ly)?\b|\bdead[- ]?letter|\bmoved? to (?:the )?(?:dlq|failed)|\bremoving from transport\b|\b(?:will|can) ?not be retried\b|\bdiscard(?:ed|ing) (?:the )?(?:job|task|message|event)",
    re.IGNORECASE,
)
"""Who says that he tries no more tells of no passing trouble: that piece of work is lost."""
_OF_CALLERS = compile_later(
    r"syntax[ _]error|parse error (?:at|near)|bad request|\b4(?:0[024-9]|1[0-9]|2[0-9])\b|validation|malformed|invalid (?:input|e-?mail|phone|form|user|password|request|argument)|\b(?:user|page|order|product|customer|item|record|resource|route|path|entity|object)\b[^\n]{0,60}\bnot found\b|(?<![A-Za-z])NotFoundException|(?:Record|Model|Entity|User|Resource)NotFound|declined|role \"",
    re.IGNORECASE,
)
"""What somebody asks wrongly, at a prompt or by a form."""
_EXCEPTION = compile_later(
    r"^\s{0,12}(?:---> |Caused by: )?(?:[\w$]{1,60}[.:]{1,2}){0,12}[A-Z]\w{0,80}(?:Exception|Error)\b|\bpanicked at\b|\bpanic(?: serving \S{1,80})?: |\bcalled `\w{1,20}::(?:unwrap|expect)|\bunhandled exception\b",
)
"""What a runtime prints without a level of its own."""
_READY = compile_later(
    r"\b(?:listening|ready|serving|(?:server|service|application|startup) (?:is )?(?:started|running|up|complete\w*)|started (?:\w+ )?in \d|accepting)\b",
    re.IGNORECASE,
)
_LEAST_SHARE = 0.005
"""Less than one line in two hundred is what such a program logs on any day."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_LEAST_WORDS = 2
"""A further line of one word says nothing by itself."""
_REACH = 1000


def has_ended_work(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether a line that facts cite is an error of a present run, not of a passing kind, that nothing shows to be harmless."""
    return any(_has_ended(index, log, scene) for index, log in find_lines(facts, scene))


def _has_ended(index: int, log: Log, scene: Scene) -> bool:
    kept = log.kept[index]
    record = record_of(index, log)
    return (
        not log.previous
        and log.node is None
        and (
            grade(record) >= Level.ERROR if states_level(record) else _EXCEPTION.search(kept.text[:_REACH]) is not None
        )
        and len(_WORD.findall(kept.text[:_REACH])) >= _LEAST_WORDS
        and kept.count >= _LEAST_SHARE * log.total_lines
        and not any(_passes(text[:_REACH]) for text in (kept.text, record))
        and not _is_taken_back(kept, log)
        and not is_set_aside(kept.text, record)
        and not is_of_database(log)
        and not is_ordinary(kept, log)
        and not is_announced(kept, log)
        and not has_finished(log, scene)
        and not is_healed(kept, log)
    )


def _passes(text: str) -> bool:
    """Whether a text tells of what comes and goes, or of what a caller asks wrongly."""
    if _GAVE_UP.search(text):
        return False
    return _TRANSIENT.search(text) is not None or _OF_CALLERS.search(text) is not None


def _is_taken_back(kept: KeptLine, log: Log) -> bool:
    """Whether a later line says that the program is ready all the same, or the contrary about the same thing."""
    last = max(kept.line, kept.last)
    later = [item.text[:_REACH] for item in log.kept if item.line > last and grade(item.text) < Level.WARNING]
    is_given_up = _GAVE_UP.search(kept.text[:_REACH]) is not None
    return any((_READY.search(line) and not is_given_up) or takes_back(line, kept.text) for line in later)
