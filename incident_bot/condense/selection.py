"""Which lines to keep: quotas for what is alarming, last, and rare, dealt to the streams in turn until the budget is spent."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.condense.lines import clean
from incident_bot.condense.rendering import marker, most_markers, numbered
from incident_bot.condense.severity import Level, grade, is_ending
from incident_bot.condense.shorten import cut_ids, cut_stamp, message_of, shorten
from incident_bot.condense.tokens import TokenEstimator, estimate_tokens
from incident_bot.condense.traces import body, causes, find_trace, is_frame
from incident_bot.model import KeptLine, SafeText

if TYPE_CHECKING:
    from incident_bot.condense.survey import Survey
    from incident_bot.condense.templates import Template

Rewrite = Callable[[Sequence[str]], Sequence[SafeText]]
"""What lines pass, in their order and one for one, before any is shortened and kept: redaction of a raw stream."""


_COUNT_SHOWN = 99_999
"""Every line is paid for as if it had a count of five digits."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """Cumulative ceilings as shares of the budget, in the order they are filled: what one leaves the next may use."""

    first: float = 0.15
    errors: float = 0.50
    ending: float = 0.62
    tail: float = 0.80
    rare: float = 0.92
    last: float = 0.96
    head: float = 1.0


QUOTAS = Quotas()
_SEVERAL_STREAMS = 3
_ROUTINE_LINES = 20
_ROUTINE_TAIL = 6
_TAIL_OF_A_KIND = 4
_MISSES = 3
_WITH_CONTEXT = 6
"""So many of the worst errors bring the lines after them."""
_TIGHT_TOKENS = 3000
_WIDEST_CHARS = 8000
_WITH_IDS = frozenset({"first error", "error", "baseline-novel", "traceback"})
_ALARMING = frozenset({"first error", "error", "baseline-novel", "context", "traceback"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One chosen line: its text as it will be shown, its cost and the reason."""

    text: SafeText
    cost: float
    why: str


class Log:
    """A survey with what selection asks of it: text, level, template and family by line number."""

    def __init__(
        self, survey: Survey, *, is_novel: Callable[[Template], bool] | None = None, rewrite: Rewrite | None = None
    ) -> None:
        self.survey = survey
        self.known = survey.known_lines()
        self._texts = _rewritten(self.known, survey.before(), rewrite) if rewrite is not None else {}
        self.templates = survey.table.templates
        self.novel = {id(template) for template in self.templates if is_novel is not None and is_novel(template)}
        self.variety = min(1.0, len(self.templates) / max(1, survey.total_lines))
        self._levels = {
            number: template.level for template in self.templates for number in (template.first, template.last)
        }
        self._families = {id(template): family(template) for template in self.templates}
        self._spread, self._echo = _spread(self.templates)
        self._counts = Counter[tuple[str, str]]()
        self._ordinals: dict[int, float] = {}
        seen = Counter[str | tuple[str, str]]()
        for template in self.templates:
            kind = self._families[id(template)]
            here = (template.stream, kind)
            self._counts[here] += template.count
            seen.update((kind, here))
            self._ordinals[id(template)] = math.log2(seen[here]) + math.log2(seen[kind]) / 3

    def text(self, number: int) -> SafeText:
        """A line that is at hand as a reader may see it: cleaned, and redacted where it came raw."""
        text = self._texts.get(number)
        if text is None:
            text = self._texts[number] = SafeText(clean(self.known[number]))
        return text

    def level(self, number: int) -> int:
        """How bad a line that is at hand sounds."""
        level = self._levels.get(number)
        if level is None:
            level = self._levels[number] = grade(clean(self.known[number]))
        return level

    def family_count(self, template: Template) -> int:
        """Lines of the same kind: rarity belongs to kinds, not to the file names in them."""
        return self._counts[template.stream, self._families[id(template)]]

    def family(self, template: Template) -> str:
        """The kind a template belongs to."""
        return self._families[id(template)]

    def is_routine(self, number: int) -> bool:
        """Whether a line is of a kind that fills this log: it explains nothing that stands beside it."""
        template = self.template(number)
        return template is not None and self.family_count(template) > _ROUTINE_LINES

    def is_lonely(self, template: Template) -> bool:
        """Whether only one of several streams says this."""
        return self._spread.get(id(template)) == 1

    def echo(self, template: Template) -> int:
        """1 for the first stream that says this, 2 for the second: the tenth pod's same words say little new."""
        return self._echo.get(id(template), 1)

    def sameness(self, template: Template) -> float:
        """0 for the first template of its kind, growing with every further one: the tenth says little new."""
        return self._ordinals[id(template)]

    def template(self, number: int) -> Template | None:
        """The template of a line that is at hand."""
        line = self.known[number]
        return self.survey.table.find(line, self.survey.stream_of(line) if self.survey.stream_of else "")

    def streams(self) -> list[list[Template]]:
        """The templates of each stream, in order."""
        by_stream: dict[str, list[Template]] = {}
        for template in self.templates:
            by_stream.setdefault(template.stream, []).append(template)
        return list(by_stream.values())


