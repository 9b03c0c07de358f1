"""Which cluster, as whom: kubeconfig files and kubeconfig text, read, merged and checked.

The client library is not trusted with this: it lets the last file of a `KUBECONFIG` list
decide the current context (kubectl lets the first), sends requests without credentials
when an exec plugin is missing, and runs any command that a supplied kubeconfig names.
"""

from __future__ import annotations

import base64
import binascii
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from incident_bot.errors import ConfigurationError

KNOWN_EXEC_PLUGINS = ("aws", "aws-iam-authenticator", "gke-gcloud-auth-plugin", "kubelogin")
"""Commands that a kubeconfig from a secret may name; anything else would be remote code of its author's choice."""

_EXEC_ENV_PREFIXES = ("AAD_", "ARM_", "AWS_", "AZURE_", "CLOUDSDK_", "GOOGLE_", "USE_GKE_GCLOUD_AUTH_PLUGIN")
_MAX_KUBECONFIG_BYTES = 4 * 1024 * 1024
_SECTIONS = ("clusters", "contexts", "users")
_FILE_FIELDS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
_DEFAULT_PATH = "~/.kube/config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One context of a checked kubeconfig. `config` is the merged kubeconfig, file paths made absolute."""

    config: Mapping[str, Any]
    context: str
    namespace: str
    server: str
    exec_command: str = ""


def read_access(
    *, kubeconfig: str = "", kubeconfig_data: str = "", context: str = "", allow_insecure_tls: bool = False
) -> Access | None:
    """Choose the cluster, or None where nothing names one and only the in-cluster way is left.

    `kubeconfig_data` (raw or base64 YAML) goes before `kubeconfig` (a path, or several joined
    as in `KUBECONFIG`), and that before `~/.kube/config`. `context` is the name of a context or
    of a cluster; empty means the current context. Raises `ConfigurationError`.
    """
    if kubeconfig_data.strip():
        origin = "the supplied kubeconfig"
        config = _check_shape(_parse_yaml(_decode(kubeconfig_data), origin), origin)
    else:
        paths = _existing_paths(kubeconfig)
        if not paths:
            return None
        origin = ", ".join(str(path) for path in paths)
        config = _merge([_load_file(path) for path in paths])
    chosen = _choose_context(config, context, origin)
    cluster = _find(config, "clusters", _text(chosen, "cluster"), "cluster", origin)
    user = _find(config, "users", _text(chosen, "user"), "user", origin) if chosen.get("user") else {}
    _check_server(cluster, origin, allow_insecure_tls=allow_insecure_tls)
    command = _check_user(user, origin, supplied=bool(kubeconfig_data.strip()))
    return Access(
        config=config,
        context=_text(chosen, "_name"),
        namespace=_text(chosen, "namespace"),
        server=_text(cluster, "server"),
        exec_command=command,
    )


def _existing_paths(kubeconfig: str) -> list[Path]:
    if not kubeconfig:
        default = Path(_DEFAULT_PATH).expanduser()
        return [default] if default.is_file() else []
    named = [Path(part).expanduser() for part in kubeconfig.split(os.pathsep) if part]
    found = [path for path in named if path.is_file()]
    if not found:
        raise ConfigurationError(
            f"kubeconfig {kubeconfig!r}: no such file", hint="Check KUBECONFIG or --kubeconfig; kubectl reads the same."
        )
    return found


def _load_file(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_KUBECONFIG_BYTES:
            raise ConfigurationError(f"kubeconfig {path} is larger than {_MAX_KUBECONFIG_BYTES >> 20} MiB")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot read kubeconfig {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"kubeconfig {path} is not UTF-8 text") from error
    config = _check_shape(_parse_yaml(text, str(path)), str(path))
    for section in ("clusters", "users"):
        for entry in config[section]:
            _make_paths_absolute(entry.get(section[:-1]), path.absolute().parent)
    return config


def _make_paths_absolute(body: object, folder: Path) -> None:
    if not isinstance(body, dict):
        return
    for name in _FILE_FIELDS:
        if isinstance(body.get(name), str) and body[name]:
            body[name] = str(folder / body[name])
    plugin = body.get("exec")
    if isinstance(plugin, dict) and os.sep in str(plugin.get("command", "")):
        plugin["command"] = str(folder / str(plugin["command"]))


def _decode(data: str) -> str:
    """Raw YAML or JSON as it is, base64 decoded. The text itself never appears in an error."""
    if "clusters" in data:
        return data
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
        return raw.decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise ConfigurationError(
            "the supplied kubeconfig is neither YAML with `clusters` nor base64 of it",
            hint="Store the output of `kubectl config view --raw --flatten --minify | base64 -w0`.",
        ) from error


def _parse_yaml(text: str, origin: str) -> object:
    if len(text) > _MAX_KUBECONFIG_BYTES:
        raise ConfigurationError(f"{origin} is larger than {_MAX_KUBECONFIG_BYTES >> 20} MiB")
    try:
        parsed: object = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        # The parser quotes the line, and here that line may be a token: say only where.
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"{origin} is not valid YAML{where}") from error
    return parsed


