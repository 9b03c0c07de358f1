"""The settings of a run, from the environment and `.github/incident-bot.yaml`.

Secrets come from the environment only. The config file holds choices, never secrets;
its keys are checked strictly, because a misspelt key that is silently ignored is
found at 3 a.m.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from incident_bot.environment import find_config, read_credentials, read_environment
from incident_bot.errors import ConfigurationError

_MAX_CONFIG_BYTES = 256 * 1024


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(_Section):
    """What the model costs in USD a million tokens; without it the issue says that the cost is unknown."""

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]


class LlmConfig(_Section):
    """How the model is asked."""

    model: str = Field("gemini-3.8-flash", description="Model id; the default is generally available since 2026-09-02.")
    api_version: str = Field("v1beta", description="API version of the Gemini Developer API: v1beta or v1.")
    timeout_s: Annotated[float, Field(gt=0, le=300)] = Field(
        40.0, description="Longest time for the whole consultation, retries and the repair try included."
    )
    max_output_tokens: Annotated[int, Field(ge=1024, le=65536)] = Field(
        16384, description="Cap on thinking and visible tokens together."
    )
    thinking: Literal["low", "medium", "high"] = Field("low", description="Thinking level.")
    prompt_tokens: Annotated[int, Field(ge=2000, le=900_000)] = Field(
        24_000, description="Budget for the evidence in the prompt, in estimated tokens."
    )
    price_usd_per_million: Price | None = Field(None, description="Prices, to print the cost of each call.")


class EvidenceConfig(_Section):
    """How the cluster is read."""

    deadline_s: Annotated[float, Field(gt=0, le=600)] = Field(
        20.0, description="After this many seconds whatever is missing becomes a gap."
    )
    log_bytes: Annotated[int, Field(ge=4096, le=256 * 1024 * 1024)] = Field(
        8 * 1024 * 1024, description="Newest bytes kept of each container's log."
    )


class IssueConfig(_Section):
    """How the issue looks and lives."""

    evidence_tokens: Annotated[int, Field(ge=500, le=14_000)] = Field(
        8_000, description="Budget for the raw evidence below the diagnosis, in estimated tokens."
    )
    labels: tuple[str, ...] = Field((), description="Further labels for every issue.")
    reopen_window_h: Annotated[float, Field(ge=0)] = Field(
        24.0,
        description="A closed issue that fires again within this many hours is reopened; later, a new one links it.",
    )
    close_on_resolve: bool = Field(False, description="Close the issue when the alert resolves, not only comment.")


class RedactionRule(_Section):
    """A pattern of your own. Its samples prove it: `matches` must be found, `ignores` must not."""

    kind: str
    pattern: str
    matches: Annotated[tuple[str, ...], Field(min_length=1)]
    ignores: Annotated[tuple[str, ...], Field(min_length=1)]


PersonalKind = Literal["email", "card", "iban", "ip", "phone", "national-id"]


class NamespaceRedaction(_Section):
    """What is also taken out of incidents in the namespaces that a glob matches."""

    match: Annotated[str, Field(min_length=1)]
    personal: tuple[PersonalKind, ...] = ()
    allow: tuple[str, ...] = ()
    rules: tuple[RedactionRule, ...] = ()


class RedactionConfig(_Section):
    """What is taken out before anything leaves the process."""

    personal: tuple[PersonalKind, ...] = Field(
        ("email", "card", "iban"), description="Kinds of personal data that are replaced; also ip, phone, national-id."
    )
    allow: tuple[str, ...] = Field((), description="Patterns whose full match is never replaced.")
    rules: tuple[RedactionRule, ...] = Field((), description="Secrets of your own, by pattern.")
    namespaces: tuple[NamespaceRedaction, ...] = Field(
        (), description="Further `personal`, `allow` and `rules` for namespaces that the glob `match` names."
    )


class ReceiverConfig(_Section):
    """How `serve` takes alerts."""

    max_body_bytes: Annotated[int, Field(ge=64 * 1024, le=64 * 1024 * 1024)] = Field(
        4 * 1024 * 1024, description="Largest webhook body; a larger one is answered 413, which Alertmanager gives up."
    )
    deadline_s: Annotated[float, Field(gt=0, le=60)] = Field(
        8.0,
        description="Whatever is not handed over by then is answered 503, so that Alertmanager, which waits ten seconds, sends it again.",
    )
    recent_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        60.0, description="The very same message within this many seconds is not handed over twice by one process."
    )


class DispatchConfig(_Section):
    """How `serve` hands incidents over."""

    event_type: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        "production-alert", description="`event_type` of the repository_dispatch; the workflow's `types` must list it."
    )
    timeout_s: Annotated[float, Field(gt=0, le=30)] = Field(
        4.0, description="Longest wait for GitHub's or the API server's answer to one call."
    )
    parallel: Annotated[int, Field(ge=1, le=32)] = Field(4, description="Calls at once in one worker process.")


class JobConfig(_Section):
    """The Kubernetes Job that triages one incident (`serve --dispatcher kubernetes`)."""

    image: str = Field("", description="Image that holds incident-bot; needed for `--dispatcher kubernetes`.")
    namespace: str = Field("", description="Where jobs run; empty is the receiver's own namespace.")
    service_account: str = Field("incident-bot", description="Who the job is: needs the reads of deploy/rbac.")
    secret: str = Field(
        "incident-bot", description="Secret of the job's environment: keys GITHUB_TOKEN and, optional, GEMINI_API_KEY."
    )
    config_map: str = Field("", description="ConfigMap whose key `config.yaml` is the job's config file.")
    window_s: Annotated[int, Field(ge=10, le=86_400)] = Field(
        300, description="The same alert within the same window of this many seconds is the same job."
    )
    ttl_s: Annotated[int, Field(ge=0)] = Field(3_600, description="Finished jobs are deleted after this many seconds.")
    deadline_s: Annotated[int, Field(ge=30)] = Field(600, description="A job that runs longer is stopped.")
    backoff_limit: Annotated[int, Field(ge=0, le=10)] = Field(2, description="How often a failed job is tried again.")
    cpu_request: str = Field("100m", description="CPU that a job asks for.")
    memory_request: str = Field("256Mi", description="Memory that a job asks for.")
    memory_limit: str = Field("768Mi", description="Memory that a job may use.")


class Config(_Section):
    """The whole of `.github/incident-bot.yaml`."""

    llm: LlmConfig = LlmConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    issue: IssueConfig = IssueConfig()
    redaction: RedactionConfig = RedactionConfig()
    receiver: ReceiverConfig = ReceiverConfig()
    dispatch: DispatchConfig = DispatchConfig()
    job: JobConfig = JobConfig()
    ignore_alerts: tuple[str, ...] = Field(
        ("Watchdog", "InfoInhibitor"), description="Alert names that never become an incident."
    )
    rule_folders: tuple[str, ...] = Field((), description="Folders with rules of your own, relative to the repository.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Configuration and environment of one run; secrets are kept out of `repr`."""

    config: Config = field(default_factory=Config)
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
    width: int | None = None

    @property
    def in_actions(self) -> bool:
        """Whether a workflow started us with an event file."""
        return bool(self.github_event_path)

    @property
    def secrets(self) -> dict[str, str]:
        """Our own credentials by name, where set: they must never leave, whatever they look like."""
        named = {
            "GITHUB_TOKEN": self.github_token,
            "GEMINI_API_KEY": self.gemini_api_key,
            "INCIDENT_BOT_WEBHOOK_TOKEN": self.webhook_token,
        }
        return {name: value for name, value in named.items() if value}


