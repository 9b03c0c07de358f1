"""Containers that live as long as something else lets them: a probe that nothing answers, a sidecar of a Job, a grace period."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any

from incident_bot.condense.times import read_time as read_stamp
from incident_bot.diagnosis.fieldpaths import find_values, first_value, read_time
from incident_bot.diagnosis.joins.join import ByKind, Join
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from incident_bot.diagnosis.joins.join import Said

_KILLED = (137, 143)
_SLACK_S = 5.0
"""Between kubelet's decision and the end that the runtime reports, on a busy node."""


def find_failed_starts(by_kind: ByKind) -> Iterator[Join]:
    """Runs that no liveness probe can have found alive: one that had passed once would have lasted longer.

    Kubelet probes first `initialDelaySeconds` after the start, then every `periodSeconds`, and kills after
    `failureThreshold` failures in a row (pkg/kubelet/prober/worker.go); a startup probe holds the others back.
    """
    for pod, relation in by_kind.get("Pod", ()):
        for path, probe in find_values(pod.body, "spec.containers[].livenessProbe"):
            container = path.partition("[")[2].partition("]")[0]
            lived_s, code = _last_run(pod.body, container)
            spec = first_value(pod.body, f"spec.containers[{container}]")
            if lived_s is None or code not in _KILLED or first_value(spec, "startupProbe") is not None:
                continue
            delay_s, period_s, failures, timeout_s = (
                _number(probe, name, default) for name, default in _DEFAULTS.items()
            )
            earliest_s = delay_s + period_s * (failures - 1)
            grace_s = _number(first_value(pod.body, "spec"), "terminationGracePeriodSeconds", 30) if code == 137 else 0
            if not earliest_s <= lived_s <= earliest_s + period_s + timeout_s + grace_s + _SLACK_S:
                continue
            yield Join(
                name="killed-before-it-answered",
                subject=pod,
                relation=relation,
                path=path,
                value=f"{container} lived {lived_s:.0f} s",
                other=pod,
                other_path=f"status.containerStatuses[{container}].lastState.terminated.finishedAt",
                groups={
                    "starting": container,
                    "lived": f"{lived_s:.0f} s",
                    "allowed": f"{delay_s + period_s * failures:.0f} s",
                    "cpu": str(first_value(spec, "resources.limits.cpu") or "none"),
                },
            )


_DEFAULTS = {"initialDelaySeconds": 0, "periodSeconds": 10, "failureThreshold": 3, "timeoutSeconds": 1}
"""Kubernetes' own (API reference, Probe v1), in seconds and times."""


def _last_run(body: Mapping[str, Any], container: str) -> tuple[float | None, object]:
    """How long the last run of a container took, in seconds, and its exit code."""
    ended = first_value(body, f"status.containerStatuses[{container}].lastState.terminated")
    begin, end = read_time(first_value(ended, "startedAt")), read_time(first_value(ended, "finishedAt"))
    return (end - begin).total_seconds() if begin and end else None, first_value(ended, "exitCode")


def _number(value: object, name: str, default: float) -> float:
    found = first_value(value, name)
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else default


def find_outlived(by_kind: ByKind) -> Iterator[Join]:
    """Pods of Jobs whose program is done while another container of theirs runs on: the Job waits for all of them.

    Sidecars that Kubernetes ends itself are init containers (`restartPolicy: Always`), which are not looked at.
    """
    for pod, relation in by_kind.get("Pod", ()):
        if not _is_of_job(pod.body) or first_value(pod.body, "status.phase") != "Running":
            continue
        ended = dict(find_values(pod.body, "status.containerStatuses[].state.terminated"))
        running = dict(find_values(pod.body, "status.containerStatuses[].state.running"))
        if not ended or not running or any(first_value(state, "exitCode") != 0 for state in ended.values()):
            continue
        path, done = next(iter(running)), next(iter(ended))
        sidecar, program = (place.partition("[")[2].partition("]")[0] for place in (path, done))
        owners = {name for _, name in find_values(pod.body, "metadata.ownerReferences[].name")}
        jobs = [(job, "status.active") for job, _ in by_kind.get("Job", ()) if job.name in owners]
        for place, (other, other_path) in (
            (path, (pod, done)),
            *((f"spec.containers[{sidecar}]", job) for job in jobs),
        ):
            yield Join(
                name="sidecar-outlives-job",
                subject=pod,
                relation=relation,
                path=place,
                value=f"{sidecar} runs",
                other=other,
                other_path=other_path,
                groups={"sidecar": sidecar, "program": program, "pod": pod.name},
            )


def find_overdue(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Containers that were killed just when their grace period ended: they were asked to stop and did not in time.

    Kubelet sends SIGTERM, waits terminationGracePeriodSeconds (30 unless set) and then sends SIGKILL. The request is known
    by the pod's deletion, whose time is that of the end of the grace period, or by what the program logged of it.
    """
    for pod, relation in by_kind.get("Pod", ()):
        grace_s = _number(first_value(pod.body, "spec"), "terminationGracePeriodSeconds", 30)
        for path, ended in find_values(pod.body, _ENDS):
            end = read_time(first_value(ended, "finishedAt"))
            if (
                end is None
                or first_value(ended, "exitCode") != _KILLED[0]
                or first_value(ended, "reason") == "OOMKilled"
            ):
                continue
            line = _stop_request(logs, end, grace_s)
            deleted = read_time(first_value(pod.body, "metadata.deletionTimestamp"))
            is_deleted = deleted is not None and abs((end - deleted).total_seconds()) <= _NEAR_S
            if not line and not is_deleted:
                continue
            yield Join(
                name="killed-at-end-of-grace",
                subject=pod,
                relation=relation,
                path=f"{path}.exitCode",
                value=f"{grace_s:.0f} s",
                other=pod,
                other_path="spec.terminationGracePeriodSeconds" if is_deleted else f"{path}.finishedAt",
                shown=(line,) if line else (),
                groups={
                    "killed": path.partition("[")[2].partition("]")[0],
                    "grace": f"{grace_s:.0f} s",
                    "pod": pod.name,
                },
            )


_ENDS = "status.containerStatuses[].state.terminated|status.containerStatuses[].lastState.terminated"
_NEAR_S = 3.0
_STOPS = compile_later(
    r"SIGTERM|signal 15\b|signal: terminated|\breceived (?:a )?(?:stop|shutdown|terminat\w+)\b|shutdown signal|\bgraceful(?:ly)? (?:shut|stop|terminat)|\bshutting down\b|\bdraining\b",
    re.IGNORECASE,
)


def _stop_request(logs: Sequence[Said], end: datetime, grace_s: float) -> str:
    """The line that tells of being asked to stop, written about when the grace period began; empty where none is."""
    for said in logs:
        for line in said.text.splitlines():
            if not _STOPS.search(line[:_REACH]):
                continue
            at = read_stamp(line, near=end)
            if at is not None and abs((end - at.replace(tzinfo=at.tzinfo or UTC)).total_seconds() - grace_s) <= _NEAR_S:
                return line
    return ""


_REACH = 600


def _is_of_job(body: Mapping[str, Any]) -> bool:
    owners = {str(kind) for _, kind in find_values(body, "metadata.ownerReferences[].kind")}
    labels = first_value(body, "metadata.labels")
    return "Job" in owners or (isinstance(labels, dict) and any(name in labels for name in _JOB_LABELS))


_JOB_LABELS = ("job-name", "batch.kubernetes.io/job-name")
