"""The chain as pytest fixtures: what stands between a pod and its issue, started on first use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from e2e.chain.actions import Actions
from e2e.chain.models import ThoughtfulGemini
from e2e.chain.monitoring import SHIPPED_ROUTE, Alertmanager, Prometheus, hasten_route
from e2e.chain.receiver import Receiver
from e2e.chain.workflow import Runner, open_store
from e2e.chain.workspace import Workspace, open_workspace
from e2e.ksm_exporter import exporter

from fakes.github_emulate import TOKEN, emulated_github
from fakes.github_front import Front, front_of
from fakes.ports import take_port

if TYPE_CHECKING:
    from e2e.kube.node import Node

    from incident_bot.tracker.github import GithubStore

NAMESPACE = "chain"
_OBJECTS = Path(__file__).with_name("objects.yaml")
_RBAC = Path(__file__).parents[3] / "deploy" / "rbac"


@dataclass
class Chain:
    """Every part, running: node -> Prometheus -> Alertmanager -> receiver -> GitHub -> workflow -> issue."""

    node: Node
    prometheus: Prometheus
    alertmanager: Alertmanager
    receiver: Receiver
    front: Front
    github: str
    actions: Actions
    runner: Runner
    model: ThoughtfulGemini

    def store(self) -> GithubStore:
        """The repository's issues, read behind the front so that only the bot's calls are counted there."""
        return open_store(self.github)


@pytest.fixture(scope="session")
def workspace() -> Iterator[Workspace]:
    """Where the chain's programs run."""
    with open_workspace() as opened:
        yield opened


@pytest.fixture(scope="module")
def chain(node: Node, workspace: Workspace) -> Iterator[Chain]:
    """The chain, with the misbehaving pods applied last."""
    with ExitStack() as stack:
        front = Front(dispatch_tokens={TOKEN})
        upstream = stack.enter_context(emulated_github(workspace.subfolder("github")))
        github = stack.enter_context(front_of(upstream, front))
        model = stack.enter_context(ThoughtfulGemini())
        assert isinstance(model, ThoughtfulGemini)
        runner = _runner(node, workspace, github, model)
        actions = Actions(runner)
        stack.callback(actions.close)
        front.on_dispatch = actions.dispatch

        receiver = Receiver(workspace, take_port(), github_url=github, github_token=TOKEN)
        stack.callback(_stop, workspace, "receiver")
        receiver.start()
        alertmanager = Alertmanager(workspace, take_port())
        stack.callback(_stop, workspace, "alertmanager-server")
        shipped = yaml.safe_load(SHIPPED_ROUTE.read_text())
        alertmanager.start(hasten_route(shipped, receiver.url, receiver.token_file))
        metrics = stack.enter_context(exporter(node.admin, take_port()))
        prometheus = Prometheus(workspace, take_port())
        stack.callback(_stop, workspace, "prometheus-server")
        prometheus.start(
            kubelet=node.kubelet,
            kubelet_token=node.kubelet_token,
            state_metrics=metrics,
            alertmanager=alertmanager.address,
            namespace=NAMESPACE,
        )

        node.kubectl("apply", "-k", str(_RBAC / "account"))
        node.create(_OBJECTS.read_text())
        stack.callback(node.kubectl, "delete", "namespace", NAMESPACE, "--wait=false")
        node.kubectl("-n", NAMESPACE, "apply", "-k", str(_RBAC / "namespace"))
        yield Chain(node, prometheus, alertmanager, receiver, front, upstream, actions, runner, model)


def _runner(node: Node, workspace: Workspace, github: str, model: ThoughtfulGemini) -> Runner:
    """The workflow with the collector's own account, and secrets as a repository would hold them."""
    kubeconfig = node.kubectl("--kubeconfig", str(node.bot), "config", "view", "--raw", "--flatten", "--minify")
    runner = Runner(
        folder=workspace.subfolder("actions"),
        api_url=github,
        kubeconfig=kubeconfig,
        secrets={"GEMINI_API_KEY": "made-up-for-the-test"},
        environment={"GOOGLE_GEMINI_BASE_URL": model.url},
    )
    runner.install()
    return runner


def _stop(workspace: Workspace, name: str) -> None:
    if name in workspace.running:
        workspace.stop(name)
