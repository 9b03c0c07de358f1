"""What to type next: the rules' own steps with real names, and what to gather where evidence is thin."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.notes import find_unread
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.targets import is_detailed
from incident_bot.diagnosis.telling.templates import fill_command, fill_text
from incident_bot.diagnosis.telling.values import values_of
from incident_bot.model import Action, Category, Risk, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.scene import Pod, Scene

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


_TAIL = re.compile(r" --tail=\d+")
"""The same log, only more of it."""


def order_actions(steps: Iterable[Action]) -> tuple[Action, ...]:
    """Each command once, read-only before changing, in the order given."""
    seen: set[str] = set()
    unique = []
    for action in steps:
        key = _TAIL.sub("", action.command) or action.step
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
    if not name or values.get("pod") or values.get("workload") or candidate.category is Category.NODE:
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
    steps: list[tuple[str, str]] = []
    if unread := find_unread(scene):
        steps.append((f"Let somebody look who may read namespace {unread}", f"kubectl -n {unread} get pods -o wide"))
    if values.get("pod"):
        steps += _about_pod(values, scene)
    elif values.get("workload"):
        steps.append(("Read the workload's conditions and events", _OF_WORKLOAD))
        steps.append(("See its pods", "kubectl -n {namespace} get pods -o wide | grep -F {workload}"))
    elif values.get("node"):
        steps.append(("Read the node's conditions and events", "kubectl describe node {node}"))
    elif not causes:
        steps += _about_nothing(values, scene)
    if not scene.events:
        steps.append(("Read the events around the alert", _EVENTS))
    filled = ((step, fill_command(command, values)) for step, command in steps)
    return [Action(step=step, command=command) for step, command in filled if command]


_OF_POD = "kubectl -n {namespace} describe pod {pod}"
_OF_WORKLOAD = "kubectl -n {namespace} describe {workload_kind} {workload}"
_EVENTS = "kubectl -n {namespace} get events --sort-by=.lastTimestamp"
_LOGS = {
    True: "kubectl -n {namespace} logs {pod} -c {container} --previous --tail=200",
    False: "kubectl -n {namespace} logs {pod} -c {container} --tail=200",
}


def _about_pod(values: Mapping[str, str], scene: Scene) -> Iterator[tuple[str, str]]:
    pods = [pod for pod in scene.pods if pod.name == values["pod"]]
    if not any(is_detailed(pod.source) for pod in pods):
        yield "Read state, limits, probes and events of the pod", _OF_POD
    if never_ran(values["pod"], scene):
        return
    logs = {previous: _all_containers(command, values) for previous, command in _LOGS.items()}
    if not any(log.previous for log in scene.logs) and not _never_restarted(pods):
        yield "Read the log of the run that ended", logs[True]
    if not any(log.pod == values["pod"] and not log.previous for log in scene.logs):
        yield "Read the current log", logs[False]


def _never_restarted(pods: Sequence[Pod]) -> bool:
    """Whether all that was read of a pod says that no container of it ran before."""
    statuses = [
        first_value(pod.body, f"status.{group}")
        for pod in pods
        for group in ("containerStatuses", "initContainerStatuses")
    ]
    counts = [
        item.get("restartCount")
        for group in statuses
        if isinstance(group, list)
        for item in group
        if isinstance(item, dict)
    ]
    return bool(counts) and not any(count is None or count for count in counts)


def never_ran(name: str, scene: Scene) -> bool:
    """Whether a pod is still Pending: none of its containers has run, so that there is no log to read."""
    return any(pod.name == name and first_value(pod.body, "status.phase") == "Pending" for pod in scene.pods)


def _all_containers(command: str, values: Mapping[str, str]) -> str:
    return command if values.get("container") else command.replace("-c {container}", "--all-containers")


def _about_nothing(values: Mapping[str, str], scene: Scene) -> Iterator[tuple[str, str]]:
    """Where no object is known: the pods of the only log, else all that are not well."""
    where = "-n {namespace}" if values.get("namespace") else "-A"
    names = {log.container for log in scene.logs} - {""}
    if len(names) == 1:
        name = names.pop()
        yield f"Find the pods of {name}", f"kubectl get pods {where} -o wide | grep -F {shlex.quote(name)}"
    else:
        yield "See which pods are not well", f"kubectl get pods {where} -o wide"


def command_for(what: str, scene: Scene) -> str:
    """The command that reads the status, the events or the logs of the target; empty where the target is not known."""
    values = _target_values(scene)
    template = _EVENTS if what == "events" else ""
    if values.get("pod"):
        template = {"status": _OF_POD, "logs": _all_containers(_LOGS[False], values)}.get(what, template)
    elif values.get("workload"):
        template = {
            "status": _OF_WORKLOAD,
            "logs": "kubectl -n {namespace} logs {workload_kind}/{workload} --tail=200",
        }.get(what, template)
    return fill_command(template, values) if values else ""


def _target_values(scene: Scene) -> dict[str, str]:
    target = scene.target
    named = {
        "namespace": target.namespace, "pod": target.pod, "container": target.container,
        "workload": target.workload, "workload_kind": target.workload_kind.lower(), "node": target.node,
    }  # fmt: skip
    return {name: value for name, value in named.items() if value}
