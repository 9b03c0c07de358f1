"""The lines chosen so far and what they cost: the one place that can say no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.condense.rendering import marker, most_markers, numbered
from incident_bot.condense.shorten import cut_ids, cut_stamp, shorten
from incident_bot.model import SafeText

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from incident_bot.condense.candidates import Log
    from incident_bot.condense.tokens import TokenEstimator

TIGHT_TOKENS = 3000
"""In a budget up to this, dates and ids cost more than they tell."""

_WIDER_CHARS = (8000, 3000, 1200)
_WITH_IDS = frozenset({"first error", "error", "baseline-novel", "traceback"})
_ALARMING = _WITH_IDS | {"context"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One chosen line: its text as it will be shown, its cost and the reason."""

    text: SafeText
    cost: float
    why: str


class Selection:
    """The lines chosen so far from several logs and what they cost together; never more than the budget."""

    def __init__(self, logs: Sequence[Log], budget_tokens: float, *, estimate: TokenEstimator) -> None:
        self.logs = logs
        self.budget_tokens = budget_tokens
        self.chosen: list[dict[int, Choice]] = [{} for _ in logs]
        self.spent = 0.0
        self.tight = budget_tokens <= TIGHT_TOKENS
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
        cost = self._cost(log, number, text)
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
            self._cost(log, number, shorten(self._trimmed(log, number, "traceback"), limit)) for number in numbers
        )

    def _cost(self, log: int, number: int, text: str) -> float:
        return self._estimate(numbered(number, text, self.logs[log].count_shown(number)) + "\n")

    def drop(self, log: int, number: int) -> None:
        """Take a line out again."""
        self.spent -= self.chosen[log].pop(number).cost

    def widen(self) -> None:
        """Spend what is left on showing more of cut lines, the alarming ones first."""
        cut = [
            (choice.why not in _ALARMING, log, number)
            for log, chosen in enumerate(self.chosen)
            for number, choice in chosen.items()
            if len(choice.text) < len(self.logs[log].text(number))
        ]
        for _, log, number in sorted(cut):
            choice = self.chosen[log].pop(number)
            self.spent -= choice.cost
            wider = (limit for limit in _WIDER_CHARS if limit > len(choice.text))
            if not any(self.take(log, number, choice.why, ceiling=1.0, limit=limit) for limit in wider):
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
