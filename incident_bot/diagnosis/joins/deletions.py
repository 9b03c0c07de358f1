"""Objects that were deleted and stay: a claim that a pod still mounts, anything that a finalizer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, same_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl import KubeObject

_DELETED = "metadata.deletionTimestamp"
_HAS_RULES_OF_ITS_OWN = frozenset({"Pod", "Namespace", "PersistentVolumeClaim"})


def find_used_claims(by_kind: ByKind) -> Iterator[Join]:
    """Claims that were deleted while a pod uses them: `kubernetes.io/pvc-protection` keeps them until the pod is gone."""
    for claim, relation in by_kind.get("PersistentVolumeClaim", ()):
        if first_value(claim.body, _DELETED) is None:
            continue
        told = first_value(claim.body, "status.usedBy")
        pod = next((item for item, _ in by_kind.get("Pod", ()) if _mounts(item, claim)), None)
        user = pod.name if pod else str(told[0]) if isinstance(told, list) and told else ""
        if user:
            yield Join(
                name="claim-deleted-in-use",
                subject=claim,
                relation=relation,
                path=_DELETED,
                value=user,
                other=pod or claim,
                other_path="spec.volumes" if pod else "status.usedBy",
                groups={"claim": claim.name, "user": user},
            )


def _mounts(pod: KubeObject, claim: KubeObject) -> bool:
    claims = (name for _, name in find_values(pod.body, "spec.volumes[].persistentVolumeClaim.claimName"))
    return same_namespace(pod, claim) and claim.name in claims


def find_held(by_kind: ByKind) -> Iterator[Join]:
    """Objects with a time of deletion and a finalizer: the controller that should remove it has not done so yet."""
    for kind, pairs in by_kind.items():
        for item, relation in pairs if kind not in _HAS_RULES_OF_ITS_OWN else ():
            names = [str(name) for _, name in find_values(item.body, "metadata.finalizers[]")]
            if names and first_value(item.body, _DELETED) is not None:
                yield Join(
                    name="deletion-held-by-finalizer",
                    subject=item,
                    relation=relation,
                    path="metadata.finalizers[0]",
                    value=names[0],
                    other=item,
                    other_path=_DELETED,
                    groups={"kind": kind, "held": item.name, "finalizer": ", ".join(names), "place": item.namespace},
                )
