"""Worker processes under gunicorn, or one process for development."""

from __future__ import annotations

import contextlib
import logging.config
import os
import queue
import socket
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
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


class RequestThreads:
    """Threads that serve connections from a queue.

    Python's own pool makes an object to wait on for every task, which takes 5 us and which nobody here waits on
    (benchmarks/receiver): a tenth of what gunicorn does for a request.
    """

    def __init__(self, number: int, serve: Callable[[TConn], None]) -> None:
        self._serve = serve
        self._waiting: queue.SimpleQueue[TConn | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._run, name=f"request-{at}", daemon=True) for at in range(number)]
        for thread in self._threads:
            thread.start()

    def submit(self, conn: TConn) -> None:
        """Serve this connection as soon as a thread is free."""
        self._waiting.put(conn)

    def shutdown(self, *, wait: bool) -> None:
        """Serve what is in the queue and end."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _run(self) -> None:
        while (conn := self._waiting.get()) is not None:
            with contextlib.suppress(SystemExit):  # which gunicorn lets through
                self._serve(conn)


class Outcome:
    """What came of a request, in the form that gunicorn asks for: whether its connection is kept."""

    def __init__(self, handled: Any) -> None:
        self._handled = handled

    @property
    def is_kept(self) -> bool:
        """Whether it is, without a question left."""
        return self._handled is True

    def result(self) -> Any:
        """What `handle` returned."""
        return self._handled

    def cancelled(self) -> bool:
        """Never: whoever was taken is served."""
        return False


class PatientlessWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker, but a client that sends or reads drop by drop loses its connection.

    gunicorn hands a thread to whoever has sent one byte and then waits for the rest for ever.
    """

    longest_request_s = LONGEST_REQUEST_S

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._ends: dict[TConn, float] = {}
        self._last_beat = self._last_look = 0.0

    def notify(self) -> None:
        """Say that this worker is alive, once a second and not at every event: that is a call to the system each time."""
        now = time.monotonic()
        if now - self._last_beat >= 1:
            self._last_beat = now
            super().notify()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection. With one for each thread already, a worker lets the others go first.

        Connections are kept for many requests, so whoever takes most of them at the start of a storm works alone.
        """
        if self.nr_conns >= self.cfg.threads:
            time.sleep(_COURTESY_S)
        super().accept(listener)

    def get_thread_pool(self) -> RequestThreads:
        """The threads that serve (gunicorn's own way to have others)."""
        return RequestThreads(self.cfg.threads, self._serve)

    def enqueue_req(self, conn: TConn) -> None:
        """Have a thread serve what the connection sent."""
        self.tpool.submit(conn)

    def _serve(self, conn: TConn) -> None:
        """Serve, and wait for the next request: by the thread itself, where gunicorn wakes the main thread to do it.

        Whatever changes the number of connections is for the main thread alone.
        """
        outcome = Outcome(False)
        try:
            outcome = Outcome(self.handle(conn))
        finally:
            if outcome.is_kept and self.alive:
                self.finish_request(conn, outcome)
            else:
                self.method_queue.defer(self.finish_request, conn, outcome)

    def handle(self, conn: TConn) -> Any:
        """Handle one request in a thread of the pool."""
        self._ends[conn] = time.monotonic() + self.longest_request_s
        try:
            return super().handle(conn)
        finally:
            self._ends.pop(conn, None)

    def murder_pending(self) -> None:
        """Once a second, in the main thread: close what takes too long. The thread then finds nothing to read."""
        now = time.monotonic()
        if now - self._last_look < 1:
            return
        self._last_look = now
        super().murder_pending()
        for conn, end in list(self._ends.items()):
            if now > end:
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)


def choose_cpu(worker: Any, others: Iterable[Any]) -> None:
    """Give a worker that is about to start the CPU which fewest of the others have, of those that this process may use.

    The threads of a worker take turns by the interpreter's lock. On one CPU a turn changes hands where the data lies;
    across CPUs every turn wakes another one: half as many messages a second again, and a third of the switches
    (benchmarks/receiver). One worker has no use for more than one CPU; nginx knows this as `worker_cpu_affinity auto`.
    """
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    taken = Counter(other.cpu for other in others)
    # Where several replicas share a node, not all begin with its first CPU.
    start = os.getpid() % len(usable) if usable else 0
    worker.cpu = min(usable[start:] + usable[:start], key=lambda cpu: taken[cpu], default=None)


def keep_on_cpu(worker: Any) -> None:
    """Keep the threads of the worker, which this process is, on its CPU; a system that forbids it may move them."""
    if worker.cpu is not None:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {worker.cpu})


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
        "pre_fork": lambda server, worker: choose_cpu(worker, server.WORKERS.values()),
        "post_fork": lambda _server, worker: keep_on_cpu(worker),
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
