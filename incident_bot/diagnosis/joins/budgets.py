"""PodDisruptionBudgets beside a drain that waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value, read_quantity
from incident_bot.diagnosis.joins.join import ByKind, Join, labels_of, selector_of, selects
from incident_bot.diagnosis.targets import Relation, stem_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.joins.join import Said
    from incident_bot.kubectl import KubeObject

_REFUSED = compile_later(
    r"(?:pods?/\"?(?P<pod>[a-z0-9][a-z0-9.-]{0,252})\"?(?: -n \"?(?P<namespace>[a-z0-9-]{1,63})\"?)?[^\n]{0,120})?"
    r"Cannot evict pod as it would violate the pod's disruption budget"
)


def find_exhausted_budgets(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Budgets that allow no disruption now, of the pod that a drain may not evict.

    Where no selector was read, the only such budget of the pod's namespace, or the one called like the pod.
    """
    exhausted = [pair for pair in by_kind.get("PodDisruptionBudget", ()) if _allowed(pair[0]) == 0]
    for match in (match for said in logs for match in _REFUSED.finditer(said.text)):
        near = [item for item, _ in exhausted if match["namespace"] in (None, item.namespace) or not item.namespace]
        budget = _budget_of(match["pod"] or "", near, by_kind)
        if budget is None:
            continue
        path, rule = _rule_of(budget)
        yield Join(
            name="budget-allows-none",
            subject=budget,
            relation=Relation.RELATED,
            path="status.disruptionsAllowed",
            value="0",
            groups={
                "budget": budget.name,
                "evicted": match["pod"] or "a pod",
                "rule": f"{path} {rule}" if path else "its rule",
                "place": budget.namespace or match["namespace"] or "",
            },
        )
        return


def _budget_of(pod: str, near: Sequence[KubeObject], by_kind: ByKind) -> KubeObject | None:
    labels = next((labels_of(item) for item, _ in by_kind.get("Pod", ()) if item.name == pod), {})
    for budget in near:
        selector = selector_of(budget, "spec.selector.matchLabels")
        if selector and labels and selects(selector, labels):
            return budget
    named = [item for item in near if pod and stem_of(pod) and item.name.startswith(stem_of(pod))]
    return named[0] if len(named) == 1 else near[0] if len(near) == 1 else None


def _allowed(budget: KubeObject) -> float | None:
    return read_quantity(first_value(budget.body, "status.disruptionsAllowed|table.ALLOWED DISRUPTIONS"))


_RULES = {
    "minAvailable": "spec.minAvailable|table.MIN AVAILABLE",
    "maxUnavailable": "spec.maxUnavailable|table.MAX UNAVAILABLE",
}


def _rule_of(budget: KubeObject) -> tuple[str, str]:
    """Which of its two rules a budget has, and the value."""
    told = {key: first_value(budget.body, path) for key, path in _RULES.items()}
    return next(((key, str(value)) for key, value in told.items() if value not in (None, "N/A")), ("", ""))
