"""How sure a candidate is: a sum of named parts, so that the same evidence always gives the same number.

The parts and their sizes are explained and calibrated in docs/diagnosis.md.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.candidates import Activity, Candidate
from incident_bot.diagnosis.causes.permanence import is_permanent
from incident_bot.diagnosis.causes.states import LASTING_COUNT, state_of
from incident_bot.diagnosis.causes.stride import FROM_A_CLIENT
from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.logs.asides import goes_on_otherwise
from incident_bot.diagnosis.targets import Relation, stem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import Alert

ABOUT_TELEMETRY = "about telemetry, which no work depends on"
ABOUT_A_CALLER = "about a caller, not this program"

STANDS = "states what does not heal by itself"

WEIGHTS: Mapping[str, float] = {
    "specificity 3": 0.74,
    "specificity 2": 0.60,
    "specificity 1": 0.40,
    "said by status": 0.08,
    "said by an event": 0.05,
    "said by a log at the end of a run": 0.08,
    "said by a log": 0.03,
    "shown by the output of a tool": 0.03,
    "two kinds of evidence agree": 0.07,
    "supporting facts": 0.04,
    "seen three times or more": 0.02,
    "accounts for another symptom": 0.04,
    STANDS: 0.10,
    "the line is only a warning": -0.10,
    "the line is only information": -0.18,
    "a symptom of many possible causes": -0.06,
    ABOUT_A_CALLER: -0.15,
    "the program goes on without it": -0.15,
    ABOUT_TELEMETRY: -0.30,
    "somebody else's": -0.30,
    "that container is healthy": -0.35,
    "another container than the alert names": -0.06,
    "another pod than the one that fails": -0.06,
    "an equal rival": -0.08,
    "only the alert says so": -0.60,
    "only the alert says so, with a figure": -0.12,
}


LOWEST, HIGHEST = 0.05, 0.97


SHOWN_FROM = 0.25
"""Below this confidence a candidate is not worth an engineer's time."""


def weigh(candidate: Candidate, scene: Scene, health: Health) -> Candidate:
    """The candidate with its confidence before rivals are known."""
    reasons = list(_reasons(candidate, scene, health))
    total = sum(WEIGHTS[reason] for reason in reasons)
    if candidate.finding:
        total = min(total, 0.35 + 0.45 * candidate.finding.weight)
    return replace(candidate, confidence=bound(total), reasons=tuple(reasons))


def bound(confidence: float) -> float:
    """Never certain, never nothing."""
    return round(min(HIGHEST, max(LOWEST, confidence)), 2)


def _reasons(candidate: Candidate, scene: Scene, health: Health) -> Iterable[str]:
    yield f"specificity {candidate.specificity}"
    sources = {_kind_of_evidence(fact) for fact in candidate.facts}
    yield from _said_by(sources, candidate, scene)
    if len(sources | {_kind_of_evidence(fact) for fact in candidate.supporting}) > 1:
        yield "two kinds of evidence agree"
    if candidate.supporting:
        yield "supporting facts"
    if max((fact.count for fact in candidate.facts), default=0) >= LASTING_COUNT:
        yield "seen three times or more"
    if sources == {"log"}:
        yield from _loudness(candidate, scene)
    if candidate.relation is Relation.NEIGHBOUR:
        yield "somebody else's"
    if sources == {"alert"}:
        yield (
            "only the alert says so, with a figure"
            if _is_measured(scene.case.incident.alert)
            else "only the alert says so"
        )
    yield from _whose(candidate, scene, health)


def _said_by(sources: set[str], candidate: Candidate, scene: Scene) -> Iterable[str]:
    """What kind of evidence decided, the one that weighs most."""
    if "status" in sources:
        yield "said by status"
    elif "event" in sources:
        yield "said by an event"
    elif "output" in sources:
        yield "shown by the output of a tool"
        if sources == {"output"} and candidate.specificity < _NAMES_A_CAUSE:
            # Whoever looked from outside saw the effect: a refusal, a member that is down, a queue that nobody empties.
            yield "a symptom of many possible causes"
    elif "log" in sources:
        yield "said by a log at the end of a run" if _ends_run(candidate, scene) else "said by a log"


_TELEMETRY = re.compile(
    r"\b(?:otel|otlp|opentelemetry|zipkin|jaeger|statsd|telemetry|tracing|traces?|spans?|metrics|apm|profil\w+)\b[^\n]{0,60}(?:export|push|flush|upload|send|sent|report|collector|agent|refused)"
    r"|\b(?:update|version)[- _]?check|\bchecking for (?:new |available )?(?:\w+ )?(?:updates?|versions?)\b|\busage (?:stat\w*|reports?)\b|\bphone[- ]home\b|\banonymous (?:stat\w*|usage)"
    r"|(?:export|push|flush|upload|send)\w*[^\n]{0,40}\b(?:traces?|spans?|telemetry|metrics)\b|:(?:4317|4318|8125|8126|9411|14250|14268|6831)\b",
    re.IGNORECASE,
)
"""Exporters of traces and metrics, and questions for updates, by name or by their well-known ports (OTLP, StatsD, Datadog, Zipkin, Jaeger)."""

