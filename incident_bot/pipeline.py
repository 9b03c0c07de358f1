"""The story of one alert: gather, diagnose, publish. Each step is also a command of its own.

Nothing here knows Kubernetes, Gemini or GitHub; the adapters are passed in. Whatever an
adapter could not do comes back as a `Gap` and is printed in the issue. The only thing that
stops the story is a tracker that cannot be reached.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING

from incident_bot import condense, diagnosis, intake, kubectl
from incident_bot.errors import LeakError, UsageError
from incident_bot.evidence import Collected
from incident_bot.evidence.bundle import read_bundle
from incident_bot.model import (
    Alert,
    AlertStatus,
    Analysis,
    Case,
    Diagnosis,
    EvidenceKind,
    Excerpt,
    Gap,
    Incident,
    RawEvidence,
    SafeText,
    Target,
)
from incident_bot.plain import to_plain
from incident_bot.redaction.nouns import redact_incident, redact_noun

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from incident_bot.diagnosis import RuleSet
    from incident_bot.evidence import Source
    from incident_bot.llm import Consultant
    from incident_bot.llm.prompt import Prompt
    from incident_bot.model import Filed, IssueDraft
    from incident_bot.redaction import Redactor
    from incident_bot.tracker import Tracker

MANUAL_ALERT_NAME = "ManualTriage"
"""The alert's name where a folder of evidence came without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Budgets of one run in estimated tokens: evidence in the prompt, and raw evidence in the issue (None: there is no issue)."""

    prompt_tokens: int = 24_000
    issue_tokens: int | None = 8_000


_LEAST_SCALE, _MOST_SCALE = 0.5, 2.0
"""A count further from the estimate than this is not believed: logs cost 1.7 to 3.3 characters a token (`estimate_tokens`)."""


@dataclass(slots=True)
class Stopwatch:
    """Seconds by step, for the footer of the issue."""

    seconds: dict[str, float] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

    def lap(self, step: str) -> None:
        """Book the time since the last lap under `step`."""
        now = time.monotonic()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._started, 3)
        self._started = now


def gather(incident: Incident, source: Source, redactor: Redactor, *, now: datetime | None = None) -> Case:
    """Ask the source for evidence and put everything, the alert too, through the redaction gate.

    `now` is kept with the case, so that it is judged by the time it was collected whenever it is read.
    """
    return build_case(incident, replace(source.collect(incident), collected_at=now), redactor)


def gather_folder(folder: Path, redactor: Redactor, incident: Incident | None = None) -> Case:
    """A case from a bundle or from any folder of kubectl output.

    The incident is, in this order: the one given, the bundle's own, an alert found in the
    folder, or a manual one about whatever the evidence points at. Raises `UsageError` when
    the folder holds nothing that can be read.
    """
    content = read_bundle(folder)
    found = incident or content.incident or _find_incident(content.collected)
    target = _complete_target(found.target, content.collected.target)
    case = build_case(found, replace(content.collected, target=target), redactor)
    counts = Counter(dict(case.redactions))
    # What the step that wrote the bundle took out is no longer there to be counted.
    counts.update({redactor.redact(kind): count for kind, count in content.redactions.items()})
    return replace(case, redactions=dict(counts))


def _complete_target(said: Target, seen: Target) -> Target:
    """What the alert says, completed by what a folder is about, unless that is something else.

    A folder is read without knowing the alert: of several failing pods it picks the worst,
    and the alert may be about another one.
    """
    named = ("namespace", "pod") if said.pod else ("namespace", "workload") if said.workload else ("namespace", "node")
    if any(getattr(said, field) and getattr(seen, field) not in ("", getattr(said, field)) for field in named):
        return said
    if said.workload and seen.pod and not seen.workload and not seen.pod.startswith(said.workload[:_POD_STEM_CHARS]):
        return said
    return Target(**{field.name: getattr(said, field.name) or getattr(seen, field.name) for field in fields(Target)})


_POD_STEM_CHARS = 40
"""Controllers name pods after themselves, and cut long names (source: kubernetes/apiserver, names.SimpleNameGenerator: 58 of 63)."""


def build_case(incident: Incident, collected: Collected, redactor: Redactor) -> Case:
    """Redact what was collected; a secret that one item names is replaced in all of them."""
    known = replace(incident, target=collected.target) if collected.target.name != "cluster" else incident
    redactor = redactor.within(known.target.namespace)
    counted = Counter(redactor.counts)
    items = _with_alert(known, collected.items)
    evidence = redactor.redact_all(items)
    return Case(
        incident=redact_incident(known, redactor),
        evidence=evidence,
        gaps=redact_noun((*incident.gaps, *collected.gaps), redactor),
        redactions=dict(Counter(redactor.counts) - counted),
        collected_at=collected.collected_at,
    )


def build_resolved_case(incident: Incident, redactor: Redactor) -> Case:
    """The case of an alert that is over: nothing is collected, its issue only gets a comment."""
    return build_case(incident, Collected(items=(), gaps=(), target=incident.target), redactor)


def _find_incident(collected: Collected) -> Incident:
    for item in collected.items:
        if item.kind is EvidenceKind.ALERT:
            try:
                incidents = intake.read_saved_alert(kubectl.load_alert(item.text))
            except (UsageError, ValueError):
                continue
            if incidents:
                return incidents[0]
    alert = Alert(name=MANUAL_ALERT_NAME)
    return Incident(key=intake.incident_key(alert, collected.target), alert=alert, target=collected.target)


