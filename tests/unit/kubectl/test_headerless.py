"""Rows of `kubectl get` without their header: which kind they are, and what they state."""

from __future__ import annotations

import pytest

from incident_bot.kubectl import SELECTED, read_lines, recognise
from incident_bot.model import EvidenceKind

_ROWS = {
    "Pod": "shop    cart-6f7c8d9b5-2z8kd   0/1     CrashLoopBackOff   14 (3m ago)   61m",
    "Node": "worker-3   NotReady,SchedulingDisabled   <none>   401d   v1.33.4",
    "Job": "import-prices   Failed   0/1   4m   4m",
    "StatefulSet": "ring   2/3   90d",
    "Deployment": "cart   1/3   3   1   12d",
    "DaemonSet": "agent   5   5   4   5   4   kubernetes.io/os=linux   90d",
    "CronJob": "backup   15 1 * * *   <none>   True   0   27d   211d",
    "PersistentVolumeClaim": "data-ring-2   Pending                                      fast-ssd   <unset>   40m",
    "PersistentVolume": "pvc-7a7a   50Gi   RWO   Retain   Released   shop/data-ring-2   gp3   <unset>   90d",
    "Service": "cart   LoadBalancer   10.96.3.7   <pending>   80:31190/TCP   3d",
    "HorizontalPodAutoscaler": "cart   Deployment/cart   cpu: <unknown>/70%   2   9   2   12d",
    "Endpoints": "cart   <none>   3d",
    "Ingress": "cart   nginx   cart.example.com   10.1.2.3   80, 443   3d",
    "Namespace": "old-shop   Terminating   412d",
    "PodMetrics": "cart-6f7c8d9b5-2z8kd   12m   211Mi",
}


@pytest.mark.parametrize("kind", _ROWS)
def test_a_row_tells_its_kind_by_the_forms_of_its_cells(kind: str) -> None:
    """`kubectl get ... | grep NAME` prints no header; a file of any name holds it."""
    row = _ROWS[kind]

    assert recognise("output.txt", row + "\n") is EvidenceKind.TABLE
    (found,) = read_lines("E1", EvidenceKind.TABLE, [row]).objects
    assert found.kind == kind
    assert found.body[SELECTED]


def test_flux_and_cert_manager_rows_state_their_conditions() -> None:
    """Rows of custom resources of two kinds that stand below each other."""
    lines = ["apps      12d   False   kustomize build failed: no such file", "shop-tls   False   shop-tls   5d"]

    first, second = read_lines("E1", EvidenceKind.TABLE, lines).objects

    assert first.body["status"]["conditions"][0]["status"] == "False"
    assert (second.kind, second.name) == ("Certificate", "shop-tls")


def test_rows_of_several_kinds_are_read_each_as_its_own() -> None:
    """`get all --no-headers` puts the kind in front, and blank lines between the kinds."""
    lines = ["pod/cart-0     1/1   Running   0   3d", "", "service/cart   ClusterIP   10.96.3.7   <none>   80/TCP   3d"]

    assert [item.kind for item in read_lines("E1", EvidenceKind.TABLE, lines).objects] == ["Pod", "Service"]


@pytest.mark.parametrize(
    "line",
    [
        "worker 3 started in 12s",
        "batch 4/10 done 3s",
        "cart ready 1/1 after 3d",
        "queue   12   14   3   orders",
        "retry in 5m",
        "step-3   ok   12s",
        '10.0.0.7 - - [28/Nov/2026:09:20:34 +0000] "GET / HTTP/1.1" 200 67',
    ],
)
def test_a_line_of_a_program_is_no_row(line: str) -> None:
    """Names, counts and ages stand in many logs; all cells of a row have to fit."""
    assert recognise("output.txt", f"{line}\n" * 5) is EvidenceKind.LOG


def test_rows_in_the_midst_of_a_log_stay_a_part_of_it() -> None:
    """A script that prints what it sees is a log all the same."""
    text = "09:00:01 INFO rollout started\n09:00:02 INFO waiting\n09:00:03 INFO seen:\n09:00:04 INFO x\n" + _ROWS["Pod"]

    assert recognise("deploy.txt", text) is EvidenceKind.LOG


def test_a_table_of_rollouts_is_none_of_daemon_sets() -> None:
    """Argo's table has the same counts, and no column READY: none of its pods is unready for that."""
    lines = [
        "NAME   DESIRED   CURRENT   UP-TO-DATE   AVAILABLE   AGE",
        "web    3         3         1            3           12d",
    ]

    (found,) = read_lines("E1", EvidenceKind.TABLE, lines).objects

    assert found.kind == "Rollout"
    assert "numberReady" not in found.body.get("status", {})


def test_a_run_that_did_not_succeed_says_so_in_its_column() -> None:
    """Tekton and Knative print the condition `Succeeded` below its name."""
    lines = [
        "NAME      SUCCEEDED   REASON   STARTTIME   COMPLETIONTIME",
        "build-1   False       Failed   3h          3h",
    ]

    (found,) = read_lines("E1", EvidenceKind.TABLE, lines).objects

    assert found.body["status"]["conditions"][0] == {"type": "Succeeded", "status": "False", "reason": "Failed"}
