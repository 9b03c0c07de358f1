"""Log lines as JSON objects, one a line, for collectors. Bodies are never logged; texts go through the redactor."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST_TEXT = 4000
_ENCODE = json.JSONEncoder(ensure_ascii=True, default=str).encode


class JsonFormatter(logging.Formatter):
    """`{"time", "level", "logger", "message", ...fields}`; a trace, if any, as `error`.

    Fields come from `extra={"fields": {...}}` and are numbers and words of our own making.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": _stamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            # Only what is put together at run time can hold anything that is not ours.
            "message": self._safe(record.getMessage()) if record.args or not _is_ours(record) else record.msg,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self._safe(self.formatException(record.exc_info))
        return _ENCODE(line)

    def _safe(self, text: str) -> str:
        return self._redact(text[:_LONGEST_TEXT])


def log_webhook(at: datetime, fields: Mapping[str, Any]) -> None:
    """The line about a message that was answered, as the formatter would write it.

    Written past `logging`, whose record and handler take as long as to read the message (benchmarks/receiver).
    """
    line = _ENCODE(
        {"time": _stamp(at), "level": "info", "logger": "incident_bot.server.webhook", "message": "webhook", **fields}
    )
    with contextlib.suppress(OSError):  # nobody reads the log any more, and the alert is in good hands
        os.write(sys.stderr.fileno(), line.encode() + b"\n")


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.startswith("incident_bot")


def log_configuration(redact: Callable[[str], str]) -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything to stderr as JSON, libraries from warnings on."""
    # Our lines name no thread, process or place, and looking them up is most of what a record costs (Python's own
    # advice for who needs none: logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - that chapter's name for it
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter, "redact": redact}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "incident_bot": {"level": "INFO"},
            "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        },
    }
