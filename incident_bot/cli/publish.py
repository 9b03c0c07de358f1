"""`incident-bot publish`: the step that may write issues, and can neither read the cluster nor ask a model."""

from __future__ import annotations

from pathlib import Path

import click

from incident_bot.cli import options
from incident_bot.cli.triage import print_publications
from incident_bot.cli.work import Publication, keep_report, publish_analysis, write_summary
from incident_bot.errors import TrackerError, UsageError

_MAX_FILE_BYTES = 256 * 1024 * 1024


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.tracker_options
@click.option("--dry-run", is_flag=True, help="Print the issue instead of filing it.")
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
def publish(
    file: Path,
    *,
    tracker: str | None,
    tracker_dir: Path,
    repository: str,
    dry_run: bool,
    out_dir: Path,
    output: str,
    config_path: Path | None,
) -> None:
    """File what `diagnose --out` wrote as one issue an incident. Running it again is safe.

    \b
    Example:
      incident-bot diagnose bundle --out analysis.json && incident-bot publish analysis.json --tracker github
    """
    from incident_bot.codec import analyses_from_json

    settings = options.load(config_path)
    redactor = options.make_redactor(settings)
    analyses = analyses_from_json(_read(file), str(file))
    chosen = (
        None
        if dry_run
        else options.make_tracker(tracker, settings, folder=tracker_dir, repository=repository, now=options.read_clock)
    )
    done: list[Publication] = []
    failed: TrackerError | None = None
    for analysis in analyses:
        now = options.read_clock()
        try:
            done.append(publish_analysis(analysis, chosen, settings, redactor, now=now))
        except TrackerError as error:
            failed = keep_report(error, analysis, settings, redactor, out_dir, now=now)
    write_summary(done, settings)
    print_publications(done, output)
    if failed is not None:
        raise failed


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_FILE_BYTES:
            raise UsageError(f"{file} is larger than {_MAX_FILE_BYTES >> 20} MiB", hint="Is it an analysis?")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}", hint="Give the file that `diagnose --out` wrote."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text", hint="Give the file that `diagnose --out` wrote.") from error
