"""The worker's own manners beside gunicorn's."""

from __future__ import annotations

import errno
from types import SimpleNamespace
from typing import TYPE_CHECKING, NoReturn

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
