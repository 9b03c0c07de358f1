"""Pods of the control plane beside those who wait for their work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.joins.join import ByKind, Join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl import KubeObject

_SCHEDULER = "kube-scheduler-"


def find_idle_scheduler(by_kind: ByKind) -> Iterator[Join]:
    """Pods that wait without a node while not one of the listed pods of kube-scheduler runs."""
    pods = by_kind.get("Pod", ())
    schedulers = [item for item, _ in pods if item.name.startswith(_SCHEDULER)]
    if not schedulers or any(_runs(item) for item in schedulers):
        return
    for pod, relation in pods:
        is_default = first_value(pod.body, "spec.schedulerName") in (None, "default-scheduler")
        has_node = first_value(pod.body, "spec.nodeName") not in (None, "", "<none>")
        if is_default and not has_node and first_value(pod.body, "status.phase") == "Pending":
            scheduler = schedulers[0]
            yield Join(
                name="scheduler-not-running",
                subject=pod,
                relation=relation,
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
