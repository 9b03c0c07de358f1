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
    span = _find_episode(log)
    if span is None:
        return False
    first, last = span
    line = log.kept[start].line
    return first - _BEFORE_LINES <= line <= last


@lru_cache(maxsize=64)
def _find_episode(log: Log) -> tuple[int, int] | None:
    """The lines from the first thing that went away to the last that came back; None where something has not, or the log ends there."""
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
    if away.total() or not last or log.previous or last >= log.total_lines:
        return None
    is_quiet = all(max(kept.line, kept.last) <= last or grade(kept.text) < Level.WARNING for kept in log.kept)
    return (first, last) if is_quiet else None


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
