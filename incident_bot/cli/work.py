"""The steps that `triage`, `collect`, `diagnose`, `publish` and `demo` share: settings in, pipeline called."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from incident_bot import __version__
from incident_bot.errors import NoEvidenceError, NoModelAnswerError, TrackerError
from incident_bot.model import Analysis, Case, EvidenceKind, Filed, Gap, Incident, IssueDraft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from incident_bot.llm import Consultant
    from incident_bot.redaction import Redactor
    from incident_bot.settings import Settings
    from incident_bot.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An analysis, its issue, and where it went (None for a dry run)."""

    analysis: Analysis
    draft: IssueDraft
    filed: Filed | None


def gather_incident(
    incident: Incident | None,
    settings: Settings,
    redactor: Redactor,
    *,
    bundle: Path | None,
    kubeconfig: str,
    cluster: str,
    require_evidence: bool,
    progress: Callable[[str], None],
) -> Case:
    """Read a bundle, or the cluster. Raises `NoEvidenceError` when it is required and there is none."""
    from incident_bot import pipeline
    from incident_bot.cli.options import connect_cluster, read_clock

    if bundle is not None:
        progress(f"reading {bundle}")
        case = pipeline.gather_folder(bundle, redactor, incident)
    elif incident is None:
        raise AssertionError("an incident or a bundle is given")
    elif pipeline.is_resolved(incident):
        case = pipeline.build_resolved_case(incident, redactor)
    else:
        progress(f"reading {incident.target.name} from the cluster")
        # In a pod there is no kubeconfig to look a label's cluster up in, and only one cluster it can mean.
        named = "" if settings.in_pod and not kubeconfig else incident.target.cluster
        with closing(connect_cluster(settings, kubeconfig, cluster or named)) as source:
            case = pipeline.gather(incident, source, redactor, now=read_clock())
    if require_evidence and all(item.kind is EvidenceKind.ALERT for item in case.evidence):
        reasons = "; ".join(f"{gap.what}: {gap.reason}" for gap in case.gaps) or "the source is empty"
        raise NoEvidenceError(
            f"no evidence could be read: {reasons}", hint="Without --require-evidence the issue is filed all the same."
        )
    return case


def analyse_case(
    case: Case,
    settings: Settings,
    redactor: Redactor,
    *,
    consultant: Consultant | Gap | None,
    require_llm: bool,
    rules_dirs: Sequence[Path],
    now: datetime,
    progress: Callable[[str], None],
    has_issue: bool = True,
) -> Analysis:
    """Diagnose a case; where no issue is made of it, nothing is chosen to show there.

    Raises `NoModelAnswerError` when an answer is required and there is none.
    """
    import secrets

    from incident_bot import diagnosis, pipeline

    folders = [*(Path(folder) for folder in settings.config.rule_folders), *rules_dirs]
    analysis = pipeline.analyse(
        case,
        rules=diagnosis.load_rules(folders),
        redactor=redactor,
        now=now,
        nonce=secrets.token_hex(8),
        limits=pipeline.Limits(
            prompt_tokens=settings.config.llm.prompt_tokens,
            issue_tokens=settings.config.issue.evidence_tokens if has_issue else None,
        ),
        consultant=consultant,
        progress=progress,
    )
    if require_llm and not analysis.diagnosis.model:
        reasons = "; ".join(gap.reason for gap in analysis.diagnosis.gaps if gap.kind in {"model", "leak"})
        raise NoModelAnswerError(
            f"no usable answer from a model: {reasons or 'none was asked'}",
            hint="Without --require-llm the rules' diagnosis is filed, with the reason printed in the issue.",
        )
    return analysis


def draft_issue(analysis: Analysis, settings: Settings, redactor: Redactor, *, now: datetime) -> IssueDraft:
    """The issue of an analysis, with the labels that the config file adds."""
    from incident_bot import pipeline

    draft = pipeline.draft(analysis, redactor, now=now, version=__version__, run_url=settings.run_url)
    return replace(draft, labels=tuple(dict.fromkeys((*draft.labels, *settings.config.issue.labels))))


def publish_analysis(
    analysis: Analysis, tracker: Tracker | None, settings: Settings, redactor: Redactor, *, now: datetime
) -> Publication:
    """Draft the issue and file it; without a tracker only draft it. Raises `TrackerError`."""
    from incident_bot import pipeline

    draft = draft_issue(analysis, settings, redactor, now=now)
    filed = None if tracker is None else pipeline.publish(analysis, tracker, draft, redactor, now=now)
    return Publication(analysis=analysis, draft=draft, filed=filed)


def keep_report(
    error: TrackerError, analysis: Analysis, settings: Settings, redactor: Redactor, folder: Path, *, now: datetime
) -> TrackerError:
    """Keep what could not be filed, as an issue text and as a file that `publish` takes; the error names both."""
    from incident_bot import pipeline
    from incident_bot.codec import analyses_to_json

    draft = draft_issue(analysis, settings, redactor, now=now)
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


def write_summary(done: Sequence[Publication], settings: Settings) -> None:
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
