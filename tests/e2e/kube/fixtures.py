"""The node and its failing pods as pytest fixtures, one of each for a whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from e2e.kube.node import Node, free_ports, running_node
from e2e.kube.registry import empty_registry
from e2e.kube.scenario import Scenario, all_scenarios


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """A real node; what the collector's service account needs is not yet granted."""
    with running_node() as running:
        yield running


@pytest.fixture(scope="session")
def scenarios(node: Node) -> Iterator[dict[str, Scenario]]:
    """All scenarios by name, applied at once and each showing its state."""
    with empty_registry(free_ports(5)[-1]) as registry:
        loaded = all_scenarios()
        for scenario in loaded:
            scenario.apply(node, registry)
        for scenario in loaded:
            scenario.wait(node)
        yield {scenario.name: scenario for scenario in loaded}
