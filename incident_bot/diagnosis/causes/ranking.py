"""Cause before symptom: what takes over what, what is noise, and in which order the rest is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import grade
from incident_bot.diagnosis.causes.asides import drop_asides, drop_consequences
from incident_bot.diagnosis.causes.candidates import (
    Activity,
    Candidate,
    cited_lines,
    concerns_same,
    merge_facts,
)
from incident_bot.diagnosis.causes.cascade import favour_first
from incident_bot.diagnosis.causes.confidence import SHOWN_FROM, WEIGHTS, bound
from incident_bot.diagnosis.causes.downstream import is_about_caller, is_downstream, put_dependency_first, speaks_of
from incident_bot.diagnosis.causes.probes import is_probe_symptom
from incident_bot.diagnosis.causes.providers import is_of_provider
from incident_bot.diagnosis.causes.scheduling import order_scheduling
from incident_bot.diagnosis.causes.succession import (
    begins_in_time,
    is_after_end,
    is_behind_others,
    is_drift_before,
    is_last_word_of_job,
    is_listed_reason,
    is_of_another_secret,
    is_survived,
    is_waited_for,
    is_what_leaks,
    is_why_refused,
    is_why_requests_fail,
    is_why_time_ran_out,
    opens_trouble,
)
from incident_bot.diagnosis.targets import Relation, stem_of
from incident_bot.model import Category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.rulebook.rules import RuleSet
    from incident_bot.diagnosis.scene import Scene

MAX_CAUSES = 3
_RIVAL_GAP = 0.04
_AGAIN = 3
_MAX_BESIDE = 2
"""How many other complaints of the same container are shown beside the one that decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What is left as causes, in order, and what was set aside (noise, other containers, symptoms)."""

    causes: tuple[Candidate, ...]
    noise: tuple[Candidate, ...] = ()
    elsewhere: tuple[Candidate, ...] = ()


def rank(candidates: Sequence[Candidate], rules: RuleSet, scene: Scene) -> Ranking:
    """Rank the candidates that go on (or, when none does, those that are past)."""
    noise = tuple(item for item in candidates if item.is_noise)
    hushed = {line for item in noise for line in cited_lines(item)}
    real = [item for item in candidates if not item.is_noise and not _is_same_message(item, hushed)]
    level = min((item.activity for item in real if item.activity in (Activity.ACTIVE, Activity.PAST)), default=None)
    pool = _merge_same([item for item in real if item.activity is level])
    pool = order_scheduling(drop_consequences(pool))
    pool = _take_over(pool, rules, scene)
    pool = favour_first(_show_doubt(pool), scene)
    elsewhere = [item for item in real if item.activity is Activity.ELSEWHERE]
    causes = drop_asides(sorted((item for item in pool if item.confidence >= SHOWN_FROM), key=_order))
    if level is Activity.ACTIVE and len(causes) < MAX_CAUSES:
        causes += _worth_a_look(elsewhere, causes, rules)[: MAX_CAUSES - len(causes)]
        causes = put_dependency_first(causes)
    return Ranking(causes=tuple(causes[:MAX_CAUSES]), noise=noise, elsewhere=tuple(elsewhere))


def _is_same_message(item: Candidate, lines: set[tuple[str, int]]) -> bool:
    """Whether a message of Kubernetes stands in one of the lines, and no rule or log reader says more about it."""
    return item.rule is None and item.finding is None and bool(cited_lines(item)) and cited_lines(item) <= lines


def _order(item: Candidate) -> tuple[object, ...]:
    first_line = min((fact.citation.line for fact in item.facts if fact.citation and fact.source == "log"), default=0)
    first_at = item.at.timestamp() if item.at and item.at.tzinfo else _NO_TIME
    said = 0 if item.rule or item.finding else -min(len(item.facts[0].value), _TELLING_CHARS)
    return (-item.confidence, -item.specificity, item.rule is None, first_at, first_line, said, item.id)


_TELLING_CHARS = 160
"""Of two messages about one object the longer one says why: "retries exceeded" beside what each of them met."""


_NO_TIME = float("inf")
"""What is not dated comes after what is: of two equal claims the earlier one is the cause."""


def _merge_same(pool: list[Candidate]) -> list[Candidate]:
    """The same rule about several containers of the target is one cause, told about the surest."""
    best: dict[str, Candidate] = {}
    for item in sorted(pool, key=_order):
        key = item.id if item.rule else f"{item.id}:{item.title}"
        if key in best:
            best[key] = merge_facts(best[key], [replace(item, id=item.id)])
            best[key] = replace(
                best[key], took_over=tuple(other for other in best[key].took_over if other.id != item.id)
            )
        else:
            best[key] = item
    return list(best.values())


def _worth_a_look(elsewhere: Sequence[Candidate], causes: Sequence[Candidate], rules: RuleSet) -> list[Candidate]:
    """Failures of neighbours that a cause's line or title names: a database that is down explains a refusal."""
    if not causes:
        return []
    told = " ".join(text for item in causes for text in (item.title, *(fact.value for fact in item.facts))).lower()
    named = [
        item
        for item in elsewhere
        if item.relation is Relation.NEIGHBOUR
        and item.specificity >= 2
        and (name := _neighbour_name(item))
        and name in told
    ]
    return sorted((item for item in named if item.id not in rules.explained.get(causes[0].id, ())), key=_order)


