"""GitHub's REST API for issues, in memory, on loopback: what the tracker uses of it, with GitHub's manners.

Lists are pages of issues and pull requests together, missing labels are created by an issue that
names them, an existing label is refused with 422, long bodies are refused, unknown tokens get 401.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

REPOSITORY = "acme/incidents"
TOKEN = "made-up-token"

Reply = tuple[int, Any]


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def failure(message: str, **more: Any) -> dict[str, Any]:
    return {"message": message, "documentation_url": "https://docs.github.com/rest", **more}


class GithubModel:
    """The repository's state and the routes on it; one lock, as if by a database."""

    def __init__(self) -> None:
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.labels: dict[str, dict[str, Any]] = {}
        self.issues_enabled = True
        self.sent: list[str] = []
        """Every request, as it came: GitHub keeps the history of edits, so that a body written over is still to be read."""
        self.lock = threading.RLock()

    def add_pull_request(self, body: str, labels: list[str]) -> None:
        self._create({"title": "a pull request", "body": body, "labels": labels})
        self.issues[len(self.issues)]["pull_request"] = {"url": "x"}

    def open_issues(self) -> list[dict[str, Any]]:
        return [row for row in self.issues.values() if row["state"] == "open" and "pull_request" not in row]

    def respond(self, method: str, target: str, token: str, raw: bytes) -> tuple[int, bytes]:
        """Status and JSON for one request, whoever carries it here."""
        url = urlsplit(target)
        self.sent.append(f"{method} {target} {raw.decode(errors='replace')}")
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        status, data = 401, failure("Bad credentials", status="401")
        if token == TOKEN:
            status, data = self.answer(method, url.path, query, json.loads(raw) if raw else None)
        return status, json.dumps(data).encode()

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Reply:
        routes: list[tuple[str, str, Callable[..., Reply]]] = [
            ("GET", r"/issues", lambda: self._list(query)),
            ("POST", r"/issues", lambda: self._create(body)),
            ("GET", r"/issues/(\d+)", self._get),
            ("PATCH", r"/issues/(\d+)", lambda number: self._patch(number, body)),
            ("GET", r"/issues/(\d+)/comments", lambda number: self._comments(number, query)),
            ("POST", r"/issues/(\d+)/comments", lambda number: self._comment(number, body)),
            ("GET", r"/labels", lambda: (200, self._page(list(self.labels.values()), query))),
            ("POST", r"/labels", lambda: self._create_label(body)),
            ("GET", r"/labels/([^/]+)", self._get_label),
        ]
        prefix = f"/repos/{REPOSITORY}"
        with self.lock:
            if not path.startswith(prefix):
                return 404, failure("Not Found", status="404")
            for verb, pattern, route in routes:
                found = re.fullmatch(pattern, path.removeprefix(prefix))
                if found and verb == method:
                    return route(*found.groups())
        return 404, failure("Not Found", status="404")

    def _list(self, query: dict[str, str]) -> Reply:
        if not self.issues_enabled:
            return 410, failure("Issues are disabled for this repo")
        state, wanted = query.get("state", "open"), {name for name in query.get("labels", "").split(",") if name}
        rows = [row for row in self.issues.values() if state in ("all", row["state"])]
        rows = [row for row in rows if wanted <= {label["name"] for label in row["labels"]}]
        key = "updated_at" if query.get("sort") == "updated" else "created_at"
        rows.sort(key=lambda row: (row[key], row["number"]), reverse=query.get("direction", "desc") == "desc")
        return 200, self._page(rows, query)

    def _page(self, rows: list[Any], query: dict[str, str]) -> list[Any]:
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        return rows[(page - 1) * size : page * size]

    def _create(self, body: dict[str, Any]) -> Reply:
        if not self.issues_enabled:
            return 410, failure("Issues are disabled for this repo")
        if refused := self._too_long(body):
            return refused
        number = len(self.issues) + 1
        self.issues[number] = {
            "number": number,
            "title": body["title"],
            "body": body.get("body"),
            "labels": [self._label(name) for name in body.get("labels", [])],
            "state": "open",
            "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
            "user": {"login": "incident-bot[bot]", "type": "Bot"},
            "author_association": "NONE",
            "created_at": _stamp(),
            "updated_at": _stamp(),
            "closed_at": None,
        }
        self.comments[number] = []
        return 201, self.issues[number]

    def _too_long(self, body: dict[str, Any]) -> Reply | None:
        if len(body.get("body") or "") > 65_536:
            row = {
                "resource": "Issue",
                "code": "custom",
                "field": "body",
                "message": "body is too long (maximum is 65536 characters)",
            }
            return 422, failure("Validation Failed", errors=[row], status="422")
        return None

    def _get(self, number: str) -> Reply:
        row = self.issues.get(int(number))
        return (200, row) if row else (404, failure("Not Found", status="404"))

    def _patch(self, number: str, body: dict[str, Any]) -> Reply:
        status, row = self._get(number)
        if status != 200:
            return status, row
        if refused := self._too_long(body):
            return refused
        row.update({name: body[name] for name in ("title", "body") if name in body})
        if "labels" in body:
            row["labels"] = [self._label(name) for name in body["labels"]]
        if body.get("state", row["state"]) != row["state"]:
            row["state"] = body["state"]
            row["closed_at"] = _stamp() if body["state"] == "closed" else None
        row["updated_at"] = _stamp()
        return 200, row

    def _comments(self, number: str, query: dict[str, str]) -> Reply:
        rows = [row for row in self.comments[int(number)] if row["updated_at"] >= query.get("since", "")]
        return 200, self._page(rows, query)

    def _comment(self, number: str, body: dict[str, Any]) -> Reply:
        row = {"id": 1, "body": body["body"], "updated_at": _stamp()}
        self.comments[int(number)].append(row)
        return 201, row

    def _label(self, name: str) -> dict[str, Any]:
        return self.labels.setdefault(name.lower(), {"name": name, "color": "ededed", "description": None})

    def _create_label(self, body: dict[str, Any]) -> Reply:
        if body["name"].lower() in self.labels:
            return 422, failure(
                "Validation Failed", errors=[{"resource": "Label", "code": "already_exists", "field": "name"}]
            )
        self.labels[body["name"].lower()] = dict(body)
        return 201, body

    def _get_label(self, name: str) -> Reply:
        row = self.labels.get(unquote(name).lower())
        return (200, row) if row else (404, failure("Not Found"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer: without it each costs 40 ms on loopback
    model: GithubModel

    def log_message(self, *_: Any) -> None:
        """Tests are silent."""

    def _handle(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = (self.headers.get("Authorization") or "").rpartition(" ")[2]
        status, answer = self.model.respond(self.command, self.path, token, raw)
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - the base class looks for these names


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def serve(
    handler: type[BaseHTTPRequestHandler], host: str = "127.0.0.1", certificate: tuple[Path, Path] | None = None
) -> Iterator[str]:
    """Serve a handler on a free port, loopback's unless told otherwise; gives its base URL.

    `certificate` (and its key) serves TLS; then handshakes happen in the threads of the requests.
    """
    server = _Server((host, 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def github(model: GithubModel) -> Iterator[str]:
    """Serve the model; gives the API's base URL."""
    handler = type("Handler", (_Handler,), {"model": model})
    with serve(handler) as url:
        yield url
