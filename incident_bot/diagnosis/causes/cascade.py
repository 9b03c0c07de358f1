"""Time order among the logs of several services: the first error of a cascade comes before the loudest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.confidence import bound
from incident_bot.diagnosis.targets import stem_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.scene import Scene

_SERVICES = 3
"""Two services may fail by chance at the same time; three in a row are a cascade."""

_ONSET = timedelta(seconds=60)
"""The next service follows within this; an error long before the others is another story."""

_NAMED_CAUSE = 3


def favour_first(pool: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """Put the service that failed first on top, where only logs speak and no rule names a cause."""
    first = _first_of_cascade(pool) if not scene.containers else None
    best = max(pool, key=lambda item: item.confidence, default=None)
    if first is None or best is None or best is first or best.specificity >= _NAMED_CAUSE:
        return list(pool)
    raised = replace(
        first, confidence=bound(best.confidence + 0.01), reasons=(*first.reasons, "the first error of a cascade")
    )
    return [raised if item is first else item for item in pool]


def _first_of_cascade(pool: Sequence[Candidate]) -> Candidate | None:
    begins: dict[str, tuple[datetime, Candidate]] = {}
    for item in pool:
        service = item.container or stem_of(item.pod)
        if not (item.at and service and all(fact.source == "log" for fact in item.facts)):
            continue
        if service not in begins or item.at < begins[service][0]:
            begins[service] = (item.at, item)
    if len(begins) < _SERVICES:
        return None
    (start, first), (following, _), *_ = sorted(begins.values(), key=lambda entry: entry[0])
    is_bad = any(grade(fact.value) >= Level.ERROR for fact in first.facts)
    return first if is_bad and timedelta(0) < following - start <= _ONSET else None
