"""How what a log complains about ended, by what the same log says: retried with success, over, harmless, or open."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.condense.times import read_time
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.logs.announced import is_announced
from incident_bot.diagnosis.logs.background import is_background, is_routine, shape_of
from incident_bot.diagnosis.logs.changes import is_change_made_later
from incident_bot.diagnosis.logs.comebacks import comes_back
from incident_bot.diagnosis.logs.contraries import clears, takes_back, words_of
from incident_bot.diagnosis.logs.retries import RETRY, SUCCESS, is_made_up_for, is_tried_again, succeeds_later
from incident_bot.diagnosis.logs.slips import is_harmless
from incident_bot.diagnosis.logs.tally import ends_without_failure
from incident_bot.diagnosis.logs.turnarounds import is_turned_back
from incident_bot.diagnosis.targets import Relation, is_guessed
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine


class Outcome(StrEnum):
    """What became of a complaint."""

    OPEN = "open"
    RETRIED = "retried"
    OVERCOME = "overcome"
    CALMED = "calmed"
    HARMLESS = "harmless"


_OVER = compile_later(
    r"\b(?:re-?connected|re-?established|recovered|resumed|restored|reloaded|unblocked|up$|(?:is |are )?(?:healthy|up|available|reachable|writable) again"
    r"|ready (?:to accept (?:read-only )?connections|for connections)|accepting (?:new )?connections|back (?:online|up|to normal|below|under|within)|succeeded after|(?:sent|ok|done|stored|delivered|worked|succeeded|written) (?:at|on|with) (?:the )?(?:second|2nd|third|3rd|next) (?:try|attempt)|succeeded (?:at|on|after|with|in) (?:re-?try|attempt)|(?:alarm|block|incident|partition) (?:cleared|healed)|circuit ?breaker (?:is )?(?:now )?closed|(?:from HALF_?OPEN )?to CLOSED)\b",
    re.IGNORECASE,
)
_LOOK_AHEAD_LINES = 2_000


def read_outcome(facts: Sequence[Fact], scene: Scene) -> Outcome:
    """The best outcome that holds for every log the facts stand in."""
    outcomes = {_outcome_in(log, fact, scene) for fact in facts if fact.source == "log" for log in _log_of(fact, scene)}
    if not outcomes or Outcome.OPEN in outcomes:
        return Outcome.OPEN
    return next(
        item for item in (Outcome.OVERCOME, Outcome.CALMED, Outcome.RETRIED, Outcome.HARMLESS) if item in outcomes
    )


def read_said_outcome(facts: Sequence[Fact], scene: Scene) -> Outcome:
    """The same, by what a log says in so many words alone: calm heals nothing that cannot heal by itself."""
    said = []
    for fact in facts:
        for log in _log_of(fact, scene) if fact.source == "log" else ():
            start = _place_of(log, fact)
            said.append(_outcome_said(start, _find_last(start, log, fact.last), log, scene))
    return next((item for item in said if item), Outcome.OPEN) if None not in said else Outcome.OPEN


def _log_of(fact: Fact, scene: Scene) -> Iterator[Log]:
    for log in scene.logs:
        if fact.citation and log.evidence_id == fact.citation.evidence_id:
            yield log


def _outcome_in(log: Log, fact: Fact, scene: Scene) -> Outcome:
    return outcome_of(_place_of(log, fact), log, scene, count=fact.count, last=fact.last)


def _place_of(log: Log, fact: Fact) -> int:
    return bisect_left(log.kept, int(fact.field), key=lambda kept: kept.line)


def _find_last(start: int, log: Log, last: int) -> int:
    """Where the last kept line stands that is like the one in `start`, or not after line `last`.

    Templates know names and hashes, which the shape of a line keeps: the last of them may look different.
    """
    shape = shape_of(log.kept[start].text)
    alike = (kept for kept in log.kept[start:] if shape_of(kept.text) == shape)
    line = max(last, *(max(kept.line, kept.last) for kept in alike))
    return bisect_right(log.kept, line, key=lambda kept: kept.line) - 1


def outcome_of(start: int, log: Log, scene: Scene, *, count: int, last: int = 0) -> Outcome:
    """What became of the complaint in a log's kept line `start`, made `count` times, the last time on line `last`."""
    text = log.kept[start].text if start < len(log.kept) else ""
    if log.previous or not text:
        is_over = log.previous and is_guessed(scene.case) and _next_run_works(log, scene)
        return Outcome.OVERCOME if is_over else Outcome.OPEN
    last = _find_last(start, log, last)
    said = _outcome_said(start, last, log, scene)
    if said is not None:
        return said
    end = _last_error(log, default=last)
    is_last_word = end <= last
    end = max(last, end)
    later = [kept.text for kept in log.kept[end + 1 : end + 1 + _LOOK_AHEAD_LINES]]
    is_left = not later or _is_still_warned_of(start, log, text) or _is_for_good(start, log)
    if is_left or (is_guessed(scene.case) and comes_back(start, end, log, scene)):
        return Outcome.OPEN if is_left else Outcome.OVERCOME
    calm = [line for line in later if grade(line) < Level.WARNING]
    is_loud = grade(text) >= Level.ERROR
    over = next((place for place, line in enumerate(later, start=end + 1) if _says_over(line[:600])), None)
    if over is None and _ABOUT_A_CONNECTION.search(text[:1000]):
        over = next((place for place, line in enumerate(later, start=end + 1) if _says_connected(line[:600])), None)
        is_loud = is_loud and (over is None or count >= _BUSY_COUNT)
    if over is None:
        over = next((place for place in range(end + 1, end + 1 + len(later)) if _is_taken_back(place, text, log)), None)
        is_slip = count < _BUSY_COUNT and over is not None and _is_soon(log, end, over, scene)
        is_loud = is_loud and not is_slip and not (over and RETRY.search(text[:600]))
    if over is not None and (is_last_word or _works_as_before(log, start, end)):
        is_outage = is_loud or (_lasted(log, start, over, scene) and not RETRY.search(text[:1000]))
        return Outcome.OVERCOME if is_outage else Outcome.RETRIED
    if _is_long_calm(log, start, end, scene) and _works_as_before(log, start, end):
        return Outcome.OVERCOME if _is_storm(log) else Outcome.CALMED if is_loud else Outcome.RETRIED
    is_retry = is_last_word and grade(text) <= Level.WARNING and RETRY.search(text[:1000])
    return Outcome.RETRIED if is_retry and any(SUCCESS.search(line[:600]) for line in calm) else Outcome.OPEN


