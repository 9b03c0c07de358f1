"""An allow-list of an object's fields as YAML: what the cluster collector may keep of what the API answered.

Values of environment variables, annotations other than a few, command lines and everything
not named here stay behind: they hold secrets and personal data. `read` reads the result back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml

_ANNOTATIONS = frozenset(
    {
        "deployment.kubernetes.io/revision",
        "kubernetes.io/change-cause",
        "kubectl.kubernetes.io/restartedAt",
        "cluster-autoscaler.kubernetes.io/safe-to-evict",
        "volume.kubernetes.io/selected-node",
        "volume.kubernetes.io/storage-provisioner",
        "pv.kubernetes.io/bind-completed",
        "batch.kubernetes.io/job-completion-index",
        "kubernetes.io/limit-ranger",
    }
)
_NODE_LABELS = (
    "node.kubernetes.io/",
    "topology.kubernetes.io/",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "node-role.kubernetes.io/",
    "nvidia.com/gpu",
    "cloud.google.com/gke-nodepool",
    "cloud.google.com/gke-accelerator",
    "cloud.google.com/gke-spot",
    "eks.amazonaws.com/nodegroup",
    "eks.amazonaws.com/capacityType",
    "kubernetes.azure.com/agentpool",
    "karpenter.sh/",
)
_API_VERSIONS = {
    "Deployment": "apps/v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_PROBE_FIELDS = (
    "tcpSocket", "grpc", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold",
    "failureThreshold", "terminationGracePeriodSeconds",
)  # fmt: skip
_VOLUME_SOURCES: dict[str, tuple[str, ...]] = {
    "configMap": ("name", "optional", "items"),
    "secret": ("secretName", "optional", "items"),
    "persistentVolumeClaim": ("claimName", "readOnly"),
    "emptyDir": ("medium", "sizeLimit"),
    "hostPath": ("path", "type"),
    "nfs": ("server", "path", "readOnly"),
    "csi": ("driver", "readOnly"),
    "ephemeral": (),
    "downwardAPI": (),
    "image": ("reference", "pullPolicy"),
}


def project_object(kind: str, body: Mapping[str, Any]) -> str:
    """YAML of the allowed fields of an API object, camelCase as the API answers it.

    `kind` is what was asked for, since members of lists do not say it. A kind without a
    projection of its own keeps its identity, conditions and replica counts.
    """
    plain: dict[str, Any] = {
        "apiVersion": body.get("apiVersion") or _API_VERSIONS.get(kind, "v1"),
        "kind": kind,
        "metadata": _metadata(kind, _mapping(body.get("metadata"))),
    }
    spec = _SPECS.get(kind, _other_spec)(_mapping(body.get("spec")))
    status = _STATUSES.get(kind, _other_status)(_mapping(body.get("status")))
    plain |= {key: value for key, value in (("spec", spec), ("status", status)) if value}
    return _dump(plain)


class _Dumper(yaml.SafeDumper):
    """Repeats equal values instead of anchoring them, and writes text with line breaks as a block."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _dump(plain: dict[str, Any]) -> str:
    """One line a value, however long: a citation is one line, and it should hold the whole message."""
    text: str = yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    return text


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _pick(source: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The named fields that are set, as plain values."""
    return {key: _plain(source[key]) for key in keys if source.get(key) not in (None, [], {}, "")}


def _plain(value: Any) -> Any:
    """Only what YAML can write: the client may hand out datetimes and its own types."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)


def _metadata(kind: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    picked = _pick(
        metadata, "name", "generateName", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "finalizers", "generation",
    )  # fmt: skip
    labels = _mapping(metadata.get("labels"))
    if kind == "Node":
        labels = {key: value for key, value in labels.items() if str(key).startswith(_NODE_LABELS)}
    annotations = {key: value for key, value in _mapping(metadata.get("annotations")).items() if key in _ANNOTATIONS}
    owners = [
        _pick(owner, "apiVersion", "kind", "name", "uid", "controller")
        for owner in _items(metadata.get("ownerReferences"))
    ]
    for key, value in (("labels", _plain(labels)), ("annotations", _plain(annotations)), ("ownerReferences", owners)):
        if value:
            picked[key] = value
    return picked


def _pod_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    picked = _pick(
        spec, "nodeName", "restartPolicy", "serviceAccountName", "priorityClassName", "priority", "runtimeClassName",
        "schedulerName", "terminationGracePeriodSeconds", "activeDeadlineSeconds", "hostNetwork", "dnsPolicy",
        "nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "schedulingGates", "resources",
    )  # fmt: skip
    for field in ("initContainers", "containers", "ephemeralContainers"):
        containers = [_container(item) for item in _items(spec.get(field))]
        if containers:
            picked[field] = containers
    volumes = [_volume(item) for item in _items(spec.get("volumes"))]
    secrets = [_pick(item, "name") for item in _items(spec.get("imagePullSecrets"))]
    user = _pick(_mapping(spec.get("securityContext")), *_USER)
    for key, value in (("volumes", volumes), ("imagePullSecrets", secrets), ("securityContext", user)):
        if value:
            picked[key] = value
    return picked


_USER = ("runAsUser", "runAsGroup", "runAsNonRoot", "fsGroup", "readOnlyRootFilesystem")
"""As whom a program runs, and which group gets its volumes."""


def _container(container: Mapping[str, Any]) -> dict[str, Any]:
    """A container without values of variables and arguments; of its command only the program's name."""
    picked = _pick(container, "name", "image", "imagePullPolicy", "restartPolicy", "ports", "resources", "workingDir")
    command = container.get("command")
    if isinstance(command, list | tuple) and command:
        picked["command"] = [str(command[0]).split(" ", 1)[0]]
    for field in _PROBES:
        probe = _probe(_mapping(container.get(field)))
        if probe:
            picked[field] = probe
    variables = [_variable(item) for item in _items(container.get("env"))]
    sources = [_pick(item, "configMapRef", "secretRef") for item in _items(container.get("envFrom"))]
    mounts = [_pick(item, "name", "mountPath", "subPath", "readOnly") for item in _items(container.get("volumeMounts"))]
    user = _pick(_mapping(container.get("securityContext")), *_USER)
    for key, value in (("env", variables), ("envFrom", sources), ("volumeMounts", mounts), ("securityContext", user)):
        if value:
            picked[key] = value
    return picked


def _probe(probe: Mapping[str, Any]) -> dict[str, Any]:
    """A probe without its headers and arguments."""
    picked = _pick(probe, *_PROBE_FIELDS)
    request = _pick(_mapping(probe.get("httpGet")), "path", "port", "scheme", "host")
    command = _mapping(probe.get("exec")).get("command")
    if request:
        request["path"] = str(request.get("path", "/")).split("?", 1)[0]
        picked["httpGet"] = request
    if isinstance(command, list | tuple) and command:
        picked["exec"] = {"command": [str(command[0]).split(" ", 1)[0]]}
    return picked


def _variable(variable: Mapping[str, Any]) -> dict[str, Any]:
    """A variable's name and where its value comes from, never the value."""
    picked = _pick(variable, "name")
    source = _mapping(variable.get("valueFrom"))
    origin = _pick(source, "configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef")
    return picked | ({"valueFrom": origin} if origin else {})


def _volume(volume: Mapping[str, Any]) -> dict[str, Any]:
    picked = _pick(volume, "name")
    for source, value in volume.items():
        if source == "name" or value is None:
            continue
        if source == "projected":
            picked[source] = {"sources": [_projected(item) for item in _items(_mapping(value).get("sources"))]}
        else:
            picked[str(source)] = _pick(_mapping(value), *_VOLUME_SOURCES.get(str(source), ()))
    return picked


def _projected(source: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): _pick(_mapping(value), "name", "optional") for key, value in source.items() if value is not None}


def _template(spec: Mapping[str, Any]) -> dict[str, Any]:
    template = _mapping(spec.get("template"))
    pod = _pod_spec(_mapping(template.get("spec")))
    return {"template": {"spec": pod}} if pod else {}


def _workload_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    picked = _pick(
        spec, "replicas", "selector", "strategy", "updateStrategy", "minReadySeconds", "progressDeadlineSeconds",
        "revisionHistoryLimit", "paused", "serviceName", "podManagementPolicy", "parallelism", "completions",
        "completionMode", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "suspend",
        "podFailurePolicy",
    )  # fmt: skip
    claims = [
        {"metadata": _pick(_mapping(item.get("metadata")), "name"), "spec": _claim_spec(_mapping(item.get("spec")))}
        for item in _items(spec.get("volumeClaimTemplates"))
    ]
    return picked | ({"volumeClaimTemplates": claims} if claims else {}) | _template(spec)


def _cron_job_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    picked = _pick(spec, "schedule", "timeZone", "concurrencyPolicy", "suspend", "startingDeadlineSeconds")
    job = _workload_spec(_mapping(_mapping(spec.get("jobTemplate")).get("spec")))
    return picked | ({"jobTemplate": {"spec": job}} if job else {})


def _node_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    return _pick(spec, "taints", "unschedulable")


def _claim_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    return _pick(spec, "storageClassName", "volumeName", "volumeMode", "accessModes", "resources", "dataSource")


def _other_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    return _pick(
        spec, "replicas", "scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "hard", "selector", "minAvailable",
        "maxUnavailable", "type", "ports", "storageClassName",
    )  # fmt: skip


def _pod_status(status: Mapping[str, Any]) -> dict[str, Any]:
    return _pick(
        status, "phase", "reason", "message", "conditions", "nominatedNodeName", "qosClass", "startTime", "podIP",
        "hostIP", "resize", "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses",
    )  # fmt: skip


def _node_status(status: Mapping[str, Any]) -> dict[str, Any]:
    return _pick(status, "conditions", "capacity", "allocatable", "nodeInfo")


def _other_status(status: Mapping[str, Any]) -> dict[str, Any]:
    """Phases, conditions and every count; lists such as a node's images stay behind."""
    counts = {key: value for key, value in status.items() if isinstance(value, int) and not isinstance(value, bool)}
    named = _pick(
        status, "phase", "reason", "message", "conditions", "capacity", "accessModes", "startTime", "completionTime",
        "lastScheduleTime", "lastSuccessfulTime", "failedIndexes", "completedIndexes", "currentRevision",
        "updateRevision", "hard", "used", "currentMetrics", "loadBalancer", "uncountedTerminatedPods",
    )  # fmt: skip
    return named | counts


_SPECS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "Pod": _pod_spec,
    "Deployment": _workload_spec,
    "ReplicaSet": _workload_spec,
    "StatefulSet": _workload_spec,
    "DaemonSet": _workload_spec,
    "Job": _workload_spec,
    "CronJob": _cron_job_spec,
    "Node": _node_spec,
    "PersistentVolumeClaim": _claim_spec,
}
_STATUSES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"Pod": _pod_status, "Node": _node_status}
