"""The receiver as a process of its own, as users start it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakes.dispatch_targets import REPOSITORY, TOKEN

BOT = Path(sys.executable).with_name("incident-bot")
WEBHOOK_TOKEN = "made-up-webhook-token"


@contextmanager
def started(arguments: list[str], environ: dict[str, str], port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(arguments, env=environ, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, process.communicate()[1]
                time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.communicate()


def environ_for(url: str, **more: str) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "GITHUB_API_URL": url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": TOKEN,
        "INCIDENT_BOT_WEBHOOK_TOKEN": WEBHOOK_TOKEN,
        **more,
    }
