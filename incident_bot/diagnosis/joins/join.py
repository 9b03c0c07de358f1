"""What joins between two objects are made of: an observation about both, and how labels and listings are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

from incident_bot.kubectl import SELECTED, KubeObject

Pair = tuple[KubeObject, Relation]
ByKind = dict[str, list[Pair]]
TEMPLATED = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"})
"""Workloads that hold a pod template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a log says: its distinct lines, and how many lines each of them stands for."""

    speaker: str
    """The namespace that the log is from, or where that is not known whose it is (its container, its workload)."""
    text: str
    counts: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One observation about `subject` at `path`; `other` and `other_path` are the side that does not fit.

    `said` holds lines of logs that complain, by which it is judged whether it goes on; `shown` holds lines that only
    show it, such as requests that were answered with 404. Both are cited first.
    """

    name: str
    subject: KubeObject
    relation: Relation
    path: str
    value: str
    other: KubeObject | None = None
    other_path: str = ""
    said: Sequence[str] = ()
    shown: Sequence[str] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


def same_namespace(one: KubeObject, other: KubeObject) -> bool:
    """Whether two objects may be of one namespace; a table of one namespace does not name it."""
    return not one.namespace or not other.namespace or one.namespace == other.namespace


def labels_of(item: KubeObject) -> Mapping[str, str]:
    """The labels of a pod, or those that a workload gives its pods."""
    path = "metadata.labels" if item.kind == "Pod" else "spec.template.metadata.labels"
    labels = first_value(item.body, path)
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}


def labels_path_of(item: KubeObject) -> str:
    """Where those labels stand."""
    return "metadata.labels" if item.kind == "Pod" else "spec.template.metadata.labels"


def selector_of(item: KubeObject, path: str = "spec.selector") -> Mapping[str, str]:
    """A selector of equalities; empty where the object has none."""
    selector = first_value(item.body, path)
    return {str(key): str(value) for key, value in selector.items()} if isinstance(selector, dict) else {}


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether labels hold everything that a selector asks for."""
    return all(labels.get(key) == value for key, value in selector.items())


def is_listed(kind: str, near: KubeObject, by_kind: ByKind) -> bool:
    """Whether a kind was listed, and not only shown one by one: a table, or two objects and more of one document."""
    found = [item for item, _ in by_kind.get(kind, ()) if same_namespace(near, item) and SELECTED not in item.body]
    listed: dict[str, int] = {}
    for item in found:
        listed[item.evidence_id] = listed.get(item.evidence_id, 0) + 1
    is_table = kind not in _SELDOM_ALONE and any("table" in item.body for item in found)
    return is_table or any(count > 1 for count in listed.values())


def listed_in(kind: str, namespace: str, by_kind: ByKind) -> frozenset[str] | None:
    """The names of a kind in a namespace that is not the asker's; None unless it was listed and says that it is that one."""
    found = [pair for pair in by_kind.get(kind, ()) if pair[0].namespace == namespace and namespace]
    near = found[0][0] if found else None
    return frozenset(item.name for item, _ in found) if near and is_listed(kind, near, {kind: found}) else None


_SELDOM_ALONE = frozenset({"Secret", "ConfigMap", "ServiceAccount"})
"""Of these a namespace has several: a table of one row was asked for by name."""
