"""Connections are kept, checked before they are used again, and tunnelled through a proxy that is named."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from incident_bot.dispatch.connections import Connections

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextmanager
def listening(answers_a_connection: int) -> Iterator[tuple[int, list[bytes]]]:
    """A server that closes each connection after so many answers; gives its port and what it read."""
    server = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                for _ in range(answers_a_connection):
                    data = client.recv(65536)
                    if not data:
                        break
                    heard.append(data)
                    client.sendall(ANSWER)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1], heard
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def connections(url: str, **options: str) -> Connections:
    return Connections(url, most=2, connect_timeout_s=2, timeout_s=2, **options)


@pytest.mark.parametrize("answers", [1, 5], ids=["closed after each answer", "kept open"])
def test_a_connection_that_the_other_side_closed_is_not_written_into(answers: int) -> None:
    with listening(answers) as (port, heard):
        pool = connections(f"http://127.0.0.1:{port}")
        statuses = [pool.post("/x", b"{}", {})[0] for _ in range(5)]
        pool.close()

    assert statuses == [204] * 5
    assert len([data for data in heard if data.startswith(b"POST /x")]) == 5


def test_a_proxy_is_asked_for_a_tunnel_with_its_credentials() -> None:
    with listening(1) as (port, heard):
        pool = connections("https://github.example", proxy_url=f"http://user:p%40ss@127.0.0.1:{port}")
        with pytest.raises(OSError, match="Tunnel connection failed"):
            pool.post("/x", b"{}", {"Authorization": "Bearer made-up"})

    assert heard[0].startswith(b"CONNECT github.example:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic dXNlcjpwQHNz" in heard[0]
    assert b"made-up" not in b"".join(heard)
