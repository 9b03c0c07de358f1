"""Events from every layout, and the collector's own table there and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.kubectl_text import POD_1_20, evidence_of, read_text, recorded
from incident_bot.kubectl import KubeEvent, format_events, read
from incident_bot.model import EvidenceKind

BACK_OFF = "Back-off restarting failed container server in pod api-7d9f8c6b5-x2k4q_ml(uid)"
PROBE = 'Liveness probe failed: Get "http://10.1.0.7:8080/live":  dial tcp   refused'


@pytest.mark.parametrize(
    ("name", "count", "container"),
    [
        ("events.txt", 1, "server"),
        ("events-wide.txt", 12, "server"),
        ("events-custom.txt", 1, "server"),
        ("events-without-headers.txt", 1, "server"),
        ("events-all-namespaces.txt", 1, "server"),
        ("kubectl-events.txt", 12, "server"),
        ("describe-pod.txt", 12, "server"),
        ("events.yaml", 12, "server"),
        ("events.json", 12, "server"),
    ],
)
def test_the_same_event_is_read_from_every_layout(name: str, count: int, container: str) -> None:
    text = recorded(name)
    found = [event for event in read_text(text).events if event.reason == "BackOff"]

    assert [("Warning", "Pod", "api-7d9f8c6b5-x2k4q", "ml", container, count, BACK_OFF)] == [
        (event.type, event.kind, event.name, event.namespace, event.container, event.count, event.message)
        for event in found
    ]
    assert BACK_OFF in text.split("\n")[found[0].line - 1]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("events.txt", f"{PROBE}..."),
        ("events-wide.txt", f"{PROBE}..."),
        ("events-custom.txt", f"{PROBE}\nsecond line"),
        ("kubectl-events.txt", f"{PROBE}\nsecond line"),
        ("describe-pod.txt", f"{PROBE}\nsecond line"),
        ("events.json", f"{PROBE}\nsecond line"),
    ],
)
def test_double_spaces_and_line_breaks_stay_in_the_message(name: str, message: str) -> None:
    assert [message] == [event.message for event in read_text(recorded(name)).events if event.reason == "Unhealthy"]


def test_rows_after_a_message_with_line_breaks_are_read_although_kubectl_aligns_them_anew() -> None:
    reasons = [event.reason for event in read_text(recorded("kubectl-events.txt")).events]

    assert ["Scheduled", "Unhealthy", "BackOff", "ProvisioningFailed", "FailedScheduling"] == reasons


def test_ages_are_seconds_and_dates_are_utc() -> None:
    table = {event.reason: event for event in read_text(recorded("kubectl-events.txt")).events}
    dated = {event.reason: event for event in read_text(recorded("events-custom.txt")).events}

    assert (13.0, None) == (table["BackOff"].age_s, table["BackOff"].last_at)
    assert (None, datetime(2026, 11, 21, 10, 56, 52, tzinfo=UTC)) == (dated["BackOff"].age_s, dated["BackOff"].last_at)
    assert (None, None) == (dated["Scheduled"].age_s, dated["Scheduled"].last_at)


def test_an_event_of_a_node_has_no_namespace() -> None:
    found = next(event for event in read_text(recorded("events-all-namespaces.txt")).events if event.kind == "Node")

    assert ("node-a", "") == (found.name, found.namespace)


def test_old_descriptions_name_the_node_beside_the_kubelet() -> None:
    scheduled, unhealthy, killing = read_text(POD_1_20).events

    assert (None, 1) == (scheduled.age_s, scheduled.count)
    assert ("kubelet", 300.0, 31) == (unhealthy.source, unhealthy.age_s, unhealthy.count)
    assert ("Killing", 290.0, "Pod", "ranker-7f9c6d5b8-q7w2z", "search") == (
        killing.reason, killing.age_s, killing.kind, killing.name, killing.namespace
    )  # fmt: skip


@pytest.mark.parametrize(
    ("message", "container"),
    [
        ("Created container server", "server"),
        ("Created container: server", "server"),
        ("Started container server", "server"),
        ("Stopping container server", "server"),
        ("Container server failed liveness probe, will be restarted", "server"),
        ("Back-off restarting failed container", ""),
        ("Back-off restarting failed container server in pod web-1_shop(0a1b-2c)", "server"),
        ("Container created", ""),
        ("Started container runtime in 5s", ""),
    ],
)
def test_a_table_names_the_container_only_in_its_message(message: str, container: str) -> None:
    """`get events` has no column for it, and no release words it alike."""
    table = f"LAST SEEN   TYPE     REASON   OBJECT      MESSAGE\n5s          Normal   X        pod/web-1   {message}\n"

    assert [container] == [event.container for event in read_text(table).events]


def event_json(**fields: object) -> str:
    body = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "n"}, "reason": "X", **fields}
    return json.dumps({"apiVersion": "v1", "kind": "EventList", "items": [body]}, indent=1)


@pytest.mark.parametrize(
    ("fields", "first", "last", "count"),
    [
        pytest.param(
            {"firstTimestamp": "2026-11-20T08:00:00Z", "lastTimestamp": "2026-11-20T08:10:00Z", "count": 4}, 0, 10, 4,
            id="written by the old API",
        ),
        pytest.param(
            {"firstTimestamp": None, "lastTimestamp": None, "count": None, "eventTime": "2026-11-20T08:01:00.000000Z",
             "series": {"count": 9, "lastObservedTime": "2026-11-20T08:20:00.000000Z"}}, 1, 20, 9,
            id="written by the new API: nulls, a series",
        ),
        pytest.param({"eventTime": "2026-11-20T08:03:00.000000Z"}, 3, 3, 1, id="only eventTime, as the scheduler writes"),
        pytest.param(
            {"deprecatedFirstTimestamp": "2026-11-20T08:00:00Z", "deprecatedLastTimestamp": "2026-11-20T08:30:00Z",
             "deprecatedCount": 7, "note": "m", "regarding": {"kind": "Pod", "name": "p"}}, 0, 30, 7,
            id="read through events.k8s.io",
        ),
        pytest.param(
            {"metadata": {"name": "e", "creationTimestamp": "2026-11-20T08:05:00Z"}}, 5, 5, 1, id="no time but its creation"
        ),
    ],
)  # fmt: skip
def test_the_last_time_is_the_newest_of_all_fields(
    fields: dict[str, object], first: int, last: int, count: int
) -> None:
    event = read_text(event_json(**fields)).events[0]

    assert (first, last, count) == (event.first_at.minute, event.last_at.minute, event.count)  # type: ignore[union-attr]


def test_the_new_shape_of_an_event_is_read_like_the_old() -> None:
    event = read_text(
        event_json(note="m", type="Warning", reportingController="kubelet",
                   regarding={"kind": "Pod", "name": "p", "namespace": "n", "fieldPath": "spec.initContainers{init}"})
    ).events[0]  # fmt: skip

    assert ("m", "Pod", "p", "n", "init", "kubelet") == (
        event.message, event.kind, event.name, event.namespace, event.container, event.source
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\n",
        "LAST SEEN   TYPE      REASON           OBJECT    MESSAGE\nnot a row at all\n",
        "No resources found in ml namespace.\n",
        "Events:  <none>\n",
    ],
)
def test_tables_without_rows_have_no_events(text: str) -> None:
    assert () == read_text(text, EvidenceKind.EVENTS).events


@pytest.mark.parametrize("kind", [EvidenceKind.LOG, EvidenceKind.NOTE, EvidenceKind.ALERT])
def test_a_table_that_a_log_or_a_person_quotes_states_nothing(kind: EvidenceKind) -> None:
    quoted = evidence_of(recorded("events.txt") + recorded("describe-pod.txt"), kind)

    assert ((), ()) == (read(quoted).objects, read(quoted).events)


def test_rows_whose_width_redaction_changed_are_still_split() -> None:
    """A placeholder in the middle column moves the columns after it."""
    text = recorded("events-wide.txt").replace("http://10.1.0.7:8080/live", "[REDACTED:url:0123ab]")
    event = next(event for event in read_text(text).events if event.reason == "Unhealthy")

    assert (3, "kubelet") == (event.count, event.source)
    assert "[REDACTED:url:0123ab]" in event.message


NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True)
TIMES = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
MESSAGES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=80).map(str.strip)
EVENTS = st.builds(
    KubeEvent, evidence_id=st.just("E1"), line=st.just(0), type=st.sampled_from(["Normal", "Warning"]),
    reason=st.sampled_from(["BackOff", "FailedScheduling", "Unhealthy"]),
    message=st.lists(MESSAGES.filter(lambda text: text not in ("<none>", "") and "\u2424" not in text), min_size=1, max_size=3).map("\n".join),
    kind=st.sampled_from(["Pod", "ReplicaSet", "PersistentVolumeClaim", "InferenceService"]), name=NAMES, namespace=NAMES,
    container=st.just("") | NAMES, source=st.sampled_from(["", "kubelet", "default-scheduler"]),
    count=st.integers(1, 999_999_999), first_at=TIMES, last_at=TIMES, age_s=st.none(),
)  # fmt: skip


@given(st.lists(EVENTS, min_size=1, max_size=6))
def test_the_collectors_table_gives_back_every_event(events: list[KubeEvent]) -> None:
    """Whatever the message holds: double spaces, line breaks, headers, other scripts."""
    found = read_text(format_events(events), EvidenceKind.EVENTS).events

    def fields(event: KubeEvent) -> tuple[object, ...]:
        return (event.type, event.reason, event.message, event.kind, event.name, event.namespace, event.container, event.source,
                event.count, event.first_at, event.last_at)  # fmt: skip

    assert [fields(event) for event in events] == [fields(event) for event in found]
    assert list(range(2, len(events) + 2)) == [event.line for event in found]


def test_rows_cut_out_of_a_description_are_events_of_what_their_component_reports_about() -> None:
    text = (
        "  Warning  Unhealthy     10s (x88 over 15m)  kubelet                Readiness probe failed: HTTP probe failed with statuscode: 503\n"
        '  Warning  FailedCreate  4m (x3 over 5m)     replicaset-controller  Error creating: pods "till-7d" is forbidden\n'
    )
    events = read_text(text).events
    assert [(event.kind, event.name, event.count, event.age_s) for event in events] == [
        ("Pod", "", 88, 10.0),
        ("ReplicaSet", "", 3, 240.0),
    ]


def test_a_sentence_with_a_warning_in_it_is_no_event() -> None:
    assert not read_text("  Warning  we saw this once  and it went away\n").events
