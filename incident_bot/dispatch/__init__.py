"""One incident -> whoever triages it: a GitHub workflow, a Kubernetes Job, or this process. `DISPATCHERS` is the menu.

What is handed over is a `Message`: redacted, sealed, within everybody's limits. Each dispatcher
either knows that it was taken or raises `DispatchError`; repeating is always safe, because the
key of the incident makes the triage idempotent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from incident_bot.errors import ConfigurationError, IncidentBotError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from incident_bot.config import DispatchConfig, JobConfig
    from incident_bot.credentials import Credential
    from incident_bot.dispatch.message import Message
    from incident_bot.model import Incident

__all__ = [
    "DISPATCHERS",
    "RESULTS",
    "DispatchError",
    "Dispatched",
    "Dispatcher",
    "DispatcherOptions",
    "Trouble",
    "open_dispatcher",
]


class Trouble(StrEnum):
    """Why a message was not taken: the label `result` of the metric, and how long to leave the target alone."""

    BUSY = "busy"
    """The target asked to wait (rate limit, full queue), or did a moment ago."""
    LOST = "lost"
    """No usable answer: it may have been taken."""
    REFUSED = "refused"
    """Wrong credentials, repository or permissions: somebody has to correct the configuration."""


class DispatchError(IncidentBotError):
    """A message was not taken, or nobody knows. Sending it again is safe, `retry_after_s` from now at best."""

    exit_code = 6

    def __init__(self, message: str, *, trouble: Trouble, retry_after_s: float = 5.0, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.trouble = trouble
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """The target has the message. `is_new` is False where it had it before; `where` is for the log."""

    where: str
    is_new: bool = True

    @property
    def result(self) -> str:
        """The label `result` of the metric."""
        return "dispatched" if self.is_new else "deduplicated"


RESULTS = ("dispatched", "deduplicated", *(trouble.value for trouble in Trouble))
"""Every value of the metric's label `result`."""


class Dispatcher(Protocol):
    """Hands messages over; methods may be called from several threads."""

    def dispatch(self, message: Message) -> Dispatched:
        """Hand over one message and return when it was taken. Raises `DispatchError`."""

    def check(self) -> None:
        """Raise `ConfigurationError` when a credential is missing or cannot be read; asks nobody outside."""

    def close(self) -> None:
        """Finish what was taken and drop connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatcherOptions:
    """What dispatchers need from outside; each reads only its own part.

    `github_token` is fixed or rotating; with `github_app_id` set, installation tokens are made
    with `github_app_key` instead. `run` triages one incident in this process.
    """

    config: DispatchConfig
    job: JobConfig
    now: Callable[[], datetime]
    github_token: Credential
    github_app_key: Credential
    github_app_id: str = ""
    github_app_installation_id: str = ""
    repository: str = ""
    api_url: str = "https://api.github.com"
    proxy_url: str = field(default="", repr=False)
    kubeconfig: str = ""
    run: Callable[[Incident], None] | None = None


def open_dispatcher(name: str, options: DispatcherOptions) -> Dispatcher:
    """The dispatcher of that name. Raises `ConfigurationError` naming what it lacks."""
    if name not in DISPATCHERS:
        raise ConfigurationError(f"dispatcher: {name!r} is not known", hint=f"Known: {', '.join(DISPATCHERS)}.")
    return DISPATCHERS[name](options)


def _github(options: DispatcherOptions) -> Dispatcher:
    from incident_bot.dispatch.github import connect

    return connect(options)


def _kubernetes(options: DispatcherOptions) -> Dispatcher:
    from incident_bot.dispatch.kubernetes import connect

    return connect(options)


def _in_process(options: DispatcherOptions) -> Dispatcher:
    from incident_bot.dispatch.in_process import InProcess

    if options.run is None:
        raise ConfigurationError(
            "dispatcher in-process: nothing to run", hint="Give `run`, the triage of one incident."
        )
    return InProcess(options.run)


DISPATCHERS: Mapping[str, Callable[[DispatcherOptions], Dispatcher]] = {
    "github": _github,
    "kubernetes": _kubernetes,
    "in-process": _in_process,
}
"""Every dispatcher by its name on the command line."""
