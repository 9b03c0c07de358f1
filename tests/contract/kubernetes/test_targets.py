"""What is read for an alert about a pod, a node, or nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.kube_collection import (
    EVENT,
    POD,
    collect_target,
    gap_about,
)
from incident_bot.evidence.kubernetes import connect
from incident_bot.model import Alert, Incident, Target

if TYPE_CHECKING:
    from fakes.kube_api import (
        KubeApi,
    )


def test_of_several_pods_the_worst_is_read_and_the_choice_is_told(api: KubeApi) -> None:
    def replica(name: str, restarts: int, state: dict[str, object]) -> dict[str, object]:
        owner = {"kind": "StatefulSet", "name": "api", "apiVersion": "apps/v1", "controller": True}
        status = {"name": "app", "restartCount": restarts, "state": state}
        return {
            **POD,
            "metadata": {
                "name": name,
                "namespace": "shop",
                "uid": f"u-{name}",
                "labels": {"app": "api"},
                "ownerReferences": [owner],
            },
            "status": {"phase": "Running", "containerStatuses": [status]},
        }

    workload = {
        "kind": "StatefulSet",
        "metadata": {"name": "api", "namespace": "shop", "uid": "u-api"},
        "spec": {"selector": {"matchLabels": {"app": "api"}}},
    }
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    api.objects = [
        workload,
        replica("api-0", 0, {"running": {}}),
        replica("api-1", 7, waiting),
        replica("api-2", 2, waiting),
    ]
    source = connect(kubeconfig_data=api.kubeconfig())

    collected = source.collect(
        Incident(key="0" * 16, alert=Alert(name="A"), target=Target(namespace="shop", workload="api"))
    )

    source.close()
    assert collected.target.pod == "api-1"
    assert gap_about(collected, "names no pod").reason == "the alert names no pod; api-1 is read, the worst off of 3"
    assert [item.name for item in collected.items].count("pods.txt") == 1


def test_an_alert_about_a_node_reads_the_node_and_its_events_only(api: KubeApi) -> None:
    about_node = {
        **EVENT,
        "metadata": {"name": "n1.1", "namespace": "default", "uid": "u-4"},
        "involvedObject": {"kind": "Node", "name": "n1", "uid": "n1"},
        "reason": "NodeNotReady",
    }
    api.objects.append(about_node)

    collected = collect_target(api, Target(node="n1"))

    assert [item.name for item in collected.items] == ["events.txt", "node-n1.yaml"]
    assert "NodeNotReady" in collected.items[0].text
    assert collected.gaps == ()


def test_an_alert_about_nothing_asks_nothing(api: KubeApi) -> None:
    collected = collect_target(api, Target(cluster="prod"))

    assert [gap.kind for gap in collected.gaps] == ["invalid"]
    assert api.reads == []


def test_a_pod_without_a_namespace_is_looked_for_where_kubectl_would(api: KubeApi) -> None:
    collected = collect_target(api, Target(pod="api-0"))

    assert collected.target.namespace == "default"
    assert {read.namespace for read in api.reads} == {"default"}
