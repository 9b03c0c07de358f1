"""A node that `kind` starts on a container engine, for machines that have both; needs no root.

Its name is fixed, so that the next run finds and deletes what a killed one left. The user's own kubeconfig and
clusters are not touched. Needs Linux with Docker, `kind` 0.31 or newer (Kubernetes 1.35) and kubectl.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.kube import binaries, image, kind_config
from e2e.kube.credentials import ADMIN, BOT, write_certificate, write_kubeconfig
from e2e.kube.exclusion import only_run
from e2e.kube.node import Node

CLUSTER = "incident-bot-e2e"
ENGINE = "docker"

_READY_WITHIN = "180s"
_TOKEN_LIFE = "12h"
_PACKAGES = {"/bin/busybox": "busybox-static", "openssl": "openssl"}


@dataclass(frozen=True)
class KindNode(Node):
    """The one node of the cluster, with what it mounts in `state` too; `gateway` is this machine in its network."""

    gateway: str

    @property
    def address(self) -> str:
        return self.gateway

    @property
    def certificate(self) -> tuple[Path, Path]:
        return self.state / "server.crt", self.state / "server.key"

    @property
    def registry_host(self) -> str:
        return self.gateway

    @property
    def kubelet(self) -> str:
        host, port = kind_config.kubelet_address(self.get("node", self.name))
        return f"{host}:{port}"

    @property
    def kubelet_token(self) -> str:
        """The administrator's: kubeadm's kubelets ask the API server who may read."""
        token: str = json.loads(self.admin.read_text())["users"][0]["user"]["token"]
        return token

    def create(self, objects: str) -> None:
        super().create(kind_config.mount_from(kind_config.host_folder(self.state), objects))

    def load_image(self, archive: Path) -> None:
        _run("kind", "load", "image-archive", str(archive), "--name", CLUSTER)

    def trust_registry(self, registry: str) -> None:
        kind_config.write_registry_settings(self.state, registry)

    def reach(self, service: str, namespace: str) -> str:
        """A port of the node: addresses of services exist only inside it."""
        twin = kind_config.node_port_twin(self.get("service", service, "-n", namespace))
        self.kubectl("apply", "-f", "-", stdin=json.dumps(twin))
        ports = self.get("service", twin["metadata"]["name"], "-n", namespace)["spec"]["ports"]
        return f"{self.kubelet.rpartition(':')[0]}:{ports[0]['nodePort']}"

    def shell(self, script: str) -> str:
        return _call(ENGINE, "exec", self.name, "sh", "-c", script).stdout


@contextlib.contextmanager
def running_node() -> Iterator[KindNode]:
    """A cluster for the time of the block. What a killed run left behind is deleted first."""
    if sys.platform != "linux":
        raise RuntimeError("only on Linux can programs of this machine be reached at the engine's gateway")
    for program in ("kind", ENGINE):
        if not shutil.which(program):
            raise RuntimeError(f"INCIDENT_BOT_E2E_NODE=kind needs {program} in PATH")
    if os.environ.get("KIND_EXPERIMENTAL_PROVIDER", ENGINE) != ENGINE:
        raise RuntimeError(f"the tests ask {ENGINE} for the gateway; unset KIND_EXPERIMENTAL_PROVIDER")
    binaries.install_missing(_PACKAGES)
    kubectl, folder = binaries.ensure_kubectl(), binaries.cache_folder().parent / "kind"
    with only_run(folder.with_suffix(".lock")) as lock:
        _delete(folder)
        try:
            yield _create(folder, kubectl, lock)
        finally:
            _delete(folder)


def _create(folder: Path, kubectl: Path, lock: int) -> KindNode:
    folder.mkdir()
    config, kubeconfig = kind_config.write_config(folder), _kubeconfig(folder)
    options = ("--name", CLUSTER, "--config", str(config), "--kubeconfig", str(kubeconfig), "--wait", _READY_WITHIN)
    # A killed run's kind goes on, and would delete the cluster of the next one when its own fails.
    _run("kind", "create", "cluster", *options, inherited=(lock,))
    network = os.environ.get("KIND_EXPERIMENTAL_DOCKER_NETWORK", "kind")
    gateway = kind_config.gateway_of(json.loads(_run(ENGINE, "network", "inspect", network)))
    write_certificate(folder, gateway)
    # The name that kind gives to the first node.
    node = KindNode(folder, kubectl.parent, f"{CLUSTER}-control-plane", gateway)
    _write_credentials(node, kubeconfig)
    # kind itself only warns when its wait was in vain.
    node.kubectl("wait", "node", node.name, "--for=condition=Ready", "--timeout=60s")
    node.kubectl("-n", "default", "wait", "serviceaccount/default", "--for=create", "--timeout=60s")
    archive = folder / "base.tar"
    image.write_image(archive)
    node.load_image(archive)
    return node


def _delete(folder: Path) -> None:
    """Delete the cluster, if it is there, then the folder that it mounts."""
    folder.mkdir(exist_ok=True)
    _run("kind", "delete", "cluster", "--name", CLUSTER, "--kubeconfig", str(_kubeconfig(folder)))
    shutil.rmtree(folder)


def _kubeconfig(folder: Path) -> Path:
    """The one that kind writes, in place of the user's own."""
    return folder / "kind.kubeconfig"


def _write_credentials(node: KindNode, kubeconfig: Path) -> None:
    """Tokens of an administrator's account and of the collector's, which nothing is granted to."""

    def kubectl(*arguments: str) -> str:
        return _run(str(node.bin / "kubectl"), "--kubeconfig", str(kubeconfig), *arguments)

    cluster: dict[str, Any] = json.loads(kubectl("config", "view", "--raw", "--minify", "-o", "json"))
    (server,) = (item["cluster"] for item in cluster["clusters"])
    authority = node.state / "authority.crt"
    authority.write_bytes(base64.b64decode(server["certificate-authority-data"]))
    kubectl("create", "namespace", "monitoring")
    for user, account, namespace in (
        (ADMIN, "incident-bot-e2e-admin", "kube-system"),
        (BOT, "incident-bot", "monitoring"),
    ):
        kubectl("-n", namespace, "create", "serviceaccount", account)
        if user == ADMIN:
            subject = f"--serviceaccount={namespace}:{account}"
            kubectl("create", "clusterrolebinding", account, "--clusterrole=cluster-admin", subject)
        token = kubectl("-n", namespace, "create", "token", account, "--duration", _TOKEN_LIFE).strip()
        write_kubeconfig(node.state, user, token, server=server["server"], certificate=authority)


def _run(*command: str, inherited: tuple[int, ...] = ()) -> str:
    """What a program prints. Raises `RuntimeError` with what it complains about."""
    done = _call(*command, inherited=inherited)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def _call(*command: str, inherited: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
    # A copy of the environment, as in `Node.kubectl`.
    environment = dict(os.environ)
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, pass_fds=inherited)
