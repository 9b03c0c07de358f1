"""What two objects say about each other: names that lead nowhere, labels that select nothing, ports nobody has.

Kubernetes reports none of this. A Service whose selector has a typo is valid and silent, and so are all its pods;
only reading both sides shows it. A join is offered only where both sides were read, so that a folder with half of
the objects says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value, read_quantity
from incident_bot.diagnosis.joins.addresses import find_unknown_addresses
from incident_bot.diagnosis.joins.admission import find_broken_policies, find_webhooks
from incident_bot.diagnosis.joins.budgets import find_exhausted_budgets
from incident_bot.diagnosis.joins.callers import find_missed_schedules, find_overlapping_runs, find_refused_callers
from incident_bot.diagnosis.joins.claims import find_released_volumes, find_unfit_volumes
from incident_bot.diagnosis.joins.complaints import find_local_services, find_repelled_daemons
from incident_bot.diagnosis.joins.components import find_idle_managers, find_idle_scheduler, find_undeleted
from incident_bot.diagnosis.joins.config import find_changes
from incident_bot.diagnosis.joins.deletions import find_held, find_used_claims
from incident_bot.diagnosis.joins.ingress_paths import find_lost_paths
from incident_bot.diagnosis.joins.ingresses import find_certificates, find_unclassed
from incident_bot.diagnosis.joins.join import ByKind, Join, Pair, Said, same_namespace
from incident_bot.diagnosis.joins.lifetimes import find_failed_starts, find_outlived, find_overdue
from incident_bot.diagnosis.joins.operators import find_requirements, find_unapproved
from incident_bot.diagnosis.joins.permissions import find_unwritable
from incident_bot.diagnosis.joins.policies import (
    find_admissions,
    find_forbidden_names,
    find_policies,
    find_unmatched_peers,
)
from incident_bot.diagnosis.joins.references import find_missing
from incident_bot.diagnosis.joins.routes import find_detached_routes, find_route_backends
from incident_bot.diagnosis.joins.scalers import find_saturated, find_unmeasured
from incident_bot.diagnosis.joins.services import find_backends, find_ports, find_selectors
from incident_bot.diagnosis.joins.stale_addresses import find_stale_addresses
from incident_bot.diagnosis.joins.stale_files import find_asked_files, find_stale_files
from incident_bot.diagnosis.joins.strangers import find_misdirected, find_strangers
from incident_bot.diagnosis.joins.usage import find_at_limit, find_full_nodes
from incident_bot.diagnosis.joins.variables import find_misspelt
from incident_bot.diagnosis.targets import Relation, stem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from incident_bot.kubectl import KubeObject

_REFERENCED = frozenset({"name", "wanted", "owner"})
JOINS: Mapping[str, frozenset[str]] = {
    "service-selects-no-pod": frozenset({"service", "wanted", "found", "selected"}),
    "service-selects-stranger": frozenset({"service", "wanted", "stranger", "pods"}),
    "service-sends-to-stranger": frozenset({"service", "wanted", "stranger", "pods", "closed"}),
    "service-port-unmatched": frozenset({"service", "port", "declared", "selected"}),
    "ingress-backend-missing": frozenset({"ingress", "service", "port", "what"}),
    "ingress-rewrite-loses-path": frozenset({"ingress", "route", "target", "lost"}),
    "ingress-path-exact": frozenset({"ingress", "route", "asked"}),
    "ingress-strips-context": frozenset({"ingress", "route", "target", "asked"}),
    "ingress-prefix-unknown": frozenset({"ingress", "route", "asked"}),
    "ingress-port-unmatched": frozenset({"ingress", "service", "port", "declared"}),
    "governing-service-missing": _REFERENCED,
    "pull-secret-missing": _REFERENCED,
    "secret-missing": _REFERENCED,
    "config-map-missing": _REFERENCED,
    "claim-missing": _REFERENCED,
    "storage-class-missing": _REFERENCED,
    "ingress-class-missing": _REFERENCED,
    "tls-secret-missing": _REFERENCED,
    "gateway-class-missing": _REFERENCED,
    "device-class-missing": _REFERENCED,
    "admission-policy-missing": _REFERENCED,
    "autoscaler-target-missing": _REFERENCED | {"object", "error"},
    "claim-template-class-missing": _REFERENCED,
    "ingress-class-absent": frozenset({"ingress", "classes"}),
    "tls-secret-unusable": frozenset({"ingress", "secret", "type", "lacking", "keys"}),
    "claim-volume-unfit": frozenset({"claim", "volume", "error"}),
    "claim-volume-released": frozenset({"claim", "volume", "place"}),
    "claim-deleted-in-use": frozenset({"claim", "user"}),
    "deletion-held-by-finalizer": frozenset({"kind", "held", "finalizer", "place"}),
    "policy-admits-no-pod": frozenset({"policy", "wanted", "labels"}),
    "daemon-set-not-tolerant": frozenset({"daemons", "node", "taint", "place"}),
    "local-traffic-without-pod": frozenset({"service", "empty", "nodes"}),
    "scheduler-not-running": frozenset({"waiting", "scheduler", "state"}),
    "controller-manager-not-running": frozenset({"kind", "changed", "manager", "state", "generations"}),
    "update-waits-for-deletion": frozenset({"set", "old", "new"}),
    "budget-allows-none": frozenset({"budget", "evicted", "rule", "place"}),
    "quota-used-up": frozenset({"quota", "used", "limited"}),
    "policy-selects-pod": frozenset({"policy", "direction"}),
    "policy-forbids-names": frozenset({"policy"}),
    "policy-admits-nobody": frozenset({"policy", "wanted", "labels"}),
    "config-map-newer": frozenset({"name", "pods", "changed"}),
    "volume-out-of-reach": frozenset({"volume", "zone", "zones"}),
    "autoscaler-at-maximum": frozenset({"object", "replicas", "use", "target"}),
    "autoscaler-request-missing": frozenset({"object", "target", "metric", "error"}),
    "webhook-unanswered": frozenset({"webhook", "service", "place", "why"}),
    "operator-requirement-missing": frozenset({"operator", "requirement", "why"}),
    "operator-plan-unapproved": frozenset({"plan", "operator", "version"}),
    "admission-policy-broken": frozenset({"policy", "expression", "error"}),
    "route-gateway-missing": frozenset({"route", "kind", "place", "gateway", "why"}),
    "route-not-admitted": frozenset({"route", "kind", "place", "gateway", "why"}),
    "route-backend-missing": frozenset({"route", "kind", "place", "service", "why"}),
    "route-port-unmatched": frozenset({"route", "kind", "place", "service", "why"}),
    "killed-before-it-answered": frozenset({"starting", "lived", "allowed", "cpu"}),
    "sidecar-outlives-job": frozenset({"sidecar", "program", "pod"}),
    "pod-at-cpu-limit": frozenset({"pod", "used", "limit"}),
    "policy-refuses-caller": frozenset({"policy", "caller", "wanted"}),
    "address-unknown": frozenset({"asked", "lacking", "near"}),
    "address-stale": frozenset({"asked", "service", "current"}),
    "variable-misspelt": frozenset({"wanted", "near"}),
    "killed-at-end-of-grace": frozenset({"killed", "grace", "pod"}),
    "volume-not-writable": frozenset({"held", "place", "user", "refused"}),
    "schedule-missed": frozenset({"cronjob"}),
    "schedule-overlaps": frozenset({"cronjob", "runs"}),
    "node-cpu-used-up": frozenset({"full", "use", "taker"}),
    "mounted-file-stale": frozenset({"file", "map", "old", "new"}),
    "mounted-file-older": frozenset({"user", "file", "map", "changed"}),
    "one-revision-fails": frozenset({"revision", "working", "deployment"}),
}
"""Every join by name, with the names that it gives a rule's texts."""


