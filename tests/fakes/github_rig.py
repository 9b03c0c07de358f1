"""GitHub behind a front that can fail, and our side of it with a clock that does not wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from fakes.github_front import Front
from fakes.github_server import REPOSITORY, TOKEN, GithubModel
from incident_bot.tracker.github import GithubStore, connect
from incident_bot.tracker.lifecycle import IssueLifecycle


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


@dataclass
class Rig:
    """A GitHub, a front that makes it fail, and what our side slept."""

    model: GithubModel = field(default_factory=GithubModel)
    front: Front = field(default_factory=Front)
    slept: list[float] = field(default_factory=list)
    url: str = ""

    def store(self, *, token: str = TOKEN, repository: str = REPOSITORY, timeout_s: int = 5) -> GithubStore:
        """Our adapter."""
        return connect(
            repository=repository,
            token=token,
            api_url=self.url,
            now=now,
            sleep=self.slept.append,
            timeout_s=timeout_s,
            seconds_between_writes=0,
        )

    def tracker(self, **options: int | str) -> IssueLifecycle:
        """The life cycle on it."""
        return IssueLifecycle(self.store(**options), now=now, sleep=self.slept.append)  # type: ignore[arg-type]  # store() has a type for each
