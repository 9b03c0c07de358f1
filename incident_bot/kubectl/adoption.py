"""Whom a description is about that lost its first lines: the one object in the rest of the evidence that fits it.

The end of `kubectl describe pod` says what is wrong and not with whom; the list of pods beside it says who is in
trouble. Only one that fits better than all others is taken: nobody's trouble is better than somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from incident_bot.kubectl.reading import KubeEvent, KubeObject, Reading
from incident_bot.kubectl.target import failure_of_pod, is_short_of_pods, is_unready
from incident_bot.patterns import compile_later

_TOLD_POD = compile_later(
    r"Successfully assigned (?P<ns>[\w.-]{1,63})/(?P<pod>[\w.-]{1,253}) to |\bin pod (?P<name>[\w.-]{1,253})_(?P<scope>[\w.-]{1,63})\("
)
_REPLICA = compile_later(r"-(?:[a-z0-9]{4,10}-)?(?:[a-z0-9]{5}|\d{1,4})$")


@dataclass(frozen=True, slots=True)
class _Fragment:
    """What one piece of evidence says of an object of this kind that it does not name."""

    kind: str
    body: Mapping[str, Any]
    events: tuple[KubeEvent, ...]


def name_fragments(readings: Sequence[Reading], pods: Sequence[tuple[str, str]] = ()) -> list[Reading]:
    """The readings, with a name for each nameless object and event that can only be about one of the named ones.

    `pods`: namespace and name of pods that only an alert or a log names, the likeliest first.
    """
    named = [item for reading in readings for item in reading.objects if item.name]
    return [_named(reading, named, pods) if _is_nameless(reading) else reading for reading in readings]


def _is_nameless(reading: Reading) -> bool:
    return any(not item.name for item in reading.objects) or any(
        not event.name and event.kind for event in reading.events
    )


def _named(reading: Reading, named: Sequence[KubeObject], pods: Sequence[tuple[str, str]]) -> Reading:
    kinds = {item.kind for item in reading.objects if not item.name}
    kinds |= {event.kind for event in reading.events if not event.name and event.kind}
    found = {kind: _owner_of(_fragment(kind, reading), named, pods) for kind in kinds}
    objects = tuple(_rename(item, found.get(item.kind)) if not item.name else item for item in reading.objects)
    events = tuple(
        replace(event, name=owner[1], namespace=event.namespace or owner[0])
        if not event.name and (owner := found.get(event.kind))
        else event
        for event in reading.events
    )
    return Reading(objects=objects, events=events)


def _fragment(kind: str, reading: Reading) -> _Fragment:
    body = next((item.body for item in reading.objects if item.kind == kind and not item.name), {})
    return _Fragment(kind, body, tuple(event for event in reading.events if event.kind == kind and not event.name))


def _rename(item: KubeObject, owner: tuple[str, str] | None) -> KubeObject:
    if owner is None:
        return item
    metadata = {**item.body.get("metadata", {}), "name": owner[1], "namespace": owner[0]}
    namespace = item.namespace or owner[0]
    return replace(item, name=owner[1], namespace=namespace, body={**item.body, "metadata": metadata})


def _owner_of(
    fragment: _Fragment, named: Sequence[KubeObject], pods: Sequence[tuple[str, str]]
) -> tuple[str, str] | None:
    """Namespace and name of whom it is about."""
    if fragment.kind == "Pod" and (told := _told(fragment)):
        return told
    rows = {(item.namespace, item.name): item for item in named if item.kind == fragment.kind}
    if fragment.kind != "Pod":
        troubled = {key: item for key, item in rows.items() if is_short_of_pods(item) or is_unready(item)}
        fitting = rows if len(rows) == 1 else troubled
        return next(iter(fitting)) if len(fitting) == 1 else None
    if not rows:
        return pods[0] if pods else None
    scores = {key: _fit(fragment, item) for key, item in rows.items()}
    best = max(scores.values(), default=0.0)
    fitting_pods = [key for key, score in scores.items() if score == best] if best > 0 else []
    stems = {_REPLICA.sub("", name) for _, name in fitting_pods}
    return fitting_pods[0] if len(stems) == 1 else None


def _told(fragment: _Fragment) -> tuple[str, str] | None:
    for event in fragment.events:
        if match := _TOLD_POD.search(event.message[:_REACH]):
            return match["ns"] or match["scope"], match["pod"] or match["name"]
    return None


_REACH = 2_000


def _fit(fragment: _Fragment, row: KubeObject) -> float:
    """How well a pod fits: what both say has to agree, and trouble belongs to who is in trouble."""
    theirs = _mapping(row.body.get("status"))
    is_waiting = bool(fragment.events) and _last_of_scheduling(fragment.events) == "FailedScheduling"
    if is_waiting and (theirs.get("phase") != "Pending" or "containerStatuses" in theirs):
        return 0.0
    score = 1.0 + failure_of_pod(row) if _shows_trouble(fragment) else 1.0
    for ours in _statuses(_mapping(fragment.body.get("status"))):
        listed = next(_statuses(theirs), {})
        for key in ("restartCount", "ready"):
            if ours.get(key) is not None and listed.get(key) is not None and len(list(_statuses(theirs))) == 1:
                score += 3.0 if ours[key] == listed[key] else -3.0
    if any(claim.endswith(f"-{row.name}") for claim in _claims(fragment)):
        score += 20.0
    return score


def _shows_trouble(fragment: _Fragment) -> bool:
    status = _mapping(fragment.body.get("status"))
    return any(event.type == "Warning" for event in fragment.events) or any(
        item.get("ready") is False or "waiting" in _mapping(item.get("state")) for item in _statuses(status)
    )


def _last_of_scheduling(events: Sequence[KubeEvent]) -> str:
    told = [event for event in events if event.reason in ("FailedScheduling", "Scheduled")]
    return min(told, key=lambda event: event.age_s or 0.0).reason if told else ""


def _statuses(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    items = status.get("containerStatuses")
    yield from (item for item in items if isinstance(item, Mapping)) if isinstance(items, list) else ()


def _claims(fragment: _Fragment) -> Iterator[str]:
    volumes = _mapping(fragment.body.get("spec")).get("volumes")
    for volume in volumes if isinstance(volumes, list) else ():
        yield str(_mapping(_mapping(volume).get("persistentVolumeClaim")).get("claimName") or "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
