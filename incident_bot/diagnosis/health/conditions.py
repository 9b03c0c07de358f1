"""Which conditions of an object are bad, for kinds that are known and for any custom resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.patterns import compile_later

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
    "VerticalPodAutoscaler": {"NoPodsMatched": "True", "ConfigUnsupported": "True"},
    "HorizontalPodAutoscaler": {"AbleToScale": "False", "ScalingActive": "False"},
}  # fmt: skip

_GOOD = frozenset(
    {"Ready", "Available", "Healthy", "Synced", "Reconciled", "Established", "NamesAccepted", "Accepted", "Programmed",
     "ResolvedRefs", "Valid", "Bound", "Succeeded"}
)  # fmt: skip
"""Conditions that should be True, by the API conventions and their common users (cert-manager, Gateway API, Flux)."""

_PART_READY = compile_later(r"(?<!Not)Ready$")
"""Parts that are ready each by itself: PredictorReady of KServe, RoutesReady of Knative."""
_BAD = compile_later(r"Fail|Error|Degraded|Stalled|Unavailable|Conflict|^NotReady$")
_FAILED_REASON = compile_later(
    r"Fail(?:ed|ing|ure)|Error|Invalid|Denied|Forbidden|Refused|Abort|Unschedulable|Insufficient"
)
"""Reasons that say of a condition that is False that it failed, whatever it is called: ContinuousArchivingFailing."""
_UNDER_WAY = compile_later(
    r"Progress|Pending|Issuing|Creating|Initializ|Reconciling|Waiting|DoesNotExist|NotReadyYet|^Installing$|^NotAccepted$"
)
"""Reasons of a Ready condition that is False because the work has only begun; NotAccepted of a definition repeats NamesAccepted."""

_STUCK = frozenset({"Retrying", "Blocked"})
"""Reasons of work that does not come on, whatever status its condition has (Progressing of ClusterExtension and ClusterCatalog)."""

_UNSERVED = frozenset({"Accepted", "Programmed"})
"""What the Gateway API's definitions say is Unknown, reason Pending, until a controller says anything; a table shows no reason."""

_IN_VAIN = compile_later(r"\bnot found\b|\bdenied\b|\bforbidden\b|\bunauthori[sz]ed\b|\binvalid\b", re.IGNORECASE)
"""What a condition that is pending waits for will not come by itself: an issuer that is not there, a refusal."""

_PARTS = ("status.parents[]", "status.ancestors[]", "status.listeners[]")
"""Where routes, policies and gateways keep conditions, one list for each parent or listener (Gateway API)."""


def bad_conditions(kind: str, body: Mapping[str, object]) -> Iterator[str]:
    """The paths of an object's conditions that say something is wrong, those of its parts included."""
    for path, status in (("status", body.get("status")), *_parts(body)):
        for name in _bad_names(kind, status):
            yield f"{path}.conditions[{name}]"


def _parts(body: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    return (found for path in _PARTS for found in find_values(body, path))


def _bad_names(kind: str, status: object) -> Iterator[str]:
    conditions = first_value(status, "conditions")
    for condition in conditions if isinstance(conditions, list | tuple) else ():
        name, value = str(first_value(condition, "type") or ""), str(first_value(condition, "status") or "")
        if kind in _KNOWN:
            is_bad = bool(value) and value in _KNOWN[kind].get(name, "").split("|")
        else:
            reason, message = (str(first_value(condition, key) or "") for key in ("reason", "message"))
            is_bad = _is_bad(name, value, reason, message)
        if is_bad:
            yield name


def _is_bad(name: str, status: str, reason: str, message: str) -> bool:
    if name in _UNSERVED and status == "Unknown" and reason in ("", "Pending"):
        return True
    if _is_good(name):
        is_waiting = _UNDER_WAY.search(reason) and not _IN_VAIN.search(message)
        return status == "False" and not is_waiting
    if reason in _STUCK or (status in ("False", "Unknown") and _FAILED_REASON.search(reason)):
        return True
    # Argo CD's conditions have no status: one that is listed holds.
    return status in ("True", "") and _BAD.search(name) is not None


def _is_good(name: str) -> bool:
    return name in _GOOD or _PART_READY.search(name) is not None


def has_conditions(kind: str, body: Mapping[str, object]) -> bool:
    """Whether the health of an object can be read from its conditions."""
    if kind in _KNOWN:
        return True
    found = [item for path in ("status", *_PARTS) for _, item in find_values(body, f"{path}.conditions[]")]
    names = [name for item in found if isinstance(name := first_value(item, "type"), str)]
    is_told = any(_is_good(name) or _BAD.search(name) for name in names)
    return is_told or any(first_value(item, "reason") in _STUCK for item in found)
