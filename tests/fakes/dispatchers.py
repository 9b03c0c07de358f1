"""Dispatchers to a fake target, and the messages that they are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kubernetes.client import ApiClient, Configuration

from fakes.dispatch_targets import REPOSITORY, TOKEN
from fakes.webhook_bodies import alert, body
from incident_bot import intake
from incident_bot.config import DispatchConfig, JobConfig
from incident_bot.credentials import Credential
from incident_bot.dispatch import Dispatcher, DispatcherOptions, open_dispatcher
from incident_bot.dispatch.kubernetes import JobDispatcher
from incident_bot.dispatch.message import Message, make_message
from incident_bot.model import SafeText

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def message(**changes: Any) -> Message:
    """The message of one alert."""
    (incident,) = intake.read_webhook(body(alert(**changes)))
    return make_message(incident, redacted=incident, seal=SafeText)


def options(url: str, **changes: Any) -> DispatcherOptions:
    """What a dispatcher to GitHub at `url` is opened with."""
    given = DispatcherOptions(
        config=DispatchConfig(timeout_s=0.5),
        job=JobConfig(image="incident-bot:1"),
        now=lambda: datetime.now(UTC),
        github_token=Credential("GITHUB_TOKEN", value=TOKEN),
        github_app_key=Credential("GITHUB_APP_PRIVATE_KEY"),
        repository=REPOSITORY,
        api_url=url,
    )
    return replace(given, **changes)


def jobs_at(url: str, now: Callable[[], datetime] = lambda: NOW) -> JobDispatcher:
    """A dispatcher of jobs to a cluster at `url`."""
    configuration = Configuration(host=url)
    configuration.retries = False
    return JobDispatcher(
        ApiClient(configuration),
        JobConfig(image="incident-bot:1"),
        namespace="monitoring",
        repository=REPOSITORY,
        api_url=url,
        timeout_s=0.5,
        now=now,
    )


_OPENED: list[Dispatcher] = []


def opened(given: DispatcherOptions) -> Dispatcher:
    """A dispatcher to GitHub that is closed after the test."""
    _OPENED.append(open_dispatcher("github", given))
    return _OPENED[-1]


def close_opened() -> None:
    """Close what `opened` gave."""
    while _OPENED:
        _OPENED.pop().close()
