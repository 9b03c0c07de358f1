"""Pods that really fail on a real node: each becomes one issue with the right cause and lines that resolve."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
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


@pytest.fixture
def bot(tmp_path: Path, node: Node) -> Bot:
    return Bot({"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KUBECONFIG": str(node.admin)}, tmp_path)


@pytest.fixture(params=NAMES)
def scenario(request: pytest.FixtureRequest, scenarios: dict[str, Scenario]) -> Scenario:
    return scenarios[request.param]


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


def test_collect_writes_a_bundle_that_diagnose_reads(bot: Bot, node: Node, scenario: Scenario) -> None:
    pod = scenario.pod(node)["metadata"]["name"]

    bot.run("collect", *alert_of(scenario, pod), "--out", "bundle")

    bundle = bot.folder / "bundle"
    assert (bundle / "bundle.json").is_file()
    assert "not-for-anybodys-eyes" not in "".join(path.read_text() for path in bundle.iterdir())
    diagnosis = json.loads(bot.run("diagnose", "bundle", "--llm", "none", "--format", "json"))
    assert_diagnosis(diagnosis, scenario)
    assert_citations_resolve(diagnosis, bundle)


def test_plain_kubectl_output_is_diagnosed_alike(bot: Bot, node: Node, scenario: Scenario) -> None:
    record_text(node, scenario, bot.folder / "pasted")
    (bot.folder / "pasted" / "expected.yaml").unlink()

    diagnosis = json.loads(bot.run("diagnose", "pasted", "--llm", "none", "--format", "json"))

    assert_diagnosis(diagnosis, scenario)
    assert_citations_resolve(diagnosis, bot.folder / "pasted")


def test_triage_files_one_issue_and_finds_it_again(
    bot: Bot, node: Node, scenario: Scenario, tmp_path_factory: pytest.TempPathFactory, ledger: Ledger
) -> None:
    pod = scenario.pod(node)["metadata"]["name"]
    arguments = ["triage", *alert_of(scenario, pod), "--tracker", "github", "--repository", REPOSITORY]
    front = Front()
    with (
        emulated_github(tmp_path_factory.mktemp("github")) as upstream,
        front_of(upstream, front) as github,
        ReadingGemini() as model,
        ledger.book(scenario.name, lambda: len(front.seen) + len(model.requests)),
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
        first = json.loads(bot.run(*arguments, "--format", "json"))["incidents"][0]
        again = json.loads(bot.run(*arguments, "--format", "json"))["incidents"][0]
        issues = _issues(github)

    assert first["filed"]["action"] == "created"
    assert again["filed"]["action"] in {"updated", "unchanged"}
    assert [issue["number"] for issue in issues] == [first["filed"]["number"]]
    assert_diagnosis(first["diagnosis"], scenario)
    (issue,) = issues
    assert issue["title"] == f"[PRODUCTION ALERT] {scenario.alert['name']} - {pod}"
    labels = {label["name"] for label in issue["labels"]}
    category = first["diagnosis"]["category"]
    assert labels == {"production-alert", "ai-analysis", scenario.alert["severity"], f"cause/{category}"}
    assert issue["body"].startswith(f"<!-- incident-bot:v1 key={first['key']} -->")
    assert "not-for-anybodys-eyes" not in issue["body"]
    if scenario.verdict == "failure":
        assert first["diagnosis"]["engine"] == "both"


def _issues(github: str) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"{github}/repos/{REPOSITORY}/issues?state=all&per_page=100", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        found: list[dict[str, Any]] = json.loads(response.read())
    return found
