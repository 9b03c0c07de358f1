"""Which lines to keep: quotas for what is alarming, last, and rare, dealt to the streams in turn until the budget is spent."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from incident_bot.condense.budget import Choice, Selection
from incident_bot.condense.lines import clean
from incident_bot.condense.severity import Level, is_ending
from incident_bot.condense.tokens import TokenEstimator, estimate_tokens
from incident_bot.condense.traces import causes, find_trace, is_frame, is_inside
from incident_bot.condense.trends import growth
from incident_bot.condense.weights import WEIGHTS, Weights
from incident_bot.model import KeptLine

if TYPE_CHECKING:
    from incident_bot.condense.candidates import Log
    from incident_bot.condense.templates import Template


_ROUTINE_TAIL = 6
"""So many lines of the tail may be background: enough to see that the process was still at it."""
_TAIL_OF_A_KIND = 4
_MOST_TRENDS = 8
_SAME_SEQUENCE = 0.02
"""Numbers that end this close to each other are taken for one sequence, of which each kind of line shows some."""
_MISSES = 3
_OF_KINDS = 0.5
"""A log with fewer templates a line than this is a service's, not a build's: its lines repeat."""
_WITH_CONTEXT = 6
"""So many of the worst errors bring the lines after them."""


def select(
    logs: Sequence[Log],
    budget_tokens: float,
    *,
    estimate: TokenEstimator = estimate_tokens,
    weights: Weights = WEIGHTS,
) -> list[tuple[KeptLine, ...]]:
    """The lines of each log to keep, in order, all logs sharing one budget."""
    selection = Selection(logs, budget_tokens, estimate=estimate)
    wide = 400 if budget_tokens <= 3000 else 600 if budget_tokens <= 12000 else 1500
    narrow = 160 if budget_tokens <= 3000 else 300 if budget_tokens <= 12000 else 600
    rich = budget_tokens > 3000
    variety = sum(log.variety for log in logs) / max(len(logs), 1)
    # A log of few templates is saved by its rare ones, a log of many (a build's) by its end.
    tail = weights.tail + (weights.head - weights.rare) * variety - (weights.tail - weights.ending) / 2 * (1 - variety)
    rare = weights.rare
    weigh = partial(_alarm, weights)
    _take_first_errors(selection, weights.first, wide)
    _take_errors(selection, Level.WARNING, weights.errors, wide, weigh=weigh, rich=rich)
    _take_endings(selection, weights.ending, wide)
    _take_tail(selection, tail, narrow)
    _take_trends(selection, tail + (rare - tail) / 2, narrow)
    _take_rare(selection, max(rare, tail), narrow, variety=variety)
    _take_last(selection, weights.last, narrow)
    if rich or variety < _OF_KINDS:
        _take_head(selection, weights.head, narrow)
    _take_context(selection, 1.0, narrow)
    _take_errors(selection, Level.NOTICE, 1.0, wide, weigh=weigh, rich=rich)
    _take_tail(selection, 1.0, narrow, of_a_kind=1_000_000)
    _take_rare(selection, 1.0, narrow, variety=variety)
    _take_last(selection, 1.0, narrow)
    _take_all(selection, narrow)
    _mend_traces(selection, narrow)
    selection.widen()
    return [_kept_lines(log, chosen) for log, chosen in zip(logs, selection.chosen, strict=True)]


def _in_turn(streams: Iterable[Iterable[tuple[int, Template]]]) -> Iterator[tuple[int, Template]]:
    """One of each stream, then the second of each, and so on."""
    waiting = [iter(stream) for stream in streams]
    while waiting:
        for stream in list(waiting):
            item = next(stream, None)
            if item is None:
                waiting.remove(stream)
            else:
                yield item


def _ranked(
    selection: Selection, least: int, weigh: Callable[[Log, Template], float], *, below: int = Level.FATAL + 1
) -> Iterator[tuple[int, Template]]:
    """Templates of some levels, heaviest first within each stream, the streams in turn."""
    ranked = []
    for index, log in enumerate(selection.logs):
        for templates in log.streams:
            heavy = sorted(
                ((weigh(log, t), -t.first, t) for t in templates if least <= t.level < below),
                key=lambda item: item[:2],
                reverse=True,
            )
            if heavy:
                ranked.append((heavy[0][0], [(index, template) for _, _, template in heavy]))
    ranked.sort(key=lambda item: item[0], reverse=True)
    return _in_turn(stream for _, stream in ranked)


_LOCATION = re.compile(r"\s{0,8}(?:[\w.-]+: )?[\w./\\+@-]{1,200}\.\w{1,8}(?::\d+|\(\d+)")
"""A file and a line number first: what compilers, linters and test runners print."""


def _alarm(weights: Weights, log: Log, template: Template) -> float:
    """How much a template deserves a place among the errors."""
    weight = float(template.level) - weights.common * math.log2(log.usual_lines(template))
    weight -= weights.same * log.sameness(template) + weights.echo * math.log2(log.echo(template))
    weight += weights.late * template.first / log.survey.total_lines
    if _LOCATION.match(clean(template.first_text[:300])):
        weight += weights.located
    return weight + weights.novel * log.novel.get(id(template), 0.0)


def _take_first_errors(selection: Selection, ceiling: float, limit: int) -> None:
    for index, template in _ranked(selection, Level.ERROR, lambda _, template: -template.first):
        if not selection.take(index, template.first, "first error", ceiling=ceiling, limit=limit):
            return
        _take_after(selection, index, template.first, 2, ceiling=ceiling, limit=limit)


def _take_after(selection: Selection, index: int, number: int, lines: int, *, ceiling: float, limit: int) -> None:
    """The next few lines with words in them."""
    log = selection.logs[index]
    for after in range(number + 1, number + 2 * lines + 1):
        if lines and after in log.known and log.level(after) > Level.QUIET and not log.is_routine(after):
            lines -= selection.take(index, after, "context", ceiling=ceiling, limit=limit)


def _take_errors(
    selection: Selection,
    least: int,
    ceiling: float,
    limit: int,
    *,
    weigh: Callable[[Log, Template], float],
    rich: bool,
) -> None:
    for rank, (index, template) in enumerate(_ranked(selection, least, weigh)):
        log = selection.logs[index]
        if is_frame(log.known[template.first]):
            continue
        why = "error" if template.level >= Level.ERROR else "warning"
        if id(template) in log.novel:
            why = "baseline-novel"
        if not selection.take(index, template.first, why, ceiling=ceiling, limit=limit):
            continue
        trace = find_trace(log.known, template.first)
        if rich and trace and selection.fits(index, trace, ceiling=ceiling, limit=limit):
            for number in trace:
                selection.take(index, number, "traceback", ceiling=ceiling, limit=limit)
        elif trace:
            for number in causes(log.known, trace):
                selection.take(index, number, "error", ceiling=ceiling, limit=limit)
        elif rank < _WITH_CONTEXT:
            _take_after(selection, index, template.first, 2, ceiling=ceiling, limit=limit)


def _take_endings(selection: Selection, ceiling: float, limit: int) -> None:
    """What stands just before the last reports that something ended badly."""
    for index, log in enumerate(selection.logs):
        endings = [t.last for t in log.templates if t.level >= Level.ERROR and is_ending(clean(t.last_text))]
        for distance in range(12):
            for end in sorted(endings, reverse=True)[:4]:
                number = end - distance
                if number in log.known and log.level(number) > Level.QUIET and not log.is_routine(number):
                    selection.take(index, number, "context", ceiling=ceiling, limit=limit)


def _take_tail(selection: Selection, ceiling: float, limit: int, *, of_a_kind: int = _TAIL_OF_A_KIND) -> None:
    """The last lines, each template at most twice and each kind a few times; tests that passed are left for the end."""
    for index, log in enumerate(selection.logs):
        shown = Counter[int | str]()
        misses = taken = 0
        for number in range(log.survey.total_lines, log.survey.tail_start() - 1, -1):
            template = log.template(number)
            if template is not None:
                if taken >= _ROUTINE_TAIL and log.is_routine(number) and of_a_kind == _TAIL_OF_A_KIND:
                    continue
                kind = log.family(template)
                shown[id(template)] += 1
                shown[kind] += 1
                if shown[id(template)] > 2 or shown[kind] > of_a_kind:
                    continue
            if log.level(number) <= Level.QUIET:
                continue
            if selection.take(index, number, "tail", ceiling=ceiling, limit=limit):
                taken += 1
                continue
            misses += 1
            if misses > _MISSES:
                break


def _mend_traces(selection: Selection, limit: int) -> None:
    """Complete every traceback of which some frames were chosen, or take those frames out: half of one misleads.

    Where the log is little else than that traceback, the frames that fit stay.
    """
    for index, log in enumerate(selection.logs):
        done: set[int] = set()
        for number in sorted(selection.chosen[index]):
            if number in done or not is_inside(log.known, number):
                continue
            trace = find_trace(log.known, number)
            done.update(trace)
            if selection.fits(index, trace, ceiling=1.0, limit=limit):
                for part in trace:
                    selection.take(index, part, "traceback", ceiling=1.0, limit=limit)
            elif 2 * len(trace) < log.survey.total_lines:
                for part in trace:
                    if part in selection.chosen[index] and is_inside(log.known, part):
                        selection.drop(index, part)


def _take_all(selection: Selection, limit: int) -> None:
    """Whatever is still at hand, from the end backwards, when there is room for nearly everything."""
    for index, log in enumerate(selection.logs):
        for number in sorted(log.known, reverse=True):
            if not selection.take(index, number, "tail", ceiling=1.0, limit=limit) and clean(log.known[number]):
                break


def _rarity(log: Log, template: Template) -> float:
    known = log.rarities.get(id(template))
    if known is None:
        known = log.rarities[id(template)] = _weigh_rarity(log, template)
    return known


def _weigh_rarity(log: Log, template: Template) -> float:
    weight = template.level / 10 - math.log2(log.usual_lines(template)) - 2 * math.log2(log.echo(template))
    weight -= log.sameness(template) / 2
    if log.is_lonely(template) or log.is_outlier(template):
        weight += 6
    return weight + 8 * log.novel.get(id(template), 0.0)


def _take_rare(selection: Selection, ceiling: float, limit: int, *, variety: float) -> None:
    """The rarest kinds. Where kinds repeat, calm and alarming ones in turn: no storm of errors hides a changed setting."""
    ranked = _ranked(selection, Level.INFO, _rarity)
    if variety < _OF_KINDS:
        calm = _ranked(selection, Level.INFO, _rarity, below=Level.WARNING)
        ranked = _in_turn([calm, _ranked(selection, Level.WARNING, _rarity)])
    misses = 0
    for index, template in ranked:
        why = "baseline-novel" if id(template) in selection.logs[index].novel else "rare"
        if not selection.take(index, template.first, why, ceiling=ceiling, limit=limit):
            misses += 1
            if misses > 10:
                return


def _take_trends(selection: Selection, ceiling: float, limit: int) -> None:
    """Both ends of the steepest trends, a number that many kinds of line print (a sequence) only once."""
    growing = sorted(
        (
            (*growth(template), index, template)
            for index, log in enumerate(selection.logs)
            for template in log.templates
        ),
        key=lambda item: item[0],
        reverse=True,
    )
    ends: list[float] = []
    for ratio, end, index, template in growing:
        if ratio <= 1 or len(ends) >= _MOST_TRENDS:
            return
        if any(math.isclose(end, other, rel_tol=_SAME_SEQUENCE) for other in ends):
            continue
        ends.append(end)
        for number in (template.first, template.last):
            selection.take(index, number, "trend", ceiling=ceiling, limit=limit)


def _take_last(selection: Selection, ceiling: float, limit: int) -> None:
    """The last line of templates whose first is kept: both ends of a trend."""
    for index, template in _ranked(
        selection, Level.INFO, lambda _, template: template.level + math.log2(template.count)
    ):
        if template.count > 1 and template.first in selection.chosen[index]:
            selection.take(index, template.last, "last", ceiling=ceiling, limit=limit)


def _take_head(selection: Selection, ceiling: float, limit: int) -> None:
    for index, log in enumerate(selection.logs):
        first = log.survey.head_start
        for number in range(first, first + min(len(log.survey.head), 10)):
            selection.take(index, number, "head", ceiling=ceiling, limit=limit)


def _take_context(selection: Selection, ceiling: float, limit: int) -> None:
    """Two lines before and six after each kept error, nearest first."""
    for distance in (1, 2, -1, 3, 4, -2, 5, 6):
        for index, log in enumerate(selection.logs):
            for number in [
                n for n, choice in selection.chosen[index].items() if choice.why in {"error", "first error"}
            ]:
                if number + distance in log.known and not log.is_routine(number + distance):
                    selection.take(index, number + distance, "context", ceiling=ceiling, limit=limit)


def _kept_lines(log: Log, chosen: dict[int, Choice]) -> tuple[KeptLine, ...]:
    firsts = {min(loud, default=0) for loud in ([t.first for t in s if t.level >= Level.ERROR] for s in log.streams)}
    kept = []
    for number, choice in sorted(chosen.items()):
        template = log.ends.get(number)
        kept.append(
            KeptLine(
                line=number,
                text=choice.text,
                count=template.count if template else 1,
                last=template.last if template else number,
                why=_reason(log, number, choice.why, is_first=number in firsts),
            )
        )
    return tuple(kept)


def _reason(log: Log, number: int, why: str, *, is_first: bool) -> str:
    """Why a line is there: what it is tells a reader more than which quota paid for it."""
    template = log.template(number)
    if template is not None and id(template) in log.novel:
        return "baseline-novel"
    if is_first:
        return "first error"
    if why in {"traceback", "trend", "last"} or log.level(number) < Level.ERROR:
        return "context" if why == "first error" else why
    return "error"
