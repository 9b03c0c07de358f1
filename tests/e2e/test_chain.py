"""From a pod that really misbehaves to its issue, over real servers only.

Prometheus scrapes the kubelet and evaluates the shipped rules, Alertmanager routes as shipped, the
receiver dispatches, the shipped workflow runs with the collector's own service account. GitHub is
emulated, the model scripted. The tests build on each other's issues but wait for what they need.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from e2e.chain.chance import chance
from e2e.chain.fixtures import NAMESPACE
from e2e.chain.monitoring import CPU_WINDOW, SHIPPED_ROUTE, SHIPPED_RULES, hasten_route, hasten_rules
from e2e.chain.story import check_body
from e2e.chain.workflow import JOBS
from e2e.chain.workspace import wait_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from e2e.chain.fixtures import Chain
    from e2e.chain.storm import Storm
    from e2e.chain.workflow import Run
    from e2e.conftest import Ledger

    from incident_bot.tracker.store import StoredIssue

pytestmark = pytest.mark.e2e

FILED_WITHIN_S = 300.0
"""Far more than it takes: a slow machine is no failure."""

CALLS_OF_A_RUN = 5
"""A run that files an issue makes at least so many calls to GitHub: three looks, the issue, a look at what is there."""


@dataclass(frozen=True)
class Rule:
    """A shipped alert, the workload that makes it fire, and what its issue must show.

    No `causes` where only metrics could prove one: nobody reads them but Prometheus.
    """

    alert: str
    workload: str
    severity: str
    causes: tuple[str, ...]
    proof: str

    @property
    def title(self) -> str:
        return f"[PRODUCTION ALERT] {self.alert} - {self.workload}-"


RULES = (
    Rule("ModelPodOOMKilled", "sentiment", "critical", ("resources",), "OOMKilled"),
    Rule("ModelPodFrequentRestarts", "scorer", "warning", ("application",), "churn-v7/config.json"),
    Rule("ModelPodNotRunning", "finetune", "critical", ("gpu-ml", "scheduling"), "Insufficient nvidia.com/gpu"),
    Rule("ModelHighMemoryUsage", "cache", "warning", (), ""),
    Rule("ModelHighCPUUsage", "embedder", "warning", (), ""),
)
OOM, QUICK, SLOW = RULES[0], RULES[:3], RULES[3:]
"""The slow ones fire while the tests between them kill runners and resolve alerts."""


def issues(chain: Chain, rule: Rule) -> list[StoredIssue]:
    """The rule's issues, those that were taken back left out."""
    found = chain.store().list_issues(label="", state="all", limit=200)
    return [
        issue
        for issue in found
        if issue.title.startswith(rule.title) and issue.body.startswith("<!-- incident-bot:v1 key=")
    ]


def key_of(issue: StoredIssue) -> str:
    found = re.match(r"<!-- incident-bot:v1 key=([0-9a-f]{16}) -->", issue.body)
    assert found
    return found[1]


def runs_of(chain: Chain, key: str) -> list[Run]:
    """The runs of one incident that are over."""
    return [run for run in chain.runner.runs if run.event["client_payload"]["incident"]["key"] == key and run.ended_at]


def wait_for_issue(chain: Chain, rule: Rule) -> StoredIssue:
    def is_filed() -> bool:
        return any(code != 0 for code in chain.actions.exit_codes) or bool(issues(chain, rule))

    try:
        wait_for(f"the issue of {rule.alert}", is_filed, FILED_WITHIN_S, every_s=0.5)
    except TimeoutError as error:
        error.add_note(_tell_how_far(chain, rule))
        raise
    assert not any(chain.actions.exit_codes), chain.runner.output[-1]
    (issue,) = issues(chain, rule)
    wait_for(f"the end of the run of {rule.alert}", lambda: bool(runs_of(chain, key_of(issue))), FILED_WITHIN_S)
    return issue


def _tell_how_far(chain: Chain, rule: Rule) -> str:
    """Which link of the chain did not act."""
    alerts = [(alert["state"], alert["labels"]) for alert in chain.prometheus.alerts()]
    series = chain.prometheus.ask(
        f'{{namespace="{NAMESPACE}", pod=~"{rule.workload}-.+", __name__=~"container_cpu.*|kube_pod.*"}}'
    )
    dispatched = [body["client_payload"]["incident"]["alerts"][0]["labels"] for body in chain.front.dispatches]
    return f"Prometheus has {alerts}\nof {series}\ndispatched: {dispatched}"


