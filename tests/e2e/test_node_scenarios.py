"""Pods that really fail on a real node: each becomes one issue with the right cause and lines that resolve."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from e2e.chain.story import check_body, check_calls, writes
from e2e.chain.workflow import open_store
from e2e.kube.record import record_text
from e2e.kube.scenario import SCENARIOS, Scenario

from fakes import gemini
from fakes.github_emulate import REPOSITORY, TOKEN, emulated_github
from fakes.github_front import Front, front_of

if TYPE_CHECKING:
    from e2e.conftest import Ledger
    from e2e.kube.node import Node

pytestmark = pytest.mark.e2e

NAMES = sorted(file.parent.name for file in SCENARIOS.glob("*/expected.yaml"))
_AT_ONCE = 3
PROMPT_LINE = re.compile(r"(E\d+:\d+\| ?.*)")


class ReadingGemini(gemini.FakeGemini):
    """Answers as a model would that reads its prompt: it cites the first line that holds the decisive words."""

    scenario: Scenario

    def take(self, request: gemini.Request) -> gemini.Step:
        self.requests.append(request)
        return gemini.answer(self._answer("\n".join(_texts(request.body["contents"]))))

    def _answer(self, prompt: str) -> dict[str, Any]:
        if self.scenario.verdict == "healthy":
            return gemini.triage_answer(
                verdict="healthy", summary="No failure found.", category="unknown", hypotheses=[], actions=[]
            )
        words = self.scenario.decisive[0]["contains"]
        cited = [line for line in PROMPT_LINE.findall(prompt) if words in line]
        assert cited, f"the prompt does not hold {words!r}"
        hypothesis = {
            "title": f"As the evidence says: {words}",
            "explanation": "The cited line says it.",
            "category": self.scenario.category[0],
            "confidence": 0.9,
            "citations": cited[:1],
        }
        return gemini.triage_answer(category=self.scenario.category[0], hypotheses=[hypothesis])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


@dataclass
class Bot:
    """The installed command with an environment of its own."""

    environment: dict[str, str]
    folder: Path

    def run(self, *arguments: str, **environment: str) -> str:
        command = [str(Path(sys.executable).with_name("incident-bot")), *arguments]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**self.environment, **environment},
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def alert_of(scenario: Scenario, pod: str) -> list[str]:
    return [
        *("--alert-name", scenario.alert["name"], "--severity", scenario.alert["severity"]),
        *("--summary", scenario.alert["summary"], "--namespace", scenario.namespace),
        *("--pod", pod, "--container", scenario.container),
    ]


def assert_diagnosis(diagnosis: dict[str, Any], scenario: Scenario) -> None:
    """Verdict, category and top cause are as expected, and the top cause cites what decides."""
    assert diagnosis["verdict"] == scenario.verdict, diagnosis["summary"]
    if scenario.verdict == "healthy":
        assert diagnosis["causes"] == []
        return
    assert diagnosis["category"] in scenario.category
    top = diagnosis["causes"][0]
    told = f"{top['title']} {top['explanation']} {top['rule_id']}".lower()
    assert any(word.lower() in told for word in scenario.cause), told
    assert not top["conjecture"]
    quotes = "\n".join(citation["quote"] for citation in top["citations"])
    assert all(item["contains"] in quotes for item in scenario.decisive), quotes


def assert_citations_resolve(diagnosis: dict[str, Any], folder: Path) -> None:
    """Every citation is a line of a file of the folder, word for word."""
    for cause in diagnosis["causes"]:
        assert cause["citations"]
        for citation in cause["citations"]:
            lines = (folder / citation["evidence"]).read_text(errors="replace").split("\n")
            assert citation["quote"].strip() in lines[citation["line"] - 1]


@dataclass
class Filed:
    """What two triages of one alert left: their reports, the issues, and what was asked of GitHub and the model."""

    first: dict[str, Any]
    again: dict[str, Any]
    issues: list[dict[str, Any]]
    calls: Counter[str]
    requests: int
    worked_s: float


def collect_bundle(bot: Bot, node: Node, scenario: Scenario) -> dict[str, Any]:
    """The diagnosis of a bundle that `collect` wrote."""
    bot.run("collect", *alert_of(scenario, pod_of(node, scenario)), "--out", "bundle")
    return diagnose(bot, "bundle")


def paste_text(bot: Bot, node: Node, scenario: Scenario) -> dict[str, Any]:
    """The diagnosis of what kubectl prints."""
    record_text(node, scenario, bot.folder / "pasted")
    (bot.folder / "pasted" / "expected.yaml").unlink()
    return diagnose(bot, "pasted")


def triage_twice(bot: Bot, node: Node, scenario: Scenario) -> Filed:
    """The alert, and the same alert again."""
    started, front, github_folder = time.monotonic(), Front(), bot.folder / "github"
    github_folder.mkdir()
    arguments = ["triage", *alert_of(scenario, pod_of(node, scenario)), "--tracker", "github"]
    arguments += ["--repository", REPOSITORY, "--format", "json"]
    with (
        emulated_github(github_folder) as upstream,
        front_of(upstream, front) as github,
        ReadingGemini() as model,
    ):
        model.scenario = scenario
        # In a repository that the bot has used before, the labels are there; making them takes a second each.
        causes = (f"cause/{category}" for category in scenario.category)
        open_store(upstream).ensure_labels(("production-alert", "ai-analysis", scenario.alert["severity"], *causes))
        bot.environment |= {
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_API_URL": github,
            "GEMINI_API_KEY": "made-up-for-the-test",
            "GOOGLE_GEMINI_BASE_URL": model.url,
        }
        first = json.loads(bot.run(*arguments))["incidents"][0]
        calls = writes(front.seen)
        calls["model"] = len(model.requests)
        again = json.loads(bot.run(*arguments))["incidents"][0]
        issues = _issues(upstream)
    requests = len(front.seen) + len(model.requests)
    return Filed(first, again, issues, calls, requests, time.monotonic() - started)


def pod_of(node: Node, scenario: Scenario) -> str:
    return str(scenario.pod(node)["metadata"]["name"])


def diagnose(bot: Bot, folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bot.run("diagnose", folder, "--llm", "none", "--format", "json"))
    return found


@dataclass
class Work:
    """Something under way for one scenario, and the folder that it works in."""

    folder: Path
    result: Future[Any]


@pytest.fixture(scope="module")
def works(
    node: Node, scenarios: dict[str, Scenario], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Work]]:
    """What the tests look at, by its name and the scenario's, a few at a time."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        started = {}
        for name, scenario in scenarios.items():
            for work in (collect_bundle, paste_text, triage_twice):
                folder = tmp_path_factory.mktemp(work.__name__)
                bot = Bot({"PATH": os.environ["PATH"], "HOME": str(folder), "KUBECONFIG": str(node.admin)}, folder)
                started[work.__name__, name] = Work(folder, pool.submit(work, bot, node, scenario))
        yield started


