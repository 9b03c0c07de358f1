"""Whether a complaint of a program that is well stands until somebody changes something, and so counts at its first occurrence.

Its words say that it cannot heal (`complaints/permanence.py`), and a piece of work ended on it: a request, a task, a
job, a message. What the same log shows to have come to nothing does not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.causes.stride import find_lines, is_ordinary
from incident_bot.diagnosis.complaints.permanence import find_permanence, quote_permanence
from incident_bot.diagnosis.logs.contraries import takes_back, tells_all_clear
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.diagnosis.logs.outcome import has_finished
from incident_bot.diagnosis.logs.reading import find_errors, head_of
from incident_bot.diagnosis.logs.records import begins_record
from incident_bot.diagnosis.logs.retries import RETRY
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.rulebook.rules import Rule
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

_WARNED_COUNT = 2
"""A warning may be about what a program can do without; the second one of a kind says that it goes on."""
_REACH = 1000
_SET_ASIDE = compile_later(
    r"\b(?:fall(?:ing|s)? back|fell back|using (?:the )?(?:default|built-in|cached|previous)|(?:will be|is|are|being) ignored|ignoring|non-fatal|not fatal|optional|continu(?:ing|es) without|disabling|deprecated|has no effect|best[- ]effort|already exists)\b",
    re.IGNORECASE,
)
"""What a program says where it does without what it misses."""


def is_permanent(facts: Sequence[Fact], scene: Scene, rule: Rule | None = None) -> bool:
    """Whether a line that facts cite states what cannot heal by itself, ended a piece of work, and nothing took it back.

    A rule may say of what it names that it cannot.
    """
    return any(_stands(index, log, scene, rule) for index, log in find_lines(facts, scene))


def _stands(index: int, log: Log, scene: Scene, rule: Rule | None) -> bool:
    is_known = rule is not None and (rule.permanent or rule.said_once)
    is_told_once = rule is not None and rule.said_once
    kept = log.kept[index]
    return (
        not log.previous
        and log.node is None
        and (is_known or find_permanence(kept.text) is not None)
        and (is_told_once or _ended_work(index, log))
        and not is_of_database(log)
        and not is_ordinary(kept, log)
        and not has_finished(log, scene)
        and not is_healed(kept, log)
    )


_OF_A_DATABASE = compile_later(r"\b(?:STATEMENT|LOG):  \S")
"""A database's own log: whoever mistyped a statement at its prompt is no program."""


def is_of_database(log: Log) -> bool:
    """Whether a log is a database's own, which prints the statements that people and programs send."""
    return _OF_A_DATABASE.search(log.text) is not None


def record_of(index: int, log: Log) -> str:
    """The line that gives a kept line its level: itself, or the record whose stack it is part of."""
    text = log.kept[index].text
    head = head_of(log, index)
    is_own = states_level(text) or begins_record(text)
    return text if is_own or not head or not states_level(head) else head


def is_set_aside(text: str, record: str) -> bool:
    """Whether a line, or its record, says that the program does without what it misses."""
    return any(_SET_ASIDE.search(part[:_REACH]) for part in (text, record))


def _ended_work(index: int, log: Log) -> bool:
    """Whether the line's record is an error, or a warning of which there are several and that nobody can do without."""
    kept = log.kept[index]
    record = record_of(index, log)
    if is_set_aside(kept.text, record):
        return False
    level = grade(record) if states_level(record) else Level.ERROR
    if level != Level.WARNING:
        return level > Level.WARNING
    if _is_of_leak(kept):
        return any(item.line > kept.line for item in find_errors(log))
    complaint = find_permanence(kept.text)
    is_enough = kept.count >= _WARNED_COUNT or (complaint is not None and complaint.kind in _AT_ONCE)
    return is_enough and not _TRIES_AGAIN.search(record[:_REACH])


_AT_ONCE = frozenset({"no-writes", "restricted", "lost-position"})
"""What a store or a reader says once, at whatever level, and acts on from then."""


def _is_of_leak(kept: KeptLine) -> bool:
    """What is never given back is told once, as a warning, and runs out later."""
    complaint = find_permanence(kept.text)
    return complaint is not None and complaint.kind == "leak"


_TRIES_AGAIN = compile_later(RETRY.pattern + r"|\bnext (?:try|attempt)\b", re.IGNORECASE)
_QUOTED = compile_later(
    r"[\"'`\[]([\w.$:/#-]{4,120})[\"'`\]](?!\s?:)|\b([A-Za-z][\w-]{0,60}(?:[-._/][\w-]{1,60}){1,8})\b"
)
_MADE = compile_later(
    r"\b(?:created|added|registered|loaded|installed|granted|applied|renewed|rotated|migrated|imported|enabled|available|found|ok|succeeded|success\w*|ready|done|completed)\b",
    re.IGNORECASE,
)
_CERTIFICATE = compile_later(r"\bcert(?:ificate)?s?\b|x509", re.IGNORECASE)
_RENEWED = compile_later(
    r"\bcert(?:ificate)?s?\b.{0,60}\b(?:renewed|rotated|replaced|re-?issued)\b|\b(?:renewed|rotated|replaced|re-?issued) (?:the )?cert",
    re.IGNORECASE,
)
"""A complaint about a certificate seldom names it."""
_SERVED = compile_later(r"\b20[0-4]\b")
_NOT = compile_later(r"\b(?:not|never|no|cannot|fail\w*|unable|without|missing)\b", re.IGNORECASE)
_OF_SOME = frozenset({"over-a-limit", "shape", "unknown-to-program"})
"""Kinds that some work meets and other work of the same name does not."""


def is_healed(kept: KeptLine, log: Log) -> bool:
    """Whether a later line says of what the complaint names that it is there now, or that it went well."""
    last = max(kept.line, kept.last)
    message = read_text(kept.text[:_REACH])
    complaint = find_permanence(kept.text)
    is_of_some = complaint is not None and complaint.kind in _OF_SOME
    names = [
        name
        for found in _QUOTED.findall(quote_permanence(message) or quote_permanence(kept.text) or message)
        for name in found
        if name.strip("0123456789:.-")
    ]
    later = [item.text[:_REACH] for item in log.kept if item.line > last and grade(item.text) < Level.WARNING]
    said = [
        line
        for line in later
        if (_MADE.search(line) or (_SERVED.search(line) and not is_of_some)) and not _NOT.search(line)
    ]
    # RabbitMQ says as a warning that its alarm was cleared, as it said that it was set.
    all_clear = (item.text[:_REACH] for item in log.kept if item.line > last and tells_all_clear(item.text))
    is_left = any(takes_back(line, message) for line in (*later, *all_clear))
    if complaint is not None and complaint.kind in _AT_ONCE and is_left:
        return True
    if _CERTIFICATE.search(message) and any(_RENEWED.search(line) for line in later):
        return True
    return any(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w/]|\.\w)", line) for name in names for line in said)
