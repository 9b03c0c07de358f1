"""How much each line of a log stands out, by what it says and where it stands: the readings beside the first cause.

An engineer who does not know a program finds the deciding line all the same: it is long, says what no other line says,
is there once or began in the middle, and states something. Each of these is a number here, and a line's salience is
their weighted sum. The weights were fitted to the lines that decide the scenarios in tests/scenarios and some unseen
incidents (a softmax over the lines of each, docs/diagnosis.md, "Other readings"); no word of any of them is in it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.logs.access_lines import SERVER_ERROR, read_answer
from incident_bot.diagnosis.logs.announced import is_announced, is_no_report
from incident_bot.diagnosis.logs.asides import is_advice, is_filed_low
from incident_bot.diagnosis.logs.background import is_background, is_everywhere, is_routine
from incident_bot.diagnosis.logs.changes import reports_change
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.diagnosis.logs.statements import weigh_statement
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

WEIGHTS = {
    "calls itself a warning": 0.7,
    "calls itself an error": 0.4,
    "calls itself fatal": 0.4,
    "sounds like trouble": 0.5,
    "calls itself information": -0.4,
    "was said once": 0.7,
    "was said three times or less": 0.4,
    "began after a quarter of the log": 0.8,
    "began among the first lines": -0.7,
    "is one of the first three lines": -0.7,
    "began late and goes on": 0.3,
    "makes a statement": 1.5,
    "names a cause": 2.1,
    "names a symptom": -0.4,
    "reports a change": 0.7,
    "is the first error": 0.5,
    "comes before the first error": -0.7,
    "comes after the first error": -0.8,
    "is part of a record above": -0.8,
    "length": 1.8,
    "words of its own": 1.8,
    "ends a run": 0.2,
}
"""By feature; each is 0 or 1, or a share of 1. Where a log has no error, no line is before or after the first."""

LEAST = 2.0
"""What stands out less is not told: of the lines that decide the scenarios, one in sixty."""

_REACH = 600
_MAX_LINES = 600
_MOST_READ = 100
_LONG_CHARS = 200
_MANY_WORDS = 10
_RARE = 3
_ENOUGH_LINES = 30
_FEW_LINES = 10
_FIRST_LINES = 3
_TAIL_LINES = 12
_BACKGROUND_COUNT = 5
_WORD = re.compile(r"[^\W\d_]{3,}")
_TYPED = re.compile(r"\s{0,4}(?:[$#>]|\w{1,32}@[\w.-]{1,64}[: ][^$#]{0,80}[$#]) \S")
"""A command behind its prompt."""
_SAYS_NOTHING = re.compile(r"Traceback \(most recent call last\):\s*$|\ufffd")
"""A heading, and bytes that are no text."""
_COLUMNS = re.compile(r"\s{0,40}Column\s{1,80}\|\s{1,80}Type\s{1,80}\|")
"""The head of what psql prints for `\\d table`."""
_FURTHER = re.compile(r"\s|at [\w.$<>/]+ ?\(|#\d{1,3} |\.\.\. \d|File \"")


@dataclass(frozen=True, slots=True, kw_only=True)
class SalientLine:
    """A line (`index` into the kept lines of `log`) and how much it stands out."""

    log: Log
    index: int
    salience: float


def find_salient(scene: Scene, told: Collection[tuple[str, int]], *, least: float) -> list[SalientLine]:
    """The lines that stand out by at least `least`, most first, each kind of line once.

    Left out are lines `told` already (evidence and line), those that a log repeats from its first lines to its last,
    what calls itself expected, and the columns that psql describes of a database's table: nothing happens in those.
    """
    own = [log for log in scene.logs if log.relation is not Relation.NEIGHBOUR and not _describes_a_table(log)]
    found = [item for log in own for item in _weigh_lines(log, least) if item.salience >= least]
    shown = {
        (log.evidence_id, _kind_of(kept)) for log in own for kept in log.kept if (log.evidence_id, kept.line) in told
    }
    news = [item for item in found if (item.log.evidence_id, _kind_of(item.log.kept[item.index])) not in shown]
    return sorted(news, key=lambda item: (-item.salience, item.log.evidence_id, item.index))


def _describes_a_table(log: Log) -> bool:
    return any(_COLUMNS.match(kept.text) for kept in log.kept[:_FIRST_LINES])


def _kind_of(kept: KeptLine) -> int:
    """The same for the first and the last line of one template."""
    return kept.last if kept.count > 1 else -kept.line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    index: int
    kept: KeptLine
    level: int
    text: str
    words: frozenset[str]


@lru_cache(maxsize=64)
def _weigh_lines(log: Log, least: float) -> tuple[SalientLine, ...]:
    """The lines of a log that are news, in order; those that cannot come to `least` are not asked for statements, which costs most."""
    lines = _read_lines(log)
    common = Counter(word for line in lines for word in line.words)
    first_error = min((line.kept.line for line in lines if _is_new_error(line, log)), default=None)
    found = []
    for line in lines:
        kept = line.kept
        if not _is_news(kept, log):
            continue
        names = _features(line, log, first_error)
        own_words = sum(common[word] == 1 for word in line.words)
        salience = (
            sum(WEIGHTS[name] for name in names)
            + WEIGHTS["length"] * min(len(line.text), _LONG_CHARS) / _LONG_CHARS
            + WEIGHTS["words of its own"] * min(own_words, _MANY_WORDS) / _MANY_WORDS
        )
        if salience + WEIGHTS["makes a statement"] >= least:
            salience += WEIGHTS["makes a statement"] * weigh_statement(kept.text)
        found.append(SalientLine(log=log, index=line.index, salience=round(salience, 2)))
    return tuple(found)


def _read_lines(log: Log) -> Sequence[_Line]:
    """Each kind of line once, in order; of very many the loud and the rare."""
    first = [
        (index, kept, int(grade(kept.text)))
        for index, kept in enumerate(log.kept[:_MAX_LINES])
        if kept.why != "last" and any(map(str.isalpha, kept.text)) and not _TYPED.match(kept.text)
    ]
    if len(first) > _MOST_READ:
        first = sorted(nsmallest(_MOST_READ, first, key=_unlikelihood))
    told = [(index, kept, level, read_text(kept.text[:_REACH])) for index, kept, level in first]
    return [
        _Line(
            index=index,
            kept=kept,
            level=level,
            text=text,
            words=frozenset(word.lower() for word in _WORD.findall(text)),
        )
        for index, kept, level, text in told
    ]


def _unlikelihood(item: tuple[int, KeptLine, int]) -> tuple[bool, bool, int]:
    index, kept, level = item
    return level < Level.WARNING, kept.count > _RARE, index


def _is_new_error(line: _Line, log: Log) -> bool:
    return line.level >= Level.ERROR and not is_everywhere(line.kept, log)


def _is_news(kept: KeptLine, log: Log) -> bool:
    answer = read_answer(kept.text)
    return not (
        (answer is not None and answer.status < SERVER_ERROR)
        or _SAYS_NOTHING.search(kept.text[:_REACH])
        or is_no_report(kept.text)
        or is_advice(kept.text)
        or is_filed_low(kept.text, log)
        or is_routine(kept, log)
        or is_background(kept, log)
        or is_announced(kept, log)
    )


def _features(line: _Line, log: Log, first_error: int | None) -> Iterator[str]:
    """The names of what holds of a line, without those that are a share."""
    yield from _loudness(line)
    yield from _place(line.kept, log)
    if first_error is not None:
        yield _ORDER[(line.kept.line > first_error) - (line.kept.line < first_error)]
    complaint = find_complaint(line.kept.text[:_REACH])
    if complaint is not None:
        yield "names a symptom" if complaint.is_symptom else "names a cause"
    if reports_change(line.kept.text):
        yield "reports a change"
    if _FURTHER.match(line.kept.text):
        yield "is part of a record above"


_ORDER = {-1: "comes before the first error", 0: "is the first error", 1: "comes after the first error"}


def _loudness(line: _Line) -> Iterator[str]:
    if line.level >= Level.FATAL:
        yield "calls itself fatal"
    elif line.level >= Level.ERROR:
        yield "calls itself an error"
    elif line.level >= Level.WARNING:
        yield "calls itself a warning"
    elif line.level >= Level.NOTICE:
        yield "sounds like trouble"
    elif line.level == Level.INFO and states_level(line.kept.text):
        yield "calls itself information"


def _place(kept: KeptLine, log: Log) -> Iterator[str]:
    total = log.total_lines
    if kept.count == 1:
        yield "was said once"
    if kept.count <= _RARE:
        yield "was said three times or less"
    if kept.line >= 0.25 * total:
        yield "began after a quarter of the log"
    if total >= _ENOUGH_LINES and kept.line <= 0.05 * total:
        yield "began among the first lines"
    if total >= _FEW_LINES and kept.line <= _FIRST_LINES:
        yield "is one of the first three lines"
    is_often = total >= _ENOUGH_LINES and kept.count >= _BACKGROUND_COUNT
    if is_often and kept.line >= 0.2 * total and kept.last >= 0.9 * total:
        yield "began late and goes on"
    if log.previous and kept.line >= total - _TAIL_LINES:
        yield "ends a run"
