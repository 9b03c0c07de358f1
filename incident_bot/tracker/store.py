"""The port between the one issue life cycle and the places that keep issues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from incident_bot.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIssue:
    """An issue as the store has it now.

    `trusted` says that its author may write to the repository or is a bot of it; an issue
    without our label counts as ours only then, because anybody may paste a marker.
    """

    number: int
    title: str
    body: str
    labels: tuple[str, ...]
    is_open: bool
    url: str
    author: str = ""
    trusted: bool = False
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChange:
    """What to set in one request, so that a kill cannot leave half of it; None leaves a field alone."""

    title: str | None = None
    body: str | None = None
    labels: tuple[str, ...] | None = None
    state: Literal["open", "closed"] | None = None
    state_reason: Literal["completed", "not_planned", "reopened"] | None = None


class AmbiguousWriteError(TrackerError):
    """A create or comment got no usable answer: it may have happened. Look before doing it again."""


class IssueStore(Protocol):
    """Where issues live. Every method raises `TrackerError` when the store cannot be used."""

    def list_issues(self, *, label: str, state: Literal["open", "closed", "all"], limit: int) -> Iterable[StoredIssue]:
        """Issues with the label (any issue when it is empty), newest first, after looking at `limit` rows at most."""

    def get(self, number: int) -> StoredIssue:
        """The issue as it is stored now."""

    def create(self, *, title: str, body: str, labels: tuple[str, ...]) -> StoredIssue:
        """A new open issue. Raises `AmbiguousWriteError` when it may or may not exist now."""

    def update(self, number: int, change: IssueChange) -> StoredIssue:
        """Set the fields of `change` at once."""

    def comment(self, number: int, body: str) -> None:
        """Add a comment. Raises `AmbiguousWriteError` when it may or may not be there now."""

    def comments(self, number: int, *, since: datetime | None) -> Iterable[str]:
        """Texts of comments; those written before `since` may be left out to save requests."""

    def ensure_labels(self, names: Collection[str]) -> None:
        """Create the labels that are missing, with colour and description."""
