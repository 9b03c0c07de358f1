"""Which conditions of an object are bad, for kinds that are known and for any custom resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KNOWN: Mapping[str, Mapping[str, str]] = {
    "Deployment": {"Available": "False", "Progressing": "False", "ReplicaFailure": "True"},
    "ReplicaSet": {"ReplicaFailure": "True"},
    "Job": {"Failed": "True", "FailureTarget": "True"},
    "Node": {
        "Ready": "False|Unknown", "MemoryPressure": "True", "DiskPressure": "True", "PIDPressure": "True",
        "NetworkUnavailable": "True", "KernelDeadlock": "True", "ReadonlyFilesystem": "True",
    },
    "HorizontalPodAutoscaler": {"AbleToScale": "False", "ScalingActive": "False"},
    "InferenceService": {"Ready": "False"},
}  # fmt: skip

_GOOD = frozenset(
    {"Ready", "Available", "Healthy", "Synced", "Reconciled", "Established", "NamesAccepted", "Accepted", "Programmed",
     "ResolvedRefs", "Valid", "Bound"}
)  # fmt: skip
"""Conditions that should be True, by the API conventions and their common users (cert-manager, Gateway API, Flux)."""

_BAD = re.compile(r"Fail|Error|Degraded|Stalled|Unavailable|Conflict")
_UNDER_WAY = re.compile(r"Progress|Pending|Issuing|Creating|Initializ|Reconciling|Waiting|DoesNotExist|NotReadyYet")
"""Reasons of a Ready condition that is False because the work has only begun."""


def bad_conditions(kind: str, body: Mapping[str, object]) -> Iterator[str]:
    """The types of an object's conditions that say something is wrong; for a kind without any, nothing."""
    conditions = first_value(body, "status.conditions")
    for condition in conditions if isinstance(conditions, list | tuple) else ():
        name, status = str(first_value(condition, "type") or ""), str(first_value(condition, "status") or "")
        if kind in _KNOWN:
            is_bad = bool(status) and status in _KNOWN[kind].get(name, "").split("|")
        else:
            is_bad = _is_bad(name, status, str(first_value(condition, "reason") or ""))
        if is_bad:
            yield name


def _is_bad(name: str, status: str, reason: str) -> bool:
    if name in _GOOD:
        return status == "False" and not _UNDER_WAY.search(reason)
    return status == "True" and _BAD.search(name) is not None


def has_conditions(kind: str, body: Mapping[str, object]) -> bool:
    """Whether the health of an object can be read from its conditions."""
    if kind in _KNOWN:
        return True
    conditions = first_value(body, "status.conditions")
    found = [first_value(item, "type") for item in conditions] if isinstance(conditions, list | tuple) else []
    return any(name in _GOOD or (isinstance(name, str) and _BAD.search(name)) for name in found)
