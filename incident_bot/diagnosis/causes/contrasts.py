"""Who is treated otherwise: fields of like lines whose value goes with what is asked about, or changed once and stayed.

A colleague says that one partner gets nothing and all others do. Where each line names its partner, what stands beside
that name and beside no other tells the difference, whatever the program calls it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.questions import stems_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incident_bot.diagnosis.causes.questions import Question
    from incident_bot.diagnosis.causes.signs import Line

_FIELD = compile_later(
    r"(?:(?<![\w.-])\"?([A-Za-z_][\w.-]{0,40})\"?=|\"([A-Za-z_][\w.-]{0,40})\":\s?)(\"[^\"]{0,80}\"|\[[^\]]{0,60}\]|[^\s,;\"{}()\[\]]{1,80})"
)
_STRUCTURE = frozenset(("ts", "time", "timestamp", "date", "level", "lvl", "severity", "caller", "logger", "thread", "pid", "tid", "msg", "message", "trace", "span", "trace_id", "span_id", "id", "host", "source", "file", "line", "method", "path", "url", "uri", "took", "dur", "duration", "elapsed", "ms", "bytes", "size", "user", "user_agent", "ip", "remote_addr", "client", "request_id", "action", "controller", "component", "module", "logger_name"))  # fmt: skip
_FEWEST = 3
_MOST_VALUES = 6
_TIMES = 5.0
_MOST_FIELDS = 20
_VOID = re.compile(r"(?:null|none|nil|undefined|nan|n/a|-|0|\[\]|off|false|disabled|unknown|empty|)", re.IGNORECASE)
_GOOD = re.compile(r"(?:[23]\d\d|ok|success\w*|true|on|done|created|accepted|hit|miss|paid|enabled)", re.IGNORECASE)
_NUMBER = re.compile(r"(-?\d{1,15}(?:\.\d{1,9})?)([a-z%/]{0,4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contrast:
    """In `line`, `field` has `value` beside `by` (a field and its value); in `beside`, it has `other` beside `other_by`.

    Where `by` is empty, `beside` came before `line`. `is_named`: the question names one of the two sides.
    """

    line: Line
    beside: Line
    field: str
    value: str
    other: str
    by: str = ""
    other_by: str = ""
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    fields: Mapping[str, str]


def find_contrasts(lines: Sequence[Line], question: Question) -> Iterator[Contrast]:
    """All of both kinds, for each kind of line: the one that says the same before its first field."""
    tables: dict[str, list[_Row]] = defaultdict(list)
    for line in lines:
        pairs = _FIELD.findall(line.text)[:_MOST_FIELDS]
        fields = {(name or quoted).lower(): value.strip('"') for name, quoted, value in pairs}
        kind = next((fields[name] for name in _MESSAGES if fields.get(name)), "") or _before_fields(line)
        fields = {name: value for name, value in fields.items() if name not in _STRUCTURE}
        if len(fields) > 1:
            tables[kind].append(_Row(line, fields))
    for rows in tables.values():
        names = sorted({name for row in rows for name in row.fields})
        for name in names:
            yield from _compare(name, names, rows, question)
        for name in names:
            yield from _find_change(name, rows, is_dated=_SINCE.search(question.text) is not None)


_MESSAGES = ("msg", "message", "event")


def _before_fields(line: Line) -> str:
    match = _FIELD.search(line.shape)
    words = line.shape[: match.start()] if match else line.shape
    return " ".join(word for word in words.split() if "#" not in word)


def _compare(by: str, names: Sequence[str], rows: Sequence[_Row], question: Question) -> Iterator[Contrast]:
    """What goes with one value of a field, and with no other value."""
    parts: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if by in row.fields:
            parts[row.fields[by]].append(row)
    if not 1 < len(parts) <= _MOST_VALUES:
        return
    for value, own in parts.items():
        others = [row for row in rows if row.fields.get(by, value) != value]
        is_named = _is_named(value, question)
        is_few = len(own) <= len(others)
        if len(own) < _FEWEST - 1 or len(others) < _FEWEST or not (is_named or is_few):
            continue
        for name in names:
            mine = [row.fields.get(name, "") for row in own]
            theirs = [row.fields.get(name, "") for row in others]
            is_said = is_named or (is_few and _CONTRASTS.search(question.text) is not None)
            if name != by and (is_named or "" not in theirs) and _differs(mine, theirs, is_said=is_said):
                told, beside = own[-1], others[-1]
                yield Contrast(
                    told.line,
                    beside.line,
                    name,
                    mine[-1],
                    theirs[-1],
                    f"{by}={value}",
                    f"{by}={beside.fields[by]}" if len(parts) == _A_PAIR else "others",
                    is_named=is_named or (len(parts) == _A_PAIR and _is_named(beside.fields[by], question)),
                )


_A_PAIR = 2
_CONTRASTS = compile_later(
    r"\b(?:others?|rest|else|ones|those|only|some|a few|half|third|quarter|except|instead)\b|\b(?:is|are) (?:fine|right|ok|current|instant)\b|\b(?:do|does|can)[.,;]",
    re.IGNORECASE,
)


def _is_named(value: str, question: Question) -> bool:
    words = set(re.split(r"[^a-z0-9.]+", value.lower())) | {value.lower()}
    return bool(stems_of(value) & question.words or words & question.codes)


def _differs(mine: Sequence[str], theirs: Sequence[str], *, is_said: bool) -> bool:
    """Whether a value goes with one side only and is none that programs write of what went well."""
    ours, others = set(mine), set(theirs)
    if ours & others or "" in ours:
        return False
    if len(ours) == 1 and (is_said or _VOID.fullmatch(mine[0])):
        is_told = len(others) <= _FEWEST or _VOID.fullmatch(mine[0]) is not None
        return is_told and not _GOOD.fullmatch(mine[0]) and not (_VOID.fullmatch(theirs[0]) and not is_said)
    return _is_far(mine, theirs)


def _is_far(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether all figures of one side are many times those of the other."""
    left, right = ([_NUMBER.fullmatch(value) for value in side] for side in (mine, theirs))
    if len(mine) < _FEWEST or None in left or None in right:
        return False
    ours, others = ([float(match[1]) for match in side if match] for side in (left, right))
    return min(ours) > 0 and min(ours) >= _TIMES * max(*others, 0.01)


_SINCE = compile_later(r"\b(?:since|after|until|stopped|any ?more|no longer|suddenly|from \w+ on)\b", re.IGNORECASE)


def _find_change(name: str, rows: Sequence[_Row], *, is_dated: bool) -> Iterator[Contrast]:
    """A value that was anything and is nothing since one line on to the end, or another one where the question says since when."""
    values = [row.fields.get(name, "") for row in rows]
    last = values[-1]
    since = next((place for place in range(len(values) - 1, -1, -1) if values[place] != last), -1) + 1
    before = values[:since]
    if since < _FEWEST or len(values) - since < _FEWEST or last in before or _GOOD.fullmatch(last):
        return
    if (is_dated and len(set(before)) == 1) or _VOID.fullmatch(last):
        yield Contrast(rows[since].line, rows[since - 1].line, name, last, before[-1])
