"""One piece of work that is taken up again and again, and ends whoever takes it up: a message that is redelivered, a task.

The line that says so is an ordinary one, as for every other message. What tells is that the id of this one stands before
most of the ends, while every other id comes once and goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.diagnosis.logs.findings import Finding
from incident_bot.model import Category
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incident_bot.diagnosis.scene import Log

_END = compile_later(
    r"\bsignal[ :=]{1,2}(?:6|7|9|11|KILL|ABRT|SEGV)\b|\bsignal \d{1,2} \(|\bSIG(?:KILL|SEGV|ABRT|BUS)\b|\bexited (?:prematurely|unexpectedly|abnormally)"
    r"|\b(?:worker|process|child|thread|consumer)\b.{0,40}\b(?:died|lost|crashed|killed|aborted|gone)\b|\bOutOfMemoryError\b|\bcore dumped\b"
    r"|\bsegmentation fault\b|^panic: |\bterminated unexpectedly\b",
    re.IGNORECASE,
)
_SIGNS = ("signal", "sigkill", "sigsegv", "sigabrt", "sigbus", "exited ", "worker", "process", "child", "thread", "consumer", "outofmem", "core dumped",
          "segmentation", "panic: ", "terminated unexp")  # fmt: skip
"""Each end has one: most logs hold none of them together with an end, and are asked no further."""
_ID = compile_later(r"(?<![\w.:/-])(?=(?:[\w-]{0,60}?\d){4})[A-Za-z0-9][\w-]{4,63}(?![\w.:-])")
_TAKES_UP = compile_later(
    r"\b(?:redeliver\w*|deliver(?:y|ed)|attempt|retry|tries|received|picked up|claimed|dequeued|consumed|took)\b",
    re.IGNORECASE,
)
"""Where a line says that work is taken up, one other piece of it is enough to see that the id is no constant."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{8}T|\d\d-\w{3}-\d{4}")
_DIGITS = re.compile(r"\d+")
_APART = 6
"""Lines between two ends: a master, its worker and the task each say of the same one that it is over."""
_WINDOW = 60
_FEWEST_ENDS = 3
_SHARE = 0.7
_FEWEST_OTHERS = 5
_MOST_LINES = 20_000
_REACH = 400
_WORDS_CHARS = 24
_WEIGHT = 0.85


@dataclass(frozen=True, slots=True)
class _Mention:
    line: int
    id: str
    text: str


def find_repeated_work(log: Log, lines: Sequence[str], subject: str) -> Iterator[Finding]:
    """The id that stands before most ends of a log's workers, where others of its kind came and went; `lines` are all lines."""
    if not any(sign in log.lowered for sign in _SIGNS):
        return
    if sum(kept.count for kept in log.kept if _END.search(kept.text[:_REACH])) < _FEWEST_ENDS:
        return
    ends = _find_ends(lines[:_MOST_LINES])
    if len(ends) < _FEWEST_ENDS:
        return
    for mentions in _mentions(lines[:_MOST_LINES]).values():
        found = _find_killer(mentions, ends)
        if found is None:
            continue
        before, last = found
        index = next((place for place in range(len(log.kept) - 1, -1, -1) if log.kept[place].line in ends), None)
        if index is None:
            index = next(place for place, kept in enumerate(log.kept) if _END.search(kept.text[:_REACH]))
        yield Finding(
            kind="repeated-work",
            category=Category.APPLICATION,
            title=f"{subject} dies over {last.id} again and again: it was taken up before {before} of {len(ends)} ends",
            hint="The same piece of work comes back after each end: a message that is redelivered, a task that is tried again. "
            "Move it aside and look at it; give the queue a limit of deliveries and a place for what exceeds it.",
            index=index,
            offset=log.offsets[index],
            weight=_WEIGHT,
            count=len(ends),
            is_lasting=True,
            shown=(last.line,),
        )
        return


def _find_ends(lines: Sequence[str]) -> list[int]:
    """The first line of each end."""
    ends: list[int] = []
    latest = -_APART
    for number, line in enumerate(lines, start=1):
        if _END.search(line[:_REACH]):
            if number - latest > _APART:
                ends.append(number)
            latest = number
    return ends


def _mentions(lines: Sequence[str]) -> Mapping[str, list[_Mention]]:
    """The ids of all lines, by the words before them."""
    found: dict[str, list[_Mention]] = {}
    for number, line in enumerate(lines, start=1):
        text = line[:_REACH]
        for match in _ID.finditer(text):
            if not _DATE.match(match[0]):
                key = _DIGITS.sub("#", text[max(0, match.start() - _WORDS_CHARS) : match.start()])
                found.setdefault(key, []).append(_Mention(number, match[0], text))
    return {key: mentions for key, mentions in found.items() if len({mention.id for mention in mentions}) > 1}


def _find_killer(mentions: Sequence[_Mention], ends: Sequence[int]) -> tuple[int, _Mention] | None:
    """How many ends an id stands before, and its last mention; None where no id is unlike the others."""
    before: dict[str, set[int]] = {}
    lasts: dict[str, _Mention] = {}
    for mention in mentions:
        end = next((end for end in ends if end >= mention.line), None)
        places = before.setdefault(mention.id, set())
        if end is not None and end - mention.line <= _WINDOW:
            places.add(end)
            lasts[mention.id] = mention
    worst = max(before, key=lambda item: len(before[item]))
    others = [len(places) for item, places in before.items() if item != worst]
    count = len(before[worst])
    enough = 1 if worst in lasts and _TAKES_UP.search(lasts[worst].text) else _FEWEST_OTHERS
    is_unlike = len(others) >= enough and max(others) < _FEWEST_ENDS
    return (count, lasts[worst]) if is_unlike and count >= max(_FEWEST_ENDS, _SHARE * len(ends)) else None
