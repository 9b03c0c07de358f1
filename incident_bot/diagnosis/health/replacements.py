"""What is over because something else took its place: replaced pods, pods that are gone, earlier runs of a Job."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.diagnosis.facts import event_age_s
from incident_bot.diagnosis.fieldpaths import first_value, read_time
from incident_bot.diagnosis.health.pod_age import pod_age_s
from incident_bot.diagnosis.health.states import State, Symptom
from incident_bot.diagnosis.targets import Relation, is_guessed, stem_of
from incident_bot.kubectl.times import read_age_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incident_bot.diagnosis.scene import Pod, Scene
    from incident_bot.kubectl import KubeEvent

_WELL = (State.HEALTHY, State.RECOVERED)


def replaced_pods(pods: Mapping[str, State], near: Sequence[Pod], scene: Scene) -> frozenset[str]:
    """Evicted or shut-down pods stay Failed after their replacement runs: that is over (alert-rules.md, trap 1).

    A listed pod that ended with an error, and was not restarted, is over when a later one of its Job completed. Where
    it happened to one pod after the other, the last one has to outlive what ended those before it.
    """
    completed = [pod for pod in near if _listed_as(pod) == "Completed" or _phase(pod) == "Succeeded"]
    ended = [pod for pod in near if _phase(pod) == "Failed" or (_listed_as(pod) in _ENDS and not _restarts(pod))]
    failed = {
        pod.name
        for pod in ended
        if _phase(pod) == "Failed" or _listed_as(pod) == "Evicted" or _has_later(pod, completed, scene)
    }
    rest = [pod for pod in near if pod.name not in failed]
    if any(_may_meet_its_limit(pod, rest, scene) for pod in ended if pod.name in failed):
        return frozenset()
    if (
        not completed
        and len(failed | _evicted_before(failed, scene)) >= _AGAIN
        and any(_is_new(pod, scene) for pod in rest)
    ):
        return frozenset()
    return frozenset(failed) if rest and all(pods[pod.name] in _WELL for pod in rest) else frozenset()


def _may_meet_its_limit(failed: Pod, rest: Sequence[Pod], scene: Scene) -> bool:
    """Whether a pod was evicted for a limit of its own, and the newest one in its place has not run as long as it did."""
    told = [event for event, _ in scene.events if event.reason == "Evicted" and event.name == failed.name]
    ended_s = min((age for event in told if (age := event_age_s(event, scene)) is not None), default=None)
    age_s = _age_s(failed, scene)
    if ended_s is None or not any(_OWN_LIMIT.search(event.message) for event in told):
        return False
    successors = [_age_s(pod, scene) for pod in rest if stem_of(pod.name) == stem_of(failed.name)]
    newest_s = min((age for age in successors if age is not None), default=None)
    ran_s = age_s - ended_s if age_s is not None and age_s > ended_s else _SETTLED_S
    return newest_s is not None and newest_s <= ended_s + _SOON_S and newest_s < ran_s


_OWN_LIMIT = re.compile(r"exceeds the (?:total )?limit|exceeded its local ephemeral storage limit|exceeds its local")
_SOON_S = 120.0


def _evicted_before(failed: set[str], scene: Scene) -> set[str]:
    """Pods of the same workloads that are not listed any more, and whose eviction events are still there."""
    stems = {stem_of(name) for name in failed}
    return {event.name for event, _ in scene.events if event.reason == "Evicted" and stem_of(event.name) in stems}


_ENDS = frozenset({"Evicted", "Error", "OOMKilled"})


def _has_later(failed: Pod, completed: Sequence[Pod], scene: Scene) -> bool:
    """Whether one of the pods that completed is not older than the failed one, as far as ages are known."""
    age_s = _age_s(failed, scene)
    ages = [_age_s(pod, scene) for pod in completed]
    return any(age is None or age_s is None or age <= age_s for age in ages)


def _age_s(pod: Pod, scene: Scene) -> float | None:
    return pod_age_s(pod.name, pod.body, scene) or read_age_s(str(first_value(pod.body, "table.AGE") or ""))


_AGAIN = 2
_SETTLED_S = 600.0


_NEW = re.compile(r"\d{1,3}s|\dm(?:\d{1,2}s)?")
"""Ages below ten minutes, as a listing shows them."""


def _is_new(pod: Pod, scene: Scene) -> bool:
    age_s = pod_age_s(pod.name, pod.body, scene)
    listed = str(first_value(pod.body, "table.AGE") or "")
    return age_s < _SETTLED_S if age_s is not None else _NEW.fullmatch(listed) is not None


def _phase(pod: Pod) -> str:
    return str(first_value(pod.body, "status.phase") or "")


def _listed_as(pod: Pod) -> str:
    return str(first_value(pod.body, "table.STATUS") or "")


def _restarts(pod: Pod) -> object:
    return first_value(pod.body, "status.containerStatuses[].restartCount")


_TROUBLE = frozenset({"BackOff", "Failed", "Evicted"})


def departed_pods(
    scene: Scene, pods: Mapping[str, State], near: Sequence[Pod], objects: Sequence[State]
) -> dict[str, Symptom]:
    """Pods that only events still speak of, while every pod of the target that is left is well.

    Only where a listing or a workload's counts show that none was forgotten, or where a pod of the same workload
    was created after the event; and never the pod that an alert names.
    """
    is_whole = any("table" in pod.body for pod in near) or State.HEALTHY in objects
    is_well = bool(near) and all(pods[pod.name] in _WELL for pod in near) and State.FAILING not in objects
    if not is_well:
        return {}
    known = {pod.name for pod in scene.pods}
    left: dict[str, Symptom] = {}
    for event, relation in scene.events:
        is_pod = event.kind in ("Pod", "") and relation <= Relation.SIBLING and event.name not in known
        is_alerted = event.name == scene.target.pod and not is_guessed(scene.case)
        if not is_pod or is_alerted or not (is_whole or _has_successor(event, near)):
            continue
        had_trouble = event.type == "Warning" and event.reason in _TROUBLE
        if had_trouble or event.name not in left:
            text = f"pod {event.name} was in trouble ({event.reason}) and is gone" if had_trouble else ""
            citation = scene.cite(event.evidence_id, event.line, event.message) if text else None
            left[event.name] = Symptom(
                text=text, state=State.RECOVERED, relation=relation, pod=event.name, citation=citation
            )
    for log in scene.logs:
        is_ours = log.pod and log.pod not in known and log.relation <= Relation.SIBLING and _has_sibling(log.pod, near)
        if is_whole and is_ours and (log.pod != scene.target.pod or is_guessed(scene.case)):
            left.setdefault(log.pod, Symptom(text="", state=State.RECOVERED, relation=log.relation, pod=log.pod))
    return left


def _has_sibling(pod: str, near: Sequence[Pod]) -> bool:
    """Whether a listing shows pods of the same workload: then one that it lacks is no more."""
    return stem_of(pod) != pod and any("table" in other.body and stem_of(other.name) == stem_of(pod) for other in near)


def _has_successor(event: KubeEvent, near: Sequence[Pod]) -> bool:
    """Whether a pod of the same workload was created after the event."""
    return event.last_at is not None and any(
        stem_of(pod.name) == stem_of(event.name)
        and (created := read_time(first_value(pod.body, "metadata.creationTimestamp"))) is not None
        and created >= event.last_at
        for pod in near
    )


_RUN = re.compile(r"^(?P<stem>.+)-(?P<number>\d{1,12})$")


def forgive_earlier_runs(signs: Sequence[Symptom]) -> list[Symptom]:
    """A failed Job of a CronJob is over once a later one completed: their names end in the scheduled minute."""
    completed: dict[str, int] = {}
    for sign in signs:
        match = _RUN.match(sign.name) if sign.kind == "Job" and sign.state is State.HEALTHY else None
        if match:
            completed[match["stem"]] = max(int(match["number"]), completed.get(match["stem"], -1))
    return [replace(sign, state=State.RECOVERED) if _is_earlier(sign, completed) else sign for sign in signs]


def _is_earlier(sign: Symptom, completed: Mapping[str, int]) -> bool:
    match = _RUN.match(sign.name) if sign.kind == "Job" and sign.state is State.FAILING else None
    return match is not None and completed.get(match["stem"], -1) > int(match["number"])
