"""The node and its failing pods as pytest fixtures, one of each for a whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from e2e.kube.node import Node, running_node
from e2e.kube.registry import empty_registry
from e2e.kube.scenario import Scenario, all_scenarios

from fakes.ports import take_port


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """A real node; what the collector's service account needs is not yet granted."""
    with running_node() as running:
        yield running


@pytest.fixture(scope="session")
def applied_scenarios(node: Node) -> Iterator[list[Scenario]]:
    """All scenarios, applied at once; they come to their states while other tests run."""
    with empty_registry(take_port()) as registry:
        loaded = all_scenarios()
        for scenario in loaded:
            scenario.apply(node, registry)
        yield loaded


@pytest.fixture(scope="session")
def scenarios(node: Node, applied_scenarios: list[Scenario]) -> dict[str, Scenario]:
    """All scenarios by name, each showing its state."""
    for scenario in applied_scenarios:
        scenario.wait(node)
    return {scenario.name: scenario for scenario in applied_scenarios}
