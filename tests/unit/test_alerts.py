"""The shipped alerts: what the bot needs of them, promtool's verdict, and that its tests would notice mistakes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident_bot.intake import SEVERITIES, incident_key, normalise_severity, read_github_event, read_webhook
from incident_bot.intake.target import target_of
from incident_bot.model import Alert

ALERTS = Path(__file__).parents[2] / "alerts"
RULES = ALERTS / "model-pods.rules.yaml"
NAMES = (
    "ModelPodNotRunning",
    "ModelPodFrequentRestarts",
    "ModelPodOOMKilled",
    "ModelHighCPUUsage",
    "ModelHighMemoryUsage",
)

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool (package prometheus) is not here"
)
needs_amtool = pytest.mark.skipif(shutil.which("amtool") is None, reason="amtool (prometheus-alertmanager) is not here")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    return [rule for group in load(RULES)["groups"] for rule in group["rules"]]


def unit_tests() -> list[dict[str, Any]]:
    return [test for path in sorted(ALERTS.glob("tests/*.yaml")) for test in load(path)["tests"]]


def promtool(*arguments: object, cwd: Path = ALERTS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promtool", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_five_alerts_are_there() -> None:
    assert set(NAMES) == {rule["alert"] for rule in rules()}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")
def test_each_alert_says_what_the_bot_needs(rule: dict[str, Any]) -> None:
    readme = (ALERTS / "README.md").read_text(encoding="utf-8")
    anchor = rule["annotations"]["runbook_url"].rpartition("#")[2]

    assert rule["labels"]["severity"] == normalise_severity(rule["labels"]["severity"])
    assert re.search(r"by \(namespace, pod(, container|, phase)?\)", rule["expr"])
    assert {"summary", "description", "runbook_url"} == set(rule["annotations"])
    assert f"\n## {rule['alert']}\n" in readme
    assert anchor == rule["alert"].lower()


def test_every_alert_is_tested_firing_and_silent() -> None:
    cases = [case for test in unit_tests() for case in test.get("alert_rule_test", ())]
    for name in NAMES:
        mine = [bool(case.get("exp_alerts")) for case in cases if case["alertname"] == name]
        assert True in mine, name
        assert mine.count(False) >= 2, name


def test_what_a_firing_alert_carries_leads_to_its_pod() -> None:
    for test in unit_tests():
        for case in test.get("alert_rule_test", ()):
            for alert in case.get("exp_alerts") or ():
                target, gaps = target_of(alert["exp_labels"])
                assert target.namespace == "ml"
                assert target.pod
                assert gaps == ()
                assert incident_key(Alert(name=case["alertname"], labels=alert["exp_labels"]), target)


@needs_promtool
def test_promtool_accepts_rules_and_tests() -> None:
    checked = promtool("check", "rules", RULES)
    tested = promtool("test", "rules", *sorted(ALERTS.glob("tests/*.yaml")))

    assert checked.returncode == 0, checked.stderr
    assert tested.returncode == 0, tested.stdout + tested.stderr


MISTAKES = [
    pytest.param("not-running", 'phase=~"Pending|Failed|Unknown"} == 1', 'phase=~"Pending|Failed|Unknown"}', id="phases without == 1"),
    pytest.param("not-running", 'phase=~"Pending|Failed|Unknown"', 'phase!="Running"', id="completed pods too"),
    pytest.param("not-running", '(kube_pod_owner{owner_kind="Job"} == 1)', '(kube_pod_owner{owner_kind="Nobody"} == 1)', id="pods of Jobs"),
    pytest.param("not-running", "SchedulingGated|", "", id="gated pods"),
    pytest.param("not-running", "|Evicted", "", id="evicted pods"),
    pytest.param("not-running", "UnexpectedAdmissionError\"} == 1)", "UnexpectedAdmissionError\"})", id="reasons that do not hold"),
    pytest.param("not-running", "max by (namespace, pod, phase) (kube_pod_status_phase", "(kube_pod_status_phase", id="replicas double"),
    pytest.param("not-running", '[15m])) > 0.1\n        for: 15m', '[15m])) > 99\n        for: 15m', id="crash loops twice"),
    pytest.param("restarts", "increase({__name__=~\"kube_pod(_init)?_container_status_restarts_total\", n", "rate({__name__=~\"kube_pod(_init)?_container_status_restarts_total\", n", id="rate for increase"),
    pytest.param("oom-killed", "            and on (namespace, pod, container)\n", "            or on (namespace, pod, container)\n", id="sticky OOM"),
    pytest.param("oom-killed", " offset 30m", " offset 300m", id="sticky OOM of pods that never restart"),
    pytest.param("oom-killed", 'reason="OOMKilled"} == 1\n            )\n            and', 'reason="OOMKilled"}\n            )\n            and', id="OOM rows of zero"),
    pytest.param("usage", "max by (namespace, pod, container) (kube_pod_container_resource_limits{resource=\"cpu\"} > 0)", "kube_pod_container_resource_limits{resource=\"cpu\"}", id="limits not aggregated"),
    pytest.param("usage", "max by (namespace, pod, container) (\n            container_memory", "sum by (namespace, pod, container) (\n            container_memory", id="memory summed"),
    pytest.param("usage", "container_memory_working_set_bytes", "container_memory_usage_bytes", id="page cache counted"),
    pytest.param("usage", "for: 10m", "for: 1m", id="bursts"),
]  # fmt: skip


@needs_promtool
@pytest.mark.parametrize(("name", "right", "wrong"), MISTAKES)
def test_promtools_tests_notice_the_obvious_mistake(name: str, right: str, wrong: str, tmp_path: Path) -> None:
    text = RULES.read_text(encoding="utf-8")
    assert right in text
    (tmp_path / RULES.name).write_text(text.replace(right, wrong), encoding="utf-8")
    shutil.copytree(ALERTS / "tests", tmp_path / "tests")

    tested = promtool("test", "rules", f"tests/{name}.yaml", cwd=tmp_path)

    assert tested.returncode != 0


@needs_amtool
def test_amtool_accepts_the_receivers_example() -> None:
    checked = subprocess.run(
        ["amtool", "check-config", "alertmanager.receiver.yaml"],
        cwd=ALERTS,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


@needs_amtool
def test_amtool_accepts_the_example_without_receiver_but_for_the_newer_payload(tmp_path: Path) -> None:
    """Debian's amtool (0.25) does not know `payload` (0.32), so the rest is checked."""
    config = load(ALERTS / "alertmanager.direct.yaml")
    del config["receivers"][1]["webhook_configs"][0]["payload"]
    (tmp_path / "am.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")

    checked = subprocess.run(
        ["amtool", "check-config", "am.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr


def render(template: str, webhook: dict[str, Any]) -> object:
    """What Alertmanager's template and its YAML pass make of one value of the example."""
    found = re.fullmatch(r"\{\{ \.(\w)(\w+)( \| toJson)? \}\}", template)
    assert found, template
    value = webhook[found[1].lower() + found[2]]
    return yaml.safe_load(json.dumps(value) if found[3] else str(value))


def test_the_payload_example_becomes_the_same_incident_as_the_webhook() -> None:
    payload = Path(__file__).parent / "intake" / "payloads" / "firing_from_prometheus.json"
    webhook = json.loads(payload.read_text(encoding="utf-8"))
    config = load(ALERTS / "alertmanager.direct.yaml")
    shape = config["receivers"][1]["webhook_configs"][0]["payload"]
    sent = {key: render(text, webhook) for key, text in shape["client_payload"]["alertmanager"].items()}

    incidents = read_github_event(
        "repository_dispatch", {"action": shape["event_type"], "client_payload": {"alertmanager": sent}}
    )

    assert incidents == read_webhook(webhook)
    assert len(shape["client_payload"]) <= 10


def test_the_documented_severities_are_the_ones_in_the_code() -> None:
    document = (ALERTS.parent / "docs" / "alert-payloads.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (critical|warning|info) \| (.+) \|$", document, re.MULTILINE))

    assert {name.value: ", ".join(words) for name, words in SEVERITIES.items()} == rows