@pytest.fixture(params=NAMES)
def scenario(request: pytest.FixtureRequest, scenarios: dict[str, Scenario]) -> Scenario:
    return scenarios[request.param]


def test_collect_writes_a_bundle_that_diagnose_reads(works: dict[tuple[str, str], Work], scenario: Scenario) -> None:
    """The bundle holds no value of a variable, and every citation is a line of it."""
    work = works["collect_bundle", scenario.name]
    diagnosis = work.result.result()

    bundle = work.folder / "bundle"
    assert (bundle / "bundle.json").is_file()
    assert "not-for-anybodys-eyes" not in "".join(path.read_text() for path in bundle.iterdir())
    assert_diagnosis(diagnosis, scenario)
    assert_citations_resolve(diagnosis, bundle)


def test_plain_kubectl_output_is_diagnosed_alike(works: dict[tuple[str, str], Work], scenario: Scenario) -> None:
    """What a person pastes leads to the same cause."""
    work = works["paste_text", scenario.name]
    diagnosis = work.result.result()

    assert_diagnosis(diagnosis, scenario)
    assert_citations_resolve(diagnosis, work.folder / "pasted")


def test_triage_files_one_issue_and_finds_it_again(
    works: dict[tuple[str, str], Work], node: Node, scenario: Scenario, ledger: Ledger
) -> None:
    """Title, labels, sections, cited lines and calls are those that the scenario asks for."""
    with ledger.book(scenario.name) as entry:
        filed: Filed = works["triage_twice", scenario.name].result.result()
        entry.seconds, entry.calls = filed.worked_s, filed.requests
        diagnosis = filed.first["diagnosis"]

        assert filed.first["filed"]["action"] == "created"
        assert filed.again["filed"]["action"] in {"updated", "unchanged"}
        assert_diagnosis(diagnosis, scenario)
        (issue,) = filed.issues
        assert issue["number"] == filed.first["filed"]["number"]
        assert issue["title"] == f"[PRODUCTION ALERT] {scenario.alert['name']} - {pod_of(node, scenario)}"
        labels = {label["name"] for label in issue["labels"]}
        cause = f"cause/{diagnosis['category']}"
        assert labels == {"production-alert", "ai-analysis", scenario.alert["severity"], cause}
        assert issue["body"].startswith(f"<!-- incident-bot:v1 key={filed.first['key']} -->")
        assert "not-for-anybodys-eyes" not in issue["body"]
        quotes = "\n".join(check_body(issue["body"]))
        assert all(item["contains"] in quotes for item in scenario.decisive), quotes
        check_calls({"POST /issues": 1, "model": 1}, filed.calls)
        if scenario.verdict == "failure":
            assert diagnosis["engine"] == "both"


def _issues(github: str) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"{github}/repos/{REPOSITORY}/issues?state=all&per_page=100", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        found: list[dict[str, Any]] = json.loads(response.read())
    return found
