"""Containers that live as long as something else lets them: a liveness probe that nothing answers, a sidecar of a Job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_bot.diagnosis.fieldpaths import find_values, first_value, read_time
from incident_bot.diagnosis.joins.join import ByKind, Join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


def _is_of_job(body: Mapping[str, Any]) -> bool:
    owners = {str(kind) for _, kind in find_values(body, "metadata.ownerReferences[].kind")}
    labels = first_value(body, "metadata.labels")
    return "Job" in owners or (isinstance(labels, dict) and any(name in labels for name in _JOB_LABELS))


_JOB_LABELS = ("job-name", "batch.kubernetes.io/job-name")
