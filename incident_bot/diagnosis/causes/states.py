"""What the status of whom a candidate is about says of it: whoever fails is explained, and whoever is well has to be shown to suffer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.aftermath import is_going_on, is_passed
from incident_bot.diagnosis.causes.alerted import is_about_performance
from incident_bot.diagnosis.causes.answers import is_answer
from incident_bot.diagnosis.causes.candidates import NAMES_A_CAUSE, Activity, Candidate
from incident_bot.diagnosis.causes.echoes import is_echoed
from incident_bot.diagnosis.causes.ended_work import has_ended_work
from incident_bot.diagnosis.causes.permanence import is_permanent
from incident_bot.diagnosis.causes.recurrence import is_lack_going_on
from incident_bot.diagnosis.causes.stride import is_last_word, opens_storm
from incident_bot.diagnosis.causes.succession import names_a_cause
from incident_bot.diagnosis.health.pod_age import YOUNG_S, pod_age_s
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.logs.records import begins_record
from incident_bot.diagnosis.logs.slow_reports import is_slow_report
from incident_bot.diagnosis.targets import is_guessed, stem_of
from incident_bot.model import Category

if TYPE_CHECKING:
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Scene
    from incident_bot.model import Citation

_LIFECYCLE_ALERT = (
    "notrunning",
    "restart",
    "oom",
    "crash",
    "notready",
    "pending",
    "waiting",
    "image",
    "unschedul",
    "terminat",
    "replicas",
    "cpu",
    "memory",
)
LASTING_COUNT = 3
_LAST_LINES = 3


def state_for(candidate: Candidate, scene: Scene, health: Health) -> State | None:
    """The state of whom a candidate is about; None when it is about no container or pod at all.

    A log whose container the status does not name is judged by what is known of the target: where every
    pod is well, a line of it is as much a blip as that of a known container, unless the log ends with it.
    """
    state = state_of(candidate, health) if candidate.pod or candidate.container else None
    is_well = health.is_known and not health.failing
    is_pod_seen = any(name and health.pods.get(name, State.UNKNOWN) is not State.UNKNOWN for name in health.own_pods)
    if (
        is_well
        and is_pod_seen
        and all(fact.source == "event" and fact.kind == "Pod" and not fact.name for fact in candidate.facts)
    ):
        # Rows cut out of a description: it was that of a pod which is well.
        return State.HEALTHY
    if state not in (None, State.UNKNOWN) or not candidate.is_of_logs:
        return state
    if candidate.specificity >= NAMES_A_CAUSE and _is_of_a_machine(candidate, scene):
        # Pods may be ready on a machine that drops packets or loses a device.
        return state
    return State.HEALTHY if is_well and not _is_last_word(candidate, scene) else state


def state_of(candidate: Candidate, health: Health) -> State:
    """The state of the container; without one, the worst of the pods that the facts are about."""
    if candidate.container:
        states = {health.of(fact.pod, candidate.container) for fact in candidate.facts if fact.container}
        own = states or {health.of(candidate.pod, candidate.container)}
    else:
        own = {health.of(fact.pod, "") for fact in candidate.facts if fact.pod}
    order = (State.FAILING, State.UNKNOWN, State.STARTING, State.RECOVERED, State.HEALTHY)
    return min(own, key=order.index, default=State.UNKNOWN)


def _is_of_a_machine(candidate: Candidate, scene: Scene) -> bool:
    machines = {log.evidence_id for log in scene.logs if log.node is not None}
    return all(fact.citation is not None and fact.citation.evidence_id in machines for fact in candidate.facts)


def _is_last_word(candidate: Candidate, scene: Scene) -> bool:
    """Whether a log of no pod that was read ends with the line: a command or a job that gave up."""
    known = {pod.name for pod in scene.pods}
    logs = {log.evidence_id: log for log in scene.logs if log.pod not in known and not log.previous}
    cited = [fact.citation for fact in candidate.facts if fact.citation]
    told = [fact.value for fact in candidate.facts] + [_read_head(item, scene) for item in cited]
    return (
        bool(cited)
        and (max(map(grade, told)) >= Level.ERROR or candidate.is_named)
        and all(
            item.evidence_id in logs
            and (_is_at_end(item, scene) or (candidate.is_named and is_answer(logs[item.evidence_id])))
            for item in cited
        )
    )


def _read_head(cited: Citation, scene: Scene) -> str:
    """The first line of the record that a line is part of; "" where its log has no records."""
    evidence = scene.texts.get(cited.evidence_id)
    near = evidence.lines[max(0, cited.line - _TRACE_LINES) : cited.line] if evidence else ()
    return next((line for line in reversed(near) if begins_record(line)), "")


def _is_at_end(cited: Citation, scene: Scene) -> bool:
    """Whether at most two records follow the one that a line is part of: what a runner says of the end that a trace explains."""
    evidence = scene.texts.get(cited.evidence_id)
    later = evidence.lines[cited.line :] if evidence else ()
    if len(later) < _LAST_LINES:
        return True
    is_short = len(later) <= _TRACE_LINES and _read_head(cited, scene) != ""
    return is_short and sum(map(begins_record, later)) < _LAST_LINES


_TRACE_LINES = 300


def judge_by_state(candidate: Candidate, state: State, scene: Scene, health: Health) -> Activity:
    """Whether what is said of a container or pod goes on, by its state; of one that is well only what lasts to the end of its log."""
    if any(
        fact.source == "node" and health.objects.get(("Node", fact.name)) is State.FAILING for fact in candidate.facts
    ):
        return Activity.ACTIVE
    if state is State.FAILING or state is State.UNKNOWN:
        if is_passed(candidate.facts, scene):
            return Activity.PAST
        return Activity.INACTIVE if _is_mere_probe(candidate, scene) else Activity.ACTIVE
    if state is State.STARTING:
        is_reason = bool(health.failing) and candidate.specificity >= NAMES_A_CAUSE
        return Activity.ACTIVE if is_reason else Activity.INACTIVE
    if (
        (not health.failing or _is_beside_listed(candidate, scene, health))
        and candidate.pod not in health.gone
        and candidate.is_dated_by_logs
        and not any(fact.is_past for fact in candidate.facts)
        and (
            (_lasts(candidate, scene) and (is_about_performance(scene) or is_going_on(candidate.facts, scene)))
            or (candidate.is_stall and is_going_on(candidate.facts, scene))
            or opens_storm(candidate.facts, scene, is_named=names_a_cause(candidate))
            or (candidate.is_named and is_echoed(candidate.facts, scene))
            or is_last_word(candidate.facts, scene)
            or is_lack_going_on(candidate.facts, scene)
            or is_permanent(candidate.facts, scene, candidate.rule)
            or has_ended_work(candidate.facts, scene)
        )
    ):
        return Activity.ACTIVE
    return Activity.PAST if state is State.RECOVERED else _when_healthy(candidate, health)


def _when_healthy(candidate: Candidate, health: Health) -> Activity:
    """A loud but healthy container beside a failing one is elsewhere; with nothing failing it is nothing."""
    if any(fact.is_past for fact in candidate.facts) and health.recovered:
        return Activity.PAST
    if _is_overcome(candidate) and not health.failing:
        return Activity.PAST
    return Activity.ELSEWHERE if health.failing else Activity.INACTIVE


def _is_beside_listed(candidate: Candidate, scene: Scene, health: Health) -> bool:
    """Whether all that fails are pods of other workloads that a table lists, while somebody copied the log of this one."""
    read = {log.pod for log in scene.logs} | {pod.name for pod in scene.pods if "table" not in pod.body}
    own = stem_of(candidate.pod)
    is_other = (item.pod and item.pod not in read and stem_of(item.pod) != own for item in health.failing)
    return bool(own) and is_guessed(scene.case) and all(is_other)


_OVERCOME = frozenset({Category.SCHEDULING, Category.IMAGE, Category.GPU_ML})


def _is_overcome(candidate: Candidate) -> bool:
    """A pod that runs now but could not be placed or pulled before: over, unlike a blip of a probe or a mount."""
    return (
        candidate.category in _OVERCOME
        and candidate.specificity >= 2
        and all(fact.source == "event" for fact in candidate.facts)
    )


def _lasts(candidate: Candidate, scene: Scene) -> bool:
    """Whether errors in the log of a ready container still explain an alert: about performance, and not a blip."""
    name = scene.case.incident.alert.name.lower()
    if any(word in name for word in _LIFECYCLE_ALERT):
        return False
    is_about_errors = is_about_performance(scene)
    # Databases report as information who waits: what a rule names counts at any level.
    least = Level.QUIET if candidate.is_named else Level.WARNING if is_about_errors else Level.ERROR
    loud = [
        fact
        for fact in candidate.facts
        if fact.source == "log" and (grade(fact.value) >= least or (is_about_errors and is_slow_report(fact.value)))
    ]
    count = max((fact.count for fact in loud), default=0)
    return count >= (1 if is_about_errors else LASTING_COUNT)


def _is_mere_probe(candidate: Candidate, scene: Scene) -> bool:
    """One refused probe is no failure: it needs repeats, a kill, or a container that never became ready.

    Source: failure-modes.md, "Tried on a real 1.36 node, too eager as they stand".
    """
    if candidate.category is not Category.PROBE or any(fact.field != "Unhealthy" for fact in candidate.facts):
        return False
    if max(fact.count for fact in candidate.facts) >= LASTING_COUNT:
        return False
    killed = any(event.reason == "Killing" and event.name == candidate.pod for event, _ in scene.events)
    pod = next((item for item in scene.pods if item.name == candidate.pod), None)
    age_s = pod_age_s(pod.name, pod.body, scene) if pod else None
    return not killed and (age_s is None or age_s <= YOUNG_S)
