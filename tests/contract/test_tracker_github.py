"""GitHub going wrong in every way: the run waits, looks, says what is missing, and never files twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from fakes.drafts import KEY, draft
from fakes.github_front import Fault, front_of
from fakes.github_rig import Rig, now
from fakes.github_server import REPOSITORY, TOKEN, github
from incident_bot.errors import ConfigurationError, TrackerError
from incident_bot.model import FiledAction, SafeText
from incident_bot.tracker.github import connect


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    with ExitStack() as stack:
        upstream = stack.enter_context(github(rig.model))
        rig.url = stack.enter_context(front_of(upstream, rig.front))
        yield rig


# Trouble that passes

PASSING = [
    pytest.param(Fault("GET", "/issues$", status=502), id="GET 502"),
    pytest.param(Fault("GET", "/issues$", status=500, body=b"<html>oops</html>"), id="GET 500 with HTML"),
    pytest.param(Fault("GET", "/issues$", times=3, status=503), id="GET 503 three times"),
    pytest.param(Fault("GET", "/issues$", drop=True), id="GET dropped"),
    pytest.param(Fault("GET", "/issues$", status=200, body=b"{garbage"), id="GET garbage"),
    pytest.param(Fault("GET", "/issues$", status=200, body=b"plain text"), id="GET plain text"),
    pytest.param(Fault("GET", "/issues$", status=200, body={"message": "no list"}), id="GET an object for a list"),
    pytest.param(Fault("GET", "/issues$", status=200, body=b"\xff\xfe\x00"), id="GET no UTF-8"),
    pytest.param(Fault("GET", "/issues$", status=200, body=b"[" + b'"x",' * 2_000_000), id="GET 8 MB of garbage"),
    pytest.param(Fault("GET", "/issues$", sleep_s=1.6), id="GET slower than the timeout"),
    pytest.param(
        Fault("GET", "/labels$", status=403, body={"message": "Resource not accessible"}), id="labels forbidden"
    ),
    pytest.param(Fault("POST", "/labels$", status=502, committed=True), id="label made, answer lost"),
    pytest.param(Fault("POST", "/issues$", status=502), id="POST 502, not done"),
    pytest.param(Fault("POST", "/issues$", status=502, committed=True), id="POST 502, but done"),
    pytest.param(Fault("POST", "/issues$", drop=True), id="POST dropped, not done"),
    pytest.param(Fault("POST", "/issues$", drop=True, committed=True), id="POST dropped, but done"),
    pytest.param(Fault("POST", "/issues$", sleep_s=1.6, committed=True), id="POST done, slower than the timeout"),
    pytest.param(
        Fault("POST", "/issues$", status=201, body=b"{garbage", committed=True), id="POST done, garbage answer"
    ),
    pytest.param(Fault("POST", "/issues$", status=201, body={}, committed=True), id="POST done, empty answer"),
    pytest.param(Fault("POST", "/issues$", status=500, times=2), id="POST 500 twice"),
    pytest.param(Fault("POST", "/issues$", status=403, headers={"Retry-After": "3"}), id="POST 403 with Retry-After"),
    pytest.param(Fault("POST", "/issues$", status=429), id="POST 429 without a header"),
    pytest.param(Fault("GET", "/issues$", status=429, headers={"Retry-After": "7"}), id="GET 429 with Retry-After"),
]


@pytest.mark.parametrize("fault", PASSING)
def test_trouble_that_passes_ends_with_one_issue(rig: Rig, fault: Fault) -> None:
    rig.front.faults = [fault]

    filed = rig.tracker(timeout_s=1).file(draft())

    assert filed.number == 1
    assert len(rig.model.issues) == 1


def test_a_lost_create_is_looked_up_before_it_is_repeated(rig: Rig) -> None:
    rig.front.faults = [Fault("POST", "/issues$", status=502, committed=True)]

    rig.tracker().file(draft())

    assert rig.front.count("^POST .*/issues$") == 1


def test_a_create_that_arrives_after_it_was_given_up_is_closed_by_the_next_run(rig: Rig) -> None:
    rig.front.faults = [Fault("POST", "/issues$", sleep_s=1.5)]
    rig.tracker(timeout_s=1).file(draft())
    while len(rig.model.issues) < 2:
        time.sleep(0.05)

    assert rig.tracker().file(draft("Second report.")).number == 1
    assert [issue["number"] for issue in rig.model.open_issues()] == [1]


def test_a_lost_update_is_repeated(rig: Rig) -> None:
    rig.tracker().file(draft())
    rig.front.faults = [Fault("PATCH", "/issues/1$", status=502, committed=True)]

    assert rig.tracker().file(draft("Second report.")).action is FiledAction.UPDATED
    assert "Second report." in rig.model.issues[1]["body"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "/comments$", status=502, committed=True),
        Fault("POST", "/comments$", status=502),
        Fault("POST", "/comments$", drop=True, committed=True),
    ],
)
def test_a_lost_comment_is_said_once(rig: Rig, fault: Fault) -> None:
    rig.tracker().file(draft())
    rig.front.faults = [fault]

    assert rig.tracker().resolve(KEY, SafeText("It stopped.")).action is FiledAction.RESOLVED
    assert len(rig.model.comments[1]) == 1


def test_github_is_given_the_time_it_asks_for(rig: Rig) -> None:
    rig.front.faults = [Fault("POST", "/issues$", status=403, headers={"Retry-After": "17"})]

    rig.tracker().file(draft())

    assert rig.slept == [17.0]


def test_a_spent_quota_is_waited_for_until_its_reset(rig: Rig) -> None:
    reset = str(int(time.time()) + 30)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    rig.front.faults = [
        Fault("GET", "/issues$", status=403, headers=headers, body={"message": "API rate limit exceeded"})
    ]

    rig.tracker().file(draft())

    (waited_s,) = rig.slept
    assert 20 < waited_s <= 31


# Trouble that stays


def test_a_wait_beyond_the_bound_is_an_error(rig: Rig) -> None:
    rig.front.faults = [Fault("GET", "/issues$", status=403, headers={"Retry-After": "3600"})]

    with pytest.raises(TrackerError, match="asks to wait 3600 s"):
        rig.tracker().file(draft())

    assert rig.slept == []


def test_waits_add_up_to_the_bound(rig: Rig) -> None:
    rig.front.faults = [Fault("GET", "/issues$", times=99, status=429, headers={"Retry-After": "50"})]

    with pytest.raises(TrackerError, match="asks to wait 50 s"):
        rig.tracker().file(draft())

    assert rig.slept == [50.0, 50.0]


STAYING = [
    pytest.param(Fault(status=401, body={"message": "Bad credentials"}), "401", "GITHUB_TOKEN", id="401"),
    pytest.param(
        Fault(status=403, body={"message": "Resource not accessible by integration"}), "403", "issues: write", id="403"
    ),
    pytest.param(
        Fault(status=403, headers={"X-Accepted-GitHub-Permissions": "issues=write"}),
        "403",
        "needs: issues=write",
        id="403 named",
    ),
    pytest.param(Fault(status=404, body={"message": "Not Found"}), "404", "GITHUB_REPOSITORY", id="404"),
    pytest.param(Fault(status=410, body={"message": "Issues are disabled"}), "410", "Settings > General", id="410"),
    pytest.param(
        Fault(status=422, body={"message": "Validation Failed", "errors": [{"field": "body", "code": "too_long"}]}),
        "body too_long",
        "bug",
        id="422",
    ),
    pytest.param(
        Fault(status=422, body=b'["not", "an", "object"]'), "4 attempts", "running again", id="4xx with a list"
    ),
    pytest.param(Fault(status=502), "4 attempts", "running again", id="502 for good"),
    pytest.param(Fault(drop=True), "4 attempts", "running again", id="dropped for good"),
    pytest.param(Fault(status=200, body=b"{garbage"), "4 attempts", "running again", id="garbage for good"),
    pytest.param(
        Fault(status=301, headers={"Location": "https://elsewhere.example/"}),
        "another host",
        "GITHUB_API_URL",
        id="301",
    ),
]


@pytest.mark.parametrize(("fault", "said", "hint"), STAYING)
def test_trouble_that_stays_is_explained(rig: Rig, fault: Fault, said: str, hint: str) -> None:
    fault.times = 99
    rig.front.faults = [fault]

    with pytest.raises(TrackerError) as caught:
        rig.tracker().file(draft())

    assert said in str(caught.value)
    assert hint in caught.value.hint
    assert rig.model.issues == {}


def test_a_create_that_is_refused_is_explained_and_not_repeated(rig: Rig) -> None:
    rig.front.faults = [Fault("POST", "/issues$", status=403, times=9, body={"message": "Resource not accessible"})]

    with pytest.raises(TrackerError, match="cannot create the issue in acme/incidents"):
        rig.tracker().file(draft())

    assert rig.front.count("^POST .*/issues$") == 1


def test_a_wrong_token_is_explained_without_repeating_it(rig: Rig) -> None:
    with pytest.raises(TrackerError, match="401") as caught:
        rig.tracker(token="mistyped-value").file(draft())

    assert "mistyped-value" not in str(caught.value) + caught.value.hint


def test_an_answer_that_echoes_the_token_does_not_leak_it(rig: Rig) -> None:
    rig.front.faults = [Fault(status=404, body={"message": f"no such thing for {TOKEN}\n\x1b[31m" + "x" * 9999})]

    with pytest.raises(TrackerError) as caught:
        rig.tracker().file(draft())

    assert TOKEN not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_nothing_listens(rig: Rig) -> None:
    rig.url = "http://127.0.0.1:9"

    with pytest.raises(TrackerError, match="4 attempts"):
        rig.tracker().file(draft())


@pytest.mark.parametrize(
    ("options", "field_name"),
    [
        ({"repository": "acme"}, "GITHUB_REPOSITORY"),
        ({"repository": "acme/incidents/../../user"}, "GITHUB_REPOSITORY"),
        ({"token": ""}, "GITHUB_TOKEN"),
        ({"api_url": "http://github.example/api/v3"}, "GITHUB_API_URL"),
        ({"api_url": "file:///etc"}, "GITHUB_API_URL"),
    ],
)
def test_wrong_settings_are_named(options: dict[str, str], field_name: str) -> None:
    settings = {"repository": REPOSITORY, "token": TOKEN, **options}

    with pytest.raises(ConfigurationError, match=field_name):
        connect(**settings, now=now, sleep=lambda _s: None)


# GitHub's manners


def test_pull_requests_with_our_marker_are_no_issues(rig: Rig) -> None:
    rig.model.add_pull_request(draft().body, ["production-alert"])

    assert rig.tracker().file(draft()).number == 2


def test_issues_beyond_the_first_page_are_found(rig: Rig) -> None:
    rig.tracker().file(draft())
    for number in range(250):
        rig.model.answer(
            "POST",
            f"/repos/{REPOSITORY}/issues",
            {},
            {"title": "x", "body": str(number), "labels": ["production-alert"]},
        )

    assert rig.tracker().file(draft()).action is FiledAction.UNCHANGED


def test_labels_are_created_with_colour_and_description(rig: Rig) -> None:
    rig.model.labels["critical"] = {"name": "Critical", "color": "123456", "description": "ours"}

    rig.tracker().file(draft())

    assert rig.model.labels["production-alert"]["color"] == "B60205"
    assert rig.model.labels["cause/resources"]["description"]
    assert rig.model.labels["critical"]["color"] == "123456"


def test_the_unchanged_case_costs_one_request(rig: Rig) -> None:
    rig.tracker().file(draft())
    rig.front.seen.clear()

    rig.tracker().file(draft())

    assert len(rig.front.seen) == 1


def test_twenty_runs_that_look_before_any_has_created_end_with_one_open_issue(rig: Rig) -> None:
    """The worst storm: creates take longer than looking, so every run believes to be the first."""
    rig.front.faults = [Fault("POST", "/issues$", times=20, sleep_s=0.4)]
    start = threading.Barrier(20)

    def run() -> None:
        mine = rig.tracker()
        start.wait()
        mine.file(draft())

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(rig.model.issues) > 1
    assert [issue["number"] for issue in rig.model.open_issues()] == [1]


FILER = """
import sys
from datetime import UTC, datetime
from fakes.drafts import draft
from incident_bot.tracker.github import connect
from incident_bot.tracker.lifecycle import IssueLifecycle

