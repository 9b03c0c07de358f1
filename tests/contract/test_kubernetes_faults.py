"""An API server that fails in every way still leads to an answer in time, with the failure as a gap."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest

from fakes.kube_api import (
    Fault,
    KubeApi,
    LogKey,
    answer,
    endless,
    hang,
    hang_after,
    refuse,
    reset,
    trickle,
)
from incident_bot.evidence.kubernetes import connect
from incident_bot.evidence.kubernetes.source import MAX_ALL_LOGS_BYTES
from incident_bot.model import Alert, EvidenceKind, Gap, Incident, RawEvidence, Target

if TYPE_CHECKING:
    from incident_bot.evidence import Collected

POD = {
    "kind": "Pod",
    "apiVersion": "v1",
    "metadata": {"name": "api-0", "namespace": "shop", "uid": "u-1"},
    "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "app:1"}]},
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "app",
                "restartCount": 0,
                "ready": True,
                "state": {"running": {"startedAt": "2026-11-21T10:00:00Z"}},
            }
        ],
    },
}
NODE = {"kind": "Node", "apiVersion": "v1", "metadata": {"name": "n1", "uid": "u-2"}, "status": {}}
EVENT = {
    "kind": "Event",
    "apiVersion": "v1",
    "metadata": {"name": "api-0.1", "namespace": "shop", "uid": "u-3"},
    "involvedObject": {"kind": "Pod", "name": "api-0", "namespace": "shop", "uid": "u-1"},
    "type": "Normal",
    "reason": "Pulled",
    "message": "Container image already present on machine",
    "lastTimestamp": "2026-11-21T10:00:00Z",
    "count": 1,
}
POD_PATH = "/pods/api-0$"
EVENTS_PATH = "/namespaces/shop/events"
LOG_PATH = "/pods/api-0/log"
LINES = b"".join(b"line %d\n" % number for number in range(5000))


@pytest.fixture
def api() -> Iterator[KubeApi]:
    yield from KubeApi(objects=[POD, NODE, EVENT], logs={LogKey("api-0", "app"): LINES}).serve()


def collect(api: KubeApi, *, deadline_s: float = 20.0, log_bytes: int = 1_000_000, kubeconfig: str = "") -> Collected:
    source = connect(kubeconfig_data=kubeconfig or api.kubeconfig(), deadline_s=deadline_s, log_bytes=log_bytes)
    target = Target(namespace="shop", pod="api-0")
    try:
        return source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
    finally:
        source.close()


def gap_about(collected: Collected, words: str) -> Gap:
    found = [gap for gap in collected.gaps if words in f"{gap.what} {gap.reason}"]
    assert len(found) == 1, collected.gaps
    return found[0]


def log_of(collected: Collected) -> RawEvidence:
    (log,) = [item for item in collected.items if item.kind is EvidenceKind.LOG]
    return log


def test_nothing_fails_without_faults(api: KubeApi) -> None:
    """The ground that the other tests stand on."""
    collected = collect(api)

    assert collected.gaps == ()
    assert log_of(collected).text == LINES.decode()
    assert [item.name for item in collected.items] == ["pod.yaml", "events.txt", "logs-api-0-app.log", "node-n1.yaml"]


def test_events_without_a_uid_are_all_kept() -> None:
    """Nothing then tells two events apart, and losing one may lose the one that decides."""
    bare = {key: value for key, value in EVENT["metadata"].items() if key != "uid"}
    first = {**EVENT, "metadata": bare}
    second = {**EVENT, "metadata": {**bare, "name": "api-0.2"}, "reason": "DeadlineExceeded", "message": "too late"}
    for api in KubeApi(objects=[POD, NODE, first, second], logs={LogKey("api-0", "app"): LINES}).serve():
        (events,) = [item for item in collect(api).items if item.kind is EvidenceKind.EVENTS]

        assert "Pulled" in events.text
        assert "DeadlineExceeded" in events.text


def test_a_question_that_hangs_costs_only_itself(api: KubeApi) -> None:
    api.fail(EVENTS_PATH, hang)

    collected = collect(api, deadline_s=1.0)

    assert gap_about(collected, "events of pod api-0").kind == "timeout"
    assert log_of(collected).text == LINES.decode()


def test_everything_hanging_ends_at_the_deadline(api: KubeApi) -> None:
    api.fail("/", hang)
    started = time.monotonic()

    collected = collect(api, deadline_s=0.5)

    assert collected.items == ()
    assert {gap.kind for gap in collected.gaps} == {"timeout"}
    # Not a speed claim: the deadline is the behaviour, and the bound is ten times it.
    assert time.monotonic() - started < 5


def test_pods_that_could_not_be_listed_are_not_called_missing(api: KubeApi) -> None:
    """A refusal says nothing about what is there."""
    api.fail(POD_PATH, refuse(404, "not found"))
    api.fail(r"/namespaces/shop/pods\?", refuse(403, "no"))

    collected = collect(api)

    assert gap_about(collected, "list pods").kind == "forbidden"
    assert not [gap for gap in collected.gaps if "no pod" in gap.reason]


def test_a_log_that_stops_in_the_middle_is_kept_and_said_to_be_incomplete(api: KubeApi) -> None:
    api.fail(LOG_PATH, hang_after(LINES))

    collected = collect(api, deadline_s=2.0)

    assert log_of(collected).text == LINES.decode()
    assert log_of(collected).cut.startswith("the newest lines: ")
    assert gap_about(collected, "the newest lines of the log of container app").kind == "timeout"


def test_a_log_too_long_for_the_time_is_asked_for_again_shorter(api: KubeApi) -> None:
    api.fail(LOG_PATH, trickle(b"old line\n", 0.05), times=1)

    collected = collect(api, deadline_s=2.0)

    assert log_of(collected).text == LINES[-len(log_of(collected).text) :].decode()
    assert log_of(collected).text.count("\n") == 2000
    assert log_of(collected).cut == "older lines: only the newest 2,000 were read"


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (403, "forbidden", "not allowed to list events (403)"),
        (404, "not-found", "not found (404)"),
        (500, "invalid", "the API server answered 500: etcdserver: request timed out"),
        (503, "invalid", "the API server answered 503: etcdserver: request timed out"),
    ],
)
def test_a_refusal_is_a_gap_with_the_server_s_reason(api: KubeApi, status: int, kind: str, words: str) -> None:
    api.fail(EVENTS_PATH, refuse(status, "etcdserver: request timed out"))

    gap = gap_about(collect(api), "events of pod api-0")

    assert (gap.kind, gap.reason) == (kind, words)


def test_refused_credentials_are_one_gap_not_one_for_each_question(api: KubeApi) -> None:
    collected = collect(api, kubeconfig=api.kubeconfig(token="expired"))

    assert [gap.kind for gap in collected.gaps] == ["forbidden"]
    assert "401" in collected.gaps[0].reason
    assert "token" in collected.gaps[0].remedy


def test_a_passing_500_is_asked_again(api: KubeApi) -> None:
    api.fail(POD_PATH, refuse(500, "leader changed"), times=2)

    assert collect(api).gaps == ()


def test_throttling_is_waited_for_when_the_time_allows_it(api: KubeApi) -> None:
    api.fail(POD_PATH, refuse(429, "too many requests", {"Retry-After": "0"}), times=1)

    assert collect(api).gaps == ()


def test_throttling_beyond_the_deadline_is_a_gap_at_once(api: KubeApi) -> None:
    api.fail(EVENTS_PATH, refuse(429, "too many requests", {"Retry-After": "3600"}))

    assert "throttling (429)" in gap_about(collect(api), "events of pod api-0").reason
    assert sum(read.resource == "events" and read.namespace == "shop" for read in api.reads) == 1


@pytest.mark.parametrize(
    "body",
    [b"<html>gateway</html>", b"[]", b'"pod"', b"[" * 200_000, b"\xff\xfe", b""],
    ids=["html", "list", "text", "deep", "bytes", "empty"],
)
def test_garbage_in_place_of_a_pod_is_a_gap(api: KubeApi, body: bytes) -> None:
    api.fail(POD_PATH, answer(200, body))

    collected = collect(api)

    assert gap_about(collected, "pods api-0").kind == "invalid"
    assert any(item.kind is EvidenceKind.EVENTS for item in collected.items)


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None], {"a": 1}])
def test_an_object_of_odd_shape_never_raises(api: KubeApi, value: object) -> None:
    for name in ("metadata", "spec", "status"):
        api.objects[0] = {**POD, name: value if name != "metadata" else {**POD["metadata"], "labels": value}}
        api.objects[2] = {**EVENT, "series": value, "message": value, "metadata": {**EVENT["metadata"], "uid": value}}

        assert collect(api).target.namespace == "shop"


def test_an_answer_of_a_gigabyte_is_refused_and_not_held(api: KubeApi) -> None:
    api.fail(EVENTS_PATH, endless(b" " * 1_000_000, 1_000_000_000))

    assert "larger than 32 MiB" in gap_about(collect(api), "events of pod api-0").reason


def test_a_torn_connection_is_asked_again_and_then_a_gap(api: KubeApi) -> None:
    api.fail(EVENTS_PATH, reset)

    collected = collect(api)

    assert gap_about(collected, "events of pod api-0").reason == "the connection broke off"
    assert sum(read.resource == "events" and read.namespace == "shop" for read in api.reads) == 3
    assert log_of(collected).text == LINES.decode()


def test_a_server_that_speaks_no_tls_is_one_gap(api: KubeApi) -> None:
    collected = collect(api, kubeconfig=api.kubeconfig(server=f"https://127.0.0.1:{api.port}"))

    assert [gap.kind for gap in collected.gaps] == ["unreachable"]
    assert "TLS" in collected.gaps[0].reason


def test_a_closed_port_is_one_gap(api: KubeApi) -> None:
    collected = collect(api, kubeconfig=api.kubeconfig(server="https://127.0.0.1:1"))

    assert [gap.kind for gap in collected.gaps] == ["unreachable"]
    assert collected.gaps[0].remedy


def test_the_newest_bytes_of_a_huge_log_are_kept_in_bounded_memory(api: KubeApi) -> None:
    block = b"".join(b"2026-11-21T10:00:00Z INFO step %06d loss=0.1\n" % number for number in range(20_000))

    def stream() -> Iterable[bytes]:
        for _ in range(300_000_000 // len(block)):
            yield block
        yield b"FATAL the last line decides\n"

    api.logs[LogKey("api-0", "app")] = stream
    tracemalloc.start()

    collected = collect(api, log_bytes=8 * 1024 * 1024, deadline_s=120.0)

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    log = log_of(collected)
    assert log.text.endswith("FATAL the last line decides\n")
    assert log.text.startswith("2026-11-21T10:00:00Z INFO step ")
    assert len(log.text) <= 8 * 1024 * 1024
    assert log.cut.startswith("older lines: only the newest 8,388,608 of 299,")
    # Window, its join, its text, and the server's own block.
    assert peak_bytes < 40 * 1024 * 1024


def test_many_containers_share_one_budget(api: KubeApi) -> None:
    names = [f"worker-{number}" for number in range(16)]
    running = {"running": {"startedAt": "2026-11-21T10:00:00Z"}}
    api.objects[0] = {
        **POD,
        "spec": {"nodeName": "n1", "containers": [{"name": name} for name in names]},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": name, "restartCount": 0, "state": running} for name in names],
        },
    }
    block = b"0123456789abcdef" * 4095 + b"the end of a line\n"
    api.logs = {LogKey("api-0", name): lambda: (block for _ in range(64)) for name in names}

    collected = collect(api, log_bytes=8 * 1024 * 1024, deadline_s=120.0)

    logs = [item for item in collected.items if item.kind is EvidenceKind.LOG]
    assert [log.container for log in logs] == names
    assert all(log.text.endswith("the end of a line\n") and log.cut for log in logs)
    assert sum(len(log.text) for log in logs) <= MAX_ALL_LOGS_BYTES


def test_the_server_is_never_asked_to_limit_bytes(api: KubeApi) -> None:
    """With `limitBytes` a kubelet drops the newest lines, those of the crash."""
    collect(api, log_bytes=100)

    queries = [read.query for read in api.reads if read.resource == "pods/log"]
    assert queries
    assert all("limitBytes" not in query for query in queries)


def test_a_log_that_is_not_utf_8_is_read(api: KubeApi) -> None:
    api.logs[LogKey("api-0", "app")] = b"boot\nOOM \xff\xfe binary \x1b[31mred\n"

    assert log_of(collect(api)).text == "boot\nOOM \ufffd\ufffd binary \x1b[31mred\n"


@pytest.mark.parametrize(
    "text",
    [
        b"unable to retrieve container logs for containerd://0123456789abcdef",
        b'failed to try resolving symlinks in path "/var/log/pods/x/0.log": lstat: no such file or directory',
    ],
)
def test_what_a_kubelet_says_in_place_of_a_log_is_a_gap(api: KubeApi, text: bytes) -> None:
    api.logs[LogKey("api-0", "app")] = text

    collected = collect(api)

    assert not [item for item in collected.items if item.kind is EvidenceKind.LOG]
    assert gap_about(collected, "log of container app").reason == "the node no longer has this log"


def test_an_empty_log_is_a_gap(api: KubeApi) -> None:
    api.logs[LogKey("api-0", "app")] = b""

    assert "has written nothing" in gap_about(collect(api), "log of container app").reason


def test_no_events_is_a_gap_that_tells_how_long_they_live(api: KubeApi) -> None:
    api.objects.remove(EVENT)

    assert "one hour" in gap_about(collect(api), "events").reason


def test_a_list_is_read_page_by_page(api: KubeApi) -> None:
    more = [{**EVENT, "metadata": {**EVENT["metadata"], "uid": f"e-{n}"}, "message": f"number {n}"} for n in range(600)]
    api.objects += more

    events = next(item for item in collect(api).items if item.kind is EvidenceKind.EVENTS)

    assert events.text.count("number ") == 600


def test_a_name_that_would_leave_its_path_is_never_sent(api: KubeApi) -> None:
    source = connect(kubeconfig_data=api.kubeconfig())
    for target in (Target(namespace="shop", pod="../../nodes"), Target(namespace="..", pod="api-0")):
        collected = source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
        assert any(gap.kind == "invalid" for gap in collected.gaps)
    source.close()

    assert all(".." not in f"{read.namespace}{read.name}" for read in api.reads)


def test_faults_are_counted_down(api: KubeApi) -> None:
    """The fake's own promise: a fault with `times` ends."""
    api.faults.append(Fault(POD_PATH, refuse(500, "once"), times=1))

    collect(api)

    assert api.faults[0].times == 0


