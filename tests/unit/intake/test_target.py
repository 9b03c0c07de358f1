"""Labels -> target: exporters' traps, spellings, hostile values."""

from __future__ import annotations

import pytest

from incident_bot.intake.target import target_of
from incident_bot.model import Target


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param(
            {"namespace": "ml", "pod": "api-0", "container": "server", "cluster": "prod"},
            Target(cluster="prod", namespace="ml", pod="api-0", container="server"),
            id="plain",
        ),
        pytest.param(
            {
                "exported_namespace": "ml",
                "namespace": "monitoring",
                "exported_pod": "api-0",
                "pod": "kube-state-metrics-x",
            },
            Target(namespace="ml", pod="api-0"),
            id="honour-labels unset: exported_* names the workload",
        ),
        pytest.param(
            {
                "namespace": "ml",
                "deployment": "api",
                "pod": "kube-state-metrics-7d9f8b6c5d-x2k8p",
                "container": "kube-state-metrics",
            },
            Target(namespace="ml", workload_kind="Deployment", workload="api"),
            id="the exporter's own pod on an alert about a deployment",
        ),
        pytest.param(
            {"namespace": "monitoring", "pod": "kube-state-metrics-7d9f8b6c5d-x2k8p"},
            Target(namespace="monitoring", pod="kube-state-metrics-7d9f8b6c5d-x2k8p"),
            id="an alert about the exporter itself",
        ),
        pytest.param(
            {"namespace": "ml", "job_name": "train-1", "job": "kube-state-metrics"},
            Target(namespace="ml", workload_kind="Job", workload="train-1"),
            id="job is the scrape job, job_name the Job",
        ),
        pytest.param(
            {"namespace": "ml", "workload": "api", "workload_type": "deployment"},
            Target(namespace="ml", workload_kind="Deployment", workload="api"),
            id="kube-prometheus recording rules",
        ),
        pytest.param(
            {"namespace": "ml", "owner_kind": "ReplicaSet", "owner_name": "api-7d9f8b6c5d"},
            Target(namespace="ml", workload_kind="ReplicaSet", workload="api-7d9f8b6c5d"),
            id="kube_pod_owner",
        ),
        pytest.param({"owner_kind": "Node", "owner_name": "node-1"}, Target(), id="a node is no workload"),
        pytest.param({"node": "node-1"}, Target(node="node-1"), id="node"),
        pytest.param(
            {"instance": "node-1.example:9100"}, Target(node="node-1.example"), id="instance of a node exporter"
        ),
        pytest.param(
            {"instance": "10.0.0.1:8080", "pod": "api-0"}, Target(pod="api-0"), id="instance of a pod is no node"
        ),
        pytest.param({"instance": "http://x/?a=b"}, Target(), id="instance of a blackbox probe"),
        pytest.param({"pod": "api-0", "container": "POD"}, Target(pod="api-0"), id="the pause container is nobody"),
        pytest.param(
            {"k8s_namespace_name": "ml", "k8s_pod_name": "api-0"}, Target(namespace="ml", pod="api-0"), id="OTel"
        ),
    ],
)
def test_labels_name_the_target(labels: dict[str, str], expected: Target) -> None:
    target, gaps = target_of(labels)

    assert expected == target
    assert gaps == ()


@pytest.mark.parametrize(
    "hostile", ["a; rm -rf /", "../../secrets", "x?watch=1", "A" * 300, "a\nb", "${{ github.token }}"]
)
def test_hostile_values_are_left_out_and_noted_without_being_repeated(hostile: str) -> None:
    target, gaps = target_of({"namespace": "ml", "pod": hostile})

    assert target == Target(namespace="ml")
    assert [gap.what for gap in gaps] == ["label pod"]
    assert hostile not in str(gaps)


def test_an_invalid_exported_label_falls_back_to_the_plain_one() -> None:
    target, gaps = target_of({"exported_pod": "not a pod", "pod": "api-0"})

    assert target.pod == "api-0"
    assert [gap.what for gap in gaps] == ["label exported_pod"]
