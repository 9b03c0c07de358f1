"""Open connections to one host, over the standard library's HTTP client.

A third of the time of the general-purpose clients, because it does one thing: send one request
once, read a small answer, keep the connection. At a thousand webhooks a second that decides
(benchmarks/receiver).
"""

from __future__ import annotations

import base64
import http.client
import queue
import select
import ssl
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ANSWER_BYTES = 64 * 1024


class Connections:
    """At most `most` idle connections are kept; each call has one to itself.

    `proxy_url` is a proxy that tunnels (CONNECT), with credentials in it where it wants any.
    Timeouts are those of each read or write, in seconds.
    """

    def __init__(self, url: str, *, most: int, connect_timeout_s: float, timeout_s: float, proxy_url: str = "") -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._proxy = urlsplit(proxy_url if "://" in proxy_url else f"http://{proxy_url}") if proxy_url else None
        self._connect_timeout_s = connect_timeout_s
        self._timeout_s = timeout_s
        self._idle: queue.LifoQueue[http.client.HTTPConnection] = queue.LifoQueue(most)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and the beginning of the answer. Redirects are not followed.

        Raises `OSError` or `http.client.HTTPException`; nothing is ever sent twice.
        """
        connection = self._take()
        try:
            connection.request("POST", path, body=body, headers=dict(headers))
            response = connection.getresponse()
            answer = response.read(MAX_ANSWER_BYTES)
            is_read = response.isclosed()
        except BaseException:
            connection.close()
            raise
        if is_read:
            self._give_back(connection)
        else:
            connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, answer

    def close(self) -> None:
        """Drop the idle connections."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _take(self) -> http.client.HTTPConnection:
        while True:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                return self._open()
            # An idle connection that can be read was closed by the other side: sending into it would be lost.
            if connection.sock is not None and not select.select([connection.sock], [], [], 0)[0]:
                return connection
            connection.close()

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        try:
            self._idle.put_nowait(connection)
        except queue.Full:
            connection.close()

    def _open(self) -> http.client.HTTPConnection:
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
        connection.sock.settimeout(self._timeout_s)
        return connection

    def _proxy_headers(self) -> dict[str, str]:
        if self._proxy is None or not self._proxy.username:
            return {}
        user = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
        return {"Proxy-Authorization": f"Basic {base64.b64encode(user.encode()).decode()}"}
