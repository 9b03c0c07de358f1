"""How the target is, judged from status alone: before any rule says why.

The verdict hangs on this: a workload that is healthy gets no cause, however loud its log is.
The guards are those of failure-modes.md, seen on a real node (platform-facts.md 4.5).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from incident_bot.diagnosis.facts import event_age_s, is_event_old
from incident_bot.diagnosis.fieldpaths import first_value, read_quantity, read_time
from incident_bot.diagnosis.targets import Relation
from incident_bot.model import AlertStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.diagnosis.scene import Container, Log, Pod, Scene
from incident_bot.diagnosis.health.objects import judge_object
from incident_bot.diagnosis.health.pod_age import is_young
from incident_bot.diagnosis.health.replacements import departed_pods, forgive_earlier_runs, replaced_pods
from incident_bot.diagnosis.health.rows import AGAIN, LONG_AGO_S, STEADY_S, judge_row
from incident_bot.diagnosis.health.run_events import is_killed_again, is_stopped
from incident_bot.diagnosis.health.states import State, Symptom
from incident_bot.diagnosis.logs.outcome import span_of

SETTLED = timedelta(minutes=10)
"""A container that has run and been ready this long since its last end has recovered."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """All signs, and the state of each container and pod that the evidence shows."""

    symptoms: tuple[Symptom, ...]
    containers: Mapping[tuple[str, str], State]
    pods: Mapping[str, State]
    others: tuple[State, ...] = ()
    objects: Mapping[tuple[str, str], State] = field(default_factory=dict)
    own_pods: frozenset[str] = field(default=frozenset())
    gone: frozenset[str] = field(default=frozenset())

    @cached_property
    def failing(self) -> tuple[Symptom, ...]:
        """What is wrong now with the target."""
        return tuple(
            item for item in self.symptoms if item.state is State.FAILING and item.relation < Relation.NEIGHBOUR
        )

    @cached_property
    def unsettled(self) -> tuple[Symptom, ...]:
        """What is not as it should be about the target, where nothing that was read tells a failure from a passing state."""
        return tuple(
            item for item in self.symptoms if item.state is State.UNKNOWN and item.relation < Relation.NEIGHBOUR
        )

    @cached_property
    def recovered(self) -> tuple[Symptom, ...]:
        """What was wrong with the target and is over."""
        return tuple(
            item for item in self.symptoms if item.state is State.RECOVERED and item.relation < Relation.NEIGHBOUR
        )

    @cached_property
    def is_known(self) -> bool:
        """Whether the status of anything of the target was read at all."""
        states = [self.pods[name] for name in self.own_pods if name in self.pods] + list(self.others)
        return any(state is not State.UNKNOWN for state in states)

    @property
    def is_starting(self) -> bool:
        """Whether the target's pods are only just starting."""
        return any(self.pods.get(name) is State.STARTING for name in self.own_pods)

    def of(self, pod: str, container: str) -> State:
        """The state of a container, else of its pod; a container without a pod is looked for in the target's."""
        if container and pod:
            return self.containers.get((pod, container), self.pods.get(pod, State.UNKNOWN))
        if container:
            found = [
                state
                for (owner, name), state in self.containers.items()
                if name == container and owner in self.own_pods
            ]
            return State.FAILING if State.FAILING in found else found[0] if found else State.UNKNOWN
        return self.pods.get(pod, State.UNKNOWN)


def judge_health(scene: Scene) -> Health:
    """Judge every pod, container, workload, node and claim in the evidence."""
    symptoms: list[Symptom] = []
    containers: dict[tuple[str, str], State] = {}
    for container in scene.containers:
        signs = list(_judge_container(container, scene))
        symptoms += [sign for sign in signs if sign.text]
        state = signs[0].state if signs else State.HEALTHY
        _keep_worse(containers, (container.pod, container.name), state)
    pods: dict[str, State] = {}
    for pod in scene.pods:
        states = [state for (name, _), state in containers.items() if name == pod.name]
        sign = _judge_pod(pod, states, scene)
        if sign.text:
            symptoms.append(sign)
        _keep_worse(pods, pod.name, sign.state)
    signed = (judge_object(item, relation, scene) for item, relation in scene.objects)
    others = forgive_earlier_runs([sign for sign in signed if sign])
    own = [sign for sign in others if sign.relation < Relation.NEIGHBOUR]
    symptoms += [sign for sign in own if sign.text]
    near = [pod for pod in scene.pods if pod.relation <= Relation.SIBLING]
    replaced = replaced_pods(pods, near, scene)
    pods |= dict.fromkeys(replaced, State.RECOVERED)
    left = departed_pods(scene, pods, near, [sign.state for sign in own])
    symptoms += [sign for sign in left.values() if sign.text]
    pods |= dict.fromkeys(left, State.RECOVERED)
    containers |= {key: State.RECOVERED for key in containers if key[0] in replaced}
    return Health(
        symptoms=tuple(_forgive(sign) if sign.pod in replaced else sign for sign in symptoms),
        containers=containers,
        pods=pods,
        others=tuple(sign.state for sign in own),
        objects={(sign.kind, sign.name): sign.state for sign in others if sign.name},
        own_pods=frozenset(pod.name for pod in near),
        gone=replaced | left.keys(),
    )


