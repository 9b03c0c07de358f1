"""Whether what a candidate describes is going on now, is past, is somebody else's, or is nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.aftermath import (
    is_asked_in_vain,
    is_going_on,
    is_node_back,
    is_object_well,
    is_of_done_job,
    is_overtaken,
    is_passed,
)
from incident_bot.diagnosis.causes.alerted import is_about_performance
from incident_bot.diagnosis.causes.answers import is_answer
from incident_bot.diagnosis.causes.candidates import Activity, Candidate
from incident_bot.diagnosis.causes.echoes import is_echoed
from incident_bot.diagnosis.causes.notes import (
    is_announced_in_note,
    is_complained_of,
    is_lack_asked_about,
    is_missed,
    is_of_load_test,
    is_parked,
)
from incident_bot.diagnosis.causes.probe_logins import is_login_of_probe
from incident_bot.diagnosis.causes.stride import (
    is_about_one_caller,
    is_about_users,
    is_from_a_client,
    is_last_word,
    is_long_ago,
    is_of_another_time,
    is_refused_change,
    is_taken_in_stride,
    opens_storm,
)
from incident_bot.diagnosis.causes.succession import names_a_cause
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.health.pod_age import YOUNG_S, pod_age_s
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.logs.announced import is_provoked
from incident_bot.diagnosis.logs.background import is_background, is_everywhere, is_routine
from incident_bot.diagnosis.logs.outcome import Outcome, read_outcome
from incident_bot.diagnosis.logs.slow_reports import is_slow_report
from incident_bot.diagnosis.targets import WORKLOAD_KINDS, Relation, is_guessed, stem_of
from incident_bot.model import Category

if TYPE_CHECKING:
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Scene

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


def _state_for(candidate: Candidate, scene: Scene, health: Health) -> State | None:
    """The state of whom a candidate is about; None when it is about no container or pod at all.

    A log whose container the status does not name is judged by what is known of the target: where every
    pod is well, a line of it is as much a blip as that of a known container, unless the log ends with it.
    """
    state = state_of(candidate, health) if candidate.pod or candidate.container else None
    is_well = health.is_known and not health.failing
    if is_well and all(fact.source == "event" and fact.kind == "Pod" and not fact.name for fact in candidate.facts):
        # Rows cut out of a description: it was that of a pod which is well.
        return State.HEALTHY
    if state not in (None, State.UNKNOWN) or not _is_log_only(candidate):
        return state
    if candidate.specificity >= _NAMES_A_CAUSE and _is_of_a_machine(candidate, scene):
        # Pods may be ready on a machine that drops packets or loses a device.
        return state
    return State.HEALTHY if is_well and not _is_last_word(candidate, scene) else state


def _is_of_a_machine(candidate: Candidate, scene: Scene) -> bool:
    machines = {log.evidence_id for log in scene.logs if log.node is not None}
    return all(fact.citation is not None and fact.citation.evidence_id in machines for fact in candidate.facts)


_LAST_LINES = 3


def _is_last_word(candidate: Candidate, scene: Scene) -> bool:
    """Whether a log of no pod that was read ends with the line: a command or a job that gave up."""
    known = {pod.name for pod in scene.pods}
    logs = {log.evidence_id: log for log in scene.logs if log.pod not in known and not log.previous}
    cited = [fact.citation for fact in candidate.facts if fact.citation]
    return (
        bool(cited)
        and (max(grade(fact.value) for fact in candidate.facts) >= Level.ERROR or _is_named(candidate))
        and all(
            item.evidence_id in logs
            and (
                item.line > logs[item.evidence_id].total_lines - _LAST_LINES
                or (_is_named(candidate) and is_answer(logs[item.evidence_id]))
            )
            for item in cited
        )
    )


def _is_named(candidate: Candidate) -> bool:
    return candidate.rule is not None and candidate.specificity >= _NAMES_A_CAUSE


def _judge_by_circumstance(candidate: Candidate, scene: Scene, health: Health) -> Activity | None:
    """What holds whatever the state of whom it is about: somebody else's, long ago, provoked by a test, of a Job that is done."""
    if candidate.relation is Relation.NEIGHBOUR:
        return Activity.ELSEWHERE
    if all(fact.source == "event" and fact.is_past for fact in candidate.facts):
        return Activity.PAST
    if health.failing:
        return None
    if is_provoked(candidate.facts, scene):
        return Activity.INACTIVE
    is_over_now = is_of_done_job(candidate.facts, scene) or is_long_ago(candidate.facts, scene)
    return Activity.PAST if is_over_now else None


