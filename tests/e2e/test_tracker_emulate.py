"""The issue life cycle on a GitHub that we did not write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.drafts import KEY, LABELS, draft
from fakes.github_emulate import REPOSITORY, TOKEN, emulated_github
from fakes.github_front import Fault, Front, front_of
from incident_bot.errors import TrackerError
from incident_bot.model import FiledAction, SafeText
from incident_bot.tracker.github import GithubStore, connect
from incident_bot.tracker.lifecycle import IssueLifecycle
from incident_bot.tracker.store import IssueChange

pytestmark = pytest.mark.e2e

OpenStore = Callable[..., GithubStore]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def front() -> Front:
    return Front()


@pytest.fixture
def open_store(tmp_path: Path, front: Front) -> Iterator[OpenStore]:
    def connected(url: str, token: str = TOKEN) -> GithubStore:
        return connect(
            repository=REPOSITORY, token=token, api_url=url, now=now, sleep=lambda _s: None, seconds_between_writes=0
        )

    with emulated_github(tmp_path) as upstream, front_of(upstream, front) as url:
        yield lambda token=TOKEN: connected(url, token)


def tracker(store: GithubStore) -> IssueLifecycle:
    return IssueLifecycle(store, now=now, sleep=lambda _s: None)


def open_numbers(store: GithubStore) -> list[int]:
    return [issue.number for issue in store.list_issues(label="", state="open", limit=300)]


def test_the_whole_life_of_an_issue(open_store: OpenStore) -> None:
    created = tracker(open_store()).file(draft("- [ ] Roll back"))
    assert created.action is FiledAction.CREATED
    assert tracker(open_store()).file(draft("- [ ] Roll back")).action is FiledAction.UNCHANGED

    store = open_store()
    issue = store.get(created.number)
    assert set(issue.labels) == set(LABELS)
    store.update(created.number, IssueChange(body=issue.body.replace("[ ]", "[x]") + "\n\nOur notes.", labels=()))

    assert tracker(open_store()).file(draft("- [ ] Roll back\nmore")).action is FiledAction.UPDATED
    assert tracker(open_store()).resolve(KEY, SafeText("It stopped.")).action is FiledAction.RESOLVED
    assert tracker(open_store()).resolve(KEY, SafeText("It stopped.")).action is FiledAction.UNCHANGED
    issue = store.get(created.number)
    assert "- [x] Roll back\nmore" in issue.body
    assert issue.body.endswith("Our notes.")
    assert {"production-alert", "resolved"} <= set(issue.labels)
    assert len(list(store.comments(created.number, since=None))) == 1

    store.update(created.number, IssueChange(state="closed", state_reason="completed"))
    assert tracker(open_store()).file(draft("Back.")).action is FiledAction.REOPENED
    assert open_numbers(store) == [created.number]


def test_twenty_parallel_runs_end_with_one_open_issue(open_store: OpenStore, front: Front) -> None:
    front.faults = [Fault("POST", "/issues$", times=20, sleep_s=0.3)]
    start = threading.Barrier(20)

    def run() -> None:
        mine = tracker(open_store())
        start.wait()
        mine.file(draft())

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert front.count("^POST .*/issues$") > 1
    assert len(open_numbers(open_store())) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "/issues$", status=502, committed=True),
        Fault("POST", "/issues$", drop=True, committed=True),
        Fault("POST", "/issues$", status=403, headers={"Retry-After": "1"}),
        Fault("GET", "/issues$", status=429),
        Fault("GET", "/issues$", status=200, body=b"{garbage"),
    ],
)
def test_trouble_ends_with_one_issue(open_store: OpenStore, front: Front, fault: Fault) -> None:
    front.faults = [fault]

    tracker(open_store()).file(draft())

    assert len(open_numbers(open_store())) == 1


def test_a_powerless_token_is_explained(open_store: OpenStore) -> None:
    with pytest.raises(TrackerError) as caught:
        tracker(open_store(token="made-up-reader")).file(draft())

    assert "issues: write" in caught.value.hint