def test_only_durations_and_addresses_differ_from_what_is_shipped(tmp_path: Path) -> None:
    """The overlay may shorten `for` and one window and name the namespace; expressions, labels, texts stay."""
    shipped = yaml.safe_load(SHIPPED_RULES.read_text())
    tested = hasten_rules(shipped, "x")
    pairs = zip(shipped["groups"][0]["rules"], tested["groups"][0]["rules"], strict=True)
    for before, after in pairs:
        assert before["expr"].replace(".+", "x").replace(*CPU_WINDOW) == after["expr"]
        assert {**before, "expr": 0, "for": 0} == {**after, "expr": 0, "for": 0}
    assert {rule["alert"] for rule in tested["groups"][0]["rules"]} == {rule.alert for rule in RULES}

    route = yaml.safe_load(SHIPPED_ROUTE.read_text())
    routed = hasten_route(route, "http://here", tmp_path)
    (webhook,) = routed["receivers"][1]["webhook_configs"]
    assert webhook["url"] == "http://here/webhook/alertmanager"
    assert routed["route"]["routes"] == route["route"]["routes"]


@pytest.mark.parametrize("rule", QUICK, ids=[rule.alert for rule in QUICK])
def test_a_misbehaving_pod_becomes_an_issue(chain: Chain, rule: Rule, ledger: Ledger) -> None:
    """Every shipped alert fires for its pod, and its issue cites evidence that the workflow read itself."""
    check_issue(chain, rule, ledger)


def check_issue(chain: Chain, rule: Rule, ledger: Ledger) -> None:
    with ledger.book(f"chain: {rule.alert}"):
        issue = wait_for_issue(chain, rule)
        (run, *_) = runs_of(chain, key_of(issue))

        assert run.succeeded() == list(JOBS)
        assert {"production-alert", "ai-analysis", rule.severity} <= set(issue.labels)
        quotes = check_body(issue.body)
        if rule.causes:
            assert set(issue.labels) & {f"cause/{cause}" for cause in rule.causes}, issue.labels
            assert any(rule.proof in quote for quote in quotes), quotes
        ledger.notes.append(f"chain: {rule.alert}: {_describe_times(run, chain)}")


def _describe_times(run: Run, chain: Chain) -> str:
    """From the moment the rule fired to the end of the run that filed, without the model's thinking."""
    alerts = run.event["client_payload"]["incident"]["alerts"]
    fired_at = min(datetime.fromisoformat(alert["startsAt"]).timestamp() for alert in alerts)
    to_dispatch_s, run_s = run.dispatched_at - fired_at, run.ended_at - run.started_at - chain.model.thinks_s
    return (
        f"{to_dispatch_s + run_s:.1f} s from alert to issue ({to_dispatch_s:.1f} to the dispatch, {run_s:.1f} in the "
        f"workflow; not counted: {run.started_at - run.dispatched_at:.1f} s for a free runner, {chain.model.thinks_s:g} s model)"
    )


def test_a_second_alert_updates_the_issue_and_the_end_is_commented(chain: Chain, ledger: Ledger) -> None:
    """Another pod of the deployment dies: the same issue. All pods go away: one comment, one label."""
    issue = wait_for_issue(chain, OOM)
    key = key_of(issue)
    with ledger.book("chain: a second alert, then resolved"):
        seen = len(runs_of(chain, key))
        chain.node.kubectl("-n", NAMESPACE, "scale", "deployment/sentiment", "--replicas=2")
        wait_for(
            "a run about both pods",
            lambda: any(
                len(run.event["client_payload"]["incident"]["alerts"]) == 2 for run in runs_of(chain, key)[seen:]
            ),
            FILED_WITHIN_S,
        )
        (updated,) = issues(chain, OOM)
        assert updated.number == issue.number
        assert updated.body != issue.body

        chain.node.kubectl("-n", NAMESPACE, "scale", "deployment/sentiment", "--replicas=0")
        wait_for("the issue to be called resolved", lambda: "resolved" in issues(chain, OOM)[0].labels, FILED_WITHIN_S)
        (resolved,) = issues(chain, OOM)
        assert resolved.number == issue.number
        assert len(list(chain.store().comments(issue.number, since=None))) == 1