def _with_alert(incident: Incident, items: tuple[RawEvidence, ...]) -> tuple[RawEvidence, ...]:
    if any(item.kind is EvidenceKind.ALERT for item in items) or incident.alert.name == MANUAL_ALERT_NAME:
        return items
    text = json.dumps(
        {"alert": to_plain(incident.alert), "also": to_plain(incident.also)}, indent=1, ensure_ascii=False
    )
    alert = RawEvidence(
        id=f"E{len(items) + 1}", kind=EvidenceKind.ALERT, name="alert.json", source="the alert", text=text + "\n"
    )
    return (*items, alert)


def analyse(
    case: Case,
    *,
    rules: RuleSet,
    redactor: Redactor,
    now: datetime,
    nonce: str,
    limits: Limits | None = None,
    consultant: Consultant | Gap | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Analysis:
    """Diagnose by rules and, with a consultant, by a model; ground, merge, and choose what an issue shows.

    `nonce` is a random word that fences the evidence in the prompt. A Gap in place of a
    consultant says why there is none.
    """
    budget = limits or Limits()
    watch = Stopwatch()
    progress("condensing the logs")
    logs = [item for item in case.evidence if item.kind is EvidenceKind.LOG]
    surveys = {item.id: condense.survey(item.lines) for item in logs}
    digests = {item.id: condense.digest(item, surveys[item.id]) for item in logs}
    watch.lap("condense")
    progress("matching the rules")
    found = diagnosis.ground(diagnosis.diagnose(case, digests=digests, rules=rules, now=now), case)
    watch.lap("rules")
    if isinstance(consultant, Gap):
        found = found.with_gaps(consultant)
    elif consultant is not None and not is_resolved(case.incident):
        progress("asking the model")
        answer = _consult(
            consultant,
            case,
            lambda scale: condense.choose_excerpts(case, round(budget.prompt_tokens * scale), surveys),
            redactor=redactor.within(case.incident.target.namespace),
            nonce=nonce,
            progress=progress,
        )
        found = (
            found.with_gaps(answer)
            if isinstance(answer, Gap)
            else diagnosis.merge(found, diagnosis.ground(answer, case))
        )
        watch.lap("model")
    excerpts = () if budget.issue_tokens is None else condense.choose_excerpts(case, budget.issue_tokens, surveys)
    watch.lap("condense")
    return Analysis(case=case, excerpts=excerpts, diagnosis=replace(found, timings_s=watch.seconds))


def _consult(
    consultant: Consultant,
    case: Case,
    choose: Callable[[float], tuple[Excerpt, ...]],
    *,
    redactor: Redactor,
    nonce: str,
    progress: Callable[[str], None],
) -> Diagnosis | Gap:
    """Ask with the excerpts that `choose` gives for a multiple of the budget: 1, or what the service's count allows."""
    from incident_bot.llm.prompt import build_prompt

    def build(excerpts: Sequence[Excerpt]) -> Prompt:
        return build_prompt(case, excerpts, nonce=nonce, seal=lambda text: seal(text, redactor))

    try:
        shown = choose(1.0)
        prompt = build(shown)
        if any(len(excerpt.kept) < excerpt.total_lines for excerpt in shown):
            scale = _calibrate(consultant, prompt)
            if scale is None:
                progress("the service did not count the prompt: its tokens are estimated")
            else:
                shown = choose(scale)
                prompt = build(shown)
    except LeakError as error:
        return Gap(
            kind="leak",
            what="the model was not asked",
            reason=str(error),
            remedy="The rules' diagnosis stands alone; report the kinds named, not the text.",
        )
    return redact_noun(consultant.consult(prompt, case), redactor)


def _calibrate(consultant: Consultant, prompt: Prompt) -> float | None:
    """How many estimated tokens the service counts as one, within reason; None where it does not count."""
    counted = consultant.count_tokens(prompt)
    if not counted:
        return None
    estimated = condense.estimate_tokens(f"{prompt.system}\n{prompt.user}")
    return min(max(estimated / counted, _LEAST_SCALE), _MOST_SCALE)


def seal(text: str, redactor: Redactor) -> SafeText:
    """The last check of outgoing text. A value that was recognised late is replaced; then it must be clean.

    Raises `LeakError` when it is not.
    """
    try:
        return redactor.seal(text)
    except LeakError:
        return redactor.seal(redactor.redact(text))


def draft(analysis: Analysis, redactor: Redactor, *, now: datetime, version: str, run_url: str = "") -> IssueDraft:
    """The issue of an analysis. When the full text cannot be sealed, one without any evidence is filed instead."""
    inside = redactor.within(analysis.case.incident.target.namespace)

    def seal_text(text: str) -> SafeText:
        return seal(text, inside)

    from incident_bot import report

    try:
        return report.draft(analysis, seal=seal_text, run_url=run_url, now=now, version=version)
    except LeakError as error:
        gap = Gap(kind="leak", what="the evidence is not shown", reason=str(error), remedy=error.hint)
        known = replace(analysis, diagnosis=analysis.diagnosis.with_gaps(gap))
        return report.draft_minimal(known, seal=seal_text, run_url=run_url, now=now, version=version)


def publish(analysis: Analysis, tracker: Tracker, draft: IssueDraft, redactor: Redactor, *, now: datetime) -> Filed:
    """File a draft, or close the loop of a resolved alert. Raises `TrackerError`."""
    incident = analysis.case.incident
    if is_resolved(incident):
        from incident_bot import report

        inside = redactor.within(incident.target.namespace)
        return tracker.resolve(incident.key, seal(report.render_resolved_comment(incident, now=now), inside))
    return tracker.file(draft)


def is_resolved(incident: Incident) -> bool:
    """Whether the alert says that it is over."""
    return incident.alert.status is AlertStatus.RESOLVED