def _check_shape(config: object, origin: str) -> dict[str, Any]:
    if not isinstance(config, dict):
        raise ConfigurationError(f"{origin}: expected a mapping with clusters, contexts and users")
    for section in _SECTIONS:
        entries = config.get(section) or []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) and "name" in entry for entry in entries):
            raise ConfigurationError(f"{origin}: `{section}` must be a list of entries with a `name`")
        config[section] = entries
    return config


def _merge(configs: list[dict[str, Any]]) -> dict[str, Any]:
    """As kubectl merges: the first file that sets a name, or the current context, wins."""
    merged: dict[str, Any] = {"apiVersion": "v1", "kind": "Config"}
    current = next((config["current-context"] for config in configs if config.get("current-context")), "")
    if current:
        merged["current-context"] = current
    for section in _SECTIONS:
        by_name: dict[str, Any] = {}
        for config in configs:
            for entry in config[section]:
                by_name.setdefault(str(entry["name"]), entry)
        merged[section] = list(by_name.values())
    return merged


def _choose_context(config: Mapping[str, Any], wanted: str, origin: str) -> dict[str, Any]:
    """The context's body with its name as `_name`. A context's own name goes before its cluster's."""
    contexts = {
        str(entry["name"]): entry["context"] for entry in config["contexts"] if isinstance(entry.get("context"), dict)
    }
    name = wanted or str(config.get("current-context") or "")
    if not name and len(contexts) == 1:
        name = next(iter(contexts))
    if name not in contexts:
        of_cluster = [key for key, body in contexts.items() if name and body.get("cluster") == name]
        if len(of_cluster) != 1:
            raise _unknown_context(name, contexts, of_cluster, origin)
        name = of_cluster[0]
    return {**contexts[name], "_name": name}


def _unknown_context(
    name: str, contexts: Mapping[str, Mapping[str, Any]], of_cluster: list[str], origin: str
) -> ConfigurationError:
    listed = ", ".join(f"{key} (cluster {body.get('cluster')})" for key, body in contexts.items()) or "none"
    if of_cluster:
        problem = f"{len(of_cluster)} contexts are of cluster {name!r}"
    elif name:
        problem = f"no context or cluster is named {name!r}"
    else:
        problem = "no current context is set"
    return ConfigurationError(f"{origin}: {problem}", hint=f"Choose one with --cluster: {listed}.")


def _find(config: Mapping[str, Any], section: str, name: str, key: str, origin: str) -> dict[str, Any]:
    body = next((entry.get(key) for entry in config[section] if str(entry["name"]) == name), None)
    if not isinstance(body, dict):
        raise ConfigurationError(
            f"{origin}: `{section}` has no entry named {name!r} with a `{key}`",
            hint="`kubectl config view` shows which names exist.",
        )
    return body


def _check_server(cluster: Mapping[str, Any], origin: str, *, allow_insecure_tls: bool) -> None:
    server = _text(cluster, "server")
    parts = urlsplit(server)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"{origin}: `server` is not an http or https address")
    if allow_insecure_tls:
        return
    hint = "Put the cluster's CA into certificate-authority-data, or set INCIDENT_BOT_ALLOW_INSECURE_TLS=1 for a test."
    if cluster.get("insecure-skip-tls-verify"):
        raise ConfigurationError(f"{origin}: `insecure-skip-tls-verify` would send the token to anybody", hint=hint)
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ConfigurationError(f"{origin}: `server` is plain http, which would show the token to anybody", hint=hint)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_user(user: Mapping[str, Any], origin: str, *, supplied: bool) -> str:
    """The exec plugin's command, or an empty string. Raises where it may not or cannot be run."""
    if supplied and user.get("auth-provider"):
        raise ConfigurationError(
            f"{origin}: `auth-provider` may run any command and left kubectl in 1.26",
            hint="Use a service account's token or an exec plugin.",
        )
    plugin = user.get("exec")
    if not plugin:
        return ""
    command = _text(plugin, "command") if isinstance(plugin, dict) else ""
    if supplied:
        _check_supplied_plugin(command, plugin, origin)
    if not shutil.which(command):
        raise ConfigurationError(
            f"{origin}: the exec plugin {command!r} is not installed",
            hint=f"Install {command!r}, or use a kubeconfig with a token (`kubectl create token SERVICE_ACCOUNT`).",
        )
    return command


def _check_supplied_plugin(command: str, plugin: Any, origin: str) -> None:
    if command not in KNOWN_EXEC_PLUGINS:
        raise ConfigurationError(
            f"{origin} asks to run {command!r}, which is refused",
            hint=f"From a secret only these plugins are run: {', '.join(KNOWN_EXEC_PLUGINS)}. Or use a token.",
        )
    entries = plugin.get("env") or []
    for entry in entries if isinstance(entries, list) else []:
        name = _text(entry, "name") if isinstance(entry, dict) else ""
        if not name.startswith(_EXEC_ENV_PREFIXES):
            raise ConfigurationError(
                f"{origin}: the exec plugin's `env` may not set {name!r}",
                hint=f"Allowed are names that start with {', '.join(_EXEC_ENV_PREFIXES)}.",
            )


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
