"""One incident, one open issue: find, create, refresh, reopen, resolve, over any `IssueStore`.

Each change is one request, and each decision is made from what the store holds, so a run that
is killed anywhere can be repeated: docs/issue-lifecycle.md has the states and the reasons.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from incident_bot.config import IssueConfig
from incident_bot.errors import TrackerError
from incident_bot.model import Filed, FiledAction
from incident_bot.tracker.body import (
    MAX_BODY_BYTES,
    ParsedBody,
    State,
    compose_body,
    digest,
    duplicate_body,
    has_marker,
    next_state,
    parse_body,
    rewrite_state,
    tail_fits,
)
from incident_bot.tracker.labels import IDENTITY_LABEL, RESOLVED_LABEL, merge_labels
from incident_bot.tracker.store import AmbiguousWriteError, IssueChange

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from incident_bot.model import IssueDraft, SafeText
    from incident_bot.tracker.store import IssueStore, StoredIssue

_OPEN_LIMIT = 1000
_SEARCH_LIMIT = 300
"""Rows looked at for closed issues, and for issues whose labels people removed: three requests each."""
_WRITE_ATTEMPTS = 3
_CLOCK_SKEW = timedelta(hours=1)


class IssueLifecycle:
    """A `Tracker` over a store. `sleep(seconds)` waits before a write is looked up and repeated."""

    def __init__(
        self,
        store: IssueStore,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        config: IssueConfig | None = None,
    ) -> None:
        self._store = store
        self._now = now
        self._sleep = sleep
        self._config = config or IssueConfig()

    def file(self, draft: IssueDraft) -> Filed:
        """Create the incident's issue, or bring the one that exists up to date.

        Raises `TrackerError`; calling again is always safe.
        """
        current = self._open_issue(draft.key)
        if current is not None:
            return self._refresh(current, draft)
        other = self._other_issue(draft.key)
        if other is not None and (other.is_open or self._may_reopen(other)):
            return self._refresh(other, draft)
        return self._create(draft, previous=other.number if other else 0)

    def resolve(self, key: str, comment: SafeText) -> Filed:
        """Say once in the incident's open issue that the alert stopped. Nothing open: nothing is done."""
        issue = self._open_issue(key) or self._other_issue(key)
        if issue is None:
            return Filed(action=FiledAction.UNCHANGED, number=0, url="")
        parsed = parse_body(issue.body)
        if not issue.is_open or parsed.state.resolved:
            return _filed(FiledAction.UNCHANGED, issue)
        self._comment_once(issue, key, parsed.state, comment)
        self._ensure_labels((RESOLVED_LABEL,))
        labels = tuple(dict.fromkeys((*issue.labels, RESOLVED_LABEL)))
        state = replace(
            parsed.state, resolved=True, labels=tuple(dict.fromkeys((*parsed.state.labels, RESOLVED_LABEL)))
        )
        change = IssueChange(body=rewrite_state(issue.body, key, state), labels=labels)
        if self._config.close_on_resolve:
            change = replace(change, state="closed", state_reason="completed")
        return _filed(FiledAction.RESOLVED, self._store.update(issue.number, change))

    # Finding

    def _open_issue(self, key: str) -> StoredIssue | None:
        """The oldest open issue of the incident; younger ones, left by a killed run, are closed."""
        return self._close_all_but_oldest(key, self._open_matches(key))

    def _open_matches(self, key: str) -> list[StoredIssue]:
        listed = self._store.list_issues(label=IDENTITY_LABEL, state="open", limit=_OPEN_LIMIT)
        return [issue for issue in listed if has_marker(issue.body, key)]

    def _other_issue(self, key: str) -> StoredIssue | None:
        """The incident's issue when none is open under our label.

        One that is open although people took its labels away, else the newest closed one.
        """
        labelled = self._store.list_issues(label=IDENTITY_LABEL, state="closed", limit=_SEARCH_LIMIT)
        bare = self._store.list_issues(label="", state="all", limit=_SEARCH_LIMIT)
        found = [issue for issue in labelled if has_marker(issue.body, key)]
        found += [issue for issue in bare if has_marker(issue.body, key) and _is_ours(issue)]
        open_ones = [issue for issue in found if issue.is_open]
        if open_ones:
            return min(open_ones, key=lambda issue: issue.number)
        return max(found, key=lambda issue: issue.number, default=None)

    def _may_reopen(self, issue: StoredIssue) -> bool:
        if issue.closed_at is None:
            return False
        return self._now() - issue.closed_at <= timedelta(hours=self._config.reopen_window_h)

    def _close_all_but_oldest(self, key: str, issues: list[StoredIssue], author: str = "") -> StoredIssue | None:
        """Parallel runs may each have created one: the lowest number stays.

        Only issues of the same author go, so that a person's copy of a report is left alone.
        """
        if not issues:
            return None
        oldest = min(issues, key=lambda issue: issue.number)
        for issue in issues:
            if issue.number != oldest.number and issue.author == (author or oldest.author):
                body = duplicate_body(issue.body, key, oldest.number)
                self._store.update(issue.number, IssueChange(body=body, state="closed", state_reason="not_planned"))
        return oldest

    # Writing

    def _create(self, draft: IssueDraft, previous: int) -> Filed:
        self._ensure_labels(draft.labels)
        state = next_state(draft, State(previous=previous), self._now())
        body = compose_body(draft, state)
        created = self._create_once(draft, body)
        # Others may have looked before our issue existed and created theirs meanwhile.
        matches = {issue.number: issue for issue in (created, *self._open_matches(draft.key))}
        oldest = self._close_all_but_oldest(draft.key, list(matches.values()), created.author) or created
        if oldest.number != created.number:
            return _filed(FiledAction.UNCHANGED, oldest)
        return _filed(FiledAction.CREATED, created)

    def _create_once(self, draft: IssueDraft, body: str) -> StoredIssue:
        for attempt in range(1, _WRITE_ATTEMPTS + 1):
            try:
                return self._store.create(title=draft.title, body=body, labels=draft.labels)
            except AmbiguousWriteError:
                self._sleep(2.0**attempt)
                if found := self._open_matches(draft.key):
                    return min(found, key=lambda issue: issue.number)
                if attempt == _WRITE_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _refresh(self, issue: StoredIssue, draft: IssueDraft) -> Filed:
        before = parse_body(issue.body)
        labels = merge_labels(issue.labels, before.state.labels, draft.labels)
        title = draft.title if before.state.title in ("", digest(issue.title)) else issue.title
        same = before.state.draft == digest(draft.body) and not before.state.resolved
        if issue.is_open and same and title == issue.title and set(labels) == set(issue.labels):
            return _filed(FiledAction.UNCHANGED, issue)
        self._ensure_labels(draft.labels)
        state = before.state if same else next_state(draft, before.state, self._now())
        body = compose_body(draft, state, before=before)
        if not tail_fits(body, before):
            self._move_tail(issue, before)
        change = IssueChange(title=title, body=body, labels=labels)
        if not issue.is_open:
            change = replace(change, state="open", state_reason="reopened")
        updated = self._store.update(issue.number, change)
        self._check_stored(issue, body)
        return _filed(FiledAction.UPDATED if issue.is_open else FiledAction.REOPENED, updated)

    def _check_stored(self, before: StoredIssue, body: str) -> None:
        """An update that is too large can be answered with 200 and not be kept."""
        stored = parse_body(self._store.get(before.number).body)
        if body != before.body and stored == parse_body(before.body) and stored != parse_body(body):
            raise TrackerError(
                f"issue #{before.number}: the update was accepted but not stored",
                hint=f"The body has {len(body)} characters; lower `issue.evidence_tokens` in the configuration.",
            )

    def _move_tail(self, issue: StoredIssue, before: ParsedBody) -> None:
        """What people wrote no longer fits beside the report: keep it as a comment."""
        self._store.comment(
            issue.number, f"Moved here from the issue's body, which became too long:\n\n{before.tail}"[:60_000]
        )

    def _comment_once(self, issue: StoredIssue, key: str, state: State, comment: str) -> None:
        """A comment for this firing, unless a run that was killed or cut off has left it already."""
        mark = f"<!-- incident-bot:v1 resolved key={key} seen={state.count} -->"
        since = state.last - _CLOCK_SKEW if state.last else None
        for attempt in range(1, _WRITE_ATTEMPTS + 1):
            if any(mark in text[:200] for text in self._store.comments(issue.number, since=since)):
                return
            try:
                self._store.comment(issue.number, f"{mark}\n{comment}"[: MAX_BODY_BYTES // 4])
            except AmbiguousWriteError:
                if attempt == _WRITE_ATTEMPTS:
                    raise
                self._sleep(2.0**attempt)
            else:
                return

    def _ensure_labels(self, names: tuple[str, ...]) -> None:
        """Missing labels cost colours, not the issue: GitHub makes them plain or leaves them out."""
        try:
            self._store.ensure_labels(names)
        except TrackerError:
            return


def _is_ours(issue: StoredIssue) -> bool:
    return issue.trusted or IDENTITY_LABEL in issue.labels


def _filed(action: FiledAction, issue: StoredIssue) -> Filed:
    return Filed(action=action, number=issue.number, url=issue.url)
