"""What came after: whether the thing that facts describe was left behind by what the evidence shows later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.condense.times import read_time
from incident_bot.diagnosis.facts import event_age_s
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.logs.background import shape_of
from incident_bot.diagnosis.logs.outcome import has_finished
from incident_bot.diagnosis.targets import Relation, stem_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.kubectl import KubeEvent

_BEFORE_START = frozenset(
    {"FailedScheduling", "FailedCreatePodSandBox", "FailedMount", "FailedAttachVolume", "NotTriggerScaleUp"}
)
_AFTER_START = frozenset({"Started", "Unhealthy"})
_RAN_BEFORE = "Back-off restarting failed container"
"""Who is probed or started anew has been started."""
_OF_PULL = frozenset({"Failed", "BackOff"})
_PULL = re.compile(
    r"\bpull(?:ing)? image\b|\b(?:ErrImagePull|ImagePullBackOff)\b|^Back-off pulling image", re.IGNORECASE
)
_SETTLED_S = 600.0


def is_passed(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether all facts are events from before a container of the same pod started: that stage is behind it."""
    return bool(facts) and all(
        fact.source == "event"
        and (fact.field in _BEFORE_START or (fact.field in _OF_PULL and _PULL.search(fact.value)))
        and fact.age_s is not None
        and any(
            (event.reason in _AFTER_START or event.message.startswith(_RAN_BEFORE))
            and event.name == fact.pod
            and (age_s := event_age_s(event, scene)) is not None
            and age_s < fact.age_s
            for event, _ in scene.events
        )
        for fact in facts
    )


def is_object_well(facts: Sequence[Fact], scene: Scene, health: Health) -> bool:
    """Whether facts about an object are contradicted by its state.

    Old warnings of an autoscaler that works, failed tries of a Job that completed.
    """
    return bool(facts) and all(
        _is_complete(fact, scene) if fact.kind == "Job" else _works_again(fact, health) for fact in facts
    )


def _is_complete(fact: Fact, scene: Scene) -> bool:
    return any(
        item.kind == "Job"
        and item.name == fact.name
        and (
            first_value(item.body, "status.conditions[Complete].status") == "True"
            or "completionTime" in _status(item.body)
        )
        for item, _ in scene.objects
    )


def _status(body: Mapping[str, object]) -> Mapping[str, object]:
    status = body.get("status")
    return status if isinstance(status, dict) else {}


def _works_again(fact: Fact, health: Health) -> bool:
    is_old = fact.source == "event" and fact.age_s is not None and fact.age_s > _SETTLED_S
    is_judged = fact.kind == "HorizontalPodAutoscaler"
    return is_old and is_judged and health.objects.get((fact.kind, fact.name)) is State.HEALTHY


_BACK = frozenset({"NodeReady", "RegisteredNode", "NodeSchedulable"})


def is_node_back(facts: Sequence[Fact], scene: Scene, health: Health) -> bool:
    """Whether warnings about nodes are behind them: ready now, and nothing of the target is failing."""
    return (
        bool(facts)
        and not health.failing
        and all(
            fact.kind == "Node"
            and fact.source == "event"
            and health.objects.get(("Node", fact.name)) is State.HEALTHY
            and ((fact.age_s or 0.0) > _SETTLED_S or _came_back(fact, scene))
            for fact in facts
        )
    )


_SUCCESS = re.compile(
    r"^(?:Successful|Succeeded|Complete|Provisioning(?:Succeeded)|ExternalProvisioned|Issued|Bound|Synced$|Recovered$|TimeUp$|Presented$|DomainVerified$|Updated$|Ensured)|Succeeded$"
)


def is_overtaken(facts: Sequence[Fact], scene: Scene, health: Health) -> bool:
    """Whether warnings about objects were followed by a success of the same object, and nothing is failing."""
    return bool(facts) and not health.failing and all(_is_followed(fact, scene) for fact in facts)


def _is_followed(fact: Fact, scene: Scene) -> bool:
    return any(_is_success_after(event, fact, scene) for event, _ in scene.events)


def _is_success_after(event: KubeEvent, fact: Fact, scene: Scene) -> bool:
    age_s = event_age_s(event, scene)
    return (
        fact.source == "event"
        and fact.age_s is not None
        and (event.kind, event.name) == (fact.kind, fact.name)
        and event.type == "Normal"
        and _SUCCESS.search(event.reason) is not None
        and age_s is not None
        and (age_s < fact.age_s or (age_s == fact.age_s and fact.age_s > _SETTLED_S))
    )


def find_success(fact: Fact, scene: Scene) -> KubeEvent | None:
    """The event that shows that what an event warned of is over: a success of the same object, or the start of the pod."""
    later = [event for event, _ in scene.events if _is_success_after(event, fact, scene)]
    if not later and is_passed((fact,), scene):
        later = [event for event, _ in scene.events if event.reason == "Started" and event.name == fact.pod]
    return min(later, key=lambda event: event_age_s(event, scene) or 0.0, default=None)


