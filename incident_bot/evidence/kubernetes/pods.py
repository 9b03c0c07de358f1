"""Pods beside one another: the word that kubectl would show for each, and which one is worst off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

from incident_bot.evidence.kubernetes.fields import controller_of, count, entries, name_of, section, text

_STARTING = frozenset({"", "ContainerCreating", "PodInitializing"})
_COLUMNS = ("NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE")


class Trouble(IntEnum):
    """How badly off a pod is; the order in which pods of one workload are worth reading."""

    NONE = 0
    RESTARTED = 1
    NOT_READY = 2
    PENDING = 3
    FAILED = 4
    FAILING = 5
    """A container is dead or cannot start right now; before FAILED, which may be a long finished pod."""


def trouble_of(pod: Mapping[str, Any]) -> Trouble:
    """The worst thing that the pod's status says."""
    phase = text(pod, "status", "phase")
    statuses = list(_statuses(pod))
    if phase == "Succeeded":
        return Trouble.NONE
    if phase == "Failed":
        return Trouble.FAILED
    if any(_is_failing(status) for status in statuses):
        return Trouble.FAILING
    if phase in {"Pending", "Unknown"}:
        return Trouble.PENDING
    if not _is_ready(pod):
        return Trouble.NOT_READY
    return Trouble.RESTARTED if any(count(status, "restartCount") for status in statuses) else Trouble.NONE


def worst_of(pods: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The pod to read: most trouble, then most restarts, then newest."""
    return max(
        pods,
        key=lambda pod: (trouble_of(pod), _restarts(pod), text(pod, "metadata", "creationTimestamp"), name_of(pod)),
        default=None,
    )


def format_pods(pods: Sequence[Mapping[str, Any]], now: datetime | None) -> str:
    """A table like that of `kubectl get pods -o wide`, worst first. `now` is the server's clock."""
    worst_first = sorted(pods, key=lambda pod: (-trouble_of(pod), name_of(pod)))
    return format_table([_COLUMNS, *(_row(pod, now) for pod in worst_first)])


def format_table(rows: Sequence[Sequence[str]]) -> str:
    """Columns padded with three spaces between them, as kubectl does."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def status_word(pod: Mapping[str, Any]) -> str:
    """What kubectl shows in the column STATUS."""
    if section(pod, "metadata").get("deletionTimestamp"):
        return "Terminating"
    word = text(pod, "status", "reason") or text(pod, "status", "phase") or "Unknown"
    return _init_word(pod) or next(_container_words(pod), word)


def _init_word(pod: Mapping[str, Any]) -> str:
    specs = {text(spec, "name"): spec for spec in entries(pod, "spec", "initContainers")}
    statuses = entries(pod, "status", "initContainerStatuses")
    for done, status in enumerate(statuses):
        terminated = section(status, "state", "terminated")
        is_sidecar = text(specs.get(text(status, "name")), "restartPolicy") == "Always"
        if (terminated and count(terminated, "exitCode") == 0) or (is_sidecar and status.get("started") is True):
            continue
        if terminated:
            return f"Init:{_ending(terminated)}"
        waiting = text(status, "state", "waiting", "reason")
        return f"Init:{waiting}" if waiting not in _STARTING else f"Init:{done}/{len(statuses)}"
    return ""


def _container_words(pod: Mapping[str, Any]) -> Iterator[str]:
    for status in entries(pod, "status", "containerStatuses"):
        waiting = text(status, "state", "waiting", "reason")
        terminated = section(status, "state", "terminated")
        if waiting:
            yield waiting
        elif terminated:
            yield _ending(terminated)


def _ending(terminated: Mapping[str, Any]) -> str:
    return text(terminated, "reason") or f"ExitCode:{count(terminated, 'exitCode')}"


def _row(pod: Mapping[str, Any], now: datetime | None) -> tuple[str, ...]:
    statuses = entries(pod, "status", "containerStatuses")
    ready = sum(1 for status in statuses if status.get("ready") is True)
    return (
        name_of(pod),
        f"{ready}/{len(entries(pod, 'spec', 'containers'))}",
        status_word(pod),
        str(_restarts(pod)),
        _age(text(pod, "metadata", "creationTimestamp"), now),
        text(pod, "spec", "nodeName") or "<none>",
    )


def _age(created: str, now: datetime | None) -> str:
    try:
        seconds = int((now - datetime.fromisoformat(created)).total_seconds()) if now and created else -1
    except (ValueError, TypeError):
        seconds = -1
    if seconds < 0:
        return "<unknown>"
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _statuses(pod: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("initContainerStatuses", "containerStatuses"):
        yield from entries(pod, "status", name)


def _restarts(pod: Mapping[str, Any]) -> int:
    return sum(count(status, "restartCount") for status in _statuses(pod))


def _is_failing(status: Mapping[str, Any]) -> bool:
    waiting = section(status, "state", "waiting")
    terminated = section(status, "state", "terminated")
    if waiting:
        return text(waiting, "reason") not in _STARTING
    return bool(terminated) and count(terminated, "exitCode") != 0


def _is_ready(pod: Mapping[str, Any]) -> bool:
    return any(
        text(condition, "type") == "Ready" and text(condition, "status") == "True"
        for condition in entries(pod, "status", "conditions")
    )


def stem_of_owner(pod: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and name of the workload that a pod's own fields tell: a Deployment through its ReplicaSet's name."""
    kind, name, _group = controller_of(pod)
    pod_hash = text(pod, "metadata", "labels", "pod-template-hash")
    if kind == "ReplicaSet" and pod_hash and name.endswith(f"-{pod_hash}"):
        return "Deployment", name.removesuffix(f"-{pod_hash}")
    return kind, name
