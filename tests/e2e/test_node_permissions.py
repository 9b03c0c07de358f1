"""The shipped RBAC on a real API server: what the collector needs is allowed, all else is a gap or refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from e2e.kube.credentials import BOT_ACCOUNT

from incident_bot.evidence.kubernetes import connect
from incident_bot.model import Alert, EvidenceKind, Incident, Target

if TYPE_CHECKING:
    from e2e.kube.node import Node
    from e2e.kube.scenario import Scenario

    from incident_bot.evidence import Collected

pytestmark = pytest.mark.e2e

RBAC = Path(__file__).parent.parent.parent / "deploy" / "rbac"
SCENARIO = "api-crashes-on-a-python-exception"


@pytest.fixture(scope="module")
def granted(node: Node, scenarios: dict[str, Scenario]) -> Scenario:
    """The scenario whose namespace the bot may read."""
    scenario = scenarios[SCENARIO]
    node.kubectl("apply", "-k", str(RBAC / "account"))
    node.kubectl("-n", scenario.namespace, "apply", "-k", str(RBAC / "namespace"))
    return scenario


def collect_as_bot(node: Node, scenario: Scenario) -> Collected:
    source = connect(kubeconfig=str(node.bot))
    target = Target(namespace=scenario.namespace, pod=scenario.pod(node)["metadata"]["name"])
    try:
        return source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
    finally:
        source.close()


def test_the_role_allows_everything_but_the_node(node: Node, granted: Scenario) -> None:
    collected = collect_as_bot(node, granted)

    assert {gap.what for gap in collected.gaps if gap.kind == "forbidden"} == {f"node {node.name}"}
    assert [gap.remedy for gap in collected.gaps if gap.kind == "forbidden"] == ["kubectl apply -k deploy/rbac/nodes"]
    names = {item.name for item in collected.items}
    assert {"pod.yaml", "events.txt", "deployment-recommendation-api.yaml", "rollout-history.txt", "pods.txt"} <= names
    assert any(item.kind is EvidenceKind.LOG for item in collected.items)


def test_the_remedy_that_a_gap_names_closes_it(node: Node, granted: Scenario) -> None:
    node.kubectl("apply", "-k", str(RBAC / "nodes"))
    try:
        collected = collect_as_bot(node, granted)
    finally:
        node.kubectl("delete", "-k", str(RBAC / "nodes"))

    assert not [gap for gap in collected.gaps if gap.kind == "forbidden"]
    assert f"node-{node.name}.yaml" in {item.name for item in collected.items}


@pytest.mark.parametrize(
    "forbidden",
    [
        "get secrets",
        "list secrets",
        "get configmaps",
        "create pods/exec",
        "delete pods",
        "patch deployments",
        "list nodes",
    ],
)
def test_the_role_grants_nothing_more(node: Node, granted: Scenario, forbidden: str) -> None:
    verb, resource = forbidden.split()
    answer = node.kubectl(*("auth", "can-i", verb, resource, "-n", granted.namespace, "--as", BOT_ACCOUNT), check=False)

    assert answer.strip() == "no"


def test_a_certificate_that_is_not_trusted_is_one_gap(node: Node, granted: Scenario) -> None:
    config = json.loads(node.admin.read_text())
    del config["clusters"][0]["cluster"]["certificate-authority"]
    source = connect(kubeconfig_data=json.dumps(config))

    collected = source.collect(
        Incident(key="0" * 16, alert=Alert(name="A"), target=Target(namespace=granted.namespace, pod="any"))
    )

    source.close()
    assert [gap.kind for gap in collected.gaps] == ["unreachable"]
    assert "certificate" in collected.gaps[0].reason


def test_the_documented_steps_make_a_kubeconfig_of_the_bot_alone(
    node: Node, scenarios: dict[str, Scenario], tmp_path: Path
) -> None:
    """The shell block of deploy/rbac/README.md, run as it stands."""
    scenario = scenarios["model-server-is-oom-killed-while-it-loads-weights"]
    (block,) = re.findall(r"```sh\n(.*?)```", (RBAC / "README.md").read_text(), re.DOTALL)
    (tmp_path / "deploy").symlink_to(RBAC.parent)
    admin = tmp_path / "admin"
    admin.write_text(node.admin.read_text())
    environment = {
        "PATH": f"{node.bin}:{os.environ['PATH']}",
        "KUBECONFIG": str(admin),
        "NAMESPACE": scenario.namespace,
        "HOME": str(tmp_path),
    }
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        data = done.stdout.splitlines()[-1]
        source = connect(kubeconfig_data=data)
        target = Target(namespace=scenario.namespace, pod=scenario.pod(node)["metadata"]["name"])
        collected = source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
        source.close()
    finally:
        node.kubectl("-n", scenario.namespace, "delete", "-k", str(RBAC / "namespace"))

    admin_token = json.loads(node.admin.read_text())["users"][0]["user"]["token"]
    assert admin_token not in b64decode(data).decode()
    assert {gap.what for gap in collected.gaps if gap.kind == "forbidden"} == {f"node {node.name}"}
    assert "pod.yaml" in {item.name for item in collected.items}
    assert not (tmp_path / "bot.kubeconfig").exists()
