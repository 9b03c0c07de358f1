"""What Kubernetes itself says about a failure that no rule knows: messages of states, conditions and warnings.

The floor under the rules: a new wording or a custom controller still gets its own sentence quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.facts import Fact, event_age_s, is_event_old, is_guarded
from incident_bot.diagnosis.fieldpaths import first_value, show
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Scene

SYMPTOM_REASONS = frozenset(
    {"BackOff", "Unhealthy", "Killing", "DNSConfigForming", "FailedToRetrieveImagePullSecret", "NodeNotReady", "SandboxChanged",
     "CgroupV1", "InvalidDiskCapacity"}
)  # fmt: skip
"""Reasons of warnings that follow from something else, or that healthy clusters show too."""

_MESSAGES = (
    ("state.waiting.message", "state.waiting.reason"),
    ("state.terminated.message", "state.terminated.reason"),
    ("lastState.terminated.message", "lastState.terminated.reason"),
)
_CONDITION_KINDS = frozenset(
    {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Node", "PersistentVolumeClaim"}
)
_BAD = {"ReplicaFailure": "True", "Failed": "True", "Ready": "False", "Available": "False", "Progressing": "False"}
_MIN_CHARS = 12
_BARE_CHARS = 40
"""Shorter warnings (`Error: ImagePullBackOff`) only repeat the reason."""


def read_messages(scene: Scene) -> Iterator[tuple[str, Fact]]:
    """Pairs of a short reason and the fact that holds the message, most direct first."""
    yield from _container_messages(scene)
    yield from _condition_messages(scene)
    yield from _warnings(scene)


def _container_messages(scene: Scene) -> Iterator[tuple[str, Fact]]:
    for container in scene.containers:
        if container.relation is Relation.NEIGHBOUR or is_guarded(container):
            continue
        for path, reason_path in _MESSAGES:
            message = first_value(container.status, path)
            if isinstance(message, str) and len(message) >= _MIN_CHARS and not message.startswith("back-off "):
                yield (
                    show(first_value(container.status, reason_path) or "it says"),
                    Fact(
                        source="container",
                        relation=container.relation,
                        citation=scene.cite(container.source.evidence_id, container.line_of(path), message),
                        pod=container.pod,
                        container=container.name,
                        role=container.role,
                        kind="Container",
                        name=container.name,
                        field=path,
                        value=message[:1000],
                    ),
                )


def _condition_messages(scene: Scene) -> Iterator[tuple[str, Fact]]:
    pods = [(pod.source, pod.relation) for pod in scene.pods if first_value(pod.body, "status.phase") != "Succeeded"]
    for item, relation in (*pods, *scene.objects):
        if relation is Relation.NEIGHBOUR or (item.kind != "Pod" and item.kind not in _CONDITION_KINDS):
            continue
        conditions = first_value(item.body, "status.conditions")
        for condition in conditions if isinstance(conditions, list | tuple) else ():
            name, message = first_value(condition, "type"), first_value(condition, "message")
            bad = _BAD.get(str(name), "False" if name == "PodScheduled" else "")
            is_bad = bad == first_value(condition, "status") and isinstance(message, str) and len(message) >= _MIN_CHARS
            if is_bad and not str(message).startswith("containers with unready status"):
                path = f"status.conditions[{name}].message"
                yield (
                    show(first_value(condition, "reason") or name),
                    Fact(
                        source="pod" if item.kind == "Pod" else "workload",
                        relation=relation,
                        citation=scene.cite(item.evidence_id, item.line_of(path), str(message)),
                        pod=item.name if item.kind == "Pod" else "",
                        kind=item.kind,
                        name=item.name,
                        field=path,
                        value=str(message)[:1000],
                    ),
                )


def _warnings(scene: Scene) -> Iterator[tuple[str, Fact]]:
    near = [
        (event, relation)
        for event, relation in scene.events
        if event.type == "Warning" and relation < Relation.NEIGHBOUR and event.reason not in SYMPTOM_REASONS
    ]
    near.sort(key=lambda pair: (pair[1], len(pair[0].message) < _BARE_CHARS, -pair[0].count))
    for event, relation in near:
        if not is_event_old(event, scene) and len(event.message) >= _MIN_CHARS:
            yield (
                event.reason or "warning",
                Fact(
                    source="event",
                    relation=relation,
                    citation=scene.cite(event.evidence_id, event.line, event.message),
                    pod=event.name if event.kind in ("Pod", "") else "",
                    container=event.container,
                    kind=event.kind,
                    name=event.name,
                    field=event.reason,
                    value=event.message[:1000],
                    at=event.last_at,
                    age_s=event_age_s(event, scene),
                    count=event.count,
                ),
            )
