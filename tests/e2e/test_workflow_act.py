"""The shipped workflow on a real runner (act, host mode): three jobs, one issue, and hostile text that stays text.

GitHub is emulated, the cluster is a recording.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from e2e.chain.story import prose
from e2e.chain.workflow import ROOT, Runner

from fakes.github_emulate import TOKEN, emulated_github
from fakes.kube_api import KubeApi

if TYPE_CHECKING:
    from incident_bot.tracker.store import StoredIssue

pytestmark = pytest.mark.e2e

RECORDING = ROOT / "tests/contract/recordings/kubernetes/model-server-is-oom-killed-while-it-loads-weights.json"


@contextmanager
def opened_runner(folder: Path, install: Callable[[Runner], None] = Runner.install) -> Iterator[Runner]:
    """The workflow in a repository, beside the recorded cluster."""
    recorded = json.loads(RECORDING.read_text(encoding="utf-8"))
    cluster = KubeApi(objects=recorded["objects"])
    (folder / "emulate").mkdir()
    with cluster.serve(), emulated_github(folder / "emulate") as url:
        runner = Runner(folder=folder, api_url=url, kubeconfig=cluster.kubeconfig())
        install(runner)
        yield runner


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    with opened_runner(tmp_path) as opened:
        yield opened


def pod_name() -> str:
    recorded = json.loads(RECORDING.read_text(encoding="utf-8"))
    return str(next(item["metadata"]["name"] for item in recorded["objects"] if item["kind"] == "Pod"))


def alert(status: str = "firing", **labels: str) -> dict[str, Any]:
    named = {
        "alertname": "ModelPodOOMKilled",
        "namespace": "e2e-oom",
        "pod": pod_name(),
        "severity": "critical",
        **labels,
    }
    return {"status": status, "labels": named, "annotations": {"summary": "killed"}}


def dispatched(*alerts: dict[str, Any]) -> dict[str, Any]:
    return {"action": "production-alert", "client_payload": {"alertmanager": {"alerts": list(alerts)}}}


def test_an_alert_lives_through_the_workflow(runner: Runner) -> None:
    """Fires: one issue. Fires again: the same one. Resolves: a comment. By hand: still the same."""
    assert runner.dispatch("repository_dispatch", dispatched(alert())) == 0, runner.output[-1]
    assert runner.succeeded() == ["Collect evidence", "Diagnose", "File the issue"]
    (issue,) = runner.store().list_issues(label="", state="all", limit=100)
    assert issue.title.startswith("[PRODUCTION ALERT] ModelPodOOMKilled - ")
    assert {"production-alert", "ai-analysis", "critical"} <= set(issue.labels)

    assert runner.dispatch("repository_dispatch", dispatched(alert("resolved"))) == 0, runner.output[-1]
    inputs = {"alert_name": "ModelPodOOMKilled", "namespace": "e2e-oom", "pod_name": pod_name(), "severity": "critical"}
    assert "resolved" in runner.store().get(issue.number).labels
    assert len(list(runner.store().comments(issue.number, since=None))) == 1

    assert runner.dispatch("workflow_dispatch", {"inputs": inputs}) == 0, runner.output[-1]
    (issue,) = runner.store().list_issues(label="", state="all", limit=100)
    assert "resolved" not in issue.labels


def test_a_users_repository_with_nothing_but_the_workflow_files_an_issue(tmp_path: Path) -> None:
    """The README's install: real pip and uv install what `INCIDENT_BOT_PACKAGE` names, in each of the three jobs."""
    inputs = {"alert_name": "ManualTriage", "namespace": "e2e-oom", "pod_name": pod_name(), "severity": "warning"}
    with opened_runner(tmp_path, Runner.install_as_user) as runner:
        assert runner.dispatch("workflow_dispatch", {"inputs": inputs}) == 0, runner.output[-1]
        (issue,) = runner.store().list_issues(label="", state="all", limit=100)
        runner.variables = {}
        assert runner.dispatch("workflow_dispatch", {"inputs": inputs}) != 0

    assert issue.title == f"[PRODUCTION ALERT] ManualTriage - {pod_name()}"
    assert "OOM-killed at its memory limit" in issue.body
    assert "set the variable INCIDENT_BOT_PACKAGE (docs/workflow.md)" in runner.output[-1]


MARKDOWN = (
    "![x](https://evil.example/x.png) <img src=//evil.example> <script>alert(1)</script> @octocat "
    "<!-- incident-bot:v1 key=ffffffffffffffff --> </details> # big"
)


