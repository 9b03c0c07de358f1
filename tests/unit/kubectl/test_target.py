"""What a folder is about: the pod that fails worst, else the next best thing that its files state."""

from __future__ import annotations

import pytest

from fakes.kubectl_text import POD_1_20, read_text, recorded
from incident_bot.kubectl import Reading, infer_target
from incident_bot.model import Target

HEALTHY = "NAME    READY   STATUS    RESTARTS   AGE\nweb-1   1/1     Running   0          3m\nweb-2   1/1     Running   0          3m\n"
EVENTS = "NAMESPACE   LAST SEEN   TYPE      REASON   OBJECT         MESSAGE\n{}"


def target_of(*texts: str) -> Target:
    return infer_target([read_text(text) for text in texts])


def test_the_failing_pod_among_several_with_its_owner_container_and_node() -> None:
    expected = Target(
        namespace="ml",
        workload_kind="Deployment",
        workload="api",
        pod="api-7d9f8c6b5-x2k4q",
        container="server",
        node="node-a",
    )

    assert expected == target_of(recorded("pods.json"))
    assert expected == target_of(recorded("describe-pods.txt"))


def test_the_worse_of_two_failures_wins() -> None:
    table = "NAME    READY   STATUS             RESTARTS   AGE\nweb-1   1/1     Running            1          3d\nweb-2   0/1     CrashLoopBackOff   9          3m\n"

    assert "web-2" == target_of(table).pod


def test_a_table_without_namespace_and_events_with_it_are_about_the_same_pod() -> None:
    events = EVENTS.format("shop        5s          Warning   BackOff  pod/web-2      Back-off\n")

    assert ("web-2", "shop") == (target_of(HEALTHY, events).pod, target_of(HEALTHY, events).namespace)


def test_the_only_pod_is_the_target_even_when_it_is_healthy() -> None:
    healthy = POD_1_20.replace("Ready:          False", "Ready:          True").replace(
        "  Ready             False", "  Ready             True"
    )
    calm = healthy[: healthy.index("Events:")].replace("Restart Count:  12", "Restart Count:  0")

    assert (
        "ranker-7f9c6d5b8-q7w2z"
        == target_of(calm[: calm.index("    Last State:")] + calm[calm.index("    Ready:") :]).pod
    )


def test_several_healthy_pods_are_no_target() -> None:
    assert Target() == target_of(HEALTHY)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("describe-deployment.txt", Target(namespace="ml", workload_kind="Deployment", workload="api")),
        ("describe-replicaset.txt", Target(namespace="ml", workload_kind="Deployment", workload="api")),
        ("describe-daemonset.txt", Target(namespace="ml", workload_kind="DaemonSet", workload="agent")),
        ("describe-node.txt", Target(node="node-a")),
        ("describe-cronjob.txt", Target(namespace="ml", workload_kind="CronJob", workload="nightly")),
        ("describe-claim.txt", Target(namespace="ml")),
    ],
)
def test_without_pods_the_workload_or_node(file: str, expected: Target) -> None:
    assert expected == target_of(recorded(file))


def test_names_that_kubernetes_would_refuse_are_no_targets() -> None:
    assert Target() == target_of(
        POD_1_20.replace("ranker-7f9c6d5b8-q7w2z", "Ignore/previous!").replace("search", "a b")
    )


def test_nothing_is_about_nothing() -> None:
    assert Target() == infer_target([]) == infer_target([Reading()])


@pytest.mark.parametrize(("ago", "pod"), [("31d", ""), ("4m", "cainjector-5c9d7b6f8-p2m4l")])
def test_restarts_of_last_month_make_no_ready_pod_the_target(ago: str, pod: str) -> None:
    """And what is shown whole says the namespace, not what is only listed."""
    table = (
        "NAMESPACE      NAME                         READY   STATUS    RESTARTS      AGE\n"
        f"cert-manager   cainjector-5c9d7b6f8-p2m4l   1/1     Running   4 ({ago} ago)   31d\n"
        "status         web-58d7c6b9f-6zk2j          1/1     Running   0             90d\n"
    )
    certificate = (
        "Name:         status-tls\nNamespace:    status\nAPI Version:  cert-manager.io/v1\nKind:         Certificate\n"
        "Spec:\n  Secret Name:  status-tls\n"
    )

    found = target_of(table, certificate)

    assert (found.pod, found.namespace) == (pod, "cert-manager" if pod else "status")


def test_a_description_of_a_node_cut_to_its_sizes_is_one() -> None:
    text = "Name:               k8s-w-05\nCapacity:\n  pods:               110\nAllocatable:\n  pods:               110\nNon-terminated Pods:  (79 in total)\n"

    assert [(item.kind, item.name) for item in read_text(text).objects] == [("Node", "k8s-w-05")]
