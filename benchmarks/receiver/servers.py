"""What the load runs against: a GitHub that answers 204, plain Flask servers, and the receiver itself."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

BOT = Path(sys.executable).with_name("incident-bot")
TOKEN = "made-up-webhook-token"
THREADS = 8
_ITSELF = (sys.executable, "-m", "benchmarks.receiver.servers")

# What api.github.com sends with an answer, in number and length: whoever reads headers pays for these.
_ANSWER = b"""HTTP/1.1 204 No Content
Date: Fri, 20 Nov 2026 14:12:02 GMT
Server: made-up
X-GitHub-Media-Type: github.v3; format=json
x-github-api-version-selected: 2022-11-28
X-RateLimit-Limit: 5000
X-RateLimit-Remaining: 4987
X-RateLimit-Reset: 1795184000
X-RateLimit-Used: 13
X-RateLimit-Resource: core
Access-Control-Expose-Headers: ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining
Access-Control-Allow-Origin: *
Strict-Transport-Security: max-age=31536000; includeSubdomains; preload
X-Frame-Options: deny
X-Content-Type-Options: nosniff
X-XSS-Protection: 0
Referrer-Policy: origin-when-cross-origin, strict-origin-when-cross-origin
Content-Security-Policy: default-src 'none'
Vary: Accept-Encoding, Accept, X-Requested-With
X-GitHub-Request-Id: 0000:000000:0000000:0000000:00000000

""".replace(b"\n", b"\r\n")


class Taker(asyncio.Protocol):
    """Answers every request with 204, as cheaply as Python can: its time is taken from the receiver's."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            at = self.received[:end].lower().find(b"content-length:")
            length = int(self.received[at + 15 : end].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.received) < end + 4 + length:
                return
            self.received = self.received[end + 4 + length :]
            self.transport.write(_ANSWER)  # type: ignore[attr-defined]  # asyncio sets it on connection


async def take(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", port)
    await server.serve_forever()


def make_echo() -> Flask:
    """Flask returning what it got: for gunicorn's own command line."""
    from flask import Flask, Response, request

    def answer() -> Response:
        return Response(request.get_data(cache=False), mimetype="application/json")

    app = Flask("echo", static_folder=None)
    app.post("/webhook/alertmanager")(answer)
    return app


def echo_in_our_worker(port: int, workers: int) -> None:
    """The echo under the worker and settings of `serve`."""
    _serve_flask(make_echo(), port, workers)


def relay(port: int, workers: int, github_url: str) -> None:
    """Flask sending on what it got, unread, by one POST of `requests`: what a receiver without a thought costs."""
    import requests
    from flask import Flask, Response, request

    local = threading.local()

    def answer() -> Response:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.trust_env = False
        sent = local.session.post(
            f"{github_url}/repos/acme/incidents/dispatches",
            data=request.get_data(cache=False),
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
            timeout=(2, 8),
        )
        return Response(status=202 if sent.status_code == 204 else 503)

    app = Flask("relay", static_folder=None)
    app.post("/webhook/alertmanager")(answer)
    _serve_flask(app, port, workers)


def _serve_flask(app: Flask, port: int, workers: int) -> None:
    from incident_bot.server.json_log import log_configuration
    from incident_bot.server.running import run_workers

    run_workers(
        lambda: app,
        listen=f"127.0.0.1:{port}",
        workers=workers,
        threads=THREADS,
        tls={},
        log=log_configuration(str),
        on_worker_exit=lambda _: None,
        on_stop=lambda: None,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(command: list[str], port: int, environ: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    log = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environ or dict(os.environ), stderr=log, cwd=Path(__file__).parents[2])
    try:
        for _ in range(300):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.1)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


@contextmanager
def github() -> Iterator[tuple[str, int]]:
    """Gives its URL and process id."""
    port = free_port()
    with started([*_ITSELF, "take", str(port)], port) as process:
        yield f"http://127.0.0.1:{port}", process.pid


@contextmanager
def receiver(github_url: str, workers: int) -> Iterator[tuple[int, int]]:
    """Gives its port and process id."""
    port = free_port()
    environ = {
        "PATH": os.environ["PATH"],
        "GITHUB_API_URL": github_url,
        "GITHUB_REPOSITORY": "acme/incidents",
        "GITHUB_TOKEN": "made-up-token",
        "INCIDENT_BOT_WEBHOOK_TOKEN": TOKEN,
    }
    command = [str(BOT), "serve", "--listen", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(THREADS)]
    with started(command, port, environ) as process:
        yield port, process.pid


@contextmanager
def echo(workers: int) -> Iterator[tuple[int, int]]:
    """The echo under gunicorn as it comes, with as many threads; gives its port and process id."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "benchmarks.receiver.servers:make_echo()"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(THREADS), "--keep-alive", "75"),
    ]
    with started(command, port) as process:
        yield port, process.pid


@contextmanager
def plain(name: str, workers: int, *more: str) -> Iterator[tuple[int, int]]:
    """`echo` (in our worker) or `relay`; gives its port and process id."""
    port = free_port()
    with started([*_ITSELF, name, str(port), str(workers), *more], port) as process:
        yield port, process.pid


if __name__ == "__main__":
    kind, port_given, *rest = sys.argv[1:]
    if kind == "take":
        with suppress(KeyboardInterrupt):
            asyncio.run(take(int(port_given)))
    elif kind == "echo":
        echo_in_our_worker(int(port_given), int(rest[0]))
    else:
        relay(int(port_given), int(rest[0]), rest[1])
