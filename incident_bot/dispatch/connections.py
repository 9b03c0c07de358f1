"""Open connections to one host: one request, one small answer, at the price of two system calls.

The standard library's HTTP client opens connections and reads every answer but the usual one; its
own way of sending and its header parser cost more than everything else that a webhook needs
(benchmarks/receiver).
"""

from __future__ import annotations

import base64
import http.client
import io
import queue
import select
import socket
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import WriteableBuffer

MAX_ANSWER_BYTES = 64 * 1024


class Connections:
    """At most `most` idle connections are kept; each call has one to itself.

    `proxy_url` is a proxy that tunnels (CONNECT), with credentials in it where it wants any.
    `timeout_s` is for sending the request, and again for the whole answer.
    """

    def __init__(self, url: str, *, most: int, connect_timeout_s: float, timeout_s: float, proxy_url: str = "") -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._named_host = parts.netloc.rpartition("@")[2]
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._proxy = urlsplit(proxy_url if "://" in proxy_url else f"http://{proxy_url}") if proxy_url else None
        self._connect_timeout_s = connect_timeout_s
        self._timeout_s = timeout_s
        self._idle: queue.LifoQueue[socket.socket] = queue.LifoQueue(most)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and the beginning of the answer. Redirects are not followed.

        The headers of a 204, which says all by its status, are not read. Raises `OSError` or
        `http.client.HTTPException`, and `ValueError` for a header of several lines; nothing is ever sent twice.
        """
        rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if rows.count("\n") != len(headers) or rows.count("\r") != len(headers):
            raise ValueError("a header holds a line break")
        head = f"POST {path} HTTP/1.1\r\nHost: {self._named_host}\r\nContent-Length: {len(body)}\r\n{rows}\r\n"
        connection = self._take()
        try:
            connection.sendall(head.encode("latin-1") + body)
            first = connection.recv(MAX_ANSWER_BYTES)
            if _is_plain_204(first):
                status, is_reusable, answer = 204, True, b""
                answered: dict[str, str] = {}
            else:
                status, answered, answer, is_reusable = _read(first, connection, self._timeout_s)
        except BaseException:
            connection.close()
            raise
        if is_reusable:
            self._give_back(connection)
        else:
            connection.close()
        return status, answered, answer

    def close(self) -> None:
        """Drop the idle connections."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _take(self) -> socket.socket:
        while True:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                return self._open()
            # An idle connection that can be read was closed by the other side: sending into it would be lost.
            if not select.select([connection], [], [], 0)[0]:
                return connection
            connection.close()

    def _give_back(self, connection: socket.socket) -> None:
        try:
            self._idle.put_nowait(connection)
        except queue.Full:
            connection.close()

    def _open(self) -> socket.socket:
        host, port = self._host, self._port
        if self._proxy is not None:
            host, port = self._proxy.hostname or "", self._proxy.port or 8080
        connection = (
            http.client.HTTPSConnection(host, port, timeout=self._connect_timeout_s, context=self._tls)
            if self._tls
            else http.client.HTTPConnection(host, port, timeout=self._connect_timeout_s)
        )
        if self._proxy is not None:
            connection.set_tunnel(self._host, self._port, headers=self._proxy_headers())
        connection.connect()
        opened: socket.socket = connection.sock
        opened.settimeout(self._timeout_s)
        return opened

    def _proxy_headers(self) -> dict[str, str]:
        if self._proxy is None or not self._proxy.username:
            return {}
        user = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
        return {"Proxy-Authorization": f"Basic {base64.b64encode(user.encode()).decode()}"}


def _is_plain_204(answer: bytes) -> bool:
    """Whether this is a whole 204 (which has no body, RFC 9112 section 6.3) after which the connection stays open."""
    return (
        answer.startswith(b"HTTP/1.1 204 ")
        and answer.find(b"\r\n\r\n") == len(answer) - 4
        and b"\nconnection:" not in answer.lower()
    )


def _read(first: bytes, connection: socket.socket, timeout_s: float) -> tuple[int, dict[str, str], bytes, bool]:
    """Status, headers, the beginning of the answer, and whether the connection can be used again."""
    response = http.client.HTTPResponse(_Answer(first, connection, timeout_s), method="POST")  # type: ignore[arg-type]  # only makefile() is used
    try:
        response.begin()
        answer = response.read(MAX_ANSWER_BYTES)
        is_reusable = response.isclosed() and not response.will_close
    finally:
        response.close()
    connection.settimeout(timeout_s)
    return response.status, {name.lower(): value for name, value in response.getheaders()}, answer, is_reusable


class _Answer(io.RawIOBase):
    """An answer whose first bytes were read already; a server that sends drop by drop meets one timeout for all of it."""

    def __init__(self, first: bytes, connection: socket.socket, timeout_s: float) -> None:
        self._first = first
        self._connection = connection
        self._end = time.monotonic() + timeout_s

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._first:
            size = min(len(view), len(self._first))
            view[:size] = self._first[:size]
            self._first = self._first[size:]
            return size
        left_s = self._end - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._connection.settimeout(left_s)
        return self._connection.recv_into(view)
