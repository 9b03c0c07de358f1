"""Which tool printed a text, and what of it is telling."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from incident_bot.outputs.figures import read_clock
from incident_bot.outputs.judging import holds
from incident_bot.outputs.observation import Observation, Output
from incident_bot.outputs.recognition import MAX_LINES
from incident_bot.outputs.records import Record, is_prompt, read_lines, read_pairs, read_rows
from incident_bot.outputs.signs import Sign, find_signs
from incident_bot.patterns import compile_later

_MOST_TOLD = 5


def read(name: str, lines: Sequence[str], now: datetime | None) -> Output | None:
    """`read_output` for a text that is short, and whose lines do not begin as records of a log do."""
    signs = find_signs("\n".join(lines))
    if not signs:
        return None
    now = next((found for line in lines if (found := read_clock(line)) is not None), now)
    tools: dict[str, int] = {}
    observations: list[Observation] = []
    listed: set[int] = set()
    well: set[tuple[str, str]] = set()
    pairs = list(read_pairs(lines)) if any(sign.shape == "pairs" for sign in signs) else []
    for sign in signs:
        records = [record for record in _records(sign, lines, pairs) if _has_all(sign, record)]
        if records:
            tools.setdefault(sign.tool, records[0].line)
            listed |= {record.line for record in records} if sign.is_listing else set()
        last = _observe(sign, records, lines, now) if sign.name else {}
        observations += [told for told in last.values() if told is not None][:_MOST_TOLD]
        well |= {(sign.name, thing) for (thing, _), told in last.items() if told is None}
    if not tools:
        return None
    first = min(tools, key=lambda tool: tools[tool])
    if _LOG_NAME.search(name.lower()) and sum(1 for line in lines[: tools[first]] if line.strip()) > _OPENING_LINES:
        return None
    told = tuple(sorted(observations, key=lambda item: item.line))
    return Output(
        tool=first,
        line=tools[first],
        listed=frozenset(listed),
        well=frozenset(well - {(item.sign, item.thing) for item in told}),
        observations=told,
    )


_LOG_NAME = compile_later(r"\.(?:log|out|err)(?:\.gz)?$|(?:^|[^a-z])logs?(?:[^a-z]|$)")
_OPENING_LINES = 6


def _records(sign: Sign, lines: Sequence[str], pairs: Sequence[Record]) -> Iterable[Record]:
    if sign.shape == "rows":
        return read_rows(lines, sign.has)
    return pairs if sign.shape == "pairs" else read_lines(lines, _compile(sign.pattern))


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _has_all(sign: Sign, record: Record) -> bool:
    return all(record.get(name) is not None for name in sign.has)


def _observe(
    sign: Sign, records: Sequence[Record], lines: Sequence[str], now: datetime | None
) -> dict[tuple[str, str], Observation | None]:
    """What is telling of each thing and pod, or None: where one was printed more than once, the last time counts."""
    last: dict[tuple[str, str], tuple[int, Observation | None]] = {}
    contrary = _Contrary(sign, lines)
    for record in records:
        pod = _pod_above(lines, record.line)
        key = (_fill(sign.thing, record), pod)
        group, told = last.get(key, (record.group, None))
        if group == record.group and told is not None:
            continue
        is_told = all(holds(test, name, record, now) for name, test in sign.when.items())
        observation = _tell(sign, record, pod) if is_told and not contrary.holds(record.line) else None
        last[key] = (record.group, observation)
    return {key: told for key, (_, told) in last.items()}


def _tell(sign: Sign, record: Record, pod: str) -> Observation:
    decisive = next(iter(sign.when), "")
    return Observation(
        sign=sign.name,
        tool=sign.tool,
        thing=_fill(sign.thing, record),
        figure=_fill(sign.figure, record),
        line=record.line_of(decisive) if decisive else record.line,
        pod=pod,
    )


class _Contrary:
    """Where lines take back what an entry tells: a later one, or any of the answer to the same command."""

    def __init__(self, sign: Sign, lines: Sequence[str]) -> None:
        self._later = _places(sign.unless_later, lines)
        self._beside = _places(sign.unless_beside, lines)
        self._prompts = (
            [number for number, line in enumerate(lines, start=1) if is_prompt(line)] if self._beside else []
        )

    def holds(self, line: int) -> bool:
        """Whether what a line tells is taken back."""
        place = bisect(self._prompts, line)
        first = self._prompts[place - 1] if place else 0
        end = self._prompts[place] if place < len(self._prompts) else MAX_LINES + 1
        return any(line < other for other in self._later[-1:]) or any(first < other < end for other in self._beside)


def _places(pattern: str, lines: Sequence[str]) -> list[int]:
    if not pattern:
        return []
    compiled = _compile(pattern)
    return [number for number, line in enumerate(lines, start=1) if compiled.fullmatch(line[:_REACH].rstrip())]


_REACH = 400


_HEADING = re.compile(r"(?:[-=#>*]{1,8} ?)?pods?/([a-z0-9][a-z0-9.-]{0,252}):?\s*(?:[-=#<*]{1,8})?")
_ABOVE = 40


def _pod_above(lines: Sequence[str], line: int) -> str:
    """The pod that the nearest heading above a line names; a prompt ends the search."""
    for text in reversed(lines[max(0, line - _ABOVE) : line - 1]):
        if match := _HEADING.fullmatch(text.strip()[:300]):
            return match[1]
        if is_prompt(text):
            return ""
    return ""


_PLACE = re.compile(r"\{([^{}]+)\}")


def _fill(text: str, record: Record) -> str:
    filled = _PLACE.sub(lambda match: record.get(match[1]) or "", text)
    return " ".join(filled.split()).rstrip(".:, ")[:200]
