"""Trees of API objects into `KubeObject` and `KubeEvent`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from incident_bot.kube_kinds import CLUSTER_SCOPED
from incident_bot.kubectl.custom_tables import CUSTOM
from incident_bot.kubectl.documents import Node, lines_of, plain_of
from incident_bot.kubectl.reading import KubeEvent, KubeObject, Reading
from incident_bot.kubectl.times import container_of, read_time


def read_objects(evidence_id: str, roots: Iterable[Node]) -> Reading:
    """Every Kubernetes object below the roots; lists of any kind are opened, events become events."""
    objects: list[KubeObject] = []
    events: list[KubeEvent] = []
    for kind, node in _unwrap(roots):
        if kind == "Event":
            events.append(_event_of(evidence_id, node))
        else:
            objects.append(_object_of(evidence_id, kind, node))
    return Reading(objects=tuple(objects), events=tuple(events))


def _unwrap(roots: Iterable[Node], depth: int = 0) -> Iterator[tuple[str, Node]]:
    for node in roots:
        if isinstance(node.value, list) and depth < 3:
            yield from _unwrap(node.value, depth + 1)
        elif isinstance(node.value, dict):
            yield from _unwrap_mapping(node, depth)


def _unwrap_mapping(node: Node, depth: int) -> Iterator[tuple[str, Node]]:
    kind = _text(node, "kind")
    items = node.value.get("items")
    is_list = kind.endswith("List") or not kind  # a list that was cut lost its kind, which kubectl prints last
    if items is not None and isinstance(items.value, list) and is_list and depth < 3:
        implied = kind.removesuffix("List")
        for item in items.value:
            if isinstance(item.value, dict) and not _text(item, "kind") and implied:
                if _text(item, "metadata", "name"):
                    yield implied, item
            else:
                yield from _unwrap([item], depth + 1)
    elif kind == "Event" or (kind and _text(node, "metadata", "name")):
        yield kind, node
    elif not kind and set(node.value) == {"status"} and (told := _kind_of_status(node.value["status"])):
        yield told, node


def _kind_of_status(status: Node) -> str:
    """The kind of an object of which only the status was kept, from fields or conditions that no other kind has."""
    if not isinstance(status.value, dict):
        return ""
    fields = set(status.value)
    conditions = status.value.get("conditions")
    types = (
        {_text(item, "type") for item in conditions.value}
        if conditions and isinstance(conditions.value, list)
        else set()
    )
    return next((kind for kind, own in _STATUS_FIELDS if own & (fields | types)), CUSTOM if types - {""} else "")


_STATUS_FIELDS = (
    ("Pod", frozenset({"containerStatuses", "initContainerStatuses", "podIP", "qosClass", "PodScheduled"})),
    ("Node", frozenset({"nodeInfo", "daemonEndpoints", "MemoryPressure"})),
    ("DaemonSet", frozenset({"desiredNumberScheduled"})),
    ("Deployment", frozenset({"Progressing", "unavailableReplicas"})),
    ("HorizontalPodAutoscaler", frozenset({"currentMetrics", "ScalingActive", "AbleToScale"})),
    ("PersistentVolumeClaim", frozenset({"accessModes"})),
)


def _object_of(evidence_id: str, kind: str, node: Node) -> KubeObject:
    body = plain_of(node)
    body.setdefault("kind", kind)
    namespace = _text(node, "metadata", "namespace")
    return KubeObject(
        evidence_id=evidence_id,
        kind=kind,
        name=_text(node, "metadata", "name"),
        namespace="" if kind in CLUSTER_SCOPED else namespace,
        body=body,
        lines=lines_of(node),
    )


def _event_of(evidence_id: str, node: Node) -> KubeEvent:
    """An event in core/v1 or events.k8s.io/v1 shape.

    Events of the newer API leave count, firstTimestamp and lastTimestamp null and use series and
    eventTime, so the last time is the newest of all fields and never one of them alone.
    """
    about = "involvedObject" if "involvedObject" in node.value else "regarding"
    message_field = "message" if _text(node, "message") else "note"
    seen = [_time(node, *path) for path in _LAST_SEEN]
    first = [_time(node, *path) for path in _FIRST_SEEN]
    known_last = [at for at in seen if at is not None]
    known_first = [at for at in first if at is not None]
    created = _time(node, "metadata", "creationTimestamp")
    line_node = node.value.get(message_field) or node.value.get("reason") or node
    return KubeEvent(
        evidence_id=evidence_id,
        line=line_node.line,
        type=_text(node, "type"),
        reason=_text(node, "reason"),
        message=_text(node, message_field),
        kind=_text(node, about, "kind"),
        name=_text(node, about, "name"),
        namespace=_text(node, about, "namespace") or _text(node, "metadata", "namespace"),
        container=container_of(_text(node, about, "fieldPath")),
        source=next(filter(None, (_text(node, *path) for path in _SOURCES)), ""),
        count=next(filter(None, (_count(node, *path) for path in _COUNTS)), 1),
        first_at=min(known_first, default=created),
        last_at=max(known_last, default=created),
        age_s=None,
    )


_LAST_SEEN = (("lastTimestamp",), ("deprecatedLastTimestamp",), ("series", "lastObservedTime"), ("eventTime",))
_FIRST_SEEN = (("firstTimestamp",), ("deprecatedFirstTimestamp",), ("eventTime",))
_SOURCES = (
    ("source", "component"),
    ("deprecatedSource", "component"),
    ("reportingComponent",),
    ("reportingController",),
)
_COUNTS = (("series", "count"), ("count",), ("deprecatedCount",))


def _find(node: Node, *path: str) -> Any:
    value: Any = node.value
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key].value
    return value


def _text(node: Node, *path: str) -> str:
    value = _find(node, *path)
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""


def _time(node: Node, *path: str) -> Any:
    return read_time(_find(node, *path))


def _count(node: Node, *path: str) -> int:
    value = _find(node, *path)
    return value if isinstance(value, int) and value > 0 else 0
