"""What was in a log from its beginning to its end, and so tells of nothing that began."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, turns_to_failed
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.diagnosis.logs.records import count_records

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_BACKGROUND_COUNT = 5
_BACKGROUND_SHARE = 0.1
_WARNING_SHARE = 0.4
_EDGE = 0.1
_EDGE_LINES = 20
_SHORT_EDGE = 0.3
"""Of a log of a few dozen lines: twenty of thirty are not its beginning."""
_GAPS = 2
"""A gap of two mean ones is left by chance once in seven times."""


def is_background(kept: KeptLine, log: Log) -> bool:
    """Whether a line was there from the log's beginning to its end, now and then among ordinary work.

    Declined cards, failed log-ins and players who shout are what such a program is for: nothing began with them.
    """
    is_warning = grade(kept.text) < Level.ERROR or _STATED_WARNING.search(kept.text[:400])
    share = _WARNING_SHARE if is_warning else _BACKGROUND_SHARE
    return kept.count <= share * count_records(log) and is_everywhere(kept, log)


def is_routine(kept: KeptLine, log: Log) -> bool:
    """Whether a line calls itself information, reports no failed state, and was there from the log's beginning to its end."""
    if turns_to_failed(kept.text) or _RELAYED.search(kept.text[:400]):
        return False
    return _STATED_INFO.search(kept.text[:400]) is not None and is_everywhere(kept, log)


def is_lost_race(kept: KeptLine, log: Log) -> bool:
    """Whether a line tells that somebody else changed an object first, in a log that holds more than such lines.

    Optimistic concurrency: the API refuses the second of two updates, and every controller reads the object again
    and tries once more (Kubernetes API conventions, "Concurrency Control and Consistency").
    """
    return _CONFLICT.search(kept.text[:1000]) is not None and kept.count <= _RACES_SHARE * count_records(log)


_CONFLICT = re.compile(r"the object has been modified; please apply your changes to the latest version")
_RACES_SHARE = 0.5
_RELAYED = re.compile(r"-std(?:out|err) \w{1,30} - |\bsaid into std(?:out|err)\b|\{subprocess\.py:\d{1,5}\} INFO - ")
"""What a parent passes on of its child's output (TorchServe, PHP-FPM, Airflow): the level is the parent's."""
_STATED_WARNING = re.compile(
    r"\b(?:level|lvl|severity)\"?\s?[=:]\s?\"?warn|^.{0,40}(?:\bWARN(?:ING)?\b|\[warn(?:ing)?\])|^W\d{4} ",
    re.IGNORECASE,
)
_STATED_INFO = re.compile(
    r"\b(?:level|lvl|severity)\"?\s?[=:]\s?\"?(?:info|debug|trace)\b|^.{0,40}(?:\bINFO\b|\bDEBUG\b|\[info\]|\[debug\]|\[note\])|^I\d{4} ",
    re.IGNORECASE,
)


def is_everywhere(kept: KeptLine, log: Log) -> bool:
    """Whether lines like it came from the log's beginning to its end."""
    if kept.count < _BACKGROUND_COUNT:
        return False
    total = log.total_lines
    first = kept.line
    if kept.why == "last":
        first = min(item.line for item in ends_of(kept, log))
    least = max(_EDGE * total, min(_EDGE_LINES, _SHORT_EDGE * total))
    # What comes seldom leaves longer gaps by chance.
    edge = max(least, _GAPS * total / kept.count if first <= least else 0)
    return first <= least and kept.last >= total - edge


_END_OF_STEM = re.compile(r"[:=(\"'{\[]")
_LEAST_WORDS = 2
_SHARE_OF_KIND = 0.6


def kind_of(kept: KeptLine, log: Log) -> tuple[KeptLine, ...]:
    """The lines that begin with the same words as this one and go on with other reasons or values; itself among them.

    A form that is refused for its zip code and one that is refused for its country are one kind of event.
    """
    return _kinds(log).get(_stem(kept.text), (kept,))


@lru_cache(maxsize=16)
def _kinds(log: Log) -> dict[str, tuple[KeptLine, ...]]:
    found: dict[str, list[KeptLine]] = {}
    for kept in log.kept:
        if grade(kept.text) >= Level.WARNING and (stem := _stem(kept.text)):
            found.setdefault(stem, []).append(kept)
    return {stem: tuple(lines) for stem, lines in found.items()}


def _stem(text: str) -> str:
    told = _END_OF_STEM.split(shape_of(read_text(text[:_STEM_REACH])), maxsplit=1)[0].strip()
    return told if len(told.split()) >= _LEAST_WORDS else ""


_STEM_REACH = 1000


def is_kind_everywhere(kept: KeptLine, log: Log) -> bool:
    """Whether lines of its kind came from the log's beginning to its end, and this one is not what most of them are now."""
    if is_everywhere(kept, log):
        return True
    lines = [item for item in kind_of(kept, log) if item.why != "last"]
    count = sum(item.count for item in lines)
    if count < _BACKGROUND_COUNT or (len(lines) > 1 and kept.count > _SHARE_OF_KIND * count):
        return False
    first, last = min(item.line for item in lines), max(item.last for item in lines)
    edge = max(_EDGE * log.total_lines, _EDGE_LINES, _GAPS * log.total_lines / count)
    return first <= edge and last >= log.total_lines - edge


def ends_of(kept: KeptLine, log: Log) -> tuple[KeptLine, ...]:
    """The first and the last kept line of a line's template; the line alone where it was said once."""
    return _ends_by_template(log).get((kept.count, kept.last), (kept,)) if kept.count > 1 else (kept,)


@lru_cache(maxsize=32)
def _ends_by_template(log: Log) -> dict[tuple[int, int], tuple[KeptLine, ...]]:
    found: dict[tuple[int, int], tuple[KeptLine, ...]] = {}
    for kept in log.kept:
        if kept.count > 1:
            found[kept.count, kept.last] = (*found.get((kept.count, kept.last), ()), kept)
    return found


_VARIABLE = re.compile(r"[0-9a-f]{8,}|(?<=[a-z]:)[0-9a-f]{6}(?=\])|\d+", re.IGNORECASE)


def shape_of(line: str) -> str:
    """A line without its numbers and hashes."""
    return _VARIABLE.sub("#", line[:300])
