"""Kept lines as text for a reader: numbers, counts, and how much was left out where."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incident_bot.model import Excerpt, KeptLine

_TOKENS_PER_MARKER = 200
"""One marker for this much budget: numbers that jump tell a reader too where lines are missing."""

TIMES = "\u00d7"


def most_markers(budget_tokens: float) -> int:
    """How many gaps are named; selection reserves room for as many."""
    return int(budget_tokens / _TOKENS_PER_MARKER)


def marker(lines: int) -> str:
    """The line that stands for lines left out."""
    return f"\u2026 {lines} lines left out" if lines != 1 else "\u2026 1 line left out"


def numbered(number: int, text: str, count: int = 1) -> str:
    """A kept line as it is shown and paid for."""
    return f"{number}: {text} {TIMES}{count}" if count > 1 else f"{number}: {text}"


def render_text(excerpt: Excerpt, *, budget_tokens: float) -> str:
    """All kept lines with the largest gaps named, ending in a newline unless there is nothing to show."""
    gaps = _gaps(excerpt)
    named = dict(sorted(gaps.items(), key=lambda item: item[1], reverse=True)[: most_markers(budget_tokens)])
    out: list[str] = []
    for line in excerpt.kept:
        if line.line in named:
            out.append(marker(named[line.line]))
        out.append(_shown(line))
    if 0 in named:
        out.append(marker(named[0]))
    return "".join(f"{line}\n" for line in out)


def _shown(line: KeptLine) -> str:
    # The count belongs to the first line of a template; on its last it would be read as more of them.
    return numbered(line.line, line.text, line.count if line.line != line.last else 1)


def _gaps(excerpt: Excerpt) -> dict[int, int]:
    """Lines left out before each kept line, and under 0 those after the last."""
    gaps: dict[int, int] = {}
    at = 0
    for line in excerpt.kept:
        if line.line > at + 1:
            gaps[line.line] = line.line - at - 1
        at = line.line
    if excerpt.total_lines > at:
        gaps[0] = excerpt.total_lines - at
    return gaps
