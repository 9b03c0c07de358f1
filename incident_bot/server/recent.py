"""What was handed over a moment ago: saves calls when Alertmanager, or its twin, says the same thing again."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DIGESTS = 10_000


class RecentMessages:
    """Digests of messages that were taken less than `keep_s` seconds ago, at most `MAX_DIGESTS`.

    Forgetting, by restart or by another replica answering, costs one more call and nothing else:
    whoever triages joins repeats by the incident's key.
    """

    def __init__(self, keep_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._keep_s = keep_s
        self._clock = clock
        self._lock = threading.Lock()
        self._taken_at: OrderedDict[str, float] = OrderedDict()

    def holds(self, digest: str) -> bool:
        """Whether this very message was taken a moment ago."""
        with self._lock:
            taken_at = self._taken_at.get(digest)
        return taken_at is not None and self._clock() - taken_at < self._keep_s

    def note(self, digest: str) -> None:
        """This message was taken."""
        now = self._clock()
        with self._lock:
            self._taken_at[digest] = now
            self._taken_at.move_to_end(digest)
            while self._taken_at and (len(self._taken_at) > MAX_DIGESTS or self._oldest() <= now - self._keep_s):
                self._taken_at.popitem(last=False)

    def _oldest(self) -> float:
        return next(iter(self._taken_at.values()))
