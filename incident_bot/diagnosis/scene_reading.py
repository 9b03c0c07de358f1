"""From a case to its scene: every piece of evidence read once, and who wrote which log."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from incident_bot import kubectl
from incident_bot.diagnosis.evidence_time import age_at, newest_of_cronjobs, reference_time
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.joins.join import Said
from incident_bot.diagnosis.joins.search import find_joins
from incident_bot.diagnosis.pod_conditions import unscheduled
from incident_bot.diagnosis.scene import Container, Log, Observed, Pod, Scene
from incident_bot.diagnosis.targets import (
    Relation,
    Relations,
    find_meant_to_fail,
    find_target,
    is_detailed,
    is_guessed,
    log_origin,
    stem_of,
)
from incident_bot.diagnosis.vocabulary import read_vocabulary
from incident_bot.model import AlertStatus, Case, Evidence, EvidenceKind, Excerpt, KeptLine, SafeText, Target
from incident_bot.outputs import read_output
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.outputs.observation import Output

LINE_CHARS = 4000
"""How much of one log line patterns look at; more is a dump, not a message."""

_NO_LOG = compile_later(
    r"^(?:unable to retrieve container logs for |Error from server \(|failed to try resolving symlinks)"
)


def read_scene(case: Case, digests: Mapping[str, Excerpt], now: datetime) -> Scene:
    """Read every piece of evidence once. What cannot be read is left out; nothing raises on hostile text."""
    readings = [
        kubectl.read(item)
        for item in case.evidence
        if item.kind in (EvidenceKind.OBJECT, EvidenceKind.DESCRIBE, EvidenceKind.EVENTS, EvidenceKind.TABLE)
    ]
    readings = kubectl.name_fragments(readings, list(_named_pods(case)))
    objects = [item for reading in readings for item in reading.objects]
    events = [item for reading in readings for item in reading.events]
    events += unscheduled(objects, events)
    target = find_target(case, objects, events)
    relate = Relations(target, objects, events, is_guess=is_guessed(case))
    meant = find_meant_to_fail(case, {item.name for item in objects if item.kind == "Pod" and item.name})
    pods = tuple(
        replace(pod, relation=Relation.NEIGHBOUR) if pod.name in meant else pod for pod in _pods(objects, relate)
    )
    containers = tuple(item for pod in pods for item in _containers(pod))
    at, is_live = reference_time(objects, events, case, now)
    places: dict[str, list[int]] = {}
    for place, event in enumerate(events):
        places.setdefault(event.reason, []).append(place)
    outputs = _outputs(case, at if case.collected_at or not is_live else None)
    logs = tuple(_unnamed(log, outputs, containers) for log in _logs(case, digests, containers, relate))
    others = tuple((item, relate.of_object(item)) for item in objects if item.kind != "Pod")
    return Scene(
        case=case,
        target=_fill_target(target, pods),
        pods=pods,
        containers=containers,
        objects=others,
        events=tuple((event, relate.of(event.kind, event.name, event.namespace)) for event in events),
        places_of_events=places,
        logs=logs,
        restart_ages_s=dict(_restart_ages(objects)),
        joins=find_joins(
            (*((pod.source, pod.relation) for pod in pods), *others),
            [_said(log, pods) for log in logs if log.relation is not Relation.NEIGHBOUR],
            ["\n".join(item.lines) for item in case.evidence if item.kind is EvidenceKind.NOTE],
            _alerts(case),
        ),
        at=at,
        is_live=is_live,
        newest_event_s=min((age_s for event in events if (age_s := age_at(event, at)) is not None), default=0.0),
        cronjob_age_s=newest_of_cronjobs(events, at),
        texts={item.id: item for item in case.evidence},
        observed=tuple(_observed(outputs, case, logs, relate)),
        listed={name: output.listed for name, output in outputs.items()},
    )


def _named_pods(case: Case) -> Iterator[tuple[str, str]]:
    """The pods that the alert, and the names of logs, tell."""
    target = case.incident.target
    logged = (log_origin(item)[0] for item in case.evidence if item.kind is EvidenceKind.LOG)
    yield from ((target.namespace, name) for name in dict.fromkeys((target.pod, *logged)) if name)


def _unnamed(log: Log, outputs: Mapping[str, Output], containers: Sequence[Container]) -> Log:
    """The log; what a tool printed without the name that its file would give it: nobody is called `curl`."""
    is_known = log.pod or any(item.name == log.container for item in containers)
    return log if log.evidence_id not in outputs or is_known else replace(log, container="")


def _outputs(case: Case, at: datetime | None) -> Mapping[str, Output]:
    """The outputs of other tools; a file that is no table of kubectl's has been taken for a log until here."""
    found = {item.id: read_output(item.name, item.lines, at) for item in case.evidence if item.kind in _WITH_OUTPUT}
    return {name: output for name, output in found.items() if output is not None}


