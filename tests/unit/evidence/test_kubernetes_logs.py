"""Which logs are asked for, and that the newest bytes are what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_bot.evidence.kubernetes.logs import LogAsk, NewestBytes, NoLog, plan_logs


def pod(**lists: list[dict[str, Any]]) -> dict[str, Any]:
    """A pod of these statuses by list, each container also in the spec."""
    spec_of = {"initContainerStatuses": "initContainers", "containerStatuses": "containers"}
    spec_of["ephemeralContainerStatuses"] = "ephemeralContainers"
    spec = {spec_of[name]: [{"name": status["name"]} for status in statuses] for name, statuses in lists.items()}
    return {"metadata": {"name": "p", "namespace": "n"}, "spec": spec, "status": lists}


def status(name: str, state: dict[str, Any], last: dict[str, Any] | None = None, restarts: int = 0) -> dict[str, Any]:
    return {"name": name, "state": state, "lastState": last or {}, "restartCount": restarts}


RUNNING = {"running": {"startedAt": "2026-11-21T10:00:00Z"}}
ENDED = {"terminated": {"exitCode": 1, "reason": "Error"}}
BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff"}}
NO_IMAGE = {"waiting": {"reason": "ImagePullBackOff"}}
CURRENT = LogAsk(container="app")
PREVIOUS = LogAsk(container="app", previous=True)


@pytest.mark.parametrize(
    ("found", "planned"),
    [
        (status("app", RUNNING), [CURRENT]),
        (status("app", RUNNING, ENDED, 1), [PREVIOUS, CURRENT]),
        (status("app", RUNNING, restarts=3), [PREVIOUS, CURRENT]),
        (status("app", ENDED), [CURRENT]),
        (status("app", ENDED, ENDED, 4), [PREVIOUS, CURRENT]),
        (status("app", BACK_OFF, ENDED, 4), [PREVIOUS]),
    ],
    ids=["running", "restarted", "restarted-without-last-state", "ended", "ended-again", "backing-off"],
)
def test_the_previous_run_is_asked_for_only_where_there_was_one(found: dict[str, Any], planned: list[LogAsk]) -> None:
    assert plan_logs(pod(containerStatuses=[found])) == planned


def test_a_container_that_never_started_is_not_asked_for() -> None:
    (missing,) = plan_logs(pod(containerStatuses=[status("app", NO_IMAGE)]))

    assert missing == NoLog(container="app", reason="the container has not started: it is waiting (ImagePullBackOff)")


def test_a_container_without_any_status_is_named() -> None:
    (missing,) = plan_logs({"spec": {"containers": [{"name": "app"}]}, "status": {}})

    assert missing == NoLog(container="app", reason="the container was never started")


def test_init_main_and_ephemeral_containers_are_read_in_this_order() -> None:
    planned = plan_logs(
        pod(
            ephemeralContainerStatuses=[status("debugger", RUNNING)],
            containerStatuses=[status("app", RUNNING), status("proxy", RUNNING)],
            initContainerStatuses=[status("migrate", ENDED)],
        )
    )

    assert [ask.container for ask in planned] == ["migrate", "app", "proxy", "debugger"]


def test_the_container_of_the_alert_comes_first() -> None:
    planned = plan_logs(pod(containerStatuses=[status("proxy", RUNNING), status("app", RUNNING)]), "app")

    assert [ask.container for ask in planned] == ["app", "proxy"]


@given(st.text("ab\n", max_size=200), st.integers(1, 60), st.integers(1, 30))
def test_what_is_kept_is_the_end_of_the_stream_from_a_line_s_begin(
    stream: str, keep_bytes: int, piece_bytes: int
) -> None:
    newest = NewestBytes(keep_bytes)
    newest.fill(stream[at : at + piece_bytes].encode() for at in range(0, len(stream), piece_bytes))

    kept = newest.text()

    assert newest.total_bytes == len(stream)
    assert len(kept) <= keep_bytes
    assert stream.endswith(kept)
    window = stream[-keep_bytes:]
    if len(stream) <= keep_bytes:
        assert kept == stream
    elif "\n" in window[:-1]:
        assert kept == window.partition("\n")[2]
    else:
        assert kept == window


def test_the_window_begins_with_a_whole_line() -> None:
    newest = NewestBytes(12)
    newest.fill([b"first line\nsecond\nthird\n"])

    assert newest.text() == "third\n"


def test_one_line_longer_than_the_window_is_kept_in_part() -> None:
    newest = NewestBytes(4)
    newest.fill([b"x" * 100 + b"tail"])

    assert newest.text() == "tail"


def test_the_window_holds_little_more_than_it_keeps() -> None:
    newest = NewestBytes(1000)
    newest.fill(b"y" * 100 for _ in range(10_000))

    assert newest._held_bytes <= 1100
