"""The folder of everything that the chain starts, and the programs that run in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from e2e.chain.process_tree import is_gone
from e2e.kube import binaries
from e2e.kube.exclusion import only_run

MONITORING_PACKAGES = {"prometheus": "prometheus", "prometheus-alertmanager": "prometheus-alertmanager"}
"""Debian's packages by the program that tells whether they are there."""


@dataclass
class Workspace:
    """A folder in which everything of the chain runs, so that strays can be told by it."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def subfolder(self, name: str) -> Path:
        """A new folder below."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        return folder

    def start(
        self,
        name: str,
        command: Sequence[object],
        *,
        ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program with its output in `<name>.log`, and wait until it is ready."""
        log_file = self.folder / f"{name}.log"
        with log_file.open("ab") as log:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=dict(os.environ if environment is None else environment),
            )
        self.running[name] = process

        def is_ready() -> bool:
            assert process.poll() is None, f"{name} ended while starting: {log_file.read_text()[-2000:]}"
            return ready()

        wait_for(f"{name} to answer", is_ready)
        return process

    def stop(self, name: str, signal_number: int = signal.SIGTERM) -> None:
        """Stop one program and wait for its end."""
        process = self.running.pop(name)
        process.send_signal(signal_number)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def open_workspace() -> Iterator[Workspace]:
    """The workspace, for one run at a time; what a killed run left in it is ended and removed first."""
    folder = binaries.cache_folder().parent / "chain"
    with only_run(folder.parent / "chain.lock"):
        clear(folder)
        workspace = Workspace(folder)
        folder.mkdir()
        try:
            yield workspace
        finally:
            for name in reversed(list(workspace.running)):
                workspace.stop(name)
            clear(folder)


def clear(folder: Path) -> None:
    """End the programs that carry the folder in their command or work in it, and remove it."""
    ended = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_text(errors="replace")
            place = str((process / "cwd").readlink())
            if f"{folder}/" in command or f"{place}/".startswith(f"{folder}/"):
                os.kill(int(process.name), signal.SIGKILL)
                ended.append(int(process.name))
    wait_for("the end of what a killed run left", lambda: all(is_gone(pid) for pid in ended))
    shutil.rmtree(folder, ignore_errors=True)


def wait_for(what: str, condition: Callable[[], bool], timeout_s: float = 120.0, every_s: float = 0.1) -> None:
    """Wait until the condition holds; `TimeoutError` says what did not happen."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s:.0f} s for {what}")
        time.sleep(every_s)


def answers(url: str) -> bool:
    """Whether a GET is answered with 2xx."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status < 300)
    except (urllib.error.URLError, OSError):
        return False
