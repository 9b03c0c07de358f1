"""What the generic reader makes of a log's lines, and how the few that are told are chosen from thousands."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from incident_bot.diagnosis.complaints.complaint import Complaint
    from incident_bot.model import Category

_MOST_FINDINGS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a generic reader made of one line (`index` into the log's kept lines)."""

    kind: str
    category: Category
    title: str
    hint: str
    index: int
    offset: int
    weight: float
    count: int
    is_lasting: bool = False
    complaint: Complaint | None = None
    began: int = 0
    """The line from which on it holds, where that is not the first of its kind of line; 0 elsewhere."""
    shown: Sequence[int] = ()
    """Numbers of further lines of the log that show it, which may be ordinary ones that condensing left out."""

    @property
    def is_known(self) -> bool:
        """Whether the line is of a kind that programs share, not just loud."""
        return self.kind not in ("error-line", "server-errors", "other-line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A finding that is not written yet: a storm of errors is thousands, and reading names and messages takes long.

    `most` is its weight, or the most that it can come to; `write` gives the finding, or a draft that knows better.
    """

    most: float
    index: int
    write: Callable[[], Finding | Draft]


_Ranked = tuple[float, int, int, Finding]
"""Heaviest first, then the first in the log, then the first that was drafted."""


def choose_best(drafts: Sequence[Draft]) -> tuple[Finding, ...]:
    """The heaviest findings in order, each kind and title once; drafts that cannot be among them are not written."""
    best: list[_Ranked] = []
    waiting = [(-draft.most, draft.index, place, draft) for place, draft in enumerate(drafts)]
    heapify(waiting)
    while waiting and not (len(best) == _MOST_FINDINGS and best[-1][:3] < waiting[0][:3]):
        _, index, place, draft = heappop(waiting)
        written = draft.write()
        if isinstance(written, Draft):
            heappush(waiting, (-written.most, index, place, written))
        else:
            best = _without_twins([*best, (-written.weight, index, place, written)])[:_MOST_FINDINGS]
    return tuple(finding for *_, finding in best)


def _without_twins(ranked: Sequence[_Ranked]) -> list[_Ranked]:
    """In order, each kind and title once: the heaviest, and of equal ones the one drafted first."""
    best: dict[tuple[str, str], _Ranked] = {}
    for item in sorted(ranked, key=lambda item: (item[0], item[2])):
        best.setdefault((item[3].kind, item[3].title), item)
    return sorted(best.values(), key=lambda item: item[:3])
