"""What a folder of kubectl output is about, when no alert says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from incident_bot.kube_kinds import WORKLOADS
from incident_bot.kube_names import is_object_name
from incident_bot.model import Target

if TYPE_CHECKING:
    from incident_bot.kubectl.reading import KubeEvent, KubeObject, Reading

_TEMPLATE_HASH = re.compile(r"([a-z0-9][a-z0-9.-]{0,200})-(?=[a-z]*\d)[a-z0-9]{4,10}")
"""`web-59c8d7b6f4`: a Deployment's ReplicaSets carry a hash of up to ten characters, which nearly always has a digit."""

_QUIET_WAITS = frozenset({"ContainerCreating", "PodInitializing"})
_STATUSES = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")


def infer_target(readings: Iterable[Reading]) -> Target:
    """The pod that fails worst (one that is described before those that are only listed), else the workload or node that does, else the one that is shown in most detail.

    Fields that nothing states stay empty; with several healthy pods and nothing else, the pod does too.
    """
    known = list(readings)
    objects = [item for reading in known for item in reading.objects if is_object_name(item.name)]
    events = [event for reading in known for event in reading.events if event.type == "Warning"]
    pods = [item for item in objects if item.kind == "Pod"]
    scores = {_key(pod): 0.0 for pod in pods}
    for pod in pods:
        scores[_key(pod)] = max(scores[_key(pod)], failure_of_pod(pod))
    shown = {pod.namespace for pod in pods if "containers" in _mapping(pod.body.get("spec"))}
    for event in events:
        if event.kind == "Pod" and is_object_name(event.name) and not _is_foreign(event, shown):
            key = _event_key(event, scores)
            scores[key] = scores.get(key, 0.0) + 2 + min(event.count, 20) / 10
    failing = [key for key, score in scores.items() if score >= 2]
    if failing:
        detailed = {_key(pod) for pod in pods if "containers" in _mapping(pod.body.get("spec"))}
        return _target_of_pod(max(failing, key=lambda key: (key in detailed, scores[key])), pods, events)
    return _target_of_owner(objects, events) or _target_of_healthy(pods, objects)


def _key(item: KubeObject) -> tuple[str, str]:
    return item.namespace, item.name


def _is_foreign(event: KubeEvent, namespaces: set[str]) -> bool:
    """`get events -A` brings other teams' failures along: pods shown in detail say which namespace is meant."""
    return bool(event.namespace) and bool(namespaces) and "" not in namespaces and event.namespace not in namespaces


def _event_key(event: KubeEvent, scores: Mapping[tuple[str, str], float]) -> tuple[str, str]:
    """Tables of one namespace do not name it: the pod of that name is meant."""
    if event.namespace:
        return event.namespace, event.name
    return next((key for key in scores if key[1] == event.name), ("", event.name))


def failure_of_pod(pod: KubeObject) -> float:
    """0 for a healthy pod; the worse and the more certain a failure, the more."""
    status = _mapping(pod.body.get("status"))
    phase = status.get("phase")
    if phase == "Succeeded":
        return 0.0
    score = {"Failed": 10.0, "Unknown": 4.0}.get(str(phase), 0.0)
    conditions = {str(item.get("type")): item for item in _items(status.get("conditions"))}
    if _mapping(conditions.get("PodScheduled")).get("status") == "False":
        score += 8
    if phase == "Pending" and not any(_items(status.get(field)) for field in _STATUSES):
        score += 4
    if _mapping(conditions.get("Ready")).get("status") == "False" and phase == "Running":
        score += 2
    score += sum(_failure_of_container(item) for field in _STATUSES for item in _items(status.get(field)))
    return score - (3 if "deletionTimestamp" in _mapping(pod.body.get("metadata")) else 0)


_OLD_RESTART_S = 86_400.0


def _failure_of_container(status: Mapping[str, Any]) -> float:
    state, last = _mapping(status.get("state")), _mapping(status.get("lastState"))
    waiting, terminated = _mapping(state.get("waiting")), _mapping(state.get("terminated"))
    score = 0.0
    if waiting.get("reason") and waiting.get("reason") not in _QUIET_WAITS:
        score += 10
    if terminated.get("exitCode") not in (None, 0) or terminated.get("reason") not in (None, "Completed"):
        score += 9
    if _mapping(last.get("terminated")).get("exitCode") not in (None, 0):
        score += 4
    restarts = status.get("restartCount")
    last_s = status.get("lastRestartAgeSeconds")
    if isinstance(last_s, (int, float)) and last_s > _OLD_RESTART_S and status.get("ready"):
        return score
    return score + (min(restarts, 10) / 2 if isinstance(restarts, int) else 0)


def _target_of_pod(key: tuple[str, str], pods: list[KubeObject], events: list[KubeEvent]) -> Target:
    namespace, name = key
    shown = [pod for pod in pods if pod.name == name and (pod.namespace == namespace or not pod.namespace)]
    kind, workload = next((owner for pod in shown if (owner := _owner_of(pod))), ("", ""))
    told = [event.container for event in events if event.name == name and event.container]
    container = next((found for pod in shown if (found := _failing_container(pod))), told[-1] if told else "")
    node = next((text for pod in shown if (text := str(_mapping(pod.body.get("spec")).get("nodeName") or ""))), "")
    return Target(
        namespace=namespace or next((pod.namespace for pod in shown if pod.namespace), ""),
        workload_kind=kind,
        workload=workload,
        pod=name,
        container=container,
        node=node if is_object_name(node) else "",
    )


