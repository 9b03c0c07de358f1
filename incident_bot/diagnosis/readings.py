"""The second and third cause where the first is doubtful: what else a log says that stands out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.diagnosis.candidates import Candidate, from_finding
from incident_bot.diagnosis.confidence import SHOWN_FROM, bound
from incident_bot.diagnosis.log_reading import read_line
from incident_bot.diagnosis.ranking import MAX_CAUSES
from incident_bot.diagnosis.salience import find_salient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.salience import SalientLine
    from incident_bot.diagnosis.scene import Scene

_DOUBTFUL = 0.85
"""From here on the first cause holds nine times in ten (docs/evaluation.md)."""

_LEAST = 2.0
"""Of the lines that decide the scenarios, one in sixty stands out less."""

_IN_DOUBT = 0.55
_MORE_A_POINT = 5
"""The surer the first cause, the more another line has to stand out: 2.75 beside one at 0.7."""

_CONFIDENCE_A_POINT = 0.03
_MOST_CONFIDENT = 0.45
_BELOW_FIRST = 0.05


def add_readings(causes: Sequence[Candidate], scene: Scene) -> tuple[Candidate, ...]:
    """The causes of a failure, up to three, with the lines that stand out most and are not cited yet where the first is in doubt."""
    if not causes or causes[0].confidence >= _DOUBTFUL:
        return tuple(causes)
    facts = [fact for item in causes for fact in (*item.facts, *item.supporting)]
    told = {(fact.citation.evidence_id, fact.citation.line) for fact in facts if fact.citation}
    least = _LEAST + _MORE_A_POINT * max(0, causes[0].confidence - _IN_DOUBT)
    found = find_salient(scene, told, least=least)[: MAX_CAUSES - len(causes)]
    return (*causes, *(_read(item, causes[-1].confidence, scene) for item in found))


def _read(item: SalientLine, above: float, scene: Scene) -> Candidate:
    candidate = from_finding(read_line(item.log, item.index), item.log, scene)
    confidence = min(SHOWN_FROM + _CONFIDENCE_A_POINT * item.salience, _MOST_CONFIDENT, above - _BELOW_FIRST)
    return replace(candidate, confidence=bound(confidence))
