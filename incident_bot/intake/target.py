"""An alert's labels -> the Kubernetes objects that it points at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from incident_bot.intake.names import workload_of
from incident_bot.kube_kinds import WORKLOADS, kind_of
from incident_bot.kube_names import is_cluster_name, is_dns_label, is_object_name
from incident_bot.model import Gap, Target


def _spellings(*names: str) -> tuple[str, ...]:
    """Labels in the order in which they count.

    Prometheus moves a metric's own label to `exported_*` when the scrape target has one of the
    same name: then the plain one names the exporter, not the workload.
    """
    return tuple(label for name in names for label in (f"exported_{name}", name))


# The first label that has a value wins. Spellings: kube-state-metrics and cAdvisor, relabelled
# scrape configs, OpenTelemetry's resource attributes as Prometheus writes them.
_CLUSTER = _spellings("cluster", "cluster_name", "kubernetes_cluster", "k8s_cluster_name")
_NAMESPACE = _spellings("namespace", "kubernetes_namespace", "kube_namespace", "k8s_namespace_name")
_POD = _spellings("pod", "pod_name", "kubernetes_pod_name", "k8s_pod_name")
_CONTAINER = _spellings("container", "container_name", "kubernetes_container_name", "k8s_container_name")
_NODE = _spellings("node", "nodename", "kubernetes_node", "k8s_node_name")
_WORKLOADS = (
    (_spellings("deployment"), "Deployment"),
    (_spellings("statefulset"), "StatefulSet"),
    (_spellings("daemonset"), "DaemonSet"),
    (_spellings("rollout"), "Rollout"),
    (_spellings("cronjob"), "CronJob"),
    (_spellings("job_name"), "Job"),
    (_spellings("replicaset"), "ReplicaSet"),
    (_spellings("k8s_deployment_name"), "Deployment"),
    (_spellings("k8s_statefulset_name"), "StatefulSet"),
    (_spellings("k8s_daemonset_name"), "DaemonSet"),
)
_PLAIN_WORKLOAD = _spellings("workload")
_NAMED_WORKLOADS = (
    (_PLAIN_WORKLOAD, _spellings("workload_type")),
    (_spellings("owner_name"), _spellings("owner_kind")),
    (_spellings("created_by_name"), _spellings("created_by_kind")),
)
TARGET_LABELS = frozenset(
    (
        *(*_CLUSTER, *_NAMESPACE, *_POD, *_CONTAINER, *_NODE),
        *(label for labels, _kind in _WORKLOADS for label in labels),
        *(label for pair in _NAMED_WORKLOADS for labels in pair for label in labels),
        "instance",
    )
)
"""Every label that may decide which objects an alert is about."""

_IP_WITH_PORT = re.compile(r"\[?([0-9A-Za-z.:-]{1,253}?)\]?(?::\d{1,5})?")


class _Labels:
    """Reads labels by meaning, checks each value and remembers what it had to ignore."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self.gaps: list[Gap] = []

    def first(self, spellings: tuple[str, ...], valid: Callable[[str], bool]) -> str:
        if self._labels.keys().isdisjoint(spellings):
            return ""
        for label in spellings:
            value = self._labels.get(label)
            if value and (value := value.strip()):
                if valid(value):
                    return value
                if value != "POD":
                    self._ignore(label)
        return ""

    def _ignore(self, label: str) -> None:
        self.gaps.append(
            Gap(
                kind="invalid",
                what=f"label {label}",
                reason="its value is not a name that Kubernetes allows, so it was not used",
                remedy="Correct the label in the alert rule or in the sender.",
            )
        )


def target_of(labels: Mapping[str, str]) -> tuple[Target, tuple[Gap, ...]]:
    """The target that labels name, and a gap for each label whose value cannot be a name."""
    reader = _Labels(labels)
    kind, workload = _workload(reader)
    pod = reader.first(_POD, is_object_name)
    container = reader.first(_CONTAINER, is_dns_label)
    if _is_exporter(pod) and workload and workload != workload_of(pod)[1]:
        pod = container = ""
    node = reader.first(_NODE, is_object_name)
    target = Target(
        cluster=reader.first(_CLUSTER, is_cluster_name),
        namespace=reader.first(_NAMESPACE, is_dns_label),
        workload_kind=kind,
        workload=workload,
        pod=pod,
        container=container,
        node=node or ("" if pod or workload else _instance(labels)),
    )
    return target, tuple(reader.gaps)


def _workload(reader: _Labels) -> tuple[str, str]:
    for spellings, kind in _WORKLOADS:
        if name := reader.first(spellings, is_object_name):
            return kind, name
    for spellings, kind_spellings in _NAMED_WORKLOADS:
        kind = kind_of(reader.first(kind_spellings, str.isalpha))
        name = reader.first(spellings, is_object_name)
        if name and (kind in WORKLOADS or spellings is _PLAIN_WORKLOAD):
            return kind if kind in WORKLOADS else "", name
    return "", ""


def _is_exporter(pod: str) -> bool:
    """kube-state-metrics' own pod: with honour-labels unset it stands on every alert about other objects."""
    return "kube-state-metrics" in pod


def _instance(labels: Mapping[str, str]) -> str:
    """The host of `instance` (node-exporter and kubelet alerts), without its port."""
    found = _IP_WITH_PORT.fullmatch(labels.get("instance", ""))
    return found[1] if found and is_object_name(found[1]) else ""
