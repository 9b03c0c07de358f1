"""A container registry that has nothing: every image is "not found", as for a tag that was never pushed."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _EmptyRegistry(BaseHTTPRequestHandler):
    # containerd tries TLS first and falls back only when what comes back begins with "HTTP".
    default_request_version = "HTTP/1.0"

    def do_GET(self) -> None:
        known = self.path == "/v2/"
        body = json.dumps({} if known else {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body.encode())

    do_HEAD = do_GET  # noqa: N815 - the name that the standard library calls

    def log_message(self, *_args: object) -> None:
        return


@contextlib.contextmanager
def empty_registry(port: int) -> Iterator[str]:
    """Its `host:port`, for the time of the block. containerd speaks plain HTTP to loopback addresses."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _EmptyRegistry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()
