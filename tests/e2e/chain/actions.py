"""What GitHub does between a `repository_dispatch` and a run of the workflow."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from fakes.github_emulate import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping

_RUNNERS = 2


class WorkflowRunner(Protocol):
    """What carries out a run: the real runner, or for a storm something that only files."""

    def dispatch(self, event_name: str, event: Mapping[str, Any], dispatched_at: float | None = None) -> int:
        """Run the workflow to its end; gives the exit code."""


class Actions:
    """Starts a run for each dispatch.

    The runner does not honour `concurrency:`, so its rule is kept here: runs of one incident go one
    after the other, and of those that wait only the newest stays.
    """

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner
        self._pool = ThreadPoolExecutor(_RUNNERS)
        self._changed = threading.Condition()
        self._running: set[str] = set()
        self._waiting: dict[str, tuple[Mapping[str, Any], float]] = {}
        self.exit_codes: list[int] = []

    def dispatch(self, body: Mapping[str, Any]) -> None:
        """Take the body of a dispatch; the run goes on in the background."""
        name, _, owner = REPOSITORY.rpartition("/")[::-1]
        event = {
            "action": body["event_type"],
            "client_payload": body.get("client_payload"),
            "repository": {"full_name": REPOSITORY, "name": name, "owner": {"login": owner}},
            "branch": "main",
        }
        group = str(body["client_payload"]["incident"]["key"])
        with self._changed:
            if group in self._running:
                self._waiting[group] = (event, time.time())
            else:
                self._running.add(group)
                self._pool.submit(self._run, group, (event, time.time()))

    def idle(self) -> bool:
        """Whether nothing runs or waits."""
        with self._changed:
            return not self._running

    def close(self) -> None:
        """Let what runs end; what waits is dropped."""
        with self._changed:
            self._waiting.clear()
        self._pool.shutdown(cancel_futures=True)

    def _run(self, group: str, job: tuple[Mapping[str, Any], float] | None) -> None:
        while job is not None:
            code = -1
            try:
                code = self._runner.dispatch("repository_dispatch", *job)
            finally:
                with self._changed:
                    self.exit_codes.append(code)
                    job = self._waiting.pop(group, None) if code >= 0 else None
                    if job is None:
                        self._running.discard(group)
