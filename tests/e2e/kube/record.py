"""Writes what the node showed into data that tests without a node read:

- `tests/scenarios/recorded-<name>/`: plain kubectl text of each scenario;
- `tests/contract/recordings/kubernetes/<name>.json`: API objects and logs for the loopback API server.

Run from the folder `tests`, as root, after a scenario or the node's version changed:

    python -m e2e.kube.record
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from e2e.kube.own_node import running_node
from e2e.kube.registry import empty_registry
from e2e.kube.scenario import Scenario, all_scenarios

from fakes.ports import take_port

if TYPE_CHECKING:
    from e2e.kube.node import Node

TESTS = Path(__file__).parent.parent.parent
REPLAYED = (
    "healthy-model-server",
    "model-server-is-oom-killed-while-it-loads-weights",
    "trainer-waits-for-a-gpu-that-no-node-has",
)
_KINDS = "pods,events,deployments,replicasets,statefulsets,jobs"
_NO_LOG = "unable to retrieve container logs"


def record_text(node: Node, scenario: Scenario, folder: Path) -> None:
    """What a person would paste: describe, events, and each log that kubectl gives."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    pod = scenario.pod(node)["metadata"]["name"]
    scope = ("-n", scenario.namespace)
    (folder / "describe.txt").write_text(node.kubectl("describe", "pod", pod, *scope))
    (folder / "events.txt").write_text(node.kubectl("get", "events", *scope, "--sort-by=.lastTimestamp"))
    for (container, previous), log in read_logs(node, scenario).items():
        suffix = "-previous" if previous else ""
        (folder / f"{container}{suffix}.log").write_bytes(log)
    (folder / "expected.yaml").write_text(yaml.safe_dump(expectation(scenario, folder), sort_keys=False))


def expectation(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """The scenario's expectation in the form of `tests/scenarios`, each decisive text with its file."""
    decisive = []
    for item in scenario.decisive:
        files = [path.name for path in sorted(folder.iterdir()) if item["contains"] in path.read_text(errors="replace")]
        assert files, f"{scenario.name}: {item['contains']!r} was not recorded"
        decisive.append({"file": files[0], "contains": item["contains"]})
    return {
        "verdict": scenario.verdict,
        "category": scenario.category[0],
        "cause": scenario.cause,
        "decisive": decisive,
        "forbidden": scenario.forbidden,
        "notes": f"Recorded from a real node by tests/e2e/kube/record.py: {scenario.name}.",
    }


def read_logs(node: Node, scenario: Scenario) -> dict[tuple[str, bool], bytes]:
    """The logs that exist, by container and whether of the previous run."""
    pod = scenario.pod(node)
    statuses = [*pod["status"].get("initContainerStatuses", []), *pod["status"].get("containerStatuses", [])]
    logs = {}
    for status in statuses:
        for previous in (False, True):
            options = ["-n", scenario.namespace, "-c", status["name"], *(["--previous"] if previous else [])]
            log = node.kubectl("logs", pod["metadata"]["name"], *options, check=False)
            if log and not log.startswith(_NO_LOG):
                logs[status["name"], previous] = log.encode()
    return logs


def record_api(node: Node, scenario: Scenario, path: Path) -> None:
    """Objects as the API gives them, without bookkeeping, and logs as base64."""
    listed = node.get(_KINDS, "-n", scenario.namespace)["items"]
    assert isinstance(listed, list)
    objects = [*listed, node.get("node", node.name)]
    for item in objects:
        item["metadata"].pop("managedFields", None)
        item.get("status", {}).pop("nodeInfo", None)
        item.get("status", {}).pop("images", None)
    logs = [
        {
            "pod": scenario.pod(node)["metadata"]["name"],
            "container": container,
            "previous": previous,
            "base64": base64.b64encode(log).decode(),
        }
        for (container, previous), log in read_logs(node, scenario).items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"objects": objects, "logs": logs}, indent=1) + "\n")


def main() -> None:
    with running_node() as node, empty_registry(node.registry_host, take_port()) as registry:
        for scenario in all_scenarios():
            scenario.apply(node, registry)
        for scenario in all_scenarios():
            scenario.wait(node)
            record_text(node, scenario, TESTS / "scenarios" / f"recorded-{scenario.name}")
            if scenario.name in REPLAYED:
                record_api(node, scenario, TESTS / "contract" / "recordings" / "kubernetes" / f"{scenario.name}.json")
            print(f"recorded {scenario.name}")


if __name__ == "__main__":
    main()
