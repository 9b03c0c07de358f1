"""The collector keeps what a diagnosis needs and nothing that could be a secret."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from fakes.kubectl_text import read_text, recorded
from incident_bot.kubectl import recognise
from incident_bot.kubectl.projection import project_object
from incident_bot.model import EvidenceKind


def pod_body() -> dict[str, Any]:
    items = json.loads(recorded("pods.json"))["items"]
    found: dict[str, Any] = next(item for item in items if item["metadata"]["name"] == "api-7d9f8c6b5-x2k4q")
    return found


SECRET = "hunter" + "2-hunter" + "2"


def hidden_in(body: dict[str, Any], *path: str | int) -> dict[str, Any]:
    """A copy of a body with a secret at a path."""
    changed = copy.deepcopy(body)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = SECRET
    return changed


@pytest.mark.parametrize(
    "path",
    [
        ("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
        ("metadata", "annotations", "note.example/long"),
        ("metadata", "managedFields"),
        ("spec", "containers", 0, "env", 0, "value"),
        ("spec", "containers", 0, "args"),
        ("spec", "containers", 0, "lifecycle"),
        ("spec", "containers", 0, "livenessProbe", "httpGet", "httpHeaders"),
        ("spec", "volumes", 0, "persistentVolumeClaim", "unknown"),
        ("spec", "hostAliases"),
        ("spec", "dnsConfig"),
        ("status", "unknown"),
    ],
)
def test_what_is_not_on_the_list_stays_behind(path: tuple[str | int, ...]) -> None:
    text = project_object("Pod", hidden_in(pod_body(), *path))

    assert SECRET not in text


def test_command_lines_and_queries_are_cut_to_what_names_the_program() -> None:
    body = pod_body()
    body["spec"]["containers"][0] |= {
        "command": ["python", "-m", "serve", f"--token={SECRET}"],
        "readinessProbe": {"exec": {"command": ["curl", SECRET]}},
        "livenessProbe": {"httpGet": {"path": f"/live?key={SECRET}", "port": 80}},
    }
    container = yaml.safe_load(project_object("Pod", body))["spec"]["containers"][0]

    assert ["python"] == container["command"]
    assert {"exec": {"command": ["curl"]}} == container["readinessProbe"]
    assert "/live" == container["livenessProbe"]["httpGet"]["path"]


def test_variables_keep_their_names_and_where_values_come_from() -> None:
    container = yaml.safe_load(project_object("Pod", pod_body()))["spec"]["containers"][0]

    assert [{"name": "PW", "valueFrom": {"secretKeyRef": {"key": "password", "name": "db"}}}] == container["env"]


def test_read_gives_the_projected_object_back_with_a_line_for_every_fact() -> None:
    text = project_object("Pod", pod_body())
    item = read_text(text).objects[0]
    line = text.split("\n")[item.line_of("status.containerStatuses[server].lastState.terminated.reason") - 1]

    assert EvidenceKind.OBJECT is recognise("pod.yaml", text)
    assert yaml.safe_load(text) == dict(item.body)
    assert "reason: OOMKilled" == line.strip()
    for field in ("phase", "conditions", "containerStatuses", "initContainerStatuses"):
        assert pod_body()["status"][field] == item.body["status"][field]


def test_a_message_with_line_breaks_survives_there_and_back() -> None:
    message = read_text(project_object("Pod", pod_body())).objects[0].body["status"]["containerStatuses"]
    server = next(item for item in message if item["name"] == "server")

    assert (
        'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\nValueError: bad: thing\n'
        == (server["lastState"]["terminated"]["message"])
    )


def test_values_of_the_client_are_written_as_the_api_writes_them() -> None:
    """The Python client hands out datetimes, and None for what is not set."""
    body = {
        "metadata": {"name": "a", "creationTimestamp": datetime(2026, 11, 20, 8, tzinfo=UTC), "labels": None},
        "spec": None,
    }

    assert {"name": "a", "creationTimestamp": "2026-11-20T08:00:00Z"} == read_text(project_object("Pod", body)).objects[
        0
    ].body["metadata"]


@pytest.mark.parametrize(
    ("kind", "body", "kept", "lost"),
    [
        (
            "Deployment",
            {"metadata": {"name": "a", "annotations": {"deployment.kubernetes.io/revision": "3"}},
             "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "c", "image": "i", "args": [SECRET]}]}}},
             "status": {"conditions": [{"type": "Progressing", "status": "False"}], "unavailableReplicas": 2}},
            ["deployment.kubernetes.io/revision: '3'", "replicas: 2", "unavailableReplicas: 2", "image: i"], SECRET,
        ),
        (
            "CronJob",
            {"metadata": {"name": "a"}, "spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"backoffLimit": 1}}}},
            ["schedule: '* * * * *'", "backoffLimit: 1"], SECRET,
        ),
        (
            "Node",
            {"metadata": {"name": "n", "labels": {"owner": SECRET, "topology.kubernetes.io/zone": "z"}},
             "spec": {"taints": [{"key": "gpu", "effect": "NoSchedule"}], "providerID": SECRET},
             "status": {"allocatable": {"nvidia.com/gpu": "1"}, "images": [{"names": [SECRET]}], "addresses": [SECRET]}},
            ["topology.kubernetes.io/zone: z", "nvidia.com/gpu: '1'", "key: gpu"], SECRET,
        ),
        (
            "PersistentVolumeClaim",
            {"metadata": {"name": "a"}, "spec": {"storageClassName": "fast", "selector": SECRET}, "status": {"phase": "Pending"}},
            ["storageClassName: fast", "phase: Pending"], SECRET,
        ),
    ],
)  # fmt: skip
def test_every_kind_has_its_list(kind: str, body: dict[str, Any], kept: list[str], lost: str) -> None:
    text = project_object(kind, body)

    assert [] == [line for line in kept if line not in text]
    assert lost not in text
    assert [(kind, body["metadata"]["name"])] == [(item.kind, item.name) for item in read_text(text).objects]