_FOR_GOOD = compile_later(
    r"\bunrecoverable\b|\b(?:will|can) not (?:recover|be (?:restarted|retried|resumed))\b|\buntil (?:it is |it's )?(?:manually )?restarted\b"
    r"|\bgiving up for good\b|\bneeds? (?:a )?manual (?:restart|intervention)\b|\bpermanently (?:failed|disabled|stopped)\b",
    re.IGNORECASE,
)
_SAME_RECORD_LINES = 6


def _is_for_good(start: int, log: Log) -> bool:
    """Whether a complaint, or the record that it is part of, says that nothing tries again: calm then means silence."""
    line = log.kept[start].line
    near = log.kept[max(0, start - _SAME_RECORD_LINES) : start + 1]
    return any(line - kept.line <= _SAME_RECORD_LINES and _FOR_GOOD.search(kept.text[:1000]) for kept in near)


def _outcome_said(start: int, last: int, log: Log, scene: Scene) -> Outcome | None:
    """What a log says in so many words became of a complaint between two kept lines; None where it does not."""
    text = log.kept[start].text
    is_cleared = any(clears(kept.text, text) for kept in log.kept[last + 1 : last + 1 + _LOOK_AHEAD_LINES])
    if is_cleared or is_change_made_later(start, log) or is_turned_back(start, log):
        return Outcome.OVERCOME
    if is_harmless(text, log) or is_announced(log.kept[start], log) or is_counted_well(log, scene):
        return Outcome.OVERCOME if is_tried_again(start, log) else Outcome.HARMLESS
    return Outcome.RETRIED if is_made_up_for(start, log) or succeeds_later(start, log, scene) else None


def _next_run_works(log: Log, scene: Scene) -> bool:
    """Whether the run after an ended one goes on for ten minutes and complains of nothing."""
    owner = (log.pod, log.container)
    runs = [other for other in scene.logs if not other.previous and (other.pod, other.container) == owner]
    return any(owner) and bool(runs) and all(_complains_of_nothing(run, scene) for run in runs)


def _complains_of_nothing(log: Log, scene: Scene) -> bool:
    return span_of(log, scene) >= _CALM and not any(grade(kept.text) >= Level.WARNING for kept in log.kept)


_WARNED_COUNT = 5
_AT_END_SHARE = 0.95
_SAME_WORDS = 2


