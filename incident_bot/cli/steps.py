"""The steps of several verbs up to the analysis, each one call of the pipeline with what the settings say."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from incident_bot.errors import NoEvidenceError, NoModelAnswerError
from incident_bot.model import Analysis, Case, EvidenceKind, Gap, Incident

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from incident_bot.llm import Consultant
    from incident_bot.redaction import Redactor
    from incident_bot.settings import Settings


def gather_incident(
    incident: Incident | None,
    settings: Settings,
    redactor: Redactor,
    *,
    bundle: Path | None = None,
    kubeconfig: str = "",
    cluster: str = "",
    require_evidence: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Case:
    """Read a bundle, or the cluster. Raises `NoEvidenceError` when it is required and there is none."""
    from incident_bot import pipeline
    from incident_bot.cli.wiring import connect_cluster, read_clock

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
    now: datetime,
    consultant: Consultant | Gap | None = None,
    require_llm: bool = False,
    rules_dirs: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
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
