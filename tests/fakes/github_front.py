"""A proxy in front of a GitHub server, fake or emulated, that makes requests go wrong and takes dispatches."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fakes.github_server import GithubModel, serve

_DISPATCHES = re.compile(r"/repos/[^/]+/[^/]+/dispatches")
_MINTED = re.compile(r"/app/installations/\d+/access_tokens")
_HOP_BY_HOP = ("host", "connection", "content-length", "accept-encoding", "transfer-encoding", "keep-alive")


@dataclass
class Fault:
    """Goes wrong for the next `times` requests whose method and path match, each with this `chance`.

    `committed` forwards the request first: the server did it, only the answer is lost or late.
    `drop` closes the connection; `sleep_s` delays; `status` or `body` replaces the answer.
    """

    method: str = ""
    path: str = ""
    times: int = 1
    chance: float = 1.0
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | dict[str, Any] = field(default_factory=lambda: {"message": "injected"})
    committed: bool = False
    drop: bool = False
    sleep_s: float = 0.0

    def matches(self, method: str, path: str, luck: float) -> bool:
        if self.times <= 0 or self.method not in ("", method) or luck >= self.chance:
            return False
        return re.search(self.path, path) is not None


@dataclass
class Front:
    """What goes wrong next, and every request seen as "METHOD /path".

    `on_request(count, phase)` is called before and after each request is forwarded. A
    `repository_dispatch` is not forwarded, since no server here knows it: within GitHub's limits
    its body is kept and `on_dispatch(body)` is called. Those with one of `dispatch_tokens` may send it,
    and those with a token that the server has minted for an App.
    """

    faults: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    dispatches: list[dict[str, Any]] = field(default_factory=list)
    dispatch_tokens: set[str] = field(default_factory=set)
    on_dispatch: Callable[[dict[str, Any]], None] = lambda _body: None
    on_request: Callable[[int, str], None] = lambda _count, _phase: None
    luck: random.Random = field(default_factory=lambda: random.Random(0))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self, method: str, path: str) -> tuple[int, Fault | None]:
        with self.lock:
            self.seen.append(f"{method} {path}")
            luck = self.luck.random()
            fault = next((fault for fault in self.faults if fault.matches(method, path, luck)), None)
            if fault:
                fault.times -= 1
            return len(self.seen), fault

    def count(self, pattern: str) -> int:
        return sum(re.search(pattern, line) is not None for line in self.seen)

    def dispatch(self, raw: bytes, token: str) -> tuple[int, dict[str, str], bytes]:
        """Answer a `repository_dispatch` as GitHub does: 204, or why not."""
        if token not in self.dispatch_tokens:
            return 401, {}, b'{"message": "Bad credentials"}'
        try:
            body = json.loads(raw)
            payload = body.get("client_payload") or {}
            refused = not 0 < len(body["event_type"]) <= 100 or len(payload) > 10
        except (ValueError, KeyError, AttributeError, TypeError):
            return 422, {}, b'{"message": "Invalid request."}'
        # Documented: ten top-level properties and less than 64 KB.
        if refused or len(json.dumps(payload)) >= 65_535:
            return 422, {}, b'{"message": "Invalid request. client_payload is too large."}'
        with self.lock:
            self.dispatches.append(body)
        self.on_dispatch(body)
        return 204, {}, b""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    front: Front
    upstream: str | GithubModel

    def log_message(self, *_: Any) -> None:
        """Tests are silent."""

    def _handle(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        count, fault = self.front.next_fault(self.command, urlsplit(self.path).path)
        self.front.on_request(count, "before")
        try:
            if fault is None:
                self._reply(*self._forward(raw))
            else:
                self._fail(fault, raw)
        except OSError:
            self.close_connection = True  # the client was killed or gave up: nobody to answer
        self.front.on_request(count, "after")

    def _fail(self, fault: Fault, raw: bytes) -> None:
        answer = self._forward(raw) if fault.committed else None
        time.sleep(fault.sleep_s)
        if not (fault.committed or fault.status or fault.drop):
            answer = self._forward(raw)
        if fault.drop:
            self.close_connection = True
            self.connection.close()
        elif fault.status:
            body = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body).encode()
            self._reply(fault.status, fault.headers, body)
        elif answer:
            self._reply(*answer)

    def _forward(self, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        url_path = urlsplit(self.path).path
        token = (self.headers.get("Authorization") or "").rpartition(" ")[2]
        if self.command == "POST" and _DISPATCHES.fullmatch(url_path):
            return self.front.dispatch(raw, token)
        if isinstance(self.upstream, GithubModel):
            status, answer = self.upstream.respond(self.command, self.path, token, raw)
            return status, {}, answer
        url = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        try:
            connection.request(self.command, self.path, raw or None, headers)
            response = connection.getresponse()
            body = response.read()
            kept = {name: value for name, value in response.getheaders() if name.lower() not in (*_HOP_BY_HOP, "date")}
        finally:
            connection.close()
        if response.status == 201 and _MINTED.fullmatch(url_path):
            self.front.dispatch_tokens.add(json.loads(body)["token"])
        return response.status, kept, body

    def _reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        if status != 204:  # has no body, and then no length either
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - the base class looks for these names


@contextmanager
def front_of(
    upstream: str | GithubModel, front: Front, host: str = "127.0.0.1", certificate: tuple[Path, Path] | None = None
) -> Iterator[str]:
    """Serve the front of a server, or of a model in this process; gives its base URL."""
    with serve(type("Handler", (_Handler,), {"front": front, "upstream": upstream}), host, certificate) as url:
        yield url
