"""What to type next can be typed as it stands: no hole, no guessed name, nothing that kubectl cannot do."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.telling.explanation import lower_first
from incident_bot.diagnosis.telling.templates import fill_command, fill_text
from incident_bot.model import Risk, Verdict

RULES = load_rules()
KNOWN = {"namespace": "ml", "pod": "api-0", "container": "api", "workload": "api"}
UNDO = "kubectl -n {namespace} rollout undo {workload_kind|deployment}/{workload}"
HISTORY = "kubectl -n {namespace} rollout history {workload_kind|deployment}/{workload}"
LIMIT = "kubectl -n {namespace} set resources {workload_kind|deployment}/{workload} --limits=memory=1Gi"


@pytest.mark.parametrize(
    ("template", "values", "command"),
    [
        (UNDO, {"workload_kind": "deployment"}, "kubectl -n ml rollout undo deployment/api"),
        (UNDO, {}, ""),
        (UNDO, {"workload_kind": "job"}, ""),
        (HISTORY, {"workload_kind": "statefulset"}, "kubectl -n ml rollout history statefulset/api"),
        (HISTORY, {}, "kubectl -n ml get replicasets --sort-by=.metadata.creationTimestamp"),
        (HISTORY, {"workload_kind": "job"}, "kubectl -n ml get jobs --sort-by=.metadata.creationTimestamp"),
        (LIMIT, {"workload_kind": "cronjob"}, "kubectl -n ml set resources cronjob/api --limits=memory=1Gi"),
        (LIMIT, {"workload_kind": "pytorchjob"}, ""),
        (LIMIT, {"workload_kind": "job"}, ""),
        ("kubectl describe node {node|NODE}", {}, ""),
        ("kubectl top pods -n {namespace}", {"namespace": ""}, "kubectl top pods"),
        (
            "kubectl -n {namespace} get pod {pod} -o jsonpath='{{.spec.volumes}}'",
            {"pod": ""},
            "kubectl -n ml get pods -o jsonpath='{.items[*].spec.volumes}'",
        ),
        ("kubectl -n {namespace} logs {pod} -c {container} --tail=9", {"pod": ""}, ""),
        (
            "kubectl -n {namespace} logs {pod} -c {container} --tail=9",
            {"pod": "", "workload_kind": "deployment"},
            "kubectl -n ml logs deployment/api -c api --tail=9",
        ),
    ],
)
def test_command_is_whole_or_absent(template: str, values: dict[str, str], command: str) -> None:
    assert fill_command(template, KNOWN | values) == command


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"restarts": "4", "exit_code": "1"}, "it crashes (4 restarts, last exit code 1)"),
        ({"restarts": "4"}, "it crashes (4 restarts)"),
        ({"restarts": "1"}, "it crashes (1 restart)"),
        ({}, "it crashes"),
    ],
)
def test_brackets_hold_only_what_is_known(values: dict[str, str], told: str) -> None:
    assert fill_text("it crashes ({restarts} restarts, last exit code {exit_code})", values) == told


@pytest.mark.parametrize(
    ("template", "values", "told"),
    [
        ("Container {container|of the pod} is full", {"pod": "api-0"}, "api-0 is full"),
        ("Container {container|of the pod} is full", {}, "The container is full"),
        ("a fault in container {container|of the pod}", {"pod": "api-0"}, "a fault in api-0"),
        ("Node {node|of the pod} is full", {}, "The node is full"),
        ("evicted from node {node|of the pod}", {}, "evicted from the node"),
        ("{container|the broker} is full", {}, "The broker is full"),
        ("{lacking} nodes lack labels", {"lacking": "1"}, "1 node lacks labels"),
        ("1 of 1 nodes have no GPU", {}, "1 of 1 nodes have no GPU"),
        ("it holds 10.0.0.1 nodes and v1 nodes", {}, "it holds 10.0.0.1 nodes and v1 nodes"),
    ],
)
def test_sentences_read_well_without_a_name(template: str, values: dict[str, str], told: str) -> None:
    assert fill_text(template, values) == told


OUT_OF_HEAP = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"


def test_log_of_an_unknown_pod_leads_to_its_pods_first() -> None:
    found = diagnose(make_case({"billing.log": "starting\n" * 3 + OUT_OF_HEAP}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert found.actions[0].command == "kubectl get pods -A -o wide | grep -F billing"
    assert not [action.command for action in found.actions if "POD" in action.command or "WORKLOAD" in action.command]


def test_recovered_workload_is_only_looked_at() -> None:
    described = """\
Name:             web-5f7d8c9b4-h2k8j
Namespace:        shop
Status:           Running
Controlled By:    ReplicaSet/web-5f7d8c9b4
Containers:
  web:
    State:          Running
      Started:      Fri, 20 Nov 2026 08:40:05 +0000
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Fri, 20 Nov 2026 07:00:00 +0000
      Finished:     Fri, 20 Nov 2026 08:40:01 +0000
    Ready:          True
    Restart Count:  1
    Limits:
      memory:  1Gi
Conditions:
  Type              Status
  Ready             True
  ContainersReady   True
Events:
  Type    Reason   Age  From     Message
  ----    ------   ---  ----     -------
  Normal  Started  55m  kubelet  Started container web
