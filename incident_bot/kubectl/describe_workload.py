"""Descriptions of the controllers that make pods."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from incident_bot.kubectl.describe_pod import fill_conditions, fill_pod_spec
from incident_bot.kubectl.times import format_time, read_time

if TYPE_CHECKING:
    from incident_bot.kubectl.draft import Draft
    from incident_bot.kubectl.outline import Field

Numbered = Sequence[tuple[int, str]]
_COUNT = re.compile(r"(\d{1,9}) (\w+)")
_REPLICA_STATUS = {
    "updated": "updatedReplicas",
    "total": "replicas",
    "current": "replicas",
    "available": "availableReplicas",
    "unavailable": "unavailableReplicas",
}
_NODE_COUNTS = {
    "Desired Number of Nodes Scheduled": "desiredNumberScheduled",
    "Current Number of Nodes Scheduled": "currentNumberScheduled",
    "Number of Nodes Scheduled with Up-to-date Pods": "updatedNumberScheduled",
    "Number of Nodes Scheduled with Available Pods": "numberAvailable",
    "Number of Nodes Misscheduled": "numberMisscheduled",
}


def fill_deployment(root: Field, draft: Draft, lines: Numbered) -> None:
    """A Deployment: replica counts, strategy, conditions, template, and its revision."""
    fill_replica_set(root, draft, lines)
    line = root.line_of("StrategyType")
    strategy = draft.child("spec", line).child("strategy", line)
    strategy.put("type", root.value_of("StrategyType"), line)
    rolling = re.match(r"(\S+) max unavailable, (\S+) max surge", root.value_of("RollingUpdateStrategy"))
    if rolling:
        line = root.line_of("RollingUpdateStrategy")
        update = strategy.child("rollingUpdate", line)
        update.put("maxUnavailable", rolling[1], line)
        update.put("maxSurge", rolling[2], line)


def fill_replica_set(root: Field, draft: Draft, lines: Numbered) -> None:
    """A ReplicaSet or ReplicationController: replica counts, pods by phase, conditions and template."""
    line = root.line_of("Replicas")
    spec = draft.child("spec", line)
    status = draft.child("status", line)
    for number, word in _COUNT.findall(root.value_of("Replicas")[:200]):
        if word == "desired":
            spec.put("replicas", int(number), line)
        elif word in _REPLICA_STATUS:
            status.put(_REPLICA_STATUS[word], int(number), line)
    _fill_pod_counts(root, status)
    fill_conditions(root, status, lines)
    _fill_template(root, spec)


def fill_stateful_set(root: Field, draft: Draft, lines: Numbered) -> None:
    """A StatefulSet: as a ReplicaSet, with its update strategy."""
    fill_replica_set(root, draft, lines)
    line = root.line_of("Update Strategy")
    draft.child("spec", line).child("updateStrategy", line).put("type", root.value_of("Update Strategy"), line)


def fill_daemon_set(root: Field, draft: Draft, lines: Numbered) -> None:
    """A DaemonSet: how many nodes should, do and could run it."""
    status = draft.child("status", root.line_of(next(iter(_NODE_COUNTS))))
    for title, key in _NODE_COUNTS.items():
        _put_number(root, title, status, key)
    _fill_pod_counts(root, status)
    fill_conditions(root, status, lines)
    _fill_template(root, draft.child("spec", root.line_of("Pod Template")))


def fill_job(root: Field, draft: Draft, lines: Numbered) -> None:
    """A Job: limits, pods by outcome, times."""
    spec = draft.child("spec", root.line_of("Parallelism"))
    for title, key in (
        ("Parallelism", "parallelism"),
        ("Completions", "completions"),
        ("Backoff Limit", "backoffLimit"),
        ("Active Deadline Seconds", "activeDeadlineSeconds"),
    ):
        _put_number(root, title, spec, key)
    line = root.line_of("Pods Statuses")
    status = draft.child("status", line)
    for number, word in re.findall(
        r"(\d{1,9}) (Active|Running|Succeeded|Failed)", root.value_of("Pods Statuses")[:200]
    ):
        status.put("active" if word == "Running" else word.lower(), int(number), line)
    _put_time(root, "Start Time", status, "startTime")
    _put_time(root, "Completed At", status, "completionTime")
    fill_conditions(root, status, lines)
    _fill_template(root, spec)


def fill_cron_job(root: Field, draft: Draft, lines: Numbered) -> None:  # noqa: ARG001 - one shape for all fillers
    """A CronJob: schedule, policy, and when it last ran."""
    line = root.line_of("Schedule")
    spec = draft.child("spec", line)
    spec.put("schedule", root.value_of("Schedule"), line)
    spec.put("concurrencyPolicy", root.value_of("Concurrency Policy"), root.line_of("Concurrency Policy"))
    suspend = root.value_of("Suspend").lower()
    if suspend in ("true", "false"):
        spec.put("suspend", suspend == "true", root.line_of("Suspend"))
    _put_number(root, "Starting Deadline Seconds", spec, "startingDeadlineSeconds")
    status = draft.child("status", root.line_of("Last Schedule Time"))
    _put_time(root, "Last Schedule Time", status, "lastScheduleTime")
    active = re.findall(r"[a-z0-9][a-z0-9.-]{0,252}", root.value_of("Active Jobs")[:20_000])
    if active:
        status.put("active", [{"kind": "Job", "name": name} for name in active], root.line_of("Active Jobs"))
    template = spec.child("jobTemplate", root.line_of("Pod Template")).child("spec", root.line_of("Pod Template"))
    _put_number(root, "Backoff Limit", template, "backoffLimit")
    _fill_template(root, template)


def _fill_pod_counts(root: Field, status: Draft) -> None:
    """Pods by phase are no field of the API; kubectl counts them, and rules may read the counts here."""
    found = root.get("Pods Status")
    if not found:
        return
    counts = re.findall(r"(\d{1,9}) (Running|Waiting|Succeeded|Failed)", found.value[:200])
    if counts:
        status.put("podCounts", {word.lower(): int(number) for number, word in counts}, found.line)


def _fill_template(root: Field, spec: Draft) -> None:
    template = root.get("Pod Template")
    if template:
        labels = template.get("Labels")
        for text, line in labels.entries() if labels else ():
            name, separator, value = text.partition("=")
            if separator:
                metadata = spec.child("template", template.line).child("metadata", line)
                metadata.child("labels", line).put(name[:317], value, line)
        fill_pod_spec(template, spec.child("template", template.line).child("spec", template.line))


def _put_number(root: Field, title: str, draft: Draft, key: str) -> None:
    match = re.match(r"(\d{1,12})s?$", root.value_of(title))
    if match:
        draft.put(key, int(match[1]), root.line_of(title))


def _put_time(root: Field, title: str, draft: Draft, key: str) -> None:
    at = read_time(root.value_of(title))
    if at:
        draft.put(key, format_time(at), root.line_of(title))
