"""A word on stderr when a command takes longer than a second, and none when it does not."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUIET_S = 1.0


class Progress:
    """Call it with what is being done now."""

    def __init__(self) -> None:
        self._step = ""
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._timer = threading.Timer(_QUIET_S, self._speak)
        self._timer.daemon = True
        self._speaking = False

    def __call__(self, step: str) -> None:
        """Note the step; print it at once if the command already takes long."""
        with self._lock:
            self._step = step
            speaking = self._speaking
        if speaking:
            self._print(step)

    def _speak(self) -> None:
        with self._lock:
            self._speaking = True
            step = self._step
        if step:
            self._print(step)

    def _print(self, step: str) -> None:
        click.echo(f"  {time.monotonic() - self._started:5.1f} s  {step}", err=True)


@contextmanager
def show_progress() -> Iterator[Progress]:
    """A `Progress` that is silent again when the block ends."""
    progress = Progress()
    progress._timer.start()  # noqa: SLF001 - the pair of start and cancel lives here
    try:
        yield progress
    finally:
        progress._timer.cancel()  # noqa: SLF001
