"""Lines of another kind than their like: they begin as ordinary ones and go on otherwise, or hold the very id that is asked about."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.signs import Line, Sign
from incident_bot.diagnosis.logs.access_lines import read_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.causes.questions import Question

_OPENING_WORDS = 2
_FEWEST_ORDINARY = 5
_MOST_WITH_ID = 3
_FEWEST_TURNED_AWAY = 2
_LONGER_BY = 8
_FAULT = 400

_OTHER = Sign(
    "other",
    re.compile(r"$"),
    'What the log says of what is asked about differs from what it says of others: "{said}"',
    "Compare it with an ordinary line of its kind, which stands beside it.",
)
_REMARK = Sign(
    "remark",
    re.compile(r"$"),
    '{who} ends some lines with a remark that others do not have: "{said}"',
    "The remark says what was otherwise there.",
)
_ID = Sign("id", re.compile(r"$"), '{who} says of the very thing: "{said}"', "Read the lines around it.")
_ANSWER = Sign(
    "turned-away",
    re.compile(r"\b4\d\d\b"),
    '{who} turns some of these requests away: "{said}"',
    "Compare one that is turned away with one that is not.",
)


def find_other_kinds(lines: Sequence[Line], question: Question) -> Iterator[tuple[Line, Sign]]:
    """Lines with what makes them another kind."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[_opening(line)].append(line)
    for group in groups.values():
        yield from _compare(group, question)
    yield from _find_turned_away(lines, question)
    yield from _find_ids(lines, question)


def _opening(line: Line) -> str:
    """Its first words, without times, levels and ids."""
    words = [word for word in line.shape.split() if "#" not in word and word.strip("[]():").upper() not in _LEVELS]
    return " ".join(words[:_OPENING_WORDS])


_LEVELS = frozenset({"INFO", "DEBUG", "WARN", "WARNING", "ERROR", "NOTICE", "LOG", "TRACE", "-", "|", "---"})


def _compare(group: Sequence[Line], question: Question) -> Iterator[tuple[Line, Sign]]:
    """The rarer shapes of a group that name what is asked about where the most frequent one does not, or extend it."""
    shapes = Counter(line.shape for line in group)
    shape, count = shapes.most_common(1)[0]
    if count < _FEWEST_ORDINARY or len(shapes) == 1:
        return
    ordinary = next(line for line in group if line.shape == shape)
    usual = frozenset(stem for line in group if line.shape == shape for stem in line.stems)
    for line in group:
        if line.shape == shape or shapes[line.shape] > count:
            continue
        if read_answer(line.text) is not None:
            continue
        if line.shape.startswith(shape.rstrip(" .")) and len(line.shape) >= len(shape) + _LONGER_BY:
            yield line, _with(_REMARK, ordinary)
        elif not _REQUEST.search(line.text) and _says_more(line.stems - usual, question):
            yield line, _with(_OTHER, ordinary)


def _find_turned_away(lines: Sequence[Line], question: Question) -> Iterator[tuple[Line, Sign]]:
    """Requests that the question names and that are refused, beside more that are served."""
    is_about_time = _ABOUT_TIME.search(question.text) is not None
    answered = [
        (line, answer)
        for line in lines
        if not line.stems.isdisjoint(question.words) and (answer := read_answer(line.text)) is not None
    ]
    refused = [
        line
        for line, answer in answered
        if answer.status >= _FAULT
        and (str(answer.status) in question.codes or not (is_about_time or answer.status == _NOT_FOUND))
    ]
    served = [line for line, answer in answered if answer.status < _FAULT]
    if _FEWEST_TURNED_AWAY <= len(refused) < len(served):
        yield refused[-1], _with(_ANSWER, served[-1])


_ABOUT_TIME = re.compile(
    r"\b(?:slow\w*|hangs?|takes? (?:\w+ )?\w+ (?:s|sec\w*|min\w*|hours?)|latency|late)\b", re.IGNORECASE
)
_NOT_FOUND = 404
"""Asked for by whoever looks whether something is there."""
_REQUEST = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S{0,8}/")


def _says_more(new: frozenset[str], question: Question) -> bool:
    """Whether words that ordinary lines of the kind lack name what is asked about, and tell something of it."""
    return bool(new & question.words) and bool(new - question.words)


def _with(sign: Sign, beside: Line) -> Sign:
    return Sign(sign.name, sign.pattern, sign.title, sign.hint, beside=beside)


_SPECIFIC = re.compile(r"(?=.*\d)[\w.-]{4,}")


def _find_ids(lines: Sequence[Line], question: Question) -> Iterator[tuple[Line, Sign]]:
    """The few lines that hold an id or a version of the question."""
    for code in question.codes:
        if not _SPECIFIC.fullmatch(code):
            continue
        pattern = re.compile(rf"(?<![\w.]){re.escape(code)}(?!\w)", re.IGNORECASE)
        found = [line for line in lines if pattern.search(line.text)]
        if 0 < len(found) <= _MOST_WITH_ID:
            yield from ((line, _ID) for line in found if grade(line.text) < Level.WARNING)
