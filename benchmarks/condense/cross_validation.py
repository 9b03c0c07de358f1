"""How much the numbers of line selection owe to any one repository: each is varied, and chosen without the repository.

A log is surveyed once; every variant then selects from the same survey. Tight budgets are used because
at 8,000 tokens nothing is lost whatever the numbers are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import pairwise

from benchmarks.condense.incidents import Incident, four_chars, survives
from incident_bot.condense.candidates import Log
from incident_bot.condense.selection import select
from incident_bot.condense.survey import survey
from incident_bot.condense.weights import WEIGHTS, Weights

BUDGETS = (500, 1000, 2000)
_SHARES = ("first", "errors", "ending", "tail", "rare", "last", "head")
_STEP = 0.1
Scores = Mapping[str, Mapping[str, list[bool]]]
"""Variant to repository to one verdict an incident and budget."""


def variants() -> dict[str, Weights]:
    """The shipped numbers and, one at a time, each of them changed; shares stay in order."""
    found = {"shipped": WEIGHTS}
    for field in fields(Weights):
        usual = getattr(WEIGHTS, field.name)
        if field.name == "novel":
            continue  # the logs have no baseline
        changes = (usual - _STEP, usual + _STEP) if field.name in _SHARES else (0.0, usual * 2)
        for value in changes:
            changed = replace(WEIGHTS, **{field.name: value})
            if changed.first > 0 and all(one <= two for one, two in pairwise(getattr(changed, n) for n in _SHARES)):
                found[f"{field.name}={value:g}"] = changed
    return found


def score(incidents: Iterable[Incident]) -> Scores:
    scores: dict[str, dict[str, list[bool]]] = {name: defaultdict(list) for name in variants()}
    for incident in incidents:
        log = Log(survey(incident.lines))
        for name, weights in variants().items():
            for budget in BUDGETS:
                (kept,) = select([log], budget, estimate=four_chars, weights=weights)
                scores[name][incident.group].append(survives(incident, [line.text for line in kept]))
    return scores


def _mean(verdicts: Iterable[Sequence[bool]]) -> float:
    """The mean over repositories of the share kept."""
    shares = [sum(kept) / len(kept) for kept in verdicts]
    return sum(shares) / len(shares)


def cross_validate(incidents: Iterable[Incident]) -> None:
    """Print each variant's score, each repository's, and that of the leave-one-repository-out choice."""
    scores = score(incidents)
    groups = list(scores["shipped"])
    base = _mean(scores["shipped"].values())
    print(f"\nmean over repositories at {', '.join(map(str, BUDGETS))} tokens together; shipped numbers: {base:.1%}")
    for name, by_group in scores.items():
        moved = [group for group in groups if by_group[group] != scores["shipped"][group]]
        print(f"  {name:<16}{_mean(by_group.values()) - base:>+8.1%}   repositories that change: {len(moved)}")
    held_out = {}
    chosen: dict[str, int] = defaultdict(int)
    for group in groups:
        others = [other for other in groups if other != group]
        best = max(scores, key=lambda name: _mean(scores[name][other] for other in others))
        chosen[best] += 1
        held_out[group] = scores[best][group]
    print(f"leave one repository out: {_mean(held_out.values()):.1%}; chosen: {dict(chosen)}")
    print(f"{'repository':<44}{'shipped':>9}{'held out':>9}")
    for group in sorted(groups):
        print(f"{group:<44}{_mean([scores['shipped'][group]]):>9.0%}{_mean([held_out[group]]):>9.0%}")