def _spread(templates: Sequence[Template]) -> tuple[dict[int, int], dict[int, int]]:
    """In how many streams each template's words occur and which of them it is; empty where there are few streams."""
    if len({template.stream for template in templates}) < _SEVERAL_STREAMS:
        return {}, {}
    bodies = {id(template): template.words_without_stream() for template in templates}
    streams: dict[bytes, dict[str, int]] = {}
    for template in templates:
        said = streams.setdefault(bodies[id(template)], {})
        said.setdefault(template.stream, len(said) + 1)
    spread = {id(template): len(streams[bodies[id(template)]]) for template in templates}
    return spread, {id(template): streams[bodies[id(template)]][template.stream] for template in templates}


def _rewritten(known: Mapping[int, str], before: Mapping[int, str], rewrite: Rewrite) -> dict[int, SafeText]:
    """All lines at hand, cleaned and rewritten in one go, each directly under the line it followed in the log."""
    order: list[tuple[int, str]] = []
    for number in sorted(known):
        if number - 1 not in known and before.get(number):
            order.append((0, clean(before[number])))
        order.append((number, clean(known[number])))
    texts = rewrite([text for _, text in order])
    return {number: text for (number, _), text in zip(order, texts, strict=True) if number}


_NOT_WORDS = {code: " " for code in range(128) if not chr(code).isalpha()}
_LEVEL_NAMES = frozenset(
    ["trace", "debug", "info", "notice", "warn", "warning", "error", "err", "fatal", "t", "z", "i", "w", "e", "f"]
)


def family(template: Template) -> str:
    """A coarse kind for counting: level and the first three words of the message, whatever stream says it."""
    text = clean(template.first_text[:4000])
    if template.stream:
        text = text.replace(template.stream, " ", 1)
    words = message_of(body(text))[:300].translate(_NOT_WORDS).split(None, 8)[:8]
    told = [word for word in words if word.lower() not in _LEVEL_NAMES]
    return f"{template.level} {' '.join(told[:3])[:60]}"


