"""Connections are kept, checked before they are used again, and tunnelled through a proxy that is named."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from incident_bot.dispatch.connections import Connections

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Server:
    """Closes each connection after so many answers; `heard` are whole requests, `closed` counts connections."""

    def __init__(self, answers_a_connection: int) -> None:
        self._answers = answers_a_connection
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard: list[bytes] = []
        self.closed = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream:
                for _ in range(self._answers):
                    request = _read_request(stream)
                    if not request:
                        break
                    self.heard.append(request)
                    client.sendall(ANSWER)
            self.closed.release()


def _read_request(stream: IO[bytes]) -> bytes:
    head = b""
    while line := stream.readline():
        head += line
        if line == b"\r\n":
            break
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return head + (stream.read(int(length[1])) if length else b"")


@contextmanager
def listening(answers_a_connection: int) -> Iterator[Server]:
    server = Server(answers_a_connection)
    try:
        yield server
    finally:
        server.stop()


def connections(url: str, **options: str) -> Connections:
    return Connections(url, most=2, connect_timeout_s=2, timeout_s=2, **options)


def test_a_connection_that_the_other_side_closed_is_not_written_into() -> None:
    with listening(1) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        for _ in range(5):
            assert pool.post("/x", b"{}", {})[0] == 204
            assert server.closed.acquire(timeout=10)
        pool.close()

    assert [b"POST /x"] * 5 == [request[:7] for request in server.heard]


def test_a_connection_that_stays_open_is_used_again() -> None:
    with listening(5) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        statuses = [pool.post("/x", b"{}", {})[0] for _ in range(5)]
        assert server.closed.acquire(timeout=10)
        pool.close()

    assert statuses == [204] * 5
    assert len(server.heard) == 5
    assert not server.closed.acquire(blocking=False), "one connection was enough"


def test_a_proxy_is_asked_for_a_tunnel_with_its_credentials() -> None:
    with listening(1) as server:
        pool = connections("https://github.example", proxy_url=f"http://user:p%40ss@127.0.0.1:{server.port}")
        with pytest.raises(OSError, match="Tunnel connection failed"):
            pool.post("/x", b"{}", {"Authorization": "Bearer made-up"})

    assert server.heard[0].startswith(b"CONNECT github.example:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic dXNlcjpwQHNz" in server.heard[0]
    assert b"made-up" not in b"".join(server.heard)
