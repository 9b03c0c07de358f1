"""From the scene to facts: what a condition of a rule finds."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Any

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.facts import (
    MAX_VALUE_CHARS,
    Fact,
    count_lines,
    event_age_s,
    is_event_old,
    last_line,
    log_fact,
)
from incident_bot.diagnosis.fieldpaths import compare_numbers, find_values, first_value, read_time, show
from incident_bot.diagnosis.logs.announced import is_said_expected
from incident_bot.diagnosis.logs.contraries import tells_all_clear
from incident_bot.diagnosis.patterns import compile_pattern, is_single_line, required_words
from incident_bot.diagnosis.rulebook.join_facts import find_join_facts
from incident_bot.diagnosis.rulebook.output_facts import find_output_facts
from incident_bot.diagnosis.targets import WORKLOAD_KINDS, Relation
from incident_bot.model import Citation, EvidenceKind

if TYPE_CHECKING:
    from incident_bot.diagnosis.rulebook.rules import Condition
    from incident_bot.diagnosis.scene import Container, Log, Scene
    from incident_bot.kubectl import KubeEvent, KubeObject

_MAX_HITS = 500


def find_facts(condition: Condition, scene: Scene, logs: Sequence[Log]) -> tuple[Fact, ...]:
    """Every fact that satisfies the condition; `logs` are those of the scene that its pattern may match."""
    test = condition.test
    facts = _log_facts(test, scene, logs) if condition.source == "log" else _FINDERS[condition.source](test, scene)
    return tuple(itertools.islice(facts, _MAX_HITS))


def _search(pattern: str | None, text: str) -> re.Match[str] | bool | None:
    return True if pattern is None else compile_pattern(pattern).search(text[:MAX_VALUE_CHARS])


def _groups(*matches: re.Match[str] | bool | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in matches:
        if isinstance(match, re.Match):
            found |= {name: value for name, value in match.groupdict().items() if value}
    return found


def _event_facts(test: Mapping[str, Any], scene: Scene) -> Iterator[Fact]:
    # There are thousands of events and a dozen reasons: most conditions are done with the reasons.
    reasons = {name: found for name in scene.places_of_events if (found := _search(test.get("reason"), name))}
    for place in sorted(place for name in reasons for place in scene.places_of_events[name]):
        event, relation = scene.events[place]
        if test.get("type") not in (None, event.type) or event.count < test.get("min_count", 1):
            continue
        reason = reasons[event.reason]
        kind = _search(_whole(test.get("kind")), event.kind or "Pod")
        message = _search(test.get("message"), event.message) if kind else None
        if not message:
            continue
        container = event.container or _container_in_message(event, scene)
        owner = scene.container_named(container, event.name) if container else None
        yield Fact(
            source="event",
            relation=relation,
            citation=_cite_event(event, scene),
            pod=event.name if event.kind in ("Pod", "") else "",
            container=container,
            role=owner.role if owner else "",
            kind=event.kind,
            name=event.name,
            field=event.reason,
            value=event.message,
            at=event.last_at,
            age_s=event_age_s(event, scene),
            count=event.count,
            is_past=is_event_old(event, scene),
            groups=_groups(reason, message) | ({"object": event.name} if event.name else {}),
        )


def _cite_event(event: KubeEvent, scene: Scene) -> Citation | None:
    """The line of a message that tells most: a mount's or a probe's own output stands in the last lines of several."""
    lines = [line.strip() for line in event.message.splitlines() if line.strip()]
    telling = max(reversed(lines), key=lambda line: (grade(line), "error" in line.lower()), default="")
    evidence = scene.texts.get(event.evidence_id)
    # What the API answered to a controller says first who denied it.
    if len(lines) < 2 or telling == lines[0] or evidence is None or event.reason == "FailedCreate":
        return scene.cite(event.evidence_id, event.line, event.message)
    below = evidence.lines[event.line : event.line + _MESSAGE_LINES]
    place = next((index for index, line in enumerate(below, start=1) if line.strip() == telling), 0)
    return scene.cite(event.evidence_id, event.line + place, telling if place else event.message)


_MESSAGE_LINES = 20


@lru_cache(maxsize=256)
def _whole(pattern: str | None) -> str | None:
    """A bare kind such as `Pod` means exactly that kind."""
    return rf"^(?:{pattern})$" if pattern and re.fullmatch(r"[A-Za-z|]+", pattern) else pattern


_NAMED_IN_MESSAGE = re.compile(
    r"(?:spec\.(?:init|ephemeral)?[cC]ontainers\{(?P<a>[^}]+)\}|\b[cC]ontainer (?!(?:create|start|init|runtime) )(?P<b>[a-z0-9][-a-z0-9]{0,62}) (?:failed|in pod)"
    r"|failed container (?P<c>[a-z0-9][-a-z0-9]{0,62})\b|\bcontainer (?P<d>[a-z0-9][-a-z0-9]{0,62})$|image \"(?P<image>[^\"]+)\")"
)


def _container_in_message(event: KubeEvent, scene: Scene) -> str:
    """`get events` drops the container's name; its message, its image, or being the only one gives it back."""
    if event.kind not in ("Pod", ""):
        return ""
    own = [item for item in scene.containers if item.pod == event.name]
    match = _NAMED_IN_MESSAGE.search(event.message[:MAX_VALUE_CHARS])
    if match and match["image"]:
        named = [item.name for item in own if first_value(item.status, "spec.image|image") == match["image"]]
        return named[0] if len(named) == 1 else ""
    if match:
        return match["a"] or match["b"] or match["c"] or match["d"] or ""
    about_container = event.reason in {
        "Unhealthy",
        "BackOff",
        "Failed",
        "Killing",
        "FailedPostStartHook",
        "FailedPreStopHook",
    }
    mains = [item.name for item in own if item.role == "main"]
    return mains[0] if about_container and len(mains) == 1 and len(own) == 1 else ""


