"""A storm through the real Alertmanager and the real receiver, while three of ten calls to GitHub fail.

What the workflow does between dispatch and issue takes seconds a run, so here a run is the tracker
alone, on the in-memory GitHub (the emulated one answers 5,000 requests). A run that fails is run
again, as a person presses "Re-run failed jobs". `test_chain.py` has the workflow itself.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from e2e.chain.actions import Actions
from e2e.chain.chance import chance
from e2e.chain.monitoring import SHIPPED_ROUTE, Alertmanager, hasten_route
from e2e.chain.receiver import Receiver
from e2e.chain.workspace import wait_for
from e2e.kube.node import free_ports

from fakes.drafts import draft
from fakes.github_front import Fault, Front, front_of
from fakes.github_server import REPOSITORY, TOKEN, GithubModel
from incident_bot.errors import TrackerError
from incident_bot.tracker.github import connect
from incident_bot.tracker.lifecycle import IssueLifecycle

if TYPE_CHECKING:
    from e2e.chain.workspace import Workspace
    from e2e.conftest import Ledger

pytestmark = pytest.mark.e2e

ALWAYS = 10**9
# Three of ten: refused for now, failed before or after the work was done, answered too late to be heard.
FAULTS = (
    {"chance": 0.03, "status": 429, "headers": {"Retry-After": "1"}},
    {"chance": 0.12, "status": 502},
    {"chance": 0.18, "status": 502, "committed": True},
    {"chance": 0.24, "drop": True},
    {"chance": 0.30, "drop": True, "committed": True},
)
MOST_RUNS = 50
IN_TIME_S = 400.0


@dataclass
class Filing:
    """A run of the workflow reduced to its last step: file the incident's issue."""

    api_url: str
    failed_runs: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def dispatch(self, _event_name: str, event: Mapping[str, Any], _dispatched_at: float | None = None) -> int:
        incident = event["client_payload"]["incident"]
        for _ in range(MOST_RUNS):
            try:
                self._file(incident["key"], len(incident["alerts"]))
            except TrackerError:
                with self.lock:
                    self.failed_runs += 1
            else:
                return 0
        return 6

    def _file(self, key: str, alerts: int) -> None:
        store = connect(
            repository=REPOSITORY,
            token=TOKEN,
            api_url=self.api_url,
            now=lambda: datetime.now(UTC),
            sleep=lambda _s: None,
            max_wait_s=1000,
            seconds_between_writes=0,
        )
        IssueLifecycle(store, now=lambda: datetime.now(UTC), sleep=lambda _s: None).file(
            draft(f"{alerts} alerts.", key=key, title=f"[PRODUCTION ALERT] ModelPodOOMKilled - {key}")
        )


@dataclass
class Storm:
    """Alertmanager -> receiver -> front -> filing."""

    model: GithubModel
    front: Front
    filing: Filing
    actions: Actions
    receiver: Receiver
    alertmanager: Alertmanager

    def dispatched(self) -> Counter[str]:
        """How often each incident was handed over."""
        with self.front.lock:
            return Counter(body["client_payload"]["incident"]["key"] for body in self.front.dispatches)

    def open_issues(self) -> Counter[str]:
        """Open issues by their title's incident."""
        with self.model.lock:
            return Counter(issue["title"].rpartition(" ")[2] for issue in self.model.open_issues())

    def alerts_handed_over(self) -> dict[str, int]:
        """How many alerts the fullest dispatch of each namespace carried."""
        most: dict[str, int] = {}
        with self.front.lock:
            for body in self.front.dispatches:
                alerts = body["client_payload"]["incident"]["alerts"]
                namespace = alerts[0]["labels"]["namespace"]
                most[namespace] = max(most.get(namespace, 0), len(alerts))
        return most

    def failed_calls(self) -> int:
        """How many calls were made to fail."""
        return sum(ALWAYS - fault.times for fault in self.front.faults)

    def wait_until_settled(self, groups: int, pods: int) -> None:
        """Until Alertmanager has handed over every alert and every run is over."""
        everything = {f"team-{group}": pods for group in range(groups)}
        wait_for("every alert to be dispatched", lambda: self.alerts_handed_over() == everything, IN_TIME_S, 0.5)
        wait_for("the runs under way", self.actions.idle, IN_TIME_S, 0.5)

    def check_issues(self, groups: int, pods: int) -> None:
        """One open issue an incident, about all of its alerts, and none besides."""
        assert len(self.dispatched()) == groups
        assert set(self.open_issues()) == set(self.dispatched())
        assert set(self.open_issues().values()) == {1}
        with self.model.lock:
            assert all(f"{pods} alerts." in issue["body"] for issue in self.model.open_issues())


@pytest.fixture
def storm(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Storm]:
    with ExitStack() as stack:
        model = GithubModel()
        front = Front(dispatch_tokens={TOKEN})
        url = stack.enter_context(front_of(model, front))
        filing = Filing(url)
        actions = Actions(filing)
        stack.callback(actions.close)
        front.on_dispatch = actions.dispatch
        receiver = Receiver(workspace, free_ports(1)[0], github_url=url, github_token=TOKEN)
        receiver.start()
        stack.callback(workspace.stop, "receiver")
        name = f"alertmanager-{request.node.name}"
        alertmanager = Alertmanager(workspace, free_ports(1)[0], name)
        shipped = yaml.safe_load(SHIPPED_ROUTE.read_text())
        alertmanager.start(hasten_route(shipped, receiver.url, receiver.token_file))
        stack.callback(workspace.stop, f"{name}-server")
        yield Storm(model, front, filing, actions, receiver, alertmanager)


def test_ten_thousand_alerts_in_a_storm_become_one_issue_an_incident(storm: Storm, ledger: Ledger) -> None:
    """500 groups of 20 alerts; none is lost and none is filed twice, whatever GitHub does."""
    storm.front.faults = [Fault(times=ALWAYS, **fault) for fault in FAULTS]
    with ledger.book("storm: 10,000 alerts, 500 groups, 30 % of calls fail", lambda: len(storm.front.seen)):
        storm.alertmanager.raise_alerts(groups=500, pods=20)
        storm.wait_until_settled(groups=500, pods=20)

        storm.check_issues(groups=500, pods=20)
        assert 0.25 < storm.failed_calls() / len(storm.front.seen) < 0.35
        assert storm.front.count("/dispatches$") > 500, "no dispatch failed"
        ledger.notes.append(
            f"storm: {storm.front.count('/dispatches$')} dispatches for 500 incidents, "
            f"{storm.failed_calls()} of {len(storm.front.seen)} calls failed, "
            f"{storm.filing.failed_runs} runs of the tracker failed and were run again"
        )


def test_a_receiver_that_is_killed_again_and_again_loses_nothing(storm: Storm, ledger: Ledger) -> None:
    """Killed with -9 at random points of a storm, and started again: every incident has one issue."""
    storm.front.faults = [Fault(path="/dispatches$", times=ALWAYS, sleep_s=0.2)]
    points = sorted(chance("receiver").sample(range(1, 55), 5))
    ledger.notes.append(f"storm: receiver killed after {points} of 60 incidents were handed over")
    with ledger.book("storm: receiver killed five times, 60 groups", lambda: len(storm.front.seen)):
        storm.alertmanager.raise_alerts(groups=60, pods=2)
        for handed_over in points:
            wait_for(f"{handed_over} incidents", lambda: len(storm.dispatched()) >= handed_over, IN_TIME_S, 0.02)  # noqa: B023
            storm.receiver.kill()
            storm.receiver.start()
        storm.wait_until_settled(groups=60, pods=2)

        storm.check_issues(groups=60, pods=2)
