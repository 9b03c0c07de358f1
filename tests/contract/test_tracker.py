"""The life cycle of an issue, the same on every store: memory, folder, GitHub (loopback)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.drafts import KEY, LABELS, draft
from fakes.github_server import REPOSITORY, TOKEN, GithubModel, github
from fakes.issue_store import MemoryStore
from incident_bot.model import FiledAction, SafeText
from incident_bot.tracker import TRACKERS
from incident_bot.tracker.folder import FolderStore
from incident_bot.tracker.github import connect
from incident_bot.tracker.lifecycle import IssueLifecycle
from incident_bot.tracker.store import IssueChange, IssueStore, StoredIssue


def now() -> datetime:
    return datetime.now(UTC)


def later() -> datetime:
    return now() + timedelta(hours=25)


def in_memory(_: Path) -> Iterator[Callable[[], IssueStore]]:
    store = MemoryStore(now=now)
    yield lambda: store


def in_folder(folder: Path) -> Iterator[Callable[[], IssueStore]]:
    yield lambda: FolderStore(folder / "issues", now=now)


def on_github(_: Path) -> Iterator[Callable[[], IssueStore]]:
    with github(GithubModel()) as url:
        yield lambda: connect(
            repository=REPOSITORY, token=TOKEN, api_url=url, now=now, sleep=lambda _s: None, seconds_between_writes=0
        )


STORES = {"memory": in_memory, "folder": in_folder, "github": on_github}


def test_every_tracker_that_keeps_issues_is_played_here() -> None:
    assert set(TRACKERS) - {"console"} <= set(STORES)


@pytest.fixture(params=list(STORES))
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], IssueStore]]:
    """Opens the same store again and again, as one run after another does."""
    yield from STORES[request.param](tmp_path)


def tracker(store: IssueStore, clock: Callable[[], datetime] = now) -> IssueLifecycle:
    return IssueLifecycle(store, now=clock, sleep=lambda _s: None)


def every_issue(store: IssueStore) -> list[StoredIssue]:
    return sorted(store.list_issues(label="", state="all", limit=300), key=lambda issue: issue.number)


def test_an_issue_lives_from_firing_to_the_next_incident(open_store: Callable[[], IssueStore]) -> None:
    """Created, unchanged, updated, resolved once, reopened, and after a day a new one that links the old."""
    created = tracker(open_store()).file(draft())
    assert created.action is FiledAction.CREATED
    assert tracker(open_store()).file(draft()).action is FiledAction.UNCHANGED
    assert tracker(open_store()).file(draft("Second report.")).action is FiledAction.UPDATED
    assert tracker(open_store()).resolve(KEY, SafeText("It stopped.")).action is FiledAction.RESOLVED
    assert tracker(open_store()).resolve(KEY, SafeText("It stopped.")).action is FiledAction.UNCHANGED

    store = open_store()
    (issue,) = every_issue(store)
    assert (issue.number, issue.url) == (created.number, created.url)
    assert issue.body.startswith(draft().marker)
    assert "Second report." in issue.body
    assert set(issue.labels) == {*LABELS, "resolved"}
    (comment,) = store.comments(issue.number, since=None)
    assert comment.endswith("It stopped.")

    store.update(issue.number, IssueChange(state="closed"))
    assert tracker(open_store()).file(draft("Third report.")).action is FiledAction.REOPENED
    store.update(issue.number, IssueChange(state="closed"))
    successor = tracker(open_store(), later).file(draft("Fourth report."))

    assert successor.action is FiledAction.CREATED
    old, new = every_issue(open_store())
    assert (old.is_open, new.is_open) == (False, True)
    assert f"#{old.number}" in new.body


def test_people_may_edit(open_store: Callable[[], IssueStore]) -> None:
    tracker(open_store()).file(draft("- [ ] Roll back"))
    store = open_store()
    (issue,) = every_issue(store)
    store.update(
        issue.number,
        IssueChange(
            title="API down",
            body=issue.body.replace("[ ]", "[x]") + "\n\nOur notes.",
            labels=("production-alert", "critical", "cause/network", "team-ml"),
        ),
    )

    tracker(open_store()).file(draft("- [ ] Roll back\n- [ ] Page"))

    (issue,) = every_issue(open_store())
    assert issue.title == "API down"
    assert "- [x] Roll back\n- [ ] Page" in issue.body
    assert issue.body.endswith("Our notes.")
    assert set(issue.labels) == {"production-alert", "critical", "cause/network", "team-ml"}


def test_removed_labels_do_not_make_the_next_run_blind(open_store: Callable[[], IssueStore]) -> None:
    first = tracker(open_store()).file(draft())
    open_store().update(first.number, IssueChange(labels=()))

    assert tracker(open_store()).file(draft("Second report.")).number == first.number


def test_two_incidents_are_two_issues(open_store: Callable[[], IssueStore]) -> None:
    tracker(open_store()).file(draft())
    tracker(open_store()).file(draft(key="f" * 16))

    assert [issue.is_open for issue in every_issue(open_store())] == [True, True]


def test_text_of_any_kind_survives(open_store: Callable[[], IssueStore]) -> None:
    text = 'ünïcödé 🔥 "quotes" \\ backslash `code` <b> & {} \u202e ' + "x" * 50_000
    first = tracker(open_store()).file(draft(text, title='[PRODUCTION ALERT] "A" - ü/…'))

    assert text in open_store().get(first.number).body
    assert open_store().get(first.number).title == '[PRODUCTION ALERT] "A" - ü/…'
    assert tracker(open_store()).file(draft(text, title='[PRODUCTION ALERT] "A" - ü/…')).action is FiledAction.UNCHANGED


def test_twenty_parallel_runs_end_with_one_open_issue(open_store: Callable[[], IssueStore]) -> None:
    start = threading.Barrier(20)
    numbers: list[int] = []

    def run() -> None:
        mine = tracker(open_store())
        start.wait()
        numbers.append(mine.file(draft()).number)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(numbers) == 20
    assert [issue.number for issue in every_issue(open_store()) if issue.is_open] == [1]
