"""An `IssueStore` in memory that can fail and be killed at any instruction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from incident_bot.errors import TrackerError
from incident_bot.tracker.store import AmbiguousWriteError, IssueChange, StoredIssue


class Killed(BaseException):
    """Stands for SIGKILL: no handler of ours may catch it."""


@dataclass
class MemoryStore:
    """`before` is called with (method, phase) before and after each operation and may raise.

    `phase` is "before" (nothing happened yet) or "after" (it is stored, the answer is not back).
    """

    now: Callable[[], datetime]
    author: str = "incident-bot"
    issues: dict[int, StoredIssue] = field(default_factory=dict)
    notes: dict[int, list[str]] = field(default_factory=dict)
    known_labels: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    hook: Callable[[str, str], None] = lambda _method, _phase: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def _enter(self, method: str) -> None:
        self.calls.append(method)
        self.hook(method, "before")

    def list_issues(self, *, label: str, state: str, limit: int) -> Iterator[StoredIssue]:
        self._enter("list")
        with self.lock:
            rows = sorted(self.issues.values(), key=lambda issue: -issue.number)
        rows = [
            row
            for row in rows
            if (not label or label in row.labels) and (state == "all" or row.is_open == (state == "open"))
        ]
        self.hook("list", "after")
        return iter(rows[:limit])

    def get(self, number: int) -> StoredIssue:
        self._enter("get")
        if number not in self.issues:
            raise TrackerError(f"issue {number} is gone")
        return self.issues[number]

    def create(self, *, title: str, body: str, labels: tuple[str, ...]) -> StoredIssue:
        self._enter("create")
        with self.lock:
            number = len(self.issues) + 1
            issue = StoredIssue(
                number=number, title=title, body=body, labels=labels, is_open=True, url=f"mem:{number}",
                author=self.author, trusted=True,
            )  # fmt: skip
            self.issues[number] = issue
            self.notes[number] = []
        self.hook("create", "after")
        return issue

    def update(self, number: int, change: IssueChange) -> StoredIssue:
        self._enter("update")
        with self.lock:
            issue = self.get(number)
            self.calls.pop()
            if change.state is not None:
                closed_at = self.now() if change.state == "closed" else None
                issue = replace(issue, is_open=change.state == "open", closed_at=closed_at)
            issue = replace(
                issue,
                title=issue.title if change.title is None else change.title,
                body=issue.body if change.body is None else change.body,
                labels=issue.labels if change.labels is None else change.labels,
            )
            self.issues[number] = issue
        self.hook("update", "after")
        return issue

    def comment(self, number: int, body: str) -> None:
        self._enter("comment")
        self.notes[number].append(body)
        self.hook("comment", "after")

    def comments(self, number: int, *, since: datetime | None) -> Iterator[str]:
        self._enter("comments")
        return iter(list(self.notes[number]))

    def ensure_labels(self, names: Collection[str]) -> None:
        self._enter("labels")
        self.known_labels.update(names)

    def edit(self, number: int, **fields: object) -> None:
        """What a person does in the browser."""
        self.issues[number] = replace(self.issues[number], **fields)  # type: ignore[arg-type]


def ambiguous() -> AmbiguousWriteError:
    return AmbiguousWriteError("no answer", hint="look")


def open_numbers(store: MemoryStore) -> list[int]:
    """The issues that are open."""
    return [issue.number for issue in store.issues.values() if issue.is_open]
