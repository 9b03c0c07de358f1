"""Pods of the control plane beside those who wait for their work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value, read_quantity
from incident_bot.diagnosis.joins.join import TEMPLATED, ByKind, Join, Pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl import KubeObject

_SCHEDULER = "kube-scheduler-"
_MANAGER = "kube-controller-manager-"


def _find_stopped(prefix: str, by_kind: ByKind) -> Pair | None:
    """A listed pod of a component of which not one runs."""
    own = [pair for pair in by_kind.get("Pod", ()) if pair[0].name.startswith(prefix)]
    return own[0] if own and not any(_runs(item) for item, _ in own) else None


def find_idle_managers(by_kind: ByKind) -> Iterator[Join]:
    """Workloads whose last change no controller has seen, while not one of the listed pods of kube-controller-manager runs."""
    stopped = _find_stopped(_MANAGER, by_kind)
    if stopped is None:
        return
    manager, near = stopped
    for kind in sorted(TEMPLATED):
        for item, relation in by_kind.get(kind, ()):
            wanted, seen = (
                read_quantity(first_value(item.body, path))
                for path in ("metadata.generation", "status.observedGeneration")
            )
            if wanted is not None and seen is not None and seen < wanted:
                yield Join(
                    name="controller-manager-not-running",
                    subject=item,
                    relation=min(relation, near),
                    path="status.observedGeneration",
                    value=f"{seen:.0f} of {wanted:.0f}",
                    other=manager,
                    other_path="table",
                    groups={
                        "kind": kind,
                        "changed": item.name,
                        "manager": manager.name,
                        "state": _state(manager),
                        "generations": f"generation {wanted:.0f}, observed {seen:.0f}",
                    },
                )
                return


def find_idle_scheduler(by_kind: ByKind) -> Iterator[Join]:
    """Pods that wait without a node while not one of the listed pods of kube-scheduler runs."""
    stopped = _find_stopped(_SCHEDULER, by_kind)
    if stopped is None:
        return
    scheduler, near = stopped
    for pod, relation in by_kind.get("Pod", ()):
        is_default = first_value(pod.body, "spec.schedulerName") in (None, "default-scheduler")
        has_node = first_value(pod.body, "spec.nodeName") not in (None, "", "<none>")
        if is_default and not has_node and first_value(pod.body, "status.phase") == "Pending":
            yield Join(
                name="scheduler-not-running",
                subject=pod,
                relation=min(relation, near),
                path="status.phase",
                value=scheduler.name,
                other=scheduler,
                other_path="table",
                groups={"waiting": pod.name, "scheduler": scheduler.name, "state": _state(scheduler)},
            )
            return


def _state(pod: KubeObject) -> str:
    told = first_value(pod.body, "table.STATUS|status.containerStatuses[].state.waiting.reason|status.phase")
    return str(told or "not running")


def _runs(pod: KubeObject) -> bool:
    ready = first_value(pod.body, "status.containerStatuses[].ready")
    row = first_value(pod.body, "table.READY")
    if isinstance(row, str) and "/" in row:
        return row.partition("/")[0] == row.partition("/")[2] and first_value(pod.body, "table.STATUS") == "Running"
    return ready is True


def find_undeleted(by_kind: ByKind) -> Iterator[Join]:
    """StatefulSets with `updateStrategy: OnDelete` of which pods of an older revision are left: nobody deleted them yet."""
    for item, relation in by_kind.get("StatefulSet", ()):
        revisions = [first_value(item.body, f"status.{key}Revision") for key in ("current", "update")]
        is_manual = first_value(item.body, "spec.updateStrategy.type") == "OnDelete"
        if is_manual and None not in revisions and revisions[0] != revisions[1]:
            yield Join(
                name="update-waits-for-deletion",
                subject=item,
                relation=relation,
                path="spec.updateStrategy.type",
                value="OnDelete",
                other=item,
                other_path="status.updateRevision",
                groups={"set": item.name, "old": str(revisions[0]), "new": str(revisions[1])},
            )
