"""Which rules fire, about whom, and on which facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from incident_bot.diagnosis.facts import Fact
from incident_bot.diagnosis.rulebook.finders import find_facts
from incident_bot.diagnosis.rulebook.rules import Condition, Rule, RuleSet
from incident_bot.diagnosis.targets import Relation
from incident_bot.diagnosis.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log, Scene

_SLACK = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that fired about one container, pod or object. `facts` decided, `supporting` agree."""

    rule: Rule
    pod: str
    container: str
    relation: Relation
    facts: tuple[Fact, ...]
    supporting: tuple[Fact, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


def match_rules(rules: RuleSet, scene: Scene) -> tuple[Match, ...]:
    """Every rule that fires, once a subject."""
    known: dict[str, tuple[Fact, ...]] = {}
    logs = _logs_by_pattern(rules, scene)

    def look_up(condition: Condition) -> tuple[Fact, ...]:
        key = condition.key
        if key not in known:
            known[key] = find_facts(condition, scene, logs.get(condition.test.get("pattern", ""), ()))
        return known[key]

    return tuple(match for rule in rules for match in _match_rule(rule, look_up))


def _logs_by_pattern(rules: RuleSet, scene: Scene) -> Mapping[str, Sequence[Log]]:
    """The logs that are worth searching for a pattern."""
    patterns, index = rules.log_patterns
    # Replicas say the same: what none of them says need not be looked for in each.
    words = index.narrow(read_vocabulary("\n".join(log.lowered for log in scene.logs)))
    found: dict[str, list[Log]] = {}
    for log in scene.logs:
        for number in index.fit(log.words, words):
            found.setdefault(patterns[number], []).append(log)
    return found


def _match_rule(rule: Rule, look_up: Callable[[Condition], tuple[Fact, ...]]) -> Iterator[Match]:
    if any(condition.decisive and not look_up(condition) for condition in sorted(rule.all, key=_cost)):
        return
    needed = [(condition, look_up(condition)) for condition in rule.all]
    offered = [(condition, look_up(condition)) for condition in rule.any]
    decisive = [fact for condition, facts in (*needed, *offered) if condition.decisive for fact in facts]
    for pod, container in _subjects(decisive):
        match = _match_subject(rule, needed, offered, [look_up(item) for item in rule.none], (pod, container))
        if match:
            yield match


def _cost(condition: Condition) -> bool:
    """What is looked for in logs takes longest; most rules that need something else too are done before."""
    return condition.source == "log"


def _subjects(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    """Who the facts are about. All pods of the target count as one (""), others each for itself."""
    found: dict[str, set[str]] = {}
    for fact in facts:
        found.setdefault(_owner(fact), set()).add(fact.container)
    return [(owner, name) for owner, names in found.items() for name in sorted(names - {""} or {""})]


def _owner(fact: Fact) -> str:
    return (fact.pod or fact.name) if fact.relation is Relation.NEIGHBOUR else ""


def _fits(fact: Fact, subject: tuple[str, str]) -> bool:
    owner, container = subject
    return (_owner(fact) == owner and fact.container in ("", container)) or (
        not fact.pod and fact.relation < Relation.NEIGHBOUR
    )


_Found = Sequence[tuple[Condition, tuple[Fact, ...]]]


def _match_subject(
    rule: Rule, needed: _Found, offered: _Found, refuted: Sequence[tuple[Fact, ...]], subject: tuple[str, str]
) -> Match | None:
    if any(_fits(fact, subject) for facts in refuted for fact in facts):
        return None
    timed = _Clock([*needed, *offered], subject)
    decisive: list[Fact] = []
    supporting: list[Fact] = []
    for condition, facts in needed:
        fitting = timed.keep(condition, facts)
        if not fitting and condition.decisive:
            return None
        (decisive if condition.decisive else supporting).extend(fitting)
    has_choice = False
    for condition, facts in offered:
        fitting = timed.keep(condition, facts)
        has_choice = has_choice or bool(fitting and condition.decisive)
        (decisive if condition.decisive else supporting).extend(fitting)
    is_open = any(condition.decisive for condition, _ in offered) and not has_choice
    if is_open or not decisive or all(_is_history(fact) for fact in decisive):
        return None
    return _build(rule, subject, decisive, supporting)


def _is_history(fact: Fact) -> bool:
    """Old events decide nothing by themselves."""
    return fact.source == "event" and fact.is_past


class _Clock:
    """Keeps facts of the subject, and of those only the ones that come after what they have to come after."""

    def __init__(self, found: _Found, subject: tuple[str, str]) -> None:
        self._subject = subject
        self._first = {
            condition.id: min((fact.at for fact in facts if fact.at and _fits(fact, subject)), default=None)
            for condition, facts in found
            if condition.id
        }

    def keep(self, condition: Condition, facts: Sequence[Fact]) -> list[Fact]:
        since = self._first.get(condition.after) if condition.after else None
        return [
            fact
            for fact in facts
            if _fits(fact, self._subject) and (since is None or fact.at is None or fact.at >= since - _SLACK)
        ]


def _build(rule: Rule, subject: tuple[str, str], decisive: list[Fact], supporting: list[Fact]) -> Match:
    decisive.sort(key=lambda fact: (fact.relation, _is_history(fact), fact.citation is None, -len(fact.groups)))
    groups: dict[str, str] = {}
    for fact in (*decisive, *supporting):
        for name, value in fact.groups.items():
            groups.setdefault(name, value)
    pod = next((fact.pod for fact in decisive if fact.pod), subject[0])
    return Match(
        rule=rule,
        pod=pod,
        container=subject[1],
        relation=min(fact.relation for fact in decisive),
        facts=tuple(decisive),
        supporting=tuple(supporting),
        groups=groups,
    )
