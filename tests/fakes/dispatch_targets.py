"""What incidents are handed to, on loopback: GitHub's dispatches and App tokens, and the API server's Jobs.

Faults are scripted: each entry of `faults` is used up by one request, in order.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from fakes.github_server import failure, serve

REPOSITORY = "acme/incidents"
TOKEN = "made-up-token"
INSTALLATION = 77


@dataclass(frozen=True)
class Fault:
    """Answer with this instead. `took` does the work all the same and only the answer is lost."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    sleep_s: float = 0.0
    drop: bool = False
    took: bool = False


@dataclass
class Target:
    """What was asked and taken, and what is to go wrong."""

    faults: list[Fault] = field(default_factory=list)
    tokens: list[str] = field(default_factory=lambda: [TOKEN])
    dispatches: list[dict[str, Any]] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    token_life_s: float = 3600
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> Fault | None:
        with self.lock:
            return self.faults.pop(0) if self.faults else None

    def answer(self, method: str, path: str, token: str, body: Any) -> tuple[int, Any]:
        if method == "POST" and path == f"/repos/{REPOSITORY}/dispatches":
            return self._dispatch(token, body)
        if found := re.fullmatch(r"/apis/batch/v1/namespaces/([^/]+)/jobs", path):
            return self._create_job(found[1], body)
        if path == f"/repos/{REPOSITORY}/installation":
            return 200, {"id": INSTALLATION, "app_id": 1}
        if path == f"/app/installations/{INSTALLATION}/access_tokens":
            return self._mint(body)
        return 404, failure("Not Found", status="404")

    def _dispatch(self, token: str, body: Any) -> tuple[int, Any]:
        if token not in self.tokens:
            return 401, failure("Bad credentials", status="401")
        payload = body["client_payload"]
        if len(payload) > 10 or len(json.dumps(body)) >= 65_535:
            return 422, failure("client_payload is too large", status="422")
        with self.lock:
            self.dispatches.append(body)
        return 204, None

    def _create_job(self, namespace: str, body: Any) -> tuple[int, Any]:
        name = body["metadata"]["name"]
        with self.lock:
            if name in self.jobs:
                return 409, {"kind": "Status", "status": "Failure", "reason": "AlreadyExists", "code": 409}
            self.jobs[name] = body
        return 201, {**body, "metadata": {**body["metadata"], "namespace": namespace}}

    def _mint(self, body: Any) -> tuple[int, Any]:
        assert body["permissions"] == {"contents": "write"}
        with self.lock:
            token = f"made-up-installation-{len(self.tokens)}"
            self.tokens.append(token)
        ends = (datetime.now(UTC) + timedelta(seconds=self.token_life_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return 201, {"token": token, "expires_at": ends, "permissions": {"contents": "write"}}

    def payloads(self) -> list[dict[str, Any]]:
        """Everything that was taken, as the reader will find it."""
        with self.lock:
            texts = [
                job["spec"]["template"]["metadata"]["annotations"]["incident-bot/message"] for job in self.jobs.values()
            ]
            return [body["client_payload"] for body in self.dispatches] + [json.loads(text) for text in texts]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    target: Target

    def log_message(self, *_: Any) -> None:
        """Tests are silent."""

    def _handle(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.target.requests.append(f"{self.command} {self.path}")
        token = (self.headers.get("Authorization") or "").rpartition(" ")[2]
        fault = self.target.next_fault()
        if fault is None or fault.took:
            status, data = self.target.answer(self.command, self.path, token, json.loads(raw) if raw else None)
            answer, headers = (b"" if data is None else json.dumps(data).encode()), {}
        if fault is not None:
            time.sleep(fault.sleep_s)
            if fault.drop:
                self.close_connection = True
                return
            status, answer, headers = fault.status, fault.body, fault.headers
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if status != 204:
            self.wfile.write(answer)

    do_GET = do_POST = _handle  # noqa: N815 - the base class looks for these names


@contextmanager
def serve_target(target: Target) -> Iterator[str]:
    """Serve it; gives the base URL."""
    with serve(type("Handler", (_Handler,), {"target": target})) as url:
        yield url
