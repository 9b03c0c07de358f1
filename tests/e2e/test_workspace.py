"""What a killed run of the chain leaves behind, the next one removes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.chain.process_tree import is_gone
from e2e.chain.workspace import open_workspace

pytestmark = pytest.mark.e2e

RUN = """
import threading
from e2e.chain.workspace import open_workspace
with open_workspace() as workspace:
    program = workspace.start("sleeper", ["sleep", "600"], ready=lambda: True)
    print(program.pid, flush=True)
    threading.Event().wait()
"""


def test_the_next_run_ends_the_programs_of_a_killed_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tests = Path(__file__).parent.parent
    with subprocess.Popen([sys.executable, "-c", RUN], cwd=tests, stdout=subprocess.PIPE) as run:
        assert run.stdout
        sleeper = int(run.stdout.readline())
        run.send_signal(signal.SIGKILL)
    assert not is_gone(sleeper)

    with open_workspace() as workspace:
        assert is_gone(sleeper)
        assert list(workspace.folder.iterdir()) == []
