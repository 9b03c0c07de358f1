"""A Kubernetes API server on loopback: answers from objects and logs, and misbehaves on request.

The shapes of its answers, refusals included, were recorded from a real 1.36.3 API server;
the contract suite runs on both.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER = "system:serviceaccount:monitoring:incident-bot"
TOKEN = "loopback-only"

_KINDS = {
    "pods": "Pod",
    "events": "Event",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "nodes": "Node",
    "deployments": "Deployment",
    "replicasets": "ReplicaSet",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
    "jobs": "Job",
    "cronjobs": "CronJob",
}
_PATH = re.compile(
    r"/(?:api|apis/(?P<group>[a-z.]+))/v1(?:/namespaces/(?P<namespace>[^/]+))?"
    r"/(?P<resource>[a-z]+)(?:/(?P<name>[^/]+))?(?P<log>/log)?"
)

Reply = Callable[["_Handler"], None]


@dataclass(frozen=True)
class Read:
    """One request as the server saw it."""

    verb: str
    resource: str
    group: str
    namespace: str
    name: str
    query: Mapping[str, str]


@dataclass(frozen=True)
class LogKey:
    pod: str
    container: str
    previous: bool = False


@dataclass
class Fault:
    """Answer requests whose path matches with `reply`, `times` times."""

    path: str
    reply: Reply
    times: int = 1_000_000


@dataclass
class KubeApi:
    """The cluster's content. `allowed` None means everything; else `(verb, resource)` pairs."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    logs: dict[LogKey, bytes | Callable[[], Iterable[bytes]]] = field(default_factory=dict)
    allowed: set[tuple[str, str]] | None = None
    faults: list[Fault] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    port: int = 0

    def kubeconfig(
        self, *, server: str = "", token: str = TOKEN, user: Mapping[str, Any] | None = None, **cluster: Any
    ) -> str:
        """A kubeconfig of this server, as text; `cluster` adds fields, `user` more credentials."""
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "fake",
                "contexts": [{"name": "fake", "context": {"cluster": "loopback", "user": "bot"}}],
                "clusters": [
                    {"name": "loopback", "cluster": {"server": server or f"http://127.0.0.1:{self.port}", **cluster}}
                ],
                "users": [{"name": "bot", "user": {"token": token, **(user or {})}}],
            }
        )

    def fail(self, path: str, reply: Reply, times: int = 1_000_000) -> None:
        """From now on answer matching paths so; a later fault goes before an earlier one."""
        self.faults.insert(0, Fault(path, reply, times))

    @contextmanager
    def serve(self, tls: ssl.SSLContext | None = None) -> Iterator[KubeApi]:
        """Run on a free port below the range of outgoing connections, until the `with` ends."""
        server = _bind(self)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A thread that holds a hanging answer must not hold up the end of the test.
    block_on_close = False

    def __init__(self, address: tuple[str, int], api: KubeApi) -> None:
        super().__init__(address, _Handler)
        self.api = api
        self.stopping = threading.Event()

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """Clients that go away are what half of the tests are about."""


