"""What a log says once just before a trouble begins, or beside each error since: the reason often stands there, calmly.

Nobody needs to know a program for that. Where a log repeats a handful of kinds of lines for long, a line of its own kind
right before the first error is news, and so is a kind of line that came with the errors and goes on beside them.
Both only stand beside a cause that was found otherwise.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.condense.traces import is_frame
from incident_bot.diagnosis.facts import log_fact
from incident_bot.diagnosis.logs.access_lines import read_answer
from incident_bot.diagnosis.logs.announced import is_no_report
from incident_bot.diagnosis.logs.background import ends_of, is_background
from incident_bot.diagnosis.logs.changes import reports_change
from incident_bot.diagnosis.logs.messages import read_message
from incident_bot.diagnosis.logs.statements import weigh_statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

_ENOUGH_BEFORE = 20
"""Lines before the first error: a shorter log has no usual lines."""
_USUAL_COUNT = 5
_USUAL_SHARE = 0.7
_NEAR_LINES = 8
_BESIDE_LINES = 3
_BESIDE_SHARE = 0.5
_AGAIN = 3
_LONGEST_TRACE = 60
_OPENS = re.compile(r"Traceback \(most recent call last\)|stack ?trace:|\bbacktrace:", re.IGNORECASE)
_READ = 400
"""Kept lines that are looked at before an error."""


def add_prelude(candidate: Candidate, scene: Scene) -> Candidate:
    """The candidate, supported by what its log said once just before or says beside it, where it told nothing else of that."""
    fact = candidate.facts[0]
    if fact.source != "log" or fact.citation is None or candidate.change_before or candidate.sign_before:
        return candidate
    if grade(fact.value) < Level.WARNING and reports_change(fact.value):
        # The change itself is what came just before.
        return candidate
    log = next((item for item in scene.logs if item.evidence_id == fact.citation.evidence_id), None)
    index = next((place for place, kept in enumerate(log.kept) if str(kept.line) == fact.field), None) if log else None
    if log is None or index is None:
        return candidate
    cited = {item.citation.line for item in (*candidate.facts, *candidate.supporting) if item.citation}
    place = find_prelude(log, index, cited, began=candidate.finding.began if candidate.finding else 0)
    if place is None:
        return candidate
    quote = log_fact(log, log.offsets[place], log.kept[place].text, count=1, groups={}, scene=scene)
    candidate = replace(candidate, supporting=(quote, *candidate.supporting))
    text = log.kept[place].text
    if log.kept[place].count == 1:
        return replace(candidate, sign_before=text)
    return replace(candidate, statements=(*candidate.statements, text))


def find_prelude(log: Log, index: int, cited: Collection[int], *, began: int = 0) -> int | None:
    """The line that came just before the first line like the one at `index`, or comes beside each; None where there is none.

    `began`: the line from which on the one at `index` means trouble, where lines like it came before.
    """
    own = log.kept[index]
    first = began or min(kept.line for kept in ends_of(own, log))
    if first <= _ENOUGH_BEFORE or not _has_usual_lines(log, first) or _fails_before(log, first):
        return None
    trace = _open_trace(log, first)
    near = [
        place
        for place in _around(log, index, first)
        if log.kept[place].line not in cited and not trace <= log.kept[place].line <= first
    ]
    once = [place for place in near if _is_said_once(log.kept[place], first)]
    if once:
        return max(once, key=lambda place: (_tells(log.kept[place].text), place))
    return next((place for place in near if _is_beside(log.kept[place], own, first)), None)


def _open_trace(log: Log, first: int) -> int:
    """Where a traceback opens that ends with the first error, or the line behind that: its frames are the same trouble."""
    opened = (
        kept.line for kept in log.kept if first - _LONGEST_TRACE <= kept.line < first and _OPENS.search(kept.text)
    )
    return min(opened, default=first + 1)


def _around(log: Log, index: int, first: int) -> Iterator[int]:
    begin = next((place for place, kept in enumerate(log.kept) if kept.line >= first), index)
    for place in range(max(0, begin - _READ), min(len(log.kept), begin + _NEAR_LINES)):
        kept = log.kept[place]
        is_near = -_NEAR_LINES <= kept.line - first <= _BESIDE_LINES and kept.line != first
        if is_near and (kept.why != "last" or kept.count == 1) and kept.text[:1] not in " \t" and _is_calm(kept.text):
            yield place


def _is_calm(text: str) -> bool:
    return (
        grade(text) < Level.ERROR
        and len(text) >= _SHORTEST
        and " " in read_message(text)
        and read_answer(text) is None
        and not is_no_report(text)
        and not is_frame(text)
        and "\ufffd" not in text
    )


_SHORTEST = 12


def _is_said_once(kept: KeptLine, first: int) -> bool:
    return kept.count == 1 and kept.line < first


def _is_beside(kept: KeptLine, own: KeptLine, first: int) -> bool:
    """Whether a kind of line began with the errors and came about as often."""
    return kept.count >= max(_AGAIN, _BESIDE_SHARE * own.count) and abs(kept.line - first) <= _BESIDE_LINES


def _has_usual_lines(log: Log, first: int) -> bool:
    """Whether most of what came before is of kinds that come again and again."""
    usual = sum(
        min(kept.count, first)
        for kept in log.kept
        if kept.line < first and kept.count >= _USUAL_COUNT and kept.why != "last"
    )
    return usual >= _USUAL_SHARE * first


def _fails_before(log: Log, first: int) -> bool:
    return any(
        kept.line < first and grade(kept.text) >= Level.ERROR and not is_background(kept, log) for kept in log.kept
    )


def _tells(text: str) -> float:
    return weigh_statement(text) + reports_change(text)
