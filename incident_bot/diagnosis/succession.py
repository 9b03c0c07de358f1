"""What follows from what without a rule that says so: shared services, deadlines, and the line that opens a trouble."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incident_bot.diagnosis.candidates import Candidate

_SHARED_SERVICES = (
    (
        re.compile(
            r"calico|cilium|flannel|weave|aws-node|vpc-cni|azure-cni|antrea|canal|kube-router|multus|ovn|kube-proxy|tigera",
            re.IGNORECASE,
        ),
        frozenset(
            {"network-plugin-not-ready", "node-not-ready", "node-network-unavailable", "cni-plugin-failed", "sandbox-create-failed"}
        ),
    ),
    (
        re.compile(r"coredns|kube-dns|nodelocaldns|node-local-dns", re.IGNORECASE),
        frozenset({"dns-resolution-failure", "log-name-resolution"}),
    ),
)  # fmt: skip
"""Network plugins and name servers, by the usual names of their pods, and what everybody else sees when one fails."""

_SURE = 0.5


def is_of_shared_service(cause: Candidate, symptom: Candidate) -> bool:
    """Whether the log of a service that all others depend on says why they complain."""
    if cause.confidence < _SURE or any(fact.source != "log" for fact in cause.facts) or cause.id == symptom.id:
        return False
    name = f"{cause.pod} {cause.container}"
    return any(service.search(name) and symptom.id in seen for service, seen in _SHARED_SERVICES)


_TIME_IS_UP = frozenset({"job-deadline-exceeded", "job-backoff-limit", "job-pods-failing"})
_OWN_FAULTS = frozenset({"not-defined", "exception", "mismatch"})


def is_why_time_ran_out(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a log names what the pods of a Job waited for, or failed on, until its controller gave up."""
    return symptom.id in _TIME_IS_UP and names_a_cause(cause)


def opens_trouble(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a line that names a cause stands in the same log before errors of no known kind: they began with it."""
    one, other = cause.finding, symptom.finding
    if one is None or other is None or not names_a_cause(cause):
        return False
    is_unknown = not other.is_known or (other.complaint is not None and other.complaint.kind == "exception")
    first, second = cause.facts[0].citation, symptom.facts[0].citation
    if not is_unknown or first is None or second is None or first.evidence_id != second.evidence_id:
        return False
    return first.line < second.line


def names_a_cause(item: Candidate) -> bool:
    """Whether a line of a log says what is wrong, and not only that something was late, gone or broken."""
    complaint = item.finding.complaint if item.finding else None
    return complaint is not None and not complaint.is_symptom and complaint.kind not in _OWN_FAULTS
