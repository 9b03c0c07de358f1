"""Alerts -> incidents: which alerts are the same trouble, and under which key its issue lives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import replace

from incident_bot.errors import UsageError
from incident_bot.intake.fields import MAX_LABEL_CHARS, clean_text, shown
from incident_bot.intake.names import (
    parse_workload,
    stem_of_workload,
    workload_of,
)
from incident_bot.intake.severity import normalise_severity
from incident_bot.intake.target import TARGET_LABELS, target_of
from incident_bot.kube_kinds import WORKLOADS
from incident_bot.kube_names import is_cluster_name, is_dns_label, is_object_name
from incident_bot.model import Alert, AlertStatus, Gap, Incident, Severity, Target

KEY_VERSION = 1
"""Part of every key: changing what a key is made of must not join new alerts to old issues."""

_OTHER_SUBJECTS = (
    "persistentvolumeclaim",
    "horizontalpodautoscaler",
    "poddisruptionbudget",
    "resourcequota",
    "ingress",
    "service",
    "job",
)
"""Labels that tell alerts apart which name neither workload, pod nor node; the first one present counts."""

KEY_LABELS = TARGET_LABELS | {"alertname", *_OTHER_SUBJECTS}
"""Labels that a key may be made of: whoever shortens an alert keeps these."""

_SEVERITY_ORDER = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def incident_key(alert: Alert, target: Target) -> str:
    """16 hex digits that stay the same while pods come and go.

    Made of cluster, namespace, alert name and the subject: the workload where the alert names
    it, else what the pod's name says (without ReplicaSet hash, ordinal and random suffix), else
    another object the labels name, else the node.
    """
    subject = stem_of_workload(target.workload) or (target.pod and workload_of(target.pod)[1])
    if not subject:
        subject = next((f"{name}={alert.labels[name]}" for name in _OTHER_SUBJECTS if alert.labels.get(name)), "")
        subject = f"{target.node}/{subject}" if target.node else subject
    parts = [KEY_VERSION, target.cluster, target.namespace, subject, alert.name]
    digits = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    # One of two thousand is decimal, and a tenth of those are a card's number to every check of what leaves.
    return f"a{digits[1:]}" if digits.isdecimal() else digits


def incident_of(
    *,
    alert_name: str,
    namespace: str = "",
    pod: str = "",
    container: str = "",
    workload: str = "",
    severity: str = "",
    cluster: str = "",
    summary: str = "",
    status: str = "",
) -> Incident:
    """The incident that a person describes by options or workflow inputs.

    `workload` may carry its kind: `deployment/api`. Raises `UsageError` naming the field whose
    value Kubernetes would not accept as a name.
    """
    name = clean_text(" ".join(alert_name.split()), 200)
    if not name:
        raise UsageError("alert_name: missing", hint="Name the alert, e.g. ModelPodOOMKilled.")
    kind, workload_name = parse_workload(workload.strip())
    if kind and kind not in WORKLOADS:
        raise UsageError(
            f"workload: {shown(kind)} is not a known kind",
            hint=f"Known kinds: {', '.join(sorted(WORKLOADS))}.",
        )
    target = Target(
        cluster=_checked("cluster", cluster, is_cluster_name),
        namespace=_checked("namespace", namespace, is_dns_label),
        workload_kind=kind if workload_name else "",
        workload=_checked("workload", workload_name, is_object_name),
        pod=_checked("pod", pod.strip().removeprefix("pod/").removeprefix("pods/"), is_object_name),
        container=_checked("container", container, is_dns_label),
    )
    labels = {
        "alertname": name,
        "cluster": target.cluster,
        "namespace": target.namespace,
        "pod": target.pod,
        "container": target.container,
        "workload": target.workload,
        "severity": clean_text(severity.strip(), MAX_LABEL_CHARS),
    }
    alert = Alert(
        name=name,
        severity=normalise_severity(severity),
        status=AlertStatus.RESOLVED if status.strip().lower() == "resolved" else AlertStatus.FIRING,
        labels={key: value for key, value in labels.items() if value},
        summary=clean_text(summary, 500),
    )
    return Incident(key=incident_key(alert, target), alert=alert, target=target)


def _checked(field: str, value: str, valid: Callable[[str], bool]) -> str:
    text = value.strip()
    if text and not valid(text):
        raise UsageError(
            f"{field}: {shown(text)} is not a name that Kubernetes allows",
            hint="Names are lower-case letters, digits and dashes (pods and workloads also dots), without blanks.",
        )
    return text


def fold(alerts: Iterable[Alert], gaps: tuple[Gap, ...] = ()) -> tuple[Incident, ...]:
    """One incident a key, in order of arrival. A firing, then a more severe alert leads, the others are `also`.

    `gaps` concern the whole body and go to every incident.
    """
    by_key: dict[str, list[Incident]] = {}
    for alert in alerts:
        target, target_gaps = target_of(alert.labels)
        key = incident_key(alert, target)
        by_key.setdefault(key, []).append(Incident(key=key, alert=alert, target=target, gaps=target_gaps))
    return tuple(_join(members, gaps) for members in by_key.values())


def _join(members: list[Incident], gaps: tuple[Gap, ...]) -> Incident:
    if len(members) == 1 and not gaps:
        return members[0]
    ranked = sorted(members, key=lambda member: _rank(member.alert))
    lead, others = ranked[0], ranked[1:]
    distinct = {(_identity(member.alert)): member.alert for member in reversed(others)}
    distinct.pop(_identity(lead.alert), None)
    all_gaps = dict.fromkeys((*(gap for member in ranked for gap in member.gaps), *gaps))
    return replace(lead, also=tuple(reversed(distinct.values())), gaps=tuple(all_gaps))


def _rank(alert: Alert) -> tuple[bool, int]:
    return alert.status is AlertStatus.RESOLVED, _SEVERITY_ORDER.index(alert.severity)


def _identity(alert: Alert) -> tuple[object, ...]:
    return alert.status, tuple(sorted(alert.labels.items()))
