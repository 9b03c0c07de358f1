"""The worker's own manners beside gunicorn's."""

from __future__ import annotations

import errno
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from incident_bot.server import running

if TYPE_CHECKING:
    from socket import socket


class TakenListener:
    """A listener whose connection another worker was quicker to take."""

    def __init__(self, said: list[str]) -> None:
        self._said = said

    def accept(self) -> NoReturn:
        self._said.append("accept")
        raise BlockingIOError(errno.EAGAIN, "taken")


@pytest.mark.parametrize(
    ("connections", "order"),
    [
        pytest.param(1, ["accept"], id="a thread is free"),
        pytest.param(2, ["wait", "accept"], id="every thread has a connection"),
    ],
)
def test_a_worker_with_a_connection_for_each_thread_lets_others_go_first(
    connections: int, order: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept connections stay with their worker: one that took all of a storm's would work alone."""
    said: list[str] = []
    monkeypatch.setattr(running.time, "sleep", lambda _s: said.append("wait"))
    worker = running.PatientlessWorker.__new__(running.PatientlessWorker)
    worker.nr_conns, worker.cfg = connections, SimpleNamespace(threads=2)
    listener: socket = TakenListener(said)  # type: ignore[assignment]  # only accept() is called

    worker.accept(listener)

    assert said == order


class Beats:
    """The file by which gunicorn sees that a worker is alive."""

    def __init__(self) -> None:
        self.count = 0

    def notify(self) -> None:
        self.count += 1


def test_a_worker_says_that_it_is_alive_once_a_second_however_much_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(running.time, "monotonic", lambda: now[0])
    worker = running.PatientlessWorker.__new__(running.PatientlessWorker)
    worker.tmp, worker._last_beat = Beats(), 0.0

    for _ in range(40):  # ten seconds
        worker.notify()
        now[0] += 0.25

    assert worker.tmp.count == 10


def test_threads_that_are_told_to_end_serve_what_waits_first() -> None:
    served: list[Any] = []
    may_go_on = threading.Event()

    def serve(conn: Any) -> None:
        may_go_on.wait(10)
        served.append(conn)

    threads = running.RequestThreads(2, serve)
    for number in range(10):
        threads.submit(number)
    threads.shutdown(wait=False)
    may_go_on.set()
    threads.shutdown(wait=True)

    assert sorted(served) == list(range(10))


def test_a_request_that_ends_its_thread_by_force_takes_no_thread_from_the_others() -> None:
    served: list[Any] = []

    def serve(conn: Any) -> None:
        if conn == "exit":
            raise SystemExit
        served.append(conn)

    threads = running.RequestThreads(1, serve)
    for conn in ("exit", "next"):
        threads.submit(conn)
    threads.shutdown(wait=True)

    assert served == ["next"]


@pytest.mark.parametrize(
    ("handled", "is_alive", "by"),
    [
        pytest.param(True, True, "the thread", id="kept"),
        pytest.param(False, True, "the main thread", id="closed"),
        pytest.param(object(), True, "the main thread", id="to be waited for"),
        pytest.param(True, False, "the main thread", id="kept by a worker that stops"),
    ],
)
def test_only_the_main_thread_counts_connections(
    handled: object, is_alive: bool, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, object]] = []
    worker = running.PatientlessWorker.__new__(running.PatientlessWorker)
    worker.alive = is_alive
    worker.method_queue = SimpleNamespace(
        defer=lambda _finish, _conn, outcome: said.append(("the main thread", outcome.result()))
    )
    monkeypatch.setattr(worker, "handle", lambda _conn: handled)
    monkeypatch.setattr(worker, "finish_request", lambda _conn, outcome: said.append(("the thread", outcome.result())))

    worker._serve(SimpleNamespace())

    assert said == [(by, handled)]


def test_workers_share_the_cpus_that_they_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.os, "sched_getaffinity", lambda _pid: {2, 3, 7}, raising=False)
    workers: list[Any] = []
    for _ in range(6):
        workers.append(SimpleNamespace())
        running.choose_cpu(workers[-1], workers[:-1])

    assert sorted(worker.cpu for worker in workers) == [2, 2, 3, 3, 7, 7]

    gone = workers.pop(1)
    successor = SimpleNamespace()
    running.choose_cpu(successor, workers)
    assert successor.cpu == gone.cpu


def test_a_system_without_affinity_is_served_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(running.os, "sched_getaffinity", raising=False)
    worker = SimpleNamespace()

    running.choose_cpu(worker, [])
    running.keep_on_cpu(worker)

    assert worker.cpu is None


def test_a_cpu_that_is_taken_away_meanwhile_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_pid: int, _cpus: set[int]) -> NoReturn:
        raise OSError(errno.EINVAL, "no such CPU")

    monkeypatch.setattr(running.os, "sched_setaffinity", refuse, raising=False)

    running.keep_on_cpu(SimpleNamespace(cpu=5))
