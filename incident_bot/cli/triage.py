"""`incident-bot triage`: one alert in, one issue out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from incident_bot.cli import options
from incident_bot.cli.progress import show_progress
from incident_bot.cli.work import (
    Publication,
    analyse_case,
    gather_incident,
    keep_report,
    publish_analysis,
    write_summary,
)
from incident_bot.errors import TrackerError, UsageError

if TYPE_CHECKING:
    from incident_bot.cli.options import AlertOptions


@click.command()
@options.alert_options
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Read this folder (a bundle or plain kubectl output) in place of the cluster.",
)
@options.cluster_options
@options.model_options
@options.tracker_options
@click.option("--require-evidence", is_flag=True, help="Exit with 4 when no evidence could be read.")
@click.option("--dry-run", is_flag=True, help="Do everything but file: print the issue instead.")
@click.option(
    "--out",
    "out_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".incident-bot/reports"),
    show_default=True,
    help="Where a report is kept that could not be filed.",
)
@click.option("--format", "output", type=click.Choice(("text", "markdown", "json")), default="text", show_default=True)
@options.config_option
def triage(
    alert: AlertOptions,
    *,
    bundle: Path | None,
    kubeconfig: str,
    llm: str | None,
    require_llm: bool,
    rules_dirs: tuple[Path, ...],
    tracker: str | None,
    tracker_dir: Path,
    repository: str,
    require_evidence: bool,
    dry_run: bool,
    out_dir: Path,
    output: str,
    config_path: Path | None,
) -> None:
    """Turn one alert into one issue: collect, diagnose and publish in one go.

    The same alert again updates its issue; a resolved one comments on it.

    \b
    Examples:
      incident-bot triage --alert-name ModelPodOOMKilled --namespace ml --pod sentiment-7d9f --dry-run
      incident-bot triage --alert-file webhook.json --tracker folder
    """
    settings = options.load(config_path)
    incidents = options.read_incidents(alert, settings, required=bundle is None)
    if bundle is not None and len(incidents) > 1:
        raise UsageError(f"--bundle goes with one incident, the alert file names {len(incidents)}")
    redactor = options.make_redactor(settings)
    consultant = options.make_consultant(llm, settings)
    chosen = (
        None
        if dry_run
        else options.make_tracker(tracker, settings, folder=tracker_dir, repository=repository, now=options.read_clock)
    )
    done: list[Publication] = []
    failed: TrackerError | None = None
    with show_progress() as progress:
        for incident in incidents or ((None,) if bundle is not None else ()):
            case = gather_incident(
                incident,
                settings,
                redactor,
                bundle=bundle,
                kubeconfig=kubeconfig,
                cluster=alert.cluster,
                require_evidence=require_evidence,
                progress=progress,
            )
            analysis = analyse_case(
                case,
                settings,
                redactor,
                consultant=consultant,
                require_llm=require_llm,
                rules_dirs=rules_dirs,
                now=options.read_clock(),
                progress=progress,
            )
            progress("filing the issue")
            try:
                done.append(publish_analysis(analysis, chosen, settings, redactor, now=options.read_clock()))
            except TrackerError as error:
                failed = keep_report(error, analysis, settings, redactor, out_dir, now=options.read_clock())
    write_summary(done, settings)
    print_publications(done, output)
    if failed is not None:
        raise failed


def print_publications(done: list[Publication], output: str) -> None:
    """Say on stdout what was filed, or print the issue that was not (a dry run)."""
    if output == "json":
        click.echo(json.dumps({"incidents": [_plain(item) for item in done]}, indent=1, ensure_ascii=False))
        return
    if not done:
        click.echo("nothing to do: every alert in this event is on the ignore list", err=True)
    for item in done:
        if output == "markdown":
            click.echo(item.draft.body)
        elif item.filed is None:
            click.echo(f"# {item.draft.title}\n\n{item.draft.body}")
        elif item.filed.url:
            click.echo(f"{item.filed.action} #{item.filed.number} {item.filed.url}")


def _plain(item: Publication) -> dict[str, Any]:
    from incident_bot.codec import diagnosis_to_plain
    from incident_bot.plain import to_plain

    return {
        "key": item.draft.key,
        "title": item.draft.title,
        "labels": list(item.draft.labels),
        "filed": None if item.filed is None else to_plain(item.filed),
        "diagnosis": diagnosis_to_plain(item.analysis.diagnosis, item.analysis.case),
    }
