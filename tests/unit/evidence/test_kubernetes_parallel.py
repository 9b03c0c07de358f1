"""Jobs on threads: all are run, a hanging or failing one costs only itself."""

from __future__ import annotations

import threading

import pytest

from incident_bot.evidence.kubernetes.parallel import Crew, Deadline, run_within


def test_jobs_that_start_jobs_are_all_waited_for() -> None:
    done: list[int] = []
    crew = Crew(Deadline(30), size=2)

    def job(depth: int) -> None:
        if depth:
            crew.start(f"{depth}", lambda: job(depth - 1))
            crew.start(f"{depth}", lambda: job(depth - 1))
        done.append(depth)

    crew.start("first", lambda: job(4))

    assert crew.finish() == ((), ())
    assert len(done) == 2**5 - 1


def test_a_job_that_hangs_is_named_and_left_behind() -> None:
    release = threading.Event()
    crew = Crew(Deadline(0.2), size=2)
    crew.start("quick", lambda: None)
    crew.start("stuck", lambda: release.wait() and None)

    unfinished, failed = crew.finish()
    release.set()

    assert unfinished == ("stuck",)
    assert failed == ()


def test_a_job_that_fails_is_named_with_its_error() -> None:
    crew = Crew(Deadline(30), size=1)
    crew.start("broken", lambda: {}["x"])
    crew.start("fine", lambda: None)

    unfinished, failed = crew.finish()

    assert unfinished == ()
    assert [(name, type(error)) for name, error in failed] == [("broken", KeyError)]


def test_nothing_is_begun_after_the_deadline() -> None:
    ran: list[str] = []
    crew = Crew(Deadline(0), size=1)
    crew.start("late", lambda: ran.append("late"))

    assert crew.finish() == (("late",), ())
    assert ran == []


def test_run_within_gives_back_what_was_raised() -> None:
    def fail() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError):
        run_within(30, fail)


def test_run_within_ends_a_wait_that_would_not_end() -> None:
    release = threading.Event()

    with pytest.raises(TimeoutError):
        run_within(0.05, lambda: release.wait() and None)

    release.set()
