"""One incident, one open issue, whatever people, parallel runs and kills do in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from fakes.drafts import KEY, LABELS, draft
from fakes.issue_store import Killed, MemoryStore, ambiguous
from incident_bot.errors import TrackerError
from incident_bot.model import Filed, FiledAction, SafeText
from incident_bot.tracker.body import MAX_BODY_BYTES, parse_body
from incident_bot.tracker.lifecycle import IssueLifecycle, Policy
from incident_bot.tracker.store import StoredIssue


@dataclass
class Clock:
    moment: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **units: float) -> None:
        self.moment += timedelta(**units)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(now=clock)


@pytest.fixture
def tracker(store: MemoryStore, clock: Clock) -> IssueLifecycle:
    return IssueLifecycle(store, now=clock, sleep=clock.slept.append)


def open_numbers(store: MemoryStore) -> list[int]:
    return [issue.number for issue in store.issues.values() if issue.is_open]


def test_the_first_firing_creates_an_issue_and_its_labels(tracker: IssueLifecycle, store: MemoryStore) -> None:
    filed = tracker.file(draft())

    issue = store.issues[1]
    assert filed == Filed(action=FiledAction.CREATED, number=1, url="mem:1")
    assert issue.labels == LABELS
    assert issue.body.startswith(draft().marker + "\n")
    assert "The memory limit is too small." in issue.body
    assert set(LABELS) <= store.known_labels


def test_filing_the_same_draft_again_changes_nothing(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())
    store.calls.clear()

    assert tracker.file(draft()).action is FiledAction.UNCHANGED
    assert set(store.calls) == {"list"}


def test_a_refire_refreshes_the_body_and_counts(tracker: IssueLifecycle, store: MemoryStore, clock: Clock) -> None:
    tracker.file(draft())
    clock.advance(hours=4)

    filed = tracker.file(draft("Now the disk is full."))

    body = store.issues[1].body
    assert (filed.action, filed.number) == (FiledAction.UPDATED, 1)
    assert "Now the disk is full." in body
    assert "The memory limit" not in body
    assert "Seen 2 times: first 2026-11-21 12:00 UTC, last 2026-11-21 16:00 UTC" in body
    assert body.startswith(draft().marker + "\n")


def test_ticked_steps_stay_ticked_when_they_are_still_there(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft("- [ ] **Confirm** the size\n- [ ] Roll back\n- [ ] Page the team"))
    body = (
        store.issues[1]
        .body.replace("- [ ] Roll", "- [x] Roll")
        .replace("- [ ] Page", "- [X] Page")
        .replace("\n", "\r\n")
    )
    store.edit(1, body=body)

    tracker.file(draft("- [ ] Raise the limit\n- [ ] Roll back\n- [ ] Roll back the database"))

    assert "- [ ] Raise the limit\n- [x] Roll back\n- [ ] Roll back the database" in store.issues[1].body


def test_what_people_wrote_below_the_report_stays(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())
    store.edit(1, body=store.issues[1].body + "\r\n\r\n## Postmortem\r\nWe forgot the limit.")

    tracker.file(draft("Second report."))
    tracker.file(draft("Third report."))

    body = store.issues[1].body
    assert body.endswith("\n\n## Postmortem\nWe forgot the limit.")
    assert body.count("## Postmortem") == 1


def test_what_people_wrote_becomes_a_comment_when_the_report_needs_the_room(
    tracker: IssueLifecycle, store: MemoryStore
) -> None:
    tracker.file(draft())
    store.edit(1, body=store.issues[1].body + "\n\n" + "our notes " * 1000)

    tracker.file(draft("x" * 60_000))

    assert len(store.issues[1].body.encode()) <= MAX_BODY_BYTES
    assert "x" * 60_000 in store.issues[1].body
    (note,) = store.notes[1]
    assert "our notes our notes" in note


def test_a_title_that_people_chose_stays(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())
    store.edit(1, title="API is down (limit too small)")

    tracker.file(draft("Second report."))

    assert store.issues[1].title == "API is down (limit too small)"


def test_a_title_of_ours_follows_the_draft(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft(title="old"))
    tracker.file(draft(title="new"))

    assert store.issues[1].title == "new"


def test_an_issue_without_its_labels_is_still_found(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())
    store.edit(1, labels=("triaged",))

    filed = tracker.file(draft("Second report."))

    assert (filed.action, filed.number) == (FiledAction.UPDATED, 1)
    assert store.issues[1].labels == ("triaged", "production-alert")


def test_a_strangers_copy_of_the_marker_is_not_our_issue(tracker: IssueLifecycle, store: MemoryStore) -> None:
    """In a public repository anybody can open an issue; only who may write can label it."""
    store.issues[1] = StoredIssue(
        number=1, title="x", body=draft().body, labels=(), is_open=True, url="mem:1", author="mallory", trusted=False
    )

    filed = tracker.file(draft())

    assert (filed.action, filed.number) == (FiledAction.CREATED, 2)
    assert store.issues[1].is_open


def test_a_marker_that_is_only_quoted_is_not_our_issue(tracker: IssueLifecycle, store: MemoryStore) -> None:
    store.create(title="Postmortem", body=f"See this:\n{draft().body}", labels=LABELS)

    assert tracker.file(draft()).action is FiledAction.CREATED


def test_a_closed_issue_is_reopened_within_the_window(
    tracker: IssueLifecycle, store: MemoryStore, clock: Clock
) -> None:
    tracker.file(draft())
    store.edit(1, is_open=False, closed_at=clock())
    clock.advance(hours=23)

    filed = tracker.file(draft("It is back."))

    assert (filed.action, filed.number) == (FiledAction.REOPENED, 1)
    assert store.issues[1].is_open
    assert "It is back." in store.issues[1].body


def test_the_same_draft_reopens_too(tracker: IssueLifecycle, store: MemoryStore, clock: Clock) -> None:
    tracker.file(draft())
    store.edit(1, is_open=False, closed_at=clock())

    assert tracker.file(draft()).action is FiledAction.REOPENED


def test_after_the_window_a_new_issue_links_the_old_one(
    tracker: IssueLifecycle, store: MemoryStore, clock: Clock
) -> None:
    tracker.file(draft())
    store.edit(1, is_open=False, closed_at=clock())
    clock.advance(hours=25)

    filed = tracker.file(draft("It is back."))

    assert (filed.action, filed.number) == (FiledAction.CREATED, 2)
    assert "Earlier issue of this incident: #1" in store.issues[2].body
    assert not store.issues[1].is_open


def test_the_window_is_the_users(store: MemoryStore, clock: Clock) -> None:
    tracker = IssueLifecycle(store, now=clock, sleep=clock.slept.append, policy=Policy(reopen_window_h=0))
    tracker.file(draft())
    store.edit(1, is_open=False, closed_at=clock())
    clock.advance(minutes=1)

    assert tracker.file(draft()).action is FiledAction.CREATED


def test_other_incidents_are_left_alone(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())

    filed = tracker.file(draft(key="f" * 16))

    assert (filed.action, filed.number) == (FiledAction.CREATED, 2)
    assert open_numbers(store) == [1, 2]


# Resolving


def test_resolve_comments_once_and_labels(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())

    first = tracker.resolve(KEY, SafeText("The alert stopped."))
    second = tracker.resolve(KEY, SafeText("The alert stopped."))

    assert (first.action, second.action) == (FiledAction.RESOLVED, FiledAction.UNCHANGED)
    assert [note.splitlines()[1:] for note in store.notes[1]] == [["The alert stopped."]]
    assert "resolved" in store.issues[1].labels
    assert store.issues[1].is_open


def test_a_refire_takes_the_resolved_label_away_and_the_next_end_is_said_again(
    tracker: IssueLifecycle, store: MemoryStore
) -> None:
    tracker.file(draft())
    tracker.resolve(KEY, SafeText("over"))

    assert tracker.file(draft()).action is FiledAction.UPDATED
    assert "resolved" not in store.issues[1].labels
    assert tracker.resolve(KEY, SafeText("over again")).action is FiledAction.RESOLVED
    assert len(store.notes[1]) == 2


def test_resolve_may_close(store: MemoryStore, clock: Clock) -> None:
    tracker = IssueLifecycle(store, now=clock, sleep=clock.slept.append, policy=Policy(close_on_resolve=True))
    tracker.file(draft())

    assert tracker.resolve(KEY, SafeText("over")).action is FiledAction.RESOLVED
    assert not store.issues[1].is_open
    assert tracker.resolve(KEY, SafeText("over")).action is FiledAction.UNCHANGED
    assert tracker.file(draft()).action is FiledAction.REOPENED


def test_resolve_without_an_issue_does_nothing(tracker: IssueLifecycle, store: MemoryStore) -> None:
    assert tracker.resolve(KEY, SafeText("over")) == Filed(action=FiledAction.UNCHANGED, number=0, url="")
    assert store.issues == {}


# Trouble


def test_a_create_whose_answer_was_lost_is_looked_up(tracker: IssueLifecycle, store: MemoryStore, clock: Clock) -> None:
    def lose_first_answer(method: str, phase: str) -> None:
        if (method, phase) == ("create", "after") and store.calls.count("create") == 1:
            raise ambiguous()

    store.hook = lose_first_answer

    assert tracker.file(draft()).number == 1
    assert open_numbers(store) == [1]
    assert clock.slept


def test_a_create_that_really_failed_is_repeated(tracker: IssueLifecycle, store: MemoryStore) -> None:
    def fail_once(method: str, phase: str) -> None:
        if (method, phase) == ("create", "before") and store.calls.count("create") == 1:
            raise ambiguous()

    store.hook = fail_once

    assert tracker.file(draft()) == Filed(action=FiledAction.CREATED, number=1, url="mem:1")


def test_a_create_that_keeps_failing_is_an_error_after_three_tries(tracker: IssueLifecycle, store: MemoryStore) -> None:
    def fail(method: str, phase: str) -> None:
        if (method, phase) == ("create", "before"):
            raise ambiguous()

    store.hook = fail

    with pytest.raises(TrackerError):
        tracker.file(draft())
    assert store.calls.count("create") == 3


def test_a_resolve_comment_whose_answer_was_lost_is_not_doubled(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())

    def lose(method: str, phase: str) -> None:
        if (method, phase) == ("comment", "after"):
            raise ambiguous()

    store.hook = lose

    assert tracker.resolve(KEY, SafeText("over")).action is FiledAction.RESOLVED
    assert len(store.notes[1]) == 1


def test_an_update_that_was_accepted_but_not_stored_is_an_error(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())
    kept = store.issues[1]

    def forget(method: str, phase: str) -> None:
        if (method, phase) == ("update", "after"):
            store.issues[1] = kept

    store.hook = forget

    with pytest.raises(TrackerError, match="not stored"):
        tracker.file(draft("Second report."))


def test_labels_that_cannot_be_made_do_not_stop_the_issue(tracker: IssueLifecycle, store: MemoryStore) -> None:
    def refuse(method: str, _phase: str) -> None:
        if method == "labels":
            raise TrackerError("403")

    store.hook = refuse

    assert tracker.file(draft()).action is FiledAction.CREATED


def test_a_parallel_run_that_was_first_keeps_its_issue(tracker: IssueLifecycle, store: MemoryStore) -> None:
    """Somebody creates theirs between our look and our create: the older one stays."""

    def other_run(method: str, phase: str) -> None:
        if (method, phase) == ("create", "before") and store.calls.count("create") == 1:
            store.create(title="other", body=draft("Theirs.").body, labels=LABELS)

    store.hook = other_run

    filed = tracker.file(draft())

    assert (filed.action, filed.number) == (FiledAction.UNCHANGED, 1)
    assert open_numbers(store) == [1]
    assert "#1" in store.issues[2].body
    assert "uplicate" not in store.issues[2].body


def test_duplicates_that_a_killed_run_left_are_closed_later(tracker: IssueLifecycle, store: MemoryStore) -> None:
    store.create(title="a", body=draft().body, labels=LABELS)
    store.create(title="b", body=draft().body, labels=LABELS)

    assert tracker.file(draft("Second report.")).number == 1
    assert open_numbers(store) == [1]


def test_a_closed_duplicate_is_never_reopened(tracker: IssueLifecycle, store: MemoryStore, clock: Clock) -> None:
    store.create(title="a", body=draft().body, labels=LABELS)
    store.create(title="b", body=draft().body, labels=LABELS)
    tracker.file(draft())
    store.edit(1, is_open=False, closed_at=clock())

    filed = tracker.file(draft("It is back."))

    assert (filed.action, filed.number) == (FiledAction.REOPENED, 1)


def test_a_persons_copy_of_the_report_is_not_closed(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())
    store.author = "oncall"
    store.create(title="Copy for the other team", body=store.issues[1].body, labels=LABELS)

    tracker.file(draft("Second report."))

    assert open_numbers(store) == [1, 2]


KILL_POINTS = [(phase, step) for phase in ("before", "after") for step in range(12)]


@pytest.mark.parametrize(("phase", "step"), KILL_POINTS)
def test_killed_anywhere_and_run_again_ends_with_one_issue(
    phase: str, step: int, tracker: IssueLifecycle, store: MemoryStore, clock: Clock
) -> None:
    """A life (create, refresh, resolve) is killed at each operation once, then repeated."""
    seen = 0

    def kill_once(_method: str, at: str) -> None:
        nonlocal seen
        if at == phase:
            seen += 1
            if seen == step + 1:
                raise Killed

    def life() -> None:
        tracker.file(draft())
        tracker.file(draft("Second report."))
        tracker.resolve(KEY, SafeText("over"))

    store.hook = kill_once
    try:
        life()
    except Killed:
        life()

    assert open_numbers(store) == [1]
    assert len(store.issues) == 1
    assert len(store.notes[1]) <= 2
    assert parse_body(store.issues[1].body).state.resolved
    assert "resolved" in store.issues[1].labels


def test_killed_while_closing_duplicates_ends_with_one_issue(tracker: IssueLifecycle, store: MemoryStore) -> None:
    for _ in range(4):
        store.create(title="a", body=draft().body, labels=LABELS)
    updates = 0

    def kill_at_second_update(method: str, phase: str) -> None:
        nonlocal updates
        updates += (method, phase) == ("update", "after")
        if updates == 2:
            updates += 1
            raise Killed

    store.hook = kill_at_second_update
    with pytest.raises(Killed):
        tracker.file(draft("Second report."))

    assert tracker.file(draft("Second report.")).number == 1
    assert open_numbers(store) == [1]
