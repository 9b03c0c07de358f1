"""The settings of a run: what the environment says, secrets among it, and the config file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from incident_bot.config import Config, load_config
from incident_bot.environment import read_credentials, read_environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Configuration and environment of one run; secrets are kept out of `repr`."""

    config: Config = field(default_factory=Config)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What `read_credentials` found."""
    github_token: str = field(default="", repr=False)
    github_token_file: str = ""
    github_app_id: str = ""
    github_app_installation_id: str = ""
    github_app_private_key: str = field(default="", repr=False)
    github_app_private_key_file: str = ""
    github_repository: str = ""
    github_api_url: str = "https://api.github.com"
    github_event_path: str = ""
    github_event_name: str = ""
    github_step_summary: str = ""
    run_url: str = ""
    gemini_api_key: str = field(default="", repr=False)
    gemini_base_url: str = ""
    kubeconfig: str = ""
    kubeconfig_data: str = field(default="", repr=False)
    allow_insecure_tls: bool = False
    webhook_token: str = field(default="", repr=False)
    webhook_token_file: str = ""
    https_proxy: str = field(default="", repr=False)
    no_proxy: str = ""
    metrics_folder: str = ""
    in_pod: bool = False
    """Whether the cluster that we run in is the only one that can be reached."""

    @property
    def in_actions(self) -> bool:
        """Whether a workflow started us with an event file."""
        return bool(self.github_event_path)


def load_settings(config_path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment and the config file.

    `config_path` None means `.github/incident-bot.yaml` if it exists. Raises
    `ConfigurationError` naming the key, its value and the remedy.
    """
    env = read_environment() if environ is None else environ
    own = read_credentials(env)
    return Settings(
        config=load_config(config_path),
        secrets=own,
        github_token=own.get("GITHUB_TOKEN", ""),
        github_token_file=env.get("GITHUB_TOKEN_FILE", ""),
        github_app_id=env.get("GITHUB_APP_ID", ""),
        github_app_installation_id=env.get("GITHUB_APP_INSTALLATION_ID", ""),
        github_app_private_key=env.get("GITHUB_APP_PRIVATE_KEY", ""),
        github_app_private_key_file=env.get("GITHUB_APP_PRIVATE_KEY_FILE", ""),
        github_repository=env.get("GITHUB_REPOSITORY", ""),
        github_api_url=env.get("GITHUB_API_URL") or "https://api.github.com",
        github_event_path=env.get("GITHUB_EVENT_PATH", ""),
        github_event_name=env.get("GITHUB_EVENT_NAME", ""),
        github_step_summary=env.get("GITHUB_STEP_SUMMARY", ""),
        run_url=_run_url(env),
        gemini_api_key=own.get("GOOGLE_API_KEY") or own.get("GEMINI_API_KEY", ""),
        gemini_base_url=env.get("GOOGLE_GEMINI_BASE_URL", ""),
        kubeconfig=env.get("KUBECONFIG", ""),
        kubeconfig_data=env.get("INCIDENT_BOT_KUBECONFIG_DATA", ""),
        webhook_token=own.get("INCIDENT_BOT_WEBHOOK_TOKEN", ""),
        webhook_token_file=env.get("INCIDENT_BOT_WEBHOOK_TOKEN_FILE", ""),
        https_proxy=env.get("HTTPS_PROXY") or env.get("https_proxy", ""),
        no_proxy=env.get("NO_PROXY") or env.get("no_proxy", ""),
        metrics_folder=env.get("PROMETHEUS_MULTIPROC_DIR", ""),
        in_pod=bool(env.get("KUBERNETES_SERVICE_HOST"))
        and not (env.get("KUBECONFIG") or env.get("INCIDENT_BOT_KUBECONFIG_DATA")),
        allow_insecure_tls=env.get("INCIDENT_BOT_ALLOW_INSECURE_TLS", "").lower() in {"1", "true", "yes"},
    )


def keep_metrics_in(folder: str) -> None:
    """Tell the Prometheus client library, which reads nothing else, where worker processes share their numbers."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # noqa: TID251 - this is the one place


def _run_url(env: Mapping[str, str]) -> str:
    parts = [env.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else ""
