"""Options that several verbs share; `wiring` makes what they ask for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from incident_bot.llm import CONSULTANTS
from incident_bot.tracker import TRACKERS

Command = TypeVar("Command", bound=Callable[..., Any])

SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOptions:
    """Where the alert comes from: a file, or single values."""

    alert_file: Path | None
    alert_name: str
    namespace: str
    pod: str
    container: str
    workload: str
    severity: str
    cluster: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingOptions:
    """Where an issue goes, or is kept if it cannot get there, and what is said about it on stdout."""

    tracker: str | None
    tracker_dir: Path
    repository: str
    dry_run: bool
    out_dir: Path
    output: str


def _add(command: Command, *options: Callable[[Command], Command]) -> Command:
    """The command with these options, in the order in which its help names them."""
    for option in reversed(options):
        command = option(command)
    return command


def _gather(kind: type[Any], name: str, command: Command) -> Command:
    """The command called with the options that are fields of `kind` as one argument."""

    @functools.wraps(command)
    def gathered(**given: Any) -> Any:
        fields = {option: given.pop(option) for option in kind.__slots__}
        return command(**{name: kind(**fields)}, **given)

    return gathered  # type: ignore[return-value]  # click's decorators keep the callable's type only loosely


def alert_options(command: Command) -> Command:
    """Add the options that say which alert; the command gets them as one `alert` argument."""
    return _add(
        _gather(AlertOptions, "alert", command),
        click.option(
            "--alert-file",
            "--event-file",
            "alert_file",
            type=click.Path(path_type=Path),
            help="An Alertmanager webhook body or a GitHub event; `-` is stdin. Inside Actions: GITHUB_EVENT_PATH.",
        ),
        click.option("--alert-name", default="", help="Name of the alert, e.g. ModelPodOOMKilled."),
        click.option("--namespace", "-n", default="", help="Namespace of the pod."),
        click.option("--pod", default="", help="Name of the pod."),
        click.option("--container", "-c", default="", help="Container to look at first."),
        click.option("--workload", default="", help="Deployment, StatefulSet ... when no pod is known."),
        click.option("--severity", type=click.Choice(SEVERITIES), default="warning", show_default=True),
        click.option("--cluster", default="", help="Cluster, or context of the kubeconfig."),
        click.option("--summary", default="", help="One sentence about the alert."),
    )


def filing_options(command: Command) -> Command:
    """Add the options of a command that files issues; it gets them as one `filing` argument."""
    return _add(
        _gather(FilingOptions, "filing", command),
        tracker_options,
        click.option("--dry-run", is_flag=True, help="Print the issue instead of filing it."),
        click.option(
            "--out",
            "out_dir",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path(".incident-bot/reports"),
            show_default=True,
            help="Where a report is kept that could not be filed.",
        ),
        format_option,
    )


def tracker_options(command: Command) -> Command:
    """Add `--tracker`, `--tracker-dir` and `--repository`."""
    return _add(
        command,
        click.option(
            "--tracker",
            type=click.Choice(tuple(TRACKERS)),
            default=None,
            help="Where the issue goes.  [default: github inside Actions, else console]",
        ),
        click.option(
            "--tracker-dir",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path(".incident-bot/issues"),
            show_default=True,
            help="Folder of the folder tracker.",
        ),
        click.option(
            "--repository", envvar="GITHUB_REPOSITORY", default="", help="Repository for the issue, owner/name."
        ),
    )


def model_options(command: Command) -> Command:
    """Add `--llm`, `--require-llm` and `--rules-dir`."""
    return _add(
        command,
        click.option(
            "--llm",
            type=click.Choice(tuple(CONSULTANTS)),
            default=None,
            help="Model to ask.  [default: gemini if GEMINI_API_KEY is set]",
        ),
        click.option("--require-llm", is_flag=True, help="Exit with 5 when the model gave no usable answer."),
        rules_option,
    )


rules_option = click.option(
    "--rules-dir",
    "rules_dirs",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with rules of your own; may be repeated.",
)
cluster_options = click.option(
    "--kubeconfig",
    envvar="KUBECONFIG",
    default="",
    help="Kubeconfig file. Or put one (plain or base64) into INCIDENT_BOT_KUBECONFIG_DATA; else in-cluster.",
)
require_evidence_option = click.option(
    "--require-evidence", is_flag=True, help="Exit with 4 when no evidence could be read."
)
format_option = click.option(
    "--format", "output", type=click.Choice(("text", "markdown", "json")), default="text", show_default=True
)
config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="INCIDENT_BOT_CONFIG",
    help="Config file.  [default: .github/incident-bot.yaml]",
)
