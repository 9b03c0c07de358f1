"""What a supervisor inside a program lets fail, begins again and reports as running: tasks, connectors, streaming jobs."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.logs.background import shape_of
from incident_bot.diagnosis.logs.contraries import names_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incident_bot.diagnosis.scene import Log, Scene

_REACH = 600
_NEAR = 6
"""Kept lines beside an error in which a program says that it begins again."""
_ENOUGH_WORK = 3
_MOST_TIMES = 3
_MOST_LINES = 2_000

_TURNS = r"(?:\b(?:to|as|into)\s(?:state )?|\b(?:state|status)[=:]\s?)['\"]?"
_AGAIN = compile_later(
    rf"{_TURNS}(?:UP_FOR_RETRY|RE-?START(?:ING)?|RETRYING|RECOVERING|RESCHEDUL(?:ED|ING))\b", re.IGNORECASE
)
_WELL = compile_later(
    rf"{_TURNS}(?:SUCCESS|SUCCEEDED|RUNNING|FINISHED|COMPLETED?|HEALTHY|ONLINE|READY)\b|\bfrom (?:state )?(?:RESTARTING|RECOVERING|RETRYING) to\b",
    re.IGNORECASE,
)
_DONE = compile_later(rf"{_TURNS}(?:SUCCESS|SUCCEEDED|FINISHED|COMPLETED?)\b", re.IGNORECASE)
_BEGINS_ANEW = compile_later(
    r"\b(?:going to|will|about to) (?:be )?(?:re-?start|re-?connect|re-?try|resum|re-?subscrib)\w*\b|\bre-?start(?:ing)? (?:the )?(?:connector|task|consumer|worker|stream|source|sink|pipeline|job)\b",
    re.IGNORECASE,
)


def comes_back(start: int, end: int, log: Log, scene: Scene) -> bool:
    """Whether a log says beside the errors of the kept lines `start` to `end` that what failed is begun again, and later that it runs.

    That it runs is said of the same name or id, or seen in the same work going on as before. What is said time and again
    is no single failure that ended.
    """
    if log.kept[start].count > _MOST_TIMES:
        return False
    evidence = scene.texts.get(log.evidence_id)
    lines = evidence.lines if evidence is not None else ()
    beside = range(max(0, start - 2), min(len(log.kept), end + 1 + _NEAR))
    texts = [(place, log.kept[place].text[:_REACH]) for place in beside]
    if any(grade(kept.text) >= Level.ERROR for kept in log.kept[end + 1 :]):
        return False
    return any(
        (_AGAIN.search(text) and _is_well_later(max(place, end), text, log, lines))
        or (
            place > start
            and grade(log.kept[start].text) >= Level.ERROR
            and _BEGINS_ANEW.search(text)
            and grade(text) < Level.ERROR
            and _works_on(start, place, log, lines)
        )
        for place, text in texts
    )


def _is_well_later(place: int, said: str, log: Log, lines: Sequence[str]) -> bool:
    """Whether the last line after a place that tells a state of the same thing says that it is done, or that it runs and there is work since."""
    wanted = names_of(said)
    told = [
        (kept.line, text)
        for kept in log.kept[place + 1 :]
        if (
            (text := kept.text[:_REACH])
            and (_WELL.search(text) or _AGAIN.search(text))
            and _is_same(wanted, names_of(text))
        )
    ]
    if not told or not _WELL.search(told[-1][1]):
        return False
    before = {_kind(line) for line in lines[: log.kept[place].line]}
    since = lines[told[-1][0] : told[-1][0] + _MOST_LINES]
    return _DONE.search(told[-1][1]) is not None or sum(_kind(line) in before for line in since) >= _ENOUGH_WORK


def _is_same(wanted: Mapping[str, str], named: Mapping[str, str]) -> bool:
    """Whether a line names what another named: every key of both the same, and one at least."""
    shared = wanted.keys() & named.keys()
    return bool(shared) and all(wanted[key] == named[key] for key in shared)


def _works_on(start: int, place: int, log: Log, lines: Sequence[str]) -> bool:
    """Whether work of the kinds that were logged before an error is logged several times after a place, and none is missed.

    Of a worker that died only its own work falls silent, beside health checks that go on.
    """
    first = log.kept[start].line
    before = Counter(_kind(line) for line in lines[max(0, first - 1 - _MOST_LINES) : first - 1])
    later = Counter(_kind(line) for line in lines[log.kept[place].line : log.kept[place].line + _MOST_LINES])
    share = later.total() / max(before.total(), 1)
    is_missed = any(count * share >= _ENOUGH_WORK and kind not in later for kind, count in before.items())
    is_calm = grade(log.kept[-1].text) < Level.WARNING
    return is_calm and not is_missed and sum(later[kind] for kind in before) >= _ENOUGH_WORK


def _kind(text: str) -> str:
    """What a record of work begins with: what it goes on with are values."""
    return shape_of(text)[:_KIND_CHARS]


_KIND_CHARS = 80
