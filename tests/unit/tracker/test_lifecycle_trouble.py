"""One incident, one open issue, whatever lost answers, parallel runs and kills do in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.drafts import KEY, LABELS, draft
from fakes.issue_store import Killed, MemoryStore, ambiguous, open_numbers
from incident_bot.errors import TrackerError
from incident_bot.model import Filed, FiledAction, SafeText
from incident_bot.tracker.body import parse_body

if TYPE_CHECKING:
    from fakes.clock import Clock
    from incident_bot.tracker.lifecycle import IssueLifecycle


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
