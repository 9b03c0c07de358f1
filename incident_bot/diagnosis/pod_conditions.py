"""What the scheduler says of a pod in its condition: the words of an event that is gone after an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.kubectl import KubeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.kubectl import KubeObject

_CONDITION = "status.conditions[PodScheduled]"


def unscheduled(objects: Sequence[KubeObject], events: Sequence[KubeEvent]) -> Iterator[KubeEvent]:
    """The last refusal of each pod that has no node, where no event tells it.

    Source: `handleSchedulingFailure` (pkg/scheduler/schedule_one.go) writes one message into both.
    """
    told = {event.name for event in events if event.reason == "FailedScheduling"}
    for item in objects:
        if item.kind != "Pod" or item.name in told:
            continue
        reason, message = (first_value(item.body, f"{_CONDITION}.{key}") for key in ("reason", "message"))
        if reason == "Unschedulable" and isinstance(message, str) and message:
            yield KubeEvent(
                evidence_id=item.evidence_id,
                line=item.line_of(f"{_CONDITION}.message"),
                type="Warning",
                reason="FailedScheduling",
                message=message,
                kind="Pod",
                name=item.name,
                namespace=item.namespace,
                container="",
                source="default-scheduler",
                count=1,
                first_at=None,
                last_at=None,
                age_s=None,
            )