def shell_attack(proof: Path) -> str:
    """Whatever shell or expression sees it creates the file; the quotes around it are attacked too."""
    touch = f"touch {proof}"
    return f"$({touch}) `{touch}` '; {touch}; \" & {touch} ${{{{ github.token }}}} ${{{{ github.event }}}}\n{touch}"


def hostile_alert(text: str) -> dict[str, Any]:
    """The text wherever an alert may hold one, names of labels included."""
    labels = {name: f"{name} {text}" for name in ("alertname", "namespace", "pod", "container", "severity", text)}
    annotations = {name: f"{name} {text}" for name in ("summary", "description", "runbook_url", text)}
    more = dict.fromkeys(("startsAt", "endsAt", "generatorURL", "fingerprint"), text)
    return {"status": "firing", "labels": labels, "annotations": annotations, **more}


def hostile_payloads(text: str) -> dict[str, dict[str, Any]]:
    """The shapes of a payload by their one key, with the text in all of their fields."""
    row = {"what": text, "reason": text, "remedy": text}
    common = {"groupKey": text, "receiver": text, "externalURL": text, "groupLabels": {text: text}}
    return {
        "incident": {"schema_version": 1, "key": text, "alerts": [hostile_alert(text)], "cut": [row]},
        "alertmanager": {"version": "4", "status": "firing", **common, "alerts": [hostile_alert(text)]},
        # Names of objects are refused here unless Kubernetes allows them.
        "flat": {"alert_name": text, "severity": text, "summary": text, "namespace": "e2e-oom", "pod": pod_name()},
    }


SHAPES = ("incident", "alertmanager", "flat")


@dataclass
class Attack:
    """What a run of the workflow on a hostile payload came to."""

    code: int
    output: str
    succeeded: list[str]
    issues: list[StoredIssue]
    something_ran: bool


def attack(shape: str, folder: Path) -> Attack:
    """Run the workflow on the payload of one shape."""
    proof = folder / "proof"
    payload = hostile_payloads(f"{shell_attack(proof)} {MARKDOWN}")[shape]
    event = {"action": "production-alert", "client_payload": payload if shape == "flat" else {shape: payload}}
    with opened_runner(folder) as runner:
        code = runner.dispatch("repository_dispatch", event)
        issues = list(runner.store().list_issues(label="", state="all", limit=100))
        return Attack(code, runner.output[-1], runner.succeeded(), issues, proof.exists())


@pytest.fixture(scope="module")
def attacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Attack]]]:
    """All of them under way or over."""
    with ThreadPoolExecutor() as pool:
        yield {shape: pool.submit(attack, shape, tmp_path_factory.mktemp("attack")) for shape in SHAPES}


@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_text_in_a_payload_does_not_run(attacks: dict[str, Future[Attack]], shape: str) -> None:
    """Shell, expressions and Markdown in every field: nothing runs, and the issue shows it as text."""
    attacked = attacks[shape].result()

    assert attacked.code == 0, attacked.output
    assert not attacked.something_ran
    assert attacked.succeeded == ["Collect evidence", "Diagnose", "File the issue"]
    (issue,) = attacked.issues
    assert not [text for text in ("![", "<img", "<script", "@octocat") if text in prose(issue.body)]
    assert issue.body.count("<!-- incident-bot:v1 key=") == 1
    assert TOKEN not in issue.body + issue.title


def test_several_incidents_in_one_event_are_several_issues(runner: Runner) -> None:
    event = dispatched(alert(), alert(alertname="ModelPodNotRunning"), alert(alertname="Watchdog"))

    assert runner.dispatch("repository_dispatch", event) == 0, runner.output[-1]
    assert len(list(runner.store().list_issues(label="", state="all", limit=100))) == 2


def test_ignored_alerts_start_nothing(runner: Runner) -> None:
    assert runner.dispatch("repository_dispatch", dispatched(alert(alertname="Watchdog"))) == 0, runner.output[-1]
    assert runner.succeeded() == ["Collect evidence"]
    assert list(runner.store().list_issues(label="", state="all", limit=100)) == []


def test_a_dry_run_files_nothing(runner: Runner) -> None:
    inputs = {
        "alert_name": "A",
        "namespace": "e2e-oom",
        "pod_name": pod_name(),
        "severity": "critical",
        "dry_run": "true",
    }

    assert runner.dispatch("workflow_dispatch", {"inputs": inputs}) == 0, runner.output[-1]
    assert runner.succeeded() == ["Collect evidence", "Diagnose", "File the issue"]
    assert list(runner.store().list_issues(label="", state="all", limit=100)) == []
