"""A run that was killed leaves nothing that the next one cannot remove."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.chain.process_tree import processes_of
from e2e.kube import binaries
from e2e.kube.own_node import OwnNode

pytestmark = [pytest.mark.e2e, pytest.mark.own_node("the processes, mounts and addresses of our own node")]

TESTS = Path(__file__).parent.parent


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
    """Killed while it starts, or with a pod running: no process, mount, address or control group is left."""
    home = other_cache / "incident-bot" / binaries.cache_folder().name
    kubelet = home / "state" / "kubelet.pid"
    environment = {**os.environ, "XDG_CACHE_HOME": str(other_cache)}
    command = [sys.executable, "-m", "e2e.kube.own_node"]
    binaries.ensure_packages()
    before = _traces()
    up = subprocess.Popen([*command, "up"], cwd=TESTS, env=environment)
    end = time.monotonic() + 60
    while not kubelet.exists() and up.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    up.send_signal(signal.SIGKILL)
    up.wait()
    assert processes_of(other_cache), "nothing was running when the start was killed"

    # Removes what the killed one left, first.
    subprocess.run([*command, "up"], cwd=TESTS, env=environment, check=True)
    node = OwnNode(state=home / "state", bin=home / "bin")
    options = ("--image=local/base:1", "--image-pull-policy=Never", "--", "sleep", "600")
    node.kubectl("run", "sleeper", *options)
    node.kubectl("wait", "pod/sleeper", "--for=condition=Ready", "--timeout=60s")
    assert _traces() > before

    subprocess.run([*command, "down"], cwd=TESTS, env=environment, check=True)

    assert processes_of(other_cache) == []
    assert str(other_cache) not in Path("/proc/self/mounts").read_text()
    assert not kubelet.parent.exists()
    assert _traces() <= before


def _traces() -> set[str]:
    """Control groups of pods in any hierarchy, what programs of Kubernetes told the packet filter, links to pods."""
    groups = [*Path("/sys/fs/cgroup").glob("kubepods"), *Path("/sys/fs/cgroup").glob("*/kubepods")]
    rules = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
    links = subprocess.run(
        ["ip", "-oneline", "link", "show", "type", "veth"], capture_output=True, text=True, check=True
    )
    names = [line.split()[1] for line in links.stdout.splitlines()]
    return {
        *map(str, groups),
        *re.findall(r"^\s*(?:table|chain) .*\b(?:kube-proxy|KUBE-\S+)", rules, re.MULTILINE),
        *names,
    }
