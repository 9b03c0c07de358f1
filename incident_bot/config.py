"""The config file `.github/incident-bot.yaml`: its sections with their defaults, and how it is read and checked.

It holds choices, never secrets. Its keys are checked strictly, because a misspelt key that is silently ignored is
found at 3 a.m.

The sections are plain dataclasses, and pydantic, which reads bounds and descriptions from their fields'
metadata, is loaded only where there is a file to check: it takes as long as a diagnosis of a small folder.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_type_hints

from incident_bot import libyaml
from incident_bot.environment import find_config
from incident_bot.errors import ConfigurationError

_MAX_CONFIG_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Part of the config file."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


def _key(default: Any, description: str, **bounds: Any) -> Any:
    """A key with its default; `bounds` are those of `pydantic.Field`."""
    return field(default=default, metadata={"description": description, **bounds})


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Section):
    """What the model costs in USD a million tokens; without it the issue says that the cost is unknown."""

    input: float = field(metadata={"ge": 0})
    output: float = field(metadata={"ge": 0})


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmConfig(Section):
    """How the model is asked."""

    model: str = _key("gemini-3.8-flash", "Model id; the default is generally available since 2026-09-02.")
    api_version: str = _key("v1beta", "API version of the Gemini Developer API: v1beta or v1.")
    timeout_s: float = _key(
        40.0, "Longest time for the whole consultation, retries and the repair try included.", gt=0, le=300
    )
    max_output_tokens: int = _key(16384, "Cap on thinking and visible tokens together.", ge=1024, le=65536)
    thinking: Literal["low", "medium", "high"] = _key("low", "Thinking level.")
    prompt_tokens: int = _key(
        24_000, "Budget for the evidence in the prompt, in estimated tokens.", ge=2000, le=900_000
    )
    price_usd_per_million: Price | None = field(
        default=None, metadata={"description": "Prices, to print the cost of each call."}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceConfig(Section):
    """How the cluster is read."""

    deadline_s: float = _key(20.0, "After this many seconds whatever is missing becomes a gap.", gt=0, le=600)
    log_bytes: int = _key(8 * 1024 * 1024, "Newest bytes kept of each container's log.", ge=4096, le=256 * 1024 * 1024)


LABEL_CHARS = 50
"""GitHub refuses an issue whose label has a longer name (github/docs#32156), or none."""


class _LabelBounds:
    """What pydantic, which is imported only where there is a config file, checks of a label's name."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.str_schema(min_length=1, max_length=LABEL_CHARS, strip_whitespace=True)


LabelName = Annotated[str, _LabelBounds()]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueConfig(Section):
    """How the issue looks and lives."""

    evidence_tokens: int = _key(
        8_000, "Budget for the raw evidence below the diagnosis, in estimated tokens.", ge=500, le=14_000
    )
    labels: tuple[LabelName, ...] = _key((), "Further labels for every issue, of at most 50 characters each.")
    reopen_window_h: float = _key(
        24.0, "A closed issue that fires again within this many hours is reopened; later, a new one links it.", ge=0
    )
    close_on_resolve: bool = _key(False, "Close the issue when the alert resolves, not only comment.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionRule(Section):
    """A pattern of your own. Its samples prove it: `matches` must be found, `ignores` must not."""

    kind: str
    pattern: str
    matches: tuple[str, ...] = field(metadata={"min_length": 1})
    ignores: tuple[str, ...] = field(metadata={"min_length": 1})


PersonalKind = Literal["email", "card", "iban", "ip", "phone", "national-id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceRedaction(Section):
    """What is also taken out of incidents in the namespaces that a glob matches."""

    match: str = field(metadata={"min_length": 1})
    personal: tuple[PersonalKind, ...] = ()
    allow: tuple[str, ...] = ()
    rules: tuple[RedactionRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionConfig(Section):
    """What is taken out before anything leaves the process."""

    personal: tuple[PersonalKind, ...] = _key(
        ("email", "card", "iban"), "Kinds of personal data that are replaced; also ip, phone, national-id."
    )
    allow: tuple[str, ...] = _key((), "Patterns whose full match is never replaced.")
    rules: tuple[RedactionRule, ...] = _key((), "Secrets of your own, by pattern.")
    namespaces: tuple[NamespaceRedaction, ...] = _key(
        (), "Further `personal`, `allow` and `rules` for namespaces that the glob `match` names."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverConfig(Section):
    """How `serve` takes alerts."""

    max_body_bytes: int = _key(
        4 * 1024 * 1024,
        "Largest webhook body; a larger one is answered 413, which Alertmanager gives up.",
        ge=64 * 1024,
        le=64 * 1024 * 1024,
    )
    deadline_s: float = _key(
        8.0,
        "Whatever is not handed over by then is answered 503, so that Alertmanager, which waits ten seconds, sends it again.",
        gt=0,
        le=60,
    )
    recent_s: float = _key(
        60.0, "The very same message within this many seconds is not handed over twice by one process.", ge=0, le=3600
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchConfig(Section):
    """How `serve` hands incidents over."""

    event_type: str = _key(
        "production-alert",
        "`event_type` of the repository_dispatch; the workflow's `types` must list it.",
        min_length=1,
        max_length=100,
    )
    timeout_s: float = _key(4.0, "Longest wait for GitHub's or the API server's answer to one call.", gt=0, le=30)
    parallel: int = _key(4, "Calls at once in one worker process.", ge=1, le=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobConfig(Section):
    """The Kubernetes Job that triages one incident (`serve --dispatcher kubernetes`)."""

    image: str = _key("", "Image that holds incident-bot; needed for `--dispatcher kubernetes`.")
    namespace: str = _key("", "Where jobs run; empty is the receiver's own namespace.")
    service_account: str = _key("incident-bot", "Who the job is: needs the reads of deploy/rbac.")
    secret: str = _key(
        "incident-bot", "Secret of the job's environment: keys GITHUB_TOKEN and, optional, GEMINI_API_KEY."
    )
    config_map: str = _key("", "ConfigMap whose key `config.yaml` is the job's config file.")
    window_s: int = _key(
        300, "The same alert within the same window of this many seconds is the same job.", ge=10, le=86_400
    )
    ttl_s: int = _key(3_600, "Finished jobs are deleted after this many seconds.", ge=0)
    deadline_s: int = _key(600, "A job that runs longer is stopped.", ge=30)
    backoff_limit: int = _key(2, "How often a failed job is tried again.", ge=0, le=10)
    cpu_request: str = _key("100m", "CPU that a job asks for.")
    memory_request: str = _key("256Mi", "Memory that a job asks for.")
    memory_limit: str = _key("768Mi", "Memory that a job may use.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Section):
    """The whole of `.github/incident-bot.yaml`."""

    llm: LlmConfig = LlmConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    issue: IssueConfig = IssueConfig()
    redaction: RedactionConfig = RedactionConfig()
    receiver: ReceiverConfig = ReceiverConfig()
    dispatch: DispatchConfig = DispatchConfig()
    job: JobConfig = JobConfig()
    ignore_alerts: tuple[str, ...] = _key(("Watchdog", "InfoInhibitor"), "Alert names that never become an incident.")
    rule_folders: tuple[str, ...] = _key((), "Folders with rules of your own, relative to the repository.")


def load_config(path: Path | None) -> Config:
    """Read and check a config file; None means the default path where it exists."""
    chosen = find_config(path)
    if chosen is None:
        return Config()
    import yaml

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
            f"{chosen} is not valid YAML: {libyaml.explain(error)}", hint="Fix the line named."
        ) from error
    return parse_config({} if loaded is None else loaded, str(chosen))


def parse_config(loaded: object, origin: str) -> Config:
    """Check a parsed config file. Raises `ConfigurationError` with a suggestion for an unknown key."""
    from pydantic import TypeAdapter, ValidationError

    if not isinstance(loaded, dict):
        raise ConfigurationError(
            f"{origin}: expected a mapping of sections, got {type(loaded).__name__}",
            hint="E.g. `issue:`, and below it `close_on_resolve: true`; docs/configuration.md lists every key.",
        )
    try:
        return TypeAdapter(Config).validate_python(loaded)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigurationError(f"{origin}: {_explain(first)}", hint=_suggest(first)) from error


def config_schema() -> dict[str, Any]:
    """JSON Schema of the config file, as shipped in `docs/incident-bot.schema.json`."""
    from pydantic import TypeAdapter

    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **TypeAdapter(Config).json_schema()}


_UNKNOWN_KEY = "unexpected_keyword_argument"
"""What pydantic calls a key that a section does not have."""


def _explain(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == _UNKNOWN_KEY:
        return f"unknown key `{key}`"
    message = "expected a section with keys of its own" if "dataclass" in error["type"] else error["msg"].lower()
    return f"`{key}`: {message}, got {str(error['input'])[:60]!r}"


def _suggest(error: Any) -> str:
    if error["type"] != _UNKNOWN_KEY:
        return "docs/configuration.md lists every key with its default."
    section: type[Section] = Config
    for part in error["loc"][:-1]:
        inner = get_type_hints(section).get(part)
        if not (isinstance(inner, type) and issubclass(inner, Section)):
            break
        section = inner
    names = list(keys_of(section))
    close = difflib.get_close_matches(str(error["loc"][-1]), names, n=1)
    return f"Did you mean `{close[0]}`?" if close else f"Known keys here: {', '.join(names)}."


def keys_of(section: type[Section]) -> Mapping[str, Field[Any]]:
    """The keys of a section by name; the metadata of each hold its description."""
    return {key.name: key for key in fields(section)}
