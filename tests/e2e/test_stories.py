"""Stories on a real node, each through `incident-bot triage`: what GitHub holds at the end, and what was asked of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from e2e.chain.models import ScriptedGemini
from e2e.chain.story import Story, all_stories, check_body, check_calls, prose, writes
from e2e.chain.workflow import open_store

from fakes.github_emulate import REPOSITORY, TOKEN, emulated_github
from fakes.github_front import Fault, Front, front_of
from incident_bot.tracker.store import IssueChange

if TYPE_CHECKING:
    from e2e.conftest import Ledger
    from e2e.kube.node import Node
    from e2e.kube.scenario import Scenario

    from incident_bot.tracker.github import GithubStore

pytestmark = pytest.mark.e2e

RBAC = Path(__file__).parents[2] / "deploy" / "rbac"
_AT_ONCE = 4


@pytest.fixture(scope="module")
def stories(node: Node, applied_scenarios: list[Scenario]) -> Iterator[dict[str, Story]]:
    """All stories by name, their objects applied at once and each showing its state; gone afterwards.

    The scenarios are applied before only to save time: their pods fail while stories are played.
    """
    assert applied_scenarios
    loaded = all_stories()
    node.kubectl("apply", "-k", str(RBAC / "account"))
    for story in loaded:
        story.apply(node, registry="")
        if story.granted:
            node.kubectl("-n", story.namespace, "apply", "-k", str(RBAC / "namespace"))
    for story in loaded:
        story.wait(node, timeout_s=300)
    yield {story.name: story for story in loaded}
    # Pods of a namespace that is being deleted would go on crashing beside the tests that follow.
    node.kubectl("delete", "namespace", "--wait=false", *(story.namespace for story in loaded))


@dataclass
class Stage:
    """One story being played: its GitHub, its model and the bot with an account of its own."""

    story: Story
    node: Node
    folder: Path
    front: Front
    github: str
    upstream: str
    model: ScriptedGemini
    pods: list[str] = field(default_factory=list)
    peak_mb: int = 0
    worked_s: float = 0.0
    found: list[dict[str, Any]] = field(default_factory=list)

    def play(self) -> None:
        """Every step in its order; then what GitHub holds is in `found`."""
        started = time.monotonic()
        self.pods = self.story.pods(self.node)
        for step in self.story.steps:
            if "kubectl" in step:
                self.node.kubectl("-n", self.story.namespace, *self.filled(step["kubectl"]).split())
            elif "close" in step:
                (issue,) = self.issues()
                self.store().update(issue["number"], IssueChange(state="closed", state_reason="completed"))
            else:
                self._alert(step)
        self.found = self.issues()
        self.worked_s = time.monotonic() - started

    def store(self) -> GithubStore:
        return open_store(self.upstream)

    def issues(self) -> list[dict[str, Any]]:
        """Every issue that is an incident's; those that a run took back as superseded are not."""
        found = self.store().list_issues(label="", state="all", limit=100)
        return [
            {
                "number": i.number,
                "title": i.title,
                "labels": set(i.labels),
                "body": i.body,
                "open": i.is_open,
                "comments": len(list(self.store().comments(i.number, since=None))),
            }
            for i in found
            if i.body.startswith("<!-- incident-bot:v1 key=")
        ]

    def filled(self, text: str) -> str:
        now = self.story.pods(self.node)[0]
        return text.replace("${POD}", self.pods[0]).replace("${POD_NOW}", now)

    def _alert(self, step: Mapping[str, Any]) -> None:
        status = "firing" if "fire" in step else "resolved"
        wanted = step["fire" if "fire" in step else "resolve"]
        self.front.faults = [Fault(**fault) for fault in step.get("github", [])]
        self.model.script = step.get("model", {})
        webhook = self.folder / "webhook.json"
        webhook.write_text(json.dumps(self.story.webhook(self.pods, status)))
        runs = [_Bot(self, number, asks_model="model" in step) for number in range(wanted.get("at_once", 1))]
        for run in runs:
            run.wait()
        for run in runs:
            (incident,) = run.incidents()
            assert incident["filed"]["action"] in wanted["filed"], incident
            self.peak_mb = max(self.peak_mb, run.peak_mb)
            assert run.peak_mb < wanted.get("peak_mb", 1000)
        # Of runs that start together one may come late and find the other's issue.
        assert len(runs) > 1 or all(fault.times == 0 for fault in self.front.faults), "a fault did not happen"


