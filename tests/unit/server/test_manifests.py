"""The manifests hold what they promise, and agree with the code about names, ports, paths and rights."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident_bot.config import JobConfig, load_config
from incident_bot.dispatch.job import make_job
from incident_bot.dispatch.message import Message
from incident_bot.model import AlertStatus, SafeText
from incident_bot.server.route import WEBHOOK_PATH
from incident_bot.server.running import GRACE_S

ROOT = Path(__file__).parents[3]
RECEIVER = ROOT / "deploy/receiver"
SELF = {"app.kubernetes.io/name": "incident-bot", "app.kubernetes.io/component": "receiver"}
OVERLAYS = ("github", "kubernetes-jobs")


def load(path: Path) -> list[dict[str, Any]]:
    return [item for item in yaml.safe_load_all(path.read_text(encoding="utf-8")) if item]


def one(path: str) -> dict[str, Any]:
    (found,) = load(RECEIVER / path)
    return found


def pod() -> dict[str, Any]:
    found: dict[str, Any] = one("base/deployment.yaml")["spec"]["template"]["spec"]
    return found


def job() -> dict[str, Any]:
    message = Message(key="0" * 16, status=AlertStatus.FIRING, occurrence="abcdef", text=SafeText("{}"))
    config = JobConfig(image="incident-bot:1", config_map="c")
    return make_job(message, config, name="x", repository="o/n", api_url="https://api.github.com")


PODS = [pytest.param(pod, id="receiver"), pytest.param(lambda: job()["spec"]["template"]["spec"], id="job")]


@pytest.mark.parametrize("make", PODS)
def test_pods_are_within_the_restricted_standard(make: Any) -> None:
    """Pod Security Standards, restricted (kubernetes.io/docs/concepts/security/pod-security-standards)."""
    spec = make()
    (container,) = spec["containers"]
    own = container["securityContext"]

    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] >= 10_000
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["allowPrivilegeEscalation"] is False
    assert own["readOnlyRootFilesystem"] is True
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert {"configMap", "secret", "emptyDir", "downwardAPI"} >= {
        key for volume in spec["volumes"] for key in volume if key != "name"
    }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"]


def test_only_the_overlay_that_creates_jobs_gets_a_service_account_token() -> None:
    assert pod()["automountServiceAccountToken"] is False
    assert one("base/service-account.yaml")["automountServiceAccountToken"] is False
    assert "automountServiceAccountToken" not in (RECEIVER / "github/github.yaml").read_text()
    assert one("kubernetes-jobs/jobs.yaml")["spec"]["template"]["spec"]["automountServiceAccountToken"] is True


def test_the_receiver_may_create_jobs_and_nothing_else() -> None:
    role, binding = load(RECEIVER / "kubernetes-jobs/job-creator.yaml")

    assert role["kind"] == "Role"
    assert role["rules"] == [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]}]
    assert binding["subjects"][0]["name"] == one("base/service-account.yaml")["metadata"]["name"]
    assert binding["subjects"][0]["name"] == pod()["serviceAccountName"]


def test_it_stays_while_a_node_is_drained_and_finishes_before_it_is_killed() -> None:
    assert one("base/deployment.yaml")["spec"]["replicas"] == 2
    assert one("base/pod-disruption-budget.yaml")["spec"]["minAvailable"] == 1
    assert pod()["terminationGracePeriodSeconds"] > GRACE_S


@pytest.mark.parametrize(
    ("path", "field"),
    [("base/network-policy.yaml", "podSelector"), ("base/pod-disruption-budget.yaml", "selector")],
)
def test_policies_select_the_receiver_alone(path: str, field: str) -> None:
    """An empty selector means every pod of the namespace, Prometheus included."""
    assert one(path)["spec"][field] == {"matchLabels": SELF}


def test_only_alertmanager_and_prometheus_come_in() -> None:
    policy = one("base/network-policy.yaml")["spec"]
    (rule,) = policy["ingress"]

    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert {next(iter(peer["podSelector"]["matchLabels"].values())) for peer in rule["from"]} == {
        "alertmanager",
        "prometheus",
    }
    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {53, 443}


def test_probes_ask_the_routes_that_exist() -> None:
    (container,) = pod()["containers"]

    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert f"0.0.0.0:{container['ports'][0]['containerPort']}" in container["args"]


def test_the_jobs_config_file_is_one() -> None:
    config = load_config(RECEIVER / "kubernetes-jobs/config.yaml")
    text = (RECEIVER / "kubernetes-jobs/kustomization.yaml").read_text()

    assert config.job.image
    assert f"name: {config.job.config_map}" in text


def test_alertmanagers_example_calls_the_service_by_its_name_port_and_path() -> None:
    service = one("base/service.yaml")
    (example,) = load(ROOT / "alerts/alertmanager.receiver.yaml")
    receiver = next(item for item in example["receivers"] if item["name"] == "incident-bot")

    expected = (
        f"http://{service['metadata']['name']}.monitoring.svc:{service['spec']['ports'][0]['port']}{WEBHOOK_PATH}"
    )
    assert receiver["webhook_configs"][0]["url"] == expected


def test_the_bots_own_failures_never_reach_the_bot() -> None:
    rules = [rule for group in one("monitoring/rules.yaml")["spec"]["groups"] for rule in group["rules"]]
    (example,) = load(ROOT / "alerts/alertmanager.receiver.yaml")
    first = example["route"]["routes"][0]

    assert rules
    assert all(rule["labels"]["incident_bot"] == "self" for rule in rules)
    assert first["matchers"] == ['incident_bot = "self"']
    assert first["receiver"] != "incident-bot"
    assert not first.get("continue")


def test_rules_ask_for_metrics_that_exist() -> None:
    from incident_bot.server.metrics import Metrics

    names = set(re.findall(r"incident_bot_\w+", Metrics().render().decode()))
    asked = {
        name
        for group in one("monitoring/rules.yaml")["spec"]["groups"]
        for rule in group["rules"]
        for name in re.findall(r"incident_bot_\w+", rule["expr"])
    }

    assert {f"{name.removesuffix('_total')}_total" for name in asked} == asked
    assert {name.removesuffix("_total") for name in asked} <= {name.removesuffix("_total") for name in names}


def test_series_that_alerts_count_begin_before_their_first_event() -> None:
    """`increase()` does not see an event that makes its own series, so a first 401 would alert nobody."""
    from incident_bot.server.metrics import Metrics

    shown = Metrics().render().decode()

    for status in (400, 401, 403, 413, 503):
        assert f'incident_bot_webhooks_total{{status="{status}"}} 0.0' in shown
    for result in ("dispatched", "deduplicated", "busy", "lost", "refused"):
        assert f'incident_bot_dispatch_total{{result="{result}"}} 0.0' in shown


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (package prometheus) is not here")
def test_promtool_accepts_the_rules(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump(one("monitoring/rules.yaml")["spec"]))

    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 0, done.stderr


KUBECTL = shutil.which("kubectl") or shutil.which("kustomize")


@pytest.mark.covered_by_e2e
@pytest.mark.skipif(KUBECTL is None, reason="neither kubectl nor kustomize is here")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlays_build(overlay: str) -> None:
    command = [str(KUBECTL), "kustomize" if "kubectl" in str(KUBECTL) else "build", str(RECEIVER / overlay)]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    built = [item for item in yaml.safe_load_all(done.stdout) if item]

    assert done.returncode == 0, done.stderr
    assert {item["metadata"]["namespace"] for item in built} == {"monitoring"}
    deployment = next(item for item in built if item["kind"] == "Deployment")
    assert not deployment["spec"]["template"]["spec"]["containers"][0]["image"].endswith("incident-bot")


def test_the_image_runs_as_a_number_and_without_a_shell() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]
    words = [line.split(" ", 1) for line in last_stage if line and not line.startswith(("#", " "))]
    said = dict(words)

    assert re.fullmatch(r"[1-9]\d{4,}:\d+", said["USER"])
    assert said["ENTRYPOINT"].startswith('["/')
    assert said["CMD"].startswith("[")
    assert "RUN" not in said
    assert not any(":latest" in line for line in lines)