def _observed(outputs: Mapping[str, Output], case: Case, logs: Sequence[Log], relate: Relations) -> Iterator[Observed]:
    """What the outputs show, but for what a later command of the same session, about the same pod, shows to be well."""
    by_id = {log.evidence_id: log for log in logs}
    items = {item.id: item for item in case.evidence}
    order = list(outputs)
    for place, (name, output) in enumerate(outputs.items()):
        log, item = by_id.get(name), items[name]
        later = [outputs[other] for other in order[place + 1 :] if _is_same_session(items[other], item)]
        well = {pair for other in later for pair in other.well}
        for observation in output.observations:
            if (observation.sign, observation.thing) in well:
                continue
            pod = observation.pod or (item.pod if log else "")
            relation = relate.of_pod(pod, "") if pod else log.relation if log else Relation.OWN
            yield Observed(observation=observation, evidence_id=name, pod=pod, relation=relation)


def _is_same_session(one: Evidence, other: Evidence) -> bool:
    return one.name == other.name and one.pod == other.pod


_WITH_OUTPUT = frozenset({EvidenceKind.LOG, EvidenceKind.TABLE, EvidenceKind.DESCRIBE, EvidenceKind.EVENTS})
"""A transcript of kubectl's commands may hold others between them."""


def _alerts(case: Case) -> list[str]:
    """What a firing alert says."""
    alert = case.incident.alert
    is_firing = alert.status is AlertStatus.FIRING
    return (
        [" ".join([alert.name, *alert.labels.values(), alert.summary, *alert.annotations.values()])]
        if is_firing
        else []
    )


def _said(log: Log, pods: Sequence[Pod]) -> Said:
    return Said(speaker=_speaker(log, pods), text=log.text, counts=[kept.count for kept in log.kept])


def _speaker(log: Log, pods: Sequence[Pod]) -> str:
    """The namespace that a log is from; where no pod tells it, the name of its container or workload."""
    namespace = next((pod.namespace for pod in pods if pod.name == log.pod), "")
    return namespace or log.container or stem_of(log.pod)


def _restart_ages(objects: Sequence[kubectl.KubeObject]) -> Iterator[tuple[str, float]]:
    """How long ago each listed pod restarted last: `RESTARTS 6 (58m ago)` says what a description does not."""
    for item in objects:
        age_s = (
            first_value(item.body, "status.containerStatuses[].lastRestartAgeSeconds") if item.kind == "Pod" else None
        )
        if isinstance(age_s, int | float):
            yield item.name, float(age_s)


def _fill_target(target: Target, pods: Sequence[Pod]) -> Target:
    """Names that the alert left out and the evidence knows: pod, namespace, node, workload."""
    own = sorted((pod for pod in pods if pod.relation is Relation.OWN), key=_badness)
    if not own:
        return target
    pod = own[0]
    kind, name = _owner(pod)
    return replace(
        target,
        pod=target.pod
        or (pod.name if len({item.name for item in own}) == 1 or target.workload or _badness(pod) < 2 else ""),
        namespace=target.namespace or pod.namespace,
        node=target.node or str(first_value(pod.body, "spec.nodeName") or ""),
        workload=target.workload or name or stem_of(pod.name),
        workload_kind=target.workload_kind or kind,
    )


