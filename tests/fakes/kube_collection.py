"""One pod on one node as an API server holds it, and what collecting it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.config import EvidenceConfig
from incident_bot.evidence.kubernetes import connect
from incident_bot.model import Alert, EvidenceKind, Gap, Incident, RawEvidence, Target

if TYPE_CHECKING:
    from fakes.kube_api import (
        KubeApi,
    )
    from incident_bot.evidence import Collected

POD = {
    "kind": "Pod",
    "apiVersion": "v1",
    "metadata": {"name": "api-0", "namespace": "shop", "uid": "u-1"},
    "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "app:1"}]},
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "app",
                "restartCount": 0,
                "ready": True,
                "state": {"running": {"startedAt": "2026-11-21T10:00:00Z"}},
            }
        ],
    },
}


NODE = {"kind": "Node", "apiVersion": "v1", "metadata": {"name": "n1", "uid": "u-2"}, "status": {}}


EVENT = {
    "kind": "Event",
    "apiVersion": "v1",
    "metadata": {"name": "api-0.1", "namespace": "shop", "uid": "u-3"},
    "involvedObject": {"kind": "Pod", "name": "api-0", "namespace": "shop", "uid": "u-1"},
    "type": "Normal",
    "reason": "Pulled",
    "message": "Container image already present on machine",
    "lastTimestamp": "2026-11-21T10:00:00Z",
    "count": 1,
}


POD_PATH = "/pods/api-0$"


EVENTS_PATH = "/namespaces/shop/events"


LOG_PATH = "/pods/api-0/log"


LINES = b"".join(b"line %d\n" % number for number in range(5000))


def collect(api: KubeApi, *, deadline_s: float = 20.0, log_bytes: int = 1_000_000, kubeconfig: str = "") -> Collected:
    """What is collected about the pod."""
    config = EvidenceConfig(deadline_s=deadline_s, log_bytes=log_bytes)
    source = connect(config, kubeconfig_data=kubeconfig or api.kubeconfig())
    target = Target(namespace="shop", pod="api-0")
    try:
        return source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
    finally:
        source.close()


def collect_target(api: KubeApi, target: Target) -> Collected:
    """What is collected about a target."""
    source = connect(kubeconfig_data=api.kubeconfig())
    try:
        return source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
    finally:
        source.close()


def gap_about(collected: Collected, words: str) -> Gap:
    """The one gap that says these words."""
    found = [gap for gap in collected.gaps if words in f"{gap.what} {gap.reason}"]
    assert len(found) == 1, collected.gaps
    return found[0]


def log_of(collected: Collected) -> RawEvidence:
    """The one log."""
    (log,) = [item for item in collected.items if item.kind is EvidenceKind.LOG]
    return log
