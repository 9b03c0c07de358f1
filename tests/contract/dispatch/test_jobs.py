"""Handing over to Kubernetes Jobs: which messages are the same job."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fakes.dispatch_targets import Fault, Target
from fakes.dispatchers import NOW, jobs_at, message
from fakes.webhook_bodies import alert, body
from incident_bot import intake
from incident_bot.dispatch import DispatchError
from incident_bot.dispatch.message import make_message
from incident_bot.model import SafeText


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
