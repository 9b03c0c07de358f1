"""`kubectl describe` text, one or many objects, into API-shaped objects and the events below them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from incident_bot.kube_kinds import CLUSTER_SCOPED
from incident_bot.kubectl import describe_cluster, describe_pod, describe_policy, describe_workload
from incident_bot.kubectl.custom_tables import CUSTOM
from incident_bot.kubectl.draft import Draft
from incident_bot.kubectl.events import read_event_rows, read_headerless_events
from incident_bot.kubectl.outline import Field, read_outline
from incident_bot.kubectl.reading import KubeEvent, KubeObject, Reading
from incident_bot.kubectl.releases import fill_application, fill_rollout
from incident_bot.kubectl.tables import read_inner_table
from incident_bot.kubectl.times import format_time, read_time
from incident_bot.patterns import compile_later

Numbered = Sequence[tuple[int, str]]
_NAME = compile_later(r"Name:\s+\S")

_FILLERS: dict[str, Callable[[Field, Draft, Numbered], None]] = {
    "Pod": describe_pod.fill_pod,
    "Node": describe_cluster.fill_node,
    "PersistentVolumeClaim": describe_cluster.fill_claim,
    "PersistentVolume": describe_cluster.fill_volume,
    "Service": describe_cluster.fill_service,
    "Ingress": describe_cluster.fill_ingress,
    "HorizontalPodAutoscaler": describe_cluster.fill_autoscaler,
    "ResourceQuota": describe_cluster.fill_quota,
    "NetworkPolicy": describe_policy.fill_network_policy,
    "PodDisruptionBudget": describe_policy.fill_budget,
    "Secret": describe_cluster.fill_secret,
    "Namespace": describe_cluster.fill_namespace,
    "Deployment": describe_workload.fill_deployment,
    "ReplicaSet": describe_workload.fill_replica_set,
    "ReplicationController": describe_workload.fill_replica_set,
    "StatefulSet": describe_workload.fill_stateful_set,
    "DaemonSet": describe_workload.fill_daemon_set,
    "Job": describe_workload.fill_job,
    "CronJob": describe_workload.fill_cron_job,
    "Application": fill_application,
    "Rollout": fill_rollout,
}

_SIGNATURES: tuple[tuple[str, frozenset[str]], ...] = (
    ("Deployment", frozenset({"StrategyType"})),
    ("DaemonSet", frozenset({"Desired Number of Nodes Scheduled"})),
    ("CronJob", frozenset({"Schedule", "Concurrency Policy"})),
    ("Job", frozenset({"Pods Statuses"})),
    ("StatefulSet", frozenset({"Update Strategy", "Replicas"})),
    ("Node", frozenset({"Roles", "Taints"})),
    ("Node", frozenset({"Roles", "System Info"})),
    ("PersistentVolume", frozenset({"Reclaim Policy", "Claim"})),
    ("PersistentVolumeClaim", frozenset({"StorageClass", "Volume", "Access Modes"})),
    ("HorizontalPodAutoscaler", frozenset({"Reference", "Max replicas"})),
    ("Ingress", frozenset({"Rules", "Default backend"})),
    ("Ingress", frozenset({"Rules", "Ingress Class"})),
    ("Service", frozenset({"Session Affinity", "Selector"})),
    ("Pod", frozenset({"Containers", "Status", "Node"})),
    ("Pod", frozenset({"QoS Class"})),
    ("ReplicaSet", frozenset({"Replicas", "Pods Status", "Pod Template"})),
    ("StorageClass", frozenset({"Provisioner", "ReclaimPolicy"})),
    ("PodDisruptionBudget", frozenset({"Status", "Selector", "Min available"})),
    ("PodDisruptionBudget", frozenset({"Status", "Selector", "Max unavailable"})),
    ("NetworkPolicy", frozenset({"Spec", "Created on"})),
    ("Namespace", frozenset({"Status", "Labels"})),
    ("Application", frozenset({"Sync Status", "Health Status"})),
    ("Rollout", frozenset({"Strategy", "Status", "Images"})),
    # Descriptions that somebody cut to what matters.
    ("Node", frozenset({"Roles", "Conditions"})),
    ("Node", frozenset({"Conditions", "Allocatable"})),
    ("Node", frozenset({"Conditions", "Non-terminated Pods"})),
    ("Node", frozenset({"Capacity", "Allocatable"})),
    ("Node", frozenset({"Allocatable", "Non-terminated Pods"})),
    ("Deployment", frozenset({"Replicas", "NewReplicaSet"})),
    ("ReplicaSet", frozenset({"Replicas", "Pods Status", "Controlled By"})),
    ("Job", frozenset({"Parallelism", "Completions"})),
    ("CronJob", frozenset({"Schedule", "Suspend"})),
    ("HorizontalPodAutoscaler", frozenset({"Reference", "Metrics"})),
    ("PersistentVolumeClaim", frozenset({"StorageClass", "Volume"})),
    ("PersistentVolumeClaim", frozenset({"StorageClass", "Status"})),
    ("Service", frozenset({"Selector", "Endpoints"})),
    ("Service", frozenset({"Selector", "TargetPort"})),
    ("Pod", frozenset({"Containers", "Status"})),
    ("Pod", frozenset({"Containers", "Conditions"})),
    ("Pod", frozenset({"Node", "Status"})),
    ("HorizontalPodAutoscaler", frozenset({"Min replicas", "Max replicas"})),
    ("Service", frozenset({"Endpoints", "Session Affinity"})),
)
"""Describe never says the kind of a built-in object; these fields, all at the top level, do. Whole descriptions first."""


def read_descriptions(evidence_id: str, lines: Numbered, about: tuple[str, str] = ("", "")) -> Reading:
    """The objects and events of consecutive numbered lines of describe output.

    `about`: the kind and the name in the command, for a description that was cut before it says them.
    """
    objects: list[KubeObject] = []
    events: list[KubeEvent] = []
    for part in _split_objects(lines):
        root = read_outline(part)
        found = _object_of(evidence_id, root, part, about)
        if found is not None:
            objects.append(found)
        events.extend(_events_of(evidence_id, root, part, found))
    return Reading(objects=tuple(objects), events=tuple(events))


def _split_objects(lines: Numbered) -> Iterator[Numbered]:
    """Each object starts with `Name:` at column 0; a volume's or claim's `Name:` is indented."""
    start = 0
    for index in range(1, len(lines)):
        if _NAME.match(lines[index][1]):
            yield lines[start:index]
            start = index
    yield lines[start:]


def _object_of(evidence_id: str, root: Field, lines: Numbered, about: tuple[str, str]) -> KubeObject | None:
    kind = _kind_of(root)
    name = root.value_of("Name").rpartition("/")[2] if kind == "Application" else root.value_of("Name")
    if not name and about[1]:
        kind, name = about
    if not kind:
        return None
    draft = Draft(lines[0][0])
    _fill_metadata(root, draft)
    # Argo's own tools and kubectl describe the same kinds in two ways.
    is_of_kubectl = kind in ("Application", "Rollout") and root.get("API Version") is not None
    filler = None if is_of_kubectl else _FILLERS.get(kind)
    if filler is not None:
        filler(root, draft, lines)
    elif root.value_of("Kind") or kind == CUSTOM:
        describe_cluster.fill_custom(root, draft)
    return draft.finish(evidence_id, kind, name, root.value_of("Namespace"))


_OF_CUSTOM = frozenset({"Spec", "Status"})
"""What stays of a custom resource's description when somebody cuts it to what matters."""


