"""What the engineer reads: summary, causes, impact, actions, what was ruled out, what happened when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.answers import find_bad_state
from incident_bot.diagnosis.causes.notes import find_unread
from incident_bot.diagnosis.causes.questions import read_question
from incident_bot.diagnosis.fieldpaths import first_value, read_quantity, read_time
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.logs.messages import read_message
from incident_bot.diagnosis.scene import is_quotable
from incident_bot.diagnosis.targets import Relation
from incident_bot.diagnosis.telling.explanation import end_sentence, explain, title_of
from incident_bot.diagnosis.telling.recovery import tell_recovery
from incident_bot.diagnosis.telling.templates import fill_text
from incident_bot.diagnosis.telling.values import values_of
from incident_bot.model import Cause, Citation, Engine, TimelineEntry, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.causes.ranking import Ranking
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Scene

_MAX_CITATIONS = 4
_WORDS_CHARS = 160
_LAST_WORDS = "lastState.terminated.message"
_MESSAGE_LINES = 60
_MAX_TIMELINE = 14


def tell_cause(candidate: Candidate, place: int, scene: Scene) -> Cause:
    """A ranked cause with its names filled in and its lines cited."""
    values = values_of(candidate, scene)
    last = last_line(candidate, scene)
    said = own_words(candidate, scene)
    citations = tuple(dict.fromkeys((*([said] if said else []), *_citations(candidate), *([last] if last else []))))
    return Cause(
        rank=place,
        title=title_of(candidate, scene),
        explanation=explain(candidate, values, scene)
        + (f' It ended with the words: "{said.quote[:_WORDS_CHARS]}".' if said else "")
        + (f' The last line before the end was: "{last.quote[:_WORDS_CHARS]}".' if last else ""),
        category=candidate.category,
        confidence=candidate.confidence if citations else min(candidate.confidence, 0.3),
        citations=citations,
        found_by=Engine.RULES,
        rule_id=candidate.id,
        conjecture=not citations,
    )


def last_line(candidate: Candidate, scene: Scene) -> Citation | None:
    """The last words of a run that status or a signal ended: what it was doing, where its log does not say why."""
    if not candidate.container or candidate.specificity < 2 or any(fact.source == "log" for fact in candidate.facts):
        return None
    container = scene.container_named(candidate.container, candidate.pod)
    if container is None or first_value(container.status, "lastState.terminated|state.terminated") is None:
        return None
    logs = [log for log in scene.logs if log.container == candidate.container and log.pod in ("", container.pod)]
    ended = [log for log in logs if log.previous] or [
        log for log in logs if first_value(container.status, "state.running") is None
    ]
    last = scene.cite(ended[0].evidence_id, ended[0].kept[-1].line) if ended else None
    return last if last is not None and is_quotable(last.quote.strip()) else None


def own_words(candidate: Candidate, scene: Scene) -> Citation | None:
    """The last line of the container's termination message, where no deciding line holds it already.

    Programs with `terminationMessagePolicy: FallbackToLogsOnError` leave the end of their log there.
    """
    if not candidate.container or candidate.relation is Relation.NEIGHBOUR:
        return None
    container = scene.container_named(candidate.container, candidate.pod)
    path = (
        "lastState.terminated.message"
        if container and first_value(container.status, _LAST_WORDS)
        else "state.terminated.message"
    )
    message = first_value(container.status, path) if container else None
    if container is None or not isinstance(message, str) or any(fact.field == path for fact in candidate.facts):
        return None
    last = next((line.strip() for line in reversed(message.splitlines()) if line.strip()), "")
    start = container.line_of(path)
    lines = scene.texts[container.source.evidence_id].lines[start - 1 : start + _MESSAGE_LINES]
    place = next((index for index, line in enumerate(lines) if last and last in line), None)
    return None if place is None else scene.cite(container.source.evidence_id, start + place, last)


def _citations(candidate: Candidate) -> Iterator[Citation]:
    """The deciding lines first, one a kind of evidence before a second of the same."""
    seen: set[tuple[str, int]] = set()
    told: list[Citation] = []
    for facts in (candidate.facts, candidate.supporting):
        first: list[Citation] = []
        second: list[Citation] = []
        evidence: set[str] = set()
        for citation in (fact.citation for fact in facts if fact.citation):
            key = (citation.evidence_id, citation.line)
            if key not in seen:
                (second if citation.evidence_id in evidence else first).append(citation)
            seen.add(key)
            evidence.add(citation.evidence_id)
        told += (*first, *second)
    yield from told[:_MAX_CITATIONS]


def tell_summary(verdict: Verdict, causes: Sequence[Candidate], scene: Scene, health: Health) -> str:
    """The one sentence that the engineer on call needs."""
    who = _who(scene)
    if verdict is Verdict.HEALTHY:
        if not who or not (health.is_known or scene.logs):
            return "No failure found in what was read."
        return f"No failure found: {who} is {'starting normally' if health.is_starting else 'healthy'}{_why_healthy(scene, health)}."
    if verdict is Verdict.RECOVERED:
        return tell_recovery(who, causes, scene, health)
    if verdict is Verdict.INSUFFICIENT_EVIDENCE:
        return _tell_insufficient(who, causes, scene, health)
    if causes:
        since = (
            f'; just before, its log says: "{read_message(causes[0].change_before)}"' if causes[0].change_before else ""
        )
        return end_sentence(f"{title_of(causes[0], scene).rstrip('.')}{_state_of(causes[0], scene, health)}{since}")
    return f"{who or 'Something'} is failing ({health.failing[0].text}), and nothing that was read says why."


def _tell_insufficient(who: str, causes: Sequence[Candidate], scene: Scene, health: Health) -> str:
    """What is missing, or what is seen that nothing explains."""
    signs = health.failing or health.unsettled
    seen = f": {_seen(signs[0].text, scene)}" if signs else _listed_state(scene) or _unseen(scene, health)
    if not signs and (unread := find_unread(scene)):
        return f"A note complains of {unread}, and nothing of namespace {unread} could be read; what was read of {who or 'others'} is well."
    likely = f" Most likely so far: {end_sentence(title_of(causes[0], scene))}" if causes and not health.failing else ""
    if not signs and (scene.logs or health.is_known) and read_question(scene):
        return f"A note complains of a trouble now, and nothing that was read says for sure why.{likely}"
    return f"Too little evidence to name a cause{f' for {who}' if who else ''}{seen}.{likely}"


def _seen(text: str, scene: Scene) -> str:
    """`pod api-0 is Pending` behind the name of that pod reads "it is Pending"."""
    name = f"pod {scene.target.pod} "
    return f"it {text.removeprefix(name)}" if scene.target.pod and text.startswith(name) else text


def _listed_state(scene: Scene) -> str:
    listed = find_bad_state(scene)
    return f': a listing says "{listed.quote}" ({listed.evidence_id}:{listed.line})' if listed else ""


def _unseen(scene: Scene, health: Health) -> str:
    missing = [
        name
        for name, is_there in (
            ("status", health.is_known),
            ("events", bool(scene.events)),
            ("log", any(log.relation is not Relation.NEIGHBOUR for log in scene.logs)),
        )
        if not is_there
    ]
    if not missing:
        return ""
    if not _who(scene):
        return f": no {_listed(missing, 'or')} of what fails was read"
    return f": its {_listed(missing, 'and')} {'were' if missing[1:] or missing == ['events'] else 'was'} not read"


def _listed(words: Sequence[str], word: str) -> str:
    return f"{', '.join(words[:-1])} {word} {words[-1]}" if words[1:] else words[0]


def _who(scene: Scene) -> str:
    target = scene.target
    name = target.pod or target.workload or target.node
    place = f"{target.namespace}/" if target.namespace and name and target.node != name else ""
    return f"{place}{name}" if name else target.name if target.namespace else ""


def _why_healthy(scene: Scene, health: Health) -> str:
    ready = sum(1 for name in health.own_pods if health.pods.get(name) is State.HEALTHY)
    completed = [
        pod
        for pod in scene.pods
        if pod.name in health.own_pods and first_value(pod.body, "status.phase") == "Succeeded"
    ]
    if completed:
        return " (it completed)"
    return f" ({ready} of {len(health.own_pods)} pods without a fault)" if health.own_pods and ready else ""


def _state_of(candidate: Candidate, scene: Scene, health: Health) -> str:
    container = scene.container_named(candidate.container, candidate.pod) if candidate.container else None
    restarts = int(read_quantity(container.status.get("restartCount")) or 0) if container else 0
    replicas = _replicas(scene)
    who = f"pod {_who(scene)}" if scene.target.pod else _who(scene)
    is_other = bool(scene.target.pod and candidate.container) and not values_of(candidate, scene).get("pod")
    parts = [] if is_other or _names_target(candidate, scene) or not health.failing or not who else [who]
    if restarts:
        parts.append(f"{restarts} restart{'s' if restarts > 1 else ''}")
    if replicas:
        parts.append(f"{replicas[0]} of {replicas[1]} replicas ready")
    return f" ({', '.join(parts)})" if parts and health.failing else ""


def _names_target(candidate: Candidate, scene: Scene) -> bool:
    """Whether the title says already which pod or workload it is about."""
    title = title_of(candidate, scene)
    names = (scene.target.pod, scene.target.workload, scene.target.node)
    return any(name and name in title for name in names) or not any(names)


def _replicas(scene: Scene) -> tuple[int, int] | None:
    for item, relation in scene.objects:
        # A manifest says how many are wanted, and nothing of how many there are.
        is_seen = relation is Relation.OWN and bool(item.body.get("status"))
        if is_seen and item.kind in ("Deployment", "StatefulSet", "DaemonSet"):
            wanted = read_quantity(
                first_value(item.body, "spec.replicas|status.desiredNumberScheduled|status.replicas")
            )
            ready = read_quantity(
                first_value(item.body, "status.readyReplicas|status.numberReady|status.availableReplicas")
            )
            if wanted:
                return int(ready or 0), int(wanted)
    return None


def tell_impact(verdict: Verdict, causes: Sequence[Candidate], scene: Scene, health: Health) -> str:
    """Who is hurt, from replicas and readiness; then what the rule knows."""
    if verdict in (Verdict.HEALTHY, Verdict.RECOVERED):
        return "None now, as far as the evidence shows."
    told = [sentence for sentence in (_count_replicas(scene), _count_siblings(health)) if sentence][:1]
    if causes and causes[0].rule and causes[0].rule.impact:
        told.append(fill_text(causes[0].rule.impact, values_of(causes[0], scene)))
    elif causes and causes[0].finding and causes[0].finding.complaint:
        told.append(causes[0].finding.complaint.impact)
    if not told and health.is_known and not health.failing:
        return "Unknown: every pod that was read is well, so nothing there tells whom it hurts."
    return " ".join(told) or "Unknown: neither replicas nor readiness were in the evidence."


def _count_replicas(scene: Scene) -> str:
    replicas = _replicas(scene)
    if not replicas:
        return ""
    ready, wanted = replicas
    name = scene.target.workload or _who(scene)
    if ready == 0:
        return f"All of {name} is down: 0 of {wanted} replicas ready."
    return (
        f"{name} runs degraded: {ready} of {wanted} replicas ready."
        if ready < wanted
        else f"{ready} of {wanted} replicas of {name} are ready."
    )


def _count_siblings(health: Health) -> str:
    if not health.own_pods:
        return ""
    bad = sorted(name for name in health.own_pods if health.pods.get(name) is State.FAILING)
    good = len(health.own_pods) - len(bad)
    if not bad:
        return ""
    names = ", ".join(bad[:3])
    if good:
        is_or_are, works = "is" if len(bad) == 1 else "are", "works" if good == 1 else "work"
        return f"{len(bad)} of {len(health.own_pods)} pods that were read {is_or_are} failing ({names}); {good} still {works}."
    return (
        f"{names} is failing; no other pod of it was read."
        if len(bad) == 1
        else f"{'Both' if len(bad) == 2 else f'All {len(bad)}'} pods that were read are failing ({names})."
    )


def tell_ruled_out(ranking: Ranking, scene: Scene) -> tuple[str, ...]:
    """What was looked for and not found, or found and set aside, each with its line."""
    found = [_setting_aside(item, scene, "that is noise, seen on healthy clusters too") for item in ranking.noise[:2]]
    shown = {item.id for item in ranking.causes}
    aside = list({_about(item): item for item in reversed(ranking.elsewhere) if item.id not in shown}.values())[::-1][
        :3
    ]
    found += [_setting_aside(item, scene, _why_aside(item)) for item in aside]
    found += list(_not_memory(scene, ranking))
    found += list(_not_node(scene))
    return tuple({_LINE_NUMBER.sub("", told): told for told in reversed(found)}.values())[::-1][:6]


_LINE_NUMBER = re.compile(r" \(E\d+:\d+\)")


def _about(item: Candidate) -> tuple[str, ...]:
    return (item.pod, item.container) if item.container else (item.pod, item.id)


def _setting_aside(item: Candidate, scene: Scene, why: str) -> str:
    return f"{title_of(item, scene)}; {why}{_at(item.facts[0].citation)}."


def _why_aside(item: Candidate) -> str:
    if item.relation is Relation.NEIGHBOUR:
        return f"that concerns {item.pod or item.facts[0].name}, not the alert's target"
    return f"container {item.container} itself is healthy" if item.container else "the state it describes is not there"


def _at(citation: Citation | None) -> str:
    if citation is None:
        return ""
    return f" ({citation.evidence_id}:{citation.line})"


def _not_memory(scene: Scene, ranking: Ranking) -> Iterator[str]:
    """Exit 137 without OOMKilled invites the wrong conclusion; say what the status says."""
    for container in scene.containers:
        path = "lastState.terminated.reason|state.terminated.reason"
        reason = first_value(container.status, path)
        if (
            container.relation < Relation.NEIGHBOUR
            and reason
            and reason != "OOMKilled"
            and not _is_about_memory(ranking)
        ):
            line = container.line_of(
                "lastState.terminated.reason"
                if first_value(container.status, "lastState.terminated.reason")
                else "state.terminated.reason"
            )
            yield f"Host memory: container {container.name} ended with reason {reason}, not OOMKilled{_at(scene.cite(container.source.evidence_id, line))}."
            return


def _is_about_memory(ranking: Ranking) -> bool:
    return any("oom" in item.id or "memory" in item.id for item in ranking.causes)


def _not_node(scene: Scene) -> Iterator[str]:
    for item, relation in scene.objects:
        if item.kind != "Node" or relation is Relation.NEIGHBOUR:
            continue
        quiet = [
            name
            for name in ("MemoryPressure", "DiskPressure", "PIDPressure")
            if first_value(item.body, f"status.conditions[{name}].status") == "False"
        ]
        ready = first_value(item.body, "status.conditions[Ready].status") == "True"
        if ready and quiet:
            line = item.line_of(f"status.conditions[{quiet[0]}].status")
            yield f"Node {item.name}: Ready, without {', '.join(quiet)}{_at(scene.cite(item.evidence_id, line))}."
            return


def tell_timeline(scene: Scene) -> tuple[TimelineEntry, ...]:
    """Dated facts of the target in order; the newest are kept when there are many."""
    entries = list(_dated_events(scene)) + list(_dated_ends(scene))
    alert = scene.case.incident.alert
    if alert.starts_at:
        entries.append(TimelineEntry(at=alert.starts_at, text=f"alert {alert.name} fired"))
    entries.sort(key=lambda entry: entry.at)
    return tuple(entries[-_MAX_TIMELINE:])


def _dated_events(scene: Scene) -> Iterator[TimelineEntry]:
    for event, relation in scene.events:
        if relation is not Relation.NEIGHBOUR and event.last_at:
            times = f" (seen {event.count} times)" if event.count > 1 else ""
            text = f"{event.reason}: {event.message[:140]}{times}"
            yield TimelineEntry(
                at=event.last_at, text=text, citation=scene.cite(event.evidence_id, event.line, event.message)
            )


def _dated_ends(scene: Scene) -> Iterator[TimelineEntry]:
    for container in scene.containers:
        if container.relation is Relation.NEIGHBOUR:
            continue
        for state in ("lastState", "state"):
            ended = read_time(first_value(container.status, f"{state}.terminated.finishedAt"))
            if ended:
                path = f"{state}.terminated.finishedAt"
                reason = first_value(container.status, f"{state}.terminated.reason") or "ended"
                code = first_value(container.status, f"{state}.terminated.exitCode")
                citation = scene.cite(container.source.evidence_id, container.line_of(path))
                yield TimelineEntry(
                    at=ended, text=f"container {container.name} ended: {reason}, exit code {code}", citation=citation
                )
