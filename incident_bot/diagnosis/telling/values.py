"""The names that a candidate's texts and commands may use: who, which image, which limit, how often."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value, read_quantity, show
from incident_bot.diagnosis.logs.dependencies import find_address, find_path, find_resource, find_setting
from incident_bot.diagnosis.logs.messages import tidy
from incident_bot.diagnosis.logs.peers import find_in_record, find_peer
from incident_bot.diagnosis.targets import WORKLOAD_KINDS, Relation, is_guessed, stem_of
from incident_bot.diagnosis.telling.memory_need import read_memory_need, say_gib, suggest_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.scene import Container, Scene
    from incident_bot.model import Target

_FROM_CONTAINER = {
    "image": "spec.image|image",
    "exit_code": "state.terminated.exitCode|lastState.terminated.exitCode",
    "restarts": "restartCount",
    "memory_limit": "spec.resources.limits.memory",
    "memory_request": "spec.resources.requests.memory",
    "cpu_limit": "spec.resources.limits.cpu",
}


def values_of(candidate: Candidate, scene: Scene) -> dict[str, str]:
    """All template values of a candidate; a missing one is absent."""
    target = scene.target
    is_ours = candidate.relation is not Relation.NEIGHBOUR
    is_ours = is_ours and _may_be_of_target(candidate, scene)
    pod = candidate.pod or (target.pod if is_ours else "")
    container = (
        scene.container_named(candidate.container, pod) or scene.container_named(candidate.container)
        if candidate.container
        else None
    )
    if container is None and not candidate.container:
        container = _main_container(scene, pod)
    found = {
        "namespace": _namespace(scene, pod),
        "pod": pod,
        "container": candidate.container
        or (container.name if container else "" if is_guessed(scene.case) else target.container),
        "workload": (target.workload if is_ours else stem_of(pod))
        or (stem_of(pod) if pod else _named_workload(candidate)),
        "workload_kind": (target.workload_kind.lower() if is_ours else "") or _workload_kind(scene, pod, target),
        "node": _node(scene, pod, candidate),
        "machine": _machine(candidate, scene),
        "cluster": target.cluster,
        "alert": scene.case.incident.alert.name,
        "claim": next((fact.name for fact in candidate.facts if fact.kind == "PersistentVolumeClaim"), ""),
        "count": str(max((fact.count for fact in candidate.facts), default=1)),
        "quote": next((fact.value for fact in candidate.facts), ""),
    }
    found["cronjob"] = next((fact.name for fact in candidate.facts if fact.kind == "CronJob"), "") or found["workload"]
    if found["workload_kind"] == "replicaset" and (hashed := _REPLICA_SET.match(found["workload"])):
        found |= {"workload": hashed["deployment"], "workload_kind": "deployment"}
    found |= {
        name: show(value)
        for name, path in _FROM_CONTAINER.items()
        if container and (value := first_value(container.status, path)) is not None
    }
    if container and found.get("memory_limit"):
        found |= _memory_values(container, found["memory_limit"], scene)
    if candidate.rule:
        found |= _captured(candidate.rule.captures, candidate, container, scene)
    found |= _read_from_line(candidate, scene)
    found |= {name: tidy(value) if name in TOLD else value for name, value in candidate.groups.items()}
    return {name: value for name, value in found.items() if value}


def _may_be_of_target(candidate: Candidate, scene: Scene) -> bool:
    """Whether a log of which no pod is known may be the target's: not where the target has other ones of its own.

    A folder with `orders.log` beside `db-0.log` is about two programs; `db-0` has no container of the name `orders`.
    """
    target = scene.target
    if candidate.pod or not candidate.container or not target.pod or candidate.container in target.pod:
        return True
    if scene.container_named(candidate.container, target.pod):
        return True
    if any(stem_of(pod.name) == candidate.container for pod in scene.pods):
        return False  # another workload's, which is listed
    own = [log for log in scene.logs if log.pod in ("", target.pod)]
    if is_guessed(scene.case) and len({log.container for log in own}) > 1:
        return False
    return not any(log.pod == target.pod and log.container != candidate.container for log in own)


def _memory_values(container: Container, limit: str, scene: Scene) -> dict[str, str]:
    """What the killed run says it needs, and a limit to try."""
    logs = [log for log in scene.logs if log.container == container.name and log.pod in ("", container.pod)]
    logs.sort(key=lambda log: not log.previous)
    bound = read_quantity(limit)
    needs = (read_memory_need(log, bound) for log in logs) if bound else iter(())
    need = next((item for item in needs if item), None)
    found = {"memory_suggested": suggest_limit(limit, need)}
    return found | {"memory_needed": f"about {say_gib(need.model)}"} if need else found


TOLD = frozenset({"error", "error2", "problem", "what", "why", "reason", "advice", "detail"})
"""Captures that are the rest of a line, not a name."""
_ADDRESS_NAMES = ("peer", "host", "address", "dependency", "server", "endpoint", "service_host", "master")
_PATH_NAMES = ("path", "file", "dir")
_SETTING_NAMES = ("setting", "variable", "env")


def _read_from_line(candidate: Candidate, scene: Scene) -> dict[str, str]:
    """What the deciding log line and its record name, for rules whose pattern did not capture it."""
    fact = next((fact for fact in candidate.facts if fact.source == "log"), None)
    if fact is None:
        return {}
    log = next((item for item in scene.logs if fact.citation and item.evidence_id == fact.citation.evidence_id), None)
    place = next((place for place, kept in enumerate(log.kept) if str(kept.line) == fact.field), None) if log else None
    if log is None or place is None:
        peer, resource, path = (read(fact.value) for read in (find_address, find_resource, find_path))
    else:
        peer, resource = find_peer(log, place), find_in_record(log, place, find_resource)
        path = find_in_record(log, place, _find_data_path)
    return {
        name: value
        for names, value in (
            (_ADDRESS_NAMES, peer),
            (_PATH_NAMES, path),
            (_SETTING_NAMES, find_setting(fact.value)),
            (("resource",), resource),
        )
        for name in names
        if value
    }


def _find_data_path(text: str) -> str:
    """A path that is no source file: those stand in every stack trace."""
    path = find_path(text)
    return "" if path.endswith((".py", ".js", ".rb", ".go", ".java", ".php", ".rs", ".ts", ".mjs", ".cs")) else path


def _main_container(scene: Scene, pod: str) -> Container | None:
    mains = [item for item in scene.containers if item.role == "main" and item.pod == pod]
    named = [item for item in mains if item.name == scene.target.container]
    return named[0] if named else mains[0] if len({item.name for item in mains}) == 1 else None


def _namespace(scene: Scene, pod: str) -> str:
    found = next((item.namespace for item in scene.pods if item.name == pod and item.namespace), "")
    return found or scene.target.namespace or next((item.namespace for item, _ in scene.objects if item.namespace), "")


def _named_workload(candidate: Candidate) -> str:
    """The controller or autoscaler that the deciding fact is about."""
    return next((fact.name for fact in candidate.facts if fact.kind in _CONTROLLERS), "")


_CONTROLLERS = WORKLOAD_KINDS - {"ReplicaSet"} | {"HorizontalPodAutoscaler"}
_HASHED = re.compile(r"-(?!\d{1,8}-)[bcdfghjklmnpqrstvwxz2456789]{5,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$")
"""A ReplicaSet's pod: its template's hash, then five characters, both of Kubernetes' own alphabet without vowels."""
_REPLICA_SET = re.compile(r"(?P<deployment>.+)-(?!\d{1,8}$)[bcdfghjklmnpqrstvwxz2456789]{5,10}$")
"""A ReplicaSet of a Deployment: it is the Deployment that one looks at and changes."""
_NUMBERED = re.compile(r"-\d{1,3}$")