now = lambda: datetime.now(UTC)
store = connect(repository=sys.argv[1], token=sys.argv[2], api_url=sys.argv[3], now=now, sleep=lambda _s: None, seconds_between_writes=0)
print("ready", flush=True)
sys.stdin.readline()
IssueLifecycle(store, now=now, sleep=lambda _s: None).file(draft(sys.argv[4]))
"""


# Ten requests create an issue: three lists, the labels and four new ones, the create, the second look.
@pytest.mark.parametrize(
    ("request_number", "phase"),
    [(1, "before"), (6, "after"), (9, "before"), (9, "after"), (10, "before"), (10, "after")],
)
def test_killed_with_sigkill_and_run_again_ends_with_one_issue(rig: Rig, request_number: int, phase: str) -> None:
    """A real process dies when its n-th request arrives, or once that request is done but not answered for."""
    child = _start_filer(rig, "First report.")
    killer = _kill_at(child, request_number, phase)
    rig.front.on_request = killer

    child.communicate("go\n", timeout=30)
    rig.front.on_request = lambda _count, _phase: None

    assert rig.tracker().file(draft("Second report.")).number == 1
    assert [issue["number"] for issue in rig.model.open_issues()] == [1]
    assert len(rig.model.issues) == 1


def _start_filer(rig: Rig, text: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", FILER, REPOSITORY, TOKEN, rig.url, text],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def _kill_at(child: subprocess.Popen[str], request_number: int, phase: str) -> Callable[[int, str], None]:
    def kill(count: int, at: str) -> None:
        if count == request_number and at == phase:
            child.send_signal(signal.SIGKILL)

    return kill
