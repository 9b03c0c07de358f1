"""A target that takes incidents or fails, and every dispatcher to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from fakes.dispatch_targets import Target, serve_target
from fakes.dispatchers import close_opened, jobs_at, options
from incident_bot import intake
from incident_bot.dispatch import Dispatcher, open_dispatcher
from incident_bot.dispatch.in_process import InProcess


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    close_opened()


@pytest.fixture
def target() -> Target:
    return Target()


@pytest.fixture
def url(target: Target) -> Iterator[str]:
    with serve_target(target) as url:
        yield url


@pytest.fixture(params=["github", "kubernetes"])
def remote(request: pytest.FixtureRequest, url: str) -> Iterator[Dispatcher]:
    dispatcher = open_dispatcher("github", options(url)) if request.param == "github" else jobs_at(url)
    yield dispatcher
    dispatcher.close()


@pytest.fixture(params=["github", "kubernetes", "in-process"])
def taken(
    request: pytest.FixtureRequest, target: Target, url: str
) -> Iterator[tuple[Dispatcher, Callable[[], list[str]]]]:
    """A dispatcher, and the keys of what its target has once it is closed."""
    ran: list[str] = []
    with ExitStack() as stack:
        dispatcher: Dispatcher
        if request.param == "in-process":
            dispatcher = InProcess(lambda incident: ran.append(incident.key))
        else:
            dispatcher = open_dispatcher("github", options(url)) if request.param == "github" else jobs_at(url)
        stack.callback(dispatcher.close)

        def keys() -> list[str]:
            dispatcher.close()
            return ran + [intake.read_incidents(payload)[0].key for payload in target.payloads()]

        yield dispatcher, keys