@pytest.mark.parametrize("number", [1, 2])
def test_a_runner_killed_at_a_random_request_files_once(chain: Chain, number: int, ledger: Ledger) -> None:
    """Killed before or after GitHub serves one of its requests: the same run again leaves one issue."""
    luck = chance(f"request {number}")
    count, phase = luck.randint(1, CALLS_OF_A_RUN), luck.choice(["before", "after"])
    with ledger.book(f"chain: runner killed {phase} its GitHub call {count}, run again"):
        first, killed = len(chain.front.seen), threading.Event()

        def kill(seen: int, now: str) -> None:
            if seen - first >= count and now == phase:
                chain.front.on_request = lambda _seen, _now: None
                run.kill()
                killed.set()

        name = f"KilledAtRequest{number}"
        run = chain.runner.start("repository_dispatch", _renamed(chain.runner.runs[0].event, name))
        chain.front.on_request = kill
        assert killed.wait(FILED_WITHIN_S), run.output
        _run_again(chain, run, name)


def test_a_runner_killed_at_random_moments_files_once(chain: Chain, ledger: Ledger) -> None:
    """Killed anywhere between its start and its end: the same run again leaves one issue."""
    longest_s = max(run.ended_at - run.started_at for run in chain.runner.runs if run.succeeded() == list(JOBS))
    moments_s = [chance(f"moment {number}").uniform(0, longest_s) for number in range(4)]
    told = ", ".join(f"{moment_s:.1f}" for moment_s in moments_s)

    def kill_and_repeat(number: int) -> None:
        name = f"KilledAtMoment{number}"
        run = chain.runner.start("repository_dispatch", _renamed(chain.runner.runs[0].event, name))
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.process.wait(timeout=moments_s[number])
        run.kill()
        _run_again(chain, run, name)

    with ledger.book(f"chain: runners killed after {told} s, run again"), ThreadPoolExecutor(2) as pool:
        list(pool.map(kill_and_repeat, range(len(moments_s))))


def _run_again(chain: Chain, killed: Run, name: str) -> None:
    killed.ended_at = killed.started_at
    again = chain.runner.start("repository_dispatch", killed.event)
    assert again.wait() == 0, again.output
    found = chain.store().list_issues(label="", state="all", limit=200)
    assert len([issue for issue in found if f" {name} - " in issue.title]) == 1


def _renamed(event: Mapping[str, Any], alert: str) -> dict[str, Any]:
    """The event of another incident: the same pods, another alert."""
    renamed: dict[str, Any] = json.loads(json.dumps(event))
    incident = renamed["client_payload"]["incident"]
    incident["key"] = alert
    for item in incident["alerts"]:
        item["labels"]["alertname"] = alert
    return renamed


@pytest.mark.parametrize("rule", SLOW, ids=[rule.alert for rule in SLOW])
def test_a_pod_that_uses_too_much_becomes_an_issue(
    chain: Chain, storms: Mapping[str, Future[Storm]], rule: Rule, ledger: Ledger
) -> None:
    """The alerts that watch a pod's use over time fire too. Storms begin here only to save time: a rate takes a minute."""
    assert storms
    check_issue(chain, rule, ledger)


def test_the_chain_lost_nothing(chain: Chain, ledger: Ledger) -> None:
    """Every run succeeded, and every incident that was dispatched has one issue."""
    with ledger.book("chain: all incidents", lambda: len(chain.front.seen) + len(chain.model.requests)):
        wait_for("the runs under way", chain.actions.idle, FILED_WITHIN_S)
        assert not any(chain.actions.exit_codes)
        keys = {body["client_payload"]["incident"]["key"] for body in chain.front.dispatches}
        found = chain.store().list_issues(label="", state="open", limit=300)
        filed = [key_of(issue) for issue in found if issue.body.startswith("<!-- incident-bot:v1 key=")]
        assert keys <= set(filed)
        assert len(filed) == len(set(filed))
