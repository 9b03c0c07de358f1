"""`incident-bot demo`: the main job on an embedded incident."""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from incident_bot.cli import wiring
from incident_bot.cli.filing import publish_analysis
from incident_bot.cli.progress import show_progress
from incident_bot.cli.steps import analyse_case, gather_incident
from incident_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from incident_bot.model import Filed, SafeText

_MARK = ".incident-bot-demo"
_ALERT = "ModelPodOOMKilled"
_REPEAT_INTERVAL = timedelta(minutes=5)


@click.command()
@click.option(
    "--out",
    "out_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".incident-bot/demo"),
    show_default=True,
    help="Folder for the issue; emptied first if an earlier demo made it.",
)
def demo(out_dir: Path) -> None:
    """Run the main job on an embedded incident: no key, no cluster, no account.

    A model server is OOM-killed while it loads its weights. The alert is triaged into a
    folder, then fires again, to show that its issue is updated and not doubled.

    \b
    Example:
      incident-bot demo --out ./demo
    """
    from incident_bot import demo as incident

    _prepare(out_dir)
    with tempfile.TemporaryDirectory(prefix="incident-bot-demo-") as scratch, show_progress() as progress:
        bundle = Path(scratch)
        incident.unpack(bundle)
        line_counts = [path.read_text(encoding="utf-8").count("\n") for path in bundle.iterdir()]
        first, shown = _triage(bundle, out_dir / "issues", incident.NOW, progress)
        second, _ = _triage(bundle, out_dir / "issues", incident.NOW + _REPEAT_INTERVAL, progress)
    click.echo(f"1. Alert {_ALERT} fires. Read: {len(line_counts)} files, {sum(line_counts):,} lines.\n")
    click.echo(shown)
    click.echo(f"\n2. {first.action.capitalize()} issue #{first.number}: {first.url}")
    click.echo(f"3. The same alert fires again: {second.action} issue #{second.number}. Still one issue.")
    click.echo(f"\nOpen {first.url} to see the issue as it would stand on GitHub.")


def _triage(bundle: Path, folder: Path, now: datetime, progress: Callable[[str], None]) -> tuple[Filed, SafeText]:
    """One whole run of the job, as a workflow would start it: what was filed, and what to show."""
    from incident_bot import report
    from incident_bot.config import Config
    from incident_bot.pipeline import seal
    from incident_bot.settings import Settings

    settings = Settings(config=Config())
    redactor = wiring.make_redactor(settings)
    tracker = wiring.make_tracker("folder", settings, folder=folder, repository="", now=lambda: now)
    case = gather_incident(None, settings, redactor, bundle=bundle, require_evidence=True, progress=progress)
    analysis = analyse_case(case, settings, redactor, now=now, progress=progress)
    filed = publish_analysis(analysis, tracker, settings, redactor, now=now).filed
    if filed is None:
        raise AssertionError("the folder tracker always files")
    width = min(shutil.get_terminal_size().columns, 100)
    return filed, seal(report.render_terminal(analysis, width=width, colour=sys.stdout.isatty()), redactor)


def _prepare(out_dir: Path) -> None:
    """An empty folder of our own: an earlier demo's is emptied, anybody else's is left alone."""
    mark = out_dir / _MARK
    if out_dir.exists() and any(out_dir.iterdir()):
        if not mark.exists():
            raise UsageError(
                f"{out_dir} is not empty and was not made by a demo", hint="Give another folder with --out."
            )
        shutil.rmtree(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    mark.touch()
