"""Kubernetes' kinds: how kubectl shortens them, and which belong to no namespace."""

from __future__ import annotations

_KINDS = [
    "Pod",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "ReplicationController",
    "Node",
    "Namespace",
    "Service",
    "Endpoints",
    "EndpointSlice",
    "Ingress",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "IngressClass",
    "ConfigMap",
    "Secret",
    "ServiceAccount",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "ResourceQuota",
    "LimitRange",
    "NetworkPolicy",
    "Event",
    "Lease",
    "PriorityClass",
    "VolumeAttachment",
    "CSINode",
    "ResourceClaim",
    "InferenceService",
    "ServingRuntime",
    "Rollout",
    "Workload",
    "Certificate",
    "CertificateRequest",
    "Order",
    "Challenge",
    "Issuer",
    "ClusterIssuer",
    "ExternalSecret",
    "SecretStore",
    "ClusterSecretStore",
    "Application",
    "ApplicationSet",
    "HelmRelease",
    "Kustomization",
    "GitRepository",
    "Backup",
    "BackupStorageLocation",
    "Schedule",
    "Restore",
    "Gateway",
    "GatewayClass",
    "HTTPRoute",
    "GRPCRoute",
    "NodeClaim",
    "NodePool",
    "ScaledObject",
    "VerticalPodAutoscaler",
    "Kafka",
    "Revision",
    "ResourceClaimTemplate",
    "DeviceClass",
    "VolumeSnapshot",
    "CustomResourceDefinition",
]
_SHORT = {
    "po": "Pod", "rs": "ReplicaSet", "deploy": "Deployment", "sts": "StatefulSet", "ds": "DaemonSet", "cj": "CronJob",
    "rc": "ReplicationController", "no": "Node", "ns": "Namespace", "svc": "Service", "ep": "Endpoints",
    "ing": "Ingress", "pvc": "PersistentVolumeClaim", "pv": "PersistentVolume", "sc": "StorageClass",
    "cm": "ConfigMap", "sa": "ServiceAccount", "hpa": "HorizontalPodAutoscaler", "pdb": "PodDisruptionBudget",
    "quota": "ResourceQuota", "limits": "LimitRange", "netpol": "NetworkPolicy", "ev": "Event", "pc": "PriorityClass",
    "isvc": "InferenceService", "vpa": "VerticalPodAutoscaler", "es": "ExternalSecret", "hr": "HelmRelease",
    "ks": "Kustomization", "bsl": "BackupStorageLocation", "crd": "CustomResourceDefinition",
}  # fmt: skip
_PLURALS = {
    "endpoints": "Endpoints",
    "ingresses": "Ingress",
    "networkpolicies": "NetworkPolicy",
    "ingressclasses": "IngressClass",
    "storageclasses": "StorageClass",
    "priorityclasses": "PriorityClass",
    "deviceclasses": "DeviceClass",
    "gatewayclasses": "GatewayClass",
    "gitrepositories": "GitRepository",
    "crds": "CustomResourceDefinition",
}
_BY_WORD = {kind.lower(): kind for kind in _KINDS} | {kind.lower() + "s": kind for kind in _KINDS} | _SHORT | _PLURALS
CLUSTER_SCOPED = frozenset(
    {"Node", "Namespace", "PersistentVolume", "StorageClass", "IngressClass", "PriorityClass", "NodeMetrics"}
)
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Rollout"})


def kind_of(word: str) -> str:
    """`Pod` of `pod`, `pods`, `po` or `deployment.apps`; an unknown word is returned with its first letter raised."""
    stem = word.strip().split(".", 1)[0]
    known = _BY_WORD.get(stem.lower())
    return known or stem[:1].upper() + stem[1:]
