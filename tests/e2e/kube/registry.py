"""A container registry that has nothing: every image is "not found", as for a tag that was never pushed."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


class _EmptyRegistry(BaseHTTPRequestHandler):
    # containerd tries TLS first and falls back only when what comes back begins with "HTTP".
    default_request_version = "HTTP/1.0"

    refusals: ClassVar[Mapping[str, tuple[int, str]]] = {}

    def do_GET(self) -> None:
        known = self.path == "/v2/"
        project = self.path.removeprefix("/v2/").partition("/")[0]
        status, code = (200, "") if known else self.refusals.get(project, (404, "MANIFEST_UNKNOWN"))
        message = code.replace("_", " ").lower()
        body = json.dumps({} if known else {"errors": [{"code": code, "message": message}]})
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body.encode())

    do_HEAD = do_GET  # noqa: N815 - the name that the standard library calls

    def log_message(self, *_args: object) -> None:
        return


class _RefusingRegistry(_EmptyRegistry):
    refusals: ClassVar[Mapping[str, tuple[int, str]]] = {
        "unauthorized": (401, "UNAUTHORIZED"),
        "forbidden": (403, "DENIED"),
        "limited": (429, "TOOMANYREQUESTS"),
        "broken": (503, "UNAVAILABLE"),
    }


@contextlib.contextmanager
def empty_registry(host: str, port: int) -> Iterator[str]:
    """Its `host:port`, for the time of the block, without TLS."""
    with _serve(host, port, _EmptyRegistry) as address:
        yield address


@contextlib.contextmanager
def refusing_registry(host: str, port: int) -> Iterator[str]:
    """Like `empty_registry`, with projects that it refuses: `unauthorized`, `forbidden`, `limited`, `broken`."""
    with _serve(host, port, _RefusingRegistry) as address:
        yield address


@contextlib.contextmanager
def _serve(host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer((host, port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{host}:{port}"
    finally:
        server.shutdown()
        server.server_close()
