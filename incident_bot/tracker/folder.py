"""Issues as files, for the demo, dry runs and hosts without GitHub; the same life cycle.

    0001-modelpodoomkilled-sentiment.md             the body, which people may edit
    0001-modelpodoomkilled-sentiment.json           title, labels, state, dates
    0001-modelpodoomkilled-sentiment.comment-01.md  one file a comment

Each file is replaced as a whole, the JSON last: an issue exists once its JSON does. A lock on
the folder serialises processes; the system drops it when one is killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from incident_bot.errors import TrackerError
from incident_bot.tracker.store import IssueChange, StoredIssue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

_NOT_SLUG = re.compile(r"[^a-z0-9]{1,200}")
_JSON_NAME = re.compile(r"(\d{4,9})-[a-z0-9-]{0,80}\.json")
_MAX_FILE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Record:
    """One issue's two files."""

    meta_path: Path
    meta: dict[str, Any]

    @property
    def body_path(self) -> Path:
        return self.meta_path.with_suffix(".md")

    def comment_paths(self) -> list[Path]:
        return sorted(self.meta_path.parent.glob(f"{self.meta_path.stem}.comment-*.md"))


class FolderStore:
    """An `IssueStore` in a folder, which is made when the first issue is."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    def list_issues(self, *, label: str, state: Literal["open", "closed", "all"], limit: int) -> Iterator[StoredIssue]:
        """Issues with the label, newest first."""
        with self._locked():
            issues = [self._issue(record) for record in self._records()[:limit]]
        wanted = {"open": (True,), "closed": (False,), "all": (True, False)}[state]
        return (issue for issue in issues if issue.is_open in wanted and (not label or label in issue.labels))

    def get(self, number: int) -> StoredIssue:
        """The issue as its files say now."""
        with self._locked():
            return self._issue(self._record(number))

    def create(self, *, title: str, body: str, labels: tuple[str, ...]) -> StoredIssue:
        """A new issue under the next free number."""
        with self._locked():
            records = self._records()
            number = records[0].meta["number"] + 1 if records else 1
            slug = _NOT_SLUG.sub("-", title.lower().removeprefix("[production alert]")).strip("-")[:60].strip("-")
            # Left by a run that was killed before it wrote the JSON: no issue.
            for orphan in self._folder.glob(f"{number:04d}-*.md"):
                orphan.unlink()
            path = self._folder / f"{number:04d}-{slug}.json"
            meta = {
                "number": number,
                "title": title,
                "labels": list(labels),
                "state": "open",
                "created_at": self._stamp(),
            }
            record = _Record(path, meta)
            self._write(record.body_path, body)
            self._write_meta(record)
            return self._issue(record)

    def update(self, number: int, change: IssueChange) -> StoredIssue:
        """Set what `change` names."""
        with self._locked():
            record = self._record(number)
            meta = record.meta
            if change.body is not None:
                self._write(record.body_path, change.body)
            if change.title is not None:
                meta["title"] = change.title
            if change.labels is not None:
                meta["labels"] = list(change.labels)
            if change.state is not None and change.state != meta["state"]:
                meta["state"] = change.state
                meta["closed_at"] = self._stamp() if change.state == "closed" else None
            self._write_meta(record)
            return self._issue(record)

    def comment(self, number: int, body: str) -> None:
        """Add a comment file."""
        with self._locked():
            record = self._record(number)
            count = len(record.comment_paths()) + 1
            self._write(record.meta_path.with_suffix(f".comment-{count:02d}.md"), body)

    def comments(self, number: int, *, since: datetime | None) -> Iterator[str]:  # noqa: ARG002 - few files: read all
        """All comments."""
        with self._locked():
            return iter([self._read(path) for path in self._record(number).comment_paths()])

    def ensure_labels(self, names: Collection[str]) -> None:
        """Labels need no place of their own here."""

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / ".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise TrackerError(
                f"cannot use the issue folder {self._folder}: {error.strerror or error}",
                hint="Choose a folder that can be written, with --tracker-dir.",
            ) from error

    def _records(self) -> list[_Record]:
        """All issues, newest first."""
        found = [path for path in self._folder.iterdir() if _JSON_NAME.fullmatch(path.name)]
        return [
            self._load(path) for path in sorted(found, key=lambda path: int(path.name.partition("-")[0]), reverse=True)
        ]

    def _record(self, number: int) -> _Record:
        for path in self._folder.glob(f"{number:04d}-*.json"):
            return self._load(path)
        raise TrackerError(f"issue {number} is not in {self._folder}", hint="Was its .json file deleted?")

    def _load(self, path: Path) -> _Record:
        try:
            meta = json.loads(self._read(path))
        except ValueError:
            meta = None
        if not isinstance(meta, dict) or not isinstance(meta.get("number"), int):
            raise TrackerError(f"{path} is damaged: no issue in it", hint="Delete it, or restore it from a backup.")
        return _Record(path, meta)

    def _issue(self, record: _Record) -> StoredIssue:
        meta = record.meta
        closed_at = meta.get("closed_at")
        return StoredIssue(
            number=meta["number"],
            title=str(meta.get("title", "")),
            body=self._read(record.body_path) if record.body_path.exists() else "",
            labels=tuple(map(str, meta.get("labels", ()))),
            is_open=meta.get("state") == "open",
            url=str(record.body_path),
            author="incident-bot",
            trusted=True,
            closed_at=datetime.fromisoformat(closed_at) if closed_at else None,
        )

    def _read(self, path: Path) -> str:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise TrackerError(f"{path} is larger than {_MAX_FILE_BYTES // 1024} KiB", hint="Is it an issue of ours?")
        return path.read_bytes().decode("utf-8", "replace")

    def _write_meta(self, record: _Record) -> None:
        self._write(record.meta_path, json.dumps(record.meta, indent=1) + "\n")

    def _write(self, path: Path, text: str) -> None:
        """Replace a file as a whole: readers and a kill see the old or the new one."""
        fresh = path.with_name(f".{path.name}.new")
        with fresh.open("wb") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="seconds")