def _neighbour_name(item: Candidate) -> str:
    name = item.pod or next((fact.name for fact in item.facts), "")
    parts = [part for part in re.split(r"-(?:[a-z0-9]{6,10}-[a-z0-9]{5}|\d+)$", name.lower()) if part]
    return parts[0] if parts and len(parts[0]) >= 4 else ""


def _take_over(pool: list[Candidate], rules: RuleSet, scene: Scene) -> list[Candidate]:
    """Remove what another candidate accounts for, and let its lines support that one."""
    taken: dict[int, list[Candidate]] = {}
    gone: set[int] = set()
    strongest_first = sorted(
        range(len(pool)),
        key=lambda index: (pool[index].rule is None, -pool[index].specificity, _order(pool[index])),
    )
    for index in strongest_first:
        if index in gone or pool[index].confidence < SHOWN_FROM:
            continue
        for other in range(len(pool)):
            if other != index and other not in gone and _accounts_for(pool[index], pool[other], rules, scene):
                gone.add(other)
                taken.setdefault(index, []).extend((pool[other], *taken.pop(other, [])))
    return [_strengthen(item, taken.get(index, []), scene) for index, item in enumerate(pool) if index not in gone]


def _strengthen(item: Candidate, symptoms: Sequence[Candidate], scene: Scene) -> Candidate:
    if not symptoms:
        return item
    bonus = "accounts for another symptom"
    told = [symptom for symptom in symptoms if symptom.rule]
    beside = [
        symptom
        for symptom in symptoms
        if symptom.finding and (symptom.finding.is_known or is_downstream(item, symptom, scene))
    ]
    merged = merge_facts(item, [*told, *sorted(beside, key=_order)[:_MAX_BESIDE]])
    surest = max((symptom.confidence for symptom in symptoms if _is_behind(item, symptom, scene)), default=0.0)
    if surest > merged.confidence:
        merged = replace(merged, confidence=surest)
    if not told or bonus in item.reasons:
        return merged
    return replace(merged, confidence=bound(merged.confidence + WEIGHTS[bonus]), reasons=(*item.reasons, bonus))


