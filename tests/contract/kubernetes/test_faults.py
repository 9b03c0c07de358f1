"""Whatever an API server or the network does, collecting ends in time and says what it could not get."""

from __future__ import annotations

import socket
import time

import pytest

from fakes.kube_api import (
    Fault,
    KubeApi,
    LogKey,
    answer,
    endless,
    hang,
    refuse,
    reset,
)
from fakes.kube_collection import (
    EVENT,
    EVENTS_PATH,
    LINES,
    NODE,
    POD,
    POD_PATH,
    collect,
    gap_about,
    log_of,
)
from incident_bot.config import EvidenceConfig
from incident_bot.evidence.kubernetes import connect
from incident_bot.model import Alert, EvidenceKind, Incident, Target


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
    with KubeApi(objects=[POD, NODE, first, second], logs={LogKey("api-0", "app"): LINES}).serve() as api:
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


def test_a_server_that_accepts_and_never_speaks_ends_at_the_deadline(api: KubeApi) -> None:
    """A TLS handshake that hangs, as behind a firewall that lets connections be opened."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        source = connect(
            EvidenceConfig(deadline_s=0.5), kubeconfig_data=api.kubeconfig(server=f"https://127.0.0.1:{port}")
        )

        collected = source.collect(
            Incident(key="0" * 16, alert=Alert(name="A"), target=Target(namespace="shop", pod="api-0"))
        )

        source.close()
    assert collected.items == ()
    assert {gap.kind for gap in collected.gaps} <= {"timeout", "unreachable"}
    assert collected.gaps
