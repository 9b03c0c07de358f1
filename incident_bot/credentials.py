"""Credentials that may be rotated while a process runs."""

from __future__ import annotations

import threading
from pathlib import Path

from incident_bot.errors import ConfigurationError

_MAX_BYTES = 64 * 1024


class Credential:
    """A secret text, fixed or from a file that is read again when it changes.

    `name` says for people which setting it comes from. The kubelet renews a mounted Secret by
    swapping a symbolic link, so a changed file shows in its identity and times.
    """

    def __init__(self, name: str, *, value: str = "", file: str = "") -> None:
        self.name = f"{name}_FILE" if file else name
        self._value = value.strip()
        self._file = Path(file) if file else None
        self._seen: tuple[int, int, int] | None = None
        self._lock = threading.Lock()

    @property
    def is_configured(self) -> bool:
        """Whether anything was set at all."""
        return bool(self._value or self._file)

    def read(self) -> str:
        """The secret as it is now. Raises `ConfigurationError` when there is none."""
        if self._file is not None:
            self._refresh(self._file)
        if not self._value:
            raise ConfigurationError(f"{self.name}: missing or empty", hint=f"Set {self.name}.")
        return self._value

    def _refresh(self, file: Path) -> None:
        try:
            found = file.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
            with self._lock:
                if seen != self._seen:
                    self._value = self._load(file)
                    self._seen = seen
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise ConfigurationError(
                f"{self.name}: cannot read {file}: {reason}", hint="Is the Secret mounted, and readable for this user?"
            ) from error

    @staticmethod
    def _load(file: Path) -> str:
        with file.open("rb") as stream:
            return stream.read(_MAX_BYTES).decode("utf-8").strip()
