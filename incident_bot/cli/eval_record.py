"""`incident-bot eval record`: a real incident becomes a scenario."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from incident_bot.cli import options, wiring
from incident_bot.cli.steps import analyse_case
from incident_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.eval import IssueEvidence
    from incident_bot.model import Case, Diagnosis, Incident
    from incident_bot.redaction import Redactor
    from incident_bot.settings import Settings

_MAX_FILE_BYTES = 64 * 1024 * 1024
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--out",
    "out_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("scenarios"),
    show_default=True,
    help="Folder of scenarios; the new one is made below it.",
)
@click.option("--name", default="", help="Name of the scenario.  [default: from the alert and its target]")
@options.config_option
def record(source: Path, *, out_dir: Path, name: str, config_path: Path | None) -> None:
    """Turn a real incident into a scenario for `incident-bot eval`.

    SOURCE is a bundle or a folder of kubectl output, a file that `diagnose --out` wrote, or the
    Markdown body of an issue that incident-bot filed: its folded raw evidence is read back, line
    numbers included. Everything is redacted again. The `expected.yaml` says what the diagnosis
    said and is not counted before a person has corrected and confirmed it.

    \b
    Example:
      gh issue view 12 --json body --jq .body > issue.md
      incident-bot eval record issue.md --out tests/scenarios --name weights-outgrew-the-limit
    """
    from incident_bot.eval import EXPECTATION_FILE, draft_expectation
    from incident_bot.evidence.bundle import write_bundle
    from incident_bot.pipeline import seal

    settings = wiring.load(config_path)
    redactor = wiring.make_redactor(settings)
    for number, (case, diagnosis) in enumerate(_read(source, redactor, settings), start=1):
        folder = out_dir / (_numbered(name, number) or _name(case, out_dir))
        if folder.exists():
            raise UsageError(f"{folder} exists already", hint="Choose another --name; a scenario is never overwritten.")
        expected = seal(draft_expectation(diagnosis, case, origin=source.name), redactor)
        write_bundle(folder, case)
        (folder / EXPECTATION_FILE).write_text(expected, encoding="utf-8")
        click.echo(f"{folder}: {len(case.evidence)} files, said: {diagnosis.verdict}. Now confirm {EXPECTATION_FILE}.")


@contextlib.contextmanager
def evidence_only(scenario: Path) -> Iterator[Path]:
    """A copy of a folder without its answer, so that nothing can read that as evidence."""
    from incident_bot.eval import EXPECTATION_FILE

    with tempfile.TemporaryDirectory() as parent:
        copy = Path(parent) / scenario.name
        shutil.copytree(scenario, copy, symlinks=True, ignore=shutil.ignore_patterns(EXPECTATION_FILE))
        yield copy


def _read(source: Path, redactor: Redactor, settings: Settings) -> Iterator[tuple[Case, Diagnosis]]:
    from incident_bot import pipeline

    if source.is_dir():
        with evidence_only(source.resolve()) as folder:
            case = pipeline.gather_folder(folder, redactor)
        yield case, _diagnose(case, redactor, settings)
        return
    text = _read_text(source)
    if text.lstrip()[:1] == "{":
        yield from _read_analyses(text, source, redactor)
    else:
        case = _read_issue(text, source, redactor)
        yield case, _diagnose(case, redactor, settings)


def _read_text(path: Path) -> str:
    with path.open("rb") as stream:
        raw = stream.read(_MAX_FILE_BYTES + 1)
    if len(raw) > _MAX_FILE_BYTES:
        raise UsageError(f"{path} is larger than {_MAX_FILE_BYTES >> 20} MiB", hint="Give an issue or an analysis.")
    return raw.decode("utf-8", errors="replace")


def _read_analyses(text: str, source: Path, redactor: Redactor) -> Iterator[tuple[Case, Diagnosis]]:
    """Every analysis of a file. It may come from anyone, so its texts pass the redaction gate again."""
    from incident_bot.codec import analyses_from_json
    from incident_bot.redaction.nouns import redact_noun

    for analysis in analyses_from_json(text, str(source)):
        yield redact_noun(analysis.case, redactor), redact_noun(analysis.diagnosis, redactor)


def _read_issue(text: str, source: Path, redactor: Redactor) -> Case:
    from incident_bot import pipeline
    from incident_bot.eval import read_issue

    issue = read_issue(text, str(source))
    with tempfile.TemporaryDirectory() as folder:
        for item in issue.items:
            (Path(folder) / item.name).write_text(item.text, encoding="utf-8")
        return pipeline.gather_folder(Path(folder), redactor, _incident_of(issue))


def _incident_of(issue: IssueEvidence) -> Incident | None:
    """The alert of an issue, where all lines of its `alert.json` are there; None leaves it to the evidence."""
    from incident_bot import intake
    from incident_bot.model import Alert
    from incident_bot.plain import from_plain

    text = next((item.text for item in issue.items if item.name == "alert.json"), "")
    try:
        plain: Any = json.loads(text)
        alert = from_plain(Alert, plain["alert"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    said = {key: alert.labels.get(key, "") for key in ("namespace", "pod", "container")}
    incident = intake.incident_of(alert_name=alert.name, summary=alert.summary, severity="warning", **said)
    return replace(incident, alert=alert, key=issue.key or incident.key)


def _diagnose(case: Case, redactor: Redactor, settings: Settings) -> Diagnosis:
    return analyse_case(case, settings, redactor, now=wiring.read_clock(), has_issue=False).diagnosis


def _numbered(name: str, number: int) -> str:
    return f"{name}-{number}" if name and number > 1 else name


def _name(case: Case, out_dir: Path) -> str:
    words = f"{case.incident.alert.name} {case.incident.target.name}".lower()
    name = _NOT_SLUG.sub("-", words).strip("-")[:80].strip("-") or "incident"
    candidate, number = name, 2
    while (out_dir / candidate).exists():
        candidate, number = f"{name}-{number}", number + 1
    return candidate
