"""The receiver as pods from `deploy/receiver/github`: Alertmanager calls its service, it dispatches with an App's tokens.

The image is made from the built wheel as the Dockerfile says; the namespace admits only what the
restricted Pod Security Standard allows; service addresses are kube-proxy's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from e2e.chain.chance import chance
from e2e.chain.workspace import wait_for
from e2e.kube import binaries
from e2e.pods.receiver import NAMESPACE, ROOT

from fakes.github_front import Fault

if TYPE_CHECKING:
    from e2e.conftest import Ledger
    from e2e.kube.node import Node
    from e2e.pods.fixtures import Surroundings
    from e2e.pods.receiver import ReceiverPods

pytestmark = pytest.mark.e2e

ALWAYS = 10**9
IN_TIME_S = 300.0


def test_a_replica_that_is_killed_midway_loses_nothing(
    surroundings: Surroundings, github_overlay: ReceiverPods, ledger: Ledger
) -> None:
    """One of two pods dies at a random point of 40 incidents: each is dispatched, and the pod comes back."""
    front = surroundings.front
    handed_over = chance("pods").randrange(3, 30)
    front.faults = [Fault("POST", "/dispatches$", times=ALWAYS, sleep_s=0.2)]

    def dispatched() -> Counter[str]:
        with front.lock:
            return Counter(
                body["client_payload"]["incident"]["alerts"][0]["labels"]["namespace"] for body in front.dispatches
            )

    with (
        ledger.book("pods: 40 groups, one of two replicas killed", lambda: len(front.seen)),
        surroundings.alertmanager("alertmanager-pods") as alertmanager,
    ):
        alertmanager.raise_alerts(groups=40, pods=2)
        wait_for(f"{handed_over} incidents", lambda: len(dispatched()) >= handed_over, IN_TIME_S, 0.02)
        victim, survivor = github_overlay.pods()
        github_overlay.kill(victim)
        wait_for("every incident to be dispatched", lambda: len(dispatched()) == 40, IN_TIME_S)
        wait_for("the pod to start again", lambda: any(github_overlay.restarts().values()), IN_TIME_S, 0.5)
        github_overlay.wait_until_ready()
        restarts = github_overlay.restarts()

    assert set(dispatched()) == {f"team-{group}" for group in range(40)}
    assert restarts[victim["metadata"]["name"]] > 0
    assert restarts[survivor["metadata"]["name"]] == 0
    assert front.count("access_tokens$") > 0
    front.faults = []


def test_the_processes_have_what_the_manifests_say_and_no_more(github_overlay: ReceiverPods) -> None:
    """Not root, no capabilities, no new privileges, filtered system calls, nothing to write but /tmp, no account token."""
    (name, _) = github_overlay.names()

    status = dict(re.findall(r"^(\w+):\s+(.*)$", github_overlay.execute(name, "cat /proc/1/status"), re.MULTILINE))

    assert set(status["Uid"].split()) == {"65532"}
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert "Read-only file system" in github_overlay.execute(name, "touch /opt/incident-bot/x")
    assert github_overlay.execute(name, "touch /tmp/x && echo written") == "written\n"
    assert "No such file" in github_overlay.execute(name, "ls /var/run/secrets/kubernetes.io")


def test_its_account_may_do_nothing(github_overlay: ReceiverPods) -> None:
    """The API server's own list of what the account may do is that of any account without a role."""
    assert github_overlay.rights() == []


def test_a_drain_takes_one_replica_at_a_time(node: Node, github_overlay: ReceiverPods) -> None:
    """The eviction API lets one pod go and refuses the other until there are two again."""
    github_overlay.wait_until_ready()
    wait_for("the budget to know both pods", lambda: budget(node) == 1, IN_TIME_S)

    first, second = [evict(node, name) for name in github_overlay.names()]

    assert first == ""
    assert "disruption budget" in second
    github_overlay.wait_until_ready()


def budget(node: Node) -> int:
    found = node.get("poddisruptionbudget", "incident-bot-receiver", "-n", NAMESPACE)
    return int(found["status"]["disruptionsAllowed"])


def evict(node: Node, pod: str) -> str:
    """Ask for the end of a pod as a drain does; gives why it was refused."""
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": NAMESPACE}}
    url = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}/eviction"
    try:
        node.kubectl("create", "--raw", url, "-f", "-", stdin=json.dumps(body))
    except RuntimeError as error:
        return str(error)
    return ""


def test_the_network_policy_is_taken_as_written(node: Node, github_overlay: ReceiverPods) -> None:
    """The API server's validation passes, its defaults add nothing, and the policy selects the pods."""
    github_overlay.wait_until_ready()
    policy = node.get("networkpolicy", "incident-bot-receiver", "-n", NAMESPACE)["spec"]
    selector = ",".join(f"{name}={value}" for name, value in policy["podSelector"]["matchLabels"].items())

    selected = node.get("pods", "-n", NAMESPACE, "-l", selector)["items"]

    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert set(github_overlay.names()) <= {pod["metadata"]["name"] for pod in selected}


def test_the_monitoring_is_valid_where_the_operator_is(node: Node, github_overlay: ReceiverPods) -> None:
    """With the operator's own definitions the API server takes monitor and rules, and the monitor finds the service."""
    kinds = binaries.ensure_monitoring_kinds()
    node.kubectl("create", "-f", str(kinds))
    try:
        group = "--api-group=monitoring.coreos.com"

        def are_served() -> bool:
            return len(node.kubectl("api-resources", group, "-o", "name", check=False).split()) == 2

        wait_for("both kinds to be served", are_served, IN_TIME_S, 0.5)
        node.kubectl("apply", "--validate=strict", "-k", str(ROOT / "deploy/receiver/monitoring"))
        monitor = node.get("servicemonitor", "incident-bot-receiver", "-n", NAMESPACE)["spec"]
        selector = ",".join(f"{name}={value}" for name, value in monitor["selector"]["matchLabels"].items())
        (service,) = node.get("services", "-n", NAMESPACE, "-l", selector)["items"]
        ports = [port["name"] for port in service["spec"]["ports"]]
        assert [endpoint["port"] for endpoint in monitor["endpoints"]] == ports
        path = monitor["endpoints"][0]["path"]
        shown = node.kubectl(
            "get", "--raw", f"/api/v1/namespaces/{NAMESPACE}/services/incident-bot-receiver:{ports[0]}/proxy{path}"
        )
        # Counters with labels appear with the first thing they count.
        assert "incident_bot_last_success_timestamp_seconds" in shown
    finally:
        node.kubectl("delete", "-f", str(kinds))
