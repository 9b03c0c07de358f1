"""A scenario: objects that really fail on the node, and what the bot should make of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from e2e.kube.node import Node

SCENARIOS = Path(__file__).parent.parent / "scenarios"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Objects on the node and the pod that an alert is about.

    `until` says when the pod shows its state: `container` with `restarts` (at least), `last_reason`,
    `waiting` (any of these reasons) or `ready`; `phase`; `event` (a reason that has been reported).
    """

    name: str
    objects: str
    namespace: str
    selector: str
    container: str
    alert: Mapping[str, str]
    until: Mapping[str, Any]

    def apply(self, node: Node, registry: str) -> None:
        """Create the objects."""
        node.create(self.objects.replace("${REGISTRY}", registry))

    def pod(self, node: Node) -> dict[str, Any]:
        """The scenario's one pod, or an empty mapping while there is none."""
        found = node.read(f"/api/v1/namespaces/{self.namespace}/pods", labelSelector=self.selector)["items"]
        return {**found[0]} if found else {}

    def shows_its_state(self, node: Node) -> bool:
        """Whether everything that `until` asks for is there."""
        pod = self.pod(node)
        if not pod:
            return False
        phase = self.until.get("phase")
        if phase and pod["status"]["phase"] != phase:
            return False
        if "container" in self.until and not self._container_shows(pod):
            return False
        return "event" not in self.until or self.until["event"] in self._event_reasons(node, pod)

    def wait(self, node: Node, timeout_s: float = 150.0) -> dict[str, Any]:
        """The pod once it shows its state. Raises `TimeoutError` with what it shows instead."""
        end = time.monotonic() + timeout_s
        while not self.shows_its_state(node):
            if time.monotonic() > end:
                seen = json.dumps(self.pod(node).get("status", {}), indent=1)
                raise TimeoutError(f"{self.name}: not {dict(self.until)} after {timeout_s:.0f} s, but {seen}")
            time.sleep(0.5)
        return self.pod(node)

    def _container_shows(self, pod: Mapping[str, Any]) -> bool:
        status = next((s for s in _container_statuses(pod) if s["name"] == self.until["container"]), None)
        if status is None:
            return False
        wanted = self.until
        last = status.get("lastState", {}).get("terminated", {}).get("reason")
        waiting = status.get("state", {}).get("waiting", {}).get("reason")
        return (
            status["restartCount"] >= wanted.get("restarts", 0)
            and wanted.get("last_reason") in (None, last)
            and ("waiting" not in wanted or waiting in wanted["waiting"])
            and ("ready" not in wanted or status["ready"] is wanted["ready"])
        )

    def _event_reasons(self, node: Node, pod: Mapping[str, Any]) -> set[str]:
        selector = f"involvedObject.name={pod['metadata']['name']}"
        items = node.read(f"/api/v1/namespaces/{self.namespace}/events", fieldSelector=selector)["items"]
        return {item["reason"] for item in items}


@dataclass(frozen=True, kw_only=True)
class Scenario(Scene):
    """`objects.yaml` and `expected.yaml` of one folder: a scene and the diagnosis that it should get."""

    verdict: str
    category: list[str]
    cause: list[str]
    decisive: list[Mapping[str, str]]
    forbidden: list[str] = field(default_factory=list)


def load_scenario(folder: Path) -> Scenario:
    """Read one scenario's folder."""
    expected = yaml.safe_load((folder / "expected.yaml").read_text())
    category = expected.pop("category")
    return Scenario(
        name=folder.name,
        objects=(folder / "objects.yaml").read_text(),
        category=[category] if isinstance(category, str) else category,
        **expected,
    )


def all_scenarios() -> list[Scenario]:
    """Every scenario that expects a diagnosis, in the order of their names."""
    return [load_scenario(file.parent) for file in sorted(SCENARIOS.glob("*/expected.yaml"))]


def _container_statuses(pod: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("initContainerStatuses", "containerStatuses"):
        yield from pod["status"].get(name, [])
