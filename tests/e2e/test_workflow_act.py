"""The shipped workflow on a real runner (act, host mode): three jobs, one issue, and hostile text that stays text.

GitHub is emulated, the cluster is a recording. Actions that need GitHub's own services are replaced by
composite ones of the same interface; the `run:` steps, expressions, secrets and outputs are the real ones.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.github_emulate import REPOSITORY, TOKEN, emulated_github
from fakes.kube_api import KubeApi
from incident_bot.tracker.github import GithubStore, connect

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github/workflows/ai-log-analysis.yml"
RECORDING = ROOT / "tests/contract/recordings/kubernetes/model-server-is-oom-killed-while-it-loads-weights.json"

STUBS = {
    "actions/checkout": "true",
    "actions/setup-python": 'echo "$STUB_BIN" >> "$GITHUB_PATH"',
    "actions/upload-artifact": 'mkdir -p "$STUB_ARTIFACTS/$NAME"; cp -r "$FROM" "$STUB_ARTIFACTS/$NAME/"',
    "actions/download-artifact": 'mkdir -p "$TO"; cp -r "$STUB_ARTIFACTS/$NAME/." "$TO/"; if [ -d "$TO/$NAME" ]; then mv "$TO/$NAME"/* "$TO/"; rmdir "$TO/$NAME"; fi',
    "google-github-actions/auth": "exit 1",
    "google-github-actions/get-gke-credentials": "exit 1",
}
STUB_ACTION = """
name: stub
description: stands in for an action that needs GitHub's services
inputs:
  name: {{default: ""}}
  path: {{default: "."}}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        NAME: ${{{{ inputs.name }}}}
        FROM: ${{{{ inputs.path }}}}
        TO: ${{{{ inputs.path }}}}
      run: |
        {script}
"""


@dataclass
class Runner:
    """A git repository with the workflow, and everything that it talks to."""

    folder: Path
    api_url: str
    kubeconfig: str
    artifacts: Path
    output: list[str] = field(default_factory=list)

    def dispatch(self, event_name: str, event: dict[str, Any]) -> int:
        event_file = self.folder / "event.json"
        event_file.write_text(json.dumps(event), encoding="utf-8")
        scripts = Path(sysconfig.get_path("scripts"))
        command: list[object] = [scripts / "act", event_name, "-e", event_file, "-W", self._workflow()]
        command += [
            "-P",
            "ubuntu-latest=-self-hosted",
            "--no-cache-server",
            "--action-cache-path",
            self.folder / "cache",
        ]
        command += ["-s", f"GITHUB_TOKEN={TOKEN}", "-s", f"KUBECONFIG_DATA={self.kubeconfig}"]
        command += ["--env", f"GITHUB_API_URL={self.api_url}", "--env", f"GITHUB_REPOSITORY={REPOSITORY}"]
        command += ["--env", f"STUB_BIN={self.folder / 'bin'}", "--env", f"STUB_ARTIFACTS={self.artifacts}"]
        for action, commit in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", WORKFLOW.read_text(encoding="utf-8")):
            command += ["--local-repository", f"{action}@{commit}={self.folder / 'actions' / action}"]
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder / "repository",
            env={"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder / "home")},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        self.output.append(done.stdout + done.stderr)
        return done.returncode

    def _workflow(self) -> str:
        return str(WORKFLOW.relative_to(ROOT))

    def succeeded(self) -> list[str]:
        """Jobs that act says it ran to the end (a job that it skips ends with code 0 too)."""
        return re.findall(r"/(Collect evidence|Diagnose|File the issue)\s*\] 🏁  Job succeeded", self.output[-1])

    def store(self) -> GithubStore:
        return connect(
            repository=REPOSITORY,
            token=TOKEN,
            api_url=self.api_url,
            now=lambda: datetime.now(UTC),
            sleep=lambda _s: None,
        )


def _write_stubs(folder: Path) -> None:
    for action, script in STUBS.items():
        place = folder / "actions" / action
        place.mkdir(parents=True)
        (place / "action.yml").write_text(STUB_ACTION.format(script=script), encoding="utf-8")
        _commit(place)


def _commit(folder: Path) -> None:
    for words in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", f"https://github.com/{REPOSITORY}.git"],
        ["add", "-A"],
        ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def _write_programs(folder: Path) -> None:
    """`python -m pip install uv` and `uv sync` put this very environment on the path: nothing is downloaded."""
    folder.mkdir(parents=True)
    venv = Path(sys.prefix)
    programs = {
        "python": f'#!/bin/sh\ncase "$*" in "-m pip install"*uv==*) exit 0;; esac\nexec {sys.executable} "$@"\n',
        "uv": f'#!/bin/sh\n[ "$1" = sync ] && mkdir -p .venv/bin && ln -sf {venv}/bin/incident-bot .venv/bin/incident-bot\n',
    }
    for name, text in programs.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    recorded = json.loads(RECORDING.read_text(encoding="utf-8"))
    cluster = KubeApi(objects=recorded["objects"])
    serving = cluster.serve()
    next(serving)
    repository = tmp_path / "repository"
    (repository / WORKFLOW.relative_to(ROOT)).parent.mkdir(parents=True)
    shutil.copy(WORKFLOW, repository / WORKFLOW.relative_to(ROOT))
    shutil.copy(ROOT / "pyproject.toml", repository)
    _commit(repository)
    _write_stubs(tmp_path)
    _write_programs(tmp_path / "bin")
    (tmp_path / "home").mkdir()
    (tmp_path / "emulate").mkdir()
    with emulated_github(tmp_path / "emulate") as url:
        yield Runner(folder=tmp_path, api_url=url, kubeconfig=cluster.kubeconfig(), artifacts=tmp_path / "artifacts")
    serving.close()


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


def test_hostile_text_in_a_payload_does_not_run(runner: Runner) -> None:
    """A shell that sees it would create a file; the expression's own quotes are attacked too."""
    proof = runner.folder / "proof"
    hostile = (
        f"$(touch {proof}) `touch {proof}` '; touch {proof}; \" & touch {proof} ${{{{ github.token }}}}\ntouch {proof}"
    )

    code = runner.dispatch("repository_dispatch", dispatched(alert(pod=hostile, alertname=f"A {hostile}")))

    assert code == 0, runner.output[-1]
    assert not proof.exists()
    assert runner.succeeded() == ["Collect evidence", "Diagnose", "File the issue"]
    assert len(list(runner.store().list_issues(label="", state="all", limit=100))) == 1


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
