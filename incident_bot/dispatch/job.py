"""The Kubernetes Job that triages one incident: its name and its manifest. Pure.

The message travels as an annotation of the pod, which the downward API turns into a file: no
ConfigMap to create and clean up, so the receiver needs the one verb `create` on Jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from incident_bot.config import JobConfig
    from incident_bot.dispatch.message import Message

MESSAGE_ANNOTATION = "incident-bot/message"
_MESSAGE_FILE = "message.json"
_MOUNT = "/incident"
_CONFIG_MOUNT = "/config"
_USER_ID = 65532


def job_name(message: Message, window_s: int, now: datetime) -> str:
    """The same for every repeat of the same outbreak within one window of `window_s` seconds.

    `occurrence` keeps firing, resolved and firing again apart: none of them may hide another.
    """
    window = int(now.timestamp()) // window_s
    return f"incident-bot-{message.key}-{message.occurrence}-{window}"


def make_job(message: Message, config: JobConfig, *, name: str, repository: str, api_url: str) -> dict[str, Any]:
    """The manifest, within the Pod Security Standard `restricted`."""
    labels = {
        "app.kubernetes.io/name": "incident-bot",
        "app.kubernetes.io/component": "triage",
        "app.kubernetes.io/managed-by": "incident-bot",
        "incident-bot/key": message.key,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "backoffLimit": config.backoff_limit,
            "activeDeadlineSeconds": config.deadline_s,
            "ttlSecondsAfterFinished": config.ttl_s,
            "template": {
                "metadata": {"labels": labels, "annotations": {MESSAGE_ANNOTATION: message.text}},
                "spec": _pod(config, repository, api_url),
            },
        },
    }


def _pod(config: JobConfig, repository: str, api_url: str) -> dict[str, Any]:
    item = {"path": _MESSAGE_FILE, "fieldRef": {"fieldPath": f"metadata.annotations['{MESSAGE_ANNOTATION}']"}}
    volumes: list[dict[str, Any]] = [
        {"name": "message", "downwardAPI": {"items": [item]}},
        {"name": "work", "emptyDir": {"sizeLimit": "256Mi"}},
    ]
    if config.config_map:
        volumes.append({"name": "config", "configMap": {"name": config.config_map}})
    return {
        "restartPolicy": "Never",
        "serviceAccountName": config.service_account,
        # It reads the cluster with its service account; its role (deploy/rbac) says what.
        "automountServiceAccountToken": True,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER_ID,
            "runAsGroup": _USER_ID,
            "fsGroup": _USER_ID,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(config, repository, api_url)],
        "volumes": volumes,
    }


def _container(config: JobConfig, repository: str, api_url: str) -> dict[str, Any]:
    arguments = ["triage", "--alert-file", f"{_MOUNT}/{_MESSAGE_FILE}", "--tracker", "github", "--out", "/work/reports"]
    mounts = [{"name": "message", "mountPath": _MOUNT, "readOnly": True}, {"name": "work", "mountPath": "/work"}]
    if config.config_map:
        arguments += ["--config", f"{_CONFIG_MOUNT}/config.yaml"]
        mounts.append({"name": "config", "mountPath": _CONFIG_MOUNT, "readOnly": True})
    return {
        "name": "triage",
        "image": config.image,
        "args": arguments,
        "workingDir": "/work",
        "env": [
            {"name": "GITHUB_REPOSITORY", "value": repository},
            {"name": "GITHUB_API_URL", "value": api_url},
            {"name": "HOME", "value": "/work"},
            {"name": "TMPDIR", "value": "/work"},
            _from_secret("GITHUB_TOKEN", config.secret, optional=False),
            _from_secret("GEMINI_API_KEY", config.secret, optional=True),
        ],
        "resources": {
            "requests": {"cpu": config.cpu_request, "memory": config.memory_request},
            "limits": {"memory": config.memory_limit},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }


def _from_secret(name: str, secret: str, *, optional: bool) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name, "optional": optional}}}