_Key = TypeVar("_Key")
_ORDER = (State.FAILING, State.STARTING, State.RECOVERED, State.HEALTHY, State.UNKNOWN)


def _keep_worse(states: dict[_Key, State], key: _Key, state: State) -> None:
    known = states.get(key, State.UNKNOWN)
    states[key] = min(known, state, key=_ORDER.index)


def _forgive(sign: Symptom) -> Symptom:
    return replace(sign, state=State.RECOVERED) if sign.state is State.FAILING else sign


_QUIET_WAITS = frozenset({"PodInitializing", "ContainerCreating", ""})


def _judge_container(container: Container, scene: Scene) -> Iterator[Symptom]:
    status = container.status
    if container.is_guarded or not container.has_status:
        yield _sign(container, State.HEALTHY if container.has_status else State.UNKNOWN)
    elif (waiting := first_value(status, "state.waiting")) is not None:
        yield from _judge_waiting(container, str(first_value(waiting, "reason") or ""), scene)
    elif first_value(status, "state.terminated") is not None:
        yield _judge_end(container, scene)
    else:
        yield _judge_running(container, scene)


def _sign(container: Container, state: State, text: str = "", path: str = "", scene: Scene | None = None) -> Symptom:
    citation = scene.cite(container.source.evidence_id, container.line_of(path)) if scene and text else None
    return Symptom(
        text=text,
        state=state,
        relation=container.relation,
        pod=container.pod,
        container=container.name,
        citation=citation,
    )


def _judge_waiting(container: Container, reason: str, scene: Scene) -> Iterator[Symptom]:
    if reason in _QUIET_WAITS:
        yield _sign(container, State.UNKNOWN)
        return
    yield _sign(container, State.FAILING, f"container {container.name} waits: {reason}", "state.waiting.reason", scene)
    code = first_value(container.status, "lastState.terminated.exitCode")
    if code is not None:
        why = first_value(container.status, "lastState.terminated.reason") or "unknown reason"
        text = f"container {container.name} last ended with exit code {code} ({why})"
        yield _sign(container, State.FAILING, text, "lastState.terminated.exitCode", scene)


def _judge_end(container: Container, scene: Scene) -> Symptom:
    code = first_value(container.status, "state.terminated.exitCode")
    reason = str(first_value(container.status, "state.terminated.reason") or "")
    is_clean = code == 0 and reason in ("Completed", "")
    restarts = read_quantity(container.status.get("restartCount")) or 0
    policy = first_value(container.status, "pod.spec.restartPolicy")
    if is_clean and not (container.role == "main" and policy in ("Always", None) and restarts > 1):
        return _sign(container, State.HEALTHY)
    text = f"container {container.name} ended with exit code {code} ({reason or 'no reason given'})"
    return _sign(container, State.FAILING, text, "state.terminated.exitCode", scene)


def _judge_running(container: Container, scene: Scene) -> Symptom:
    status = container.status
    ready = status.get("ready")
    restarts = read_quantity(status.get("restartCount")) or 0
    ended_badly = first_value(status, "lastState.terminated.exitCode") not in (None, 0)
    if ready is True:
        if not restarts or _is_old_news(container, scene):
            return _sign(container, State.HEALTHY)
        is_bad = ended_badly or is_killed_again(container.pod, scene)
        state = State.FAILING if is_bad and not _has_settled(container, scene) else State.RECOVERED
        text = f"container {container.name} restarted {restarts:.0f} {'time' if restarts == 1 else 'times'}" + (
            " and runs again" if state is State.RECOVERED else ""
        )
        return _sign(container, state, text, "restartCount", scene)
    if ready is None and not restarts:
        return _sign(container, State.UNKNOWN)
    may_start = "state" in status or not is_stopped(container.pod, scene)
    if is_young(container.pod, container.status["pod"], scene) and not ended_badly and may_start:
        return _sign(container, State.STARTING)
    if container.role == "init":
        return _sign(
            container, State.FAILING, f"init container {container.name} has not finished", "state.running", scene
        )
    text = f"container {container.name} {'runs but ' if 'state' in status else ''}is not ready" + (
        f" after {restarts:.0f} {'restart' if restarts == 1 else 'restarts'}" if restarts else ""
    )
    return _sign(container, State.FAILING, text, "ready", scene)


