"""What recovered, what the trouble was, when it was last seen, and what shows that it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.condense.times import read_time as read_line_time
from incident_bot.diagnosis.causes.aftermath import find_success
from incident_bot.diagnosis.fieldpaths import first_value, read_time
from incident_bot.diagnosis.logs.sentences import shorten
from incident_bot.diagnosis.telling.explanation import end_sentence, title_of
from incident_bot.model import AlertStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Scene
    from incident_bot.model import Citation


def tell_recovery(who: str, causes: Sequence[Candidate], scene: Scene, health: Health) -> str:
    """Who works again, what the trouble was, and what proves that it is over. `who` is empty where no target is known."""
    alert = scene.case.incident.alert
    if not causes and not health.recovered and alert.status is AlertStatus.RESOLVED:
        said = alert.summary.rstrip(".")
        return f"{alert.name} is resolved{f' ({said})' if said else ''}; nothing is failing now."
    who = who or (_object_of(causes[0]) if causes else "")
    now = f"{who} has recovered, and nothing is failing now" if who else "Recovered: nothing is failing now"
    if causes:
        told = end_sentence(f"{now}. The trouble{_last_seen(causes[0], scene)} was: {title_of(causes[0], scene)}")
        proof = _proof(causes[0], scene)
        return f"{told} {proof}" if proof else told
    own = sorted(health.recovered, key=lambda sign: sign.relation)
    return end_sentence(f"{now}. The trouble was: {own[0].text}" if own else now)


def _object_of(candidate: Candidate) -> str:
    fact = candidate.facts[0]
    return f"{fact.kind} {fact.name}" if fact.kind and fact.name and not fact.pod else ""


def _last_seen(candidate: Candidate, scene: Scene) -> str:
    """When the trouble was last seen, as far as its lines are dated."""
    times = [fact.at for fact in candidate.facts if fact.at]
    if candidate.finding and candidate.finding.count > len(times):
        # The other lines of its kind are not among the facts: the last of them may be later.
        return ""
    last = max(times, default=None)
    return f" (last seen {_clock(last, scene)})" if last else ""


def _clock(at: datetime, scene: Scene) -> str:
    form = "%H:%M" if at.date() == scene.at.date() else "%Y-%m-%d %H:%M"
    return f"{at.strftime(form)} UTC"


def _proof(candidate: Candidate, scene: Scene) -> str:
    """What shows that the trouble is over: a later event, the rest of the log, or the present run; empty where nothing is dated."""
    for fact in candidate.facts:
        told = _later_event(fact, scene) if fact.source == "event" else _calm_after(fact, scene)
        if told:
            return told
    return _present_run(candidate, scene)


def _later_event(fact: Fact, scene: Scene) -> str:
    event = find_success(fact, scene)
    if event is None:
        return ""
    said = shorten(event.message, _MESSAGE_CHARS)
    at = _place(scene.cite(event.evidence_id, event.line, event.message))
    return f"After it came {event.reason}{f': {said}' if said else ''}{at}."


_MESSAGE_CHARS = 100


def _place(citation: Citation | None) -> str:
    return f" ({citation.evidence_id}:{citation.line})" if citation else ""


def _calm_after(fact: Fact, scene: Scene) -> str:
    """For how long a log goes on without its complaint."""
    log = next((item for item in scene.logs if fact.citation and item.evidence_id == fact.citation.evidence_id), None)
    kept = next((item for item in log.kept if str(item.line) == fact.field), None) if log else None
    if fact.source != "log" or log is None or kept is None or log.previous:
        return ""
    lines = scene.texts[log.evidence_id].lines
    last = max(kept.line, kept.last)
    ended = read_line_time(lines[last - 1], near=scene.at)
    end = read_line_time(lines[-1], near=scene.at)
    minutes = int((end - ended).total_seconds() // 60) if ended and end else 0
    if not ended or minutes < 1:
        return ""
    span = f"{minutes} minute{'s' if minutes > 1 else ''}"
    return f"Its log goes on for {span} after {ended:%H:%M} without it ({log.evidence_id}:{last})."


def _present_run(candidate: Candidate, scene: Scene) -> str:
    container = scene.container_named(candidate.container, candidate.pod) if candidate.container else None
    started = read_time(first_value(container.status, "state.running.startedAt")) if container else None
    if container is None or started is None:
        return ""
    at = _place(scene.cite(container.source.evidence_id, container.line_of("state.running.startedAt")))
    return f"Container {container.name} has run since {_clock(started, scene)}{at}."
