"""A Gemini Developer API on loopback that plays a script: one step a request, in order.

    with FakeGemini() as server:
        server.enqueue(answer(triage_answer()))
        server.enqueue(error(503, "UNAVAILABLE"))
        Gemini(api_key="k", base_url=server.url).consult(...)
    server.requests[0].body["contents"]

A request without a step gets HTTP 500, so that a test cannot pass by accident. As a program it
serves the same script from a JSON file: `python tests/fakes/gemini.py PORT SCRIPT.json`.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Step:
    """How one request is answered. `drop` closes the connection, `hang_s` waits first,
    `drip_s` sleeps a byte of the body, with `drip_head` of the headers too."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    hang_s: float = 0.0
    drip_s: float = 0.0
    drip_head: bool = False
    drop: bool = False
    endless: bool = False


@dataclass(frozen=True)
class Request:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at_s: float


def answer(text: str | dict[str, Any], finish: str = "STOP", **more: Any) -> Step:
    """A candidate with one text part; a dict is written as JSON."""
    said = text if isinstance(text, str) else json.dumps(text)
    return Step(body=json.dumps(_response([{"text": said}], finish, **more)).encode())


def thinking_answer(thought: str, text: str | dict[str, Any]) -> Step:
    """An answer whose first part is a thought."""
    said = text if isinstance(text, str) else json.dumps(text)
    return Step(body=json.dumps(_response([{"text": thought, "thought": True}, {"text": said}], "STOP")).encode())


def blocked(reason: str) -> Step:
    """A prompt that the service refused: no candidate, a block reason."""
    return Step(
        body=json.dumps({"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 9}}).encode()
    )


def stopped(reason: str) -> Step:
    """A candidate without content and with a finish reason."""
    return Step(body=json.dumps({"candidates": [{"finishReason": reason, "index": 0}]}).encode())


def error(status: int, word: str, message: str = "boom", **headers: str) -> Step:
    """An API error in Google's form."""
    body = {"error": {"code": status, "message": message, "status": word}}
    return Step(status=status, body=json.dumps(body).encode(), headers=dict(headers))


def token_count(tokens: int) -> Step:
    """The answer to `countTokens`."""
    return Step(body=json.dumps({"totalTokens": tokens}).encode())


def _response(parts: list[dict[str, Any]], finish: str, **more: Any) -> dict[str, Any]:
    usage = {"promptTokenCount": 6120, "candidatesTokenCount": 840, "thoughtsTokenCount": 210, "totalTokenCount": 7170}
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish, "index": 0}],
        "usageMetadata": usage,
        "modelVersion": "gemini-fake-001",
        "responseId": "fake-response",
        **more,
    }


def triage_answer(**changes: Any) -> dict[str, Any]:
    """A complete answer of the shape that is asked for; `changes` replace top-level fields."""
    return {
        "verdict": "failure",
        "summary": "`server` is killed while it loads weights that are larger than its memory limit.",
        "category": "resources",
        "hypotheses": [
            {
                "title": "The memory limit is smaller than the model",
                "explanation": "Each run dies at the same shard, so this is size and not a leak.",
                "category": "resources",
                "confidence": 0.93,
                "citations": ["E1:2| loaded shard 12/24 rss=57 MiB"],
            }
        ],
        "impact": "All replicas are down since the first kill.",
        "actions": [
            {
                "step": "Look at the limits",
                "command": "kubectl -n ml get deploy sentiment -o yaml",
                "why": "confirms it",
            },
            {
                "step": "Roll back",
                "command": "kubectl -n ml rollout undo deploy/sentiment",
                "why": "the old model fits",
            },
        ],
        "prevention": ["Compare the manifest's size with the limit before a rollout."],
        "do_not": ["Delete the pod: its previous log would be lost."],
        "ruled_out": ["Node pressure: the node reports none."],
        **changes,
    }


class FakeGemini:
    """The server; use it as a context manager."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Request] = []
        self.counts: list[Request] = []
        self.token_count = error(404, "NOT_FOUND")
        self.endless_bytes = 0
        """What was written of endless answers before the caller left."""
        self._steps: list[Step] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL for the SDK."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def enqueue(self, *steps: Step) -> None:
        """Add answers to the end of the script."""
        with self._lock:
            self._steps += steps

    def take(self, request: Request) -> Step:
        """Book a request and give its step."""
        with self._lock:
            self.requests.append(request)
            return self._steps.pop(0) if self._steps else error(500, "INTERNAL", "the script of the fake is empty")

    def count(self, request: Request) -> Step:
        """Book a question for a count apart from the script; 404 until `token_count` says how it is answered."""
        with self._lock:
            self.counts.append(request)
            return self.token_count

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond the end of the test."""
        self._stopping.wait(seconds)

    @property
    def stopping(self) -> bool:
        """Whether the test is over."""
        return self._stopping.is_set()

    def __enter__(self) -> FakeGemini:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    owner: FakeGemini
    daemon_threads = True
    block_on_close = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # unbuffered writes cost 40 ms each through Nagle's algorithm and delayed ACKs

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Silent: the requests are in `FakeGemini.requests`."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        request = Request(
            self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(raw or b"{}"), time.monotonic()
        )
        step = (
            self.server.owner.count(request) if self.path.endswith(":countTokens") else self.server.owner.take(request)
        )
        if step.hang_s:
            self.server.owner.wait(step.hang_s)
        if step.drop or self.server.owner.stopping:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(step)

    def _send(self, step: Step) -> None:
        if step.drip_head:
            self._drip(b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 10_000, step.drip_s)
            return
        self.send_response(step.status)
        self.send_header("Content-Type", step.content_type)
        self.send_header("Content-Length", str(1 << 30 if step.endless else len(step.body)))
        for name, value in step.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        while step.endless and not self.server.owner.stopping:
            self.wfile.write(b" " * 65536)
            self.server.owner.endless_bytes += 65536
        if step.drip_s:
            self._drip(step.body, step.drip_s)
        else:
            self.wfile.write(step.body)

    def _drip(self, data: bytes, pause_s: float) -> None:
        self.close_connection = True
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            self.server.owner.wait(pause_s)
            if self.server.owner.stopping:
                return


def main() -> None:
    """Serve the steps of a JSON file (a list of answers: objects become JSON text) until stopped."""
    with open(sys.argv[2], encoding="utf-8") as script, FakeGemini(int(sys.argv[1])) as fake:  # noqa: PTH123
        fake.enqueue(*(answer(step) for step in json.load(script)))
        print(fake.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