def _is_old_news(container: Container, scene: Scene) -> bool:
    """Whether a ready container's last restart was days ago, and no event of today speaks against it."""
    started = read_time(first_value(container.status, "state.running.startedAt"))
    if started is None or (scene.at - started).total_seconds() <= LONG_AGO_S:
        return False
    return not any(
        event.name == container.pod
        and (event.type == "Warning" or event.reason in _RUN_EVENTS)
        and not is_event_old(event, scene)
        for event, _ in scene.events
    )


_RUN_EVENTS = frozenset({"Started", "Created", "Killing"})
_RESTART_ALERT = ("restart", "oom", "crash")


def _has_settled(container: Container, scene: Scene) -> bool:
    """Whether a container that ended badly has run long enough since to call it over."""
    is_resolved = scene.case.incident.alert.status is AlertStatus.RESOLVED
    if is_resolved or _may_recur(container, scene):
        return is_resolved
    if (listed_s := scene.restart_ages_s.get(container.pod)) is not None:
        return listed_s >= SETTLED.total_seconds()
    ended = read_time(first_value(container.status, "lastState.terminated.finishedAt"))
    started = read_time(first_value(container.status, "state.running.startedAt"))
    since = max((time for time in (ended, started) if time), default=None)
    ran_for = scene.at - since if since else None
    if ran_for is not None:
        if _outlives(container, ran_for) or _has_long_log(container, scene):
            return True
        if scene.is_live or ran_for >= SETTLED:
            return ran_for >= SETTLED
    return _is_long_over(container, scene)


def _is_long_over(container: Container, scene: Scene) -> bool:
    """The same where no time of the present run is known: by its log, by events, by how often it restarted."""
    if _has_long_log(container, scene):
        return True
    ages = [
        age
        for event, _ in scene.events
        if event.name == container.pod
        and (event.type == "Warning" or event.reason in _RUN_EVENTS)
        and (age := event_age_s(event, scene)) is not None
    ]
    if ages:
        return min(ages) >= SETTLED.total_seconds()
    restarts = read_quantity(container.status.get("restartCount")) or 0
    alert = scene.case.incident.alert
    return restarts <= 2 and not any(word in alert.name.lower() for word in _RESTART_ALERT)


def _may_recur(container: Container, scene: Scene) -> bool:
    """Whether a program that ends time and again, after running for long, has not yet run as long as the last time."""
    status = container.status
    began = read_time(first_value(status, "lastState.terminated.startedAt"))
    ended = read_time(first_value(status, "lastState.terminated.finishedAt"))
    since = read_time(first_value(status, "state.running.startedAt")) or ended
    if (read_quantity(status.get("restartCount")) or 0) < AGAIN or not began or not ended or not since:
        return False
    last_run = ended - began
    ages = [event_age_s(event, scene) for event, _ in scene.events if event.name == container.pod]
    run_s = max(
        (scene.at - since).total_seconds(),
        scene.restart_ages_s.get(container.pod, 0.0),
        min((age for age in ages if age is not None), default=0.0),
        max((span_of(log, scene).total_seconds() for log in _logs_of(container, scene)), default=0.0),
    )
    return last_run >= SETTLED and run_s < min(last_run.total_seconds(), STEADY_S)


def _logs_of(container: Container, scene: Scene) -> Iterator[Log]:
    """The logs of the container's present run."""
    owner = (container.pod, container.name, False)
    return (log for log in scene.logs if (log.pod, log.container, log.previous) == owner)


def _has_long_log(container: Container, scene: Scene) -> bool:
    """Whether the log of the present run alone is longer than that: in folders nothing else may tell when it was read."""
    return not scene.is_live and any(span_of(log, scene) >= SETTLED for log in _logs_of(container, scene))


_CLEARLY_RUNNING = timedelta(seconds=20)
_FEW_RESTARTS = 3


