"""What Kubernetes itself says about a failure that no rule knows: messages of states, conditions and warnings.

The floor under the rules: a new wording or a custom controller still gets its own sentence quoted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from incident_bot.diagnosis.facts import Fact, event_age_s, is_event_old
from incident_bot.diagnosis.fieldpaths import find_values, first_value, show
from incident_bot.diagnosis.health.conditions import bad_conditions, has_conditions
from incident_bot.diagnosis.health.objects import FAILED_WORD, STANDARD, failed_word, is_custom
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Scene
    from incident_bot.kubectl import KubeObject

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
_MIN_CHARS = 12
_BARE_CHARS = 40
"""Shorter warnings (`Error: ImagePullBackOff`) only repeat the reason."""


def read_messages(scene: Scene) -> Iterator[tuple[str, Fact]]:
    """Pairs of a short reason and the fact that holds the message, most direct first."""
    yield from _container_messages(scene)
    yield from _part_messages(scene)
    yield from _condition_messages(scene)
    yield from _custom_messages(scene)
    yield from _warnings(scene)


def _container_messages(scene: Scene) -> Iterator[tuple[str, Fact]]:
    for container in scene.containers:
        if container.relation is Relation.NEIGHBOUR or container.is_guarded:
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
        paths = _POD_CONDITIONS if item.kind == "Pod" else tuple(bad_conditions(item.kind, item.body))
        for path in paths if relation is not Relation.NEIGHBOUR else ():
            message = first_value(item.body, f"{path}.message")
            is_pod_well = item.kind == "Pod" and first_value(item.body, f"{path}.status") != "False"
            if is_pod_well or not isinstance(message, str) or len(message) < _MIN_CHARS:
                continue
            if not message.startswith("containers with unready status"):
                yield (
                    _reason_of(item, path),
                    _message_fact(item, relation, path, message, scene),
                )


def _reason_of(item: KubeObject, path: str) -> str:
    name, status = first_value(item.body, f"{path}.type"), first_value(item.body, f"{path}.status")
    return show(first_value(item.body, f"{path}.reason") or (f"{name} is {status}" if status else name))


_PARTS = "status.operationState.syncResult.resources[]|status.resources[]"
"""Where Argo CD keeps what became of each resource of an application; the application's own message only counts them."""


_WHOLE = ("status.phase", "status.operationState.phase", "status.health.status", "status.ceph.health")
"""What the whole says of itself: a step that failed and was tried again with success is over."""


def _part_messages(scene: Scene) -> Iterator[tuple[str, Fact]]:
    """What a custom resource says of those of its parts that failed."""
    for item, relation in scene.objects:
        words = (first_value(item.body, path) for path in _WHOLE)
        is_failing = any(isinstance(word, str) and FAILED_WORD.match(word) for word in words)
        if relation is Relation.NEIGHBOUR or item.kind in STANDARD or not is_failing:
            continue
        for path, part in (*find_values(item.body, _PARTS), *_failed_nodes(item), *_failed_checks(item)):
            state = first_value(part, "health.status|hookPhase|status|phase|severity") if _is_refused(part) else None
            message = first_value(part, "message|health.message")
            if isinstance(state, str) and isinstance(message, str) and len(message) >= _MIN_CHARS:
                named = " ".join(
                    str(first_value(part, key) or "") for key in ("kind", "name|displayName|check")
                ).strip()
                yield f"{named} {state}".strip(), _message_fact(item, relation, path, message, scene)


def _failed_nodes(item: KubeObject) -> Iterator[tuple[str, object]]:
    """The steps of an Argo workflow that failed; what only repeats that a child did is left out."""
    nodes = first_value(item.body, "status.nodes") if item.kind == "Workflow" else None
    for name, node in nodes.items() if isinstance(nodes, Mapping) else ():
        if not str(first_value(node, "message") or "").startswith("child '"):
            yield f"status.nodes.{name}", node


