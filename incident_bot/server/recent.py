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
    """Digests of what was taken less than `keep_s` seconds ago, with a number each, at most `MAX_DIGESTS`.

    Messages are filed here, and whole webhook bodies with their number of incidents: a body that
    comes again byte for byte (a repeat, the other Alertmanager of a pair) need not even be read.

    Forgetting, by restart or by another replica answering, costs one more call and nothing else:
    whoever triages joins repeats by the incident's key.
    """

    def __init__(self, keep_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._keep_s = keep_s
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def holds(self, digest: str) -> int | None:
        """The number filed with this digest a moment ago, or None."""
        with self._lock:
            taken_at, number = self._taken.get(digest, (float("-inf"), 0))
        return number if self._clock() - taken_at < self._keep_s else None

    def note(self, digest: str, number: int = 1) -> None:
        """This was taken just now."""
        now = self._clock()
        with self._lock:
            self._taken[digest] = (now, number)
            self._taken.move_to_end(digest)
            while self._taken and (len(self._taken) > MAX_DIGESTS or self._oldest() <= now - self._keep_s):
                self._taken.popitem(last=False)

    def _oldest(self) -> float:
        return next(iter(self._taken.values()))[0]
