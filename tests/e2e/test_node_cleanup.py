"""A run that was killed leaves nothing that the next one cannot remove."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.kube import binaries

pytestmark = pytest.mark.e2e


@pytest.fixture
def other_cache() -> Iterator[Path]:
    """A second cache with the same binaries; short, because a socket's path holds 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="ib"))
    mirror = folder / "incident-bot" / binaries.cache_folder().name
    mirror.mkdir(parents=True)
    (mirror / "bin").symlink_to(binaries.ensure_binaries())
    yield folder
    shutil.rmtree(folder)


def test_down_removes_what_a_killed_up_left(other_cache: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(other_cache)}
    tests = Path(__file__).parent.parent
    command = [sys.executable, "-m", "e2e.kube.node"]
    up = subprocess.Popen([*command, "up"], cwd=tests, env=environment)
    kubelet = other_cache / "incident-bot" / binaries.cache_folder().name / "state" / "kubelet.pid"
    end = time.monotonic() + 60
    while not kubelet.exists() and up.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    up.send_signal(signal.SIGKILL)
    up.wait()
    assert _processes_of(other_cache), "nothing was running when the start was killed"

    subprocess.run([*command, "down"], cwd=tests, env=environment, check=True)

    assert _processes_of(other_cache) == []
    assert str(other_cache) not in Path("/proc/self/mounts").read_text()
    assert not kubelet.parent.exists()


def _processes_of(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_text().replace("\0", " ")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found
