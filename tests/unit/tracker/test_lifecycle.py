"""One incident, one open issue, whatever people and later alerts do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.drafts import KEY, LABELS, draft
from fakes.issue_store import MemoryStore, open_numbers
from incident_bot.config import IssueConfig
from incident_bot.model import Filed, FiledAction, SafeText
from incident_bot.tracker.body import MAX_BODY_BYTES
from incident_bot.tracker.lifecycle import IssueLifecycle
from incident_bot.tracker.store import StoredIssue

if TYPE_CHECKING:
    from fakes.clock import Clock


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
    tracker = IssueLifecycle(store, now=clock, sleep=clock.slept.append, config=IssueConfig(reopen_window_h=0))
    tracker.file(draft())
    store.edit(1, is_open=False, closed_at=clock())
    clock.advance(minutes=1)

    assert tracker.file(draft()).action is FiledAction.CREATED


def test_other_incidents_are_left_alone(tracker: IssueLifecycle, store: MemoryStore) -> None:
    tracker.file(draft())

    filed = tracker.file(draft(key="f" * 16))

    assert (filed.action, filed.number) == (FiledAction.CREATED, 2)
    assert open_numbers(store) == [1, 2]


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
    tracker = IssueLifecycle(store, now=clock, sleep=clock.slept.append, config=IssueConfig(close_on_resolve=True))
    tracker.file(draft())

    assert tracker.resolve(KEY, SafeText("over")).action is FiledAction.RESOLVED
    assert not store.issues[1].is_open
    assert tracker.resolve(KEY, SafeText("over")).action is FiledAction.UNCHANGED
    assert tracker.file(draft()).action is FiledAction.REOPENED


def test_resolve_without_an_issue_does_nothing(tracker: IssueLifecycle, store: MemoryStore) -> None:
    assert tracker.resolve(KEY, SafeText("over")) == Filed(action=FiledAction.UNCHANGED, number=0, url="")
    assert store.issues == {}
