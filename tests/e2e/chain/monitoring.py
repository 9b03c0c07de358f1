"""Prometheus with the shipped rules and Alertmanager with the shipped route, both made quicker.

`hasten_rules` and `hasten_route` are the whole difference to what users run; a test holds them to it.
"""

from __future__ import annotations

import json
import re
import shutil
import urllib.parse
import urllib.request
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from e2e.chain.workspace import MONITORING_PACKAGES, Workspace, answers
from e2e.kube import binaries

ALERTS = Path(__file__).parents[3] / "alerts"
SHIPPED_RULES = ALERTS / "model-pods.rules.yaml"
SHIPPED_ROUTE = ALERTS / "alertmanager.receiver.yaml"

FOR_DIVISOR = 30
"""`for: 5m` becomes 10 s: long enough that a pod that only starts is not yet an alert."""

CPU_WINDOW = ("[5m]", "[1m]")
"""A rate over five minutes shows a new container's use only after five minutes. cAdvisor measures every 10 to 20 s
(`jitter` in its manager/container.go), and a rate needs two samples: half a minute holds only one now and then,
and each gap begins the rule's `for` anew."""

_ANY_NAMESPACE = 'namespace=~".+"'


def hasten_rules(shipped: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """The shipped rules for one namespace, with a shorter `for` and the rate's window of a minute.

    Narrowing the namespace is what the rules' own header offers; everything else stays.
    """
    rules = deepcopy(dict(shipped))
    for group in rules["groups"]:
        for rule in group["rules"]:
            expression = rule["expr"].replace(_ANY_NAMESPACE, f'namespace=~"{namespace}"')
            rule["expr"] = expression.replace(*CPU_WINDOW)
            rule["for"] = f"{_seconds(rule['for']) // FOR_DIVISOR}s"
    return rules


def hasten_route(shipped: Mapping[str, Any], receiver_url: str, token_file: Path) -> dict[str, Any]:
    """The shipped route to the receiver at another host, with groups sent after 1 s and then every 5 s."""
    config = deepcopy(dict(shipped))
    config["route"] |= {"group_wait": "1s", "group_interval": "5s"}
    for receiver in config["receivers"]:
        for webhook in receiver.get("webhook_configs", []):
            webhook["url"] = receiver_url + urlsplit(webhook["url"]).path
            webhook["http_config"]["authorization"]["credentials_file"] = str(token_file)
    return config


def _seconds(duration: str) -> int:
    amount, unit = re.fullmatch(r"(\d+)([smh])", duration).groups()  # type: ignore[union-attr]
    return int(amount) * {"s": 1, "m": 60, "h": 3600}[unit]


class Prometheus:
    """A Prometheus that scrapes the kubelet and the exporter, and sends to one Alertmanager."""

    def __init__(self, workspace: Workspace, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._workspace = workspace
        self._port = port

    def start(self, *, kubelet: str, kubelet_token: str, state_metrics: str, alertmanager: str, namespace: str) -> None:
        """Write its configuration and start it; a kubelet without a token is one that anybody may read."""
        binaries.install_missing(MONITORING_PACKAGES)
        folder = self._workspace.subfolder("prometheus")
        rules = hasten_rules(yaml.safe_load(SHIPPED_RULES.read_text()), namespace)
        (folder / "rules.yaml").write_text(yaml.safe_dump(rules))
        config = {
            "global": {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "2s"},
            "rule_files": [str(folder / "rules.yaml")],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
            "scrape_configs": [
                {
                    "job_name": "kubelet",
                    "scheme": "https",
                    "metrics_path": "/metrics/cadvisor",
                    "tls_config": {"insecure_skip_verify": True},
                    **({"authorization": {"credentials": kubelet_token}} if kubelet_token else {}),
                    "scrape_interval": "5s",
                    "scrape_timeout": "5s",
                    "static_configs": [{"targets": [kubelet]}],
                },
                {
                    "job_name": "kube-state-metrics",
                    "honor_labels": True,
                    "static_configs": [{"targets": [state_metrics]}],
                },
            ],
        }
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
        self._workspace.start(
            "prometheus-server",
            [
                shutil.which("prometheus"),
                f"--config.file={folder}/prometheus.yaml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{self._port}",
                "--log.level=warn",
            ],
            ready=lambda: answers(f"{self.url}/-/ready"),
        )

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """The rows of an instant query."""
        query = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{query}", timeout=20) as response:
            rows: list[dict[str, Any]] = json.load(response)["data"]["result"]
        return rows

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that fire now or will after their `for`."""
        with urllib.request.urlopen(f"{self.url}/api/v1/alerts", timeout=20) as response:
            alerts: list[dict[str, Any]] = json.load(response)["data"]["alerts"]
        return alerts


class Alertmanager:
    """A real Alertmanager without peers."""

    def __init__(self, workspace: Workspace, port: int, name: str = "alertmanager") -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.address = f"127.0.0.1:{port}"
        self._workspace = workspace
        self._name = name

    def start(self, config: Mapping[str, Any]) -> None:
        """Start it with a configuration."""
        binaries.install_missing(MONITORING_PACKAGES)
        folder = self._workspace.subfolder(self._name)
        (folder / "config.yaml").write_text(yaml.safe_dump(dict(config)))
        self._workspace.start(
            f"{self._name}-server",
            [
                shutil.which("prometheus-alertmanager"),
                f"--config.file={folder}/config.yaml",
                f"--storage.path={folder}/data",
                f"--web.listen-address={self.address}",
                "--cluster.listen-address=",
            ],
            ready=lambda: answers(f"{self.url}/-/ready"),
        )

    def send(self, alerts: list[dict[str, Any]]) -> None:
        """Post alerts as Prometheus does."""
        request = urllib.request.Request(
            f"{self.url}/api/v2/alerts",
            data=json.dumps(alerts).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        urllib.request.urlopen(request, timeout=60).close()

    def raise_alerts(self, groups: int, pods: int) -> None:
        """`pods` alerts of one deployment in each of `groups` namespaces: so many groups and incidents."""
        now = datetime.now(UTC)
        for group in range(groups):
            labels = {"alertname": "ModelPodOOMKilled", "severity": "critical", "namespace": f"team-{group}"}
            self.send(
                [
                    {
                        "labels": {**labels, "pod": f"api-7d9f8b6c5d-{pod:05d}".replace("0", "x").replace("1", "z")},
                        "annotations": {"summary": "killed"},
                        "startsAt": now.isoformat(),
                        "endsAt": (now + timedelta(hours=1)).isoformat(),
                    }
                    for pod in range(pods)
                ]
            )