def _badness(pod: Pod) -> int:
    phase = str(first_value(pod.body, "status.phase") or "")
    ready = str(first_value(pod.body, "status.conditions[Ready].status") or "")
    if phase == "Succeeded":
        return 3
    return 0 if phase in ("Failed", "Pending", "Unknown") or ready == "False" else 2


def _owner(pod: Pod) -> tuple[str, str]:
    kind = str(first_value(pod.body, "metadata.ownerReferences[].kind") or "")
    name = str(first_value(pod.body, "metadata.ownerReferences[].name") or "")
    if kind == "ReplicaSet":
        return "Deployment", re.sub(r"-[a-z0-9]{6,10}$", "", name)
    return kind, name


def _pods(objects: Sequence[kubectl.KubeObject], relate: Relations) -> Iterator[Pod]:
    """One entry a pod and piece of evidence; a bare table row yields to a fuller description of the same pod."""
    detailed = {item.name for item in objects if item.kind == "Pod" and is_detailed(item)}
    for item in objects:
        if item.kind == "Pod" and (item.name not in detailed or is_detailed(item)):
            yield Pod(
                name=item.name, namespace=item.namespace, relation=relate.of_pod(item.name, item.namespace), source=item
            )


_LISTS = (
    ("containers", "containerStatuses", "main"),
    ("initContainers", "initContainerStatuses", "init"),
    ("ephemeralContainers", "ephemeralContainerStatuses", "ephemeral"),
)


def _containers(pod: Pod) -> Iterator[Container]:
    main_started = False
    is_done = first_value(pod.body, "status.phase") == "Succeeded"
    is_going = first_value(pod.body, "metadata.deletionTimestamp") is not None
    for spec_key, status_key, role in _LISTS:
        specs = _by_name(first_value(pod.body, f"spec.{spec_key}"), pod)
        statuses = _by_name(first_value(pod.body, f"status.{status_key}"), pod)
        for name in dict.fromkeys((*specs, *statuses)):
            spec, status = specs.get(name, {}), statuses.get(name, {})
            main_started = main_started or (role == "main" and _has_run(status))
            is_sidecar = role == "init" and _is_sidecar(spec, status, main_started=main_started)
            yield Container(
                pod=pod.name,
                name=name,
                role="sidecar" if is_sidecar else role,
                relation=pod.relation,
                status={**status, "spec": spec, "pod": pod.body},
                source=pod.source,
                status_path=f"status.{status_key}[{name}]",
                spec_path=f"spec.{spec_key}[{name}]",
                is_guarded=is_done or (is_sidecar and is_going),
            )


def _by_name(items: object, pod: Pod) -> dict[str, Mapping[str, Any]]:
    """By name; a listed pod has none of which anything is known, and a description that was cut may have lost one."""
    if not isinstance(items, Sequence) or isinstance(items, str):
        return {}
    may_lack = "table" not in pod.body
    return {
        str(item["name"]): item
        for item in items
        if isinstance(item, Mapping) and (item.get("name") or (may_lack and "name" in item))
    }


def _has_run(status: Mapping[str, Any]) -> bool:
    return bool(first_value(status, "state.running|state.terminated|lastState.terminated"))


def _is_sidecar(spec: Mapping[str, Any], status: Mapping[str, Any], *, main_started: bool) -> bool:
    """A restartable init container. `kubectl describe` does not print that, but only such a one runs beside main ones."""
    return spec.get("restartPolicy") == "Always" or (main_started and first_value(status, "state.running") is not None)


def _logs(
    case: Case, digests: Mapping[str, Excerpt], containers: Sequence[Container], relate: Relations
) -> Iterator[Log]:
    logs = [item for item in case.evidence if item.kind is EvidenceKind.LOG]
    called = {log_origin(item)[1] for item in logs}
    for item in logs:
        log = _read_log(item, digests.get(item.id), containers, relate, called)
        if log:
            yield log


