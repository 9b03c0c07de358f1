"""Webhook bodies: those that Alertmanager really sent, and what others make of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incident_bot.errors import UsageError
from incident_bot.intake import read_webhook
from incident_bot.model import AlertStatus, Severity, Target

PAYLOADS = Path(__file__).parent / "payloads"


def body(*alerts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"version": "4", "status": "firing", "alerts": list(alerts), **fields}


def alert(name: str = "HighErrorRate", **labels: Any) -> dict[str, Any]:
    return {"status": "firing", "labels": {"alertname": name, **labels}, "annotations": {}}


def load(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def test_a_real_alert_from_prometheus() -> None:
    (incident,) = read_webhook(load("firing_from_prometheus"))

    assert incident.alert.name == "KubePodCrashLooping"
    assert incident.alert.severity is Severity.WARNING
    assert incident.alert.starts_at == datetime(2026, 11, 20, 14, 15, 55, 514000, tzinfo=UTC)
    assert incident.alert.ends_at is None
    assert incident.alert.fingerprint == "8619d5fcbd7e4ee3"
    assert incident.alert.summary == "Pod shop/cart-7d9f (cart) is crash looping"
    assert incident.target == Target(cluster="prod-eu", namespace="shop", pod="cart-7d9f", container="cart")
    assert incident.gaps == ()


def test_a_real_group_of_one_workload_is_one_incident() -> None:
    (incident,) = read_webhook(load("firing_grouped"))

    assert [incident.target.pod, *(other.labels["pod"] for other in incident.also)] == ["api-1", "api-2"]


def test_a_real_mixed_group_is_led_by_what_still_fires() -> None:
    (incident,) = read_webhook(load("partial_resolved_group"))

    assert incident.alert.labels["pod"] == "api-2"
    assert incident.alert.status is AlertStatus.FIRING
    assert [other.status for other in incident.also] == [AlertStatus.RESOLVED]


def test_a_real_resolved_alert() -> None:
    (incident,) = read_webhook(load("resolved"))

    assert incident.alert.status is AlertStatus.RESOLVED
    assert incident.alert.ends_at is not None


def test_a_real_truncated_group_says_what_is_missing() -> None:
    (incident,) = read_webhook(load("firing_truncated_max_alerts"))

    (gap,) = incident.gaps
    assert gap.what.startswith("2 further alerts")


def test_alerts_of_two_workloads_are_two_incidents_in_order() -> None:
    incidents = read_webhook(body(alert(namespace="a", pod="x-0"), alert(namespace="a", pod="y-0")))

    assert [incident.target.pod for incident in incidents] == ["x-0", "y-0"]


def test_watchdogs_are_no_incident() -> None:
    assert read_webhook(body(alert("Watchdog"), alert("InfoInhibitor"))) == ()


def test_the_ignore_list_is_the_callers() -> None:
    assert [incident.alert.name for incident in read_webhook(body(alert("Watchdog"), alert("A")), ignore=("A",))] == [
        "Watchdog"
    ]


def test_unknown_fields_are_ignored_and_newer_ones_optional() -> None:
    newer = body(alert(pod="api-0"), notification_reason="repeat interval elapsed", routeLabels={"a": "b"}, future=[1])
    older = {"alerts": [{"labels": {"alertname": "HighErrorRate", "pod": "api-0"}}]}

    assert [incident.key for incident in read_webhook(newer)] == [incident.key for incident in read_webhook(older)]


def test_shared_labels_fill_what_a_template_left_out() -> None:
    (incident,) = read_webhook(body({"labels": {"pod": "api-0"}}, commonLabels={"alertname": "A", "pod": "other"}))

    assert (incident.alert.name, incident.target.pod) == ("A", "api-0")


def test_values_that_yaml_retyped_become_text_again() -> None:
    (incident,) = read_webhook(body(alert(pod="api-0", shard=7, enabled=True, empty=None, ratio=0.5, nested={"a": 1})))

    labels = incident.alert.labels
    assert (labels["shard"], labels["enabled"], labels["empty"], labels["ratio"]) == ("7", "true", "", "0.5")
    assert "nested" not in labels


def test_alerts_may_come_as_json_text() -> None:
    (incident,) = read_webhook({"alerts": json.dumps([alert(pod="api-0")])})

    assert incident.target.pod == "api-0"


@pytest.mark.parametrize(
    ("hostile", "field"),
    [
        (None, "body.alerts: missing"),
        ({}, "body.alerts: missing"),
        ([], "body: expected an object, got a list"),
        (7, "body: expected an object, got a number"),
        ("}{", "body: text that is not JSON"),
        ({"alerts": None}, "body.alerts: expected a list, got nothing"),
        ({"alerts": "[" * 100_000}, "body.alerts: text that is not JSON"),
        ({"alerts": ["x"]}, "body.alerts[0]: expected an object, got text"),
        ({"alerts": [{"labels": []}]}, "body.alerts[0].labels: expected an object, got a list"),
        ({"alerts": [{"annotations": "x"}]}, "body.alerts[0].annotations: expected an object"),
    ],
)
def test_a_malformed_body_is_refused_by_field(hostile: object, field: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_webhook(hostile)

    assert field in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T14:12:02.383270836Z", datetime(2026, 11, 20, 14, 12, 2, 383270, tzinfo=UTC)),
        ("2026-11-20T16:12:02+02:00", datetime(2026, 11, 20, 14, 12, 2, tzinfo=UTC)),
        ("2026-11-20T14:12:02.5Z", datetime(2026, 11, 20, 14, 12, 2, 500000, tzinfo=UTC)),
        ("2026-11-20 14:12:02 +0000", datetime(2026, 11, 20, 14, 12, 2, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-13-45T99:99:99Z", None),
        ("yesterday", None),
        ("", None),
        (1700000000, None),
        (None, None),
    ],
)
def test_timestamps_of_any_precision(text: object, expected: datetime | None) -> None:
    (incident,) = read_webhook(body({**alert(), "startsAt": text}))

    assert expected == incident.alert.starts_at


def test_texts_are_bounded_and_printable() -> None:
    (incident,) = read_webhook(
        body({**alert(pod="api-0", big="x" * 10_000, odd="a\x00\ud800b"), "annotations": {"summary": "y" * 10_000}})
    )

    assert len(incident.alert.labels["big"]) == 1024
    assert incident.alert.labels["odd"] == "a\ufffd\ufffdb"
    assert len(incident.alert.annotations["summary"]) == 4096
    assert len(incident.alert.summary) == 500
    assert incident.alert.labels["odd"].encode()


def test_floods_are_bounded_and_said() -> None:
    (incident,) = read_webhook(body(*(alert(pod=f"api-{n}", **{f"l{i}": "v" for i in range(300)}) for n in range(600))))

    assert len(incident.also) == 499
    assert len(incident.alert.labels) == 256
    assert [gap.what for gap in incident.gaps] == ["100 further alerts of the same group"]


def test_an_unknown_status_does_not_silence_the_alert() -> None:
    (incident,) = read_webhook(body({**alert(), "status": "flapping"}))

    assert incident.alert.status is AlertStatus.FIRING


def test_an_alert_without_a_name_is_still_an_incident() -> None:
    (incident,) = read_webhook(body({"labels": {"pod": "api-0"}}))

    assert incident.alert.name == "unnamed alert"


def test_a_generator_url_that_is_no_web_address_is_dropped() -> None:
    (incident,) = read_webhook(body({**alert(), "generatorURL": "javascript:alert(1)"}))

    assert incident.alert.generator_url == ""
