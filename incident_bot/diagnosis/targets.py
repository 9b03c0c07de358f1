"""What the alert points at, and how near everything else in the evidence is to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import IntEnum

from incident_bot import kubectl
from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.model import Case, Evidence, EvidenceKind, Target
from incident_bot.patterns import compile_later

WORKLOAD_KINDS = frozenset(
    {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController", "Rollout"}
)


class Relation(IntEnum):
    """How near something is to what the alert points at; smaller is nearer."""

    OWN = 0
    SIBLING = 1
    RELATED = 2
    NEIGHBOUR = 3


_REPLICA_SUFFIX = re.compile(r"^(?P<stem>.+)-(?=[a-z]*\d|[b-df-hj-np-tv-xz]+-)[a-z0-9]{2,10}-[a-z0-9]{5}$")


_ORDINAL_SUFFIX = re.compile(r"^(?P<stem>.+)-(?:\d{1,4}|(?=[a-z]*\d)[a-z0-9]{5}|[bcdfghjklmnpqrstvwxz2456789]{5})$")


def stem_of(pod: str) -> str:
    """What the pods of one workload have in common: the name without ReplicaSet hash, ordinal or random suffix."""
    match = _REPLICA_SUFFIX.match(pod) or _ORDINAL_SUFFIX.match(pod)
    return match["stem"] if match else pod


def find_target(case: Case, objects: Sequence[kubectl.KubeObject], events: Sequence[kubectl.KubeEvent]) -> Target:
    """What the alert points at; for plain kubectl text without an alert, what the evidence is about.

    That is the pod with a log or a description of its own; if there are several workloads of that
    kind, nothing is singled out.
    """
    target = case.incident.target
    is_only_listed = not any(item.kind is EvidenceKind.LOG for item in case.evidence) and not any(
        item.kind == "Pod" and is_detailed(item) for item in objects
    )
    failing = _failing_stems(objects) | _childless_stems(events) | (_warned_stems(events) if is_only_listed else set())
    own = {target.workload, stem_of(target.pod)} - {""}
    origins = [log_origin(item) for item in case.evidence if item.kind is EvidenceKind.LOG]
    logged = {stem_of(pod) or container for pod, container, _ in origins} - {""}
    is_of_another = any(others and own and not others & own for others in (failing, logged))
    if is_guessed(case) and (len(failing) > 1 or is_of_another):
        return replace(target, workload_kind="", workload="", pod="", container="", node="", namespace="")
    if _is_said(target, case, objects):
        return target
    is_shown = not is_guessed(case) and any(item.namespace == target.namespace for item in objects)
    namespace = target.namespace if is_shown else ""
    target = replace(target, workload_kind="", workload="", pod="", container="", node="", namespace=namespace)
    pods = {item.name for item in objects if item.kind == "Pod"}
    logged = {log_origin(item)[0] for item in case.evidence if item.kind is EvidenceKind.LOG} - {""}
    described = {item.name for item in objects if item.kind == "Pod" and is_detailed(item)}
    for names in (logged & pods or logged, described, pods, {event.name for event in events if event.kind == "Pod"}):
        stems = {stem_of(name) for name in names}
        if len(names) == 1:
            return replace(target, pod=next(iter(names)))
        if len(stems) == 1:
            return replace(target, workload=next(iter(stems)))
        if stems:
            return target
    return _target_workload(target, objects)


_GUESSED_ALERT = "ManualTriage"
"""The name of the stand-in alert of a folder without one (`pipeline`): its target is a guess from names."""


def is_guessed(case: Case) -> bool:
    """Whether nobody said what the evidence is about: a folder without an alert."""
    return case.incident.alert.name == _GUESSED_ALERT


_QUIET_WAITS = frozenset({"ContainerCreating", "PodInitializing", ""})
_WAITING = "status.containerStatuses[].state.waiting.reason|status.initContainerStatuses[].state.waiting.reason"


def _failing_stems(objects: Sequence[kubectl.KubeObject]) -> set[str]:
    """The workloads whose pods are seen to fail: without an alert nothing says that only one of them matters."""
    return {
        stem_of(item.name)
        for item in objects
        if item.kind == "Pod" and any(str(reason) not in _QUIET_WAITS for _, reason in find_values(item.body, _WAITING))
    }


def _childless_stems(events: Sequence[kubectl.KubeEvent]) -> set[str]:
    """The workloads that get no pods: theirs fail as much as those whose pods do."""
    refused = [event for event in events if event.type == "Warning" and event.reason == "FailedCreate"]
    return {
        event.name.rpartition("-")[0] if event.kind == "ReplicaSet" else event.name
        for event in refused
        if event.kind in WORKLOAD_KINDS
    }


def _warned_stems(events: Sequence[kubectl.KubeEvent]) -> set[str]:
    """The workloads whose pods events warn of."""
    return {stem_of(event.name) for event in events if event.kind == "Pod" and event.type == "Warning"}


def _is_said(target: Target, case: Case, objects: Sequence[kubectl.KubeObject]) -> bool:
    """Whether the target was given, or was guessed and the evidence shows it."""
    if not is_guessed(case):
        return bool(target.pod or target.workload or target.node)
    shown = {item.name for item in objects} | {
        log_origin(item)[0] for item in case.evidence if item.kind is EvidenceKind.LOG
    }
    if target.pod or target.workload:
        return target.pod in shown or (bool(target.workload) and not target.pod)
    return bool(target.node) and not any(item.kind == "Pod" for item in objects)


def _target_workload(target: Target, objects: Sequence[kubectl.KubeObject]) -> Target:
    workloads = [item for item in objects if item.kind in WORKLOAD_KINDS]
    stems = {stem_of(item.name) if item.kind == "ReplicaSet" else item.name for item in workloads}
    if len({item.name for item in workloads}) == 1 and workloads[0].kind != "ReplicaSet":
        return replace(target, workload=workloads[0].name, workload_kind=workloads[0].kind)
    if len(stems) == 1:
        return replace(target, workload=next(iter(stems)))
    nodes = {item.name for item in objects if item.kind == "Node"}
    return replace(target, node=next(iter(nodes))) if len(nodes) == 1 and not workloads else target


def is_detailed(item: kubectl.KubeObject) -> bool:
    """Whether a pod was described, not only listed in a table."""
    return "table" not in item.body and bool(
        first_value(item.body, "spec.containers|status.containerStatuses|status.conditions")
    )


class Relations:
    """Decides how near an object is to the target."""

    def __init__(
        self,
        target: Target,
        objects: Sequence[kubectl.KubeObject],
        events: Sequence[kubectl.KubeEvent],
        *,
        is_guess: bool = False,
    ) -> None:
        self._target = target
        self._shown = {(item.kind, item.name) for item in objects if is_guess and _is_shown_alone(item)}
        self._stems = {target.workload} - {""}
        if target.pod:
            self._stems.add(stem_of(target.pod))
        for item in objects:
            if item.kind == "Pod" and self._is_target_pod(item.name):
                self._add_owner(item)
        self._owned = {
            item.name
            for item in objects
            if item.kind == "Pod" and first_value(item.body, "metadata.ownerReferences[].name") in self._stems
        }
        self._known_pods = {item.name for item in objects if item.kind == "Pod"}
        self._says_target = bool(target.pod or target.workload or target.node)
        self._claims = {
            str(value)
            for item in objects
            if item.kind == "Pod" and self.of_pod(item.name, item.namespace) <= Relation.SIBLING
            for value in _claims(item)
        }
        self._nodes = {
            str(first_value(item.body, "spec.nodeName") or "")
            for item in objects
            if item.kind == "Pod" and self.of_pod(item.name, item.namespace) is Relation.OWN
        } | {target.node}
        self._nodes.discard("")
        if any("Multi-Attach error" in event.message for event in events):
            self._nodes |= _lost_nodes(objects)

    def _add_owner(self, item: kubectl.KubeObject) -> None:
        name = first_value(item.body, "metadata.ownerReferences[].name")
        if name:
            self._stems.add(str(name))

    def _is_target_pod(self, name: str) -> bool:
        return bool(self._target.pod) and name == self._target.pod

    def of_pod(self, name: str, namespace: str) -> Relation:
        """The target's pod, one of its replicas, or somebody else's."""
        if not self._says_target and self._is_foreign(namespace):
            return Relation.NEIGHBOUR
        if not self._says_target or (self._is_target_pod(name) and not self._is_foreign(namespace)):
            return Relation.OWN
        if self._is_ours(name) and not self._is_foreign(namespace):
            return Relation.SIBLING if self._target.pod and self._target.pod in self._known_pods else Relation.OWN
        return Relation.NEIGHBOUR

    def _is_ours(self, pod: str) -> bool:
        return pod in self._owned or any(
            stem in (pod, stem_of(pod), stem_of(stem_of(pod)), pod.rpartition("-")[0]) for stem in self._stems
        )

    def _is_foreign(self, namespace: str) -> bool:
        return bool(self._target.namespace and namespace and namespace != self._target.namespace)

    def of(self, kind: str, name: str, namespace: str) -> Relation:
        """The relation of any object, by kind and name."""
        if not self._says_target or not (name or namespace):
            is_elsewhere = kind in WORKLOAD_KINDS and self._is_foreign(namespace)
            return Relation.NEIGHBOUR if is_elsewhere else Relation.OWN
        if kind in ("Pod", ""):
            return self.of_pod(name, namespace)
        if kind == "Node":
            return Relation.RELATED if name in self._nodes or not self._nodes else Relation.NEIGHBOUR
        is_foreign = self._is_foreign(namespace) and (kind, name) not in self._shown
        if is_foreign or (kind in WORKLOAD_KINDS and not self._is_our_workload(name)):
            return Relation.NEIGHBOUR
        if kind in WORKLOAD_KINDS:
            return Relation.OWN
        is_other_claim = kind == "PersistentVolumeClaim" and self._claims and name not in self._claims
        return Relation.NEIGHBOUR if is_other_claim else Relation.RELATED

    def _is_our_workload(self, name: str) -> bool:
        return any(name == stem or name.startswith(f"{stem}-") or stem.startswith(f"{name}-") for stem in self._stems)

    def of_object(self, item: kubectl.KubeObject) -> Relation:
        """The relation of an object, by its names and by what its autoscaler target says."""
        return self.of(item.kind, item.name, item.namespace)


def _is_shown_alone(item: kubectl.KubeObject) -> bool:
    """Whether an object was described, or printed whole, and is none of the kinds that every listing holds.

    Where only names tell what evidence is about, whoever described a certificate or a mesh policy meant it to matter.
    """
    is_common = item.kind in WORKLOAD_KINDS or item.kind in _COMMON
    return bool(item.name) and not is_common and "table" not in item.body


_COMMON = frozenset({"Pod", "Node", "Namespace", "PersistentVolumeClaim", "Service", "ConfigMap", "Secret", "Event"})


def _lost_nodes(objects: Sequence[kubectl.KubeObject]) -> set[str]:
    """Nodes that are not ready: one of them may still hold a volume that is attached elsewhere."""
    ready = "status.conditions[Ready].status"
    nodes = {item.name: first_value(item.body, ready) for item in objects if item.kind == "Node"}
    return {name for name, status in nodes.items() if status in ("False", "Unknown")}


def _claims(item: kubectl.KubeObject) -> Iterator[str]:
    volumes = first_value(item.body, "spec.volumes")
    for volume in volumes if isinstance(volumes, Sequence) else ():
        name = first_value(volume, "persistentVolumeClaim.claimName")
        if name:
            yield str(name)


_MEANT = compile_later(
    r"\b(?:has|have|is|are|was|were) (?:meant |supposed |expected |intended |built |made )?to (?:crash|fail|die|break|restart|be (?:broken|failing))\w*"
    r"|\b(?:crash|fail|break|restart)\w* (?:on purpose|by design|deliberately|intentionally|as intended)\b"
    r"|\b(?:deliberately|intentionally) (?:broken|crash\w*|fail\w*)\b",
    re.IGNORECASE,
)
_NOT_MEANT = compile_later(r"\b(?:not|never|n't|stopped|why)\b", re.IGNORECASE)
_SENTENCE = compile_later(r"(?<=[.!?;])\s+|\n\s*\n")


def find_meant_to_fail(case: Case, pods: Iterable[str]) -> frozenset[str]:
    """The pods that a note names, or whose workload it names, in a sentence that says they fail on purpose: an exercise."""
    notes = ("\n".join(item.lines) for item in case.evidence if item.kind is EvidenceKind.NOTE)
    told = [
        sentence
        for note in notes
        for sentence in _SENTENCE.split(note)
        if _MEANT.search(sentence) and not _NOT_MEANT.search(sentence)
    ]
    words = {word.strip(".-") for sentence in told for word in re.findall(r"[\w.-]+", sentence)}
    return frozenset(pod for pod in pods if words & {pod, stem_of(pod)}) if words else frozenset()


def log_origin(item: Evidence) -> tuple[str, str, bool]:
    """Pod, container and whether it is of the previous run, as given or as the file's name and content tell."""
    if item.container:
        return item.pod, item.container, item.previous
    pod, container, previous = kubectl.read_log_origin(item.name, "\n".join(item.lines[:20]))
    if item.pod and pod != item.pod:
        container = ""  # of a file that holds more than this log, and is named after something else
    return item.pod or pod, container, item.previous or previous
