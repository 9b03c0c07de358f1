"""When the evidence was gathered, and how long before that things happened."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, read_time
from incident_bot.model import Case, Evidence, EvidenceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from incident_bot import kubectl

_CLOCK_SKEW = timedelta(minutes=15)
"""A time further ahead than this is wrong, or of another zone."""


def age_at(event: kubectl.KubeEvent, at: datetime) -> float | None:
    """Seconds between the event's last occurrence and a time; None when unknown."""
    if event.age_s is not None:
        return event.age_s
    return (at - event.last_at).total_seconds() if event.last_at else None


def reference_time(
    objects: Sequence[kubectl.KubeObject], events: Sequence[kubectl.KubeEvent], case: Case, now: datetime
) -> tuple[datetime, bool]:
    """When the evidence was gathered, and whether that is known.

    Only a collected case knows it. kubectl output is read minutes or weeks later, and its verdict must not
    depend on when: the newest time in it stands in, which is a lower bound.
    """
    if case.collected_at:
        return case.collected_at, True
    limit = now + _CLOCK_SKEW
    logged = [time for item in case.evidence if item.kind is EvidenceKind.LOG for time in _last_times(item)]
    times = [event.last_at for event in events if event.last_at]
    times += [time for item in objects for time in _object_times(item)]
    if case.incident.alert.starts_at:
        times.append(case.incident.alert.starts_at)
    newest = max((time for time in times if time <= limit), default=None)
    ran_until = max((time for time in logged if time <= limit), default=None)
    if newest and (
        runs := [event.age_s for event in events if event.age_s is not None and event.reason in _RUN_REASONS]
    ):
        # kubectl's text knows ages, not dates: what ran last started as long ago as its event says.
        newest += timedelta(seconds=min(runs))
    known = [time for time in (newest, ran_until) if time]
    return (max(known), False) if known else (now, True)


_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)")
_LAST_LINES = 5


def _last_times(log: Evidence) -> Iterator[datetime]:
    """The times of a log's last lines; only those with a zone, because many programs print local time."""
    for line in log.lines[-_LAST_LINES:]:
        match = _ZONED.search(line[:200])
        time = read_time(re.sub(r"([.,]\d{6})\d*", r"\1", match[0].replace(",", "."))) if match else None
        if time:
            yield time


_RUN_REASONS = frozenset({"Started", "Created", "Killing"})


def _object_times(item: kubectl.KubeObject) -> Iterator[datetime]:
    paths = (
        "metadata.creationTimestamp|metadata.deletionTimestamp|status.startTime|status.conditions[].lastTransitionTime"
        "|status.conditions[].lastHeartbeatTime|status.containerStatuses[].state.running.startedAt"
        "|status.containerStatuses[].state.terminated.finishedAt|status.containerStatuses[].lastState.terminated.finishedAt"
    )
    for _, value in find_values(item.body, paths):
        time = read_time(value)
        if time:
            yield time


def newest_of_cronjobs(events: Iterable[kubectl.KubeEvent], at: datetime) -> dict[str, float]:
    """How old each CronJob's newest event is at `at`, in seconds."""
    ages: dict[str, float] = {}
    for event in events:
        if event.kind == "CronJob" and (age_s := age_at(event, at)) is not None:
            ages[event.name] = min(age_s, ages.get(event.name, age_s))
    return ages
