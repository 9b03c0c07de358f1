"""Ingresses beside the classes and Secrets of their cluster: who serves them, and with which certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, same_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl import KubeObject

_DEFAULT = "metadata.annotations[ingressclass.kubernetes.io/is-default-class]"
_OLD_CLASS = "metadata.annotations[kubernetes.io/ingress.class]"
_ADDRESS = "status.address|status.loadBalancer.ingress[].ip|status.loadBalancer.ingress[].hostname"
_NEEDED = ("tls.crt", "tls.key")
"""What a Secret for TLS has to hold, whatever its type (kubernetes.io/docs/concepts/configuration/secret, TLS Secrets)."""


def find_unclassed(by_kind: ByKind) -> Iterator[Join]:
    """Ingresses without a class and an address, where the classes were read with their annotations and none is the default.

    A table of classes does not show which is the default.
    """
    classes = [item for item, _ in by_kind.get("IngressClass", ())]
    if not classes or any("table" in item.body or first_value(item.body, _DEFAULT) == "true" for item in classes):
        return
    for ingress, relation in by_kind.get("Ingress", ()):
        named = first_value(ingress.body, f"spec.ingressClassName|{_OLD_CLASS}")
        if "spec" in ingress.body and named in (None, "<none>") and not first_value(ingress.body, _ADDRESS):
            yield Join(
                name="ingress-class-absent",
                subject=ingress,
                relation=relation,
                path="metadata.name",
                value=ingress.name,
                other=classes[0],
                other_path="metadata.name",
                groups={"ingress": ingress.name, "classes": ", ".join(sorted(item.name for item in classes))},
            )


def find_certificates(by_kind: ByKind) -> Iterator[Join]:
    """Secrets that an Ingress names for TLS and that lack the key that a controller looks for."""
    for ingress, relation in by_kind.get("Ingress", ()):
        wanted = {value for _, value in find_values(ingress.body, "spec.tls[].secretName")}
        for secret, _ in by_kind.get("Secret", ()):
            keys = _keys_of(secret)
            lacking = [key for key in _NEEDED if key not in keys]
            if secret.name in wanted and same_namespace(ingress, secret) and keys and lacking:
                yield Join(
                    name="tls-secret-unusable",
                    subject=secret,
                    relation=relation,
                    path="type",
                    value=lacking[0],
                    other=ingress,
                    other_path="spec.tls",
                    groups={
                        "ingress": ingress.name,
                        "secret": secret.name,
                        "type": str(secret.body.get("type") or "no type"),
                        "lacking": " and ".join(lacking),
                        "keys": ", ".join(keys),
                    },
                )


def _keys_of(secret: KubeObject) -> list[str]:
    data = first_value(secret.body, "data")
    return sorted(map(str, data)) if isinstance(data, dict) else []