_TELEMETRY_AGENT = re.compile(
    r"otel|telemetry|collector|jaeger|tempo|zipkin|prometheus|statsd|fluent|vector|loki|promtail|datadog|apm",
    re.IGNORECASE,
)
"""For these, sending it is the work."""

_FIGURE = re.compile(
    r"\b(?:us(?:es|ing|ed|age)|at|is)\b[^\n]{0,30}?\b\d{1,3}(?:\.\d{1,4})? ?% of (?:its|the) [^\n]{0,20}\blimit",
    re.IGNORECASE,
)
"""`uses 98.2% of its CPU limit`, as our own alerts say it: what Prometheus measured, where a threshold only claims."""


def _is_measured(alert: Alert) -> bool:
    return any(_FIGURE.search(text) for text in (alert.summary, *alert.annotations.values()))


def _kind_of_evidence(fact: Fact) -> str:
    return fact.source if fact.source in ("event", "log", "alert", "output") else "status"


def _whose(candidate: Candidate, scene: Scene, health: Health) -> Iterable[str]:
    if candidate.activity is Activity.ELSEWHERE and candidate.relation < Relation.NEIGHBOUR:
        yield "that container is healthy"
    named = scene.case.incident.target.container
    if (
        named
        and candidate.container
        and candidate.container != named
        and state_of(candidate, health) is not State.FAILING
    ):
        yield "another container than the alert names"
    elif _is_of_another_pod(candidate, scene, health):
        yield "another pod than the one that fails"


def _is_of_another_pod(candidate: Candidate, scene: Scene, health: Health) -> bool:
    """Whether only a log tells it, while the log of the very pod that fails is there as well."""
    failing = {name for item in health.failing for name in (item.pod, stem_of(item.pod), item.container) if name}
    own = {candidate.pod, stem_of(candidate.pod), candidate.container} - {""}
    if not failing or not own or own & failing or any(fact.source != "log" for fact in candidate.facts):
        return False
    return any(failing & {log.pod, stem_of(log.pod), log.container} for log in scene.logs)


def _loudness(candidate: Candidate, scene: Scene) -> Iterable[str]:
    level = max(grade(fact.value) for fact in candidate.facts)
    if candidate.finding is not None and candidate.finding.began:
        # Its figures say it, and no logger looks at those.
        level = Level.WARNING
    if level < Level.NOTICE:
        yield "the line is only information"
    elif level <= Level.WARNING:
        yield "the line is only a warning"
    if candidate.rule is None and is_permanent(candidate.facts, scene):
        yield STANDS
    elif candidate.specificity < _NAMES_A_CAUSE and _is_symptom(candidate):
        yield "a symptom of many possible causes"
    if candidate.finding is not None and level <= Level.WARNING and goes_on_otherwise(candidate.facts[0].value):
        yield "the program goes on without it"
    if FROM_A_CLIENT.search(candidate.facts[0].value[:1000]) and not is_permanent(candidate.facts, scene):
        yield ABOUT_A_CALLER
    is_its_work = _TELEMETRY_AGENT.search(f"{candidate.pod} {candidate.container}") is not None
    if not is_its_work and _TELEMETRY.search(candidate.facts[0].value[:1000]):
        yield ABOUT_TELEMETRY


_NAMES_A_CAUSE = 3


def _is_symptom(candidate: Candidate) -> bool:
    """Whether the deciding line says only that something else was late, gone or failing."""
    told = candidate.finding.complaint if candidate.finding else find_complaint(candidate.facts[0].value)
    return told is not None and told.is_symptom


_END_LINES = 25


def _ends_run(candidate: Candidate, scene: Scene) -> bool:
    """Whether a decisive line stands near the end of a log whose container then ended."""
    for fact in candidate.facts:
        log = next(
            (item for item in scene.logs if fact.citation and item.evidence_id == fact.citation.evidence_id), None
        )
        container = scene.container_named(fact.container, fact.pod) if fact.container else None
        ended = container is not None and first_value(container.status, "state.terminated|state.waiting") is not None
        if (
            log
            and (log.previous or ended or _is_backing_off(log, scene))
            and fact.citation
            and fact.citation.line > log.kept[-1].line - _END_LINES
        ):
            return True
    return False


def _is_backing_off(log: Log, scene: Scene) -> bool:
    """Whether events say that the containers of a log's pod end time and again: its log ends where a run did."""
    return bool(log.pod) and any(
        event.name == log.pod and event.reason == "BackOff" and event.message.startswith("Back-off restarting")
        for event, _ in scene.events
    )
