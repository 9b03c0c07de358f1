"""The node and its failing pods as pytest fixtures, one of each for a whole run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from e2e.kube import kind_node, own_node
from e2e.kube.registry import empty_registry
from e2e.kube.scenario import Scenario, all_scenarios

from fakes.ports import take_port

if TYPE_CHECKING:
    from e2e.kube.node import Node

CHOICE = "INCIDENT_BOT_E2E_NODE"

_NODES: Mapping[str, Callable[[], AbstractContextManager[Node]]] = {
    "own": own_node.running_node,
    "kind": kind_node.running_node,
}


def chosen_node() -> str:
    """Which node the tests run on: `own`, unless the environment says `kind`. Raises `pytest.UsageError`."""
    choice = os.environ.get(CHOICE) or "own"
    if choice not in _NODES:
        raise pytest.UsageError(f"{CHOICE} is {choice!r}; it may be {' or '.join(_NODES)}")
    return choice


def running_node() -> AbstractContextManager[Node]:
    """The chosen node, for the time of the block."""
    return _NODES[chosen_node()]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what only our own node can show."""
    choice = chosen_node()
    for item in items:
        mark = item.get_closest_marker("own_node")
        if mark and choice != "own":
            item.add_marker(pytest.mark.skip(reason=f"not on {choice}: is about {mark.args[0]}"))


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """A real node; what the collector's service account needs is not yet granted."""
    with running_node() as running:
        yield running


@pytest.fixture(scope="session")
def applied_scenarios(node: Node) -> Iterator[list[Scenario]]:
    """All scenarios, applied at once; they come to their states while other tests run."""
    with empty_registry(node.registry_host, take_port()) as registry:
        node.trust_registry(registry)
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