def _kind_of(root: Field) -> str:
    keys = {child.key for child in root.children}
    stated = root.value_of("Kind")
    if stated and ("API Version" in keys or (stated not in _FILLERS and keys & _OF_CUSTOM)):
        return stated
    kind = next((kind for kind, signature in _SIGNATURES if signature <= keys), "")
    if kind == "Namespace" and "Namespace" in keys:
        return ""
    if not kind and (keys & _OF_POD or any(describe_pod.is_container(child) for child in root.children)):
        return "Pod"
    if not kind:
        kind = _kind_by_conditions(root)
    if not kind and any(re.match(r"Resource\s{2,}Used", child.text) for child in root.children):
        return "ResourceQuota"
    if not kind and "Type" in keys and any(child.text == "Data" for child in root.children):
        return "Secret"
    return kind


def _kind_by_conditions(root: Field) -> str:
    """What a description that was cut is about, from the types of its conditions; of a custom resource they say no more."""
    section = root.get("Conditions")
    types = {child.text.split(maxsplit=1)[0] for child in section.children} if section and section.children else set()
    found = next((kind for kind, known in _CONDITIONS if types & known), "")
    inner = root.get("Status")
    conditions = (inner and inner.get("Conditions")) or section or root
    is_custom = conditions.get("Last Transition Time") is not None
    return found or (CUSTOM if is_custom else "")


_CONDITIONS = (
    ("Pod", frozenset({"PodScheduled", "ContainersReady", "PodReadyToStartContainers"})),
    ("Node", frozenset({"MemoryPressure", "DiskPressure", "PIDPressure"})),
    ("HorizontalPodAutoscaler", frozenset({"AbleToScale", "ScalingActive", "ScalingLimited"})),
    ("PersistentVolumeClaim", frozenset({"FileSystemResizePending", "Resizing"})),
    ("Deployment", frozenset({"Progressing", "ReplicaFailure"})),
)
_OF_POD = frozenset({"Restart Count", "Last State", "QoS Class", "Node-Selectors"})
"""What no other kind has where the first lines of its description are cut off."""
_LABEL = compile_later(r"([A-Za-z0-9][\w./-]{0,316})=(.*)")


def _fill_metadata(root: Field, draft: Draft) -> None:
    metadata = draft.child("metadata", root.line_of("Name"))
    for key in ("Labels",):
        for text, line in found.entries() if (found := root.get(key)) else ():
            if match := _LABEL.fullmatch(text):
                metadata.child("labels", found.line if found else line).put(match[1], match[2], line)
    for text, line in notes.entries() if (notes := root.get("Annotations")) else ():
        name, separator, value = text.partition(": ")
        if separator and " " not in name and "/" in name:
            metadata.child("annotations", line).put(name[:317], value.strip(), line)
    created = read_time(root.value_of("CreationTimestamp"))
    metadata.put("creationTimestamp", format_time(created), root.line_of("CreationTimestamp"))
    owner_kind, slash, owner = root.value_of("Controlled By").partition("/")
    if slash:
        line = root.line_of("Controlled By")
        reference = metadata.item("ownerReferences", owner, line)
        reference.put("kind", owner_kind, line)
        reference.put("controller", value=True, line=line)


def _events_of(evidence_id: str, root: Field, lines: Numbered, about: KubeObject | None) -> Iterator[KubeEvent]:
    section = root.get("Events")
    start = section.line - lines[0][0] + 1 if section else len(lines)
    rows = [(number, line) for number, line in lines[start:] if line.strip(" -\t")]
    if not rows:
        return
    # Where somebody typed the rows again, they do not stand below their headings.
    events = read_event_rows(evidence_id, read_inner_table(rows).rows) or read_headerless_events(evidence_id, rows)
    for event in events:
        if about is None:
            yield event
        else:
            scope = "" if about.kind in CLUSTER_SCOPED else about.namespace
            yield replace(event, kind=about.kind, name=about.name, namespace=scope)
