"""What the kubelet's events say of a pod's containers where their own status leaves it open.

Source of the reasons: Kubernetes, pkg/kubelet/events/event.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.facts import is_event_old

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Scene

_STOPS = frozenset({"BackOff", "Failed", "InspectFailed"})


def is_stopped(pod: str, scene: Scene) -> bool:
    """Whether a container of the pod cannot start, or ended: what its waiting reason would say, where that was cut off."""
    return any(
        event.type == "Warning" and event.reason in _STOPS and event.name == pod and not is_event_old(event, scene)
        for event, _ in scene.events
    )


def is_killed_again(pod: str, scene: Scene) -> bool:
    """Whether containers were killed more than once: a program that then exits 0 still restarts for a reason."""
    return any(
        event.reason == "Killing" and event.name == pod and event.count > 1 and not is_event_old(event, scene)
        for event, _ in scene.events
    )