def _is_still_warned_of(start: int, log: Log, complaint: str) -> bool:
    """Whether warnings about the same thing began after an error and go on to the log's end: a breaker that opens again."""
    first = log.kept[start].line
    return grade(complaint) >= Level.ERROR and any(
        kept.count >= _WARNED_COUNT
        and kept.line > first
        and kept.why != "last"
        and kept.last >= _AT_END_SHARE * log.total_lines
        and grade(kept.text) == Level.WARNING
        and not is_announced(kept, log)
        and len(words_of(kept.text) & words_of(complaint)) >= _SAME_WORDS
        for kept in log.kept
    )


_SECOND_TRY = timedelta(seconds=90)


def _is_soon(log: Log, end: int, over: int, scene: Scene) -> bool:
    """Whether the contrary came as soon as a second try."""
    ended, came = _clock_at(log, end, scene), _clock_at(log, over, scene)
    return ended is not None and came is not None and came - ended <= _SECOND_TRY


def _is_taken_back(place: int, complaint: str, log: Log) -> bool:
    text = log.kept[place].text
    return log.kept[place].count <= _BUSY_COUNT and takes_back(text, complaint) and grade(text) < Level.WARNING


def is_counted_well(log: Log, scene: Scene) -> bool:
    """Whether a run counted no failure at its end, and either no alert says otherwise or its pod completed."""
    return (is_guessed(scene.case) or has_finished(log, scene)) and ends_without_failure(log)


def has_finished(log: Log, scene: Scene) -> bool:
    """Whether the pod that wrote a log ended well."""
    pod = next((item for item in scene.pods if item.name == log.pod and item.relation <= Relation.SIBLING), None)
    return pod is not None and (
        first_value(pod.body, "status.phase") == "Succeeded" or first_value(pod.body, "table.STATUS") == "Completed"
    )


def _last_error(log: Log, *, default: int) -> int:
    """Where the last error stands that was not there all along."""
    for place in range(len(log.kept) - 1, -1, -1):
        kept = log.kept[place]
        if grade(kept.text) >= Level.ERROR and not (
            is_background(kept, log) or is_routine(kept, log) or is_announced(kept, log)
        ):
            return place
    return default


def _lasted(log: Log, start: int, over: int, scene: Scene) -> bool:
    """Whether what only warnings told of went on as long as an outage."""
    began, ended = _clock_at(log, start, scene), _clock_at(log, over, scene)
    return began is not None and ended is not None and ended - began >= _CALM


_NOT_YET = compile_later(
    r"\b(?:g[ai]v(?:e|en|es|ing) up|not|never|cannot|can't|until|unless|wait\w*|fail\w*|unable)\b", re.IGNORECASE
)


def _says_over(text: str) -> bool:
    """Whether a line says that the trouble is over; some brokers and databases say so as loudly as that it began."""
    if not _OVER.search(text):
        return False
    return grade(text) < Level.WARNING or (grade(text) == Level.WARNING and not _NOT_YET.search(text))


_ABOUT_A_CONNECTION = compile_later(r"connect|ECONN|refused|unreachable|broker|session", re.IGNORECASE)
_CONNECTED = compile_later(
    r"\b(?:re)?-?connected\b|\b(?:connection|session) (?:is |was )?(?:re)?-?(?:established|restored|opened|ok)\b",
    re.IGNORECASE,
)
_NOT_CONNECTED = re.compile(r"\b(?:not|never|no longer|dis)[ -]?connected\b", re.IGNORECASE)


def _says_connected(text: str) -> bool:
    """Whether a line says that a connection is there (again); after a lost one that is the end of it."""
    is_good = _CONNECTED.search(text) and not _NOT_CONNECTED.search(text) and grade(text) < Level.WARNING
    return bool(is_good)


_CALM = timedelta(minutes=10)
"""As long as a container has to be ready to have recovered."""

_STORM_LINES = 5


_STORM_DENSITY = 0.2


def _is_storm(log: Log) -> bool:
    """Whether bad lines came together, and are not the odd error that every program logs now and then."""
    bad = [kept for kept in log.kept if kept.why != "last" and grade(kept.text) >= Level.WARNING]
    count = sum(kept.count for kept in bad)
    span = max((max(kept.last, kept.line) for kept in bad), default=0) - min((kept.line for kept in bad), default=0) + 1
    return count >= _STORM_LINES and count >= _STORM_DENSITY * span


_BUSY_COUNT = 3
_BUSIEST = 8
_GOING_ON_SHARE = 0.6


