"""Handing over to this very process: a queue that is bounded and loses nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from fakes.dispatchers import message
from incident_bot.dispatch import DispatchError, Trouble
from incident_bot.dispatch.in_process import InProcess

if TYPE_CHECKING:
    from incident_bot.model import Incident


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
