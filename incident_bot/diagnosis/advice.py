"""What to type next: the rules' own steps with real names, and what to gather where evidence is thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.targets import is_detailed
from incident_bot.diagnosis.templates import fill_command, fill_text
from incident_bot.diagnosis.values import values_of
from incident_bot.model import Action, Risk, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from incident_bot.diagnosis.candidates import Candidate
    from incident_bot.diagnosis.scene import Scene

_MAX_ACTIONS = 7


def tell_actions(causes: Sequence[Candidate], verdict: Verdict, scene: Scene) -> tuple[Action, ...]:
    """What to type, harmless steps first, for the first cause and then what would settle the others."""
    if verdict is Verdict.HEALTHY:
        return ()
    steps = [action for cause in causes[:1] for action in (*_find_pod(cause, scene), *_actions_of(cause, scene))]
    steps += [action for cause in causes[1:] for action in _actions_of(cause, scene) if action.risk is Risk.READ_ONLY][
        :2
    ]
    if not steps or verdict is Verdict.INSUFFICIENT_EVIDENCE or all(cause.rule is None for cause in causes):
        steps += gather_more(scene, causes)
    if verdict is Verdict.RECOVERED:
        # What was to be changed has been, or was not needed.
        steps = [action for action in steps if action.risk is Risk.READ_ONLY]
    return order_actions(steps)


def order_actions(steps: Iterable[Action]) -> tuple[Action, ...]:
    """Each command once, read-only before changing, in the order given."""
    seen: set[str] = set()
    unique = []
    for action in steps:
        key = action.command or action.step
        if key not in seen:
            seen.add(key)
            unique.append(action)
    return tuple(sorted(unique, key=lambda action: action.risk is not Risk.READ_ONLY)[:_MAX_ACTIONS])


def _actions_of(candidate: Candidate, scene: Scene) -> Iterator[Action]:
    values = values_of(candidate, scene)
    if candidate.rule is None:
        yield from _steps_of(candidate, values)
        yield from _look_at_object(candidate, values)
        return
    for template in candidate.rule.actions:
        command = fill_command(template.command, values)
        if template.command and not command and template.risk is Risk.READ_ONLY:
            continue
        is_of_job = bool(template.command) and not command and values.get("workload_kind") == "job"
        yield Action(
            step=fill_text(template.step, values),
            command=command,
            risk=template.risk,
            why=fill_text(template.why, values) or (_JOBS_ARE_FIXED if is_of_job else ""),
        )


_JOBS_ARE_FIXED = "The pod template of a Job cannot be changed: correct its manifest or CronJob, and run a new one."


def _find_pod(candidate: Candidate, scene: Scene) -> Iterator[Action]:
    """Where only a log is known, by its name: the pod that it comes from has to be found first."""
    values = values_of(candidate, scene)
    name = values.get("container", "")
    if not name or values.get("pod") or values.get("workload"):
        return
    yield Action(
        step=f"Find the pods of {name}, then read their logs and events",
        command=fill_command("kubectl get pods -A -o wide | grep -F {container}", values),
        why="The evidence does not say in which pod this ran.",
    )


def _steps_of(candidate: Candidate, values: Mapping[str, str]) -> Iterator[Action]:
    """What a complaint's table suggests; only commands whose names are known."""
    complaint = candidate.finding.complaint if candidate.finding else None
    for step, command in complaint.steps if complaint else ():
        filled = fill_command(command, values)
        if filled:
            yield Action(step=step, command=filled, risk=Risk.READ_ONLY, why="")


def _look_at_object(candidate: Candidate, values: Mapping[str, str]) -> Iterator[Action]:
    """The object whose own status is all that is known of a failure."""
    fact = candidate.facts[0]
    if candidate.finding or fact.kind in ("", "Container", "Pod", "Log") or not fact.name:
        return
    named = {**values, "kind": fact.kind.lower(), "object": fact.name}
    yield Action(
        step=f"Read the state and the events of {fact.kind} {fact.name}",
        command=fill_command("kubectl -n {namespace} describe {kind} {object}", named),
    )


def gather_more(scene: Scene, causes: Sequence[Candidate]) -> list[Action]:
    """Read-only commands for what the evidence lacks."""
    values = values_of(causes[0], scene) if causes else _target_values(scene)
    steps = []
    if values.get("pod"):
        if not any(pod.name == values["pod"] and is_detailed(pod.source) for pod in scene.pods):
            steps.append(
                ("Read state, limits, probes and events of the pod", "kubectl -n {namespace} describe pod {pod}")
            )
        container = " -c {container}" if values.get("container") else " --all-containers"
        if not any(log.previous for log in scene.logs):
            steps.append(
                (
                    "Read the log of the run that ended",
                    f"kubectl -n {{namespace}} logs {{pod}}{container} --previous --tail=200",
                )
            )
        if not any(log.pod == values["pod"] and not log.previous for log in scene.logs):
            steps.append(("Read the current log", f"kubectl -n {{namespace}} logs {{pod}}{container} --tail=200"))
    elif values.get("workload"):
        steps.append(
            (
                "Read the workload's conditions and events",
                "kubectl -n {namespace} describe {workload_kind} {workload}",
            )
        )
    if values.get("node") and not values.get("pod"):
        steps.append(("Read the node's conditions", "kubectl describe node {node}"))
    if not scene.events:
        steps.append(("Read the events around the alert", "kubectl -n {namespace} get events --sort-by=.lastTimestamp"))
    filled = ((step, fill_command(command, values)) for step, command in steps)
    return [Action(step=step, command=command) for step, command in filled if command]


def _target_values(scene: Scene) -> dict[str, str]:
    target = scene.target
    named = {
        "namespace": target.namespace, "pod": target.pod, "container": target.container,
        "workload": target.workload, "workload_kind": target.workload_kind.lower(), "node": target.node,
    }  # fmt: skip
    return {name: value for name, value in named.items() if value}
