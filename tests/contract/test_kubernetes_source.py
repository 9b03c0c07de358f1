"""What the collector promises, held on the loopback API server and, with `-m e2e`, on a real node."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes.kube_api import KubeApi, LogKey
from incident_bot.evidence.kubernetes import connect
from incident_bot.model import Alert, EvidenceKind, Incident, RawEvidence, Target

if TYPE_CHECKING:
    from incident_bot.evidence import Collected

OOM = "model-server-is-oom-killed-while-it-loads-weights"
GPU = "trainer-waits-for-a-gpu-that-no-node-has"
HEALTHY = "healthy-model-server"
NAMESPACES = {OOM: "e2e-oom", GPU: "e2e-gpu", HEALTHY: "e2e-healthy"}

_RECORDINGS = Path(__file__).parent / "recordings" / "kubernetes"


@dataclass(frozen=True)
class Cluster:
    """Where to read, as somebody who may, and as the service account that may nothing yet."""

    kubeconfig: str
    powerless: str
    pods: dict[str, str]
    node: str = "node-a"

    def collect(self, scenario: str, *, as_powerless: bool = False, **target: str) -> Collected:
        source = connect(kubeconfig_data=self.powerless if as_powerless else self.kubeconfig)
        try:
            return source.collect(_incident(Target(namespace=NAMESPACES[scenario], **target)))
        finally:
            source.close()


def _incident(target: Target) -> Incident:
    return Incident(key="0" * 16, alert=Alert(name="ModelPodNotRunning"), target=target)


def load_recording(name: str) -> KubeApi:
    recorded = json.loads((_RECORDINGS / f"{name}.json").read_text())
    logs = {
        LogKey(log["pod"], log["container"], log["previous"]): base64.b64decode(log["base64"])
        for log in recorded["logs"]
    }
    return KubeApi(objects=recorded["objects"], logs=dict(logs))


@pytest.fixture(scope="module")
def recorded_cluster() -> Iterator[Cluster]:
    loaded = [load_recording(name) for name in NAMESPACES]
    objects = [item for api in loaded for item in api.objects]
    logs = {key: log for api in loaded for key, log in api.logs.items()}
    pods = {
        name: next(item["metadata"]["name"] for item in api.objects if item["kind"] == "Pod")
        for name, api in zip(NAMESPACES, loaded, strict=True)
    }
    powerful, powerless = KubeApi(objects=objects, logs=logs), KubeApi(objects=objects, logs=logs, allowed=set())
    with powerful.serve(), powerless.serve():
        yield Cluster(kubeconfig=powerful.kubeconfig(), powerless=powerless.kubeconfig(), pods=pods)


@pytest.fixture(scope="module", params=["recorded", pytest.param("node", marks=pytest.mark.e2e)])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    if request.param == "recorded":
        found: Cluster = request.getfixturevalue("recorded_cluster")
        return found
    node, scenarios = request.getfixturevalue("node"), request.getfixturevalue("scenarios")
    return Cluster(
        kubeconfig=node.admin.read_text(),
        powerless=node.bot.read_text(),
        pods={name: scenarios[name].pod(node)["metadata"]["name"] for name in NAMESPACES},
        node=node.name,
    )


def the(collected: Collected, choose: Callable[[RawEvidence], bool]) -> RawEvidence:
    """The one item that is chosen."""
    found = [item for item in collected.items if choose(item)]
    assert len(found) == 1, [item.name for item in collected.items]
    return found[0]


def test_the_pod_is_read_with_its_last_exit_and_without_values_of_variables(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, pod=cluster.pods[OOM])

    pod = the(collected, lambda item: item.name == "pod.yaml")
    assert pod.kind is EvidenceKind.OBJECT
    assert "reason: OOMKilled" in pod.text
    assert "exitCode: 137" in pod.text
    assert "HF_TOKEN" in pod.text
    everything = "\n".join(item.text for item in collected.items)
    assert "not-for-anybodys-eyes" not in everything


def test_every_item_has_an_id_and_a_name_of_its_own(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, pod=cluster.pods[OOM])

    assert [item.id for item in collected.items] == [f"E{n}" for n in range(1, len(collected.items) + 1)]
    assert len({item.name for item in collected.items}) == len(collected.items)


def test_events_of_pod_and_owners_are_one_table_oldest_first(cluster: Cluster) -> None:
    events = the(cluster.collect(OOM, pod=cluster.pods[OOM]), lambda item: item.kind is EvidenceKind.EVENTS)

    lines = events.text.splitlines()
    column = lines[0].index("LAST SEEN")
    times = [datetime.fromisoformat(line[column:].split()[0]) for line in lines[1:]]
    assert times == sorted(times)
    for reason in ("Scheduled", "SuccessfulCreate", "ScalingReplicaSet", "BackOff"):
        assert reason in events.text


def test_logs_of_init_main_and_sidecar_containers_are_read(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, pod=cluster.pods[OOM])

    logs = [item for item in collected.items if item.kind is EvidenceKind.LOG]
    assert {log.container for log in logs} == {"check-cache", "server", "metrics-agent"}
    assert {log.pod for log in logs} == {cluster.pods[OOM]}
    assert any("loading shard" in log.text for log in logs if log.container == "server")


def test_the_container_that_the_alert_names_is_read_first(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, pod=cluster.pods[OOM], container="metrics-agent")

    logs = [item.container for item in collected.items if item.kind is EvidenceKind.LOG]
    assert logs[0] == "metrics-agent"
    assert "server" in logs


def test_owners_rollout_siblings_and_node_are_read(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, pod=cluster.pods[OOM])

    names = {item.name for item in collected.items}
    assert {"deployment-model-server.yaml", "rollout-history.txt", "pods.txt", f"node-{cluster.node}.yaml"} <= names
    assert any(name.startswith("replicaset-model-server-") for name in names)
    siblings = the(collected, lambda item: item.name == "pods.txt").text
    assert cluster.pods[OOM] in siblings
    assert collected.target.workload_kind == "Deployment"
    assert collected.target.workload == "model-server"
    assert collected.target.node == cluster.node


def test_a_pod_without_a_node_has_no_logs_and_says_so_once(cluster: Cluster) -> None:
    collected = cluster.collect(GPU, pod=cluster.pods[GPU])

    assert not [item for item in collected.items if item.kind is EvidenceKind.LOG]
    assert [gap.kind for gap in collected.gaps if gap.what.startswith("logs of pod")] == ["not-found"]
    assert "Insufficient nvidia.com/gpu" in the(collected, lambda item: item.kind is EvidenceKind.EVENTS).text
    assert "job-finetune.yaml" in {item.name for item in collected.items}


def test_a_healthy_pod_leaves_no_gaps(cluster: Cluster) -> None:
    collected = cluster.collect(HEALTHY, pod=cluster.pods[HEALTHY])

    assert collected.gaps == ()
    assert "running" in the(collected, lambda item: item.name == "pod.yaml").text


def test_an_alert_without_a_pod_gets_the_pod_of_its_workload(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, workload="model-server")

    assert collected.target.pod == cluster.pods[OOM]
    assert collected.target.workload_kind == "Deployment"
    assert any(item.kind is EvidenceKind.LOG for item in collected.items)


def test_a_pod_that_is_gone_is_replaced_by_the_worst_of_its_workload(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, pod="model-server-7d9c5b8f6d-x2k4q")

    assert collected.target.pod == cluster.pods[OOM]
    assert any(gap.what == "pod model-server-7d9c5b8f6d-x2k4q" and "gone" in gap.reason for gap in collected.gaps)


def test_an_alert_about_a_namespace_reads_its_worst_pod(cluster: Cluster) -> None:
    collected = cluster.collect(GPU)

    assert collected.target.pod == cluster.pods[GPU]


def test_what_does_not_exist_at_all_is_gaps_and_no_evidence(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, pod="never-was-here-5f7d8c9b6d-abcde")

    assert collected.items == ()
    assert {gap.kind for gap in collected.gaps} == {"not-found"}
    assert any(gap.what == "workload never-was-here in namespace e2e-oom" for gap in collected.gaps)


def test_everything_forbidden_names_each_verb_and_the_manifest_to_apply(cluster: Cluster) -> None:
    collected = cluster.collect(OOM, as_powerless=True, pod=cluster.pods[OOM])

    assert collected.items == ()
    assert {gap.kind for gap in collected.gaps} <= {"forbidden", "not-found"}
    forbidden = [gap for gap in collected.gaps if gap.kind == "forbidden"]
    reasons = {gap.reason for gap in forbidden}
    assert {
        "not allowed to get pods (403)",
        "not allowed to list pods (403)",
        "not allowed to list events (403)",
    } <= reasons
    assert {gap.remedy for gap in forbidden} == {"kubectl -n e2e-oom apply -k deploy/rbac/namespace"}


ROLE = [
    ("get", "pods/log"),
    ("list", "events"),
    ("list", "pods"),
    ("get", "deployments"),
    ("get", "replicasets"),
    ("list", "replicasets"),
    ("get", "nodes"),
]


@pytest.mark.parametrize("missing", ROLE, ids=" ".join)
def test_one_missing_verb_is_named_and_costs_only_what_it_grants(missing: tuple[str, str]) -> None:
    api = load_recording(OOM)
    api.allowed = {("get", "pods"), *ROLE} - {missing}
    pod = next(item["metadata"]["name"] for item in api.objects if item["kind"] == "Pod")

    with api.serve():
        collected = Cluster(api.kubeconfig(), "", {}).collect(OOM, pod=pod)

    verb, resource = missing
    forbidden = {gap.reason for gap in collected.gaps if gap.kind == "forbidden"}
    assert forbidden == {f"not allowed to {verb} {resource} (403)"}
    assert "pod.yaml" in {item.name for item in collected.items}
    assert any(item.kind is EvidenceKind.LOG for item in collected.items) is (resource != "pods/log")
    assert any(item.kind is EvidenceKind.EVENTS for item in collected.items) is (resource != "events")
