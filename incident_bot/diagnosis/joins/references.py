"""Names of objects that a listing of their kind does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import TEMPLATED, ByKind, Join, is_listed, same_namespace
from incident_bot.diagnosis.targets import Relation, stem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl import KubeObject


@dataclass(frozen=True, slots=True)
class _Reference:
    """A field that names another object of the same namespace."""

    name: str
    kinds: tuple[str, ...]
    path: str
    wanted: str


def _in_template(name: str, path: str, wanted: str) -> tuple[_Reference, _Reference]:
    return (
        _Reference(name, ("Pod",), f"spec.{path}", wanted),
        _Reference(name, tuple(sorted(TEMPLATED)), f"spec.template.spec.{path}", wanted),
    )


def _device_classes(spec: str) -> str:
    """Where a claim names its device classes: below `exactly` since resource.k8s.io/v1beta2, beside the name before."""
    return f"{spec}.devices.requests[].exactly.deviceClassName|{spec}.devices.requests[].deviceClassName"


_REFERENCES = (
    _Reference("governing-service-missing", ("StatefulSet",), "spec.serviceName", "Service"),
    *_in_template("pull-secret-missing", "imagePullSecrets[].name", "Secret"),
    *_in_template("secret-missing", "volumes[].secret.secretName", "Secret"),
    *_in_template("secret-missing", "containers[].envFrom[].secretRef.name", "Secret"),
    *_in_template("secret-missing", "containers[].env[].valueFrom.secretKeyRef.name", "Secret"),
    *_in_template("config-map-missing", "volumes[].configMap.name", "ConfigMap"),
    *_in_template("config-map-missing", "containers[].envFrom[].configMapRef.name", "ConfigMap"),
    *_in_template("config-map-missing", "containers[].env[].valueFrom.configMapKeyRef.name", "ConfigMap"),
    *_in_template("claim-missing", "volumes[].persistentVolumeClaim.claimName", "PersistentVolumeClaim"),
    _Reference("ingress-class-missing", ("Ingress",), "spec.ingressClassName", "IngressClass"),
    _Reference("gateway-class-missing", ("Gateway",), "spec.gatewayClassName", "GatewayClass"),
    _Reference("tls-secret-missing", ("Ingress",), "spec.tls[].secretName", "Secret"),
    _Reference("storage-class-missing", ("PersistentVolumeClaim",), "spec.storageClassName", "StorageClass"),
    _Reference(
        "claim-template-class-missing",
        ("StatefulSet",),
        "spec.volumeClaimTemplates[].spec.storageClassName",
        "StorageClass",
    ),
    _Reference("device-class-missing", ("ResourceClaim",), _device_classes("spec"), "DeviceClass"),
    _Reference("device-class-missing", ("ResourceClaimTemplate",), _device_classes("spec.spec"), "DeviceClass"),
    _Reference(
        "admission-policy-missing",
        ("ValidatingAdmissionPolicyBinding",),
        "spec.policyName",
        "ValidatingAdmissionPolicy",
    ),
    *(
        _Reference("autoscaler-target-missing", ("HorizontalPodAutoscaler",), "spec.scaleTargetRef.name", kind)
        for kind in ("Deployment", "StatefulSet")
    ),
)


def find_missing(by_kind: ByKind) -> Iterator[Join]:
    """Names of objects that a listing of their kind does not have."""
    for reference in _REFERENCES:
        for kind in reference.kinds:
            for item, relation in by_kind.get(kind, ()):
                yield from _missing_from(reference, item, relation, by_kind)


def _missing_from(reference: _Reference, item: KubeObject, relation: Relation, by_kind: ByKind) -> Iterator[Join]:
    if not is_listed(reference.wanted, item, by_kind):
        return
    if _is_settled(reference, item, by_kind):
        return
    known = {other.name for other, _ in by_kind[reference.wanted] if same_namespace(item, other)}
    for path, value in find_values(item.body, reference.path):
        parent = first_value(item.body, path.rpartition(".")[0]) if "[" in path else None
        is_optional = isinstance(parent, dict) and parent.get("optional") is True
        if isinstance(value, str) and value not in known and not is_optional:
            groups = {"name": value, "wanted": reference.wanted, "owner": item.name}
            if item.kind == "HorizontalPodAutoscaler":
                groups = {**groups, "object": item.name, "error": f'{reference.wanted} "{value}" not found'}
            yield Join(name=reference.name, subject=item, relation=relation, path=path, value=value, groups=groups)


def _is_settled(reference: _Reference, item: KubeObject, by_kind: ByKind) -> bool:
    """Whether a name is needed no more, or is that of another kind: what is bound, allocated or scaled has found its own."""
    if reference.name == "claim-template-class-missing":
        pods = (
            pod for pod, _ in by_kind.get("Pod", ()) if same_namespace(item, pod) and stem_of(pod.name) == item.name
        )
        return not any(first_value(pod.body, "status.phase") == "Pending" for pod in pods)
    if item.kind == "HorizontalPodAutoscaler":
        is_scaled = first_value(item.body, "status.conditions[AbleToScale].status") == "True"
        return is_scaled or str(first_value(item.body, "spec.scaleTargetRef.kind")) != reference.wanted
    if item.kind == "PersistentVolumeClaim":
        return bool(first_value(item.body, "status.phase") != "Pending")
    return item.kind == "ResourceClaim" and first_value(item.body, "status.allocation") is not None
