"""The receiver as pods from `deploy/receiver/kubernetes-jobs`: an alert becomes a Job, and the Job files the issue.

Receiver and Job run the image of the built wheel with their own service accounts; GitHub is emulated,
the model scripted, everything else real.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from e2e.chain.story import check_body
from e2e.chain.workspace import wait_for
from e2e.kube.scenario import SCENARIOS
from e2e.pods.receiver import NAMESPACE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from e2e.conftest import Ledger
    from e2e.kube.node import Node
    from e2e.pods.fixtures import Surroundings
    from e2e.pods.receiver import ReceiverPods

pytestmark = pytest.mark.e2e

WATCHED = "pods-triaged"
PROOF = "ERROR open /models/churn-v7/config.json: no such file or directory"
IN_TIME_S = 300.0


@pytest.fixture
def failed_pod(node: Node) -> Iterator[str]:
    """A pod that ended with an error, in a namespace that the collector may read."""
    objects = (SCENARIOS / "model-is-down" / "objects.yaml").read_text()
    node.create(objects.replace("e2e-model-down", WATCHED))
    node.kubectl("-n", WATCHED, "apply", "-k", str(ROOT / "deploy/rbac/namespace"))
    wait_for(
        "the pod to fail",
        lambda: node.read(f"/api/v1/namespaces/{WATCHED}/pods/churn-api")["status"]["phase"] == "Failed",
        IN_TIME_S,
    )
    yield "churn-api"
    node.kubectl("delete", "namespace", WATCHED, "--wait=false")


def test_an_alert_becomes_one_job_that_files_the_issue(
    node: Node, surroundings: Surroundings, jobs_overlay: ReceiverPods, failed_pod: str, ledger: Ledger
) -> None:
    """The Job ends well and its issue cites the log; the alert again, to receivers without memory, is no second Job."""
    surroundings.model.script = {"cite": PROOF[:20], "category": "application"}
    alert = alert_of(failed_pod)
    with ledger.book("pods: alert -> Kubernetes Job -> issue", lambda: len(surroundings.front.seen)):
        with surroundings.alertmanager("alertmanager-jobs") as alertmanager:
            alertmanager.send([alert])
            wait_for("the Job to end", lambda: any(is_over(job) for job in jobs(node)), IN_TIME_S, 0.5)
        (job,) = jobs(node)
        assert job["status"].get("succeeded") == 1, log_of(node, job)
        check_job(job)
        (issue,) = surroundings.store().list_issues(label="", state="all", limit=100)
        assert issue.title == f"[PRODUCTION ALERT] ModelPodNotRunning - {failed_pod}"
        assert set(issue.labels) == {"production-alert", "ai-analysis", "critical", "cause/application"}
        quotes = check_body(issue.body)
        assert any(PROOF in quote for quote in quotes), quotes
        assert len(surroundings.model.requests) == 1
        assert "made-up-for-the-test" not in json.dumps(job)

    with ledger.book("pods: the same alert again, receivers restarted"):
        jobs_overlay.kill_all()
        with surroundings.alertmanager("alertmanager-jobs-twin") as twin:
            twin.send([alert])
            wait_for("the answer", lambda: '"deduplicated": 1' in jobs_overlay.log(), IN_TIME_S, 0.5)
        assert [found["metadata"]["name"] for found in jobs(node)] == [job["metadata"]["name"]]
        assert len(list(surroundings.store().list_issues(label="", state="all", limit=100))) == 1


def alert_of(pod: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    labels = {"alertname": "ModelPodNotRunning", "severity": "critical", "namespace": WATCHED, "pod": pod}
    return {
        "labels": labels,
        "annotations": {"summary": "Churn model does not run"},
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
    }


def jobs(node: Node) -> list[dict[str, Any]]:
    selector = "app.kubernetes.io/component=triage"
    found: list[dict[str, Any]] = node.read(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs", labelSelector=selector)[
        "items"
    ]
    return found


def is_over(job: dict[str, Any]) -> bool:
    return bool(job["status"].get("succeeded") or job["status"].get("failed"))


def log_of(node: Node, job: dict[str, Any]) -> str:
    return node.kubectl("-n", NAMESPACE, "logs", f"job/{job['metadata']['name']}", check=False)


def check_job(job: dict[str, Any]) -> None:
    """Named after the incident, cleaned up, bounded, and with its secrets by reference."""
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert re.fullmatch(r"incident-bot-[0-9a-f]{16}-[0-9a-f]{6}-\d+", job["metadata"]["name"])
    assert spec["ttlSecondsAfterFinished"] > 0
    assert spec["backoffLimit"] > 0
    assert spec["activeDeadlineSeconds"] > 0
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    assert "memory" in container["resources"]["limits"]
    assert pod["serviceAccountName"] == "incident-bot"
    by_reference = {item["name"] for item in container["env"] if "secretKeyRef" in item.get("valueFrom", {})}
    assert by_reference == {"GITHUB_TOKEN", "GEMINI_API_KEY"}


def test_its_account_may_create_jobs_and_nothing_else(jobs_overlay: ReceiverPods) -> None:
    """As the API server lists it: one verb on one resource in its own namespace, nothing elsewhere."""
    assert jobs_overlay.rights() == [("create", "jobs")]
    assert jobs_overlay.rights(namespace="default") == []
    assert jobs_overlay.rights(namespace="kube-system") == []


def test_its_processes_hold_no_secret_of_the_jobs(jobs_overlay: ReceiverPods) -> None:
    """What the Jobs sign in with is neither in the receiver's environment nor in its files."""
    (name, _) = jobs_overlay.names()

    shown = jobs_overlay.execute(name, "cat /proc/1/environ; ls /secrets")

    assert "GITHUB_API_URL" in shown
    assert "made-up-" not in shown
    assert shown.endswith("webhook\n")