def find_joins(
    objects: Sequence[Pair], logs: Sequence[Said] = (), notes: Sequence[str] = (), alerts: Sequence[str] = ()
) -> tuple[Join, ...]:
    """Every join among objects of one case, pods among them, and between them and what logs, notes and alerts complain of."""
    by_kind: dict[str, list[Pair]] = {}
    for pair in objects:
        by_kind.setdefault(pair[0].kind, []).append(pair)
    beside_logs = (join for find in _BESIDE_LOGS for join in find(by_kind, logs))
    beside_notes = (join for find in _BESIDE_NOTES for join in find(by_kind, notes)) if notes else ()
    told = [*notes, *(said.text for said in logs)]
    return (
        *(join for find in _FINDERS for join in find(by_kind)),
        *find_misdirected(by_kind, [*notes, *alerts]),
        *beside_logs,
        *beside_notes,
        *find_unmatched_peers(by_kind, told),
    )


def _find_quotas(by_kind: ByKind) -> Iterator[Join]:
    """Quotas that are used up while a workload of their namespace is refused its pods."""
    for quota, relation in by_kind.get("ResourceQuota", ()):
        hard, used = first_value(quota.body, "status.hard"), first_value(quota.body, "status.used")
        for resource, limit in hard.items() if isinstance(hard, dict) and isinstance(used, dict) else ():
            told, bound = read_quantity(used.get(resource)), read_quantity(limit)
            refused = next((item for item, _ in _refused(by_kind) if same_namespace(item, quota)), None)
            if told is not None and bound is not None and told >= bound > 0 and refused is not None:
                yield Join(
                    name="quota-used-up",
                    subject=quota,
                    relation=relation,
                    path=f"status.hard.{resource}",
                    value=str(limit),
                    other=refused,
                    other_path="status.conditions[ReplicaFailure]",
                    groups={
                        "quota": quota.name,
                        "used": f"{resource}={used.get(resource)}",
                        "limited": f"{resource}={limit}",
                    },
                )