class Selection:
    """The lines chosen so far from several logs and what they cost together; never more than the budget."""

    def __init__(self, logs: Sequence[Log], budget_tokens: float, *, estimate: TokenEstimator) -> None:
        self.logs = logs
        self.budget_tokens = budget_tokens
        self.chosen: list[dict[int, Choice]] = [{} for _ in logs]
        self.spent = 0.0
        self.tight = budget_tokens <= _TIGHT_TOKENS
        self._estimate = estimate
        self._most_markers = most_markers(budget_tokens)
        self._marker_cost = estimate(marker(9_999_999) + "\n")

    def take(self, log: int, number: int, why: str, *, ceiling: float, limit: int) -> bool:
        """Choose a line, cut to `limit` characters, if it fits under `ceiling` (a share of the budget). True when it is in."""
        chosen = self.chosen[log]
        if number in chosen:
            return True
        text = shorten(self._trimmed(log, number, why), limit)
        if not text:
            return False
        cost = self._estimate(numbered(number, text, _COUNT_SHOWN) + "\n")
        if self.spent + cost + self._markers() > self.budget_tokens * ceiling:
            return False
        chosen[number] = Choice(SafeText(text), cost, why)
        self.spent += cost
        return True

    def fits(self, log: int, numbers: Iterable[int], *, ceiling: float, limit: int) -> bool:
        """Whether all these lines together would fit under the ceiling."""
        missing = [number for number in numbers if number not in self.chosen[log]]
        markers = self._marker_cost * self._most_markers
        return self.spent + self.price(log, missing, limit=limit) + markers <= self.budget_tokens * ceiling

    def price(self, log: int, numbers: Iterable[int], *, limit: int) -> float:
        """What these lines of a traceback would cost."""
        return sum(
            self._estimate(
                numbered(number, shorten(self._trimmed(log, number, "traceback"), limit), _COUNT_SHOWN) + "\n"
            )
            for number in numbers
        )

    def drop(self, log: int, number: int) -> None:
        """Take a line out again."""
        self.spent -= self.chosen[log].pop(number).cost

    def widen(self) -> None:
        """Spend what is left on showing cut lines whole, the alarming ones first."""
        cut = [
            (choice.why not in _ALARMING, log, number)
            for log, chosen in enumerate(self.chosen)
            for number, choice in chosen.items()
            if len(choice.text) < len(self.logs[log].text(number))
        ]
        for _, log, number in sorted(cut):
            choice = self.chosen[log].pop(number)
            self.spent -= choice.cost
            if not self.take(log, number, choice.why, ceiling=1.0, limit=_WIDEST_CHARS):
                self.chosen[log][number] = choice
                self.spent += choice.cost

    def _trimmed(self, log: int, number: int, why: str) -> str:
        """A line as the budget allows: in a small one, dates go, and ids too where the line is not alarming."""
        text: str = self.logs[log].text(number)
        if not self.tight:
            return text
        text = cut_stamp(text)
        return text if why in _WITH_IDS else cut_ids(text)

    def _markers(self) -> float:
        return self._marker_cost * min(sum(map(len, self.chosen)) + 1, self._most_markers)


def select(
    logs: Sequence[Log], budget_tokens: float, *, estimate: TokenEstimator = estimate_tokens
) -> list[tuple[KeptLine, ...]]:
    """The lines of each log to keep, in order, all logs sharing one budget."""
    selection = Selection(logs, budget_tokens, estimate=estimate)
    wide = 400 if budget_tokens <= 3000 else 600 if budget_tokens <= 12000 else 1500
    narrow = 160 if budget_tokens <= 3000 else 300 if budget_tokens <= 12000 else 600
    rich = budget_tokens > 3000
    variety = sum(log.variety for log in logs) / max(len(logs), 1)
    # A log of few templates is saved by its rare ones, a log of many (a build's) by its end.
    tail = QUOTAS.tail + (QUOTAS.head - QUOTAS.rare) * variety - (QUOTAS.tail - QUOTAS.ending) / 2 * (1 - variety)
    rare = QUOTAS.rare
    _take_first_errors(selection, QUOTAS.first, wide)
    _take_errors(selection, Level.WARNING, QUOTAS.errors, wide, rich=rich)
    _take_endings(selection, QUOTAS.ending, wide)
    _take_tail(selection, tail, narrow)
    _take_rare(selection, max(rare, tail), narrow)
    _take_last(selection, QUOTAS.last, narrow)
    if rich or variety < 0.5:
        _take_head(selection, QUOTAS.head, narrow)
    _take_context(selection, 1.0, narrow)
    _take_errors(selection, Level.NOTICE, 1.0, wide, rich=rich)
    _take_tail(selection, 1.0, narrow, of_a_kind=1_000_000)
    _take_rare(selection, 1.0, narrow)
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
    selection: Selection, least: int, weigh: Callable[[Log, Template], float]
) -> Iterator[tuple[int, Template]]:
    """Templates at or above a level, heaviest first within each stream, the streams in turn."""
    ranked = []
    for index, log in enumerate(selection.logs):
        for templates in log.streams():
            heavy = sorted(
                ((weigh(log, t), -t.first, t) for t in templates if t.level >= least),
                key=lambda item: item[:2],
                reverse=True,
            )
            if heavy:
                ranked.append((heavy[0][0], [(index, template) for _, _, template in heavy]))
    ranked.sort(key=lambda item: item[0], reverse=True)
    return _in_turn(stream for _, stream in ranked)