def test_of_several_pods_the_worst_is_read_and_the_choice_is_told(api: KubeApi) -> None:
    def replica(name: str, restarts: int, state: dict[str, object]) -> dict[str, object]:
        owner = {"kind": "StatefulSet", "name": "api", "apiVersion": "apps/v1", "controller": True}
        status = {"name": "app", "restartCount": restarts, "state": state}
        return {
            **POD,
            "metadata": {
                "name": name,
                "namespace": "shop",
                "uid": f"u-{name}",
                "labels": {"app": "api"},
                "ownerReferences": [owner],
            },
            "status": {"phase": "Running", "containerStatuses": [status]},
        }

    workload = {
        "kind": "StatefulSet",
        "metadata": {"name": "api", "namespace": "shop", "uid": "u-api"},
        "spec": {"selector": {"matchLabels": {"app": "api"}}},
    }
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    api.objects = [
        workload,
        replica("api-0", 0, {"running": {}}),
        replica("api-1", 7, waiting),
        replica("api-2", 2, waiting),
    ]
    source = connect(kubeconfig_data=api.kubeconfig())

    collected = source.collect(
        Incident(key="0" * 16, alert=Alert(name="A"), target=Target(namespace="shop", workload="api"))
    )

    source.close()
    assert collected.target.pod == "api-1"
    assert gap_about(collected, "names no pod").reason == "the alert names no pod; api-1 is read, the worst off of 3"
    assert [item.name for item in collected.items].count("pods.txt") == 1


