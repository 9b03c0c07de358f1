"""NetworkPolicies beside the pods that they select and the namespaces that they let in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import (
    TEMPLATED,
    ByKind,
    Join,
    Pair,
    labels_of,
    same_namespace,
    selector_of,
    selects,
)
from incident_bot.diagnosis.targets import stem_of
from incident_bot.kubectl import SELECTED
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incident_bot.kubectl import KubeObject

_WORKLOADS = (*sorted(TEMPLATED), "Job", "Pod")


def find_policies(by_kind: ByKind) -> Iterator[Join]:
    """NetworkPolicies that select a pod which was read; an empty selector selects every pod of the namespace."""
    for policy, _ in by_kind.get("NetworkPolicy", ()):
        selected = next(_selected_by(policy, by_kind), None)
        if selected is not None:
            types = _types_of(policy)
            groups = {"policy": policy.name, "direction": "/".join(types).lower()}
            yield _observe("policy-selects-pod", policy, selected, ", ".join(types), groups)


def find_forbidden_names(by_kind: ByKind) -> Iterator[Join]:
    """Egress policies of a pod that was read, where none of them all lets anything out to port 53: no name can be resolved.

    What one policy forbids another may allow, so each of a pod's policies is asked.
    """
    egress = [policy for policy, _ in by_kind.get("NetworkPolicy", ()) if "Egress" in _types_of(policy)]
    for policy in egress:
        for selected in (pair for kind in _WORKLOADS for pair in by_kind.get(kind, ()) if _may_select(policy, pair[0])):
            rules = [rule for other in egress if _may_select(other, selected[0]) for rule in _egress_rules(other)]
            if not any(_lets_names_through(rule) for rule in rules):
                yield _observe("policy-forbids-names", policy, selected, policy.name, {"policy": policy.name})
                break


def _selected_by(policy: KubeObject, by_kind: ByKind) -> Iterator[Pair]:
    near = (pair for kind in _WORKLOADS for pair in by_kind.get(kind, ()))
    return (pair for pair in near if _selects(policy, pair[0]))


def _selects(policy: KubeObject, item: KubeObject) -> bool:
    selector, labels = selector_of(policy, "spec.podSelector.matchLabels"), labels_of(item)
    if not labels:
        return not selector and bool(item.namespace) and item.namespace == policy.namespace
    return same_namespace(item, policy) and selects(selector, labels)


def _may_select(policy: KubeObject, item: KubeObject) -> bool:
    """Whether a policy selects an object, or, where its labels were not read, names its workload as everybody labels it."""
    if labels_of(item) or not same_namespace(item, policy):
        return _selects(policy, item)
    selector = selector_of(policy, "spec.podSelector.matchLabels")
    by_name = len(selector) == 1 and _NAME_LABELS.issuperset(selector)
    return _selects(policy, item) or (by_name and stem_of(item.name) in selector.values())


_NAME_LABELS = frozenset({"app", "app.kubernetes.io/name", "k8s-app", "name"})


def _types_of(policy: KubeObject) -> list[str]:
    types = first_value(policy.body, "spec.policyTypes")
    return [str(item) for item in types] if isinstance(types, list) and types else ["Ingress"]


def _egress_rules(policy: KubeObject) -> list[object]:
    return [rule for _, rule in find_values(policy.body, "spec.egress[]")]


def _observe(name: str, policy: KubeObject, selected: Pair, value: str, groups: Mapping[str, str]) -> Join:
    return Join(name=name, subject=policy, relation=selected[1], path="metadata.name", value=value, groups=groups)


def _lets_names_through(rule: object) -> bool:
    """A rule without ports allows them all; one with ports must have that of DNS."""
    ports = [port for _, port in find_values(rule, "ports[].port")]
    return not ports or any(str(port) in _DNS_PORTS for port in ports)


_DNS_PORTS = frozenset({"53", "dns", "dns-tcp", "domain"})


def find_admissions(by_kind: ByKind) -> Iterator[Join]:
    """Peers of NetworkPolicies, chosen by namespace labels that no namespace has of all that were listed."""
    namespaces = [(item, namespace_labels(item)) for item, _ in by_kind.get("Namespace", ())]
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


def find_unmatched_peers(by_kind: ByKind, told: Sequence[str]) -> Iterator[Join]:
    """Ingress policies of a pod that was read, whose only peers are pods of labels that no pod has of all that were listed.

    Only where a log or a note tells of somebody who gets no answer: a policy may well be older than whom it lets in.
    """
    if not any(_LATE.search(text) for text in told):
        return
    for policy, relation in by_kind.get("NetworkPolicy", ()):
        peers = [peer for _, peer in find_values(policy.body, "spec.ingress[].from[]")]
        wanted = [selector_of_peer(peer) for peer in peers]
        near = [(item, labels_of(item)) for item, _ in by_kind.get("Pod", ()) if same_namespace(policy, item)]
        labelled = [(item, labels) for item, labels in near if labels and SELECTED not in item.body]
        selected = next(_selected_by(policy, by_kind), None)
        is_whole = len(labelled) == len(near) > 1 and wanted and all(wanted)
        if selected is None or not is_whole or any(selects(one, labels) for one in wanted for _, labels in labelled):
            continue
        key = next(iter(wanted[0]))
        other = next(((item, labels) for item, labels in labelled if key in labels), None)
        yield Join(
            name="policy-admits-no-pod",
            subject=policy,
            relation=min(relation, selected[1]),
            path=f"spec.ingress[0].from[0].podSelector.matchLabels.{key}",
            value=f"{key}={wanted[0][key]}",
            other=other[0] if other else None,
            other_path=f"metadata.labels.{key}" if other else "",
            groups={
                "policy": policy.name,
                "wanted": ", ".join(f"{name}={value}" for name, value in wanted[0].items()),
                "labels": ", ".join(sorted({f"{key}={labels[key]}" for _, labels in labelled if key in labels}))
                or f"no label {key}",
            },
        )


_LATE = compile_later(r"\btim(?:e|ed|es|ing)[ -]?outs?\b|deadline exceeded|ETIMEDOUT|Errno 110", re.IGNORECASE)


def selector_of_peer(peer: object) -> Mapping[str, str]:
    """The labels of pods that a peer asks for; empty where it asks for anything else too, or for every pod."""
    labels = first_value(peer, "podSelector.matchLabels")
    is_alone = isinstance(peer, dict) and set(peer) == {"podSelector"}
    return {str(key): str(value) for key, value in labels.items()} if is_alone and isinstance(labels, dict) else {}


_FEWEST_NAMESPACES = 2
"""One namespace shown alone is no listing."""
_PEERS = "spec.ingress[].from[].namespaceSelector.matchLabels|spec.egress[].to[].namespaceSelector.matchLabels"


def namespace_labels(item: KubeObject) -> Mapping[str, str]:
    """The labels of a namespace, as far as its listing shows them."""
    labels = first_value(item.body, "metadata.labels")
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}
