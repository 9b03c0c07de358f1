"""Ports for the servers that tests start."""

from __future__ import annotations

import socket
import threading

_LOCK = threading.Lock()
_PORTS = iter(range(21_000, 32_000, 7))
"""Below the range that the kernel gives to outgoing connections, where a client could take the port meanwhile."""


def take_port() -> int:
    """One that nobody listens on and that this process has not given away: a server may be down for a moment."""
    with _LOCK:
        for port in _PORTS:
            with socket.socket() as probe:
                try:
                    probe.bind(("", port))
                except OSError:
                    continue
                return port
    raise RuntimeError("no free port below 32000")
