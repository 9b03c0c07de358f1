"""YAML and JSON keep the line of every path, and what comes before an error."""

from __future__ import annotations

import json

import pytest

from fakes.kubectl_text import evidence_of, read_text, recorded
from incident_bot.kubectl import read, recognise
from incident_bot.kubectl.documents import MAX_DEPTH, plain_of, read_json, read_yaml
from incident_bot.model import EvidenceKind

OBJECT = EvidenceKind.OBJECT
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web-1
  namespace: shop
spec:
  containers:
  - name: server
    resources:
      limits:
        memory: 2Gi
        nvidia.com/gpu: 1
status:
  conditions:
  - type: Ready
    status: "False"
    message: |
      first line
      second line
  containerStatuses:
  - name: server
    restartCount: 4
    lastState:
      terminated: {exitCode: 137, reason: OOMKilled}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 1),
        ("metadata.name", 4),
        ("spec.containers[server]", 8),
        ("spec.containers[server].resources.limits.memory", 11),
        ("spec.containers[server].resources.limits.nvidia.com/gpu", 12),
        ("status.conditions[Ready].status", 16),
        ("status.conditions[Ready].message", 18),
        ("status.containerStatuses[server].restartCount", 22),
        ("status.containerStatuses[server].lastState.terminated.reason", 24),
        ("status.containerStatuses[server].state.waiting.reason", 21),
        ("status.containerStatuses[absent].ready", 20),
        ("nothing.like.this", 1),
    ],
)
def test_a_path_of_yaml_leads_to_its_line_or_its_nearest_ancestors(path: str, line: int) -> None:
    assert line == read_text(POD).objects[0].line_of(path)


def test_a_json_list_gives_the_lines_of_the_file() -> None:
    """Every quoted line holds the value that its path names."""
    text = recorded("pods.json")
    lines = text.split("\n")
    pod = next(item for item in read_text(text).objects if item.name == "api-7d9f8c6b5-x2k4q")

    assert "OOMKilled" in lines[pod.line_of("status.containerStatuses[server].lastState.terminated.reason") - 1]
    assert '"2Gi"' in lines[pod.line_of("spec.containers[server].resources.limits.memory") - 1]
    assert '"name": "api-7d9f8c6b5-x2k4q"' in lines[pod.line_of("metadata.name") - 1]


def test_json_and_yaml_of_the_same_pod_are_the_same_object() -> None:
    from_yaml = read_text(recorded("pod.yaml")).objects[0]
    from_json = next(item for item in read_text(recorded("pods.json")).objects if item.name == from_yaml.name)

    assert from_json.body["status"] == from_yaml.body["status"]
    assert from_json.body["spec"] == from_yaml.body["spec"]


def test_the_whole_body_is_what_a_json_parser_gives() -> None:
    expected = {item["metadata"]["name"]: item for item in json.loads(recorded("pods.json"))["items"]}

    assert expected == {item.name: dict(item.body) for item in read_text(recorded("pods.json")).objects}


def test_a_document_that_was_cut_keeps_what_came_before() -> None:
    whole = recorded("pods.json")
    cut = whole[: whole.index('"name": "waiting"')]

    assert ["api-7d9f8c6b5-x2k4q", "evicted", "gone"] == [item.name for item in read_text(cut).objects]
    assert 4 == read_text(POD[:-40] + "\n  }{").objects[0].body["status"]["containerStatuses"][0]["restartCount"]


def test_documents_and_lists_in_a_row_are_all_read() -> None:
    listed = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: b\nkind: List\n"
    found = read_text(f"{POD}---\n{POD.replace('web-1', 'web-2')}---\n{listed}").objects

    assert [("web-1", 4), ("web-2", 29), ("b", 56)] == [(item.name, item.line_of("metadata.name")) for item in found]


