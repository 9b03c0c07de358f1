"""What objects say about what somebody wrote beside them: a node or a caller that goes without, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, Pair, labels_of, same_namespace, selector_of, selects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incident_bot.kubectl import KubeObject

_NAME = r"(?<![\w.-]){}(?![\w-]|\.\w)"
_REPELLING = ("NoSchedule", "NoExecute")


def find_repelled_daemons(by_kind: ByKind, notes: Sequence[str]) -> Iterator[Join]:
    """Taints of a node that a note complains about, which a DaemonSet whose template was read does not tolerate.

    The DaemonSet controller counts such a node as none of its own, so that all its numbers are well.
    """
    for node, relation in _named_in(notes, by_kind, "Node"):
        for path, taint in find_values(node.body, "spec.taints[]"):
            if first_value(taint, "effect") not in _REPELLING or _is_set_by_cluster(taint):
                continue
            for daemons, _ in by_kind.get("DaemonSet", ()):
                spec = first_value(daemons.body, "spec.template.spec")
                tolerations = [item for _, item in find_values(spec, "tolerations[]")]
                if not first_value(spec, "containers") or any(_tolerates(item, taint) for item in tolerations):
                    continue
                if not selects(_node_selector(spec), labels_of_node(node)):
                    continue
                yield Join(
                    name="daemon-set-not-tolerant",
                    subject=node,
                    relation=relation,
                    path=path,
                    value=_show(taint),
                    other=daemons,
                    other_path="spec.template.spec.tolerations",
                    groups={
                        "daemons": daemons.name,
                        "node": node.name,
                        "taint": _show(taint),
                        "place": daemons.namespace,
                    },
                )


def _named_in(notes: Sequence[str], by_kind: ByKind, kind: str) -> list[Pair]:
    pairs = by_kind.get(kind, ())
    return [pair for pair in pairs if any(re.search(_NAME.format(re.escape(pair[0].name)), note) for note in notes)]


def _is_set_by_cluster(taint: object) -> bool:
    """Conditions of nodes come as taints too; those the DaemonSet controller tolerates by itself."""
    return str(first_value(taint, "key") or "").startswith("node.kubernetes.io/")


def _tolerates(toleration: object, taint: object) -> bool:
    """Source: `ToleratesTaint`, kubernetes/api core/v1."""
    key, effect = first_value(toleration, "key"), first_value(toleration, "effect")
    if effect not in (None, "", first_value(taint, "effect")) or key not in (None, "", first_value(taint, "key")):
        return False
    if first_value(toleration, "operator") == "Exists" or not key:
        return True
    return (first_value(toleration, "value") or "") == (first_value(taint, "value") or "")


def _show(taint: object) -> str:
    value = first_value(taint, "value")
    return f"{first_value(taint, 'key')}{f'={value}' if value else ''}:{first_value(taint, 'effect')}"


def _node_selector(spec: object) -> Mapping[str, str]:
    selector = first_value(spec, "nodeSelector")
    return {str(key): str(value) for key, value in selector.items()} if isinstance(selector, dict) else {}


def labels_of_node(node: KubeObject) -> Mapping[str, str]:
    """The labels of a node, as far as they were read."""
    labels = first_value(node.body, "metadata.labels")
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}


def find_local_services(by_kind: ByKind, notes: Sequence[str]) -> Iterator[Join]:
    """Services with `externalTrafficPolicy: Local`, and a node that a note complains about where none of their pods runs."""
    for service, relation in by_kind.get("Service", ()):
        if first_value(service.body, "spec.externalTrafficPolicy") != "Local":
            continue
        selector = selector_of(service)
        pods = [item for item, _ in by_kind.get("Pod", ()) if same_namespace(service, item) and _is_of(item, selector)]
        nodes = {str(first_value(pod.body, "spec.nodeName") or "") for pod in pods} - {""}
        empty = [item.name for item, _ in _named_in(notes, by_kind, "Node") if item.name not in nodes]
        if nodes and empty:
            yield Join(
                name="local-traffic-without-pod",
                subject=service,
                relation=relation,
                path="spec.externalTrafficPolicy",
                value="Local",
                other=pods[0],
                other_path="spec.nodeName",
                groups={
                    "service": service.name,
                    "empty": ", ".join(sorted(empty)),
                    "nodes": ", ".join(sorted(nodes)),
                },
            )


def _is_of(pod: KubeObject, selector: Mapping[str, str]) -> bool:
    """Whether a Service selects a pod; where a listing shows no labels, the pod's name begins with a value of the selector."""
    labels = labels_of(pod)
    if labels:
        return bool(selector) and selects(selector, labels)
    return any(pod.name.startswith(f"{value}-") for value in selector.values())
