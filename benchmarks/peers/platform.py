"""Conditions of storage, configuration, rights, operators and resources of one's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from benchmarks.peers.cluster import Cluster, condition, text_at, values_at
from incident_bot.diagnosis.fieldpaths import first_value, read_quantity
from incident_bot.diagnosis.health.objects import is_custom
from incident_bot.kubectl import KubeObject

Found = Iterator[tuple[KubeObject, str]]

_SMALL = 2.0**30
_LARGE = 2**20
_DEFAULT = "metadata.annotations[storageclass.kubernetes.io/is-default-class]"


@condition(
    "claim-not-provisioned",
    "PersistentVolumeClaim",
    "a pending claim's last event is ProvisioningFailed",
    scenario="claim-names-a-storage-class-of-another-cluster",
)
def claim_not_provisioned(cluster: Cluster) -> Found:
    for item in cluster.all_of("PersistentVolumeClaim"):
        event = cluster.last_event(item) if text_at(item, "status.phase") == "Pending" else None
        if event and event.reason == "ProvisioningFailed":
            yield item, event.message


@condition(
    "claim-pending-or-lost",
    "Storage",
    "a claim is Pending or Lost",
    scenario="claim-wants-another-access-mode-than-its-volume",
    is_default=False,
)
def claim_pending_or_lost(cluster: Cluster) -> Found:
    for item in cluster.all_of("PersistentVolumeClaim"):
        if text_at(item, "status.phase") in ("Pending", "Lost"):
            yield item, f"is {text_at(item, 'status.phase')}"


@condition("volume-failed", "Storage", "a volume is Failed", scenario="volume-failed-to-be-recycled", is_default=False)
def volume_failed(cluster: Cluster) -> Found:
    for item in cluster.all_of("PersistentVolume"):
        if text_at(item, "status.phase") == "Failed":
            yield item, f"is Failed {text_at(item, 'status.message')}".strip()


@condition(
    "volume-released", "Storage", "a volume is Released", scenario="volumes-that-nobody-tidied-beside-claims-that-are-bound", is_default=False,
    harmless="it was kept on purpose; told where a claim waits for it",
)  # fmt: skip
def volume_released(cluster: Cluster) -> Found:
    return (
        (item, "is Released")
        for item in cluster.all_of("PersistentVolume")
        if text_at(item, "status.phase") == "Released"
    )


@condition(
    "storage-oddity", "Storage", "a claim or volume below 1 Gi, a class without provisioner, two default classes, a claim without class",
    scenario="volumes-that-nobody-tidied-beside-claims-that-are-bound", is_default=False, harmless="all of these work",
)  # fmt: skip
def storage_oddity(cluster: Cluster) -> Found:
    sizes = {"PersistentVolume": "spec.capacity.storage", "PersistentVolumeClaim": "spec.resources.requests.storage"}
    for item in cluster.all_of(*sizes):
        size = read_quantity(first_value(item.body, sizes[item.kind]))
        if size is not None and size < _SMALL:
            yield item, "is small"
        is_named = text_at(item, "spec.storageClassName|spec.volumeName")
        if item.kind == "PersistentVolumeClaim" and text_at(item, "status.phase") == "Bound" and not is_named:
            yield item, "names no storage class"
    defaults = [item for item in cluster.all_of("StorageClass") if _is_default(item)]
    for item in cluster.all_of("StorageClass"):
        if text_at(item, "provisioner|table.PROVISIONER") == "kubernetes.io/no-provisioner":
            yield item, "has no provisioner"
        if item in defaults and len(defaults) > 1:
            yield item, f"is one of {len(defaults)} default classes"


def _is_default(item: KubeObject) -> bool:
    return text_at(item, _DEFAULT) == "true" or text_at(item, "table.NAME").endswith("(default)")


@condition(
    "config-map-oddity", "ConfigMap", "no pod uses it, it is empty, or larger than 1 MB", scenario="untidy-namespace-in-which-nothing-fails",
    harmless="programs read ConfigMaps through the API too, and none fails for one that is there",
)  # fmt: skip
def config_map_oddity(cluster: Cluster) -> Found:
    used = {str(name) for pod in cluster.all_of("Pod") for path in _MAPS for name in values_at(pod, path)}
    for item in cluster.all_of("ConfigMap"):
        data = first_value(item.body, "data|binaryData")
        if "table" not in item.body and item.name not in used:
            yield item, "is used by no pod"
        if "table" not in item.body and not data:
            yield item, "is empty"
        elif isinstance(data, dict) and sum(len(str(value)) for value in data.values()) > _LARGE:
            yield item, "is larger than 1 MB"


_MAPS = (
    "spec.volumes[].configMap.name",
    *(
        f"spec.{kind}[].{path}"
        for kind in ("containers", "initContainers")
        for path in ("envFrom[].configMapRef.name", "env[].valueFrom.configMapKeyRef.name")
    ),
)


@condition(
    "security-oddity", "Security", "the default account is used, a binding grants wildcards, a container is privileged, a pod has no security context",
    scenario="untidy-namespace-in-which-nothing-fails", is_default=False, harmless="a matter of safety, and no reason why anything fails",
)  # fmt: skip
def security_oddity(cluster: Cluster) -> Found:
    for pod in cluster.all_of("Pod"):
        if "table" in pod.body or not values_at(pod, "spec.containers[]"):
            continue
        if True in values_at(pod, "spec.containers[].securityContext.privileged"):
            yield pod, "has a privileged container"
        elif first_value(pod.body, "spec.securityContext") is None:
            yield pod, "has no security context"
        if text_at(pod, "spec.serviceAccountName") == "default" and list(cluster.all_of("ServiceAccount")):
            yield pod, "uses the default service account"
    roles = {item.name: item for item in cluster.all_of("Role", "ClusterRole")}
    for item in cluster.all_of("RoleBinding"):
        role = roles.get(text_at(item, "roleRef.name"))
        if role and "*" in values_at(role, "rules[].verbs[]|rules[].resources[]"):
            yield item, f"grants wildcards of {role.name}"


@condition(
    "catalog-not-ready",
    "CatalogSource",
    "its connection is not READY",
    scenario="catalog-source-does-not-connect",
    is_default=False,
)
def catalog_not_ready(cluster: Cluster) -> Found:
    for item in cluster.all_of("CatalogSource"):
        state = text_at(item, "status.connectionState.lastObservedState")
        if state and state.upper() != "READY":
            yield item, f"its connection is {state}"


@condition(
    "operator-not-installed",
    "ClusterServiceVersion",
    "its phase is not Succeeded",
    scenario="operator-version-has-unmet-requirements",
    is_default=False,
)
def operator_not_installed(cluster: Cluster) -> Found:
    for item in cluster.all_of("ClusterServiceVersion"):
        phase = text_at(item, "status.phase")
        if phase and phase != "Succeeded":
            yield item, f"is {phase}: {_worst(item)}"


@condition(
    "subscription-behind", "Subscription", "it has no state, or an upgrade is pending or available", scenario="operator-upgrade-waits-for-its-approval-beside-the-version-that-runs", is_default=False,
    harmless="upgrades may wait; told where nothing is installed, or where it cannot be resolved",
)  # fmt: skip
def subscription_behind(cluster: Cluster) -> Found:
    for item in cluster.all_of("Subscription"):
        state = text_at(item, "status.state")
        if state in ("", "UpgradePending", "UpgradeAvailable"):
            yield item, f"its state is {state or 'not told'}: {_worst(item)}"


@condition(
    "install-plan-incomplete",
    "InstallPlan",
    "its phase is not Complete",
    scenario="install-plan-failed",
    is_default=False,
)
def install_plan_incomplete(cluster: Cluster) -> Found:
    for item in cluster.all_of("InstallPlan"):
        phase = text_at(item, "status.phase")
        first = next(iter(values_at(item, "status.conditions[]")), None)
        if phase and phase != "Complete":
            yield item, f"is {phase}: {first_value(first, 'reason')}: {first_value(first, 'message')}"


@condition(
    "two-operator-groups",
    "OperatorGroup",
    "a namespace has more than one",
    scenario="two-operator-groups-in-one-namespace",
    is_default=False,
)
def two_operator_groups(cluster: Cluster) -> Found:
    counts = Counter(item.namespace for item in cluster.all_of("OperatorGroup"))
    for item in cluster.all_of("OperatorGroup"):
        if counts[item.namespace] > 1:
            yield item, f"is one of {counts[item.namespace]} OperatorGroups of its namespace"


@condition(
    "cluster-catalog-condition",
    "ClusterCatalog",
    "it does not serve, or its work has not succeeded",
    scenario="cluster-catalog-does-not-serve",
    is_default=False,
)
def cluster_catalog_condition(cluster: Cluster) -> Found:
    yield from _progress(cluster, "ClusterCatalog", "Serving")


@condition(
    "cluster-extension-condition",
    "ClusterExtension",
    "it is not installed, or its work has not succeeded",
    scenario="cluster-extension-is-not-installed",
    is_default=False,
)
def cluster_extension_condition(cluster: Cluster) -> Found:
    yield from _progress(cluster, "ClusterExtension", "Installed")


def _progress(cluster: Cluster, kind: str, aim: str) -> Found:
    for item in cluster.all_of(kind):
        for found in values_at(item, "status.conditions[]"):
            name, status, reason = (first_value(found, key) for key in ("type", "status", "reason"))
            if (name == aim and status != "True") or (name == "Progressing" and reason != "Succeeded"):
                yield item, f"{name} is {status}, reason {reason}: {first_value(found, 'message')}"


def _worst(item: KubeObject) -> str:
    for found in values_at(item, "status.conditions[]"):
        reason, message = first_value(found, "reason"), first_value(found, "message")
        if first_value(found, "status") != "True" and (reason or message):
            return f"{reason}: {message}"
    return ""


@condition(
    "device-class-missing",
    "ResourceClaim",
    "a device class of it does not exist",
    scenario="device-claim-names-a-class-that-is-not-listed",
    is_default=False,
)
def device_class_missing(cluster: Cluster) -> Found:
    path = "spec.devices.requests[].deviceClassName|spec.devices.requests[].exactly.deviceClassName"
    for item in cluster.all_of("ResourceClaim"):
        for name in values_at(item, path):
            if cluster.is_absent("DeviceClass", name, item):
                yield item, f"device class {name} does not exist"


@condition(
    "resource-held",
    "custom resources",
    "it is being deleted and has finalizers",
    scenario="bucket-object-waits-for-its-cleanup",
    is_default=False,
)
def resource_held(cluster: Cluster) -> Found:
    for item in _custom(cluster):
        if text_at(item, "metadata.deletionTimestamp") and values_at(item, "metadata.finalizers[]"):
            yield item, f"is held by {values_at(item, 'metadata.finalizers[]')[0]}"


@condition(
    "resource-not-well",
    "custom resources",
    "Ready is not True, or a condition, phase, state or health says that it failed",
    scenario="custom-resource-in-error-state",
    is_default=False,
)
def resource_not_well(cluster: Cluster) -> Found:
    for item in _custom(cluster):
        for found in values_at(item, "status.conditions[]"):
            name, status = str(first_value(found, "type")), first_value(found, "status")
            if (name == "Ready" and status != "True") or ("failed" in name.lower() and status == "True"):
                yield item, f"{name} is {status} ({first_value(found, 'reason')}): {first_value(found, 'message')}"
        for path in ("status.phase", "status.state"):
            if re.fullmatch(r"failed|error", text_at(item, path), re.IGNORECASE):
                yield item, f"is {text_at(item, path)}"
        health = text_at(item, "status.health.status")
        if health and health not in ("Healthy", "Unknown"):
            yield item, f"its health is {health}"


_OTHERS = frozenset(
    {
        "Gateway",
        "GatewayClass",
        "HTTPRoute",
        "HorizontalPodAutoscaler",
        "PersistentVolumeClaim",
        "ReplicaSet",
        "Resource",
    }
)


def _custom(cluster: Cluster) -> Iterator[KubeObject]:
    return (item for item in cluster.objects if is_custom(item.kind) and item.kind not in _OTHERS)
