"""Connections are kept, checked before they are used again, tunnelled through a proxy; answers are read with patience of one timeout."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from typing import IO

import pytest

from incident_bot.dispatch.connections import Connections

NO_CONTENT = b"HTTP/1.1 204 No Content\r\nServer: made-up\r\nX-RateLimit-Remaining: 7\r\n\r\n"


class Server:
    """Gives each connection these answers, a piece at a time, then closes it.

    `heard` are whole requests, `closed` counts connections, `sent` pieces of answers.
    """

    def __init__(self, answers: list[list[bytes]], pause_s: float) -> None:
        self._answers = answers
        self._pause_s = pause_s
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard: list[bytes] = []
        self.sent = 0
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
            with client, client.makefile("rb") as stream, suppress(OSError):
                self._answer(client, stream)
            self.closed.release()

    def _answer(self, client: socket.socket, stream: IO[bytes]) -> None:
        for pieces in self._answers:
            request = _read_request(stream)
            if not request:
                return
            self.heard.append(request)
            for piece in pieces:
                client.sendall(piece)
                self.sent += 1
                time.sleep(self._pause_s)


def _read_request(stream: IO[bytes]) -> bytes:
    head = b""
    while line := stream.readline():
        head += line
        if line == b"\r\n":
            break
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return head + (stream.read(int(length[1])) if length else b"")


@contextmanager
def listening(*answers: bytes | list[bytes], pause_s: float = 0.0) -> Iterator[Server]:
    server = Server([[answer] if isinstance(answer, bytes) else answer for answer in answers], pause_s)
    try:
        yield server
    finally:
        server.stop()


def connections(url: str, *, timeout_s: float = 2, proxy_url: str = "") -> Connections:
    return Connections(url, most=2, connect_timeout_s=2, timeout_s=timeout_s, proxy_url=proxy_url)


def test_a_connection_that_the_other_side_closed_is_not_written_into() -> None:
    with listening(NO_CONTENT) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        for _ in range(5):
            assert pool.post("/x", b"{}", {})[0] == 204
            assert server.closed.acquire(timeout=10)
        pool.close()

    assert [b"POST /x"] * 5 == [request[:7] for request in server.heard]


def test_a_connection_that_stays_open_is_used_again() -> None:
    with listening(*[NO_CONTENT] * 5) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        statuses = [pool.post("/x", b"{}", {})[0] for _ in range(5)]
        assert server.closed.acquire(timeout=10)
        pool.close()

    assert statuses == [204] * 5
    assert len(server.heard) == 5
    assert not server.closed.acquire(blocking=False), "one connection was enough"


def test_a_proxy_is_asked_for_a_tunnel_with_its_credentials() -> None:
    with listening(NO_CONTENT) as server:
        pool = connections("https://github.example", proxy_url=f"http://user:p%40ss@127.0.0.1:{server.port}")
        with pytest.raises(OSError, match="Tunnel connection failed"):
            pool.post("/x", b"{}", {"Authorization": "Bearer made-up"})

    assert server.heard[0].startswith(b"CONNECT github.example:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic dXNlcjpwQHNz" in server.heard[0]
    assert b"made-up" not in b"".join(server.heard)


REFUSAL = b'HTTP/1.1 403 Forbidden\r\nRetry-After: 9\r\nContent-Length: 15\r\n\r\n{"message": 1}\n'


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        pytest.param(NO_CONTENT, 204, b"", id="no content"),
        pytest.param([NO_CONTENT[:30], NO_CONTENT[30:]], 204, b"", id="no content in two pieces"),
        pytest.param(REFUSAL, 403, b'{"message": 1}\n', id="a body of known length"),
        pytest.param([REFUSAL[:70], REFUSAL[70:]], 403, b'{"message": 1}\n', id="a body in two pieces"),
        pytest.param(
            b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 500, b"abc", id="chunks"
        ),
        pytest.param(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, b"", id="an answer before the answer"
        ),
    ],
)
def test_any_framing_of_an_answer_is_read_and_the_connection_kept(
    answer: bytes | list[bytes], status: int, body: bytes
) -> None:
    """What follows on the same connection is the next answer, not the rest of this one."""
    with listening(answer, NO_CONTENT, pause_s=0.02) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        first, second = pool.post("/x", b"{}", {}), pool.post("/x", b"{}", {})
        pool.close()
        assert server.closed.acquire(timeout=10)
        assert not server.closed.acquire(blocking=False), "one connection was enough"

    assert (first[0], first[2], second[0]) == (status, body, 204)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(NO_CONTENT.replace(b"Server", b"Connection: close\r\nServer"), id="204 that says so"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nuntil the end", id="a body without length"),
        pytest.param(b"HTTP/1.1 500 X\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000, id="longer than we read"),
    ],
)
def test_a_connection_that_ends_with_its_answer_is_not_kept(answer: bytes) -> None:
    """The second request must find a fresh connection, not one that the server is about to close."""
    with listening(answer) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        for _ in range(2):
            pool.post("/x", b"{}", {})
            assert pool._idle.empty()

    assert len(server.heard) == 2


def test_headers_of_a_refusal_are_at_hand_in_lower_case() -> None:
    """They say how long to wait."""
    with listening(REFUSAL) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        _, headers, _ = pool.post("/x", b"{}", {})
        pool.close()

    assert headers["retry-after"] == "9"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([b"HTTP/1.1 204 No Content\r\n", *[b"X: y\r\n"] * 80], id="headers"),
        pytest.param([b"HTTP/1.1 500 X\r\nContent-Length: 80\r\n\r\n", *[b"."] * 80], id="body"),
    ],
)
def test_an_answer_that_comes_drop_by_drop_meets_one_timeout(answer: list[bytes]) -> None:
    """A timeout for each drop would let one answer hold a thread for ever."""
    with listening(answer, pause_s=0.05) as server:
        pool = connections(f"http://127.0.0.1:{server.port}", timeout_s=0.3)
        with pytest.raises(TimeoutError):
            pool.post("/x", b"{}", {})

    assert server.sent < 80


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 20", b"no HTTP at all\r\n\r\n", b"\x16\x03"])
def test_what_is_no_whole_answer_is_an_error_and_asked_once(answer: bytes) -> None:
    """Nothing is sent twice from here: Alertmanager repeats."""
    with listening(answer) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        with pytest.raises((OSError, HTTPException)):
            pool.post("/x", b"{}", {})

    assert len(server.heard) == 1


@pytest.mark.parametrize("value", ["a\r\nX-Made-Up: 1", "a\nb", "a\rb"])
def test_no_header_can_smuggle_in_another(value: str) -> None:
    """A token file of two lines must not become a header of its own."""
    with listening(NO_CONTENT) as server:
        pool = connections(f"http://127.0.0.1:{server.port}")
        with pytest.raises(ValueError, match="line break"):
            pool.post("/x", b"{}", {"Authorization": value})

    assert server.heard == []