def test_members_of_a_list_take_the_kind_of_the_list() -> None:
    """The API leaves `kind` out of list items."""
    body = {"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "a", "namespace": "n"}}]}

    assert [("Pod", "a", "n")] == [
        (item.kind, item.name, item.namespace) for item in read_text(json.dumps(body, indent=1)).objects
    ]


def test_of_managed_fields_only_who_and_when_is_read() -> None:
    managed = [{"manager": "kubectl-edit", "fieldsV1": {"f:data": {"f:HOST": {}}}, "time": "2026-03-03T09:00:00Z"}]
    body = {"kind": "Pod", "apiVersion": "v1", "metadata": {"managedFields": managed, "name": "a"}, "status": {}}
    found = read_text(json.dumps(body, indent=1)).objects[0]

    assert {"name": "a", "managedFields": [{"manager": "kubectl-edit", "time": "2026-03-03T09:00:00Z"}]} == found.body[
        "metadata"
    ]
    assert {} == found.body["status"]


def test_placeholders_of_redaction_do_not_break_the_yaml() -> None:
    text = POD.replace("2Gi", "[REDACTED:token:0123ab] and more").replace("OOMKilled", "[REDACTED:aws-key:abcdef]")
    found = read_text(text).objects[0]

    assert "[REDACTED:token:0123ab] and more" == found.body["spec"]["containers"][0]["resources"]["limits"]["memory"]
    assert (
        "[REDACTED:aws-key:abcdef]" == found.body["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"]
    )


def test_placeholders_outside_of_json_strings_are_values() -> None:
    assert [{"a": "[REDACTED:pin:00ff]", "b": [1]}] == [
        plain_of(node) for node in read_json('{"a": [REDACTED:pin:00ff], "b": [1]}')
    ]


@pytest.mark.parametrize("separator", ["\r", "\x85", "\u2028", "\x0b", "\x00", "\x1b[0m"])
def test_characters_that_yaml_takes_for_line_ends_do_not_shift_lines(separator: str) -> None:
    text = POD.replace("web-1", f"web-1 #{separator}")

    assert 16 == read_text(text).objects[0].line_of("status.conditions[Ready].status")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: 012", {"a": "012"}),
        ("a: 1e3", {"a": "1e3"}),
        ("a: 2026-11-20", {"a": "2026-11-20"}),
        ("a: 12", {"a": 12}),
        ("a: -1.5", {"a": -1.5}),
        ('a: "12"', {"a": "12"}),
        ("a: true", {"a": True}),
        ("a:", {"a": None}),
        ("a: 999999999999999999999999", {"a": "999999999999999999999999"}),
    ],
)
def test_yaml_scalars_are_what_kubectl_meant(text: str, value: object) -> None:
    assert [value] == [plain_of(node) for node in read_yaml(text)]


def test_aliases_cannot_blow_a_document_up() -> None:
    """Ten thousand nested aliases of containers are left out, not expanded; scalars are repeated."""
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 10_000))
    root = read_yaml(bomb + "b: &b y\nc: *b\n")[0].value

    assert [None, None] == [node.value for node in root["a9999"].value]
    assert "y" == root["c"].value


def test_nesting_is_bounded() -> None:
    deep = '{"a":' * 10_000 + "1" + "}" * 10_000
    value, depth = plain_of(read_json(deep)[0]), 0
    while isinstance(value, dict) and value:
        value, depth = value["a"] or None, depth + 1

    assert depth <= MAX_DEPTH


def test_an_object_with_its_keys_in_another_order_is_found_all_the_same() -> None:
    body = {
        "status": {"phase": "Running"},
        "metadata": {"name": "a"},
        "x": list(range(30)),
        "kind": "Pod",
        "apiVersion": "v1",
    }
    text = json.dumps(body, indent=1)

    assert OBJECT is recognise("a.json", text)
    assert ["a"] == [item.name for item in read(evidence_of(text)).objects]


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "3", '"x"', "- a\n- b\n", "kind: Pod\n", "apiVersion: v1\n"])
def test_documents_that_are_no_objects_give_nothing(text: str) -> None:
    assert () == read_text(text, OBJECT).objects
