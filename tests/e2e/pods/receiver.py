"""The receiver as users deploy it: the shipped manifests, with what a user edits, on the node."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from e2e.chain.workspace import wait_for

if TYPE_CHECKING:
    from e2e.kube.node import Node

ROOT = Path(__file__).parents[3]
NAMESPACE = "monitoring"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:incident-bot-receiver"
READY_WITHIN_S = 120.0

_OVERLAYS = Path(__file__).parent
_SELECTOR = "app.kubernetes.io/name=incident-bot,app.kubernetes.io/component=receiver"


@dataclass
class ReceiverPods:
    """The pods of one overlay in a namespace that admits only what the restricted standard allows."""

    node: Node
    folder: Path
    webhook_token: str = field(default_factory=lambda: secrets.token_hex(32))

    def prepare_namespace(self, secret_values: Mapping[str, Mapping[str, str]]) -> None:
        """The namespace, the collector's account and the secrets, as the overlays' first lines say."""
        self.node.kubectl("apply", "-k", str(ROOT / "deploy/rbac/account"))
        enforced = "pod-security.kubernetes.io/enforce=restricted"
        self.node.kubectl("label", "namespace", NAMESPACE, enforced, "--overwrite")
        for name, values in {"incident-bot-webhook": {"token": self.webhook_token}, **secret_values}.items():
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                for key, value in values.items():
                    (Path(folder) / key).write_text(value)
                self.node.kubectl("-n", NAMESPACE, "create", "secret", "generic", name, f"--from-file={folder}")

    def apply(self, overlay: str, **edits: str) -> None:
        """Apply `deploy/receiver/<overlay>` with our edits of it, and wait until both pods are ready."""
        place = self.folder / overlay
        place.mkdir()
        shipped = os.path.relpath(ROOT / "deploy/receiver" / overlay, place)
        for file in (_OVERLAYS / overlay).iterdir():
            text = file.read_text()
            for name, value in {"SHIPPED": shipped, **edits}.items():
                text = text.replace(f"${{{name}}}", value)
            (place / file.name).write_text(text)
        self.node.kubectl("apply", "-k", str(place))
        self.wait_until_ready()

    def remove(self, overlay: str) -> None:
        """Delete what `apply` made."""
        self.node.kubectl("delete", "-k", str(self.folder / overlay), "--wait=true", "--timeout=60s")
        wait_for("the end of the receiver's pods", lambda: not self.pods(), READY_WITHIN_S)

    def pods(self) -> list[dict[str, Any]]:
        """The pods that are there, those that are ending too."""
        found: list[dict[str, Any]] = self.node.read(f"/api/v1/namespaces/{NAMESPACE}/pods", labelSelector=_SELECTOR)[
            "items"
        ]
        return found

    def names(self) -> list[str]:
        """The names of the pods."""
        return sorted(pod["metadata"]["name"] for pod in self.pods())

    def restarts(self) -> dict[str, int]:
        """How often each pod's container was started again."""
        return {pod["metadata"]["name"]: _restarts(pod) for pod in self.pods()}

    def wait_until_ready(self) -> None:
        """Until there are two pods and both are ready."""

        def are_ready() -> bool:
            pods = self.pods()
            return len(pods) == 2 and all(_is_ready(pod) for pod in pods)

        wait_for("two receivers to be ready", are_ready, READY_WITHIN_S, every_s=0.5)

    def kill(self, pod: Mapping[str, Any]) -> None:
        """SIGKILL to every process of a pod, its sandbox included, as when the power goes."""
        uid = pod["metadata"]["uid"]
        # systemd's names of control groups hold no other dash than their own.
        groups = f"pod({uid}|{uid.replace('-', '_')})"
        killed = self.node.shell(
            f"for pid in $(grep -lsE '{groups}' /proc/[0-9]*/cgroup | cut -d/ -f3); do kill -9 $pid && echo $pid; done"
        )
        assert len(killed.split()) > 1, "a receiver has more than one process"

    def kill_all(self) -> None:
        """Kill every pod, and wait until each is ready with new processes: whatever they remembered is gone."""
        before = self.restarts()
        for pod in self.pods():
            self.kill(pod)
        wait_for(
            "the receivers to start again",
            lambda: all(count > before[name] for name, count in self.restarts().items()),
            READY_WITHIN_S,
            every_s=0.5,
        )
        self.wait_until_ready()

    def execute(self, pod: str, *command: str) -> str:
        """What a command prints in a pod, errors included."""
        return self.node.kubectl(
            "-n", NAMESPACE, "exec", pod, "--", "sh", "-c", f"{' '.join(command)} 2>&1", check=False
        )

    def log(self) -> str:
        """The lines of all pods."""
        return self.node.kubectl("-n", NAMESPACE, "logs", "-l", _SELECTOR, "--tail=-1")

    @property
    def url(self) -> str:
        """The service's address: whichever pod is ready answers."""
        return f"http://{self.node.reach('incident-bot-receiver', NAMESPACE)}"

    def rights(self, account: str = ACCOUNT, namespace: str = NAMESPACE) -> list[tuple[str, str]]:
        """`verb resource` pairs that an account has and one without any role has not, as the API server says."""
        return sorted(self._rules(account, namespace) - self._rules("system:serviceaccount:default:nobody", namespace))

    def _rules(self, account: str, namespace: str) -> set[tuple[str, str]]:
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": namespace},
        }
        answer = self.node.kubectl(
            "create", "--validate=false", "-f", "-", "-o", "json", "--as", account, stdin=json.dumps(review)
        )
        return {
            (verb, resource)
            for rule in json.loads(answer)["status"]["resourceRules"]
            for verb in rule["verbs"]
            for resource in rule["resources"]
        }


def _restarts(pod: Mapping[str, Any]) -> int:
    return sum(item["restartCount"] for item in pod["status"].get("containerStatuses", []))


def _is_ready(pod: Mapping[str, Any]) -> bool:
    conditions = pod["status"].get("conditions", [])
    return "deletionTimestamp" not in pod["metadata"] and any(
        item["type"] == "Ready" and item["status"] == "True" for item in conditions
    )
