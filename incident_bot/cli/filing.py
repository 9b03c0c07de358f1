"""From analyses to issues: filed, kept where GitHub cannot be reached, and told on stdout and in the job's summary."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from incident_bot import __version__
from incident_bot.cli import wiring
from incident_bot.errors import TrackerError

if TYPE_CHECKING:
    from incident_bot.cli.options import FilingOptions
    from incident_bot.model import Analysis, Filed, IssueDraft
    from incident_bot.redaction import Redactor
    from incident_bot.settings import Settings
    from incident_bot.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An analysis, its issue, and where it went (None for a dry run)."""

    analysis: Analysis
    draft: IssueDraft
    filed: Filed | None


def open_tracker(filing: FilingOptions, settings: Settings) -> Tracker | None:
    """The tracker to file with; None for a dry run."""
    if filing.dry_run:
        return None
    return wiring.make_tracker(
        filing.tracker, settings, folder=filing.tracker_dir, repository=filing.repository, now=wiring.read_clock
    )


def file_all(
    analyses: Iterable[Analysis], tracker: Tracker | None, filing: FilingOptions, settings: Settings, redactor: Redactor
) -> None:
    """File an issue for each analysis as it comes. One that cannot be filed is kept, and its error raised at the end."""
    done: list[Publication] = []
    failed: TrackerError | None = None
    for analysis in analyses:
        now = wiring.read_clock()
        try:
            done.append(publish_analysis(analysis, tracker, settings, redactor, now=now))
        except TrackerError as error:
            failed = _keep_report(error, analysis, settings, redactor, filing.out_dir, now=now)
    _write_summary(done, settings)
    _print_all(done, filing.output)
    if failed is not None:
        raise failed


def _draft_issue(analysis: Analysis, settings: Settings, redactor: Redactor, *, now: datetime) -> IssueDraft:
    """The issue of an analysis, with the labels that the config file adds."""
    from incident_bot import pipeline

    draft = pipeline.draft(analysis, redactor, now=now, version=__version__, run_url=settings.run_url)
    return replace(draft, labels=tuple(dict.fromkeys((*draft.labels, *settings.config.issue.labels))))


def publish_analysis(
    analysis: Analysis, tracker: Tracker | None, settings: Settings, redactor: Redactor, *, now: datetime
) -> Publication:
    """Draft the issue and file it; without a tracker only draft it. Raises `TrackerError`."""
    from incident_bot import pipeline

    draft = _draft_issue(analysis, settings, redactor, now=now)
    filed = None if tracker is None else pipeline.publish(analysis, tracker, draft, redactor, now=now)
    return Publication(analysis=analysis, draft=draft, filed=filed)


def _keep_report(
    error: TrackerError, analysis: Analysis, settings: Settings, redactor: Redactor, folder: Path, *, now: datetime
) -> TrackerError:
    """Keep what could not be filed, as an issue text and as a file that `publish` takes; the error names both."""
    from incident_bot import pipeline
    from incident_bot.codec import analyses_to_json

    draft = _draft_issue(analysis, settings, redactor, now=now)
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / f"{draft.key}.md"
    text.write_text(f"# {draft.title}\n\n{draft.body}\n", encoding="utf-8")
    again = folder / f"{draft.key}.json"
    again.write_text(
        pipeline.seal(analyses_to_json([analysis]), redactor.within(analysis.case.incident.target.namespace)),
        encoding="utf-8",
    )
    hint = f"{error.hint} The report is kept in {text}; file it later with `incident-bot publish {again}`.".strip()
    return TrackerError(str(error), hint=hint)


def _write_summary(done: Sequence[Publication], settings: Settings) -> None:
    """Append the issues to the job summary of GitHub Actions, where there is one (at most 1 MiB a step)."""
    if not settings.github_step_summary or not done:
        return
    parts = []
    for item in done:
        link = (
            f"[#{item.filed.number}]({item.filed.url}) {item.filed.action}\n\n" if item.filed and item.filed.url else ""
        )
        parts.append(f"## {item.draft.title}\n\n{link}{item.draft.body}\n")
    with Path(settings.github_step_summary).open("a", encoding="utf-8") as stream:
        stream.write("\n".join(parts)[:900_000])


def _print_all(done: list[Publication], output: str) -> None:
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
