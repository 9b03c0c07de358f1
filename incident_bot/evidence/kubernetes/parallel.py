"""Work on threads under one deadline, where the work may hang.

The threads are daemons: `concurrent.futures` would wait at exit for a thread that sits in
a read or in name resolution, and a triage that is done must be able to end.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable


class Deadline:
    """A moment on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._at - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self.remaining_s() == 0.0


class Crew:
    """Named jobs, each on one of a few threads, until the deadline. A job may start further jobs."""

    def __init__(self, deadline: Deadline, *, size: int) -> None:
        self._deadline = deadline
        self._size = size
        self._jobs: queue.SimpleQueue[tuple[str, Callable[[], None]] | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._open: list[str] = []
        self._failed: list[tuple[str, Exception]] = []
        self._threads = 0

    def start(self, name: str, job: Callable[[], None]) -> None:
        """Queue a job; `name` is how it is reported when it does not end in time."""
        with self._changed:
            self._open.append(name)
            if self._threads < self._size:
                self._threads += 1
                threading.Thread(target=self._work, name=f"collect-{self._threads}", daemon=True).start()
        self._jobs.put((name, job))

    def finish(self) -> tuple[tuple[str, ...], tuple[tuple[str, Exception], ...]]:
        """Wait for every job or for the deadline: the names of those that did not end, and what failed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, timeout=self._deadline.remaining_s())
            unfinished, failed = tuple(self._open), tuple(self._failed)
            threads = self._threads
        for _ in range(threads):
            self._jobs.put(None)
        return unfinished, failed

    def _work(self) -> None:
        while (entry := self._jobs.get()) is not None:
            name, job = entry
            if self._deadline.passed:
                continue
            try:
                job()
            except Exception as error:  # noqa: BLE001 - one odd answer must not cost the others (promise 1)
                with self._changed:
                    self._failed.append((name, error))
            with self._changed:
                self._open.remove(name)
                self._changed.notify_all()


def run_within(timeout_s: float, job: Callable[[], None]) -> None:
    """Run a job that may hang. Raises `TimeoutError`, or what the job raised."""
    raised: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - raised again below, on the caller's thread
            raised.append(error)
        finally:
            done.set()

    threading.Thread(target=work, name="login", daemon=True).start()
    if not done.wait(timeout_s):
        raise TimeoutError
    if raised:
        raise raised[0]
