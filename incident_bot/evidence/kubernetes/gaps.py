"""From failures to gaps: what could not be read, why, and what to type to be able to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.model import Gap, Target

if TYPE_CHECKING:
    from incident_bot.evidence.kubernetes.api import ApiError, Ask

EVENTS_EXPIRE = "Kubernetes deletes events after one hour unless the API server's --event-ttl says otherwise"

_SHIPPED_ACCOUNT = "monitoring:incident-bot"

# The server's message names who asked; both shapes are checked because the text goes into a command.
_WHO = re.compile(r'User "(?:system:serviceaccount:(?P<account>[a-z0-9.-]+:[a-z0-9.-]+)|(?P<user>[A-Za-z0-9@._-]+))"')


def gap_of(failure: ApiError, what: str = "") -> Gap:
    """A failed question as a gap."""
    return Gap(kind=failure.kind, what=what or failure.ask.what, reason=_reason(failure), remedy=_remedy(failure))


def timeout_gap(what: str, deadline_s: float) -> Gap:
    """Something that had not arrived when the time was over."""
    return Gap(
        kind="timeout",
        what=what,
        reason=f"not read within the deadline of {deadline_s:g} s",
        remedy="Raise evidence.deadline_s in .github/incident-bot.yaml, or look at the API server's load.",
    )


def _reason(failure: ApiError) -> str:
    # A refusal's own text only repeats verb and resource; another answer's may say what is wrong.
    return (
        failure.reason
        if failure.status in {0, 401, 403, 404} or not failure.message
        else (f"{failure.reason}: {failure.message}")
    )


def _remedy(failure: ApiError) -> str:
    if failure.status == 403:
        return _grant(failure.ask, failure.message)
    if failure.status == 401:
        return "Renew the token or certificate of the kubeconfig, e.g. `kubectl create token incident-bot`."
    if failure.kind == "unreachable":
        return "Check `kubectl get --raw /readyz` from where the bot runs: address, network path, CA certificate."
    if failure.kind == "timeout":
        return "The API server or the node's kubelet is slow or cut off; run again when it answers."
    return ""


def _grant(ask: Ask, message: str) -> str:
    """The shipped manifests, and a binding of their role where somebody else asked than they name."""
    if ask.namespace:
        scope, apply, role = (
            f" -n {ask.namespace}",
            f"kubectl -n {ask.namespace} apply -k deploy/rbac/namespace",
            "role",
        )
        name = "incident-bot-reader"
    else:
        scope, apply, role = "", "kubectl apply -k deploy/rbac/nodes", "clusterrole"
        name = "incident-bot-node-reader"
    who = _WHO.search(message)
    if who is None or who["account"] == _SHIPPED_ACCOUNT:
        return apply
    subject = f"--serviceaccount={who['account']}" if who["account"] else f"--user={who['user']}"
    return f"{apply} && kubectl{scope} create {role}binding {name}-more --{role}={name} {subject}"


NO_EVENTS = Gap(
    kind="not-found",
    what="events",
    reason=f"there are none; {EVENTS_EXPIRE}",
    remedy="Start the triage closer to the alert, or export events to your log store.",
)


def stand_in_gap(target: Target, pod: str, pods: int) -> Gap | None:
    """Another pod is read than the alert names, or one of many; None where there was nothing to choose."""
    if target.pod and target.pod != pod:
        return Gap(
            kind="not-found",
            what=f"pod {target.pod}",
            reason=f"the pod is gone; pod {pod} of the same workload is read instead, the worst off of {pods}",
            remedy="Logs of deleted pods are only in a log store, if the cluster has one.",
        )
    if pods == 1:
        return None
    return Gap(
        kind="cut",
        what=f"pods of {target.workload or target.namespace}",
        reason=f"the alert names no pod; {pod} is read, the worst off of {pods}",
        remedy="Give --pod to read another one.",
    )


def no_pod_gap(namespace: str, workload: str) -> Gap:
    """A workload without a single pod; what keeps it from having one is in its events."""
    return Gap(
        kind="not-found",
        what=f"pods of {workload} in namespace {namespace}",
        reason="the workload has no pod that can be seen",
        remedy=f"kubectl -n {namespace} get events",
    )


def odd_answer_gap(what: str, error: Exception) -> Gap:
    """An answer of a shape that nobody expected; the error's own text stays out, for it may quote the answer."""
    return Gap(
        kind="invalid",
        what=what,
        reason=f"the cluster's answer could not be understood ({type(error).__name__})",
        remedy="Please report this with the versions of the cluster and the bot.",
    )
