"""An alert's labels -> the Kubernetes objects that it points at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from incident_bot.intake.names import (
    KINDS,
    is_cluster_name,
    is_dns_label,
    is_object_name,
    workload_of,
)
from incident_bot.model import Gap, Target

# The first label that has a value wins. Spellings: kube-state-metrics and cAdvisor, relabelled
# scrape configs, OpenTelemetry's resource attributes as Prometheus writes them.
_CLUSTER = ("cluster", "cluster_name", "kubernetes_cluster", "k8s_cluster_name")
_NAMESPACE = ("namespace", "kubernetes_namespace", "kube_namespace", "k8s_namespace_name")
_POD = ("pod", "pod_name", "kubernetes_pod_name", "k8s_pod_name")
_CONTAINER = ("container", "container_name", "kubernetes_container_name", "k8s_container_name")
_NODE = ("node", "nodename", "kubernetes_node", "k8s_node_name")
_WORKLOADS = (
    ("deployment", "Deployment"),
    ("statefulset", "StatefulSet"),
    ("daemonset", "DaemonSet"),
    ("rollout", "Rollout"),
    ("cronjob", "CronJob"),
    ("job_name", "Job"),
    ("replicaset", "ReplicaSet"),
    ("k8s_deployment_name", "Deployment"),
    ("k8s_statefulset_name", "StatefulSet"),
    ("k8s_daemonset_name", "DaemonSet"),
)
_NAMED_WORKLOADS = (("workload", "workload_type"), ("owner_name", "owner_kind"), ("created_by_name", "created_by_kind"))
_PLAIN_NAMES = (
    *(*_CLUSTER, *_NAMESPACE, *_POD, *_CONTAINER, *_NODE),
    *(name for name, _kind in _WORKLOADS),
    *(name for pair in _NAMED_WORKLOADS for name in pair),
)
TARGET_LABELS = frozenset((*_PLAIN_NAMES, *(f"exported_{name}" for name in _PLAIN_NAMES), "instance"))
"""Every label that may decide which objects an alert is about."""

_IP_WITH_PORT = re.compile(r"\[?([0-9A-Za-z.:-]{1,253}?)\]?(?::\d{1,5})?")


class _Labels:
    """Reads labels by meaning, checks each value and remembers what it had to ignore."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self.gaps: list[Gap] = []

    def first(self, names: tuple[str, ...], valid: Callable[[str], bool]) -> str:
        for name in names:
            # Prometheus moves a metric's own label to `exported_*` when the scrape target has one
            # of the same name: then the plain one names the exporter, not the workload.
            for label in (f"exported_{name}", name):
                value = self._labels.get(label, "").strip()
                if value and valid(value):
                    return value
                if value and value != "POD":
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
    for label, kind in _WORKLOADS:
        if name := reader.first((label,), is_object_name):
            return kind, name
    for label, kind_label in _NAMED_WORKLOADS:
        kind = KINDS.get(reader.first((kind_label,), lambda value: value.isalpha()).lower(), "")
        name = reader.first((label,), is_object_name)
        if name and (kind or label == "workload"):
            return kind, name
    return "", ""


def _is_exporter(pod: str) -> bool:
    """kube-state-metrics' own pod: with honour-labels unset it stands on every alert about other objects."""
    return "kube-state-metrics" in pod


def _instance(labels: Mapping[str, str]) -> str:
    """The host of `instance` (node-exporter and kubelet alerts), without its port."""
    found = _IP_WITH_PORT.fullmatch(labels.get("instance", ""))
    return found[1] if found and is_object_name(found[1]) else ""