def judge_activity(candidate: Candidate, scene: Scene, health: Health) -> Activity:
    """Whether what the candidate describes is going on, judged by the state of whom it is about."""
    settled = _judge_by_circumstance(candidate, scene, health)
    if settled is not None:
        return settled
    if candidate.finding is not None and candidate.finding.began:
        # The figures of its log say that it goes on; where status is known, they count for alerts about them.
        is_lacking = candidate.finding.kind == "emptied" and is_lack_asked_about(scene)
        return (
            Activity.ACTIVE if is_about_performance(scene) or is_lacking or not health.is_known else Activity.INACTIVE
        )
    is_asked = is_missed(candidate.facts, scene) or is_complained_of(candidate.facts, scene)
    if is_asked or is_refused_change(candidate.facts, scene) or is_asked_in_vain(candidate.facts):
        return Activity.ACTIVE
    state = _state_for(candidate, scene, health)
    if (_is_log_only(candidate) or _goes_on_in_log(candidate)) and state is not State.FAILING:
        said = tuple(fact for fact in candidate.facts if fact.source == "log")
        judged = _judge_log(replace(candidate, facts=said), scene, health)
        if judged is not None:
            return judged
    if state is None:
        return _judge_object(candidate, scene, health)
    return _judge_by_state(candidate, state, scene, health)


def _judge_log(candidate: Candidate, scene: Scene, health: Health) -> Activity | None:
    """What the log itself says of how its complaint ended; None where it leaves that open."""
    if health.failing and all(fact.kind == "Node" for fact in candidate.facts):
        # A machine's log goes on calmly whatever device it lost, and what runs there still fails.
        return Activity.INACTIVE if is_of_another_time(candidate.facts, scene) else None
    is_noise = (
        _is_background_noise(candidate, scene)
        or all(is_announced_in_note(fact.value, scene) for fact in candidate.facts)
        or is_of_load_test(candidate.facts, scene)
    )
    outcome = Outcome.HARMLESS if is_noise else read_outcome(candidate.facts, scene)
    if is_over(outcome, scene, health):
        return Activity.PAST
    if _is_stall(candidate) and not is_going_on(candidate.facts, scene):
        return Activity.PAST
    if is_of_another_time(candidate.facts, scene):
        return Activity.INACTIVE
    # Where an alert says that something is wrong, one error with calm after it may be a worker that died.
    if outcome is not Outcome.OPEN and (outcome is not Outcome.CALMED or health.is_known):
        return Activity.INACTIVE
    is_handled = not (is_about_performance(scene) or _is_stall(candidate)) and is_taken_in_stride(
        candidate.facts, scene, specificity=candidate.specificity
    )
    return Activity.INACTIVE if is_handled else None


def is_over(outcome: Outcome, scene: Scene, health: Health) -> bool:
    """Whether a log shows that a trouble was there and is not any more; where status is known, that says so of single errors."""
    is_calm = outcome is Outcome.CALMED and not health.is_known and is_guessed(scene.case)
    return is_calm or outcome is Outcome.OVERCOME


def _judge_object(candidate: Candidate, scene: Scene, health: Health) -> Activity:
    if is_node_back(candidate.facts, scene, health):
        return Activity.PAST
    is_well = (
        is_object_well(candidate.facts, scene, health)
        or _is_node_at_rest(candidate, scene, health)
        or _is_reference_unused(candidate, health)
        or is_parked(candidate.facts, scene)
    )
    if is_well:
        return Activity.INACTIVE
    return Activity.PAST if is_overtaken(candidate.facts, scene, health) else Activity.ACTIVE


def _is_reference_unused(candidate: Candidate, health: Health) -> bool:
    """A name in a pod or template that a listing lacks explains a failure, and is none by itself."""
    kinds = {"Pod", *WORKLOAD_KINDS}
    if any(fact.kind in WORKLOAD_KINDS and fact.field.startswith("status.") for fact in candidate.facts):
        # What a controller says that it has, or has not, done yet.
        return False
    return not health.failing and all(fact.source == "join" and fact.kind in kinds for fact in candidate.facts)


def _is_node_at_rest(candidate: Candidate, scene: Scene, health: Health) -> bool:
    """A cordoned or tainted node that is well hurts nobody as long as all that fails already has a place on other nodes."""
    nodes = {fact.name for fact in candidate.facts}
    placed = {pod.name: first_value(pod.body, "spec.nodeName") for pod in scene.pods}
    return all(
        item.pod and placed.get(item.pod) not in (None, "", "<none>", *nodes) for item in health.failing
    ) and all(
        fact.source == "node"
        and fact.field.startswith("spec.")
        and health.objects.get(("Node", fact.name)) is State.HEALTHY
        for fact in candidate.facts
    )


