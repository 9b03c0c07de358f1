"""The kind node, with the real `kind` and a stand-in for the engine whose container is the own node.

Proves what is asked of kind, in its own words, and that the fixture works from creation to deletion. That real
containers behave as the stand-in says is proved only where there are any: `INCIDENT_BOT_E2E_NODE=kind make e2e`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from e2e.chain.process_tree import processes_of
from e2e.kube import binaries, kind_config, kind_node
from e2e.kube.fixtures import CHOICE, running_node
from e2e.kube.programs import KUBELET_HABITS
from e2e.kube.registry import empty_registry
from e2e.kube.scenario import SCENARIOS, load_scenario

from fakes import container_engine
from fakes.ports import take_port
from incident_bot.evidence.kubernetes import connect
from incident_bot.model import Alert, EvidenceKind, Incident, Target

if TYPE_CHECKING:
    from e2e.conftest import Ledger
    from e2e.kube.node import Node
    from e2e.kube.scenario import Scenario

    from incident_bot.evidence import Collected

pytestmark = [pytest.mark.e2e, pytest.mark.own_node("a stand-in for the engine, which is our own node")]

TESTS = Path(__file__).parent.parent
RBAC = TESTS.parent / "deploy" / "rbac"
RUN = """
import threading
from e2e.kube.fixtures import running_node
with running_node() as node:
    print(node.name, flush=True)
    threading.Event().wait()
"""


@dataclass(frozen=True)
class Engine:
    """What was asked of the stand-in, and the files that kind wrote into its container."""

    state: Path

    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.state / "calls").read_text().splitlines()]

    def kubeadm_config(self) -> dict[str, dict[str, Any]]:
        (file,) = self.state.glob("*/files/kind/kubeadm.conf")
        return {item["kind"]: item for item in yaml.safe_load_all(file.read_text())}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A machine with the real kind and, in a cache of its own, the stand-in; the choice is `kind`."""
    programs = binaries.ensure_binaries()
    kind = binaries.ensure_kind()
    binaries.ensure_packages()
    # Short, because a socket's path holds 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="ib"))
    mirror = folder / "incident-bot" / binaries.cache_folder().name
    mirror.mkdir(parents=True)
    (mirror / "bin").symlink_to(programs)
    played = container_engine.install(folder / "bin", folder / "engine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setenv("PATH", os.pathsep.join([str(played), str(kind.parent), str(programs), os.environ["PATH"]]))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv(CHOICE, "kind")
    yield Engine(folder / "engine")
    subprocess.run(["kind", "delete", "cluster", "--name", kind_node.CLUSTER], check=False, capture_output=True)
    shutil.rmtree(folder)


def test_a_killed_run_a_scenario_and_the_end(engine: Engine, ledger: Ledger) -> None:
    """The next run deletes what a killed one left; its pods really fail, the bot sees what it may; nothing stays."""
    with ledger.book("kind: a killed run, a scenario, the end"):
        with subprocess.Popen([sys.executable, "-c", RUN], cwd=TESTS, stdout=subprocess.PIPE, text=True) as killed:
            assert killed.stdout
            assert killed.stdout.readline() == f"{kind_node.CLUSTER}-control-plane\n"
            killed.send_signal(signal.SIGKILL)
        assert clusters() == [kind_node.CLUSTER]
        assert processes_of(engine.state)

        with running_node() as node:
            assert isinstance(node, kind_node.KindNode)
            assert clusters() == [kind_node.CLUSTER]
            check_settings(engine, node)
            check_credentials(node)
            play(node)

        assert clusters() == []
        assert not node.state.exists()
        assert processes_of(engine.state) == []
        assert [call[0] for call in engine.calls() if call[0] in ("run", "rm")] == ["run", "rm", "run", "rm"]
    assert not Path(os.environ["HOME"], ".kube/config").exists(), "the user's own kubeconfig was touched"


def check_settings(engine: Engine, node: kind_node.KindNode) -> None:
    """What kind made of the configuration: the kubelet's settings and the mounts of the container."""
    config = engine.kubeadm_config()
    assert KUBELET_HABITS.items() <= config["KubeletConfiguration"].items()
    assert config["KubeletConfiguration"]["failSwapOn"] is False, "the patch has replaced kind's own settings"
    assert config["ClusterConfiguration"]["networking"]["serviceSubnet"] == "10.96.0.0/16"
    run = [call for call in engine.calls() if call[0] == "run"][-1]
    assert f"--volume=/usr:{kind_config.host_folder(node.state)}/usr:ro" in run
    assert f"--volume={node.state}/network:/etc/cni/net.d:ro" in run


def check_credentials(node: Node) -> None:
    """The administrator may all, the kubelet's metrics included; the bot may nothing yet."""
    assert node.kubectl("auth", "can-i", "get", "nodes", "--subresource=metrics").strip() == "yes"
    assert node.kubectl("auth", "can-i", "*", "*").strip() == "yes"
    as_bot = ("--kubeconfig", str(node.bot))
    who = json.loads(node.kubectl(*as_bot, "auth", "whoami", "-o", "json"))["status"]["userInfo"]["username"]
    assert who == "system:serviceaccount:monitoring:incident-bot"
    assert node.kubectl(*as_bot, "auth", "can-i", "get", "pods", "-A", check=False).strip() == "no"


def play(node: Node) -> None:
    """A program of this machine that crashes in a pod, and an image that the registry at the gateway has not."""
    crash, image = (
        load_scenario(SCENARIOS / name) for name in ("api-crashes-on-a-python-exception", "image-tag-was-never-pushed")
    )
    with empty_registry(node.registry_host, take_port()) as registry:
        node.trust_registry(registry)
        for scenario in (crash, image):
            scenario.apply(node, registry)
        image.wait(node)
        messages = [item["message"] for item in node.get("events", "-n", image.namespace)["items"]]
        assert any(f"{registry}/ml/ranker:2.7.0-rc9: not found" in text for text in messages), messages
    replace(crash, until={"container": crash.container, "restarts": 1}).wait(node)

    assert {gap.kind for gap in collect_as_bot(node, crash).gaps} == {"forbidden"}
    node.kubectl("apply", "-k", str(RBAC / "account"))
    node.kubectl("-n", crash.namespace, "apply", "-k", str(RBAC / "namespace"))
    collected = collect_as_bot(node, crash)
    assert {gap.what for gap in collected.gaps if gap.kind == "forbidden"} == {f"node {node.name}"}
    logs = [item.text for item in collected.items if item.kind is EvidenceKind.LOG]
    assert any(crash.decisive[0]["contains"] in text for text in logs)


def collect_as_bot(node: Node, scenario: Scenario) -> Collected:
    source = connect(kubeconfig=str(node.bot))
    target = Target(namespace=scenario.namespace, pod=scenario.pod(node)["metadata"]["name"])
    try:
        return source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
    finally:
        source.close()


def clusters() -> list[str]:
    return subprocess.run(["kind", "get", "clusters"], capture_output=True, text=True, check=True).stdout.split()


def test_kind_refuses_what_it_does_not_know(engine: Engine, tmp_path: Path) -> None:
    """So that accepting our configuration means something: a key misspelt is an error, before anything starts."""
    config = kind_config.write_config(tmp_path)
    config.write_text(config.read_text().replace("disableDefaultCNI", "disableDefaultCni"))
    command = ["kind", "create", "cluster", "--name", "refused", "--config", str(config)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "disableDefaultCni" in done.stderr
    assert clusters() == []