def _container_facts(test: Mapping[str, Any], scene: Scene) -> Iterator[Fact]:
    for container in scene.containers:
        if container.is_guarded or not _wanted(test, container.role, container.name):
            continue
        for path, value, groups in _compare(test, container.status, scene):
            yield _container_fact(container, path, value, groups, scene)


def _container_fact(container: Container, path: str, value: object, groups: Mapping[str, str], scene: Scene) -> Fact:
    is_past = path.startswith("lastState.")
    ended = "lastState.terminated.finishedAt" if is_past else "state.terminated.finishedAt"
    return Fact(
        source="container",
        relation=container.relation,
        citation=scene.cite(container.source.evidence_id, container.line_of(path), show(value)),
        pod=container.pod,
        container=container.name,
        role=container.role,
        kind="Container",
        name=container.name,
        field=path,
        value=show(value)[:MAX_VALUE_CHARS],
        at=read_time(first_value(container.status, ended)),
        count=max(1, _as_int(container.status.get("restartCount"))),
        is_past=is_past,
        groups=groups,
    )


def _as_int(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _wanted(test: Mapping[str, Any], role: str, name: str) -> bool:
    if test.get("role") and role not in test["role"]:
        return False
    return bool(_search(test.get("name") or test.get("container"), name))


def _exit_facts(test: Mapping[str, Any], scene: Scene) -> Iterator[Fact]:
    codes = test["code"] if isinstance(test["code"], list) else [test["code"]]
    for container in scene.containers:
        if container.is_guarded or not _wanted(test, container.role, container.name):
            continue
        for path in ("state.terminated.exitCode", "lastState.terminated.exitCode"):
            value = first_value(container.status, path)
            if value is None:
                continue
            if value in codes:
                yield replace(_container_fact(container, path, value, {}, scene), source="exit_code")
            break


def _pod_facts(test: Mapping[str, Any], scene: Scene) -> Iterator[Fact]:
    """A pod that Succeeded is done and has no facts, unless it was deleted: then it should be gone."""
    for pod in scene.pods:
        is_done = first_value(pod.body, "status.phase") == "Succeeded"
        if not is_done or first_value(pod.body, "metadata.deletionTimestamp") is not None:
            yield from _object_facts(test, "pod", pod.source, pod.relation, scene)


def _kinds(wanted: Callable[[str], bool], source: str) -> Callable[[Mapping[str, Any], Scene], Iterator[Fact]]:
    def find(test: Mapping[str, Any], scene: Scene) -> Iterator[Fact]:
        for item, relation in scene.objects:
            if wanted(item.kind) and _search(_whole(test.get("kind")), item.kind):
                yield from _object_facts(test, source, item, relation, scene)

    return find


def _object_facts(
    test: Mapping[str, Any], source: str, item: KubeObject, relation: Relation, scene: Scene
) -> Iterator[Fact]:
    for path, value, groups in _compare(test, item.body, scene):
        yield Fact(
            source=source,
            relation=relation,
            citation=scene.cite(item.evidence_id, item.line_of(path), show(value)),
            pod=item.name if item.kind == "Pod" else "",
            kind=item.kind,
            name=item.name,
            field=path,
            value=show(value)[:MAX_VALUE_CHARS],
            at=_transition(item, path),
            groups={**groups, "object": _named(item)},
        )


def _named(item: KubeObject) -> str:
    """What people call an object: a slice of endpoints by its Service, whose name and five letters it is called."""
    if item.kind != "EndpointSlice":
        return item.name
    service = first_value(item.body, "metadata.labels[kubernetes.io/service-name]")
    return str(service) if service else item.name.rpartition("-")[0] or item.name


def _transition(item: KubeObject, path: str) -> datetime | None:
    condition = re.match(r"status\.conditions\[[^\]]*\]", path)
    return read_time(first_value(item.body, f"{condition[0]}.lastTransitionTime")) if condition else None


_Found = tuple[str, object, dict[str, str]]


def _compare(test: Mapping[str, Any], body: Mapping[str, Any], scene: Scene) -> Iterator[_Found]:
    """The values under `test['field']` for which all comparisons hold."""
    values = list(find_values(body, test["field"]))
    if test.get("exists") is False:
        if not values and body.keys() - {"spec", "pod"}:
            yield test["field"].split("|")[0], "absent", {}
        return
    for path, value in values:
        groups = _holds(test, value, body, scene)
        if groups is not None:
            yield path, value, groups


def _holds(test: Mapping[str, Any], value: object, body: object, scene: Scene) -> dict[str, str] | None:
    match = (
        _search(test.get("pattern"), show(value)) if not isinstance(value, Mapping | list) else "pattern" not in test
    )
    if not match or not _equals(test, value):
        return None
    for how in ("above", "below", "at_least", "at_most"):
        if how in test and not compare_numbers(value, test[how], how, body):
            return None
    if not _is_of_age(test, value, scene):
        return None
    return _groups(match if isinstance(match, re.Match) else None)


def _is_of_age(test: Mapping[str, Any], value: object, scene: Scene) -> bool:
    """Whether a time is as old as wanted; of the newest time in all of the evidence nobody knows that it is young."""
    if "older_than_s" not in test and "younger_than_s" not in test:
        return True
    time = read_time(value)
    if time is None:
        return False
    age_s = (scene.at - time).total_seconds()
    return age_s > test.get("older_than_s", -inf) and (
        "younger_than_s" not in test or 0 < age_s < test["younger_than_s"]
    )


def _equals(test: Mapping[str, Any], value: object) -> bool:
    if "equals" not in test:
        return True
    wanted = test["equals"] if isinstance(test["equals"], list) else [test["equals"]]
    return show(value) in {show(item) for item in wanted}


def _log_facts(test: Mapping[str, Any], scene: Scene, logs: Sequence[Log]) -> Iterator[Fact]:
    for log in logs:
        if test.get("previous") in (None, log.previous) and _wanted(test, log.role, log.container):
            yield from _search_log(test, log, scene)


def _search_log(test: Mapping[str, Any], log: Log, scene: Scene) -> Iterator[Fact]:
    found = itertools.islice(_find_all(test["pattern"], log), _MAX_HITS)
    hits = [hit for hit in found if not _is_no_trouble(log.kept[log.index_at(hit.start())].text, log)]
    if not hits:
        return
    lines = {log.index_at(hit.start()): hit for hit in reversed(hits)}
    count = count_lines(log, lines)
    if count < test.get("min_count", 1):
        return
    hit = hits[-1] if test.get("occurrence") == "last" else _first_loud(hits, log)
    yield log_fact(log, hit.start(), hit[0], count=count, groups=_groups(hit), scene=scene, last=last_line(log, lines))


def _is_no_trouble(line: str, log: Log) -> bool:
    """Whether a line tells that something is over or was meant, or in a node's journal what kubelet's own probes met."""
    return tells_all_clear(line) or is_said_expected(line) or (log.node is not None and _PROBER in line)


_PROBER = "prober.go:"
"""In a node's journal kubelet tells here of its own calls to pods, which fail because of what is searched elsewhere."""


def _first_loud(hits: Sequence[re.Match[str]], log: Log) -> re.Match[str]:
    """The first that calls itself a warning or worse, or else the first: settings are often printed before they matter."""
    loud = (hit for hit in hits if grade(log.kept[log.index_at(hit.start())].text) >= Level.WARNING)
    return next(loud, hits[0])


def _find_all(pattern: str, log: Log) -> Iterator[re.Match[str]]:
    """All matches in a log; where a match stays within its line, only lines with a required word are searched."""
    words = required_words(pattern)
    compiled = compile_pattern(pattern)
    # Lower-casing changes the length of a few letters, and then offsets do not fit.
    if not words or not is_single_line(pattern) or len(log.lowered) != len(log.text):
        yield from compiled.finditer(log.text)
        return
    for index in sorted({index for word in words if word in log.words for index in _lines_with(word, log)}):
        end = log.offsets[index + 1] - 1 if index + 1 < len(log.offsets) else len(log.text)
        yield from compiled.finditer(log.text, log.offsets[index], end)


def _lines_with(word: str, log: Log) -> Iterator[int]:
    position = log.lowered.find(word)
    while position >= 0:
        index = log.index_at(position)
        yield index
        if index + 1 >= len(log.offsets):
            return
        position = log.lowered.find(word, log.offsets[index + 1])


def _alert_facts(test: Mapping[str, Any], scene: Scene) -> Iterator[Fact]:
    alert = scene.case.incident.alert
    text = "\n".join([alert.summary, *alert.annotations.values()])
    name, said = _search(test.get("name"), alert.name), _search(test.get("text"), text)
    labels = [_search(pattern, alert.labels.get(key, "")) for key, pattern in test.get("labels", {}).items()]
    if name and said and all(labels):
        yield Fact(
            source="alert",
            relation=Relation.OWN,
            citation=_cite_alert(scene, alert.name),
            kind="Alert",
            name=alert.name,
            value=alert.name,
            at=alert.starts_at,
            groups=_groups(name, said, *labels),
        )


def _cite_alert(scene: Scene, name: str) -> Citation | None:
    """The line of the alert's own evidence that names it."""
    for item in scene.case.evidence:
        if item.kind is EvidenceKind.ALERT:
            line = next((number for number, text in enumerate(item.lines, start=1) if name and name in text), 1)
            return scene.cite(item.id, line, name)
    return None


_FINDERS: Mapping[str, Callable[[Mapping[str, Any], Scene], Iterator[Fact]]] = {
    "event": _event_facts,
    "container": _container_facts,
    "pod": _pod_facts,
    "workload": _kinds(WORKLOAD_KINDS.__contains__, "workload"),
    "node": _kinds("Node".__eq__, "node"),
    "object": _kinds(bool, "object"),
    "exit_code": _exit_facts,
    "alert": _alert_facts,
    "join": find_join_facts,
    "output": find_output_facts,
}
