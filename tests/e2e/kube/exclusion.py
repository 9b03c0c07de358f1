"""One run at a time of what a machine can have only once."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def only_run(lock_file: Path) -> Iterator[int]:
    """Hold the lock for the time of the block. Raises `RuntimeError` while another run holds it.

    Gives the lock's file descriptor: a program that inherits it holds the lock too, should this one be killed.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RuntimeError(f"another run holds {lock_file}") from error
        yield lock.fileno()
