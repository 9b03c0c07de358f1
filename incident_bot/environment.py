"""What a command needs of its surroundings before any settings: loading those takes longer than redacting a page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from os.path import isfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_DEFAULT_CONFIG = ".github/incident-bot.yaml"

_CREDENTIALS = ("GITHUB_TOKEN", "GOOGLE_API_KEY", "GEMINI_API_KEY", "INCIDENT_BOT_WEBHOOK_TOKEN")
"""The variables that hold our own credentials."""


def read_environment() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ  # noqa: TID251 - this is the one place


def read_credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """Our own credentials by variable, where set: they must never leave, whatever they look like and whether we use them."""
    return {name: value for name in _CREDENTIALS if (value := environ.get(name))}


def find_config(path: Path | None) -> Path | None:
    """The config file to read: the one given, else the default where it exists."""
    if path or not isfile(_DEFAULT_CONFIG):  # noqa: PTH113 - pathlib takes as long to load as all other modules of a filter's start
        return path
    from pathlib import Path

    return Path(_DEFAULT_CONFIG)
