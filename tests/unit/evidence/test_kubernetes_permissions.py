"""The Role that is shipped grants what the collector asks for, and not one verb more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from incident_bot.evidence.kubernetes import questions
from incident_bot.evidence.kubernetes.api import ApiError, Ask
from incident_bot.evidence.kubernetes.gaps import gap_of

RBAC = Path(__file__).parents[3] / "deploy" / "rbac"

ASKS = [
    questions.pod("n", "p"),
    questions.pods("n"),
    questions.pod_log("n", "p"),
    questions.events("n"),
    questions.replica_sets("n"),
    questions.claim("n", "c"),
    *(questions.owner(kind, "n", "o") for kind in questions.OWNERS),
]


def granted(path: Path, kind: str) -> Iterator[tuple[str, str, str]]:
    """Group, resource and verb of each permission in a manifest."""
    for document in yaml.safe_load_all(path.read_text()):
        if document["kind"] != kind:
            continue
        for rule in document["rules"]:
            for group in rule["apiGroups"]:
                yield from ((group, resource, verb) for resource in rule["resources"] for verb in rule["verbs"])


def asked(asks: list[Ask]) -> set[tuple[str, str, str]]:
    return {(ask.group, ask.resource, ask.verb) for ask in asks}


def test_the_namespaced_role_is_exactly_what_is_asked() -> None:
    assert set(granted(RBAC / "namespace" / "role.yaml", "Role")) == asked(ASKS)


def test_the_node_role_is_exactly_what_is_asked() -> None:
    nodes = RBAC / "nodes" / "nodes.yaml"

    assert set(granted(nodes, "ClusterRole")) == asked([questions.node("n1")])
    assert set(granted(nodes, "Role")) == asked([questions.events(questions.NODE_EVENTS_NAMESPACE)])


def test_every_question_of_the_module_is_known_to_this_test() -> None:
    """A question added later has to be granted, so it has to be listed above."""
    askers = {
        name for name, value in vars(questions).items() if getattr(value, "__annotations__", {}).get("return") == "Ask"
    }

    assert {name for name in askers if not name.startswith("_")} == {
        *("pod", "pods", "pod_log", "events", "owner", "replica_sets", "claim", "node")
    }


def forbidden(ask: Ask, who: str) -> str:
    message = f'pods "p" is forbidden: User "{who}" cannot get resource "pods" in API group "" in the namespace "n"'
    return gap_of(ApiError(ask, "forbidden", "not allowed", status=403, message=message)).remedy


@pytest.mark.parametrize(
    ("who", "remedy"),
    [
        ("system:serviceaccount:monitoring:incident-bot", "kubectl -n n apply -k deploy/rbac/namespace"),
        (
            "system:serviceaccount:ci:runner",
            (
                "kubectl -n n apply -k deploy/rbac/namespace && "
                "kubectl -n n create rolebinding incident-bot-reader-more --role=incident-bot-reader --serviceaccount=ci:runner"
            ),
        ),
        (
            "dev@example.com",
            (
                "kubectl -n n apply -k deploy/rbac/namespace && "
                "kubectl -n n create rolebinding incident-bot-reader-more --role=incident-bot-reader --user=dev@example.com"
            ),
        ),
        ("x; rm -rf /", "kubectl -n n apply -k deploy/rbac/namespace"),
        ("$(id)", "kubectl -n n apply -k deploy/rbac/namespace"),
    ],
)
def test_the_remedy_binds_whoever_asked_and_nothing_that_is_no_name(who: str, remedy: str) -> None:
    assert forbidden(questions.pod("n", "p"), who) == remedy


def test_the_remedy_for_nodes_is_cluster_wide() -> None:
    assert forbidden(questions.node("n1"), "system:serviceaccount:ci:runner") == (
        "kubectl apply -k deploy/rbac/nodes && kubectl create clusterrolebinding incident-bot-node-reader-more "
        "--clusterrole=incident-bot-node-reader --serviceaccount=ci:runner"
    )


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "A", "a b", "-a", "a?x=1", "a%2e", "é", "x" * 300, "a\n"])
def test_a_name_that_is_none_is_refused_before_it_is_part_of_a_path(name: str) -> None:
    with pytest.raises(ApiError) as caught:
        questions.pod("n", name)

    assert caught.value.kind == "invalid"
