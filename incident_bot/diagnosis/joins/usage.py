"""What pods and nodes use, as `kubectl top` lists it, beside the limits that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value, read_quantity
from incident_bot.diagnosis.joins.join import TEMPLATED, ByKind, Join, same_namespace
from incident_bot.diagnosis.targets import Relation, stem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl import KubeObject

_CONTAINERS = {"Pod": "spec.containers", **dict.fromkeys(TEMPLATED, "spec.template.spec.containers")}
_LISTED = "table.CPU(cores)"
_MEASURED = "containers[].usage.cpu"
"""What the metrics API itself answers (metrics.k8s.io, PodMetrics)."""
_AT_LIMIT = 0.95
"""CFS cuts a container at its quota: an average this near to it means that most periods were cut."""


def find_at_limit(by_kind: ByKind) -> Iterator[Join]:
    """Pods whose use of processors is their limit, measured on them or on a replica; each container must have a limit.

    Where no pod was read, what its workload gives each pod counts.
    """
    pods = {stem_of(pod.name) for pod, _ in by_kind.get("Pod", ()) if _limit_of(pod) is not None}
    templates = [(item, relation) for kind in sorted(TEMPLATED) for item, relation in by_kind.get(kind, ())]
    for pod, relation in (*by_kind.get("Pod", ()), *(pair for pair in templates if pair[0].name not in pods)):
        limit = _limit_of(pod)
        stem = stem_of(pod.name) if pod.kind == "Pod" else pod.name
        for row, _ in by_kind.get("PodMetrics", ()) if limit is not None else ():
            used = _used_by(row)
            is_its_own = stem_of(row.name) == stem and same_namespace(row, pod)
            if is_its_own and limit is not None and used is not None and used >= _AT_LIMIT * limit > 0:
                path, told = next(iter(find_values(pod.body, _limits_of(pod))))
                groups = {"pod": row.name, "used": f"{used * 1000:.0f}m", "limit": str(told)}
                yield Join(
                    name="pod-at-cpu-limit",
                    subject=pod,
                    relation=relation,
                    path=path,
                    value=str(told),
                    other=row,
                    other_path="table" if "table" in row.body else "containers[0]",
                    groups=groups,
                )
                break


def _limit_of(pod: KubeObject) -> float | None:
    containers = first_value(pod.body, _CONTAINERS[pod.kind])
    limits = [read_quantity(value) for _, value in find_values(pod.body, _limits_of(pod))]
    if not isinstance(containers, list) or not limits or len(limits) != len(containers) or None in limits:
        return None
    return sum(limit for limit in limits if limit is not None)


def _limits_of(pod: KubeObject) -> str:
    return f"{_CONTAINERS[pod.kind]}[].resources.limits.cpu"


def _used_by(row: KubeObject) -> float | None:
    listed = first_value(row.body, _LISTED)
    if listed is not None:
        return read_quantity(listed)
    used = [read_quantity(value) for _, value in find_values(row.body, _MEASURED)]
    return sum(value or 0 for value in used) if used else None


_FULL_PERCENT = 95


def find_full_nodes(by_kind: ByKind) -> Iterator[Join]:
    """Nodes whose processors are all in use while a pod of the target runs there, with the pod that takes most of them."""
    pods = by_kind.get("Pod", ())
    for row, _ in by_kind.get("NodeMetrics", ()):
        percent = read_quantity(first_value(row.body, "usage.cpuPercent"))
        there = [(pod, relation) for pod, relation in pods if first_value(pod.body, "spec.nodeName") == row.name]
        own = min((relation for _, relation in there), default=Relation.NEIGHBOUR)
        if percent is None or percent < _FULL_PERCENT or own is Relation.NEIGHBOUR:
            continue
        others = {pod.name for pod, relation in there if relation is Relation.NEIGHBOUR}
        takers = [item for item, _ in by_kind.get("PodMetrics", ()) if item.name in others]
        taker = max(takers, key=lambda item: _used_by(item) or 0.0, default=None)
        yield Join(
            name="node-cpu-used-up",
            subject=row,
            relation=own,
            path="usage.cpuPercent",
            value=f"{percent:.0f} %",
            other=taker,
            other_path=_LISTED,
            groups={"full": row.name, "use": f"{percent:.0f} %", "taker": taker.name if taker else ""},
        )
