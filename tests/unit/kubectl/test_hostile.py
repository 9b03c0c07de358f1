"""Nothing that a file may hold makes the room raise or hang."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.kubectl_text import POD_1_20, evidence_of, recorded
from incident_bot.kubectl import (
    containers_by_pod,
    explain_no_output,
    infer_target,
    read,
    read_log_origin,
    recognise,
    split_transcript,
)
from incident_bot.kubectl.projection import project_object
from incident_bot.model import EvidenceKind

PIECES = [
    "Name:  x", "Namespace:  y", "Events:", "  Type  Reason  Age  From  Message", "  Warning  BackOff  5m  kubelet  m",
    "    Message:  a", "      Exit Code:  1", "Containers:", "  c:", "    State:  Terminated", "Conditions:", "Type  Status",
    "LAST SEEN   TYPE   REASON   OBJECT   MESSAGE", "5m   Warning   BackOff   pod/x   m", "NAME   READY   STATUS   RESTARTS   AGE",
    "web   0/1   Error   3   5m", "apiVersion: v1", "kind: Pod", "metadata:", "  name: a", "items:", "- apiVersion: v1", "---",
    "{", "}", "[", "]", '"kind": "Pod",', '"apiVersion": "v1",', '"metadata": {"name": "a"}', "$ kubectl get pods", "=== pods ===",
    "", " ", "\t", "\r", "\x00", "\ud800", "\u2028", "[REDACTED:token:0123ab]", "&a [*a]", "!!python/object:x", "- ? :", "x: |", "💥" * 3,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=40).map("\n".join)


def exercise(text: str, name: str = "a.txt") -> None:
    """Every door, with every kind that somebody may have given the text."""
    recognise(name, text)
    explain_no_output(text)
    split_transcript(name, text.split("\n"))
    for kind in EvidenceKind:
        reading = read(evidence_of(text, kind))
        infer_target([reading])
        read_log_origin(name, text, containers_by_pod([reading]))
        last = text.count("\n") + 1
        assert all(1 <= line <= last for item in reading.objects for line in item.lines.values())
        assert all(1 <= event.line <= last for event in reading.events)


@given(TEXTS, st.text(max_size=20))
def test_any_mixture_of_outputs_is_read_without_raising(text: str, name: str) -> None:
    exercise(text, name)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["describe-pod.txt", "events-wide.txt", "pods.txt", "pod.yaml", "describe-node.txt"]), st.data())
def test_output_with_lines_lost_doubled_or_cut_is_read_without_raising(name: str, data: st.DataObject) -> None:
    lines = recorded(name).split("\n")
    chosen = data.draw(st.lists(st.sampled_from(lines), max_size=60))
    width = data.draw(st.integers(1, 80))

    exercise("\n".join(line[:width] for line in chosen))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["kind", "apiVersion", "metadata", "name", "items", "status", "spec", "containers",
                                         "containerStatuses", "state", "conditions", "env", "type", "annotations"]), inner),
                    max_leaves=25))  # fmt: skip
def test_objects_of_wrong_types_are_read_and_projected_without_raising(body: object) -> None:
    exercise(json.dumps(body, indent=1))
    if isinstance(body, dict):
        for kind in ("Pod", "Node", "Deployment", "CronJob", "PersistentVolumeClaim", "Foo"):
            project_object(kind, body)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\r" * 300_000, id="carriage returns"),
        pytest.param(" " * 300_000 + "x", id="spaces"),
        pytest.param("[" * 300_000, id="brackets"),
        pytest.param('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"' + '\\"' * 200_000, id="an open string"),
        pytest.param('{"kind":"Pod","metadata":' + '{"a":' * 60_000, id="deep JSON"),
        pytest.param("apiVersion: v1\nkind: Pod\na: " + "{a: " * 60_000, id="deep YAML"),
        pytest.param("apiVersion: v1\nkind: Pod\n---\n" * 10_000, id="many documents"),
        pytest.param("Name:  x\nNamespace:  y\n" * 10_000, id="many descriptions"),
        pytest.param("Name:  x\nNamespace:  y\n" + "      Message:  m\n" * 20_000, id="many open messages"),
        pytest.param("Name:  x\nNamespace:  y\n" + ": " * 150_000, id="colons"),
        pytest.param("NAME   READY   STATUS   RESTARTS   AGE\n" * 10_000, id="many headers"),
        pytest.param("A  " * 100_000, id="a wide header"),
        pytest.param("5m   Normal   " + "a" * 300_000, id="a long reason"),
        pytest.param("$ kubectl get pods\n" * 20_000, id="many prompts"),
        pytest.param("x $ " * 50_000, id="a line of prompts"),
        pytest.param("=" * 300_000 + "\n", id="a banner"),
        pytest.param("a-" * 150_000, id="a name"),
    ],
)
def test_work_grows_with_the_text_and_not_with_its_square(text: str) -> None:
    """Each of these takes minutes where a scan starts again at every character."""
    recognise("a.txt", text)
    explain_no_output(text)
    split_transcript("a.txt", text.split("\n"))
    read_log_origin(text[:5_000], text)
    for kind in (EvidenceKind.OBJECT, EvidenceKind.DESCRIBE):
        read(evidence_of(text, kind))


def test_a_description_without_its_middle_is_read_as_far_as_it_goes() -> None:
    lines = POD_1_20.split("\n")
    pod = read(evidence_of("\n".join(lines[:10] + lines[30:]))).objects[0]

    assert "Running" == pod.body["status"]["phase"]
