"""`incident-bot collect`: the step that holds the cluster's credentials, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from incident_bot.cli import options, wiring
from incident_bot.cli.progress import show_progress
from incident_bot.cli.steps import gather_incident

if TYPE_CHECKING:
    from incident_bot.cli.options import AlertOptions


@click.command()
@options.alert_options
@options.cluster_options
@click.option(
    "--out",
    "out_dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the bundle; with several incidents, one folder a key below it.",
)
@options.require_evidence_option
@options.config_option
def collect(
    alert: AlertOptions, *, kubeconfig: str, out_dir: Path, require_evidence: bool, config_path: Path | None
) -> None:
    """Read the evidence of an alert and write it, redacted, as a bundle.

    \b
    Example:
      incident-bot collect --alert-name ModelPodOOMKilled -n ml --pod sentiment-7d9f --out bundle
    """
    from incident_bot.evidence.bundle import write_bundle

    settings = wiring.load(config_path)
    incidents = wiring.read_incidents(alert, settings)
    redactor = wiring.make_redactor(settings)
    with show_progress() as progress:
        for incident in incidents:
            case = gather_incident(
                incident,
                settings,
                redactor,
                kubeconfig=kubeconfig,
                cluster=alert.cluster,
                require_evidence=require_evidence,
                progress=progress,
            )
            folder = out_dir if len(incidents) == 1 else out_dir / incident.key
            write_bundle(folder, case)
            click.echo(
                f"{folder}: {len(case.evidence)} items, {len(case.gaps)} gaps, about {case.incident.target.name}"
            )
    if not incidents:
        click.echo("nothing to do: every alert in this event is on the ignore list", err=True)
