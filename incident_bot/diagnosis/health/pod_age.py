"""How old a pod is, when its evidence hardly says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.facts import event_age_s
from incident_bot.diagnosis.fieldpaths import first_value, read_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incident_bot.diagnosis.scene import Scene

YOUNG_S = 90.0
"""Within this age a pod that is not ready yet is starting, not failing."""


def is_young(name: str, body: Mapping[str, object], scene: Scene) -> bool:
    """Whether a pod is so new that not being ready is no sign of failure."""
    age_s = pod_age_s(name, body, scene)
    return age_s is not None and age_s <= YOUNG_S


_BEGINNINGS = frozenset({"Scheduled", "Pulled", "Created", "Started", "SuccessfulCreate"})


def pod_age_s(name: str, body: Mapping[str, object], scene: Scene) -> float | None:
    """How old a pod was when the evidence was gathered; None when nothing tells.

    Events tell it only when they go back to the pod's beginning: a recent warning alone makes no pod young.
    """
    own = [
        (event, age)
        for event, _ in scene.events
        if event.name == name and (age := event_age_s(event, scene)) is not None
    ]
    ages = [max(age, (scene.at - event.first_at).total_seconds() if event.first_at else 0.0) for event, age in own]
    began = [time for path in _BEGINNING_PATHS if (time := read_time(first_value(body, path)))]
    since = max(((scene.at - time).total_seconds() for time in began), default=None)
    oldest = max([*ages, since or 0.0])
    if oldest > YOUNG_S:
        return oldest
    knows_beginning = any(event.reason in _BEGINNINGS for event, _ in own) or (since is not None and scene.is_live)
    return oldest if knows_beginning else None


_BEGINNING_PATHS = (
    "metadata.creationTimestamp",
    "status.startTime",
    "status.containerStatuses[].state.running.startedAt",
    "status.containerStatuses[].lastState.terminated.startedAt",
)
