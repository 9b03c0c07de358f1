"""An `IssueDraft` -> one issue. `TRACKERS` is the menu; GitHub and the folder share one life cycle."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from incident_bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from incident_bot.config import IssueConfig
    from incident_bot.model import Filed, IssueDraft, SafeText

__all__ = ["TRACKERS", "Tracker", "TrackerOptions", "open_tracker"]


class Tracker(Protocol):
    """Keeps one open issue an incident. Both methods raise `TrackerError`; calling again is safe."""

    def file(self, draft: IssueDraft) -> Filed:
        """Create the incident's issue, or bring the one that exists up to date."""

    def resolve(self, key: str, comment: SafeText) -> Filed:
        """Say once, in the incident's open issue, that the alert stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerOptions:
    """What trackers need from outside; each reads only its own part.

    `max_wait_s` bounds the time spent waiting for GitHub's rate limits in one run, and writes
    keep `seconds_between_writes` apart;
    `sleep` and `now` are given so that tests need neither.
    """

    now: Callable[[], datetime]
    stream: TextIO
    config: IssueConfig
    repository: str = ""
    token: str = field(default="", repr=False)
    api_url: str = "https://api.github.com"
    timeout_s: int = 15
    max_wait_s: float = 120.0
    seconds_between_writes: float = 1.0
    folder: Path = Path("incidents")
    sleep: Callable[[float], None] = time.sleep


def open_tracker(name: str, options: TrackerOptions) -> Tracker:
    """The tracker of that name. Raises `ConfigurationError` naming what it lacks."""
    if name not in TRACKERS:
        raise ConfigurationError(f"tracker: {name!r} is not known", hint=f"Known trackers: {', '.join(TRACKERS)}.")
    return TRACKERS[name](options)


def _github(options: TrackerOptions) -> Tracker:
    from incident_bot.tracker.github import connect
    from incident_bot.tracker.lifecycle import IssueLifecycle

    store = connect(
        repository=options.repository,
        token=options.token,
        api_url=options.api_url,
        timeout_s=options.timeout_s,
        max_wait_s=options.max_wait_s,
        seconds_between_writes=options.seconds_between_writes,
        now=options.now,
        sleep=options.sleep,
    )
    return IssueLifecycle(store, now=options.now, sleep=options.sleep, config=options.config)


def _folder(options: TrackerOptions) -> Tracker:
    from incident_bot.tracker.folder import FolderStore
    from incident_bot.tracker.lifecycle import IssueLifecycle

    store = FolderStore(options.folder, now=options.now)
    return IssueLifecycle(store, now=options.now, sleep=options.sleep, config=options.config)


def _console(options: TrackerOptions) -> Tracker:
    from incident_bot.tracker.console import ConsoleTracker

    return ConsoleTracker(options.stream)


TRACKERS: Mapping[str, Callable[[TrackerOptions], Tracker]] = {
    "github": _github,
    "folder": _folder,
    "console": _console,
}
"""Every tracker by its name on the command line."""