def _is_behind(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether a line is the reason of louder ones, and deserves their confidence."""
    return (
        is_listed_reason(cause, symptom)
        or is_waited_for(cause, symptom, scene)
        or (cause.category is Category.NODE and cause.specificity >= _NAMES_A_CAUSE)
        or is_of_provider(cause, symptom, scene)
        or is_drift_before(cause, symptom)
        or is_why_refused(cause, symptom)
        or is_survived(symptom, cause, scene)
        or is_what_leaks(cause, symptom)
        or opens_trouble(cause, symptom)
        or is_last_word_of_job(cause, symptom, scene)
        or is_behind_others(cause, symptom, scene)
        or is_why_requests_fail(cause, symptom, scene)
        or is_downstream(cause, symptom, scene)
    )


def _accounts_for(cause: Candidate, symptom: Candidate, rules: RuleSet, scene: Scene) -> bool:
    if _cannot_explain(cause, symptom, scene):
        return False
    if (
        is_listed_reason(cause, symptom)
        or is_waited_for(cause, symptom, scene)
        or is_downstream(cause, symptom, scene)
        or is_of_provider(cause, symptom, scene)
        or is_drift_before(cause, symptom)
        or is_why_refused(cause, symptom)
        or is_survived(symptom, cause, scene)
        or is_what_leaks(cause, symptom)
        or is_behind_others(cause, symptom, scene)
        or is_why_requests_fail(cause, symptom, scene)
        or (is_about_caller(symptom) and speaks_of(cause, symptom))
        or _is_of_machine(cause, symptom, rules, scene)
    ):
        return True
    if not concerns_same(cause, symptom) or _comes_before(symptom, cause):
        return False
    if _comes_before(cause, symptom):
        return True
    explained = rules.explained.get(cause.id, frozenset())
    if symptom.id in explained and (cause.specificity > 1 or symptom.specificity == 1):
        return cause.id not in rules.explained.get(symptom.id, ()) or cause.specificity > symptom.specificity
    return cause.id not in rules.explained.get(symptom.id, ()) and _implies(cause, symptom, scene)


def _is_of_machine(cause: Candidate, symptom: Candidate, rules: RuleSet, scene: Scene) -> bool:
    """Whether a machine's own log tells of a trouble that a rule says everybody on it feels."""
    is_named = cause.category is Category.NODE and cause.specificity >= _NAMES_A_CAUSE
    is_felt = symptom.id in rules.explained.get(cause.id, ()) and all(fact.source == "log" for fact in cause.facts)
    return is_named and is_felt and begins_in_time(cause, symptom, scene, is_known=True)


def _cannot_explain(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether it is the other way round, about another Secret or workload, or later than what it would explain."""
    return (
        is_listed_reason(symptom, cause)
        or _is_of_other_workload(cause, symptom, scene)
        or is_what_leaks(symptom, cause)
        or is_of_another_secret(cause, symptom)
        or is_drift_before(symptom, cause)
        or is_why_refused(symptom, cause)
        or is_after_end(cause, symptom, scene)
        or is_survived(cause, symptom, scene)
        or (is_about_caller(cause) and cause.container != symptom.container)
    )


def _is_of_other_workload(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether a log, named after a workload whose pods are listed, would explain the status of a pod of another one."""
    if cause.pod or not cause.container or not symptom.pod or any(fact.source == "log" for fact in symptom.facts):
        return False
    stems = {stem_of(pod.name) for pod in scene.pods}
    return cause.container in stems and stem_of(symptom.pod) != cause.container


def _comes_before(cause: Candidate, symptom: Candidate) -> bool:
    return _should_provide(cause, symptom) or is_why_time_ran_out(cause, symptom) or opens_trouble(cause, symptom)


_MISSING = frozenset({"config-secret-missing", "config-configmap-missing", "volume-mount-failed"})
_ABOUT_MAKERS = frozenset({"certificate-not-renewed"})
"""Rules about resources that make Secrets: each accounts for the Secret of its own name alone."""


def _should_provide(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a custom resource that fails is the one that should have made the Secret which a pod misses.

    Certificates, ExternalSecrets, SealedSecrets and their like are called as what they make, or say its name.
    """
    name = symptom.groups.get("name", "") if symptom.id in _MISSING else ""
    fact = cause.facts[0]
    is_maker = cause.rule is None or cause.rule.id in _ABOUT_MAKERS
    if not name or not is_maker or cause.finding is not None or fact.kind in ("", "Pod", "Container"):
        return False
    return fact.name == name or fact.name.startswith(f"{name}-") or name in fact.value


def _implies(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """What holds between any two candidates about the same container, without a rule saying so."""
    if symptom.finding:
        return _covers_finding(cause, symptom)
    if is_last_word_of_job(cause, symptom, scene):
        return True
    if symptom.specificity == 1:
        return cause.specificity > 1 or _is_telling(cause) or _says_it_better(cause, symptom)
    return is_probe_symptom(cause, symptom, scene) or _is_bare_end(cause, symptom)


def _covers_finding(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a generic finding adds nothing to a rule, or to a better finding of the same container."""
    if cause.finding:
        is_same_kind = cause.finding.kind == symptom.finding.kind if symptom.finding else False
        better = cause.confidence >= symptom.confidence + (0.0 if is_same_kind else 0.1)
        return cause.container == symptom.container and (better or _says_what_is_only_loud(cause, symptom))
    if cause.specificity == 1:
        return bool(cited_lines(cause) & cited_lines(symptom)) and not _is_telling(symptom)
    if cause.category is Category.PROBE or all(fact.source == "exit_code" for fact in cause.facts):
        return False
    is_same_line = bool(cited_lines(cause) & cited_lines(symptom))
    is_open = cause.specificity < _NAMES_A_CAUSE and not is_same_line
    if is_open and (_says_more(symptom, cause) or cause.confidence <= symptom.confidence - _MUCH_SURER):
        return False
    return bool(cause.container or not symptom.container) or is_same_line


def _says_what_is_only_loud(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a line of a known kind stands beside one of no known kind that is no louder, and is no rare exception to it."""
    one, other = cause.finding, symptom.finding
    if one is None or other is None or not one.is_known or other.is_known:
        return False
    is_as_loud = grade(cause.facts[0].value) >= grade(symptom.facts[0].value)
    return is_as_loud and other.count <= _RARE_BESIDE * one.count


_RARE_BESIDE = 20
_MUCH_SURER = 0.15
_NAMES_A_CAUSE = 3
_OWN_FAULTS = frozenset({"not-defined", "exception", "leader-election", "mismatch"})
"""Kinds that say that the program itself fell over, which a refused or late answer explains."""


def _says_more(finding: Candidate, cause: Candidate) -> bool:
    """Whether a line names a cause of its own, where the rule knows only that something was late or refused."""
    complaint = finding.finding.complaint if finding.finding else None
    names_one = complaint is not None and not complaint.is_symptom and complaint.kind not in _OWN_FAULTS
    is_elsewhere = not cited_lines(cause) & cited_lines(finding)
    return names_one and is_elsewhere and finding.confidence >= cause.confidence


def _says_it_better(cause: Candidate, symptom: Candidate) -> bool:
    """Between an umbrella rule and Kubernetes' own message: the rule about that very line, else the message."""
    if cause.rule and symptom.rule is None:
        return bool(cited_lines(cause) & cited_lines(symptom))
    return (
        cause.rule is None
        and cause.finding is None
        and (symptom.rule is not None or cause.confidence >= symptom.confidence)
    )


_TELLING_WEIGHT = 0.5


def _is_telling(item: Candidate) -> bool:
    """A finding that says more than "it crashed": a complaint of a known kind, loud enough."""
    return item.finding is not None and item.finding.weight >= _TELLING_WEIGHT


_BARE_FIELDS = ("exitCode", "restartCount", "state.waiting.reason")


def _is_bare_end(cause: Candidate, symptom: Candidate) -> bool:
    """That a container ended says less than why: exit codes and restarts follow from what its log or status tells."""
    is_bare = symptom.rule is not None and all(
        fact.source == "exit_code"
        or (fact.source == "container" and fact.field.endswith(_BARE_FIELDS))
        or (fact.source == "pod" and fact.field.endswith((".reason", ".phase", "].status")))
        for fact in symptom.facts
    )
    says_more = any(
        fact.source in ("log", "event") or fact.field.endswith((".message", ".reason")) for fact in cause.facts
    )
    return (
        is_bare and says_more and symptom.specificity <= 2 <= cause.specificity and cause.category is not Category.PROBE
    )


def _show_doubt(pool: list[Candidate]) -> list[Candidate]:
    """Two independent causes that are equally sure make each other less sure."""
    ordered = sorted(pool, key=_order)
    if len(ordered) < 2 or ordered[0].confidence - ordered[1].confidence >= _RIVAL_GAP:
        return ordered
    if ordered[0].category is ordered[1].category and ordered[0].container != ordered[1].container:
        return ordered
    reason = "an equal rival"
    limit = ordered[0].confidence - _RIVAL_GAP
    return [
        replace(item, confidence=bound(item.confidence + WEIGHTS[reason]), reasons=(*item.reasons, reason))
        if item.confidence > limit
        else item
        for item in ordered
    ]
