"""From a pod up to what manages it, and from a workload down to the pod that is worst off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from incident_bot.evidence.kubernetes import questions
from incident_bot.evidence.kubernetes.api import Api, ApiError
from incident_bot.evidence.kubernetes.fields import controller_of
from incident_bot.evidence.kubernetes.gaps import gap_of
from incident_bot.evidence.kubernetes.pods import stem_of_owner
from incident_bot.model import Gap

if TYPE_CHECKING:
    from incident_bot.evidence.kubernetes.parallel import Deadline

_MAX_HEIGHT = 4
"""Pod, ReplicaSet, Deployment or Pod, Job, CronJob are the longest chains; the bound ends a forged circle."""

_KINDS_BY_LIKELIHOOD = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A workload that was found: the object, or only its kind and name where it may not be read."""

    kind: str
    name: str
    body: Mapping[str, Any] | None = None


def climb(
    api: Api, namespace: str, start: Mapping[str, Any], deadline: Deadline, report: Callable[[Gap], None]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Kind and body of each owner, nearest first. What cannot be read is reported and ends the climb."""
    current = start
    for _ in range(_MAX_HEIGHT):
        kind, name, group = controller_of(current)
        if not kind:
            return
        resource = questions.OWNERS.get(kind)
        if resource is None or resource.group != group:
            report(_foreign_owner(kind, name, group))
            return
        try:
            current = api.get(questions.owner(kind, namespace, name), deadline)
        except ApiError as failure:
            report(gap_of(failure))
            return
        yield kind, current


def _foreign_owner(kind: str, name: str, group: str) -> Gap:
    return Gap(
        kind="unsupported",
        what=f"owner {kind} {name}",
        reason=f"{kind}.{group or 'core'} is not a kind that is read",
        remedy=f"kubectl describe {kind.lower()} {name}",
    )


def find_workload(
    api: Api, namespace: str, *, kind: str, name: str, deadline: Deadline, report: Callable[[Gap], None]
) -> Workload:
    """Look a workload up by name; `kind` is a first guess and may be wrong or empty."""
    guesses = [kind, *_KINDS_BY_LIKELIHOOD] if kind in questions.OWNERS else _KINDS_BY_LIKELIHOOD
    refused: list[Gap] = []
    for guess in dict.fromkeys(guesses):
        try:
            body = api.get(questions.owner(guess, namespace, name), deadline)
        except ApiError as failure:
            if failure.status != 404:
                refused.append(gap_of(failure))
            if failure.is_total or failure.kind == "timeout":
                break
        else:
            return Workload(kind=guess, name=name, body=body)
    for gap in refused:
        report(gap)
    if not refused:
        report(
            Gap(
                kind="not-found",
                what=f"workload {name} in namespace {namespace}",
                reason="no Deployment, StatefulSet, DaemonSet, Job or CronJob has this name",
                remedy="Check the names in the alert's labels.",
            )
        )
    return Workload(kind=kind, name=name)


def pods_of(api: Api, namespace: str, workload: Workload, deadline: Deadline) -> list[Mapping[str, Any]]:
    """The workload's pods: by its label selector, else those whose owner carries its name. Raises `ApiError`."""
    selector = questions.selector_of(workload.body) if workload.body else ""
    query = questions.labelled(selector) if selector else ()
    found, _more = api.list(questions.pods(namespace), deadline, query=query)
    if selector:
        return found
    return [pod for pod in found if _belongs(pod, workload.name)]


def _belongs(pod: Mapping[str, Any], workload: str) -> bool:
    kind, owner = stem_of_owner(pod)
    # A CronJob's Jobs are named after it and the minute they were due.
    return owner == workload or (kind == "Job" and owner.rpartition("-")[0] == workload)


def nearest_selector(chain: Sequence[Mapping[str, Any]]) -> str:
    """The selector of the highest owner that has one: what siblings have in common."""
    selectors = [questions.selector_of(body) for body in chain]
    return next((selector for selector in reversed(selectors) if selector), "")