class _Bot:
    """`incident-bot triage` in a process of its own, under way."""

    def __init__(self, stage: Stage, number: int, *, asks_model: bool) -> None:
        self.folder = stage.folder / f"run-{len(list(stage.folder.iterdir()))}-{number}"
        self.folder.mkdir()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "KUBECONFIG": str(stage.node.bot),
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_API_URL": stage.github,
            "GEMINI_API_KEY": "made-up-for-the-test",
            "GOOGLE_GEMINI_BASE_URL": stage.model.url,
        }
        command = [str(Path(sys.executable).with_name("incident-bot")), "triage", "--format", "json"]
        command += ["--alert-file", str(stage.folder / "webhook.json"), "--tracker", "github"]
        command += ["--repository", REPOSITORY, "--llm", "gemini" if asks_model else "none"]
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            self._process = subprocess.Popen(command, stdout=out, stderr=err, cwd=self.folder, env=environment)
        self._guard = threading.Timer(240, self._process.kill)
        self._guard.start()
        self.peak_mb = 0

    def wait(self) -> None:
        _pid, status, usage = os.wait4(self._process.pid, 0)
        self._guard.cancel()
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_mb = usage.ru_maxrss // 1024

    def incidents(self) -> list[dict[str, Any]]:
        assert self._process.returncode == 0, (self.folder / "err").read_text()
        found: list[dict[str, Any]] = json.loads((self.folder / "out").read_text())["incidents"]
        return found


@pytest.fixture(scope="module")
def played(
    node: Node, stories: dict[str, Story], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Stage]]]:
    """Every story under way or over, a few at a time: much of each is waiting for what its GitHub or model does."""
    folders = {name: tmp_path_factory.mktemp("story") for name in stories}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield {name: pool.submit(_play, story, node, folders[name]) for name, story in stories.items()}


def _play(story: Story, node: Node, folder: Path) -> Stage:
    front, github_folder = Front(), folder / "github"
    github_folder.mkdir()
    with (
        emulated_github(github_folder) as upstream,
        front_of(upstream, front) as url,
        ScriptedGemini() as model,
    ):
        # In a repository that the bot has used before, the labels are there; making them takes a second each.
        open_store(upstream).ensure_labels((*story.issue["labels"], "resolved"))
        stage = Stage(story, node, folder, front, url, upstream, model)
        stage.play()
    return stage


@pytest.mark.parametrize("name", [story.name for story in all_stories()])
def test_story_ends_as_told(name: str, played: dict[str, Future[Stage]], ledger: Ledger) -> None:
    """The issue, its sections and cited lines, and the calls are those of the story."""
    with ledger.book(name) as entry:
        stage = played[name].result()
        entry.seconds, entry.calls = stage.worked_s, len(stage.front.seen) + len(stage.model.requests)
        calls = writes(stage.front.seen)
        if stage.model.requests:
            calls["model"] = len(stage.model.requests)

        expected = stage.story.issue
        (issue,) = stage.found
        assert issue["open"]
        assert issue["title"] == stage.filled(expected["title"])
        assert issue["labels"] == {*expected["labels"], *expected.get("also_labels", [])}
        quotes = "\n".join(check_body(issue["body"]))
        assert all(text in quotes for text in expected.get("cites", [])), quotes
        assert all(stage.filled(text) in issue["body"] for text in expected.get("contains", [])), issue["body"]
        assert not [text for text in expected.get("lacks", []) if text in issue["body"]]
        assert not [text for text in expected.get("lacks_in_prose", []) if text in prose(issue["body"])]
        assert issue["comments"] == expected.get("comments", 0)
        check_calls(stage.story.calls, calls)
        ledger.notes.append(f"{name}: at most {stage.peak_mb} MB of memory")
