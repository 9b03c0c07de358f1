"""What surrounds the receiver's pods: their image, a GitHub and a model that pods reach over TLS, Alertmanager."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from e2e.chain.models import ScriptedGemini
from e2e.chain.monitoring import SHIPPED_ROUTE, Alertmanager, hasten_route
from e2e.chain.workflow import open_store
from e2e.kube.bot_image import write_bot_image
from e2e.pods.receiver import ReceiverPods

from fakes.github_emulate import TOKEN, emulated_github
from fakes.github_front import Front, front_of
from fakes.ports import take_port

if TYPE_CHECKING:
    from e2e.chain.workspace import Workspace
    from e2e.kube.node import Node

    from incident_bot.tracker.github import GithubStore


@dataclass
class Surroundings:
    """The receiver's pods are not yet applied; everything that they talk to is there."""

    receiver: ReceiverPods
    front: Front
    github_url: str
    upstream: str
    model: ScriptedGemini
    workspace: Workspace
    token_file: Path

    def store(self) -> GithubStore:
        """The issues, read behind the front."""
        return open_store(self.upstream)

    @contextmanager
    def alertmanager(self, name: str) -> Iterator[Alertmanager]:
        """An Alertmanager with the shipped route to the receiver's service, with nothing in its memory."""
        started = Alertmanager(self.workspace, take_port(), name)
        shipped = yaml.safe_load(SHIPPED_ROUTE.read_text())
        started.start(hasten_route(shipped, self.receiver.url, self.token_file))
        try:
            yield started
        finally:
            self.workspace.stop(f"{name}-server")


@pytest.fixture(scope="session")
def surroundings(node: Node, workspace: Workspace) -> Iterator[Surroundings]:
    folder = workspace.subfolder("pods")
    key = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], check=True, capture_output=True, text=True)
    with ExitStack() as stack:
        front = Front(dispatch_tokens={TOKEN})
        upstream = stack.enter_context(emulated_github(folder, app_key=key.stdout))
        github = stack.enter_context(front_of(upstream, front, node.address, node.certificate))
        model = stack.enter_context(ScriptedGemini())
        assert isinstance(model, ScriptedGemini)
        model_url = stack.enter_context(front_of(model.url, Front(), node.address, node.certificate))
        write_bot_image(
            folder / "bot.tar", folder, node.certificate[0], environment={"GOOGLE_GEMINI_BASE_URL": model_url}
        )
        node.load_image(folder / "bot.tar")
        (folder / "bot.tar").unlink()
        receiver = ReceiverPods(node, folder)
        receiver.prepare_namespace(
            {
                "incident-bot-github": {"private-key.pem": key.stdout},
                "incident-bot": {"GITHUB_TOKEN": TOKEN, "GEMINI_API_KEY": "made-up-for-the-test"},
            }
        )
        token_file = folder / "webhook-token"
        token_file.write_text(receiver.webhook_token)
        yield Surroundings(receiver, front, github, upstream, model, workspace, token_file)


@pytest.fixture(scope="module")
def github_overlay(surroundings: Surroundings) -> Iterator[ReceiverPods]:
    """The overlay that dispatches to GitHub with an App's tokens, as shipped."""
    surroundings.receiver.apply("github", GITHUB_API_URL=surroundings.github_url)
    yield surroundings.receiver
    surroundings.receiver.remove("github")


@pytest.fixture(scope="module")
def jobs_overlay(surroundings: Surroundings) -> Iterator[ReceiverPods]:
    """The overlay that creates Jobs."""
    surroundings.receiver.apply("kubernetes-jobs", GITHUB_API_URL=surroundings.github_url)
    yield surroundings.receiver
    surroundings.receiver.remove("kubernetes-jobs")
