"""What does not fit together among lines of which none tells anything alone: two versions in turns, one job done by two pods."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.contrasts import Contrast, find_contrasts
from incident_bot.diagnosis.causes.other_kinds import find_other_kinds
from incident_bot.diagnosis.causes.signs import Line, Sign
from incident_bot.diagnosis.facts import read_log_time
from incident_bot.diagnosis.logs.drifts import find_short_growth, tell_growth
from incident_bot.diagnosis.targets import stem_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.causes.questions import Question
    from incident_bot.diagnosis.scene import Scene

_REACH = 600
ODD = frozenset(
    {"versions", "doubled", "own-group", "growth", "piled", "contrast", "changed", "stale", "other", "remark", "id"}
)
"""The names of the signs that are found here."""


def find_oddities(lines: Sequence[Line], question: Question, scene: Scene) -> Iterator[tuple[Line, Sign]]:
    """Lines with what is odd about them, given the others."""
    yield from _find_versions(lines)
    yield from _find_piles(lines, question)
    yield from _find_growth(lines, scene)
    yield from _find_stale(lines)
    yield from find_other_kinds(lines, question)
    yield from map(_tell_contrast, find_contrasts(lines, question))
    if _TWICE.search(question.text):
        yield from _find_doubles(lines)
        yield from _find_own_groups(lines, scene)


def _tell_contrast(found: Contrast) -> tuple[Line, Sign]:
    said, other = (f"{found.field}={value}" if value else f"no {found.field}" for value in (found.value, found.other))
    if found.by:
        return found.line, replace(
            _sign(
                "contrast",
                found.value,
                f'{{who}} has {said} for {found.by}, and {other} for {found.other_by}: "{{said}}"',
                "See what makes that difference: a setting, a rule or a row of its own.",
            ),
            beside=found.beside,
        )
    return found.line, replace(
        _sign(
            "changed",
            found.value,
            f'{{who}} has {said} since then, where it had {other} before: "{{said}}"',
            "See what changed at that time, here and at the other end.",
        ),
        beside=found.beside,
    )


_DATED = compile_later(r"\b([a-z][\w.-]{1,40})\"?[=:]\s?\"?(\d{4}-\d\d-\d\d)(?!\d)", re.IGNORECASE)
_MAY_BE_OLD = re.compile(
    r"creat|since|start|born|birth|valid|from|begin|first|window|min|release|policy|join|until|expir|next",
    re.IGNORECASE,
)
_OLD_DAYS = 3


def _find_stale(lines: Sequence[Line]) -> Iterator[tuple[Line, Sign]]:
    """Fields that hold a date of days before their line: a cursor that stands still, a database of years ago."""
    for line in lines:
        match = _DATED.search(line.text[:_REACH])
        at = read_log_time(line.text)
        if match is None or at is None or _MAY_BE_OLD.search(match[1]):
            continue
        try:
            days = (at.date() - date.fromisoformat(match[2])).days
        except ValueError:
            continue
        if days >= _OLD_DAYS:
            yield (
                line,
                _sign(
                    "stale",
                    match[0],
                    f'{{who}} works with something of {match[2]}, {days} days old: "{{said}}"',
                    "See what should have renewed it, and when that ran last.",
                ),
            )


def _sign(name: str, around: str, title: str, hint: str) -> Sign:
    return Sign(name, re.compile(re.escape(around)), title, hint)


_VERSION = compile_later(
    r"\b(?:version|release|build|image|tag|revision)\"?(?:[=:]\s?|\s)\"?(?:[\w./-]{0,80}:)?v?(\d{1,5}\.\d{1,5}(?:\.\d{1,5})?)\b",
    re.IGNORECASE,
)
_TURNS = 3
"""From one to the other, back, and again: one turn is a release."""


def _find_versions(lines: Sequence[Line]) -> Iterator[tuple[Line, Sign]]:
    """The older of two versions that lines of one shape name in turns, to the end."""
    said: dict[str, list[tuple[tuple[int, ...], Line]]] = defaultdict(list)
    for line in lines:
        match = _VERSION.search(line.text[:_REACH])
        if match is not None:
            said[line.shape].append((tuple(map(int, match[1].split("."))), line))
    for of_shape in said.values():
        versions = sorted({version for version, _ in of_shape})
        if len(versions) != 2 or sum(one[0] != two[0] for one, two in pairwise(of_shape)) < _TURNS:
            continue
        older, newer = (".".join(map(str, version)) for version in versions)
        line = next(line for version, line in of_shape if version == versions[0])
        yield (
            line,
            _sign(
                "versions",
                older,
                f'{{who}} still runs version {older} beside {newer}, in turns: "{{said}}"',
                "Pods of the older one still answer: see which workload they belong to, and which Service selects them.",
            ),
        )


_TWICE = re.compile(
    r"\b(?:twice|doubled?|duplicat\w*|(?:two|three|several|2|3) (?:times|mails|invoices|copies|messages|of each)|more than once)\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(r"\W{0,2}([a-z0-9][a-z0-9.-]{3,80}-[a-z0-9]{3,10})\W{1,3}\s*")
_TIME = re.compile(r"(\d\d:\d\d:\d)\d(?:[.,]\d{1,9})?")
"""Its group is the time to ten seconds."""


def _find_doubles(lines: Sequence[Line]) -> Iterator[tuple[Line, Sign]]:
    """Lines that two pods of one workload say alike, to the word, within ten seconds."""
    heard: dict[tuple[str, str], str] = {}
    for line in lines:
        match = _SPEAKER.match(line.text)
        time = _TIME.search(line.text)
        who = match[1] if match else line.log.pod
        text = _TIME.sub("", line.text[match.end() :] if match else line.text)
        other = heard.setdefault((text, time[1] if time else ""), who)
        if who and other and time and who != other and stem_of(who) == stem_of(other):
            yield (
                line,
                _sign(
                    "doubled",
                    text.strip()[:20],
                    f'{other} and {who} both do it: "{{said}}"',
                    "Where one instance should: see why there are two, and what elects one.",
                ),
            )


_GROUP = compile_later(
    r"\b(?:group[._-]?id|consumer[._-]?group|queue[._-]?group|lock[._-]?(?:name|id|key)|lease[._-]?name|subscription(?:[._-]?name)?)\"?\s?[=:]\s?\"?([\w.-]{4,120})",
    re.IGNORECASE,
)


def _find_own_groups(lines: Sequence[Line], scene: Scene) -> Iterator[tuple[Line, Sign]]:
    """Settings that name what replicas should share after one pod."""
    pods = {pod.name for pod in scene.pods} | {log.pod for log in scene.logs}
    for line in lines:
        match = _GROUP.search(line.text[:_REACH])
        if match is not None and any(pod and pod in match[1] for pod in pods):
            yield (
                line,
                _sign(
                    "own-group",
                    match[0],
                    '{who} has a group of its own, named after its pod (no consumer group is shared): "{said}"',
                    "Each replica then gets everything: give all replicas the same name.",
                ),
            )


def _find_growth(lines: Sequence[Line], scene: Scene) -> Iterator[tuple[Line, Sign]]:
    """What a log counts that grows from its first figure to its last."""
    for log in scene.logs:
        own = {line.number: line for line in lines if line.log is log}
        drift = find_short_growth(scene.texts[log.evidence_id].lines)
        if drift is not None and drift.line in own:
            yield (
                own[drift.line],
                _sign(
                    "growth",
                    drift.name,
                    f'{{who}} holds more and more: {tell_growth(drift)}: "{{said}}"',
                    "It is not given back: see what opens it, and where it should be closed.",
                ),
            )


_ROW = re.compile(r"\s*([A-Za-z][\w.:/-]{1,80})[\s|]+(\d{1,12})(?=[\s|]|$)")
_LEAST_PILE = 100
_TIMES = 10
_FEWEST_ROWS = 3


def _find_piles(lines: Sequence[Line], question: Question) -> Iterator[tuple[Line, Sign]]:
    """Rows of a listing that the question names, whose first number is far above those of the rows beside it."""
    table: list[tuple[Line, int]] = []
    for line, after in zip_longest(lines, lines[1:]):
        match = _ROW.match(line.text)
        if match is not None:
            table.append((line, int(match[2])))
        is_end = match is None or after is None or after.log is not line.log
        if is_end and len(table) >= _FEWEST_ROWS:
            yield from _read_piles(table, question)
        if is_end:
            table = []


def _read_piles(table: Sequence[tuple[Line, int]], question: Question) -> Iterator[tuple[Line, Sign]]:
    for line, figure in table:
        others = max(other for each, other in table if each is not line)
        if figure >= max(_LEAST_PILE, _TIMES * others) and line.stems & question.words:
            name = line.text.split()[0]
            yield (
                line,
                _sign(
                    "piled",
                    name,
                    f'{figure} wait in {name}, and nothing of it is processed: "{{said}}"',
                    "See who should take them: which worker or consumer names it, and whether that one runs.",
                ),
            )
