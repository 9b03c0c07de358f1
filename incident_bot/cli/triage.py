"""`incident-bot triage`: one alert in, one issue out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from incident_bot.cli import options, wiring
from incident_bot.cli.filing import file_all, open_tracker
from incident_bot.cli.progress import show_progress
from incident_bot.cli.steps import analyse_case, gather_incident
from incident_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.cli.options import AlertOptions, FilingOptions
    from incident_bot.cli.progress import Progress
    from incident_bot.model import Analysis


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
@options.require_evidence_option
@options.filing_options
@options.config_option
def triage(
    alert: AlertOptions,
    *,
    bundle: Path | None,
    kubeconfig: str,
    llm: str | None,
    require_llm: bool,
    rules_dirs: tuple[Path, ...],
    require_evidence: bool,
    filing: FilingOptions,
    config_path: Path | None,
) -> None:
    """Turn one alert into one issue: collect, diagnose and publish in one go.

    The same alert again updates its issue; a resolved one comments on it.

    \b
    Examples:
      incident-bot triage --alert-name ModelPodOOMKilled --namespace ml --pod sentiment-7d9f --dry-run
      incident-bot triage --alert-file webhook.json --tracker folder
    """
    settings = wiring.load(config_path)
    incidents = wiring.read_incidents(alert, settings, required=bundle is None)
    if bundle is not None and len(incidents) > 1:
        raise UsageError(f"--bundle goes with one incident, the alert file names {len(incidents)}")
    redactor = wiring.make_redactor(settings)
    consultant = wiring.make_consultant(llm, settings)
    tracker = open_tracker(filing, settings)

    def analyse(progress: Progress) -> Iterator[Analysis]:
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
            yield analyse_case(
                case,
                settings,
                redactor,
                now=wiring.read_clock(),
                consultant=consultant,
                require_llm=require_llm,
                rules_dirs=rules_dirs,
                progress=progress,
            )
            progress("filing the issue")

    with show_progress() as progress:
        file_all(analyse(progress), tracker, filing, settings, redactor)
