"""What operators can count. No label of an alert becomes a label here: there would be no end of series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from incident_bot.dispatch import RESULTS

if TYPE_CHECKING:
    from datetime import datetime

CONTENT_TYPE = CONTENT_TYPE_LATEST
_STATUSES = (202, 400, 401, 403, 413, 503)
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class Metrics:
    """Counters of one process, or with `folder` those of all worker processes together.

    With several workers the client library keeps its numbers in files of `folder`; it finds it by
    PROMETHEUS_MULTIPROC_DIR, which must be set before this module is imported.
    """

    def __init__(self, folder: str = "") -> None:
        self._folder = folder
        self._last_success = 0.0
        self._own = CollectorRegistry()
        self.webhooks = Counter(
            "incident_bot_webhooks", "Webhook messages by the status they were answered with.", ["status"],
            registry=self._own,
        )  # fmt: skip
        self.dispatches = Counter(
            "incident_bot_dispatch", "Incidents handed over, by what came of it.", ["result"], registry=self._own
        )
        self.dispatch_seconds = Histogram(
            "incident_bot_dispatch_seconds", "Time to hand one incident over.", buckets=_SECONDS, registry=self._own
        )
        self.deduplicated = Counter("incident_bot_dedup", "Incidents that the target had already.", registry=self._own)
        self.truncated = Counter(
            "incident_bot_truncated", "Incidents of which a part had to be left out.", registry=self._own
        )
        self.last_success = Gauge(
            "incident_bot_last_success_timestamp_seconds",
            "When an incident was last handed over.",
            registry=self._own,
            multiprocess_mode="mostrecent",
        )
        # increase() does not see a first event whose series begins with it: all begin at 0. Kept, because to look a
        # series up by its label takes the client's lock and as long as to count.
        self._by_status = {status: self.webhooks.labels(status) for status in _STATUSES}
        self._by_result = {result: self.dispatches.labels(result) for result in RESULTS}

    def count_webhook(self, status: int) -> None:
        """A message was answered."""
        (self._by_status.get(status) or self.webhooks.labels(status)).inc()

    def count_dispatch(self, result: str) -> None:
        """An incident was handed over, or not."""
        (self._by_result.get(result) or self.dispatches.labels(result)).inc()

    def note_success(self, at: datetime) -> None:
        """An incident was handed over. Told once a second: all threads write their numbers under one lock."""
        if at.timestamp() - self._last_success >= 1:
            self._last_success = at.timestamp()
            self.last_success.set(self._last_success)

    def render(self) -> bytes:
        """The numbers in Prometheus' text format."""
        if not self._folder:
            return generate_latest(self._own)
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody, path=self._folder)  # type: ignore[no-untyped-call]  # the library's own gap
        return generate_latest(everybody)


def clear_folder(folder: str) -> None:
    """Forget the numbers of an earlier start: files of processes that no longer exist."""
    for file in Path(folder).glob("*.db"):
        file.unlink(missing_ok=True)


def forget_process(pid: int, folder: str) -> None:
    """A worker is gone: its gauges go, its counters stay."""
    mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]  # the library's own gap
