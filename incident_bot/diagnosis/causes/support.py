"""What stands beside the line that decides: further lines of its record, the sign before it, and plain statements."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.facts import log_fact
from incident_bot.diagnosis.logs.background import is_background
from incident_bot.diagnosis.logs.records import begins_record, find_message_below, is_same_template
from incident_bot.diagnosis.logs.statements import find_statements
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene

_RECORD_LINES = 30
_FRAME = compile_later(
    r"\s*(?:at |File \"|in \S+ ?\(|from \S+:\d|#\d+ |\.\.\. \d+ |goroutine \d|\S+\.(?:go|rb|py|js|java|ex|exs|rs|php):\d+|\(\w+ \d|~~|\^)"
)
_NAMES_MORE = compile_later(
    r"\b(?:expected|got|invalid|must|cannot|can't|missing|unknown|mismatch|required|not|denied|expired|exceed\w*|already|failed|because|DETAIL|HINT)\b",
    re.IGNORECASE,
)


def add_record(candidate: Candidate, scene: Scene) -> Candidate:
    """The candidate, supported by the line of its deciding record that says most beside the first."""
    fact = candidate.facts[0]
    if fact.source != "log" or fact.citation is None:
        return candidate
    line = int(fact.field)
    for log in scene.logs:
        index = _index_of(log, line) if log.evidence_id == fact.citation.evidence_id else None
        if index is None:
            continue
        cited = {item.citation.line for item in (*candidate.facts, *candidate.supporting) if item.citation}
        below = [*find_message_below(log, index)[:1], *_thrown_again(log, index)]
        place, before = _most_telling(log, index, cited), _sign_before(log, index, cited)
        outer = _outermost(log, index)
        facts = (*candidate.facts, *(_quote(log, found, scene) for found in below))
        opening = _opening(log, index)
        told = [_quote(log, found, scene) for found in (opening, outer, place, before) if found is not None]
        candidate = replace(candidate, facts=facts, supporting=(*told, *candidate.supporting))
        return replace(candidate, sign_before=log.kept[before].text) if before is not None else candidate
    return candidate


def _thrown_again(log: Log, index: int) -> list[int]:
    """The line of the exception whose message a logger has printed before its traceback: engineers look for that one."""
    message = log.kept[index].text.strip()[-_SAME_CHARS:]
    if len(message) < _SAME_CHARS or _THROWN.match(log.kept[index].text):
        return []
    following = range(index + 1, min(index + 1 + _STACK_LINES, len(log.kept)))
    return [
        place
        for place in following
        if _THROWN.match(log.kept[place].text) and log.kept[place].text.rstrip().endswith(message)
    ][:1]


def _opening(log: Log, index: int) -> int | None:
    """The record right above a thrown exception: what was tried when it was thrown."""
    if index == 0 or not _THROWN.match(log.kept[index].text):
        return None
    above = log.kept[index - 1]
    is_head = begins_record(above.text) and log.kept[index].line - above.line == 1 and grade(above.text) >= Level.ERROR
    return index - 1 if is_head else None


_THROWN = compile_later(r"(?:[\w$]{1,60}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception|Fault|Panic): ")
_SAME_CHARS = 40


def add_statements(candidate: Candidate, scene: Scene) -> Candidate:
    """The candidate, with what logs state plainly that explains it, where its own line does not name a cause for certain."""
    fact = candidate.facts[0]
    is_certain = candidate.rule is not None and candidate.specificity >= _NAMES_A_CAUSE
    if is_certain or fact.citation is None or fact.source != "log":
        return candidate
    cited = {(item.citation.evidence_id, item.citation.line) for item in candidate.facts if item.citation}
    found = find_statements(scene, cited, (fact.citation.evidence_id, fact.citation.line))
    quotes = tuple(_quote(item.log, item.index, scene) for item in found)
    told = tuple(item.log.kept[item.index].text for item in found)
    return replace(candidate, supporting=(*quotes, *candidate.supporting), statements=told) if found else candidate


_NAMES_A_CAUSE = 3


def _quote(log: Log, place: int, scene: Scene) -> Fact:
    return log_fact(log, log.offsets[place], log.kept[place].text, count=1, groups={}, scene=scene)


def _outermost(log: Log, index: int) -> int | None:
    """Of a chain of exceptions whose cause decides, the first: it says what was tried."""
    if not log.kept[index].text.lstrip().startswith(("Caused by", "---> ")):
        return None
    for place in range(index - 1, max(-1, index - _STACK_LINES), -1):
        text = log.kept[place].text
        if not _FRAME.match(text) and not text.lstrip().startswith(("Caused by", "---> ", "...")):
            return place
    return None


_STACK_LINES = 80


def _sign_before(log: Log, index: int, cited: set[int]) -> int | None:
    """The rare warning or error shortly before the deciding line: what went wrong first is often said once, and lower."""
    own = log.kept[index]
    index = next((place for place, kept in enumerate(log.kept) if is_same_template(kept, own)), index)
    own = log.kept[index]
    head = 0 if states_level(own.text) else _HEAD_LINES
    for place in range(index - 1, max(-1, index - 1 - _LOOK_BACK_LINES), -1):
        kept = log.kept[place]
        is_new = kept.why != "last" and (kept.count <= _RARE or not is_background(kept, log))
        is_rare = is_new and kept.line not in cited and not _FRAME.match(kept.text)
        if own.line - kept.line > _LOOK_BACK_DISTANCE:
            return None
        if is_rare and own.line - kept.line > head and grade(kept.text) >= Level.WARNING and states_level(kept.text):
            return place
    return None


_LOOK_BACK_LINES = 12
_LOOK_BACK_DISTANCE = 60
"""In lines of the log: further back it is another story."""
_RARE = 5
_HEAD_LINES = 2
"""An exception without a level stands below the record that prints it."""


def _index_of(log: Log, line: int) -> int | None:
    return next((place for place, kept in enumerate(log.kept) if kept.line == line), None)


def _most_telling(log: Log, index: int, cited: set[int]) -> int | None:
    """Of several lines the last that is of a known kind: causes stand below what they caused."""
    further = [place for place in _further(log, index) if log.kept[place].line not in cited]
    known = [place for place in further if find_complaint(log.kept[place].text[:1000])]
    if known:
        return known[-1]
    return next((place for place in reversed(further) if _NAMES_MORE.search(log.kept[place].text[:400])), None)


def _further(log: Log, index: int) -> Iterator[int]:
    for place in range(index + 1, min(index + 1 + _RECORD_LINES, len(log.kept))):
        text = log.kept[place].text
        if log.kept[place].line - log.kept[index].line > _RECORD_LINES or begins_record(text):
            return
        if not _FRAME.match(text) and any(map(str.isalpha, text)):
            yield place
