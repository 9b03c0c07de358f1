"""What programs say without a level or a word of failure, and mean as one: why they stop, and that nothing was done."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.logs.announced import is_no_report
from incident_bot.diagnosis.logs.background import ends_of, is_everywhere
from incident_bot.diagnosis.logs.findings import Draft
from incident_bot.diagnosis.logs.loud_lines import write_unmarked
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.diagnosis.scene import Log

_WEIGHT = 0.35
_REACH = 500
_STOPS = compile_later(
    r"\W*(?:[\w-]{1,30}[:\]] ?)?(?:(?:now |run |job |so )?(?:stop(?:ping|ped|s)?|abort(?:ing|ed|s)?|exit(?:ing)?|quit(?:ting)?|halt(?:ing|ed|s)?|bye|giving up|gave up|cannot (?:go on|continue)))(?: here| now)?\W*",
    re.IGNORECASE,
)
_ORDERLY = compile_later(
    r"\b(?:sig(?:term|int|quit|hup)|signal|shut(?:ting)? ?down|drain\w*|requested|graceful\w*|interrupt\w*|done|finish\w*|complet\w*|ok|saved|closed|flushed|stopped|quit|exit|logout|success\w*|bye|all \w+ (?:read|written|sent|processed)|\d+ of \d+)\b",
    re.IGNORECASE,
)
"""What precedes an end that somebody asked for, or that was due."""

_NOTHING_DONE = compile_later(
    r"\b(?:matched|accepted|processed|sent|delivered|imported|exported|loaded|wrote|copied|selected|stored|applied) (?:0|none|no) (?:of|out of) (?:the )?[1-9]\d*\b|"
    r"(?<![\d.,])(?:0|none|no) (?:of|out of|/) ?(?:the )?[1-9][\d,.]* (?:\w+ ){0,2}(?:accepted|processed|sent|delivered|imported|loaded|written|confirmed|matched|stored|applied|valid|usable)\b",
    re.IGNORECASE,
)
_LATE_SHARE = 0.3


def draft_last_words(log: Log, levels: Mapping[int, int], subject: str, *, is_failing: bool) -> Iterator[Draft]:
    """Drafts of the line before a plain `stopping`, and of a count that says that nothing of something was done.

    Only where no line of the log is an error: those say more. `levels` are its bad lines. Where its container
    `is_failing`, or its run has ended, its last line is told too if it has a word that failures use.
    """
    reason = find_reason_of_stop(log)
    if is_failing and (last := _last_bad_word(log)) is not None and last not in levels:
        yield Draft(
            most=_WEIGHT, index=last, write=partial(write_unmarked, log, last, subject, hint=_HINT, weight=_WEIGHT)
        )
    others = (level for index, level in levels.items() if reason is None or index != len(log.kept) - 1)
    if not log.kept or max(others, default=Level.QUIET) >= Level.ERROR:
        return
    if reason is not None and reason not in levels:
        yield Draft(
            most=_WEIGHT, index=reason, write=partial(write_unmarked, log, reason, subject, hint=_HINT, weight=_WEIGHT)
        )
    for index, kept in enumerate(log.kept):
        is_late = kept.why != "last" and max(kept.line, kept.last) >= _LATE_SHARE * log.total_lines
        if (
            is_late
            and not is_everywhere(kept, log)
            and all(_NOTHING_DONE.search(item.text[:_REACH]) for item in ends_of(kept, log))
        ):
            yield Draft(
                most=_WEIGHT,
                index=index,
                write=partial(write_unmarked, log, index, subject, hint=_HINT, weight=_WEIGHT),
            )


def tells_nothing_done(text: str) -> bool:
    """Whether a line counts that of something there was, nothing was done."""
    return _NOTHING_DONE.search(text[:_REACH]) is not None


_LAST_LINES = 2


def _last_bad_word(log: Log) -> int | None:
    """The last line of a program that ended or is not ready, if it uses a word of failure without calling itself one."""
    places = range(len(log.kept) - 1, max(-1, len(log.kept) - 1 - _LAST_LINES), -1)
    texts = ((place, text) for place in places if not is_no_report(text := log.kept[place].text[:_REACH]))
    return next((place for place, text in texts if grade(text) >= Level.NOTICE or _WANTS.search(text)), None)


_WANTS = compile_later(
    r"\b(?:(?:still )?waiting (?:for|on|until)|needs?(?: at least)?|requires?|must) (?!to exit|to stop)\w",
    re.IGNORECASE,
)
"""What a program lacks: said at the end of its log, while it does not become ready."""


def find_reason_of_stop(log: Log) -> int | None:
    """The line before the last, where that only says that the program stops, and nobody asked it to."""
    index = len(log.kept) - 2
    if index < 0 or states_level(log.kept[-1].text) or not _STOPS.fullmatch(read_text(log.kept[-1].text[:_REACH])):
        return None
    before = log.kept[max(0, index - 2) : index + 1]
    is_orderly = any(_ORDERLY.search(kept.text[:_REACH]) for kept in before[-1:]) or any(
        _ASKED.search(kept.text[:_REACH]) for kept in before
    )
    return None if is_orderly or log.kept[index].line != log.kept[-1].line - 1 else index


_ASKED = compile_later(
    r"\b(?:sig(?:term|int|quit|hup)|signal|shut(?:ting)? ?down|drain\w*|requested|interrupt\w*)\b", re.IGNORECASE
)
_HINT = "No line calls itself an error; this one says why nothing came of the run."
