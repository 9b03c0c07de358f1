"""Triage in this process, for development and small clusters. What is queued is lost with the process."""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from incident_bot import intake
from incident_bot.dispatch import Dispatched, DispatchError, Trouble
from incident_bot.errors import IncidentBotError

if TYPE_CHECKING:
    from collections.abc import Callable

    from incident_bot.dispatch.message import Message
    from incident_bot.model import Incident

_LOG = logging.getLogger(__name__)

WORKERS = 2
MAX_WAITING = 32
"""Messages that wait for a worker; beyond that Alertmanager keeps them, which loses nothing."""


class InProcess:
    """Runs the whole pipeline in background threads; the same incident waits only once."""

    def __init__(
        self, run: Callable[[Incident], None], *, workers: int = WORKERS, max_waiting: int = MAX_WAITING
    ) -> None:
        self._run = run
        self._max_waiting = max_waiting
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="triage")
        self._lock = threading.Lock()
        self._waiting: set[str] = set()

    def dispatch(self, message: Message) -> Dispatched:
        """Queue it. Raises `DispatchError` (busy) when too many wait."""
        with self._lock:
            if message.digest in self._waiting:
                return Dispatched(where="this process", is_new=False)
            if len(self._waiting) >= self._max_waiting:
                raise DispatchError(f"{len(self._waiting)} incidents wait for triage already", trouble=Trouble.BUSY)
            self._waiting.add(message.digest)
        self._pool.submit(self._triage, message)
        return Dispatched(where="this process")

    def check(self) -> None:
        """Nothing can be missing."""

    def close(self) -> None:
        """Finish what is running and queued: it was promised."""
        self._pool.shutdown(wait=True)

    def _triage(self, message: Message) -> None:
        try:
            for incident in intake.read_incidents(json.loads(message.text), ignore=()):
                self._run(incident)
        except IncidentBotError as error:
            _LOG.error("triage of %s failed: %s", message.key, error)
        except Exception:  # noqa: BLE001 - the thread's last door
            _LOG.exception("triage of %s failed by a bug", message.key)
        finally:
            with self._lock:
                self._waiting.discard(message.digest)
