"""The kube-state-metrics series that the shipped rules read, computed from the API server.

kube-state-metrics itself cannot be installed here. Names, labels and meaning are those of its
pod metrics (docs/metrics/workload/pod-metrics.md of kube-state-metrics 2.20): one phase series a
phase, valued 0 or 1; reasons only where they are set; limits in cores and bytes.
"""

from __future__ import annotations

import json
import ssl
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PHASES = ("Pending", "Running", "Succeeded", "Failed", "Unknown")
CONDITIONS = ("true", "false", "unknown")
# Where the API says how often a kind of container restarted, and the metrics' prefix for it.
CONTAINER_KINDS = {"containerStatuses": "kube_pod_container", "initContainerStatuses": "kube_pod_init_container"}
UNITS = {"cpu": "core", "memory": "byte"}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "m": 10**-3}


def metrics_of(pods: list[Mapping[str, Any]]) -> str:
    """The exposition text for pods as the API lists them."""
    return "".join(line for pod in pods for line in _pod_lines(pod))


def _pod_lines(pod: Mapping[str, Any]) -> Iterator[str]:
    meta, status = pod["metadata"], pod.get("status", {})
    labels = {"namespace": meta["namespace"], "pod": meta["name"], "uid": meta["uid"]}
    for phase in PHASES:
        yield _line("kube_pod_status_phase", labels, int(status.get("phase") == phase), phase=phase)
    if reason := _pod_reason(status):
        yield _line("kube_pod_status_reason", labels, 1, reason=reason)
    ready = next((item["status"].lower() for item in status.get("conditions", []) if item["type"] == "Ready"), "")
    for condition in CONDITIONS if ready else ():
        yield _line("kube_pod_status_ready", labels, int(ready == condition), condition=condition)
    for owner in meta.get("ownerReferences", []):
        named = {"owner_kind": owner["kind"], "owner_name": owner["name"]}
        yield _line(
            "kube_pod_owner", labels, 1, **named, owner_is_controller=str(bool(owner.get("controller"))).lower()
        )
    for field, prefix in CONTAINER_KINDS.items():
        for container in status.get(field, []):
            yield from _container_lines(prefix, labels, container)
    for container in pod["spec"]["containers"]:
        for resource, quantity in container.get("resources", {}).get("limits", {}).items():
            where = {"container": container["name"], "node": pod["spec"].get("nodeName", "")}
            name = resource.replace(".", "_").replace("/", "_").replace("-", "_")
            unit = UNITS.get(resource, "integer")
            yield _line(
                "kube_pod_container_resource_limits",
                labels,
                parse_quantity(quantity),
                **where,
                resource=name,
                unit=unit,
            )


def _container_lines(prefix: str, labels: Mapping[str, str], status: Mapping[str, Any]) -> Iterator[str]:
    container = {"container": status["name"]}
    yield _line(f"{prefix}_status_restarts_total", labels, status["restartCount"], **container)
    for name, state in (("terminated", "state"), ("last_terminated", "lastState")):
        if reason := status.get(state, {}).get("terminated", {}).get("reason"):
            yield _line(f"{prefix}_status_{name}_reason", labels, 1, **container, reason=reason)
    if reason := status.get("state", {}).get("waiting", {}).get("reason"):
        yield _line(f"{prefix}_status_waiting_reason", labels, 1, **container, reason=reason)


def _pod_reason(status: Mapping[str, Any]) -> str:
    gated = any(item.get("reason") == "SchedulingGated" for item in status.get("conditions", []))
    return "SchedulingGated" if gated else str(status.get("reason", ""))


def _line(metric: str, labels: Mapping[str, str], value: float, **more: str) -> str:
    pairs = ",".join(f"{name}={json.dumps(text)}" for name, text in {**labels, **more}.items())
    return f"{metric}{{{pairs}}} {value}\n"


def parse_quantity(text: str) -> float:
    """A Kubernetes quantity as a number: `100m`, `128Mi`, `2`."""
    for suffix, factor in {**_BINARY, **_DECIMAL}.items():
        if text.endswith(suffix):
            return float(text.removesuffix(suffix)) * factor
    return float(text)


def list_pods(kubeconfig: Path) -> list[Mapping[str, Any]]:
    """Every pod of the cluster, asked with a kubeconfig that is JSON and holds a token (as the test node's)."""
    config = json.loads(kubeconfig.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    request = urllib.request.Request(
        f"{cluster['server']}/api/v1/pods", headers={"Authorization": f"Bearer {user['token']}"}
    )
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    with urllib.request.urlopen(request, timeout=20, context=context) as response:
        items: list[Mapping[str, Any]] = json.load(response)["items"]
    return items


class _Exporter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    kubeconfig: Path

    def do_GET(self) -> None:
        try:
            status, text = 200, metrics_of(list_pods(self.kubeconfig))
        except OSError as error:  # a scrape that fails is seen by Prometheus, as with the real one
            status, text = 500, str(error)
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_args: object) -> None:
        return


@contextmanager
def exporter(kubeconfig: Path, port: int) -> Iterator[str]:
    """Serve `/metrics`; gives `host:port` for a scrape configuration."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Exporter", (_Exporter,), {"kubeconfig": kubeconfig}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()
