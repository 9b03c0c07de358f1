"""One suite for every dispatcher, then what each target's own manners ask of its adapter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from kubernetes.client import ApiClient, Configuration

from fakes.dispatch_targets import REPOSITORY, TOKEN, Fault, Target, serve_target
from fakes.webhook_bodies import alert, body
from incident_bot import intake
from incident_bot.credentials import Credential
from incident_bot.dispatch import Dispatcher, DispatcherOptions, DispatchError, Trouble, open_dispatcher
from incident_bot.dispatch.circuit import FAILURES_TO_OPEN
from incident_bot.dispatch.in_process import InProcess
from incident_bot.dispatch.kubernetes import JobDispatcher
from incident_bot.dispatch.message import Message, make_message
from incident_bot.errors import ConfigurationError
from incident_bot.model import Incident, SafeText
from incident_bot.settings import DispatchConfig, JobConfig

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def message(**changes: Any) -> Message:
    (incident,) = intake.read_webhook(body(alert(**changes)))
    return make_message(incident, redacted=incident, seal=SafeText)


def options(url: str, **changes: Any) -> DispatcherOptions:
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


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


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


# Every dispatcher


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


# Every dispatcher that asks somebody

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


# GitHub's manners


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        pytest.param(
            Fault(403, body=b'{"message": "You have exceeded a secondary rate limit"}'), 60, id="secondary, no header"
        ),
        pytest.param(Fault(403, headers={"Retry-After": "9"}), 9, id="403 with Retry-After"),
        pytest.param(
            Fault(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{reset}"}), 31, id="primary limit"
        ),
        pytest.param(Fault(429), 60, id="429 without a header"),
    ],
)
def test_github_says_in_three_ways_how_long_to_wait(url: str, target: Target, fault: Fault, wait_s: float) -> None:
    reset = str(int((NOW + timedelta(seconds=30)).timestamp()))
    target.faults.append(
        replace(fault, headers={name: text.format(reset=reset) for name, text in fault.headers.items()})
    )
    dispatcher = opened(options(url, now=lambda: NOW))

    with pytest.raises(DispatchError) as caught:
        dispatcher.dispatch(message())

    assert caught.value.trouble is Trouble.BUSY
    assert caught.value.retry_after_s == pytest.approx(wait_s)
    with pytest.raises(DispatchError, match="is left alone"):
        dispatcher.dispatch(message(deployment="another"))
    assert len(target.requests) == 1


def test_any_2xx_but_204_is_no_yes(url: str, target: Target) -> None:
    """PyGithub's call returns False here, and nobody looks."""
    target.faults.append(Fault(200, body=b"{}"))

    with pytest.raises(DispatchError, match="answered 200"):
        opened(options(url)).dispatch(message())


def test_the_token_is_in_no_error(url: str, target: Target) -> None:
    target.faults.append(Fault(403, body=b'{"message": "no access for made-up-token"}'))

    with pytest.raises(DispatchError) as caught:
        opened(options(url)).dispatch(message())

    assert TOKEN not in str(caught.value)
    assert "Contents" in caught.value.hint


def test_a_rotated_token_file_is_used_at_once(url: str, target: Target, tmp_path: Any) -> None:
    file = tmp_path / "token"
    file.write_text("an old one\n")
    dispatcher = opened(options(url, github_token=Credential("GITHUB_TOKEN", file=str(file))))
    assert file.read_text()
    file.write_text(f"{TOKEN}\n")

    dispatcher.dispatch(message())

    assert len(target.dispatches) == 1


@pytest.mark.parametrize("content", ["two\nlines\n", "two words", "caf\u00e9"])
def test_a_token_that_is_none_is_named_and_nothing_is_sent(
    url: str, target: Target, tmp_path: Any, content: str
) -> None:
    """It is our configuration, so Alertmanager keeps the alert; and it must not become part of a request."""
    file = tmp_path / "token"
    file.write_text(content, encoding="utf-8")
    dispatcher = opened(options(url, github_token=Credential("GITHUB_TOKEN", file=str(file))))

    with pytest.raises(ConfigurationError, match="GITHUB_TOKEN_FILE"):
        dispatcher.check()
    with pytest.raises(DispatchError, match="GITHUB_TOKEN_FILE") as caught:
        dispatcher.dispatch(message())

    assert caught.value.trouble is Trouble.REFUSED
    assert content.split(maxsplit=1)[0] not in str(caught.value)
    assert [] == target.requests


@pytest.fixture(scope="module")
def app_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


def app_options(url: str, key: str, **changes: Any) -> DispatcherOptions:
    app_key = Credential("GITHUB_APP_PRIVATE_KEY", value=key)
    return options(url, github_app_id="12345", github_app_key=app_key, **changes)


def test_an_app_mints_one_token_and_keeps_it(url: str, target: Target, app_key: str) -> None:
    dispatcher = opened(app_options(url, app_key))
    dispatcher.check()
    assert [] == target.requests

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(dispatcher.dispatch, [message(deployment=f"app-{number}") for number in range(12)]))

    assert len(target.dispatches) == 12
    assert sum("access_tokens" in request for request in target.requests) == 1


