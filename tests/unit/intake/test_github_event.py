"""GitHub's event files: inputs, client payloads in every documented shape, nonsense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incident_bot.errors import UsageError
from incident_bot.intake import read_github_event, read_incidents, read_webhook
from incident_bot.model import AlertStatus, Severity, Target

PAYLOADS = Path(__file__).parent / "payloads"
WEBHOOK = {
    "version": "4",
    "status": "firing",
    "alerts": [{"labels": {"alertname": "A", "namespace": "ml", "pod": "api-0"}}],
}
INPUTS = {
    "alert_name": "ModelPodOOMKilled",
    "pod_name": "api-0",
    "namespace": "ml",
    "severity": "critical",
    "cluster": "prod",
    "container": "server",
    "workload": "",
    "dry_run": "true",
}


@pytest.mark.parametrize("event", ["workflow_dispatch", "workflow_call"])
def test_inputs_become_an_incident(event: str) -> None:
    (incident,) = read_github_event(event, {"inputs": INPUTS, "ref": "refs/heads/main"})

    assert incident.alert.name == "ModelPodOOMKilled"
    assert incident.alert.severity is Severity.CRITICAL
    assert incident.target == Target(cluster="prod", namespace="ml", pod="api-0", container="server")


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"incident": {"schema_version": 1, **WEBHOOK}}, id="ours with alerts"),
        pytest.param(
            {"incident": {"schema_version": 1, "alert_name": "A", "namespace": "ml", "pod": "api-0"}}, id="ours flat"
        ),
        pytest.param({"alertmanager": WEBHOOK}, id="under one key"),
        pytest.param({"alertmanager": json.dumps(WEBHOOK)}, id="as JSON text"),
        pytest.param({"alertmanager": {"alerts": json.dumps(WEBHOOK["alerts"])}}, id="template with toJson"),
        pytest.param(WEBHOOK, id="the body itself"),
        pytest.param({"alert_name": "A", "namespace": "ml", "pod_name": "api-0"}, id="flat"),
    ],
)
def test_every_client_payload_shape_is_the_same_incident(payload: dict[str, Any]) -> None:
    event = {"action": "alert", "client_payload": payload}

    (incident,) = read_github_event("repository_dispatch", event)

    assert incident.key == read_webhook(WEBHOOK)[0].key
    assert read_incidents(event, event_name="repository_dispatch") == (incident,)


def test_what_alertmanager_0_34_really_sends_without_a_receiver() -> None:
    """Its own notifier rendered alerts/alertmanager.direct.yaml; awkward labels came through its YAML pass."""
    sent = json.loads((PAYLOADS / "direct_from_alertmanager_0_34.json").read_text(encoding="utf-8"))

    (incident,) = read_github_event("repository_dispatch", {"action": sent["event_type"], **sent})

    assert incident.target == Target(namespace="ml", pod="sentiment-d57bd79dd-c4lbc", container="server")
    assert incident.alert.status is AlertStatus.FIRING
    assert [other.status for other in incident.also] == [AlertStatus.RESOLVED]
    assert incident.alert.labels["shard"] == "007"
    assert incident.alert.labels["tmpl"] == "{{ .Status }}"
    assert incident.alert.fingerprint == "d730756b1d176ddc"


def test_a_flat_payload_may_say_that_it_is_over() -> None:
    payload = {"incident": {"schema_version": 1, "alert_name": "A", "status": "resolved"}}

    (incident,) = read_github_event("repository_dispatch", {"client_payload": payload})

    assert incident.alert.status is AlertStatus.RESOLVED


@pytest.mark.parametrize("body", [WEBHOOK, {"inputs": INPUTS}, {"client_payload": {"alertmanager": WEBHOOK}}])
def test_content_decides_whatever_the_event_is_called(body: dict[str, Any]) -> None:
    """A reusable workflow runs under its caller's event name."""
    assert len(read_incidents(body, event_name="push")) == 1


def test_empty_inputs_beside_a_payload_do_not_hide_it() -> None:
    assert len(read_incidents({"inputs": None, "client_payload": WEBHOOK})) == 1


@pytest.mark.parametrize(
    ("event_name", "body", "field"),
    [
        ("workflow_dispatch", {}, "inputs.alert_name: missing"),
        ("workflow_dispatch", {"inputs": []}, "inputs: expected an object"),
        ("workflow_dispatch", {"inputs": {**INPUTS, "pod_name": "a;id"}}, "inputs.pod_name: 'a;id'"),
        ("workflow_dispatch", {"inputs": {**INPUTS, "namespace": ["x"]}}, "inputs.namespace: expected text"),
        ("repository_dispatch", {}, "client_payload: names no alert"),
        ("repository_dispatch", {"client_payload": {"x": 1}}, "client_payload: names no alert"),
        (
            "repository_dispatch",
            {"client_payload": {"alertmanager": {}}},
            "client_payload.alertmanager.alerts: missing",
        ),
        (
            "repository_dispatch",
            {"client_payload": {"incident": {"schema_version": 2}}},
            "incident.schema_version: only",
        ),
        (
            "repository_dispatch",
            {"client_payload": {"incident": {"schema_version": "1"}}},
            "incident.schema_version: only",
        ),
        ("push", {"commits": []}, "event 'push' announces no incident"),
        ("push", [], "event: expected an object"),
    ],
)
def test_a_wrong_event_is_refused_by_field(event_name: str, body: object, field: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_github_event(event_name, body)

    assert field in str(caught.value)


@pytest.mark.parametrize("body", [{}, {"unrelated": 1}])
def test_a_file_that_names_no_alert_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="names no alert"):
        read_incidents(body)


def test_ignored_alerts_leave_nothing_to_do() -> None:
    payload = {"alertmanager": {"alerts": [{"labels": {"alertname": "Watchdog"}}]}}

    assert read_incidents({"client_payload": payload}) == ()