def _refused(by_kind: ByKind) -> Iterator[Pair]:
    for kind in ("Deployment", "ReplicaSet"):
        for item, relation in by_kind.get(kind, ()):
            if first_value(item.body, "status.conditions[ReplicaFailure].status") == "True":
                yield item, relation


def _find_zones(by_kind: ByKind) -> Iterator[Join]:
    """Volumes that may be used only in zones, or on nodes, where none of the nodes read is."""
    nodes = [item for item, _ in by_kind.get("Node", ())]
    for volume, relation in by_kind.get("PersistentVolume", ()):
        for path, term in find_values(volume.body, _AFFINITY):
            key, values = str(first_value(term, "key") or ""), first_value(term, "values")
            found = {str(first_value(node.body, f"metadata.labels[{key}]") or "") for node in nodes} - {""}
            if key and isinstance(values, list) and found and not found & set(map(str, values)):
                yield Join(
                    name="volume-out-of-reach",
                    subject=volume,
                    relation=relation,
                    path=path,
                    value=", ".join(map(str, values)),
                    groups={
                        "volume": volume.name,
                        "zone": ", ".join(map(str, values)),
                        "zones": ", ".join(sorted(found)),
                    },
                )


_AFFINITY = "spec.nodeAffinity.required.nodeSelectorTerms[].matchExpressions[]"


def _find_revisions(by_kind: ByKind) -> Iterator[Join]:
    """Deployments of which only the pods of one revision fail, while those of another are ready."""
    pods: dict[str, dict[str, list[Pair]]] = {}
    for item, relation in by_kind.get("Pod", ()):
        revision = item.name.rpartition("-")[0]
        if stem_of(item.name) != revision and relation < Relation.NEIGHBOUR:
            pods.setdefault(stem_of(item.name), {}).setdefault(revision, []).append((item, relation))
    for workload, revisions in pods.items():
        failing = {name for name, pairs in revisions.items() if not any(_is_ready(item) for item, _ in pairs)}
        working = {name for name, pairs in revisions.items() if all(_is_ready(item) for item, _ in pairs)}
        if len(failing) != 1 or not working or len(revisions) != 2:
            continue
        item, relation = revisions[next(iter(failing))][0]
        yield Join(
            name="one-revision-fails",
            subject=item,
            relation=relation,
            path="",
            value=next(iter(failing)),
            other=revisions[next(iter(working))][0][0],
            groups={"revision": next(iter(failing)), "working": next(iter(working)), "deployment": workload},
        )


def _is_ready(pod: KubeObject) -> bool:
    states = [value for _, value in find_values(pod.body, "status.containerStatuses[].ready")]
    row = first_value(pod.body, "table.READY")
    if isinstance(row, str) and not states:
        ready, _, wanted = row.partition("/")
        return ready == wanted and first_value(pod.body, "table.STATUS") == "Running"
    return bool(states) and all(state is True for state in states)


_FINDERS: Iterable[Callable[[ByKind], Iterator[Join]]] = (
    _find_quotas,
    find_selectors,
    find_ports,
    find_backends,
    find_unclassed,
    find_certificates,
    find_unfit_volumes,
    find_released_volumes,
    find_used_claims,
    find_held,
    find_idle_scheduler,
    find_idle_managers,
    find_undeleted,
    find_missing,
    find_policies,
    find_admissions,
    find_forbidden_names,
    find_changes,
    _find_zones,
    _find_revisions,
    find_saturated,
    find_unmeasured,
    find_webhooks,
    find_broken_policies,
    find_detached_routes,
    find_route_backends,
    find_requirements,
    find_unapproved,
    find_failed_starts,
    find_outlived,
    find_at_limit,
    find_full_nodes,
)

_BESIDE_LOGS: Iterable[Callable[[ByKind, Sequence[Said]], Iterator[Join]]] = (
    find_refused_callers,
    find_missed_schedules,
    find_overlapping_runs,
    find_unknown_addresses,
    find_exhausted_budgets,
    find_strangers,
    find_stale_files,
    find_stale_addresses,
    find_lost_paths,
    find_misspelt,
    find_overdue,
    find_unwritable,
)

_BESIDE_NOTES: Iterable[Callable[[ByKind, Sequence[str]], Iterator[Join]]] = (
    find_repelled_daemons,
    find_local_services,
    find_asked_files,
)
