"""Alertmanager's webhook bodies, as many as a test needs."""

from __future__ import annotations

from typing import Any


def alert(
    name: str = "ModelPodOOMKilled", *, pod: str = "api-0", status: str = "firing", **labels: str
) -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": name, "namespace": "ml", "pod": pod, "severity": "critical", **labels},
        "annotations": {"summary": f"{pod} is in trouble"},
        "startsAt": "2026-11-20T14:12:02.336416002Z",
        "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-20T15:00:00Z",
        "generatorURL": "http://prometheus:9090/graph?g0.expr=x",
        "fingerprint": f"{abs(hash((name, pod))) % 16**16:016x}",
    }


def body(*alerts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "version": "4",
        "groupKey": '{}:{alertname="x"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "incident-bot",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093",
        "alerts": list(alerts),
        **fields,
    }
