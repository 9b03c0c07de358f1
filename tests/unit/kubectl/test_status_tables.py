"""Tables state little; what they state exactly becomes API fields, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.kubectl_text import read_text, recorded
from incident_bot.kubectl import SELECTED
from incident_bot.model import EvidenceKind

HEADER = "NAME    READY   STATUS                       RESTARTS        AGE"


def status_of(ready: str, status: str, restarts: str = "0") -> dict[str, Any]:
    found = read_text(f"{HEADER}\nweb-1   {ready:<8}{status:<29}{restarts:<16}3m\n").objects
    return found[0].body["status"]  # type: ignore[no-any-return]


def waiting(reason: str) -> dict[str, Any]:
    return {"waiting": {"reason": reason}}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("CrashLoopBackOff", waiting("CrashLoopBackOff")),
        ("ImagePullBackOff", waiting("ImagePullBackOff")),
        ("ErrImagePull", waiting("ErrImagePull")),
        ("InvalidImageName", waiting("InvalidImageName")),
        ("CreateContainerConfigError", waiting("CreateContainerConfigError")),
        ("CreateContainerError", waiting("CreateContainerError")),
        ("RunContainerError", waiting("RunContainerError")),
        ("ContainerCreating", waiting("ContainerCreating")),
        ("OOMKilled", {"terminated": {"reason": "OOMKilled"}}),
        ("Error", {"terminated": {"reason": "Error"}}),
        ("Completed", {"terminated": {"reason": "Completed", "exitCode": 0}}),
        ("ExitCode:3", {"terminated": {"exitCode": 3}}),
        ("Signal:9", {"terminated": {"signal": 9}}),
    ],
)
def test_a_containers_reason_is_its_state(word: str, state: dict[str, Any]) -> None:
    assert state == status_of("0/1", word)["containerStatuses"][0]["state"]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Init:CrashLoopBackOff", waiting("CrashLoopBackOff")),
        ("Init:Error", {"terminated": {"reason": "Error"}}),
        ("Init:OOMKilled", {"terminated": {"reason": "OOMKilled"}}),
        ("Init:ExitCode:2", {"terminated": {"exitCode": 2}}),
        ("Init:ImagePullBackOff", waiting("ImagePullBackOff")),
    ],
)
def test_the_prefix_init_means_an_init_container(word: str, state: dict[str, Any]) -> None:
    status = status_of("0/1", word)

    assert ("Pending", state) == (status["phase"], status["initContainerStatuses"][0]["state"])
    assert "containerStatuses" not in status


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Pending", {"phase": "Pending"}),
        ("Init:0/2", {"phase": "Pending"}),
        ("Evicted", {"phase": "Failed", "reason": "Evicted"}),
        ("OutOfcpu", {"phase": "Failed", "reason": "OutOfcpu"}),
        ("NodeAffinity", {"phase": "Failed", "reason": "NodeAffinity"}),
        ("Unknown", {"phase": "Unknown"}),
        ("Terminating", {}),
    ],
)
def test_a_pod_that_was_never_started_has_no_container_status(word: str, expected: dict[str, Any]) -> None:
    assert expected == status_of("0/1", word)


def test_restarts_and_their_age_are_read() -> None:
    container = status_of("0/1", "CrashLoopBackOff", "12 (2m5s ago)")["containerStatuses"][0]

    assert (12, 125.0, False) == (container["restartCount"], container["lastRestartAgeSeconds"], container["ready"])


@pytest.mark.parametrize(("ready", "expected"), [("2/2", True), ("0/2", False), ("1/2", None)])
def test_readiness_is_stated_only_where_it_is_that_of_all_containers(ready: str, expected: bool | None) -> None:
    assert expected is status_of(ready, "Running")["containerStatuses"][0].get("ready")


def test_a_completed_pod_that_restarts_has_not_succeeded() -> None:
    assert "Succeeded" == status_of("0/1", "Completed")["phase"]
    assert "phase" not in status_of("0/1", "Completed", "7 (1m ago)")


@pytest.mark.parametrize(
    ("kind", "name", "path", "value"),
    [
        ("Deployment", "api", ("spec", "replicas"), 3),
        ("Deployment", "api", ("status", "readyReplicas"), 1),
        ("ReplicaSet", "api-7d9f8c6b5", ("status", "readyReplicas"), 0),
        ("StatefulSet", "db", ("spec", "replicas"), 2),
        ("DaemonSet", "agent", ("status", "numberReady"), 1),
        ("Job", "train", ("status", "conditions"), [{"type": "Failed", "status": "True"}]),
        ("CronJob", "nightly", ("spec", "schedule"), "0 1 * * *"),
        ("HorizontalPodAutoscaler", "api", ("table", "TARGETS"), "cpu: <unknown>/80%"),
        ("Service", "api", ("spec", "type"), "ClusterIP"),
        ("Ingress", "web", ("table", "HOSTS"), "a.example"),
        ("ResourceQuota", "q", ("table", "REQUEST"), "pods: 3/10, requests.nvidia.com/gpu: 4/4"),
    ],
)
def test_get_with_many_kinds_gives_each_its_own(kind: str, name: str, path: tuple[str, str], value: object) -> None:
    found = next(item for item in read_text(recorded("many.txt")).objects if item.kind == kind)

    assert (name, value) == (found.name, found.body[path[0]][path[1]])
    assert name in recorded("many.txt").split("\n")[found.line_of("status") - 1]


def test_nodes_and_claims_are_read() -> None:
    node = read_text(recorded("nodes.txt")).objects[0]
    claim, volume = read_text(recorded("pvc.txt")).objects

    assert [{"type": "Ready", "status": "False"}] == node.body["status"]["conditions"]
    assert node.body["spec"]["unschedulable"] is True
    assert ("PersistentVolumeClaim", "Pending", "fast") == (
        claim.kind, claim.body["status"]["phase"], claim.body["spec"]["storageClassName"]
    )  # fmt: skip
    assert ("PersistentVolume", {"namespace": "ml", "name": "models"}) == (volume.kind, volume.body["spec"]["claimRef"])


def test_usage_of_pods_containers_and_nodes_is_read() -> None:
    pods = "POD     NAME      CPU(cores)   MEMORY(bytes)\nweb-1   server    250m         1900Mi\nweb-1   proxy     3m           12Mi\n"
    nodes = (
        "NAME     CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)\nnode-a   3900m        99%      14Gi            98%\n"
    )

    assert [("web-1", "server", "1900Mi"), ("web-1", "proxy", "12Mi")] == [
        (item.name, item.body["containers"][0]["name"], item.body["containers"][0]["usage"]["memory"])
        for item in read_text(pods).objects
    ]
    assert {"cpu": "3900m", "memory": "14Gi", "cpuPercent": "99", "memoryPercent": "98"} == (
        read_text(nodes).objects[0].body["usage"]
    )


def test_all_namespaces_adds_the_namespace() -> None:
    text = f"NAMESPACE   {HEADER}\nshop        web-1   0/1     Error                        0               3m\n"

    assert [("web-1", "shop")] == [(item.name, item.namespace) for item in read_text(text).objects]


@pytest.mark.parametrize(
    "row",
    [
        "web-1   ready   fine                         none            3m",
        "web-1",
        "2026-11-20 08:00:00 ERROR boom",
        "error: You must be logged in to the server (Unauthorized)",
    ],
)
def test_lines_that_are_no_pods_are_left_out(row: str) -> None:
    assert () == read_text(f"{HEADER}\n{row}\n", EvidenceKind.TABLE).objects


def test_a_table_of_custom_resources_has_the_kind_that_the_command_asked_for() -> None:
    text = (
        "$ kubectl -n edge get challenges -o wide\n"
        "NAME           STATE     DOMAIN             REASON                                                 AGE\n"
        "shop-tls-1-2   pending   shop.example.com   Waiting for HTTP-01 challenge propagation: not found   3h\n"
    )
    (challenge,) = read_text(text, kind=EvidenceKind.TABLE).objects

    assert ("Challenge", "edge", "pending") == (challenge.kind, challenge.namespace, challenge.body["status"]["phase"])
    assert challenge.body["status"]["reason"].startswith("Waiting for HTTP-01")


def test_printer_columns_of_conditions_are_conditions() -> None:
    text = (
        "NAME       SYNCED   READY   EXTERNAL-NAME   AGE\n"
        "ledger     False    False   ledger          9d\n"
        "invoices   True     True    invoices        9d\n"
    )
    bad, good = read_text(text, kind=EvidenceKind.TABLE).objects

    assert {"Synced": "False", "Ready": "False"} == _states(bad.body)
    assert {"Synced": "True", "Ready": "True"} == _states(good.body)


def _states(body: Any) -> dict[str, str]:
    return {item["type"]: item["status"] for item in body["status"]["conditions"]}


def test_a_ratio_below_ready_makes_no_condition_and_namespaces_stay_namespaces() -> None:
    sets = read_text("NAME   READY   AGE\ndb     1/2     9d\n", kind=EvidenceKind.TABLE).objects
    spaces = read_text(
        "NAME   STATUS        AGE\nml     Active        9d\nold    Terminating   1d\n", kind=EvidenceKind.TABLE
    ).objects

    assert [("StatefulSet", "conditions" in sets[0].body["status"])] == [("StatefulSet", False)]
    assert ["Namespace", "Namespace"] == [item.kind for item in spaces]


@pytest.mark.parametrize("elision", ["...", "[...]", "\u2026", "<snip>", "(12 more rows)", "... 40 more ..."])
def test_a_table_that_says_that_rows_were_left_out_is_no_listing(elision: str) -> None:
    """What it does not show may exist; without such a line it is a whole listing."""
    table = f"{HEADER}\nweb-1   1/1     Running                      0               3m\nweb-2   1/1     Running                      0               3m\n"

    cut, whole = read_text(f"{table}{elision}\n").objects, read_text(table).objects

    assert [True, True] == [item.body.get(SELECTED) for item in cut]
    assert [None, None] == [item.body.get(SELECTED) for item in whole]
