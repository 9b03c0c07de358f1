"""Worker processes under gunicorn, or one process for development."""

from __future__ import annotations

import contextlib
import logging.config
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication

    from gunicorn.workers.gthread import TConn

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat file; memory that is there on a read-only root too

LONGEST_REQUEST_S = 20.0
"""From a request's first byte to the end of its answer; the answer itself is bounded by `receiver.deadline_s`."""

GRACE_S = 25
"""How long a stopping process finishes what is under way; below Kubernetes' default of 30 s."""


_COURTESY_S = 0.001
"""Long for a worker that waits for a connection, and short for one that waits to be taken."""


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own log without a line a request, which it would put together and throw away: ours says more."""

    def access(self, *_request: Any) -> None:
        """Say nothing."""


class PatientlessWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker, but a client that sends or reads drop by drop loses its connection.

    gunicorn hands a thread to whoever has sent one byte and then waits for the rest for ever.
    """

    longest_request_s = LONGEST_REQUEST_S

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._ends: dict[TConn, float] = {}

    def accept(self, listener: socket.socket) -> None:
        """Take a connection. With one for each thread already, a worker lets the others go first.

        Connections are kept for many requests, so whoever takes most of them at the start of a storm works alone.
        """
        if self.nr_conns >= self.cfg.threads:
            time.sleep(_COURTESY_S)
        super().accept(listener)

    def handle(self, conn: TConn) -> Any:
        """Handle one request in a thread of the pool."""
        self._ends[conn] = time.monotonic() + self.longest_request_s
        try:
            return super().handle(conn)
        finally:
            self._ends.pop(conn, None)

    def murder_pending(self) -> None:
        """Once a second, in the main thread: close what takes too long. The thread then finds nothing to read."""
        super().murder_pending()
        now = time.monotonic()
        for conn, end in list(self._ends.items()):
            if now > end:
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)


class Workers(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, told everything by us: no config file, no command line, no environment."""

    def __init__(self, make_app: Callable[[], WSGIApplication], options: Mapping[str, Any]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Set what was given."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Called in each worker, so that no thread and no connection crosses a fork."""
        return self._make_app()


def run_workers(
    make_app: Callable[[], WSGIApplication],
    *,
    listen: str,
    workers: int,
    threads: int,
    tls: Mapping[str, str],
    log: Mapping[str, Any],
    on_worker_exit: Callable[[int], None],
    on_stop: Callable[[], None],
    longest_request_s: float = LONGEST_REQUEST_S,
) -> None:
    """Serve until SIGTERM; then finish what is under way.

    `tls` holds gunicorn's `certfile`, `keyfile` and, for client certificates, `ca_certs`.
    `on_stop` runs in each worker before it ends, `on_worker_exit` in the parent with its process id.
    """
    options: dict[str, Any] = {
        "bind": listen,
        "workers": workers,
        "threads": threads,
        "worker_class": type("Worker", (PatientlessWorker,), {"longest_request_s": longest_request_s}),
        # Connections beyond the threads wait in the poller; more than this wait in the kernel.
        "worker_connections": 256,
        "keepalive": 75,
        "timeout": 30,
        "graceful_timeout": GRACE_S,
        "limit_request_line": 1024,
        "limit_request_fields": 40,
        "limit_request_field_size": 4096,
        "worker_tmp_dir": str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None,
        "control_socket_disable": True,
        "logger_class": QuietLogger,
        "proc_name": "incident-bot",
        "logconfig_dict": dict(log),
        "child_exit": lambda _server, worker: on_worker_exit(worker.pid),
        "worker_exit": lambda _server, _worker: on_stop(),
        **tls,
    }
    if tls.get("ca_certs"):
        import ssl

        options["cert_reqs"] = ssl.CERT_REQUIRED
    Workers(make_app, options).run()


def run_single(
    make_app: Callable[[], WSGIApplication], *, listen: str, log: Mapping[str, Any], on_stop: Callable[[], None]
) -> None:
    """Serve from this process until SIGTERM or Ctrl-C, for development."""
    import signal

    from werkzeug.serving import make_server

    logging.config.dictConfig(dict(log))
    host, _, port = listen.rpartition(":")
    server = make_server(host.strip("[]"), int(port), make_app(), threaded=True)
    server.daemon_threads = False  # type: ignore[attr-defined]  # threaded=True makes a ThreadingMixIn

    def stop(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        on_stop()