def _outlives(container: Container, ran_for: timedelta) -> bool:
    """Whether a program that had ended at once runs ten times as long now: what it missed at its start is there."""
    started = read_time(first_value(container.status, "lastState.terminated.startedAt"))
    ended = read_time(first_value(container.status, "lastState.terminated.finishedAt"))
    restarts = read_quantity(container.status.get("restartCount")) or 0
    if not started or not ended or restarts > _FEW_RESTARTS:
        return False
    return ran_for >= max(_CLEARLY_RUNNING, 10 * (ended - started))


def _judge_pod(pod: Pod, states: list[State], scene: Scene) -> Symptom:
    phase = str(first_value(pod.body, "status.phase") or "")
    deleted = _judge_deletion(pod, scene)
    if deleted and (deleted.state is State.FAILING or phase != "Failed"):
        return deleted
    if phase in ("Succeeded", "Failed"):
        return _judge_ended(pod, phase, scene)
    if State.FAILING in states:
        return _pod_sign(pod, State.FAILING)
    if phase in ("Pending", "Unknown"):
        return _judge_pending(pod, phase, scene)
    return _judge_readiness(pod, states, scene)


def _judge_ended(pod: Pod, phase: str, scene: Scene) -> Symptom:
    if phase == "Succeeded":
        return _pod_sign(pod, State.HEALTHY)
    why = first_value(pod.body, "status.reason") or "no reason given"
    return _pod_sign(pod, State.FAILING, f"pod {pod.name} failed ({why})", "status.phase", scene)


def _pod_sign(pod: Pod, state: State, text: str = "", path: str = "", scene: Scene | None = None) -> Symptom:
    citation = scene.cite(pod.source.evidence_id, pod.source.line_of(path)) if scene and text else None
    return Symptom(text=text, state=state, relation=pod.relation, pod=pod.name, citation=citation)


def _judge_deletion(pod: Pod, scene: Scene) -> Symptom | None:
    deleted = read_time(first_value(pod.body, "metadata.deletionTimestamp"))
    is_terminating = deleted or first_value(pod.body, "metadata.deletionTimestamp")
    if not is_terminating:
        return None
    grace_s = (
        read_quantity(first_value(pod.body, "metadata.deletionGracePeriodSeconds|spec.terminationGracePeriodSeconds"))
        or 30
    )
    late_s = (scene.at - deleted).total_seconds() if deleted else _said_age_s(pod)
    if late_s is not None and late_s > grace_s + 60:
        return _pod_sign(
            pod, State.FAILING, f"pod {pod.name} is stuck terminating", "metadata.deletionTimestamp", scene
        )
    return _pod_sign(pod, State.HEALTHY)


def _said_age_s(pod: Pod) -> float | None:
    """`kubectl describe` says how long a pod has been terminating (`lasts 12m`)."""
    return read_quantity(first_value(pod.body, "metadata.deletionAgeSeconds"))


def _judge_pending(pod: Pod, phase: str, scene: Scene) -> Symptom:
    warned = any(
        event.type == "Warning" and event.name == pod.name and not is_event_old(event, scene)
        for event, _ in scene.events
    )
    listed = judge_row(pod.body)[0] if "table" in pod.body else None
    if phase == "Pending" and not warned and (listed is State.STARTING or is_young(pod.name, pod.body, scene)):
        return _pod_sign(pod, State.STARTING)
    return _pod_sign(pod, State.FAILING, f"pod {pod.name} is {phase}", "status.phase", scene)


def _judge_readiness(pod: Pod, states: list[State], scene: Scene) -> Symptom:
    if first_value(pod.body, "status.conditions[Ready].status") == "False" and State.STARTING not in states:
        if is_young(pod.name, pod.body, scene) and not is_stopped(pod.name, scene):
            return _pod_sign(pod, State.STARTING)
        return _pod_sign(
            pod,
            State.FAILING,
            f"pod {pod.name or 'of the description'} is not ready",
            "status.conditions[Ready].status",
            scene,
        )
    for state in (State.STARTING, State.RECOVERED, State.HEALTHY):
        if state in states:
            return _pod_sign(pod, state)
    if "table" in pod.body and not states:
        state, text = judge_row(pod.body)
        return _pod_sign(pod, state, f"pod {pod.name} {text}" if text else "", "table", scene)
    running = first_value(pod.body, "status.conditions[Ready].status") == "True"
    return _pod_sign(pod, State.HEALTHY if running else State.UNKNOWN)
