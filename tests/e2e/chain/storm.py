"""A storm through the real Alertmanager and the real receiver, played to its end.

What the workflow does between dispatch and issue takes seconds a run, so here a run is the tracker
alone, on the in-memory GitHub (the emulated one answers 5,000 requests). A run that fails is run
again, as a person presses "Re-run failed jobs". `test_chain.py` has the workflow itself.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from e2e.chain.actions import Actions
from e2e.chain.chance import chance
from e2e.chain.monitoring import SHIPPED_ROUTE, Alertmanager, hasten_route
from e2e.chain.receiver import Receiver
from e2e.chain.workspace import wait_for

from fakes.drafts import draft
from fakes.github_front import Fault, Front, front_of
from fakes.github_server import REPOSITORY, TOKEN, GithubModel
from fakes.ports import take_port
from incident_bot.errors import TrackerError
from incident_bot.tracker.github import connect
from incident_bot.tracker.lifecycle import IssueLifecycle

if TYPE_CHECKING:
    from e2e.chain.workspace import Workspace

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
    worked_s: float = 0.0

    def dispatched(self) -> Counter[str]:
        """How often each incident was handed over."""
        with self.front.lock:
            return Counter(body["client_payload"]["incident"]["key"] for body in self.front.dispatches)

    def has_handed_over(self, incidents: int) -> bool:
        """Whether so many incidents were handed over at least once."""
        return len(self.dispatched()) >= incidents

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


@contextmanager
def _open_storm(workspace: Workspace, name: str) -> Iterator[Storm]:
    with ExitStack() as stack:
        model = GithubModel()
        front = Front(dispatch_tokens={TOKEN})
        url = stack.enter_context(front_of(model, front))
        filing = Filing(url)
        actions = Actions(filing)
        stack.callback(actions.close)
        front.on_dispatch = actions.dispatch
        receiver = Receiver(workspace, take_port(), github_url=url, github_token=TOKEN, name=f"receiver-in-{name}")
        receiver.start()
        stack.callback(receiver.stop)
        alertmanager = Alertmanager(workspace, take_port(), f"alertmanager-in-{name}")
        shipped = yaml.safe_load(SHIPPED_ROUTE.read_text())
        alertmanager.start(hasten_route(shipped, receiver.url, receiver.token_file))
        stack.callback(workspace.stop, f"alertmanager-in-{name}-server")
        storm, started = Storm(model, front, filing, actions, receiver, alertmanager), time.monotonic()
        yield storm
        storm.worked_s = time.monotonic() - started


def play_great_storm(workspace: Workspace) -> Storm:
    """10,000 alerts in 500 groups, while three of ten calls fail."""
    with _open_storm(workspace, "great-storm") as storm:
        storm.front.faults = [Fault(times=ALWAYS, **fault) for fault in FAULTS]
        storm.alertmanager.raise_alerts(groups=500, pods=20)
        storm.wait_until_settled(groups=500, pods=20)
    return storm


KILL_POINTS = sorted(chance("receiver").sample(range(1, 55), 5))
"""After so many incidents the receiver is killed."""


def play_storm_of_kills(workspace: Workspace) -> Storm:
    """60 groups, and a receiver that is killed with -9 at random points and started again."""
    with _open_storm(workspace, "storm-of-kills") as storm:
        storm.front.faults = [Fault(path="/dispatches$", times=ALWAYS, sleep_s=0.2)]
        storm.alertmanager.raise_alerts(groups=60, pods=2)
        for handed_over in KILL_POINTS:
            wait_for(f"{handed_over} incidents", partial(storm.has_handed_over, handed_over), IN_TIME_S, 0.02)
            storm.receiver.kill()
            storm.receiver.start()
        storm.wait_until_settled(groups=60, pods=2)
    return storm


@pytest.fixture(scope="session")
def storms(workspace: Workspace) -> Iterator[Mapping[str, Future[Storm]]]:
    """Both storms, one after the other, under way or over: much of a storm is Alertmanager's waiting."""
    with ThreadPoolExecutor(1) as pool:
        yield {play.__name__: pool.submit(play, workspace) for play in (play_great_storm, play_storm_of_kills)}
