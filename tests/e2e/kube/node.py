"""What the tests need of a Kubernetes node, whichever it is.

`OwnNode` is built and started here; `KindNode` is a cluster of one node that `kind` starts on a container engine.
"""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import urllib.parse
import urllib.request
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.kube.credentials import ADMIN, BOT


@dataclass(frozen=True)
class Node(ABC):
    """A running node, with its credentials in `state` and the kubectl to use in `bin`.

    `admin` may do everything; `bot` is the service account `monitoring/incident-bot`. Both are kubeconfigs in JSON
    with a token and the path of the API server's certificate. `name` is the node's in the API.
    """

    state: Path
    bin: Path
    name: str

    @property
    def admin(self) -> Path:
        return self.state / f"{ADMIN}.kubeconfig"

    @property
    def bot(self) -> Path:
        return self.state / f"{BOT}.kubeconfig"

    @property
    @abstractmethod
    def address(self) -> str:
        """Where pods reach programs of this machine."""

    @property
    @abstractmethod
    def certificate(self) -> tuple[Path, Path]:
        """The certificate that names `address` (its own CA), and its key."""

    @property
    @abstractmethod
    def registry_host(self) -> str:
        """Where a registry of the tests listens so that the node finds it."""

    @property
    @abstractmethod
    def kubelet(self) -> str:
        """`address:port` of the kubelet, which serves cAdvisor's metrics."""

    @property
    @abstractmethod
    def kubelet_token(self) -> str:
        """The bearer token that may read them; empty where anybody may."""

    @abstractmethod
    def load_image(self, archive: Path) -> None:
        """Give the node an image that pods can name."""

    @abstractmethod
    def trust_registry(self, registry: str) -> None:
        """Let the node pull from `host:port` without TLS."""

    @abstractmethod
    def reach(self, service: str, namespace: str) -> str:
        """The `host:port` under which programs of this machine reach a service's first port."""

    @abstractmethod
    def shell(self, script: str) -> str:
        """What a script prints that root runs beside the pods' processes; how it ends is not looked at."""

    def create(self, objects: str) -> None:
        """Create objects; `create` leaves no last-applied annotation that would hold them all again."""
        self.kubectl("create", "-f", "-", stdin=objects)

    def kubectl(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """Run the real kubectl as cluster admin and give what it printed."""
        command = [str(self.bin / "kubectl"), "--kubeconfig", str(self.admin), *arguments]
        # Without a copy, exec reads the very environment that pytest changes meanwhile in its own thread (EFAULT).
        environment = dict(os.environ)
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, check=False, errors="replace", env=environment
        )
        if check and done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def get(self, *arguments: str) -> dict[str, Any]:
        """`kubectl get ... -o json`, parsed."""
        parsed: dict[str, Any] = json.loads(self.kubectl("get", *arguments, "-o", "json"))
        return parsed

    def read(self, path: str, **query: str) -> dict[str, Any]:
        """A GET of the API as cluster admin, a twentieth of what `get` costs: for waiting loops."""
        answer: dict[str, Any] = json.loads(ask(self.admin, f"{path}?{urllib.parse.urlencode(query)}"))
        return answer


def ask(kubeconfig: Path, target: str) -> bytes:
    """What an API server answers to the user of a kubeconfig such as `Node.admin`. Raises `OSError`."""
    config = json.loads(kubeconfig.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    request = urllib.request.Request(
        f"{cluster['server']}{target}", headers={"Authorization": f"Bearer {user['token']}"}
    )
    with urllib.request.urlopen(request, timeout=10, context=context) as response:
        answer: bytes = response.read()
    return answer