def collect_target(api: KubeApi, target: Target) -> Collected:
    source = connect(kubeconfig_data=api.kubeconfig())
    try:
        return source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
    finally:
        source.close()


def test_an_alert_about_a_node_reads_the_node_and_its_events_only(api: KubeApi) -> None:
    about_node = {
        **EVENT,
        "metadata": {"name": "n1.1", "namespace": "default", "uid": "u-4"},
        "involvedObject": {"kind": "Node", "name": "n1", "uid": "n1"},
        "reason": "NodeNotReady",
    }
    api.objects.append(about_node)

    collected = collect_target(api, Target(node="n1"))

    assert [item.name for item in collected.items] == ["events.txt", "node-n1.yaml"]
    assert "NodeNotReady" in collected.items[0].text
    assert collected.gaps == ()


def test_an_alert_about_nothing_asks_nothing(api: KubeApi) -> None:
    collected = collect_target(api, Target(cluster="prod"))

    assert [gap.kind for gap in collected.gaps] == ["invalid"]
    assert api.reads == []


def test_a_pod_without_a_namespace_is_looked_for_where_kubectl_would(api: KubeApi) -> None:
    collected = collect_target(api, Target(pod="api-0"))

    assert collected.target.namespace == "default"
    assert {read.namespace for read in api.reads} == {"default"}


def test_a_server_that_accepts_and_never_speaks_ends_at_the_deadline(api: KubeApi) -> None:
    """A TLS handshake that hangs, as behind a firewall that lets connections be opened."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        source = connect(kubeconfig_data=api.kubeconfig(server=f"https://127.0.0.1:{port}"), deadline_s=0.5)

        collected = source.collect(
            Incident(key="0" * 16, alert=Alert(name="A"), target=Target(namespace="shop", pod="api-0"))
        )

        source.close()
    assert collected.items == ()
    assert {gap.kind for gap in collected.gaps} <= {"timeout", "unreachable"}
    assert collected.gaps