def test_an_app_token_that_ends_soon_is_replaced(url: str, target: Target, app_key: str) -> None:
    target.token_life_s = 120
    dispatcher = opened(app_options(url, app_key, github_app_installation_id="77"))

    dispatcher.dispatch(message())
    dispatcher.dispatch(message(deployment="other"))

    assert sum("access_tokens" in request for request in target.requests) == 2
    assert not any("/installation" in request and "access" not in request for request in target.requests)


def test_a_refused_app_token_is_not_used_again(url: str, target: Target, app_key: str) -> None:
    clock = [0.0]
    dispatcher = opened(app_options(url, app_key, github_app_installation_id="77"))
    dispatcher._circuit._clock = lambda: clock[0]  # type: ignore[attr-defined]
    dispatcher.dispatch(message())
    target.tokens.clear()
    with pytest.raises(DispatchError):
        dispatcher.dispatch(message())

    clock[0] += 60
    dispatcher.dispatch(message())

    assert len(target.dispatches) == 2


def test_a_key_that_is_none_is_named_before_anything_is_sent(url: str, target: Target) -> None:
    dispatcher = opened(app_options(url, "no key at all"))

    with pytest.raises(ConfigurationError, match="GITHUB_APP_PRIVATE_KEY"):
        dispatcher.check()
    assert [] == target.requests


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


# Kubernetes' manners


def test_the_same_outbreak_in_the_same_window_is_no_second_job(url: str, target: Target) -> None:
    dispatcher = jobs_at(url)

    results = [dispatcher.dispatch(message()).is_new for _ in range(3)]

    assert [True, False, False] == results
    assert len(target.jobs) == 1


def test_replicas_agree_on_the_name(url: str, target: Target) -> None:
    barrier = threading.Barrier(6)

    def replica(_: int) -> bool:
        dispatcher = jobs_at(url)
        barrier.wait()
        return dispatcher.dispatch(message()).is_new

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(replica, range(6))) == [False] * 5 + [True]
    assert len(target.jobs) == 1


def test_firing_resolved_and_firing_again_are_three_jobs_within_one_window(url: str, target: Target) -> None:
    dispatcher = jobs_at(url)
    first, over = message(), message(status="resolved")
    (incident,) = intake.read_webhook(body({**alert(), "startsAt": "2026-11-20T16:00:00Z"}))
    again = make_message(incident, redacted=incident, seal=SafeText)

    assert [dispatcher.dispatch(item).is_new for item in (first, over, again)] == [True] * 3
    assert len(target.jobs) == 3


def test_a_later_repeat_is_a_new_job(url: str, target: Target) -> None:
    moment = [NOW]
    dispatcher = jobs_at(url, lambda: moment[0])
    dispatcher.dispatch(message())
    moment[0] += timedelta(hours=4)

    assert dispatcher.dispatch(message()).is_new
    assert len(target.jobs) == 2


def test_another_conflict_is_no_success(url: str, target: Target) -> None:
    target.faults.append(Fault(409, body=b'{"kind": "Status", "reason": "Conflict"}'))

    with pytest.raises(DispatchError):
        jobs_at(url).dispatch(message())


# This process


def test_the_same_message_waits_only_once() -> None:
    release = threading.Event()
    dispatcher = InProcess(lambda _: release.wait(10) and None, workers=1)

    results = [dispatcher.dispatch(message()).is_new for _ in range(3)]
    release.set()
    dispatcher.close()

    assert [True, False, False] == results


def test_a_full_queue_is_busy_and_nothing_taken_is_dropped() -> None:
    release, ran = threading.Event(), []

    def run(incident: Incident) -> None:
        release.wait(10)
        ran.append(incident.key)

    dispatcher = InProcess(run, workers=1, max_waiting=2)
    for number in range(2):
        dispatcher.dispatch(message(deployment=f"app-{number}"))
    with pytest.raises(DispatchError) as caught:
        dispatcher.dispatch(message(deployment="app-9"))
    release.set()
    dispatcher.close()

    assert caught.value.trouble is Trouble.BUSY
    assert len(ran) == 2


def test_a_triage_that_fails_does_not_stop_the_next(caplog: pytest.LogCaptureFixture) -> None:
    ran: list[str] = []

    def run(incident: Incident) -> None:
        if incident.target.workload == "bad":
            raise ValueError("boom")
        ran.append(incident.key)

    dispatcher = InProcess(run, workers=1)
    dispatcher.dispatch(message(deployment="bad"))
    dispatcher.dispatch(message(deployment="good"))
    dispatcher.close()

    assert [message(deployment="good").key] == ran
    assert "failed by a bug" in caplog.text


def test_an_unknown_dispatcher_is_no_default() -> None:
    with pytest.raises(ConfigurationError, match="'gitlab' is not known"):
        open_dispatcher("gitlab", options("https://api.github.com"))


def test_jobs_need_an_image_and_a_repository() -> None:
    with pytest.raises(ConfigurationError, match=r"job\.image"):
        open_dispatcher("kubernetes", options("https://api.github.com", job=JobConfig()))
    with pytest.raises(ConfigurationError, match="GITHUB_REPOSITORY"):
        open_dispatcher("kubernetes", options("https://api.github.com", repository=""))
