"""What the last change of a Deployment changed: its two newest ReplicaSets side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from incident_bot.evidence.kubernetes.fields import controller_of, entries, name_of, section, text
from incident_bot.evidence.kubernetes.pods import format_table

_REVISION = "deployment.kubernetes.io/revision"
_COLUMNS = ("REVISION", "REPLICASET", "CREATED", "CONTAINER", "IMAGE")
_COMPARED = (
    "command",
    "args",
    "resources",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "env",
    "envFrom",
    "ports",
)


def newest_revisions(
    deployment: Mapping[str, Any], replica_sets: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Up to two ReplicaSets of this Deployment, newest revision first."""
    name = name_of(deployment)
    owned = [item for item in replica_sets if controller_of(item)[:2] == ("Deployment", name)]
    return sorted(owned, key=_revision, reverse=True)[:2]


def format_rollout(revisions: Sequence[Mapping[str, Any]]) -> str:
    """A table of images by revision, and under it one line for each thing that the newest revision changed.

    Values other than images are compared but not shown: an argument or a variable may be a secret.
    """
    rows = [
        (
            str(_revision(item)),
            name_of(item),
            text(item, "metadata", "creationTimestamp"),
            text(container, "name"),
            text(container, "image"),
        )
        for item in revisions
        for container in _containers(item)
    ]
    table = format_table([_COLUMNS, *rows])
    if len(revisions) < 2:
        return f"{table}\nrevision {_revision(revisions[0])} is the only one kept\n"
    newer, older = revisions
    changes = list(_changes(older, newer)) or ["no change of image, command, args, resources, probes, env or ports"]
    heading = f"changed from revision {_revision(older)} to {_revision(newer)}:"
    return "\n".join([table, heading, *(f"  {change}" for change in changes)]) + "\n"


def _changes(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[str]:
    before = {text(container, "name"): container for container in _containers(older)}
    after = {text(container, "name"): container for container in _containers(newer)}
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield f"container {name}: removed"
        elif name not in before:
            yield f"container {name}: added"
        else:
            yield from _container_changes(name, before[name], after[name])


def _container_changes(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if before.get("image") != after.get("image"):
        yield f"container {name}: image {text(before, 'image')} -> {text(after, 'image')}"
    for field in _COMPARED:
        if before.get(field) != after.get(field):
            yield f"container {name}: {field} changed"


def _containers(replica_set: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    pod_spec = section(replica_set, "spec", "template", "spec")
    return [*entries(pod_spec, "initContainers"), *entries(pod_spec, "containers")]


def _revision(replica_set: Mapping[str, Any]) -> int:
    value = text(replica_set, "metadata", "annotations", _REVISION)
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
