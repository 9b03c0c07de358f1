"""Objects of the Operator Lifecycle Manager beside each other: what an operator still lacks, and whom its installation waits for.

Source: olm.operatorframework.io/docs, "Install your operator" and "Troubleshooting"; operator-framework/api (v1alpha1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, same_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNMET = frozenset({"NotPresent", "PresentNotSatisfied", "NotSatisfied"})


def find_requirements(by_kind: ByKind) -> Iterator[Join]:
    """What operators that are not installed require and do not find: a definition, an API, a service account, a permission."""
    for version, relation in by_kind.get("ClusterServiceVersion", ()):
        if first_value(version.body, "status.phase") not in ("Pending", "Failed"):
            continue
        for path, wanted in find_values(version.body, "status.requirementStatus[]"):
            state = str(first_value(wanted, "status") or "")
            if state not in _UNMET:
                continue
            refused = (item for _, item in find_values(wanted, "dependents[]") if first_value(item, "status") in _UNMET)
            detail = next((str(first_value(item, "message") or "") for item in refused), "")
            yield Join(
                name="operator-requirement-missing",
                subject=version,
                relation=relation,
                path=f"{path}.name",
                value=state,
                groups={
                    "operator": version.name,
                    "requirement": f"{first_value(wanted, 'kind')} {first_value(wanted, 'name')}",
                    "why": detail or str(first_value(wanted, "message") or state),
                },
            )


def find_unapproved(by_kind: ByKind) -> Iterator[Join]:
    """Plans that wait for a person's approval while nothing of their operator is installed; an upgrade may wait as long as it likes."""
    for plan, relation in by_kind.get("InstallPlan", ()):
        versions = [str(value) for _, value in find_values(plan.body, "spec.clusterServiceVersionNames[]")]
        is_waiting = first_value(plan.body, "status.phase") == "RequiresApproval"
        for wanted, _ in by_kind.get("Subscription", ()) if is_waiting else ():
            version = first_value(wanted.body, "status.currentCSV")
            is_first = "status" in wanted.body and first_value(wanted.body, "status.installedCSV") is None
            if is_first and version in versions and same_namespace(plan, wanted):
                yield Join(
                    name="operator-plan-unapproved",
                    subject=plan,
                    relation=relation,
                    path="status.phase",
                    value=plan.name,
                    other=wanted,
                    other_path="status.currentCSV",
                    groups={"plan": plan.name, "operator": wanted.name, "version": str(version)},
                )
