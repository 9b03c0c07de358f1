"""A line said once in one log, and the warnings that begin with it in another: who provides something says why, its callers what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.condense.times import read_time
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

_STAMP_CHARS = 60
_SOON = timedelta(minutes=2)
_LEAST_COUNT = 10
_TAIL_SHARE = 0.1


def is_echoed(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether a kind of warning begins in another log of the target within two minutes of a line, and goes on to its end.

    Only where the clocks of both can be read.
    """
    for fact in facts:
        citation = fact.citation
        said = read_time(fact.value[:_STAMP_CHARS], near=scene.at) if fact.source == "log" and citation else None
        if said is None or citation is None:
            continue
        others = (log for log in scene.logs if log.evidence_id != citation.evidence_id)
        if any(_begins_with(said, log, scene) for log in others if log.relation is not Relation.NEIGHBOUR):
            return True
    return False


def _begins_with(said: datetime, log: Log, scene: Scene) -> bool:
    return any(_is_loud_to_the_end(kept, log) and _is_soon_after(said, kept, scene) for kept in log.kept)


def _is_loud_to_the_end(kept: KeptLine, log: Log) -> bool:
    return (
        kept.why != "last"
        and kept.count >= _LEAST_COUNT
        and grade(kept.text) >= Level.WARNING
        and states_level(kept.text)
        and kept.last >= (1 - _TAIL_SHARE) * log.total_lines
    )


def _is_soon_after(said: datetime, kept: KeptLine, scene: Scene) -> bool:
    began = read_time(kept.text[:_STAMP_CHARS], near=scene.at)
    return (
        began is not None and (began.tzinfo is None) == (said.tzinfo is None) and timedelta() <= began - said <= _SOON
    )