def _is_background_noise(candidate: Candidate, scene: Scene) -> bool:
    """Lines as frequent at the log's beginning as at its end that no reader can name, or that call themselves information.

    Not where errors or latency were alerted; only users who are refused for their own mistakes are none where refusals
    are.
    """
    is_asked = is_about_performance(scene)
    if (is_asked and not _is_about_refusals(scene)) or _is_stall(candidate):
        return False
    is_unnamed = candidate.finding is not None and candidate.finding.kind in ("error-line", "server-errors")
    lines = {(fact.citation.evidence_id, fact.citation.line) for fact in candidate.facts if fact.citation}
    found = [(kept, log) for log in scene.logs for kept in log.kept if (log.evidence_id, kept.line) in lines]
    if is_asked:
        return bool(found) and all(is_about_users(kept, log) for kept, log in found)
    return bool(found) and all(
        not log.previous
        and (
            is_routine(kept, log)
            or (is_unnamed and is_background(kept, log))
            or (is_from_a_client(kept, log) and is_everywhere(kept, log))
            or is_about_one_caller(kept, log)
            or is_about_users(kept, log)
            or is_login_of_probe(kept, log, scene)
        )
        for kept, log in found
    )


def _is_about_refusals(scene: Scene) -> bool:
    """Whether the alert counts answers below 500: most of what it counts is what callers do."""
    name = scene.case.incident.alert.name.lower()
    return "4xx" in name or "login" in name


_STALL_COUNT = 10
_NARROWS_IT_DOWN = 2


def _is_stall(candidate: Candidate) -> bool:
    """Whether a rule names by its count what stands still: a scheduler says calmly, for hours, that it can start nothing."""
    rule = candidate.rule
    return (
        rule is not None
        and candidate.specificity >= _NARROWS_IT_DOWN
        and any(item.source == "log" and item.test.get("min_count", 1) >= _STALL_COUNT for item in rule.any)
        and all(fact.source == "log" and fact.count >= _STALL_COUNT for fact in candidate.facts)
    )


_NAMES_A_CAUSE = 3
"""A rule of this specificity names a cause (failure-modes.md)."""


def _judge_by_state(candidate: Candidate, state: State, scene: Scene, health: Health) -> Activity:
    if any(
        fact.source == "node" and health.objects.get(("Node", fact.name)) is State.FAILING for fact in candidate.facts
    ):
        return Activity.ACTIVE
    if state is State.FAILING or state is State.UNKNOWN:
        if is_passed(candidate.facts, scene):
            return Activity.PAST
        return Activity.INACTIVE if _is_mere_probe(candidate, scene) else Activity.ACTIVE
    if state is State.STARTING:
        is_reason = bool(health.failing) and candidate.specificity >= _NAMES_A_CAUSE
        return Activity.ACTIVE if is_reason else Activity.INACTIVE
    if (
        (not health.failing or _is_beside_listed(candidate, scene, health))
        and candidate.pod not in health.gone
        and _goes_on_in_log(candidate)
        and not any(fact.is_past for fact in candidate.facts)
        and (
            (_lasts(candidate, scene) and (is_about_performance(scene) or is_going_on(candidate.facts, scene)))
            or (_is_stall(candidate) and is_going_on(candidate.facts, scene))
            or opens_storm(candidate.facts, scene, is_named=names_a_cause(candidate))
            or (_is_named(candidate) and is_echoed(candidate.facts, scene))
            or is_last_word(candidate.facts, scene)
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


def state_of(candidate: Candidate, health: Health) -> State:
    """The state of the container; without one, the worst of the pods that the facts are about."""
    if candidate.container:
        states = {health.of(fact.pod, candidate.container) for fact in candidate.facts if fact.container}
        own = states or {health.of(candidate.pod, candidate.container)}
    else:
        own = {health.of(fact.pod, "") for fact in candidate.facts if fact.pod}
    order = (State.FAILING, State.UNKNOWN, State.STARTING, State.RECOVERED, State.HEALTHY)
    return min(own, key=order.index, default=State.UNKNOWN)


def _is_log_only(candidate: Candidate) -> bool:
    return all(fact.source == "log" for fact in candidate.facts)


def _goes_on_in_log(candidate: Candidate) -> bool:
    """Whether logs tell if it lasts: what two objects say about each other beside them has no time of its own."""
    sources = {fact.source for fact in candidate.facts}
    return "log" in sources and sources <= {"log", "join"}


def _lasts(candidate: Candidate, scene: Scene) -> bool:
    """Whether errors in the log of a ready container still explain an alert: about performance, and not a blip."""
    name = scene.case.incident.alert.name.lower()
    if any(word in name for word in _LIFECYCLE_ALERT):
        return False
    is_about_errors = is_about_performance(scene)
    # Databases report as information who waits: what a rule names counts at any level.
    least = Level.QUIET if _is_named(candidate) else Level.WARNING if is_about_errors else Level.ERROR
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
