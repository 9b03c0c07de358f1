"""`incident-bot diagnose`: the step that holds the model's key, and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from incident_bot.cli import options, wiring
from incident_bot.cli.progress import show_progress
from incident_bot.cli.steps import analyse_case, gather_incident
from incident_bot.evidence.folder import holds_at_least
from incident_bot.redaction.redactor import EXTRA_PAYS_BYTES

if TYPE_CHECKING:
    from incident_bot.model import Analysis
    from incident_bot.redaction import Redactor


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@options.model_options
@click.option(
    "--out",
    "out_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Also write the whole analysis, for `publish`.",
)
@options.require_evidence_option
@options.format_option
@options.config_option
def diagnose(
    folder: Path,
    *,
    llm: str | None,
    require_llm: bool,
    rules_dirs: tuple[Path, ...],
    out_file: Path | None,
    require_evidence: bool,
    output: str,
    config_path: Path | None,
) -> None:
    """Say what broke and why, from a bundle or a folder of plain kubectl output.

    FOLDER holds what `collect` wrote, or any files with `kubectl describe`, `get events`,
    `get -o yaml|json` and `logs` output; their content decides what they are.

    \b
    Example:
      kubectl describe pod web-0 > case/pod.txt; kubectl logs web-0 --previous > case/web.log
      incident-bot diagnose case
    """
    settings = wiring.load(config_path)
    redactor = wiring.make_redactor(settings, fast=holds_at_least(folder, EXTRA_PAYS_BYTES))
    consultant = wiring.make_consultant(llm, settings)
    analyses: list[Analysis] = []
    with show_progress() as progress:
        for bundle in _bundles_in(folder):
            case = gather_incident(
                None,
                settings,
                redactor,
                bundle=bundle,
                require_evidence=require_evidence,
                progress=progress,
            )
            analyses.append(
                analyse_case(
                    case,
                    settings,
                    redactor,
                    consultant=consultant,
                    require_llm=require_llm,
                    rules_dirs=rules_dirs,
                    now=wiring.read_clock(),
                    progress=progress,
                    has_issue=out_file is not None or output == "markdown",
                )
            )
    redactor = redactor.within(*(analysis.case.incident.target.namespace for analysis in analyses))
    if out_file is not None:
        from incident_bot.codec import analyses_to_json
        from incident_bot.pipeline import seal

        out_file.parent.mkdir(parents=True, exist_ok=True)
        out_file.write_text(seal(analyses_to_json(analyses), redactor), encoding="utf-8")
    _print(analyses, output, redactor)


def _bundles_in(folder: Path) -> list[Path]:
    """The folder itself, or the bundles that `collect` wrote below it, one an incident."""
    if folder.is_dir() and not (folder / "bundle.json").exists():
        below = sorted(path.parent for path in folder.glob("*/bundle.json"))
        if below:
            return below
    return [folder]


def _print(analyses: list[Analysis], output: str, redactor: Redactor) -> None:
    from incident_bot import __version__, pipeline

    if output == "json":
        from incident_bot.codec import diagnosis_to_plain

        plain = [diagnosis_to_plain(item.diagnosis, item.case) for item in analyses]
        text = json.dumps(plain[0] if len(plain) == 1 else plain, indent=1, ensure_ascii=False)
        click.echo(pipeline.seal(text, redactor))
        return
    for item in analyses:
        if output == "markdown":
            click.echo(pipeline.draft(item, redactor, now=wiring.read_clock(), version=__version__).body)
        else:
            import shutil

            from incident_bot import report

            width = min(shutil.get_terminal_size().columns, 110)
            text = report.render_terminal(item, width=width, colour=sys.stdout.isatty())
            click.echo(pipeline.seal(text, redactor))
