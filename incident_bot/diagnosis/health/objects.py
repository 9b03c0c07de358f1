"""How workloads, nodes, claims and other objects are, judged from their conditions and counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value, read_quantity
from incident_bot.diagnosis.health.conditions import bad_conditions, has_conditions
from incident_bot.diagnosis.health.pod_age import YOUNG_S, is_young
from incident_bot.diagnosis.health.states import State, Symptom
from incident_bot.diagnosis.targets import WORKLOAD_KINDS, Relation
from incident_bot.kubectl.times import read_age_s

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Scene
    from incident_bot.kubectl import KubeObject

_COUNTS = {
    "Deployment": ("status.readyReplicas|status.availableReplicas", "spec.replicas"),
    "StatefulSet": ("status.readyReplicas", "spec.replicas"),
    "ReplicaSet": ("status.readyReplicas", "spec.replicas"),
    "DaemonSet": ("status.numberReady", "status.desiredNumberScheduled"),
}


def judge_object(item: KubeObject, relation: Relation, scene: Scene) -> Symptom | None:
    """A workload, node, claim, or any other object with conditions; None for what has no health."""
    if "<unknown>" in str(first_value(item.body, "table.TARGETS") or ""):
        return None
    if item.kind == "PersistentVolumeClaim":
        return _judge_claim(item, relation, scene)
    if item.kind not in _COUNTS and not has_conditions(item.kind, item.body):
        return _judge_phase(item, relation, scene)
    for path in bad_conditions(item.kind, item.body):
        status = str(first_value(item.body, f"{path}.status"))
        why = first_value(item.body, f"{path}.reason")
        name = first_value(item.body, f"{path}.type")
        if why == WAITED_IN_VAIN:
            continue
        has_failed = (item.kind, name, status) == ("Job", "Failed", "True")
        text = f"Job {item.name} has failed" if has_failed else f"{item.kind} {item.name}: {name} is {status}"
        text += f" ({why})" if why and why != status else ""
        return _object_sign(item, relation, scene, text, f"{path}.status")
    if is_custom(item.kind):
        failed = failed_word(item.body)
        if failed:
            return _object_sign(item, relation, scene, f"{item.kind} {item.name} is {failed[1]}", failed[0])
    return _judge_counts(item, relation, scene)


def _pending_pods(scene: Scene) -> bool:
    """Whether any pod waits for a node: it may be the one that a claim waits for."""
    waits = any(first_value(pod.body, "status.phase") == "Pending" for pod in scene.pods)
    return waits or any(event.reason == "FailedScheduling" for event, _ in scene.events)


def _judge_claim(item: KubeObject, relation: Relation, scene: Scene) -> Symptom:
    """A claim that waits is none that fails: its class may wait for a pod that uses it, and the pod for a node."""
    phase = str(first_value(item.body, "status.phase") or "")
    text = f"claim {item.name} is {phase}" if phase in ("Lost", "Pending") else ""
    users = first_value(item.body, "status.usedBy")
    if phase != "Pending":
        return _object_sign(item, relation, scene, text, "status.phase")
    is_wanted = isinstance(users, list) and bool(users)
    if is_wanted:
        text += f", and {', '.join(map(str, users[:_MOST_USERS]))} {'uses' if len(users) == 1 else 'use'} it"
    age_s = read_age_s(str(first_value(item.body, "table.AGE") or ""))
    told = [event for event, _ in scene.events if (event.kind, event.name) == (item.kind, item.name)]
    has_no_pod = (
        bool(told) and all(event.reason == "WaitForFirstConsumer" for event in told) and not _pending_pods(scene)
    )
    may_wait = not is_wanted and (has_no_pod or "table" not in item.body or (age_s is not None and age_s <= YOUNG_S))
    if may_wait:
        return _object_sign(item, relation, scene, "", "")
    return _object_sign(item, relation, scene, text, "status.phase", state=State.UNKNOWN)


_MOST_USERS = 3

FAILED_WORD = re.compile(
    r"^(?:.*Fail(?:ed|ure)|Failed[A-Z]\w*|.*Error(?:ed)?|Invalid|Degraded|Stalled|Errored|Missing|Unavailable|Faulted|HEALTH_ERR)$",
    re.IGNORECASE,
)
"""A word of status that says that something failed, whatever the kind of thing."""


def _judge_phase(item: KubeObject, relation: Relation, scene: Scene) -> Symptom | None:
    """A custom resource without conditions that says in one word that it failed; any other word may mean anything."""
    if item.kind in STANDARD:
        return None
    failed = failed_word(item.body)
    if failed:
        return _object_sign(item, relation, scene, f"{item.kind} {item.name} is {failed[1]}", failed[0])
    is_well = first_value(item.body, "status.health.status|status.phase|status.applicationState.state") in _WELL
    return _object_sign(item, relation, scene, "", "") if is_well else None


_WORDS = (
    "status.phase",
    "status.state",
    "status.status",
    "status.robustness",
    "status.operationState.phase",
    "status.health.status",
    "status.ceph.health",
    "status.applicationState.state",
    "status.jobStatus",
    "status.jobDeploymentStatus",
)
_ERROR = "status.error.message"
"""What a VolumeSnapshot and others keep of their last try, until one succeeds."""


def is_custom(kind: str) -> bool:
    """Whether a kind is no workload, and none whose word of state Kubernetes itself defines."""
    return kind not in STANDARD and kind not in _COUNTS and kind not in ("Job", "CronJob", "Node")


def failed_word(body: Mapping[str, object]) -> tuple[str, str] | None:
    """Where a custom resource says in one word that it failed, and the word."""
    for path in _WORDS:
        word = first_value(body, path)
        if isinstance(word, str) and FAILED_WORD.match(word):
            return path, word
    is_used = first_value(body, "status.readyToUse") in (True, "true", "True")
    if isinstance(first_value(body, _ERROR), str) and not is_used:
        return _ERROR, "in error"
    is_told = any(first_value(body, path) is not None for path in _WORDS)
    is_ready = first_value(body, "status.conditions[Ready].status") == "True"
    return None if is_told or is_ready else _failed_part(body.get("status"), "status", _DEEPEST)


_DEEPEST = 5


def _failed_part(value: object, path: str, depth: int) -> tuple[str, str] | None:
    """A part of a status, by name, that says in one word that it failed and in a sentence why (the applications of a RayService).

    Lists are left out: they hold steps, tries and histories, of which a later one may have gone well.
    """
    if not isinstance(value, Mapping):
        return None
    for key in ("status", "state", "phase"):
        word, message = value.get(key), value.get("message")
        if isinstance(word, str) and isinstance(message, str) and FAILED_WORD.match(word):
            return f"{path}.{key}", word
    inner = ((f"{path}.{key}", item) for key, item in value.items()) if depth else ()
    return next((found for place, item in inner if (found := _failed_part(item, place, depth - 1))), None)


_WELL = frozenset(
    {"Healthy", "Available", "Ready", "deployed", "Succeeded", "Completed", "COMPLETED", "Cluster in healthy state"}
)
"""What Argo CD says of an application, Helm of a release, and others of work that is done, where all is as it should be."""


WAITED_IN_VAIN = "WaitedInVain"
"""`kubectl rollout status --timeout` gave up; the rollout may have come to its end since, and counts tell that."""
STANDARD = frozenset({"Pod", "PersistentVolume", "Namespace", "Service", "Event", "NodeMetrics", "PodMetrics"})


def _judge_counts(item: KubeObject, relation: Relation, scene: Scene) -> Symptom | None:
    if item.kind == "Job":
        return _judge_job(item, relation, scene)
    if not item.body.get("status"):
        return None  # a manifest says what is wanted, and nothing of what is there
    ready_path, wanted_path = _COUNTS.get(item.kind, ("", ""))
    wanted = read_quantity(first_value(item.body, wanted_path)) if wanted_path else None
    if wanted is None:
        return _object_sign(item, relation, scene, "", "")
    ready = read_quantity(first_value(item.body, ready_path))
    if ready is None:
        # `describe` counts pods by phase: as many as wanted may run, and it does not say whether they are ready.
        ready = read_quantity(first_value(item.body, "status.podCounts.running")) or 0
        if first_value(item.body, "status.podCounts") is not None and ready >= wanted > 0:
            return None
    if wanted and ready >= wanted and read_quantity(first_value(item.body, "status.updatedReplicas")) == 0:
        text = f"{item.kind} {item.name}: no replica is of its newest revision"
        return _object_sign(item, relation, scene, text, "status.updatedReplicas", state=State.UNKNOWN)
    text = f"{item.kind} {item.name}: {ready:.0f} of {wanted:.0f} replicas ready" if ready < wanted else ""
    return _object_sign(item, relation, scene, text, f"{ready_path}|{wanted_path}".split("|")[0])


def _judge_job(item: KubeObject, relation: Relation, scene: Scene) -> Symptom | None:
    """A Job that has no pod left and fewer successes than it needs has failed, whatever its conditions say yet."""
    if not item.body.get("status"):
        return None
    counts = [
        read_quantity(first_value(item.body, f"status.{name}")) or 0 for name in ("failed", "active", "succeeded")
    ]
    failed, active, succeeded = counts
    wanted = read_quantity(first_value(item.body, "spec.completions")) or 1
    is_over = failed > 0 and not active and succeeded < wanted
    text = f"Job {item.name}: {failed:.0f} of its pods failed, and none is left" if is_over else ""
    if not text and not any(counts) and first_value(item.body, "status.startTime"):
        text = f"Job {item.name} has started, and no pod of it was ever counted"
        return _object_sign(item, relation, scene, text, "status.startTime", state=State.UNKNOWN)
    if not text and "table" in item.body and succeeded < wanted:
        return _object_sign(item, relation, scene, "", "", state=State.UNKNOWN)  # it runs, or hangs
    return _object_sign(item, relation, scene, text, "status.failed" if text else "")


def _object_sign(
    item: KubeObject, relation: Relation, scene: Scene, text: str, path: str, *, state: State | None = None
) -> Symptom:
    """`state`: what a text means that is no failure, or what no text means that is no health."""
    may_be_new = item.kind in (*WORKLOAD_KINDS, "Gateway", "GatewayClass") or "table" in item.body
    age_s = read_age_s(str(first_value(item.body, "table.AGE") or ""))
    is_listed_new = age_s is not None and age_s <= YOUNG_S
    is_new = may_be_new and bool(text) and (is_listed_new or is_young(item.name, item.body, scene))
    return Symptom(
        text="" if is_new else text,
        state=State.STARTING if is_new else state or (State.FAILING if text else State.HEALTHY),
        relation=relation,
        kind=item.kind,
        name=item.name,
        citation=scene.cite(item.evidence_id, item.line_of(path)) if text else None,
    )