def _came_back(fact: Fact, scene: Scene) -> bool:
    return any(
        event.kind == "Node"
        and event.name == fact.name
        and event.reason in _BACK
        and (age_s := event_age_s(event, scene)) is not None
        and age_s <= (fact.age_s or 0.0)
        for event, _ in scene.events
    )


_COMES_RIGHT = re.compile(
    r"\b(?:succeeded|recovered|reconnected|re-?established|restored|back to normal|healthy again)\b"
    r"|\bsuccessfully\b.{0,40}\b(?:retr|connect|join|complet)|\bretr\w{1,6}\b.{0,40}\b(?:ok|success)",
    re.IGNORECASE,
)
_NEXT_LINES = 10
_TAIL_SHARE = 0.2


def is_going_on(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether errors in the log of a container that is well still go on where the log ends.

    They do not when the program finished well, when the log runs on for long without them, or when the
    lines that follow the last one say that it came right.
    """
    return any(fact.source == "log" and _goes_on(fact, scene) for fact in facts)


def _goes_on(fact: Fact, scene: Scene) -> bool:
    log = next((item for item in scene.logs if fact.citation and item.evidence_id == fact.citation.evidence_id), None)
    if log is None or has_finished(log, scene):
        return False
    last = fact.last
    if last < log.total_lines * (1 - _TAIL_SHARE):
        return False
    evidence = scene.texts.get(log.evidence_id)
    following = evidence.lines[last : last + _NEXT_LINES] if evidence else ()
    return not any(_COMES_RIGHT.search(line[:500]) for line in following)


def is_of_done_job(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether events or logs tell of tries of a Job that has completed: a later pod of it came to a good end."""
    done = {
        item.name
        for item, _ in scene.objects
        if item.kind == "Job" and first_value(item.body, "status.conditions[Complete].status") == "True"
    }
    done |= {event.name for event, _ in scene.events if event.kind == "Job" and event.reason == "Completed"}
    if _are_of_only_log(facts, scene, done):
        return True
    return bool(done and facts) and all(
        any(fact.name.startswith(f"{name}-") for name in done)
        if fact.source == "event"
        else fact.source == "log" and _is_of_earlier_try(fact, scene)
        for fact in facts
    )


def _are_of_only_log(facts: Sequence[Fact], scene: Scene, done: Collection[str]) -> bool:
    """Whether facts stand in the only log of no pod that was read, and all pods that were listed are of Jobs that are done."""
    known = {pod.name for pod in scene.pods}
    stems = {stem_of(pod.name) for pod in scene.pods if pod.relation is not Relation.NEIGHBOUR}
    nameless = {log.evidence_id for log in scene.logs if log.pod not in known}
    cited = {fact.citation.evidence_id if fact.citation else "" for fact in facts}
    return bool(stems) and stems <= set(done) and len(nameless) == 1 and cited == nameless


def _is_of_earlier_try(fact: Fact, scene: Scene) -> bool:
    """Whether a log of no pod that was read is one run of a program of which a later run came to a good end."""
    known = {pod.name for pod in scene.pods}
    logs = {log.evidence_id: log for log in scene.logs if log.pod not in known}
    tried = logs.get(fact.citation.evidence_id) if fact.citation else None
    return tried is not None and any(_does_again(log, tried, scene) for log in logs.values())


def _does_again(log: Log, tried: Log, scene: Scene) -> bool:
    """Whether a log begins as another one did, after that one's end, and ends well."""
    first, last = log.kept[0].text, log.kept[-1].text
    if shape_of(first) != shape_of(tried.kept[0].text) or not _GOOD_END.search(last[:_REACH]):
        return False
    began, ended = read_time(first, near=scene.at), read_time(tried.kept[-1].text, near=scene.at)
    if began is None or ended is None or (began.tzinfo is None) != (ended.tzinfo is None) or began <= ended:
        return False
    return all(grade(kept.text) < Level.ERROR for kept in log.kept[-_LAST_LINES:])


_GOOD_END = re.compile(r"\b(?:done|finished|completed?|succe\w+|exit(?:ed)?(?: with)?(?: code)? 0)\b", re.IGNORECASE)
_REACH = 400
_LAST_LINES = 5


def is_asked_in_vain(facts: Sequence[Fact]) -> bool:
    """Whether a log failed to find an object by a name that a listing lacks: calm after it means that nobody asks any more."""
    lacking = {fact.value for fact in facts if fact.source == "join" and fact.field in _NAMES_OTHERS}
    said = [fact.value for fact in facts if fact.source == "log" and grade(fact.value) >= Level.ERROR]
    return any(f".{name}." in text for name in lacking for text in said)


_NAMES_OTHERS = frozenset({"spec.serviceName"})
"""Fields that name what a host name is made of."""