def _is_long_calm(log: Log, start: int, end: int, scene: Scene) -> bool:
    """Whether the log runs on calmly after its last error, and no other log has a later one.

    The service that broke first often falls silent while those behind it go on failing.
    """
    ended = _clock_at(log, end, scene)
    if ended is None or not _lasts_long_enough(log, start, end, scene):
        return False
    return not any(_fails_after(other, ended, scene) for other in scene.logs if other is not log)


def _lasts_long_enough(log: Log, start: int, end: int, scene: Scene) -> bool:
    """Ten minutes will do; without an alert also two that are three times as long as the trouble was, full of work."""
    began, ended = _clock_at(log, start, scene), _clock_at(log, end, scene)
    last = _clock_at(log, len(log.kept) - 1, scene)
    if began is None or ended is None or last is None:
        return False
    calm = (last - ended) % _DAY
    # One refused reload is followed by ordinary work too: only what was loud can be seen to be over.
    is_full = log.total_lines - log.kept[end].line >= _LINES_OF_WORK and is_guessed(scene.case) and _is_storm(log)
    return calm >= _CALM or (is_full and calm >= max(_SHORT_CALM, _CALM_OF_TROUBLE * (ended - began)))


_SHORT_CALM = timedelta(minutes=2)
_CALM_OF_TROUBLE = 3
_LINES_OF_WORK = 100


def span_of(log: Log, scene: Scene) -> timedelta:
    """From a log's first dated line to its last; nothing where it has no dates. Its time zone does not matter."""
    first = next((time for kept in log.kept[:_FURTHER_LINES] if (time := _clock(kept.text, scene))), None)
    last = _clock_at(log, len(log.kept) - 1, scene) if log.kept else None
    return max(last - first, timedelta(0)) if first and last else timedelta(0)


_DAY = timedelta(days=1)
_TIME_OF_DAY = re.compile(r"^[\[(<]?(?:\d\d\.\d\d\.(?:\d{4}|\d\d)[ T])?(\d\d):(\d\d):(\d\d)\b")


def _clock_at(log: Log, index: int, scene: Scene) -> datetime | None:
    """The time of a kept line, or of the last one before it that has a time: messages have further lines."""
    times = (_clock(kept.text, scene) for kept in reversed(log.kept[max(0, index - _FURTHER_LINES) : index + 1]))
    return next((time for time in times if time), None)


_FURTHER_LINES = 20


def _clock(line: str, scene: Scene) -> datetime | None:
    """When a line was written; of a bare time of day at least that, on the day of the evidence."""
    match = _TIME_OF_DAY.match(line)
    if match and all(int(part) < limit for part, limit in zip(match.groups(), (24, 60, 60), strict=True)):
        return scene.at.replace(hour=int(match[1]), minute=int(match[2]), second=int(match[3]), microsecond=0)
    return read_time(line, near=scene.at)


def _fails_after(log: Log, at: datetime, scene: Scene) -> bool:
    last = max((index for index, kept in enumerate(log.kept) if grade(kept.text) >= Level.ERROR), default=None)
    ended = _clock_at(log, last, scene) if last is not None else None
    return last is not None and (ended is None or ended > at)


def _works_as_before(log: Log, start: int, end: int) -> bool:
    """Whether what the program logged most before its first complaint goes on after the last one.

    A worker that died falls silent while health checks go on; that is no recovery.
    """
    first, last = log.kept[start].line, log.kept[end].line
    quiet = (kept for kept in log.kept if kept.why != "last" and kept.count >= _BUSY_COUNT and kept.line < first)
    busy = sorted((kept for kept in quiet if grade(kept.text) < Level.WARNING), key=lambda kept: -kept.count)[:_BUSIEST]
    if any(_fell_silent(kept, first, last, log) for kept in busy):
        return False
    return bool(busy) and sum(kept.last > last for kept in busy) >= _GOING_ON_SHARE * len(busy)


_LATE_SHARE = 0.7
_MISSED_LINES = 5
"""So many lines of a kind that should have come and did not: chance would do that to one log in 150 (Poisson)."""


def _fell_silent(kept: KeptLine, first: int, last: int, log: Log) -> bool:
    """Whether a line that came until the complaint began is missing since it ended, although many were due."""
    due = kept.count * (log.total_lines - last) / max(first, 1)
    return kept.last <= last and kept.last >= _LATE_SHARE * first and due >= _MISSED_LINES