def load_settings(config_path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment and the config file.

    `config_path` None means `.github/incident-bot.yaml` if it exists. Raises
    `ConfigurationError` naming the key, its value and the remedy.
    """
    env = read_environment() if environ is None else environ
    own = read_credentials(env)
    return Settings(
        config=load_config(config_path),
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
        gemini_api_key=own.get("GEMINI_API_KEY", ""),
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


def load_config(path: Path | None) -> Config:
    """Read and check a config file; None means the default path where it exists."""
    chosen = find_config(path)
    if chosen is None:
        return Config()
    try:
        if chosen.stat().st_size > _MAX_CONFIG_BYTES:
            raise ConfigurationError(
                f"{chosen} is larger than {_MAX_CONFIG_BYTES // 1024} KiB", hint="Is this really the config file?"
            )
        loaded = yaml.safe_load(chosen.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"cannot read config file {chosen}: {error.strerror}", hint="Check --config or INCIDENT_BOT_CONFIG."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{chosen} is not UTF-8 text", hint="Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(
            f"{chosen} is not valid YAML: {_first_line(error)}", hint="Fix the line named."
        ) from error
    return parse_config({} if loaded is None else loaded, str(chosen))


def parse_config(loaded: object, origin: str) -> Config:
    """Check a parsed config file. Raises `ConfigurationError` with a suggestion for an unknown key."""
    if not isinstance(loaded, dict):
        raise ConfigurationError(f"{origin}: expected a mapping of sections, got {type(loaded).__name__}")
    try:
        return Config.model_validate(loaded)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigurationError(f"{origin}: {_explain(first)}", hint=_suggest(first)) from error


def config_schema() -> dict[str, Any]:
    """JSON Schema of the config file, as shipped in `docs/incident-bot.schema.json`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Config.model_json_schema()}


def _explain(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown key `{key}`"
    return f"`{key}`: {error['msg'].lower()}, got {str(error['input'])[:60]!r}"


def _suggest(error: Any) -> str:
    if error["type"] != "extra_forbidden":
        return "docs/configuration.md lists every key with its default."
    section: type[BaseModel] = Config
    for part in error["loc"][:-1]:
        annotation = section.model_fields[part].annotation if part in section.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            break
        section = annotation
    close = difflib.get_close_matches(str(error["loc"][-1]), section.model_fields, n=1)
    known = ", ".join(section.model_fields)
    return f"Did you mean `{close[0]}`?" if close else f"Known keys here: {known}."


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
