"""NetworkPolicies beside the pods that they select and the namespaces that they let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joining import TEMPLATED, ByKind, Join, labels_of, same_namespace, selector_of, selects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.kubectl import KubeObject

_WORKLOADS = (*sorted(TEMPLATED), "Job", "Pod")


def find_policies(by_kind: ByKind) -> Iterator[Join]:
    """NetworkPolicies that select a pod which was read; an empty selector selects every pod of the namespace."""
    for policy, _ in by_kind.get("NetworkPolicy", ()):
        selector = selector_of(policy, "spec.podSelector.matchLabels")
        for item, relation in (pair for kind in _WORKLOADS for pair in by_kind.get(kind, ())):
            if same_namespace(item, policy) and _selects(policy, selector, item):
                types = first_value(policy.body, "spec.policyTypes") or ["Ingress"]
                yield Join(
                    name="policy-selects-pod",
                    subject=policy,
                    relation=relation,
                    path="metadata.name",
                    value=", ".join(map(str, types)) if isinstance(types, list) else str(types),
                    groups={"policy": policy.name, "direction": "/".join(map(str, types)).lower()},
                )
                break


def _selects(policy: KubeObject, selector: Mapping[str, str], item: KubeObject) -> bool:
    labels = labels_of(item)
    if not labels:
        return not selector and bool(item.namespace) and item.namespace == policy.namespace
    return selects(selector, labels)


def find_forbidden_names(by_kind: ByKind) -> Iterator[Join]:
    """Egress policies of pods that were read, where no rule lets anything out to port 53: no name can be resolved."""
    for policy, _ in by_kind.get("NetworkPolicy", ()):
        types = first_value(policy.body, "spec.policyTypes")
        rules = [rule for _, rule in find_values(policy.body, "spec.egress[]")]
        if not (isinstance(types, list) and "Egress" in types) or any(_lets_names_through(rule) for rule in rules):
            continue
        selector = selector_of(policy, "spec.podSelector.matchLabels")
        for item, relation in (pair for kind in _WORKLOADS for pair in by_kind.get(kind, ())):
            if same_namespace(item, policy) and _selects(policy, selector, item):
                yield Join(
                    name="policy-forbids-names",
                    subject=policy,
                    relation=relation,
                    path="metadata.name",
                    value=policy.name,
                    groups={"policy": policy.name},
                )
                break


def _lets_names_through(rule: object) -> bool:
    """A rule without ports allows them all; one with ports must have that of DNS."""
    ports = [port for _, port in find_values(rule, "ports[].port")]
    return not ports or any(str(port) in _DNS_PORTS for port in ports)


_DNS_PORTS = frozenset({"53", "dns", "dns-tcp", "domain"})


def find_admissions(by_kind: ByKind) -> Iterator[Join]:
    """Peers of NetworkPolicies, chosen by namespace labels that no namespace has of all that were listed."""
    namespaces = [(item, _namespace_labels(item)) for item, _ in by_kind.get("Namespace", ())]
    if len(namespaces) < _FEWEST_NAMESPACES or not any(labels for _, labels in namespaces):
        return
    for policy, relation in by_kind.get("NetworkPolicy", ()):
        for path, selector in find_values(policy.body, _PEERS):
            wanted = {str(key): str(value) for key, value in selector.items()} if isinstance(selector, dict) else {}
            if not wanted or any(selects(wanted, labels) for _, labels in namespaces):
                continue
            key = next(iter(wanted))
            near = next(((item, labels[key]) for item, labels in namespaces if key in labels), None)
            yield Join(
                name="policy-admits-nobody",
                subject=policy,
                relation=relation,
                path=f"{path}.{key}",
                value=f"{key}={wanted[key]}",
                other=near[0] if near else None,
                other_path=f"metadata.labels[{key}]" if near else "",
                groups={
                    "policy": policy.name,
                    "wanted": ", ".join(f"{name}={value}" for name, value in wanted.items()),
                    "labels": ", ".join(sorted({f"{key}={labels[key]}" for _, labels in namespaces if key in labels}))
                    or f"no label {key}",
                },
            )


_FEWEST_NAMESPACES = 2
"""One namespace shown alone is no listing."""
_PEERS = "spec.ingress[].from[].namespaceSelector.matchLabels|spec.egress[].to[].namespaceSelector.matchLabels"


def _namespace_labels(item: KubeObject) -> Mapping[str, str]:
    labels = first_value(item.body, "metadata.labels")
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}