def _read_log(
    item: Evidence,
    excerpt: Excerpt | None,
    containers: Sequence[Container],
    relate: Relations,
    called: Collection[str] = (),
) -> Log | None:
    kept = excerpt.kept if excerpt else tuple(KeptLine(line=n, text=text) for n, text in enumerate(item.lines, start=1))
    kept = tuple(line for line in kept if line.text.strip())
    if not kept or (len(kept) == 1 and _NO_LOG.match(kept[0].text)):
        return None
    prefix = kubectl.prefix_of([line.text for line in kept])
    if prefix:
        kept = tuple(replace(line, text=SafeText(line.text.removeprefix(prefix))) for line in kept)
    pod, name, previous = log_origin(item)
    node = None if pod or name else kubectl.read_machine(item.lines[:_MACHINE_LINES])
    container = _find_container(pod, name, containers, item.name, called) if node is None else None
    pieces = [plain_text(line.text[:LINE_CHARS]) for line in kept]
    offsets, position = [], 0
    for piece in pieces:
        offsets.append(position)
        position += len(piece) + 1
    text = "\n".join(pieces)
    lowered = text.lower()
    return Log(
        evidence_id=item.id,
        pod=pod or (container.pod if container else ""),
        container=(container.name if container else "") or name,
        role=container.role if container else _guess_role(name),
        relation=container.relation if container else _relation_of_log(pod, node, relate),
        previous=previous,
        kept=kept,
        total_lines=excerpt.total_lines if excerpt else len(item.lines),
        text=text,
        offsets=tuple(offsets),
        lowered=lowered,
        words=read_vocabulary(lowered),
        node=node,
    )


_MACHINE_LINES = 60


def _relation_of_log(pod: str, node: str | None, relate: Relations) -> Relation:
    if node:
        return relate.of("Node", node, "")
    return relate.of_pod(pod, "") if pod else Relation.OWN


_ESCAPE = compile_later(r"\\(?:[\"/nrt\\])")
_PLAIN = {r"\n": "\n", r"\r": "", r"\t": "\t"}


def plain_text(line: str) -> str:
    """A line of JSON as its writer meant it: quotes and line breaks inside its strings are no escapes any more.

    Patterns then fit the message whether a logger wrapped it in JSON or not, and a stack trace that
    stands in one field is read line by line. The line stays one line of evidence.
    """
    if "\\" not in line:
        return line
    if '{"' not in line.replace(" ", ""):
        return line.replace('\\"', '"') if '="' in line else line
    return _ESCAPE.sub(lambda match: _PLAIN.get(match[0], match[0][1:]), line)


def _find_container(
    pod: str, name: str, containers: Sequence[Container], file_name: str, called: Collection[str]
) -> Container | None:
    """The container a log belongs to: by name; else by a name inside the file's name; else the only main one.

    Not the only one where another log is `called` after it, and this one after something else.
    """
    near = [item for item in containers if (_may_log(item) if not pod else item.pod == pod)] or [
        item for item in containers if item.relation <= Relation.SIBLING and _may_log(item)
    ]
    named = [item for item in near if name and item.name == name]
    if not named:
        words = set(re.split(r"[^a-z0-9]+", file_name.lower()))
        named = [
            item
            for item in near
            if item.name and (item.name.lower() in words or item.name.lower() in file_name.lower())
        ]
    if not named:
        mains = {item.name for item in near if item.role == "main" and item.relation <= Relation.SIBLING}
        is_another = bool(name) and not mains.isdisjoint(called)
        named = [item for item in near if item.role == "main"] if len(mains) == 1 and not is_another else []
    return min(named, key=lambda item: (item.relation, -len(item.name)), default=None)


def _may_log(container: Container) -> bool:
    """Whether a container can have written anything: the pod of one that can not was never put on a node."""
    pod = container.source.body
    return first_value(pod, "status.phase") != "Pending" or bool(first_value(pod, "spec.nodeName"))


def _guess_role(name: str) -> str:
    return "init" if re.search(r"(?:^|-)init(?:-|$)|initializer|migrat|^wait-for-", name) else "main"
