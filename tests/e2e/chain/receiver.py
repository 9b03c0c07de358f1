"""`incident-bot serve` as users start it: gunicorn workers, tokens from files."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from e2e.chain.process_tree import kill_tree
from e2e.chain.workspace import Workspace, answers

from fakes.github_emulate import REPOSITORY


class Receiver:
    """The receiver on a port of its own, whose token is in a file for Alertmanager to send."""

    def __init__(
        self, workspace: Workspace, port: int, *, github_url: str, github_token: str, name: str = "receiver"
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        folder = workspace.subfolder(f"{name}-tokens")
        self.token_file = folder / "webhook-token"
        self.token_file.write_text(secrets.token_hex(32))
        self._workspace = workspace
        self._port = port
        self._name = name
        github_token_file = folder / "github-token"
        github_token_file.write_text(github_token)
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(workspace.folder),
            "GITHUB_API_URL": github_url,
            "GITHUB_TOKEN_FILE": str(github_token_file),
            "INCIDENT_BOT_WEBHOOK_TOKEN_FILE": str(self.token_file),
        }

    def start(self) -> None:
        """Start it and wait until it is ready."""
        program = Path(sys.executable).with_name("incident-bot")
        command = [program, "serve", "--listen", f"127.0.0.1:{self._port}", "--repository", REPOSITORY]
        self._workspace.start(
            self._name,
            command,
            ready=lambda: answers(f"{self.url}/readyz"),
            environment=self._environment,
        )

    def stop(self) -> None:
        """Let it finish, and wait for its end."""
        self._workspace.stop(self._name)

    def kill(self) -> None:
        """End it and its workers at once, as when the node dies."""
        process = self._workspace.running.pop(self._name)
        kill_tree(process.pid)
        process.wait()
