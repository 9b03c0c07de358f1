"""Candidate causes: what rules and log readers offer, how sure each is, and which takes over which.

Confidence is a sum of named parts (`WEIGHTS`), bounded to 0.05 .. 0.97, so that the same evidence always
gives the same number and a reader can say why (docs/diagnosis.md, "Confidence").
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.notes import is_lack_asked_about
from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.facts import MAX_VALUE_CHARS, Fact, log_fact
from incident_bot.diagnosis.fieldpaths import read_quantity
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.health.status_messages import read_messages
from incident_bot.diagnosis.logs.changes import find_changes_before
from incident_bot.diagnosis.logs.emptied import find_emptied
from incident_bot.diagnosis.logs.messages import read_message
from incident_bot.diagnosis.logs.reading import read_log, templates_of
from incident_bot.diagnosis.logs.repeated_work import find_repeated_work
from incident_bot.diagnosis.logs.series import read_shifts
from incident_bot.diagnosis.logs.titles import subject_of
from incident_bot.diagnosis.logs.waiting import is_only_waiting
from incident_bot.diagnosis.targets import Relation, stem_of
from incident_bot.model import Category
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.logs.findings import Finding
    from incident_bot.diagnosis.rulebook.matching import Match
    from incident_bot.diagnosis.rulebook.rules import Rule
    from incident_bot.diagnosis.scene import Log, Scene


class Activity(IntEnum):
    """Whether what a candidate describes is going on."""

    ACTIVE = 0
    PAST = 1
    ELSEWHERE = 2
    INACTIVE = 3


NAMES_A_CAUSE = 3
"""A rule of this specificity names a cause (failure-modes.md)."""
_NARROWS_IT_DOWN = 2
_STALL_COUNT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible cause with everything that speaks for it."""

    id: str
    title: str
    category: Category
    specificity: int
    pod: str
    container: str
    relation: Relation
    facts: tuple[Fact, ...]
    supporting: tuple[Fact, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    rule: Rule | None = None
    finding: Finding | None = None
    activity: Activity = Activity.ACTIVE
    confidence: float = 0.0
    took_over: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()
    change_before: str = ""
    sign_before: str = ""
    statements: tuple[str, ...] = ()
    growth: str = ""
    """What its log counted that grew until then, in words."""

    @property
    def is_noise(self) -> bool:
        """Never the cause of an alert by itself."""
        return self.rule is not None and self.rule.noise

    @property
    def is_named(self) -> bool:
        """Whether a rule knows it by name."""
        return self.rule is not None and self.specificity >= NAMES_A_CAUSE

    @property
    def is_of_logs(self) -> bool:
        """Whether nothing but lines of logs tells of it."""
        return all(fact.source == "log" for fact in self.facts)

    @property
    def is_dated_by_logs(self) -> bool:
        """Whether logs tell if it lasts: what two objects say about each other beside them has no time of its own."""
        sources = {fact.source for fact in self.facts}
        return "log" in sources and sources <= {"log", "join"}

    @property
    def is_stall(self) -> bool:
        """Whether a rule names by its count what stands still: a scheduler says calmly, for hours, that it can start nothing."""
        return (
            self.rule is not None
            and self.specificity >= _NARROWS_IT_DOWN
            and any(item.source == "log" and item.test.get("min_count", 1) >= _STALL_COUNT for item in self.rule.any)
            and all(fact.source == "log" and fact.count >= _STALL_COUNT for fact in self.facts)
        )

    @property
    def at(self) -> datetime | None:
        """When it was first seen, as far as evidence is dated."""
        return min((fact.at for fact in self.facts if fact.at), default=None)


def from_match(match: Match) -> Candidate:
    """A rule that fired."""
    return Candidate(
        id=match.rule.id,
        title=match.rule.title,
        category=match.rule.category,
        specificity=match.rule.specificity,
        pod=match.pod,
        container=match.container,
        relation=match.relation,
        facts=match.facts,
        supporting=match.supporting,
        groups=match.groups,
        rule=match.rule,
    )


def from_logs(scene: Scene, health: Health, called: Collection[str] | None = None) -> list[Candidate]:
    """What the generic readers find in the target's logs; with `called`, in those of neighbours of these names instead."""
    healthy = [log for log in scene.logs if health.of(log.pod, log.container) is State.HEALTHY and log.role == "main"]
    pods: dict[str, dict[str, set[str]]] = {}
    for log in healthy:
        for shape in templates_of(log):
            pods.setdefault(log.container, {}).setdefault(shape, set()).add(log.pod)
    found: list[Candidate] = []
    is_asked = is_lack_asked_about(scene)
    for log in scene.logs:
        names = {log.container.lower(), stem_of(log.pod).lower()}
        is_wanted = log.relation is not Relation.NEIGHBOUR if called is None else not names.isdisjoint(called)
        if not is_wanted or (called is not None and log.relation is not Relation.NEIGHBOUR):
            continue
        baseline = frozenset(shape for shape, named in pods.get(log.container, {}).items() if named - {log.pod})
        is_failing = log.previous or health.of(log.pod, log.container) is State.FAILING or _has_not_begun(log, health)
        said = read_log(log, baseline, is_failing=is_failing)
        found += [from_finding(item, log, scene) for item in said if not scene.is_listed(log, log.kept[item.index])]
        lines = scene.texts[log.evidence_id].lines
        emptied = find_emptied(log, lines, subject_of(log), near=scene.at, is_asked=is_asked)
        repeated = find_repeated_work(log, lines, subject_of(log))
        figures = (*read_shifts(log, lines, subject_of(log)), *emptied, *repeated)
        found += [from_finding(finding, log, scene) for finding in figures]
    return found


def _has_not_begun(log: Log, health: Health) -> bool:
    """Whether a log holds nothing but waiting, and no status says that its container is well all the same."""
    return health.of(log.pod, log.container) is State.UNKNOWN and is_only_waiting(log)


def from_finding(finding: Finding, log: Log, scene: Scene) -> Candidate:
    """What a reader made of a line of a log."""
    line = log.kept[finding.index].text
    fact = log_fact(log, finding.offset, line, count=finding.count, groups={}, scene=scene)
    return Candidate(
        id=f"log-{finding.kind}",
        title=finding.title,
        category=_category_of(finding, log),
        specificity=2 if finding.is_lasting or (finding.is_known and finding.weight >= _SURE_WEIGHT) else 1,
        pod=log.pod,
        container=log.container,
        relation=log.relation,
        facts=(fact,),
        supporting=tuple(_shown(number, log, scene) for number in finding.shown),
        finding=finding,
    )


def _shown(number: int, log: Log, scene: Scene) -> Fact:
    """A line of a log by its number, whether it was kept or not."""
    text = scene.texts[log.evidence_id].lines[number - 1]
    return Fact(
        source="log",
        relation=log.relation,
        citation=scene.cite(log.evidence_id, number, text),
        pod=log.pod,
        container=log.container,
        role=log.role,
        kind="Log",
        name=log.container,
        field=str(number),
        value=text[:MAX_VALUE_CHARS],
        is_past=log.previous,
    )


_SURE_WEIGHT = 0.5

_BY_SPEAKER = (
    (re.compile(r"calico|cilium|flannel|weave|antrea|coredns|kube-dns|kube-proxy|istio|envoy|ingress|gateway-api|metallb", re.IGNORECASE), Category.NETWORK),
    (
        compile_later(
            r"mongo|redis|postgres|pgbouncer|pgpool|mysql|mariadb|cassandra|kafka|rabbit|elastic|opensearch|zookeeper|vault|consul|nats|etcd|minio|clickhouse|keycloak|sql-proxy",
            re.IGNORECASE,
        ),
        Category.DEPENDENCY,
    ),
)  # fmt: skip
"""Where a log of one of these says nothing of a known kind, it is still about the network, or about a data store."""

_MODEL_SERVING = compile_later(
    r"\b(?:torch|tensorflow|keras|triton|vllm|text_generation|transformers|safetensors|onnxruntime|sklearn|xgboost|lightgbm|bitsandbytes|nccl|cuda|cudnn|torchserve|kserve|model_lifecycle|ray\._private|ray\.serve|mlflow)\b",
    re.IGNORECASE,
)
_AROUND_LINES = 25
_OPEN_KINDS = frozenset({"mismatch", "configuration-invalid", "memory", "module-missing", "not-defined", "assertion"})


def _category_of(finding: Finding, log: Log) -> Category:
    """The category of a finding, sharpened by whose log it is: an exception of a model server is about models."""
    is_open = finding.category is Category.APPLICATION or finding.kind in _OPEN_KINDS
    around = log.kept[max(0, finding.index - _AROUND_LINES) : finding.index + _AROUND_LINES]
    if is_open and any(_MODEL_SERVING.search(kept.text[:400]) for kept in around):
        return Category.GPU_ML
    if finding.category is not Category.APPLICATION or finding.is_known:
        return finding.category
    if log.node is not None:
        return Category.NODE
    name = f"{log.pod} {log.container}"
    return next((category for speaker, category in _BY_SPEAKER if speaker.search(name)), finding.category)


def add_change_before(candidate: Candidate, scene: Scene) -> Candidate:
    """The candidate, with the change that its log reports shortly before it, if there is one."""
    fact = candidate.facts[0]
    log = next((item for item in scene.logs if fact.citation and item.evidence_id == fact.citation.evidence_id), None)
    if fact.source != "log" or log is None or fact.citation is None:
        return candidate
    index = next((place for place, kept in enumerate(log.kept) if kept.line == int(fact.field)), 0)
    before = find_changes_before(log, index)
    if not before or index in before:
        # A line that reports a change and is itself the cause is not told twice.
        return candidate
    changes = tuple(
        log_fact(log, log.offsets[place], log.kept[place].text, count=1, groups={}, scene=scene) for place in before
    )
    return replace(candidate, supporting=(*changes, *candidate.supporting), change_before=log.kept[before[0]].text)


def from_status(scene: Scene, health: Health) -> list[Candidate]:
    """What Kubernetes says in its own words, for failures that no rule knows; warnings about the healthy are noise."""
    if health.is_known and not health.failing:
        return []
    said = list(itertools.islice(read_messages(scene), 12))
    reasons = {id(fact): _event_behind(fact, said) for _, fact in said}
    told = {id(event) for event in reasons.values() if event is not None}
    return [
        Candidate(
            id=f"status-{re.sub(r'[^a-z0-9]+', '-', reason.lower())}",
            title=_title_of_message(reason, fact),
            category=_category_of_message(fact),
            specificity=2 if _is_last_word(fact) else 1,
            pod=fact.pod,
            container=fact.container,
            relation=fact.relation,
            facts=(fact, *(other for _, other in said if reasons[id(other)] is fact)),
        )
        for reason, fact in said
        if reasons[id(fact)] is None or id(fact) in told
    ]


def _title_of_message(reason: str, fact: Fact) -> str:
    said = read_message(fact.value)
    return f"{_named(fact)} is {reason}" if said == reason else f"{_named(fact)}: {reason}: {said}"


def _is_last_word(fact: Fact) -> bool:
    """Whether a program left a message as it ended (`/dev/termination-log`, or its last lines) that says what it complains of."""
    return fact.field.endswith("terminated.message") and find_complaint(fact.value) is not None


def _category_of_message(fact: Fact) -> Category:
    complaint = find_complaint(fact.value) if _is_last_word(fact) else None
    return complaint.category if complaint else _CATEGORY_OF_KIND.get(fact.kind, Category.UNKNOWN)


def _event_behind(condition: Fact, said: Sequence[tuple[str, Fact]]) -> Fact | None:
    """The warning about the same object that says what is wrong, where its condition only says that something is."""
    if condition.source != "workload" or find_complaint(condition.value) is not None:
        return None
    return next(
        (
            fact
            for _, fact in said
            if fact.source == "event"
            and (fact.kind, fact.name) == (condition.kind, condition.name)
            and find_complaint(fact.value) is not None
        ),
        None,
    )


_CATEGORY_OF_KIND = {
    "Container": Category.APPLICATION,
    "Deployment": Category.ROLLOUT,
    "ReplicaSet": Category.ROLLOUT,
    "StatefulSet": Category.ROLLOUT,
    "DaemonSet": Category.ROLLOUT,
    "Job": Category.JOB,
    "Node": Category.NODE,
    "PersistentVolumeClaim": Category.STORAGE,
    "Application": Category.ROLLOUT,
    "HelmRelease": Category.ROLLOUT,
    "PipelineRun": Category.JOB,
    "TaskRun": Category.JOB,
    "Workflow": Category.JOB,
    "Kustomization": Category.ROLLOUT,
    "Release": Category.ROLLOUT,
}


def _named(fact: Fact) -> str:
    return f"Container {fact.container}" if fact.container else f"{fact.kind or 'Object'} {fact.name}".rstrip()


def restarts_of(candidate: Candidate, scene: Scene) -> int:
    """How often the candidate's container restarted."""
    container = scene.container_named(candidate.container, candidate.pod) if candidate.container else None
    return int(read_quantity(container.status.get("restartCount")) or 0) if container else 0


def concerns_same(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates may be about the same thing: the same container, or one of them about no container."""
    if (one.relation is Relation.NEIGHBOUR) != (other.relation is Relation.NEIGHBOUR):
        return False
    if one.container and other.container:
        return one.container == other.container
    are_logs = all(fact.source == "log" for fact in (*one.facts, *other.facts))
    mine, theirs = _names_of(one), _names_of(other)
    return not (are_logs and mine and theirs and mine.isdisjoint(theirs))


def _names_of(item: Candidate) -> set[str]:
    return {item.container, item.pod, stem_of(item.pod)} - {""}


def cited_lines(candidate: Candidate) -> set[tuple[str, int]]:
    """The lines that decided."""
    return {(fact.citation.evidence_id, fact.citation.line) for fact in candidate.facts if fact.citation}


def _each_once(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple({item.id: item for item in reversed(candidates)}.values())[::-1]


def merge_facts(candidate: Candidate, others: Sequence[Candidate]) -> Candidate:
    """The candidate, supported by the facts of the symptoms it accounts for."""
    seen = cited_lines(candidate)
    extra = [
        fact
        for other in others
        for fact in other.facts[:1]
        if fact.citation and (fact.citation.evidence_id, fact.citation.line) not in seen
    ]
    return replace(
        candidate,
        supporting=(*candidate.supporting, *extra[:3]),
        took_over=_each_once((*candidate.took_over, *others)),
    )