_LOCATION = re.compile(r"\s{0,8}(?:[\w.-]+: )?[\w./\\+@-]{1,200}\.\w{1,8}(?::\d+|\(\d+)")
"""A file and a line number first: what compilers, linters and test runners print."""


def _alarm(log: Log, template: Template) -> float:
    """How much a template deserves a place among the errors."""
    weight = float(template.level) - 4 * math.log2(log.family_count(template))
    weight -= 6 * log.sameness(template) + 4 * math.log2(log.echo(template))
    weight += 12 * template.first / log.survey.total_lines
    if _LOCATION.match(clean(template.first_text[:300])):
        weight += 10
    if id(template) in log.novel:
        weight += 25
    return weight


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


def _take_errors(selection: Selection, least: int, ceiling: float, limit: int, *, rich: bool) -> None:
    for rank, (index, template) in enumerate(_ranked(selection, least, _alarm)):
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

    One that would take more than half of the budget could never be whole, and stays as it is.
    """
    for index, log in enumerate(selection.logs):
        done: set[int] = set()
        for number in sorted(selection.chosen[index]):
            if number in done or not is_frame(log.known[number]):
                continue
            trace = find_trace(log.known, number)
            done.update(trace)
            if selection.fits(index, trace, ceiling=1.0, limit=limit):
                for part in trace:
                    selection.take(index, part, "traceback", ceiling=1.0, limit=limit)
            elif selection.price(index, trace, limit=limit) <= selection.budget_tokens / 2:
                for part in trace:
                    if part in selection.chosen[index] and is_frame(log.known[part]):
                        selection.drop(index, part)


def _take_all(selection: Selection, limit: int) -> None:
    """Whatever is still at hand, from the end backwards, when there is room for nearly everything."""
    for index, log in enumerate(selection.logs):
        for number in sorted(log.known, reverse=True):
            if not selection.take(index, number, "tail", ceiling=1.0, limit=limit) and clean(log.known[number]):
                break


def _rarity(log: Log, template: Template) -> float:
    weight = template.level / 10 - math.log2(log.family_count(template)) - 2 * math.log2(log.echo(template))
    weight -= log.sameness(template) / 2
    if log.is_lonely(template):
        weight += 6
    return weight + (8 if id(template) in log.novel else 0)


def _take_rare(selection: Selection, ceiling: float, limit: int) -> None:
    misses = 0
    for index, template in _ranked(selection, Level.INFO, _rarity):
        why = "baseline-novel" if id(template) in selection.logs[index].novel else "rare"
        if not selection.take(index, template.first, why, ceiling=ceiling, limit=limit):
            misses += 1
            if misses > 10:
                return


def _take_last(selection: Selection, ceiling: float, limit: int) -> None:
    """The last line of templates whose first is kept: both ends of a trend."""
    for index, template in _ranked(
        selection, Level.INFO, lambda _, template: template.level + math.log2(template.count)
    ):
        if template.count > 1 and template.first in selection.chosen[index]:
            selection.take(index, template.last, "last", ceiling=ceiling, limit=limit)


def _take_head(selection: Selection, ceiling: float, limit: int) -> None:
    for index, log in enumerate(selection.logs):
        for number in range(1, min(len(log.survey.head), 10) + 1):
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
    counts = {template.first: template for template in log.templates}
    lasts = {template.last: template for template in log.templates}
    kept = []
    for number, choice in sorted(chosen.items()):
        template = counts.get(number) or lasts.get(number)
        kept.append(
            KeptLine(
                line=number,
                text=choice.text,
                count=template.count if template else 1,
                last=template.last if template else number,
                why=choice.why,
            )
        )
    return tuple(kept)
