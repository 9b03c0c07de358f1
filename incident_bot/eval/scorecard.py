"""All scenarios together: shares, calibration, time."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.eval.retention import Retention, add_retention
from incident_bot.model import Verdict

if TYPE_CHECKING:
    from incident_bot.eval.scoring import Score

BIN_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Calibration: of the top causes said with a confidence in [low, high), how many held."""

    low: float
    high: float
    said: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Shares are 0..1; `hit1` and `hit3` are over scenarios that expect a cause and a failure.

    `quiet` is the share of healthy, recovered and undecidable scenarios that are told as such;
    `false_alarms` counts healthy or recovered ones called a failure; `abstentions` counts
    failures for which the diagnosis said "not enough evidence".
    """

    scenarios: int
    failures: int
    right: int
    hit1: float
    hit3: float
    quiet: float
    category: float
    false_alarms: int
    abstentions: int
    citations: int
    broken_citations: int
    calibration: tuple[Bin, ...]
    retention: tuple[Retention, ...]
    seconds: float

    @property
    def citation_validity(self) -> float:
        """Share of citations whose line exists and holds the quote."""
        return 1.0 if not self.citations else 1 - self.broken_citations / self.citations


def add_up(scores: Sequence[Score]) -> Scorecard:
    """Add the scores of many scenarios up."""
    failures = [item for item in scores if item.expected is Verdict.FAILURE]
    quiet = [item for item in scores if item.expected is not Verdict.FAILURE]
    return Scorecard(
        scenarios=len(scores),
        failures=len(failures),
        right=sum(item.is_right for item in scores),
        hit1=_share(sum(item.rank == 1 for item in failures), len(failures)),
        hit3=_share(sum(1 <= item.rank <= 3 for item in failures), len(failures)),
        quiet=_share(sum(item.verdict_is_right for item in quiet), len(quiet)),
        category=_share(sum(item.category_is_right for item in failures), len(failures)),
        false_alarms=sum(item.is_false_alarm for item in scores),
        abstentions=sum(item.is_abstention for item in failures),
        citations=sum(item.citations for item in scores),
        broken_citations=sum(item.broken_citations for item in scores),
        calibration=_calibrate(scores),
        retention=add_retention([item.retention for item in scores]),
        seconds=sum(item.seconds for item in scores),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _calibrate(scores: Sequence[Score]) -> tuple[Bin, ...]:
    told = [item for item in scores if item.top and item.verdict is Verdict.FAILURE]
    return tuple(
        Bin(low=low, high=min(high, 1.0), said=len(inside), held=sum(item.rank == 1 for item in inside))
        for low, high in itertools.pairwise(BIN_EDGES)
        if (inside := [item for item in told if low <= item.confidence < high])
    )
