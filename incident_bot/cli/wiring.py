"""From options and settings to what a run is made of: a redactor, a source, a model, a tracker, the clock."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from incident_bot.environment import find_config, read_credentials, read_environment
from incident_bot.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from incident_bot.cli.options import AlertOptions
    from incident_bot.config import NamespaceRedaction, RedactionConfig
    from incident_bot.evidence import Source
    from incident_bot.llm import Consultant
    from incident_bot.model import Gap, Incident
    from incident_bot.redaction import Policy, Redactor
    from incident_bot.settings import Settings
    from incident_bot.tracker import Tracker

_MAX_ALERT_BYTES = 16 * 1024 * 1024


def load(config_path: Path | None) -> Settings:
    """Settings from the environment and the config file."""
    from incident_bot.settings import load_settings

    return load_settings(config_path)


def make_policy(settings: Settings) -> Policy:
    """What the config file says about redaction."""
    from incident_bot.redaction import NamespacePolicy, Policy, UserRule

    def decided(section: RedactionConfig | NamespaceRedaction) -> dict[str, Any]:
        return {
            "rules": tuple(UserRule(**asdict(rule)) for rule in section.rules),
            "allow": section.allow,
            "personal": frozenset(section.personal),
        }

    chosen = settings.config.redaction
    namespaces = tuple(NamespacePolicy(match=section.match, **decided(section)) for section in chosen.namespaces)
    return Policy(**decided(chosen), namespaces=namespaces)


def make_redactor(settings: Settings, *, fast: bool = True) -> Redactor:
    """A redactor with a fresh key: placeholders are stable within this run only. For `fast` see `Redactor`."""
    from incident_bot.cli import pipe

    return pipe.make_redactor(settings.secrets, make_policy(settings), fast=fast)


def make_filter(config_path: Path | None) -> Redactor:
    """The same redactor without the settings, where there is no config file to read: loading them is half of a start."""
    if find_config(config_path):
        return make_redactor(load(config_path))
    from incident_bot.cli import pipe

    return pipe.make_redactor(read_credentials(read_environment()))


def read_incidents(alert: AlertOptions, settings: Settings, *, required: bool = True) -> tuple[Incident, ...]:
    """The incidents that the options, the file or the GitHub event name; ignored alerts are left out.

    Where an alert is not `required` (a bundle brings its own), only one that was given explicitly counts.
    """
    from incident_bot import intake

    if alert.alert_name:
        return (
            intake.incident_of(
                alert_name=alert.alert_name,
                namespace=alert.namespace,
                pod=alert.pod,
                container=alert.container,
                workload=alert.workload,
                severity=alert.severity,
                cluster=alert.cluster,
                summary=alert.summary,
            ),
        )
    if alert.alert_file is None and not required:
        return ()
    path = alert.alert_file or (Path(settings.github_event_path) if settings.github_event_path else None)
    if path is None:
        raise UsageError(
            "which alert? neither --alert-name nor --alert-file was given",
            hint="E.g. --alert-name ModelPodOOMKilled --namespace ml --pod sentiment-7d9f.",
        )
    event_name = settings.github_event_name if alert.alert_file is None else ""
    try:
        return intake.read_incidents(_read_json(path), event_name=event_name, ignore=settings.config.ignore_alerts)
    except UsageError as error:
        # Room `intake` knows the fields of a file, not its name.
        told = str(error).removeprefix("file: ")
        raise UsageError(told if str(path) in told else f"{path}: {told}", hint=error.hint) from error


def _read_json(path: Path) -> object:
    try:
        if str(path) == "-":
            raw = sys.stdin.buffer.read(_MAX_ALERT_BYTES + 1)
        else:
            with path.open("rb") as stream:
                raw = stream.read(_MAX_ALERT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read alert file {path}: {error.strerror}", hint="Check --alert-file.") from error
    if len(raw) > _MAX_ALERT_BYTES:
        raise UsageError(f"alert file {path} is larger than {_MAX_ALERT_BYTES >> 20} MiB", hint="Is it an alert?")
    try:
        loaded: object = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"alert file {path} is not JSON: {error}", hint="Give a webhook body or a GitHub event."
        ) from error
    return loaded


def connect_cluster(settings: Settings, kubeconfig: str, cluster: str) -> Source:
    """The cluster of the kubeconfig, its data, or the pod we run in.

    A wrong kubeconfig is an error for a person at a terminal, who mends it and tries again. Inside
    Actions nobody is there: the alert gets its issue all the same, and the issue names what is wrong.
    """
    from incident_bot.evidence import NoSource
    from incident_bot.evidence.kubernetes import connect
    from incident_bot.model import Gap

    try:
        return connect(
            settings.config.evidence,
            kubeconfig=kubeconfig or settings.kubeconfig,
            kubeconfig_data=settings.kubeconfig_data,
            context=cluster,
            allow_insecure_tls=settings.allow_insecure_tls,
        )
    except ConfigurationError as error:
        if not settings.in_actions:
            raise
        click.echo(f"::warning::the cluster cannot be read: {make_redactor(settings).redact(str(error))}", err=True)
        return NoSource(Gap(kind="configuration", what="the cluster", reason=str(error), remedy=error.hint))


def make_consultant(name: str | None, settings: Settings) -> Consultant | Gap | None:
    """The model to ask; a Gap where one is wanted and cannot be had; None where none is wanted."""
    from incident_bot.llm import CONSULTANTS
    from incident_bot.model import Gap

    if name != "none" and not settings.gemini_api_key:
        return Gap(
            kind="model",
            what="no model was asked",
            reason="GEMINI_API_KEY (or GOOGLE_API_KEY) is not set",
            remedy="Set GEMINI_API_KEY for a second opinion, or say --llm none.",
        )
    return CONSULTANTS[name or "gemini"](settings)


def make_tracker(
    name: str | None, settings: Settings, *, folder: Path, repository: str, now: Callable[[], datetime]
) -> Tracker:
    """The tracker asked for; inside Actions GitHub, else the console."""
    from incident_bot.tracker import TrackerOptions, open_tracker

    return open_tracker(
        name or ("github" if settings.in_actions else "console"),
        TrackerOptions(
            now=now,
            stream=sys.stdout,
            repository=repository or settings.github_repository,
            token=settings.github_token,
            api_url=settings.github_api_url,
            folder=folder,
            config=settings.config.issue,
        ),
    )


def read_clock() -> datetime:
    """The only clock: everything below the command line is given the time."""
    return datetime.now(UTC)
