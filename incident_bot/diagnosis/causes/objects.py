"""Whether what is said of an object (a node, a claim, a schedule), and of no container, harms anybody now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.aftermath import is_node_back, is_object_well, is_overtaken
from incident_bot.diagnosis.causes.candidates import Activity, Candidate
from incident_bot.diagnosis.causes.schedules import is_asleep, is_parked
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.targets import WORKLOAD_KINDS

if TYPE_CHECKING:
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Scene


def judge_object(candidate: Candidate, scene: Scene, health: Health) -> Activity:
    """Whether what is said of an object that is no pod goes on, by its own state and the later events about it."""
    if is_node_back(candidate.facts, scene, health):
        return Activity.PAST
    is_well = (
        is_object_well(candidate.facts, scene, health)
        or _is_node_at_rest(candidate, scene, health)
        or _is_reference_unused(candidate, health)
        or is_parked(candidate.facts, scene)
        or is_asleep(candidate.facts, scene)
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
