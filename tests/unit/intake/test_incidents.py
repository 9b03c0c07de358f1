"""Keys that stay the same while pods come and go, and alerts that are one incident."""

from __future__ import annotations

import re

import pytest

from incident_bot.errors import UsageError
from incident_bot.intake import incident_key, incident_of
from incident_bot.intake.incidents import fold
from incident_bot.model import Alert, AlertStatus, Severity, Target


def key_of(name: str = "ModelPodOOMKilled", **labels: str) -> str:
    (incident,) = fold([Alert(name=name, labels=labels)])
    return incident.key


def test_keys_are_sixteen_hex_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", key_of(namespace="ml", pod="api-0"))


def test_no_key_passes_for_a_card_number() -> None:
    """One hash of some two thousand begins with sixteen decimals, and the last check stops card numbers."""
    keys = {incident_key(Alert(name=f"A{number}"), Target()) for number in range(8000)}

    assert len(keys) == 8000
    assert not [key for key in keys if key.isdecimal()]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"pod": "api-7d9f8b6c5d-x2k8p"}, {"pod": "api-d57bd79dd-c4lbc"}, id="a rollout changes the hash"),
        pytest.param({"pod": "db-0"}, {"pod": "db-2"}, id="ordinals of one StatefulSet"),
        pytest.param({"pod": "backup-29123456-k7x2p"}, {"pod": "backup-29124896-b2b2b"}, id="runs of one CronJob"),
        pytest.param({"pod": "api-7d9f8b6c5d-x2k8p"}, {"deployment": "api"}, id="pod and workload alert"),
        pytest.param({"job_name": "backup-29123456"}, {"cronjob": "backup"}, id="Job and CronJob"),
        pytest.param({"pod": "api-0", "uid": "1"}, {"pod": "api-0", "uid": "2"}, id="labels that name nothing"),
        pytest.param(
            {"pod": "api-0", "container": "a"}, {"pod": "api-0", "container": "b"}, id="containers of one pod"
        ),
    ],
)
def test_the_same_trouble_has_the_same_key(one: dict[str, str], other: dict[str, str]) -> None:
    assert key_of(namespace="ml", **one) == key_of(namespace="ml", **other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"namespace": "ml"}, {"namespace": "shop"}, id="namespace"),
        pytest.param({"cluster": "eu"}, {"cluster": "us"}, id="cluster"),
        pytest.param({"pod": "api-0"}, {"pod": "web-0"}, id="workload"),
        pytest.param({"name": "A"}, {"name": "B"}, id="alert name"),
        pytest.param({"node": "node-a"}, {"node": "node-b"}, id="node"),
        pytest.param({"persistentvolumeclaim": "a"}, {"persistentvolumeclaim": "b"}, id="claim"),
        pytest.param({"job": "api", "namespace": "x"}, {"job": "db", "namespace": "x"}, id="scrape job"),
    ],
)
def test_different_trouble_has_different_keys(one: dict[str, str], other: dict[str, str]) -> None:
    assert key_of(**one) != key_of(**other)


def test_fields_cannot_be_shifted_into_each_other() -> None:
    """A namespace that ends in the separator must not equal another namespace and pod."""
    alert = Alert(name="A")

    assert incident_key(alert, Target(namespace='a","b')) != incident_key(alert, Target(namespace="a", workload="b"))


def test_a_manual_run_finds_the_alert_of_alertmanager() -> None:
    manual = incident_of(
        alert_name="ModelPodOOMKilled", namespace="ml", pod="api-7d9f8b6c5d-x2k8p", severity="critical"
    )

    assert manual.key == key_of(namespace="ml", pod="api-d57bd79dd-c4lbc", severity="page")


def test_alerts_of_one_workload_fold_into_one_incident() -> None:
    first, second, third = (
        Alert(name="A", labels={"namespace": "ml", "pod": f"api-{n}"}, severity=severity)
        for n, severity in enumerate((Severity.INFO, Severity.CRITICAL, Severity.WARNING))
    )

    (incident,) = fold([first, second, third])

    assert incident.alert is second
    assert incident.also == (third, first)


def test_a_firing_alert_leads_a_resolved_one_whatever_its_severity() -> None:
    gone = Alert(name="A", labels={"pod": "api-0"}, severity=Severity.CRITICAL, status=AlertStatus.RESOLVED)
    there = Alert(name="A", labels={"pod": "api-1"}, severity=Severity.INFO)

    (incident,) = fold([gone, there])

    assert incident.alert is there
    assert incident.also == (gone,)


def test_repeats_of_the_same_alert_are_dropped() -> None:
    alert = Alert(name="A", labels={"pod": "api-0"})

    (incident,) = fold([alert, alert, alert])

    assert incident.also == ()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"alert_name": " "}, "alert_name: missing"),
        ({"alert_name": "A", "pod": "a b"}, "pod: 'a b'"),
        ({"alert_name": "A", "namespace": "$(id)"}, "namespace: "),
        ({"alert_name": "A", "container": "X" * 200}, "container: "),
        ({"alert_name": "A", "cluster": "-x"}, "cluster: "),
        ({"alert_name": "A", "workload": "deployment/A B"}, "workload: "),
        ({"alert_name": "A", "workload": "gizmo/api"}, "workload: 'gizmo'"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, str], field: str) -> None:
    with pytest.raises(UsageError, match=re.escape(field)) as caught:
        incident_of(**options)

    assert caught.value.hint
    assert len(str(caught.value)) < 200


def test_options_become_labels_and_the_senders_severity_is_kept() -> None:
    incident = incident_of(alert_name="A", namespace="ml", workload="deploy/api", severity="purple", summary="s")

    assert incident.target == Target(namespace="ml", workload_kind="Deployment", workload="api")
    assert incident.alert.severity is Severity.WARNING
    assert incident.alert.labels["severity"] == "purple"
    assert incident.alert.summary == "s"


def test_pod_may_be_written_as_kubectl_prints_it() -> None:
    assert incident_of(alert_name="A", pod="pod/api-0").target.pod == "api-0"