def _bind(api: KubeApi) -> _Server:
    for port in range(18000, 20000):
        with suppress(OSError):
            return _Server(("127.0.0.1", port), api)
    raise RuntimeError("no free port between 18000 and 20000")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        api = self.server.api
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        match = _PATH.fullmatch(parts.path)
        if match:
            api.reads.append(_read_of(match, query))
        for fault in api.faults:
            if fault.times > 0 and re.search(fault.path, self.path):
                fault.times -= 1
                fault.reply(self)
                self.close_connection = True
                return
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.send_status(401, "Unauthorized", "Unauthorized")
        elif match is None:
            self.send_status(404, "the server could not find the requested resource", "NotFound")
        else:
            self._answer(_read_of(match, query))

    def _answer(self, read: Read) -> None:
        allowed = self.server.api.allowed
        if allowed is not None and (read.verb, read.resource) not in allowed:
            self._forbid(read)
        elif read.resource.endswith("/log"):
            self._send_log(read)
        elif read.name:
            self._send_object(read)
        else:
            self._send_list(read)

    def _forbid(self, read: Read) -> None:
        subject = f'{read.resource.partition("/")[0]} "{read.name}"' if read.name else read.resource
        scope = f'in the namespace "{read.namespace}"' if read.namespace else "at the cluster scope"
        self.send_status(
            403,
            f'{subject} is forbidden: User "{USER}" cannot {read.verb} resource "{read.resource}" '
            f'in API group "{read.group}" {scope}',
            "Forbidden",
        )

    def _matching(self, read: Read) -> list[dict[str, Any]]:
        kind = _KINDS[read.resource.partition("/")[0]]
        return [
            item
            for item in self.server.api.objects
            if item["kind"] == kind and item["metadata"].get("namespace", "") == read.namespace
        ]

    def _send_object(self, read: Read) -> None:
        for item in self._matching(read):
            if item["metadata"]["name"] == read.name:
                return self.send_json(200, item)
        return self.send_status(404, f'{read.resource} "{read.name}" not found', "NotFound")

    def _send_list(self, read: Read) -> None:
        labels = dict(pair.split("=") for pair in read.query.get("labelSelector", "").split(",") if pair)
        fields = dict(pair.split("=") for pair in read.query.get("fieldSelector", "").split(",") if pair)
        found = [item for item in self._matching(read) if _has_labels(item, labels) and _has_fields(item, fields)]
        start, limit = int(read.query.get("continue", 0)), int(read.query.get("limit", 0))
        page = found[start : start + limit] if limit else found
        more = str(start + limit) if limit and start + limit < len(found) else None
        # As the real one, members of a list do not say their kind.
        items = [{key: value for key, value in item.items() if key not in {"kind", "apiVersion"}} for item in page]
        kind = f"{_KINDS[read.resource]}List"
        self.send_json(200, {"kind": kind, "apiVersion": "v1", "metadata": {"continue": more}, "items": items})

    def _send_log(self, read: Read) -> None:
        previous = read.query.get("previous") == "true"
        container = read.query.get("container", "")
        log = self.server.api.logs.get(LogKey(read.name, container, previous))
        if log is None:
            words = f'previous terminated container "{container}"' if previous else f'container "{container}"'
            tail = "not found" if previous else "is waiting to start: PodInitializing"
            return self.send_status(400, f'{words} in pod "{read.name}" {tail}', "BadRequest")
        if isinstance(log, bytes):
            return self.send_chunks([_tail(log, read.query)])
        return self.send_chunks(log())

    def send_json(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        self.send_bytes(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})

    def send_bytes(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def send_chunks(self, chunks: Iterable[bytes]) -> None:
        """The way logs come: of unknown length."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            if chunk:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def send_status(self, code: int, message: str, reason: str, headers: Mapping[str, str] | None = None) -> None:
        body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
        self.send_json(code, {**body, "reason": reason, "code": code}, headers)

    def log_message(self, *_args: object) -> None:
        return


def answer(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
    """A fault: this status and body."""
    return lambda handler: handler.send_bytes(status, body, headers)


def refuse(status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    """A fault: a `Status` object with this code."""
    return lambda handler: handler.send_status(status, message, "Failure", headers)


def hang(handler: _Handler) -> None:
    """A fault: no answer at all, for as long as the server lives."""
    handler.server.stopping.wait()


def hang_after(content: bytes) -> Reply:
    """A fault: an answer that stops in the middle."""

    def reply(handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) + 1_000_000))
        handler.end_headers()
        handler.wfile.write(content)
        handler.wfile.flush()
        handler.server.stopping.wait()

    return reply


def trickle(content: bytes, pause_s: float) -> Reply:
    """A fault: the same bytes again and again, slowly, without end."""

    def reply(handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**12))
        handler.end_headers()
        while not handler.server.stopping.is_set():
            handler.wfile.write(content)
            handler.wfile.flush()
            time.sleep(pause_s)

    return reply


def endless(content: bytes, total_bytes: int) -> Reply:
    """A fault: an answer of this size, as fast as it can be taken."""

    def reply(handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(total_bytes))
        handler.end_headers()
        for _ in range(total_bytes // len(content)):
            handler.wfile.write(content)

    return reply


def reset(handler: _Handler) -> None:
    """A fault: the connection is torn down with RST."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _read_of(match: re.Match[str], query: Mapping[str, str]) -> Read:
    return Read(
        verb="get" if match["name"] else "list",
        resource=f"{match['resource']}/log" if match["log"] else match["resource"],
        group=match["group"] or "",
        namespace=match["namespace"] or "",
        name=match["name"] or "",
        query=query,
    )


def _tail(log: bytes, query: Mapping[str, str]) -> bytes:
    """Seek to the last lines, then write forward until the limit: how a kubelet loses the newest lines."""
    lines = log.splitlines(keepends=True)
    window = b"".join(lines[-int(query["tailLines"]) :] if "tailLines" in query else lines)
    return window[: int(query["limitBytes"])] if "limitBytes" in query else window


def _has_labels(item: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    labels = item["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in wanted.items())


def _has_fields(item: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    for path, value in wanted.items():
        found: Any = item
        for key in path.split("."):
            found = found.get(key, "") if isinstance(found, Mapping) else ""
        if found != value:
            return False
    return True
