"""States that a log says were left and came back: yellow and green again, a server down and up, replicas out of sync and in."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Log

_REACH = 600
_BAD = r"down|unavailable|unreachable|offline|unhealthy|not ready|lost|degraded|disconnected|stale|suspect"
_GOOD = r"up|available|reachable|online|healthy|ready|back|connected|in sync|alive"
_NAMED = compile_later(
    rf"(?<![\w.:/@-])(?P<name>[\w.:/@-]{{2,80}})[\"']? (?:is|became|went|marked|turned) (?:as |now |going )?(?:(?P<bad>{_BAD})|(?P<good>{_GOOD}))\b",
    re.IGNORECASE,
)
_STATES = compile_later(r"\bfrom:? \[?([\w,.-]{1,60}?)\]? to:? \[?([\w,.-]{1,60}?)\]?(?=[\s.;:)\"']|$)", re.IGNORECASE)
_BAD_STATES = frozenset(
    {
        "red",
        "yellow",
        "down",
        "degraded",
        "unhealthy",
        "failed",
        "critical",
        "warning",
        "unavailable",
        "offline",
        "open",
    }
)
_LINK = compile_later(
    r"\b(?:connection|link|contact|session) (?:with|to) (?P<lost>[\w.:/-]{2,80}?) (?:is |was |has been )?(?:lost|broken|down)\b"
    r"|\bsuccessful(?:ly)?\b.{0,60}?\b(?:sync|resync|connect|link|session)\w* (?:with|to) (?P<back>[\w.:/-]{2,80}?)(?=[\s.,;]|$)",
    re.IGNORECASE,
)
_BEFORE_LINES = 3
"""What is complained of as something goes stands just before the line that says so."""


def is_turned_back(start: int, log: Log) -> bool:
    """Whether a complaint (a place among the kept lines) is of a time in which something was away that a later line calls back.

    Everything that the log says went away has come back by then, and no line after that is as loud.
    """
    first, last, is_away = _find_episode(log)
    line = log.kept[start].line
    return not is_away and first - _BEFORE_LINES <= line <= last < log.total_lines and _is_quiet_after(last, log)


def is_left_away(log: Log) -> bool:
    """Whether something went away by what a log says, and has not come back at its end."""
    return _find_episode(log)[2]


def _is_quiet_after(line: int, log: Log) -> bool:
    return not log.previous and all(
        max(kept.line, kept.last) <= line or grade(kept.text) < Level.WARNING for kept in log.kept
    )


@lru_cache(maxsize=64)
def _find_episode(log: Log) -> tuple[int, int, bool]:
    """The lines of the first thing that went away and of the last that came back (0 where none did), and whether any is away."""
    away: Counter[str] = Counter()
    first = last = 0
    for line, key, is_bad in _read_turns(log):
        if is_bad:
            # Who is down may be told so again; each change of a state is one of its own.
            away[key] = away[key] + 1 if " / " in key else 1
            first = first or line
        elif away[key] > 0:
            away[key] -= 1
            last = line
    return first, last, away.total() > 0


def _read_turns(log: Log) -> Iterator[tuple[int, str, bool]]:
    """What went away or came back, by its name or by its two states, in the order of the log."""
    for kept in sorted(log.kept, key=lambda item: item.line):
        text = kept.text[:_REACH]
        for match in _STATES.finditer(text):
            old, new = (frozenset(state.lower().split(",")) for state in match.groups())
            key = " / ".join(sorted(old | new))
            if new < old or (new & _BAD_STATES and not old & _BAD_STATES):
                yield kept.line, key, True
            elif old < new or (old & _BAD_STATES and not new & _BAD_STATES):
                yield kept.line, key, False
        for match in _NAMED.finditer(text):
            yield kept.line, match["name"].lower(), match["bad"] is not None
        for match in _LINK.finditer(text):
            yield kept.line, f"link {(match['lost'] or match['back']).lower()}", match["lost"] is not None
