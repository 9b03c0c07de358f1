"""Trying a rule on its own samples, through the same readers, redaction and guards as real evidence."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from incident_bot.condense import digest
from incident_bot.diagnosis.causes.candidates import Activity, Candidate
from incident_bot.diagnosis.engine import find_candidates
from incident_bot.diagnosis.health.judgement import judge_health
from incident_bot.diagnosis.rulebook.matching import match_rules
from incident_bot.diagnosis.rulebook.rules import Rule, RuleSet
from incident_bot.diagnosis.scene_reading import read_scene
from incident_bot.diagnosis.telling.advice import tell_actions
from incident_bot.diagnosis.telling.narrative import tell_cause
from incident_bot.model import Alert, Case, EvidenceKind, Incident, RawEvidence, Severity, Target, Verdict
from incident_bot.patterns import compile_later
from incident_bot.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.diagnosis.scene import Scene

NAMESPACE, POD, WORKLOAD, CONTAINER, INIT_CONTAINER = "ml", "model-0", "model", "server", "init"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""Samples are read as if at this time; events without a time are a minute old."""

_KEY = b"samples need no secret redaction key"
_KINDS = {
    kind.lower(): kind
    for kind in (
        "Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Node", "PersistentVolumeClaim",
        "Service", "Ingress", "HorizontalPodAutoscaler", "InferenceService", "Namespace", "Endpoints", "Lease",
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFailure:
    """A sample on which its rule did not do what the sample says."""

    rule_id: str
    sample: str
    reason: str


def try_samples(rule: Rule, samples: Mapping[str, Any]) -> tuple[SampleFailure, ...]:
    """Every sample of a rule that fails, with the reason."""
    found = []
    for kind in ("fires", "silent"):
        for index, sample in enumerate(samples.get(kind, ())):
            reason = _try(rule, sample, should_fire=kind == "fires")
            if reason:
                found.append(SampleFailure(rule_id=rule.id, sample=f"{kind}[{index}]", reason=reason))
    return tuple(found)


def _try(rule: Rule, sample: Mapping[str, Any], *, should_fire: bool) -> str:
    case = build_case(sample)
    digests = {item.id: digest(item) for item in case.evidence if item.kind is EvidenceKind.LOG}
    scene = read_scene(case, digests, NOW)
    health = judge_health(scene)
    rules = RuleSet(rules={rule.id: rule})
    fired = [item for item in find_candidates(scene, health, rules) if item.id == rule.id]
    active = [item for item in fired if item.activity in (Activity.ACTIVE, Activity.PAST)]
    if should_fire and not active:
        held = fired or match_rules(rules, scene)
        return "stays silent" + (
            ": it matches, but a guard holds it back (healthy, starting, or a single probe)" if held else ""
        )
    if not should_fire and active:
        line = active[0].facts[0]
        return f"fires on {line.source} {line.field}: {line.value[:100]!r}"
    return _missing_words(active[0], sample.get("says", ()), scene) if should_fire else ""


def _missing_words(candidate: Candidate, words: list[str], scene: Scene) -> str:
    cause = tell_cause(candidate, 1, scene)
    actions = tell_actions((candidate,), Verdict.FAILURE, scene)
    said = "\n".join((cause.title, cause.explanation, *(f"{item.step} {item.command}" for item in actions)))
    if not cause.citations:
        return "fires without a line to cite"
    missing = [word for word in words if word not in said]
    return f"does not say {', '.join(map(repr, missing))}; it says {cause.title!r}" if missing else ""


def build_case(sample: Mapping[str, Any]) -> Case:
    """A sample as a case: target, alert and redacted evidence."""
    alert = sample.get("alert") or {}
    pod = _pod(sample)
    name = pod["metadata"]["name"] if pod else POD
    # A sample about a Job, a claim or a node has no pod; then, as for a folder, the evidence says what it is about.
    has_pod = pod is not None or any(sample.get(key) for key, _, _ in _LOGS)
    target = (
        Target(namespace=NAMESPACE, workload_kind="Deployment", workload=WORKLOAD, pod=name) if has_pod else Target()
    )
    redactor = _redactor()
    raw = list(_items(sample, pod, name))
    return Case(
        incident=Incident(
            key="0" * 16,
            alert=Alert(
                name=str(alert.get("name", "")),
                severity=Severity.WARNING,
                labels={str(key): str(value) for key, value in (alert.get("labels") or {}).items()},
                summary=str(alert.get("summary", "")),
                starts_at=NOW - timedelta(minutes=1),
            ),
            target=target,
        ),
        evidence=tuple(redactor.redact_evidence(item) for item in raw),
    )


@lru_cache(maxsize=1)
def _redactor() -> Redactor:
    # Making one compiles its patterns, which takes longer than all samples of a rule.
    return Redactor(_KEY)


def _items(sample: Mapping[str, Any], pod: dict[str, Any] | None, name: str) -> Iterator[RawEvidence]:
    if pod:
        yield _item(EvidenceKind.OBJECT, "pod.json", json.dumps(pod, indent=1))
    for index, body in enumerate(sample.get("objects", ())):
        yield _item(EvidenceKind.OBJECT, f"object-{index}.json", json.dumps(_complete(body), indent=1, default=str))
    if sample.get("note"):
        yield _item(EvidenceKind.NOTE, "note.txt", sample["note"])
    if sample.get("describe"):
        yield _item(EvidenceKind.DESCRIBE, "describe.txt", sample["describe"])
    events = sample.get("events")
    if isinstance(events, str) and events.strip():
        yield _item(EvidenceKind.EVENTS, "events.txt", events)
    elif events:
        listed = {"apiVersion": "v1", "kind": "List", "items": [_event(line) for line in events]}
        yield _item(EvidenceKind.OBJECT, "events.json", json.dumps(listed, indent=1))
    if sample.get("alert"):
        yield _item(EvidenceKind.ALERT, "alert.json", json.dumps(sample["alert"], indent=1))
    for key, file_name, container in _LOGS:
        if sample.get(key):
            log = _item(EvidenceKind.LOG, file_name, sample[key])
            yield replace(log, pod=name, container=container, previous="previous" in key)


_LOGS = (
    ("log", "server.log", CONTAINER),
    ("previous_log", "server.previous.log", CONTAINER),
    ("init_log", "init.log", INIT_CONTAINER),
)


def _item(kind: EvidenceKind, file_name: str, text: str) -> RawEvidence:
    return RawEvidence(id=file_name, kind=kind, name=file_name, source=file_name, text=text)


_EVENT = compile_later(
    r"^(?P<type>\S+) (?P<reason>\S+) (?P<kind>[^/\s]+)/(?P<name>\S+) (?P<message>.*?)(?: \(x(?P<count>\d+)\))?$",
    re.DOTALL,
)


def _event(line: str) -> dict[str, Any]:
    match = _EVENT.match(line.strip())
    if not match:
        raise ValueError(f"event sample {line[:80]!r} is not `TYPE REASON KIND/NAME MESSAGE`")
    seen = (NOW - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "sample", "namespace": NAMESPACE},
        "type": match["type"],
        "reason": match["reason"],
        "message": match["message"],
        "involvedObject": {
            "kind": _KINDS.get(match["kind"].lower(), match["kind"]),
            "name": match["name"],
            "namespace": NAMESPACE,
        },
        "count": int(match["count"] or 1),
        "lastTimestamp": seen,
    }


def _complete(body: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"namespace": NAMESPACE, "name": WORKLOAD, **(body.get("metadata") or {})}
    return {"apiVersion": "v1", **body, "metadata": metadata}


def _pod(sample: Mapping[str, Any]) -> dict[str, Any] | None:
    given = sample.get("pod")
    if isinstance(given, str):
        import yaml

        given = yaml.safe_load(given)
    if given is None and not sample.get("container") and not sample.get("init_container"):
        return None
    given = given or {}
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        **given,
        "metadata": {"name": POD, "namespace": NAMESPACE, **(given.get("metadata") or {})},
        "spec": dict(given.get("spec") or {}),
        "status": dict(given.get("status") or {}),
    }
    _add_container(pod, sample.get("container"), "containers", "containerStatuses", CONTAINER)
    _add_container(pod, sample.get("init_container"), "initContainers", "initContainerStatuses", INIT_CONTAINER)
    return pod


def _add_container(
    pod: dict[str, Any], given: Mapping[str, Any] | None, spec_key: str, status_key: str, name: str
) -> None:
    if not given:
        return
    status = {
        "name": name,
        "image": "registry.example/model:1",
        **{key: value for key, value in given.items() if key != "spec"},
    }
    spec = {"name": status["name"], "image": status["image"], **(given.get("spec") or {})}
    pod["spec"][spec_key] = [*pod["spec"].get(spec_key, ()), spec]
    pod["status"][status_key] = [*pod["status"].get(status_key, ()), status]
