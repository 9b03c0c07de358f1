"""ConfigMaps and Secrets beside the pods that took variables from them: what changed since, no running process knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, read_time
from incident_bot.diagnosis.joins.join import ByKind, Join, same_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from incident_bot.kubectl import KubeObject

_SOURCES = {
    "ConfigMap": ("envFrom[].configMapRef.name", "env[].valueFrom.configMapKeyRef.name"),
    "Secret": ("envFrom[].secretRef.name", "env[].valueFrom.secretKeyRef.name"),
}


def find_changes(by_kind: ByKind) -> Iterator[Join]:
    """ConfigMaps and Secrets that were changed after pods which take their environment from them had started."""
    for kind, paths in _SOURCES.items():
        for source, _ in by_kind.get(kind, ()):
            changed = last_change(source)
            if changed is None or not _names_a_dependency(source):
                continue
            old = [
                (item, relation)
                for item, relation in by_kind.get("Pod", ())
                if same_namespace(item, source)
                and _takes(item, source.name, paths)
                and started_before(item, changed[1])
            ]
            if not old:
                continue
            item, relation = min(old, key=lambda pair: pair[1])
            yield Join(
                name="config-map-newer",
                subject=source,
                relation=relation,
                path=changed[0],
                value=f"{source.name} changed at {changed[1]:%Y-%m-%d %H:%M}",
                other=item,
                other_path="status.startTime",
                groups={
                    "name": f"{kind} {source.name}",
                    "pods": ", ".join(sorted(pod.name for pod, _ in old)[:_SHOWN]),
                    "changed": f"{changed[1]:%Y-%m-%d %H:%M} UTC",
                },
            )


_SHOWN = 3


def last_change(source: KubeObject) -> tuple[str, datetime] | None:
    """Where the last change of an object is told, and when it was; None where only its creation is known."""
    told = [
        (path, at)
        for path, value in find_values(source.body, "metadata.managedFields[].time")
        if (at := read_time(value))
    ]
    return max(told, key=lambda pair: pair[1], default=None)


_DEPENDENCY = re.compile(
    r"HOST|URL|URI|ADDR|ENDPOINT|DSN|BROKER|SERVER|USER|PASSWORD|TOKEN|KEY|CREDENTIAL", re.IGNORECASE
)


def _names_a_dependency(source: KubeObject) -> bool:
    """Whether an object holds where somebody connects to, or with what: a log level explains no refused connection."""
    data = source.body.get("data")
    return isinstance(data, dict) and any(_DEPENDENCY.search(str(name)) for name in data)


def _takes(item: KubeObject, name: str, paths: tuple[str, ...]) -> bool:
    lists = ("spec.containers[]", "spec.initContainers[]")
    return any(
        value == name
        for list_path in lists
        for path in paths
        for _, value in find_values(item.body, f"{list_path}.{path}")
    )


def started_before(item: KubeObject, changed: datetime) -> bool:
    """Whether every container of a pod that runs was started before; one that is not running reads the new values next."""
    starts = [
        read_time(value) for _, value in find_values(item.body, "status.containerStatuses[].state.running.startedAt")
    ]
    return bool(starts) and all(start is not None and start < changed for start in starts)
