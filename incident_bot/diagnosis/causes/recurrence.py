"""What a log says again and again, and whether it has stopped saying so: what recurs to the end of its log goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.logs.background import ends_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene

LACKING_COUNT = 3
_REACH = 1000


def is_lack_going_on(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether the log of a present run says time and again, and still does, that something of its own is used up.

    A calm run beside it is none of its recovery: what needs no connection, or no disk, goes on.
    """
    said = [fact for fact in facts if fact.source == "log"]
    return bool(said) and all(
        fact.count >= LACKING_COUNT
        and (told := find_complaint(fact.value[:_REACH])) is not None
        and told.is_lack
        and not has_stopped(fact, scene)
        and not any(log.previous for log in _logs_of(fact, scene))
        for fact in said
    )


def has_stopped(fact: Fact, scene: Scene) -> bool:
    """Whether what a fact tells came again and again, and not any more for far longer than it stayed away before."""
    return any(_has_stopped(fact, log) for log in _logs_of(fact, scene))


def _logs_of(fact: Fact, scene: Scene) -> Sequence[Log]:
    cited = fact.citation
    return [log for log in scene.logs if cited is not None and cited.evidence_id == log.evidence_id]


def _has_stopped(fact: Fact, log: Log) -> bool:
    if fact.count <= 1:
        return False
    ends = [item for kept in log.kept if str(kept.line) == fact.field for item in ends_of(kept, log)]
    first = min((item.line for item in ends), default=0)
    return log.total_lines - fact.last > _FAR_LONGER * (fact.last - first) / (fact.count - 1)


_FAR_LONGER = 5
"""A gap of five mean ones is left by chance once in 150 times."""