"""
    found = diagnose(make_case({"pod.txt": described}), RULES)

    assert found.verdict is Verdict.RECOVERED
    assert found.summary.startswith("shop/web-5f7d8c9b4-h2k8j has recovered")
    assert "(last seen 08:40 UTC)" in found.summary
    assert found.actions
    assert {action.risk for action in found.actions} == {Risk.READ_ONLY}


LISTED = "NAME      READY   STATUS    RESTARTS   AGE\nfit-0     0/1     Pending   0          35m\n"


def test_too_little_evidence_says_what_to_read_about_this_very_pod() -> None:
    found = diagnose(make_case({"pods.txt": LISTED}), RULES)

    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert found.summary == "Too little evidence to name a cause for fit-0: it is Pending."
    assert "kubectl describe pod fit-0" in [action.command for action in found.actions]
    assert [gap.what for gap in found.gaps] == ["events"]


def test_no_log_is_asked_of_a_pod_that_never_ran() -> None:
    found = diagnose(make_case({"pods.txt": LISTED}), RULES)

    assert not [action.command for action in found.actions if " logs " in action.command]


def test_too_little_evidence_of_nobody_asks_for_the_pods_that_are_not_well() -> None:
    found = diagnose(make_case({"note.md": "somebody said that it is slow\n"}), RULES)

    assert found.summary == "Too little evidence to name a cause: no status, events or log of what fails was read."
    assert found.actions[0].command == "kubectl get pods -A -o wide"


@pytest.mark.parametrize(
    ("log", "told", "wrong"),
    [
        ("FileNotFoundError: [Errno 2] No such file or directory\n", "misses a file", "resolve"),
        ("ERROR unable to resolve at least one subnet (tags: [kubernetes.io/role/elb])\n", "subnet", "cannot resolve"),
        ("fatal error: concurrent map writes\n\ngoroutine 1 [running]:\nmain.main()\n", "stops: concurrent", " on concurrent"),
    ],
)  # fmt: skip
def test_title_says_what_the_line_says(log: str, told: str, wrong: str) -> None:
    found = diagnose(make_case({"sync.log": "INFO starting\n" * 3 + log}), RULES)

    assert told in found.summary
    assert wrong not in found.summary


def test_server_that_repeats_the_alert_of_its_peer_is_not_the_cause() -> None:
    """The client's log says why it refused the certificate."""
    client = (
        'ERROR Get "https://rates.fx.svc:8443/eur": tls: failed to verify certificate: x509: certificate has expired\n'
    )
    server = "http: TLS handshake error from 10.244.3.9:41822: remote error: tls: bad certificate\n"
    found = diagnose(make_case({"pricing.log": client * 9, "rates.log": server * 9}), RULES)

    assert found.summary.startswith("pricing cannot verify the certificate of rates.fx.svc:8443")


FLOOD = "flood stage disk watermark [95%] exceeded on [aB3][db-1][/data] free: 3gb[3%], all indices will be marked read-only\n"


def test_containers_of_two_logs_are_not_mixed() -> None:
    """`db-0` has no container `shipper`, whatever log lies beside its own."""
    refused = "ERROR dial tcp 10.0.0.4:9200: connect: connection refused\n"
    found = diagnose(make_case({"db-0.log": f"starting\n{FLOOD}", "shipper.log": refused * 5}), RULES)

    assert "data node db-1" in found.summary
    assert not [action.command for action in found.actions if "db-0" in action.command and "shipper" in action.command]


def test_journal_of_a_node_is_about_the_node() -> None:
    """No pod said it, so no pod is described or named."""
    line = "Nov 20 03:12:{:02d} worker-7 kubelet[1188]: E1120 03:12:44.551010 1188 log.go:32] {}\n"
    full = '"CreateContainer failed" err="mkdir /var/lib/containerd/snapshots/new-110: no space left on device"'
    found = diagnose(make_case({"journal.txt": "".join(line.format(second, full) for second in range(9))}), RULES)

    assert found.summary.startswith("Node worker-7 ran out of disk space")
    assert "kubectl describe node worker-7" in [action.command for action in found.actions]
    assert not [action.command for action in found.actions if " describe pod" in action.command]


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("Container api was killed", "container api was killed"),
        ("A pod is gone", "a pod is gone"),
        ("NetworkPolicy web restricts", "NetworkPolicy web restricts"),
        ("TLS fails", "TLS fails"),
        ("Node.js ran out", "Node.js ran out"),
    ],
)
def test_names_keep_their_capitals_inside_a_sentence(title: str, inside: str) -> None:
    assert lower_first(title) == inside


def test_what_kubelet_says_of_a_probe_names_no_dependency() -> None:
    """In a node's journal a refused probe is told like any other refused connection."""
    line = (
        "Nov 05 01:14:{:02} stor-3 kubelet[1801]: I1105 01:14:12.000221    1801 prober.go:107] "
        '"Probe failed" probeType="Readiness" pod="kafka/kafka-2" containerName="kafka" probeResult="failure" '
        'output="dial tcp 10.2.4.9:9092: connect: connection refused"\n'
    )

    found = diagnose(make_case({"journal.txt": "".join(line.format(second) for second in range(9))}), RULES)

    assert "dep-connection-refused" not in {cause.rule_id for cause in found.causes}


@pytest.mark.parametrize(("host", "is_own"), [("127.0.0.1", True), ("localhost", True), ("10.3.127.0", False)])
def test_a_refusal_at_the_pods_own_address_points_at_the_setting_that_names_the_other_host(
    host: str, *, is_own: bool
) -> None:
    log = f"FATAL store not reachable, giving up: dial tcp {host}:6379: connect: connection refused\n"

    cause = diagnose(make_case({"cart-previous.log": log}), RULES).causes[0]

    assert cause.title.endswith("nothing listens there")
    assert ("missing or misspelt" in cause.explanation) is is_own
