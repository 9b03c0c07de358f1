"""What every way to hand an incident over does, its troubles and its settings."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fakes.dispatch_targets import Fault, Target
from fakes.dispatchers import message, opened, options
from incident_bot.config import JobConfig
from incident_bot.credentials import Credential
from incident_bot.dispatch import Dispatcher, DispatchError, Trouble, open_dispatcher
from incident_bot.dispatch.circuit import FAILURES_TO_OPEN
from incident_bot.errors import ConfigurationError


def test_the_target_gets_the_incident(taken: tuple[Dispatcher, Callable[[], list[str]]]) -> None:
    dispatcher, keys = taken

    done = dispatcher.dispatch(message())

    assert done.is_new
    assert [message().key] == keys()


def test_many_threads_may_hand_over_at_once(taken: tuple[Dispatcher, Callable[[], list[str]]]) -> None:
    dispatcher, keys = taken
    messages = [message(deployment=f"app-{number}") for number in range(24)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(dispatcher.dispatch, messages))

    assert sorted(item.key for item in messages) == sorted(keys())


def test_a_resolved_alert_is_passed_on(taken: tuple[Dispatcher, Callable[[], list[str]]]) -> None:
    dispatcher, keys = taken

    dispatcher.dispatch(message())
    dispatcher.dispatch(message(status="resolved"))

    assert [message().key] * 2 == keys()


TROUBLES = [
    pytest.param(Fault(503), Trouble.LOST, id="503"),
    pytest.param(Fault(502, body=b"<html>bad gateway</html>"), Trouble.LOST, id="502 with HTML"),
    pytest.param(Fault(drop=True), Trouble.LOST, id="dropped"),
    pytest.param(Fault(drop=True, took=True), Trouble.LOST, id="taken, answer lost"),
    pytest.param(Fault(sleep_s=0.8, drop=True), Trouble.LOST, id="slower than the timeout"),
    pytest.param(Fault(500, body=b"\xff" * 200_000), Trouble.LOST, id="a large garbage answer"),
    pytest.param(Fault(429, headers={"Retry-After": "7"}), Trouble.BUSY, id="429"),
    pytest.param(Fault(401), Trouble.REFUSED, id="401"),
    pytest.param(Fault(403, body=b'{"message": "Resource not accessible", "reason": "Forbidden"}'), Trouble.REFUSED, id="403"),
    pytest.param(Fault(404), Trouble.REFUSED, id="404"),
    pytest.param(Fault(422, body=b"not JSON at all"), Trouble.REFUSED, id="422 with garbage"),
    pytest.param(Fault(301, headers={"Location": "http://127.0.0.1:1/"}), Trouble.REFUSED, id="a redirect is not followed"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "trouble"), TROUBLES)
def test_trouble_is_named_and_asked_once(remote: Dispatcher, target: Target, fault: Fault, trouble: Trouble) -> None:
    """Repeating is Alertmanager's business: a dispatcher that repeats by itself multiplies with it."""
    target.faults.append(fault)

    with pytest.raises(DispatchError) as caught:
        remote.dispatch(message())

    assert caught.value.trouble is trouble
    assert len(target.requests) == 1


def test_after_a_lost_answer_the_next_one_goes_through(remote: Dispatcher, target: Target) -> None:
    target.faults.append(Fault(drop=True))
    with pytest.raises(DispatchError):
        remote.dispatch(message())

    remote.dispatch(message())

    assert [message().key] == [payload["incident"]["key"] for payload in target.payloads()]


def test_a_throttled_target_is_left_alone(remote: Dispatcher, target: Target) -> None:
    target.faults.append(Fault(429, headers={"Retry-After": "40"}))

    waits = []
    for _ in range(5):
        with pytest.raises(DispatchError) as caught:
            remote.dispatch(message())
        waits.append(caught.value.retry_after_s)

    assert len(target.requests) == 1
    assert all(35 < wait <= 40 for wait in waits)


def test_a_target_that_is_down_is_not_hammered(remote: Dispatcher, target: Target) -> None:
    target.faults += [Fault(503)] * 50

    for _ in range(50):
        with pytest.raises(DispatchError):
            remote.dispatch(message())

    assert len(target.requests) == FAILURES_TO_OPEN


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        pytest.param({"repository": "incidents"}, "GITHUB_REPOSITORY", id="no owner"),
        pytest.param({"api_url": "http://github.example"}, "GITHUB_API_URL", id="a token in the clear"),
        pytest.param({"github_token": Credential("GITHUB_TOKEN")}, "GITHUB_TOKEN", id="no credentials"),
        pytest.param({"github_app_id": "a b"}, "GITHUB_APP_ID", id="no App id"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        opened(options("https://api.github.com", **changes))


def test_an_unknown_dispatcher_is_no_default() -> None:
    with pytest.raises(ConfigurationError, match="'gitlab' is not known"):
        open_dispatcher("gitlab", options("https://api.github.com"))


def test_jobs_need_an_image_and_a_repository() -> None:
    with pytest.raises(ConfigurationError, match=r"job\.image"):
        open_dispatcher("kubernetes", options("https://api.github.com", job=JobConfig()))
    with pytest.raises(ConfigurationError, match="GITHUB_REPOSITORY"):
        open_dispatcher("kubernetes", options("https://api.github.com", repository=""))