def _failed_checks(item: KubeObject) -> Iterator[tuple[str, object]]:
    """The health checks of a Ceph cluster, by name, as Rook keeps them."""
    checks = first_value(item.body, "status.ceph.details")
    for name, check in checks.items() if isinstance(checks, Mapping) else ():
        if isinstance(check, Mapping):
            yield f"status.ceph.details.{name}", {"check": name, **check}


def _is_refused(part: object) -> bool:
    words = (first_value(part, key) for key in ("status", "hookPhase", "health.status", "phase", "severity"))
    return any(isinstance(word, str) and FAILED_WORD.match(word) for word in words)


def _custom_messages(scene: Scene) -> Iterator[tuple[str, Fact]]:
    """What a custom resource says of its state where no condition does: cert-manager's orders, backups, builds, volumes."""
    for item, relation in scene.objects:
        failed = failed_word(item.body) if is_custom(item.kind) else None
        state = failed[1] if failed else first_value(item.body, _STATES)
        is_told = has_conditions(item.kind, item.body) and failed is None
        if relation is Relation.NEIGHBOUR or not isinstance(state, str) or is_told or _GOOD_STATE.match(state):
            continue
        beside = (f"{failed[0].rpartition('.')[0]}.message",) if failed else ()
        said = [(path, first_value(item.body, path)) for path in dict.fromkeys((*beside, *_EXPLANATIONS))]
        place = failed[0].rpartition(".")[0] if failed else ""
        long = [(path, text) for path, text in said if isinstance(text, str) and _is_told(text, path, place)]
        # One word is all that a listing says of a backup or a volume that failed.
        for path, text in long or ([failed] if failed else []):
            yield (
                state,
                Fact(
                    source="workload",
                    relation=relation,
                    citation=scene.cite(item.evidence_id, item.line_of(path), text),
                    kind=item.kind,
                    name=item.name,
                    field=path,
                    value=text[:1000],
                ),
            )


def _is_told(text: str, path: str, place: str) -> bool:
    """Whether a text says more than a word: a long one, or a sentence right beside the word that says that it failed."""
    is_beside = path.rpartition(".")[0] == place and len(text) >= _MIN_CHARS and text.count(" ") > 1
    return len(text) >= _BARE_CHARS or is_beside


_STATES = "status.state|status.phase|status.operationState.phase"
_EXPLANATIONS = (
    "status.reason",
    "status.message",
    "status.error",
    "status.failureReason",
    "status.error.message",
    "status.operationState.message",
    "status.health.message",
    "status.applicationState.errorMessage",
    "status.validationErrors[0]",
)
_GOOD_STATE = re.compile(r"valid|ready|complete|succeeded|active|bound|healthy|running|available", re.IGNORECASE)

_POD_CONDITIONS = ("status.conditions[Ready]", "status.conditions[PodScheduled]")


def _message_fact(item: KubeObject, relation: Relation, path: str, message: str, scene: Scene) -> Fact:
    return Fact(
        source="pod" if item.kind == "Pod" else "workload",
        relation=relation,
        citation=scene.cite(item.evidence_id, _line_of(item, path, message, scene), message),
        pod=item.name if item.kind == "Pod" else "",
        kind=item.kind,
        name=item.name,
        field=f"{path}.message",
        value=message[:1000],
    )


def _line_of(item: KubeObject, path: str, message: str, scene: Scene) -> int:
    """The line of a message; two parts of one name share a path, and then the message itself tells."""
    line = item.line_of(f"{path}.message")
    evidence = scene.texts.get(item.evidence_id)
    if evidence is None or message[:_SURE_CHARS] in (evidence.quote(line) or ""):
        return line
    places = range(line, min(line + _NEAR_LINES, len(evidence.lines)) + 1)
    return next((place for place in places if message[:_SURE_CHARS] in (evidence.quote(place) or "")), line)


_SURE_CHARS = 40
_NEAR_LINES = 400


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
