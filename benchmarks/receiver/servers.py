"""What the load runs against: a GitHub that answers 204, a bare Flask echo, and the receiver itself."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BOT = Path(sys.executable).with_name("incident-bot")
TOKEN = "made-up-webhook-token"
THREADS = 8


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
            self.transport.write(b"HTTP/1.1 204 No Content\r\nServer: made-up\r\n\r\n")  # type: ignore[attr-defined]  # asyncio sets it on connection


async def take(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", port)
    await server.serve_forever()


def echo(port: int, workers: int) -> None:
    """Flask returning what it got, under the very gunicorn settings of `serve`."""
    from flask import Flask, Response, request

    from incident_bot.server.json_log import log_configuration
    from incident_bot.server.running import run_workers

    app = Flask("echo", static_folder=None)

    @app.post("/webhook/alertmanager")
    def answer() -> Response:
        return Response(request.get_data(cache=False), mimetype="application/json")

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
def github() -> Iterator[str]:
    port = free_port()
    with started([sys.executable, "-m", "benchmarks.receiver.servers", "take", str(port)], port):
        yield f"http://127.0.0.1:{port}"


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
def bare_echo(workers: int) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.receiver.servers", "echo", str(port), str(workers)]
    with started(command, port) as process:
        yield port, process.pid


if __name__ == "__main__":
    if sys.argv[1] == "take":
        with suppress(KeyboardInterrupt):
            asyncio.run(take(int(sys.argv[2])))
    else:
        echo(int(sys.argv[2]), int(sys.argv[3]))
