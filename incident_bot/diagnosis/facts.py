"""One observed thing: where it stands, when it was, and whom it is about."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from incident_bot.condense.times import read_time as read_line_time
from incident_bot.diagnosis.evidence_time import age_at
from incident_bot.diagnosis.fieldpaths import read_time

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.diagnosis.targets import Relation
    from incident_bot.kubectl import KubeEvent
    from incident_bot.model import Citation


MAX_VALUE_CHARS = 4000
OLD_EVENT_S = 3600.0
"""Kubernetes keeps events for an hour by default; one that was last seen longer ago is history."""


_ENDS_OF_A_JOB = frozenset(
    {"DeadlineExceeded", "BackoffLimitExceeded", "PodFailurePolicy", "FailedIndexes", "MaxFailedIndexesExceeded"}
)
"""Reasons of a Job's condition Failed, of which the controller makes its last event (batch/v1, types.go)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One observed thing that satisfies one condition.

    `pod` is empty for what is about no pod; `container` for what is about a whole pod. `count` is how often
    it was seen. `is_past` marks what describes an earlier run: a last state, a previous log, an old event.
    """

    source: str
    relation: Relation
    citation: Citation | None
    pod: str = ""
    container: str = ""
    role: str = ""
    kind: str = ""
    name: str = ""
    field: str = ""
    value: str = ""
    at: datetime | None = None
    age_s: float | None = None
    count: int = 1
    is_past: bool = False
    last: int = 0
    """The last line of its log that tells the same."""
    groups: Mapping[str, str] = dataclasses.field(default_factory=dict)


def is_event_old(event: KubeEvent, scene: Scene) -> bool:
    """Whether an event was over long before the evidence was gathered (and others came after it)."""
    age_s = event_age_s(event, scene)
    if age_s is None or age_s <= OLD_EVENT_S or _is_last_word(event, scene):
        return False
    return age_s > 2 * OLD_EVENT_S or age_s > 4 * scene.newest_event_s + 600


def _is_last_word(event: KubeEvent, scene: Scene) -> bool:
    """Whether nothing comes after it, however long one waits: how a Job ended, and what a CronJob did at its last time."""
    if event.kind == "CronJob":
        return event_age_s(event, scene) == scene.cronjob_age_s.get(event.name)
    is_ours = event.kind == "Job" and event.name == scene.target.workload
    return is_ours and event.reason in _ENDS_OF_A_JOB


def event_age_s(event: KubeEvent, scene: Scene) -> float | None:
    """Seconds between the event's last occurrence and the time of the evidence; None when unknown."""
    return age_at(event, scene.at)


def count_lines(log: Log, indexes: Iterable[int]) -> int:
    """How many lines of the log the kept lines stand for; a template's last line is not counted again."""
    hits = [log.kept[index] for index in indexes]
    return sum(line.count for line in hits if line.why != "last") or max((line.count for line in hits), default=0)


def last_line(log: Log, indexes: Iterable[int]) -> int:
    """The last line of the log that kept lines stand for."""
    return max((max(log.kept[index].line, log.kept[index].last) for index in indexes), default=0)


def log_fact(
    log: Log, offset: int, text: str, *, count: int, groups: Mapping[str, str], scene: Scene, last: int = 0
) -> Fact:
    """A fact about the line of a log that holds the character at `offset`; `last`: the last line that tells the same."""
    # A pattern may begin with the newline of the line before.
    kept = log.kept[log.index_at(offset + len(text) - len(text.lstrip("\n")))]
    return Fact(
        source="log",
        relation=log.relation,
        citation=scene.cite(log.evidence_id, kept.line, text),
        pod=log.pod,
        container=log.container,
        role=log.role,
        kind="Node" if log.node else "Log",
        name=log.node or log.container,
        field=str(kept.line),
        value=kept.text[:MAX_VALUE_CHARS],
        at=read_log_time(kept.text) or read_line_time(kept.text, near=scene.at),
        count=count,
        is_past=log.previous,
        last=max(last, kept.line, kept.last),
        groups=groups,
    )


_LOG_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")


def read_log_time(text: str) -> datetime | None:
    """The time a log line carries near its beginning (ISO form only); None when it carries none."""
    match = _LOG_TIME.search(text[:200])
    return read_time(re.sub(r"([.,]\d{6})\d*", r"\1", match[0].replace(",", "."))) if match else None
