"""Pods beside one another: the word for each, the order of trouble, and what a rollout changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incident_bot.evidence.kubernetes.pods import Trouble, format_pods, status_word, trouble_of, worst_of
from incident_bot.evidence.kubernetes.rollout import format_rollout, newest_revisions

READY = [{"type": "Ready", "status": "True"}]


def pod(name: str = "p", phase: str = "Running", **more: Any) -> dict[str, Any]:
    container = {"name": "app", "ready": True, "restartCount": more.pop("restarts", 0), "state": more.pop("state", {})}
    metadata = {"name": name, "creationTimestamp": "2026-11-21T10:00:00Z", **more.pop("metadata", {})}
    return {
        "metadata": metadata,
        "spec": {"containers": [{"name": "app"}], "nodeName": "n1", **more.pop("spec", {})},
        "status": {"phase": phase, "conditions": READY, "containerStatuses": [container], **more},
    }


HEALTHY = pod(state={"running": {}})
CRASHED = pod(state={"terminated": {"exitCode": 1, "reason": "Error"}})
PULLING = pod(phase="Pending", state={"waiting": {"reason": "ImagePullBackOff"}})
STARTING = pod(phase="Pending", state={"waiting": {"reason": "ContainerCreating"}})
EVICTED = pod(phase="Failed", reason="Evicted")
DONE = pod(phase="Succeeded", conditions=[], state={"terminated": {"exitCode": 0, "reason": "Completed"}})
UNREADY = pod(conditions=[{"type": "Ready", "status": "False"}], state={"running": {}})


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (HEALTHY, "Running"),
        (CRASHED, "Error"),
        (PULLING, "ImagePullBackOff"),
        (STARTING, "ContainerCreating"),
        (EVICTED, "Evicted"),
        (DONE, "Completed"),
        (pod(metadata={"deletionTimestamp": "2026-11-21T10:00:00Z"}), "Terminating"),
        (
            pod(phase="Pending", initContainerStatuses=[{"name": "i", "state": {"terminated": {"exitCode": 2}}}]),
            "Init:ExitCode:2",
        ),
        (pod(phase="Pending", initContainerStatuses=[{"name": "i", "state": {"running": {}}}]), "Init:0/1"),
        (
            pod(
                spec={"initContainers": [{"name": "mesh", "restartPolicy": "Always"}]},
                initContainerStatuses=[{"name": "mesh", "started": True, "state": {"running": {}}}],
            ),
            "Running",
        ),
        ({}, "Unknown"),
    ],
)
def test_the_word_is_kubectl_s(found: dict[str, Any], word: str) -> None:
    assert status_word(found) == word


@pytest.mark.parametrize(
    ("found", "trouble"),
    [
        (HEALTHY, Trouble.NONE),
        (DONE, Trouble.NONE),
        (pod(restarts=2, state={"running": {}}), Trouble.RESTARTED),
        (UNREADY, Trouble.NOT_READY),
        (STARTING, Trouble.PENDING),
        (EVICTED, Trouble.FAILED),
        (CRASHED, Trouble.FAILING),
        (PULLING, Trouble.FAILING),
    ],
)
def test_trouble_has_an_order(found: dict[str, Any], trouble: Trouble) -> None:
    assert trouble_of(found) is trouble


def test_the_worst_pod_is_the_one_that_fails_most() -> None:
    crashing_more = pod("more", restarts=9, state={"waiting": {"reason": "CrashLoopBackOff"}})

    assert worst_of([HEALTHY, EVICTED, CRASHED, crashing_more, UNREADY]) is crashing_more
    assert worst_of([]) is None


def test_the_table_is_kubectl_s_worst_first() -> None:
    now = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)

    table = format_pods([pod("b"), pod("a", restarts=3, state={"waiting": {"reason": "CrashLoopBackOff"}})], now)

    assert table == (
        "NAME   READY   STATUS             RESTARTS   AGE   NODE\n"
        "a      1/1     CrashLoopBackOff   3          2h    n1\n"
        "b      1/1     Running            0          2h    n1\n"
    )


def test_without_the_server_s_clock_ages_are_unknown() -> None:
    assert "<unknown>" in format_pods([HEALTHY], None)


def revision(number: str, name: str, *containers: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "creationTimestamp": f"2026-11-{number}T10:00:00Z",
            "annotations": {"deployment.kubernetes.io/revision": number},
            "ownerReferences": [{"kind": "Deployment", "name": "api", "apiVersion": "apps/v1", "controller": True}],
        },
        "spec": {"template": {"spec": {"containers": list(containers)}}},
    }


OLD = revision("9", "api-old", {"name": "app", "image": "api:1", "args": ["--x"]}, {"name": "gone", "image": "g:1"})
NEW = revision(
    "10", "api-new", {"name": "app", "image": "api:2", "args": ["--token=abc"]}, {"name": "new", "image": "n:1"}
)


def test_the_two_newest_revisions_are_ordered_by_number() -> None:
    other = {**revision("11", "b-1"), "metadata": {"name": "b-1", "ownerReferences": []}}

    assert newest_revisions({"metadata": {"name": "api"}}, [OLD, other, revision("2", "api-2"), NEW]) == [NEW, OLD]


def test_a_rollout_names_what_changed_and_shows_no_values_but_images() -> None:
    text = format_rollout([NEW, OLD])

    assert "changed from revision 9 to 10:\n" in text
    assert "  container app: image api:1 -> api:2\n" in text
    assert "  container app: args changed\n" in text
    assert "  container gone: removed\n" in text
    assert "  container new: added\n" in text
    assert "abc" not in text


def test_a_rollout_without_a_visible_change_says_so() -> None:
    again = revision("10", "api-new", *OLD["spec"]["template"]["spec"]["containers"])

    assert "no change of image" in format_rollout([again, OLD])


def test_a_first_rollout_has_nothing_to_compare() -> None:
    assert "revision 9 is the only one kept" in format_rollout([OLD])
