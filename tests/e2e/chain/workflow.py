"""The shipped workflow on a real runner (act, host mode), in a repository of its own.

Actions that need GitHub's own services are replaced by composite ones of the same interface; the
`run:` steps, expressions, secrets and outputs are the real ones.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from e2e.chain.process_tree import kill_tree
from e2e.kube.bot_image import uv

from fakes.github_emulate import REPOSITORY, TOKEN
from incident_bot.tracker.github import GithubStore, connect

ROOT = Path(__file__).parents[3]
WORKFLOW = ROOT / ".github/workflows/ai-log-analysis.yml"
JOBS = ("Collect evidence", "Diagnose", "File the issue")

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
class Run:
    """One run of the workflow, started or over."""

    event: Mapping[str, Any]
    process: subprocess.Popen[bytes]
    log: Path
    dispatched_at: float
    started_at: float
    ended_at: float = 0.0

    def wait(self, timeout_s: float = 300.0) -> int:
        """Its exit code, once it is over."""
        try:
            code = self.process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.ended_at = time.time()
        return code

    def kill(self) -> None:
        """End the runner and all its steps at once, as when the machine dies."""
        kill_tree(self.process.pid)
        self.process.wait()

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def succeeded(self) -> list[str]:
        """Jobs that act says it ran to the end (a job that it skips ends with code 0 too)."""
        return re.findall(rf"/({'|'.join(JOBS)})\s*\] 🏁  Job succeeded", self.output)


_NETWORK = ("SSL_CERT_FILE", "PIP_CERT", "PIP_INDEX_URL", "UV_INDEX_URL", "HTTPS_PROXY", "NO_PROXY")
"""What a machine may need to reach the package registry."""


@dataclass
class Runner:
    """A git repository with the workflow, and everything that it talks to."""

    folder: Path
    api_url: str
    kubeconfig: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def install(self) -> None:
        """Make the bot's own repository, the stand-ins of the actions and the programs that steps call.

        Nothing is downloaded: `python -m pip install uv` and `uv sync` put this very environment on the path.
        """
        repository = self._repository()
        shutil.copy(ROOT / "pyproject.toml", repository)
        self._finish(repository)
        _write_programs(self.folder / "bin")

    def install_as_user(self) -> None:
        """Make a repository as docs/workflow.md tells a user to: the workflow and a wheel, with a Python that has only pip."""
        repository = self._repository()
        uv("build", "--wheel", "--out-dir", str(self.folder / "dist"))
        (wheel,) = (self.folder / "dist").glob("*.whl")
        shutil.copy(wheel, repository)
        self.variables = {"INCIDENT_BOT_PACKAGE": f"./{wheel.name}"}
        self.environment = {name: os.environ[name] for name in _NETWORK if name in os.environ}
        self._finish(repository)
        uv("venv", "--seed", "--python", sys.executable, str(self.folder / "python"))
        (self.folder / "bin").symlink_to("python/bin")

    def _repository(self) -> Path:
        repository = self.folder / "repository"
        (repository / WORKFLOW.relative_to(ROOT)).parent.mkdir(parents=True)
        shutil.copy(WORKFLOW, repository / WORKFLOW.relative_to(ROOT))
        return repository

    def _finish(self, repository: Path) -> None:
        _commit(repository)
        for action, script in STUBS.items():
            place = self.folder / "actions" / action
            place.mkdir(parents=True)
            (place / "action.yml").write_text(STUB_ACTION.format(script=script), encoding="utf-8")
            _commit(place)
        (self.folder / "home").mkdir()

    def start(self, event_name: str, event: Mapping[str, Any], dispatched_at: float | None = None) -> Run:
        """Start a run, with artifacts of its own."""
        with self.lock:
            place = self.folder / "runs" / str(len(self.runs) + 1)
            place.mkdir(parents=True)
            event_file = place / "event.json"
            event_file.write_text(json.dumps(event), encoding="utf-8")
            with (place / "output.log").open("wb") as log:
                process = subprocess.Popen(
                    self._command(event_name, event_file),
                    cwd=self.folder / "repository",
                    env={
                        "PATH": f"{(self.folder / 'bin').resolve()}:{os.environ['PATH']}",
                        "HOME": str(self.folder / "home"),
                    },
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            now = time.time()
            run = Run(event, process, place / "output.log", dispatched_at=dispatched_at or now, started_at=now)
            self.runs.append(run)
        return run

    def dispatch(self, event_name: str, event: Mapping[str, Any], dispatched_at: float | None = None) -> int:
        """Run to the end; gives the exit code."""
        return self.start(event_name, event, dispatched_at).wait()

    def succeeded(self) -> list[str]:
        """The jobs of the latest run that ran to the end."""
        return self.runs[-1].succeeded()

    @property
    def output(self) -> list[str]:
        return [run.output for run in self.runs]

    def store(self) -> GithubStore:
        """The repository's issues."""
        return open_store(self.api_url)

    def _command(self, event_name: str, event_file: Path) -> list[str]:
        act = Path(sysconfig.get_path("scripts")) / "act"
        command: list[object] = [act, event_name, "-e", event_file, "-W", WORKFLOW.relative_to(ROOT)]
        command += ["-P", "ubuntu-latest=-self-hosted", "--no-cache-server"]
        command += ["--action-cache-path", self.folder / "cache"]
        for name, value in {"GITHUB_TOKEN": TOKEN, "KUBECONFIG_DATA": self.kubeconfig, **self.secrets}.items():
            command += ["-s", f"{name}={value}"]
        for name, value in self.variables.items():
            command += ["--var", f"{name}={value}"]
        environment = {
            "GITHUB_API_URL": self.api_url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "STUB_BIN": (self.folder / "bin").resolve(),
            "STUB_ARTIFACTS": event_file.parent / "artifacts",
            **self.environment,
        }
        for name, text in environment.items():
            command += ["--env", f"{name}={text}"]
        for action, commit in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", WORKFLOW.read_text(encoding="utf-8")):
            command += ["--local-repository", f"{action}@{commit}={self.folder / 'actions' / action}"]
        return [str(word) for word in command]


def open_store(api_url: str) -> GithubStore:
    """The issues of the emulated GitHub, without the pauses that the real one asks for."""
    return connect(
        repository=REPOSITORY,
        token=TOKEN,
        api_url=api_url,
        now=lambda: datetime.now(UTC),
        sleep=lambda _s: None,
        seconds_between_writes=0,
    )


def _commit(folder: Path) -> None:
    for words in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", f"https://github.com/{REPOSITORY}.git"],
        ["add", "-A"],
        ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env=dict(os.environ))


def _write_programs(folder: Path) -> None:
    folder.mkdir(parents=True)
    venv = Path(sys.prefix)
    programs = {
        "python": f'#!/bin/sh\ncase "$*" in "-m pip install"*uv==*) exit 0;; esac\nexec {sys.executable} "$@"\n',
        "uv": f'#!/bin/sh\n[ "$1" = sync ] && mkdir -p .venv/bin && ln -sf {venv}/bin/incident-bot .venv/bin/incident-bot\n',
    }
    for name, text in programs.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