def _failing_container(pod: KubeObject) -> str:
    status = _mapping(pod.body.get("status"))
    scored = [
        (_failure_of_container(item), str(item.get("name") or ""))
        for field in _STATUSES
        for item in _items(status.get(field))
    ]
    score, name = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
    return name if score >= 2 else ""


def _owner_of(item: KubeObject) -> tuple[str, str] | None:
    """The workload behind an object: its controller, and behind a ReplicaSet with a template hash its Deployment."""
    for reference in _items(_mapping(item.body.get("metadata")).get("ownerReferences")):
        kind, name = str(reference.get("kind") or ""), str(reference.get("name") or "")
        deployment = _TEMPLATE_HASH.fullmatch(name)
        if kind == "ReplicaSet" and deployment:
            return "Deployment", deployment[1]
        if kind and is_object_name(name):
            return kind, name
    return None


def _target_of_owner(objects: list[KubeObject], events: list[KubeEvent]) -> Target | None:
    """A workload that cannot make its pods, a node that is not ready, or whatever the warnings are about."""
    for item in objects:
        if item.kind in WORKLOADS and is_short_of_pods(item):
            kind, name = _owner_of(item) or (item.kind, item.name)
            return Target(namespace=item.namespace, workload_kind=kind, workload=name)
    for item in objects:
        if item.kind == "Node" and is_unready(item):
            return Target(node=item.name)
    for event in reversed(events):
        if event.kind in WORKLOADS and is_object_name(event.name):
            return Target(namespace=event.namespace, workload_kind=event.kind, workload=event.name)
        if event.kind == "Node" and is_object_name(event.name):
            return Target(node=event.name)
    return None


def is_short_of_pods(item: KubeObject) -> bool:
    """Whether a workload has fewer pods ready than it wants, or says that it failed."""
    spec, status = _mapping(item.body.get("spec")), _mapping(item.body.get("status"))
    wanted = spec.get("replicas", status.get("desiredNumberScheduled"))
    ready = next(
        (
            status[key]
            for key in ("readyReplicas", "availableReplicas", "numberReady", "numberAvailable")
            if key in status
        ),
        None,
    )
    if isinstance(wanted, int) and isinstance(ready, int) and ready < wanted:
        return True
    conditions = {str(entry.get("type")): str(entry.get("status")) for entry in _items(status.get("conditions"))}
    return (
        conditions.get("Failed") == "True"
        or conditions.get("ReplicaFailure") == "True"
        or bool(status.get("unavailableReplicas"))
    )


def is_unready(node: KubeObject) -> bool:
    """Whether an object has a condition `Ready` that does not hold."""
    conditions = _items(_mapping(node.body.get("status")).get("conditions"))
    return any(item.get("type") == "Ready" and item.get("status") != "True" for item in conditions)


def _target_of_healthy(pods: list[KubeObject], objects: list[KubeObject]) -> Target:
    """Without a failure: the pod, else workload, else node, that has a description or manifest of its own."""
    names = {_key(pod) for pod in pods}
    detailed = [pod for pod in pods if "containers" in _mapping(pod.body.get("spec"))]
    workloads = [item for item in objects if item.kind in WORKLOADS]
    if not detailed:  # pods that are only listed may be anybody's beside a workload that was shown whole
        workloads = [item for item in workloads if "table" not in item.body] or workloads
    is_workload_shown = not detailed and any("table" not in item.body for item in workloads)
    if not is_workload_shown and (len(names) == 1 or len({_key(pod) for pod in detailed}) == 1):
        return _target_of_pod(_key((detailed or pods)[0]), pods, [])
    if len({_key(item) for item in workloads}) == 1:
        item = workloads[0]
        return Target(namespace=item.namespace, workload_kind=item.kind, workload=item.name)
    nodes = {item.name for item in objects if item.kind == "Node"}
    if len(nodes) == 1 and not pods:
        return Target(node=nodes.pop())
    whole = [item for item in objects if "table" not in item.body]
    namespaces = {item.namespace for item in whole if item.namespace} or {
        item.namespace for item in objects if item.namespace
    }
    return Target(namespace=namespaces.pop()) if len(namespaces) == 1 else Target()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def containers_by_pod(readings: Iterable[Reading]) -> dict[str, tuple[str, ...]]:
    """The pods that objects and events name, each with the containers known of it; those that fail come first."""
    known = list(readings)
    pods: dict[str, set[str]] = {}
    for name, container in _named(known):
        pods.setdefault(name, set()).update({container} - {""})
    worst = {item.name: failure_of_pod(item) for each in known for item in each.objects if item.kind == "Pod"}
    ordered = sorted(pods.items(), key=lambda pod: -worst.get(pod[0], 0.0))
    return {name: tuple(sorted(containers)) for name, containers in ordered}


def _named(readings: Iterable[Reading]) -> Iterator[tuple[str, str]]:
    for reading in readings:
        for item in reading.objects:
            if item.kind == "Pod":
                yield item.name, ""
                spec = _mapping(item.body.get("spec"))
                for field in ("initContainers", "containers", "ephemeralContainers"):
                    for container in _items(spec.get(field)):
                        yield item.name, str(container.get("name") or "")
        for event in reading.events:
            if event.kind == "Pod" and event.name:
                yield event.name, event.container