def _workload_kind(scene: Scene, pod: str, target: Target) -> str:
    """What controls the pod, from the objects that were read, else from the form of pod names; never a guess."""
    name = target.workload or stem_of(pod)
    kinds = {item.kind for item, _ in scene.objects if item.name == name and item.kind in WORKLOAD_KINDS}
    if len(kinds) == 1:
        return kinds.pop().lower()
    pods = {pod} if pod else {one for one in _pod_names(scene) if stem_of(one) == name}
    if any(_HASHED.search(one) for one in pods):
        return "deployment"
    return "statefulset" if pods and all(_NUMBERED.search(one) for one in pods) else ""


def _pod_names(scene: Scene) -> Iterator[str]:
    yield from (item.name for item in scene.pods)
    yield from (log.pod for log in scene.logs if log.pod)
    yield from (event.name for event, _ in scene.events if event.kind == "Pod")


def _machine(candidate: Candidate, scene: Scene) -> str:
    """`node worker-7` where the deciding line stands in a machine's own log: no pod said it."""
    cited = {fact.citation.evidence_id for fact in candidate.facts[:1] if fact.citation}
    log = next((item for item in scene.logs if item.evidence_id in cited and item.node is not None), None)
    return "" if log is None else f"node {log.node}" if log.node else "the node"


def _node(scene: Scene, pod: str, candidate: Candidate) -> str:
    named = next((fact.name for fact in candidate.facts if fact.kind == "Node"), "")
    placed = next((first_value(item.body, "spec.nodeName") for item in scene.pods if item.name == pod), "")
    machine = _machine(candidate, scene).removeprefix("node ")
    return named or str(placed or "") or (machine if machine != "the node" else "") or scene.target.node


def _captured(
    captures: Mapping[str, str], candidate: Candidate, container: Container | None, scene: Scene
) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, path in captures.items():
        root, _, rest = path.partition(".")
        value = _capture(root, rest, candidate, container, scene)
        if value is not None:
            found[name] = show(value)
    return found


def _capture(root: str, path: str, candidate: Candidate, container: Container | None, scene: Scene) -> object:
    if root == "container":
        return first_value(container.status, path) if container else None
    if root == "pod":
        bodies = [item.body for item in scene.pods if item.name == candidate.pod or not candidate.pod]
    else:
        wanted = WORKLOAD_KINDS if root == "workload" else frozenset({"Node"})
        names = {fact.name for fact in candidate.facts}
        near = sorted(
            (pair for pair in scene.objects if pair[0].kind in wanted and pair[1] < Relation.NEIGHBOUR),
            key=lambda pair: (pair[0].name not in names, pair[1]),
        )
        bodies = [item.body for item, _ in near]
    return next((value for body in bodies if (value := first_value(body, path)) is not None), None)
