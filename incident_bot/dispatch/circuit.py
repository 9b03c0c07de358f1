"""Leaving a target alone that asked for it, or that fails again and again."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from incident_bot.dispatch import DispatchError, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURES_TO_OPEN = 5
"""Lost answers in a row after which the target is taken to be down."""

_FIRST_PAUSE_S = 2.0
_LONGEST_PAUSE_S = 60.0
_LONGEST_WAIT_S = 3600.0
"""GitHub's primary limit resets every hour; whatever claims more is not believed."""


class Circuit:
    """Says no on behalf of a target for a while. One a process: it saves calls, nothing relies on it.

    A rate limit opens it for as long as the target said, lost answers in a row for a pause that
    doubles up to a minute, a refusal for a short one, so that a corrected configuration works soon.
    """

    def __init__(self, target: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._target = target
        self._clock = clock
        self._lock = threading.Lock()
        self._open_until = 0.0
        self._why = ""
        self._trouble = Trouble.BUSY
        self._failures = 0

    def guard(self) -> None:
        """Pass, or raise `DispatchError` while the target is left alone."""
        left_s = self._open_until - self._clock()
        if left_s > 0:
            raise DispatchError(
                f"{self._target} is left alone for {left_s:.0f} s: {self._why}",
                trouble=self._trouble,
                retry_after_s=left_s,
            )

    def note_success(self) -> None:
        """The target took a message."""
        if self._failures:
            with self._lock:
                self._failures = 0

    def note_trouble(self, error: DispatchError) -> None:
        """The target did not take a message."""
        with self._lock:
            if error.trouble is Trouble.LOST:
                self._failures += 1
                excess = self._failures - FAILURES_TO_OPEN
                pause_s = 0.0 if excess < 0 else min(_FIRST_PAUSE_S * 2.0 ** min(excess, 10), _LONGEST_PAUSE_S)
            else:
                pause_s = min(error.retry_after_s, _LONGEST_WAIT_S)
            until = self._clock() + pause_s
            if pause_s and until > self._open_until:
                self._open_until, self._why, self._trouble = until, str(error), error.trouble
