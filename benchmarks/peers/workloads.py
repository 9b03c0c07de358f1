"""Conditions of pods and of what makes them."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.peers.cluster import Cluster, condition, number_at, text_at, values_at
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.targets import stem_of
from incident_bot.kubectl import KubeObject

Found = Iterator[tuple[KubeObject, str]]

_STATUSES = "status.initContainerStatuses[]|status.containerStatuses[]"
_ERRORS = frozenset(
    {"ImagePullBackOff", "CreateContainerConfigError", "PreCreateHookError", "CreateContainerError", "PreStartHookError",
     "RunContainerError", "ImageInspectError", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName"}
)  # fmt: skip


@condition(
    "pod-unschedulable",
    "Pod",
    "a pending pod is unschedulable (the scheduler's message)",
    scenario="pod-wants-a-zone-as-its-condition-says",
)
def pod_unschedulable(cluster: Cluster) -> Found:
    for pod in cluster.all_of("Pod"):
        if text_at(pod, "status.conditions[PodScheduled].reason") == "Unschedulable":
            yield pod, text_at(pod, "status.conditions[PodScheduled].message")


@condition(
    "pod-not-created",
    "Pod",
    "a container waits, and the last event is FailedMount or FailedCreatePodSandBox",
    scenario="live-nfs-server-denies-the-mount",
)
def pod_not_created(cluster: Cluster) -> Found:
    for pod, status in _containers(cluster):
        event = cluster.last_event(pod) if _waits(status) == "ContainerCreating" else None
        if event and event.reason in ("FailedCreatePodSandBox", "FailedMount"):
            yield pod, event.message


@condition(
    "container-crash-loop",
    "Pod",
    "a container is in CrashLoopBackOff (how it ended last)",
    scenario="amd64-image-landed-on-an-arm-node",
)
def container_crash_loop(cluster: Cluster) -> Found:
    for pod, status in _containers(cluster):
        if _waits(status) == "CrashLoopBackOff":
            yield (
                pod,
                f"container {first_value(status, 'name')} ended last as {first_value(status, 'lastState.terminated.reason')}",
            )


@condition(
    "container-waits-in-error",
    "Pod",
    "a container waits for an error of its image or configuration",
    scenario="pull-secret-missing-in-new-namespace",
)
def container_waits_in_error(cluster: Cluster) -> Found:
    for pod, status in _containers(cluster):
        message = first_value(status, "state.waiting.message")
        if _waits(status) in _ERRORS and message:
            yield pod, str(message)


@condition(
    "container-ended-badly",
    "Pod",
    "a container ended with another exit code than 0",
    scenario="bucket-policy-denies-the-serving-role",
)
def container_ended_badly(cluster: Cluster) -> Found:
    for pod, status in _containers(cluster):
        code = first_value(status, "state.terminated.exitCode")
        if code not in (None, 0):
            yield (
                pod,
                f"container {first_value(status, 'name')} ended: {first_value(status, 'state.terminated.reason')}, exit code {code}",
            )


@condition(
    "container-not-ready",
    "Pod",
    "a running container is not ready, and the last event is Unhealthy",
    scenario="django-allowed-hosts-probe",
)
def container_not_ready(cluster: Cluster) -> Found:
    for pod, status in _containers(cluster):
        is_unready = first_value(status, "ready") is False and text_at(pod, "status.phase") == "Running"
        event = cluster.last_event(pod) if is_unready and not _waits(status) else None
        if event and event.reason == "Unhealthy":
            yield pod, event.message


def _containers(cluster: Cluster) -> Iterator[tuple[KubeObject, object]]:
    return ((pod, status) for pod in cluster.all_of("Pod") for status in values_at(pod, _STATUSES))


def _waits(status: object) -> str:
    return str(first_value(status, "state.waiting.reason") or "")


@condition(
    "deployment-not-ready",
    "Deployment",
    "fewer replicas are ready than wanted",
    scenario="gpu-quota-stops-the-scale-out",
)
def deployment_not_ready(cluster: Cluster) -> Found:
    for item in cluster.all_of("Deployment"):
        wanted, ready = number_at(item, "spec.replicas"), number_at(item, "status.readyReplicas") or 0
        if wanted is not None and ready < wanted and "status" in item.body:
            yield item, f"{ready} of {wanted} replicas are ready"


@condition(
    "deployment-surges", "Deployment", "more replicas exist than wanted",
    harmless="that is how a rollout goes", scenario="rollout-that-has-a-pod-more-than-it-needs",
)  # fmt: skip
def deployment_surges(cluster: Cluster) -> Found:
    for item in cluster.all_of("Deployment"):
        wanted, there = number_at(item, "spec.replicas"), number_at(item, "status.replicas")
        if wanted is not None and there is not None and there > wanted:
            yield item, f"{there} replicas exist, {wanted} are wanted"


@condition(
    "replica-set-refused",
    "ReplicaSet",
    "its pods are refused (FailedCreate)",
    scenario="recorded-memory-quota-of-the-team-is-used-up",
)
def replica_set_refused(cluster: Cluster) -> Found:
    for item in cluster.all_of("ReplicaSet"):
        if text_at(item, "status.conditions[ReplicaFailure].reason") == "FailedCreate":
            yield item, text_at(item, "status.conditions[ReplicaFailure].message")


@condition(
    "stateful-set-service-missing",
    "StatefulSet",
    "its governing Service does not exist",
    scenario="quarry-members-stopped-asking-for-peers-nobody-can-name",
)
def stateful_set_service_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("StatefulSet"):
        name = text_at(item, "spec.serviceName")
        if cluster.is_absent("Service", name, item):
            yield item, f"Service {name} does not exist"


@condition(
    "stateful-set-class-missing",
    "StatefulSet",
    "the storage class of a claim template does not exist",
    scenario="set-asks-for-a-class-that-is-not-listed",
)
def stateful_set_class_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("StatefulSet"):
        for name in values_at(item, "spec.volumeClaimTemplates[].spec.storageClassName"):
            if cluster.is_absent("StorageClass", name, item):
                yield item, f"storage class {name} does not exist"


@condition(
    "stateful-set-pod-refused",
    "StatefulSet",
    "it has no pod, and its last event is a warning",
    scenario="recorded-service-account-was-renamed-by-the-chart",
)
def stateful_set_pod_refused(cluster: Cluster) -> Found:
    for item in cluster.all_of("StatefulSet"):
        event, has_pods = cluster.last_event(item), any(stem_of(pod.name) == item.name for pod in cluster.all_of("Pod"))
        if not has_pods and event and event.type == "Warning":
            yield item, event.message


@condition(
    "stateful-set-pod-not-running",
    "StatefulSet",
    "a pod of it does not run",
    scenario="recorded-vector-index-needs-half-a-terabyte",
)
def stateful_set_pod_not_running(cluster: Cluster) -> Found:
    for item in cluster.all_of("StatefulSet"):
        for pod in cluster.all_of("Pod"):
            phase = text_at(pod, "status.phase")
            if stem_of(pod.name) == item.name and phase not in ("", "Running"):
                yield item, f"pod {pod.name} is {phase}"


@condition(
    "daemon-set-not-ready",
    "DaemonSet",
    "fewer pods are ready than nodes want one",
    scenario="recorded-agent-of-every-node-cannot-read-its-key",
)
def daemon_set_not_ready(cluster: Cluster) -> Found:
    for item in cluster.all_of("DaemonSet"):
        ready, wanted = number_at(item, "status.numberReady"), number_at(item, "status.desiredNumberScheduled")
        if wanted is not None and (ready or 0) < wanted:
            yield item, f"{ready or 0} of {wanted} pods are ready"


@condition(
    "daemon-set-pull-secret-missing",
    "DaemonSet",
    "a pull secret of it does not exist",
    scenario="daemons-name-a-pull-secret-that-is-not-listed",
)
def daemon_set_pull_secret_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("DaemonSet"):
        for name in values_at(item, "spec.template.spec.imagePullSecrets[].name"):
            if cluster.is_absent("Secret", name, item):
                yield item, f"pull secret {name} does not exist"


@condition("job-failed", "Job", "pods of it failed", scenario="partner-file-arrived-with-semicolons-instead-of-commas")
def job_failed(cluster: Cluster) -> Found:
    for item in cluster.all_of("Job"):
        if number_at(item, "status.failed"):
            yield item, f"{number_at(item, 'status.failed')} of its pods failed"


@condition(
    "job-suspended",
    "Job",
    "it is suspended",
    scenario="job-is-held-for-its-turn-beside-one-that-runs",
    harmless="somebody, or a queue, holds it; told where a colleague misses it",
)
def job_suspended(cluster: Cluster) -> Found:
    return ((item, "is suspended") for item in cluster.all_of("Job") if _is_true(item, "spec.suspend"))


@condition(
    "cron-job-suspended",
    "CronJob",
    "it is suspended",
    scenario="retired-schedule-beside-one-that-runs",
    harmless="somebody switched it off; told where its work is missed",
)
def cron_job_suspended(cluster: Cluster) -> Found:
    return ((item, "is suspended") for item in cluster.all_of("CronJob") if _is_true(item, "spec.suspend"))


@condition(
    "cron-job-unreadable",
    "CronJob",
    "its schedule cannot be read, or its deadline is negative",
    scenario="cron-job-in-a-time-zone-that-does-not-exist",
)
def cron_job_unreadable(cluster: Cluster) -> Found:
    for item in cluster.all_of("CronJob"):
        schedule, event = text_at(item, "spec.schedule"), cluster.last_event(item)
        is_read = schedule.startswith("@") or len(schedule.split()) == _CRON_FIELDS or not schedule
        if not is_read or text_at(item, "spec.startingDeadlineSeconds").startswith("-"):
            yield item, f"schedule {schedule!r} cannot be read"
        elif event and event.reason in ("UnparseableSchedule", "InvalidSchedule", "UnknownTimeZone"):
            yield item, event.message


_CRON_FIELDS = 5


def _is_true(item: KubeObject, path: str) -> bool:
    return text_at(item, path).lower() == "true"


@condition(
    "node-condition",
    "Node",
    "it is not Ready, or another condition of it is not False",
    scenario="container-runtime-hangs-and-the-node-goes-away",
)
def node_condition(cluster: Cluster) -> Found:
    for item in cluster.all_of("Node"):
        for found in values_at(item, "status.conditions[]"):
            name, status, reason, message = (first_value(found, key) for key in ("type", "status", "reason", "message"))
            if status not in (None, "True" if name == "Ready" else "False"):
                yield item, f"condition {name} is {status} ({reason}): {message}"


@condition(
    "log-error",
    "Log",
    "one of the last 100 lines holds error, exception or fail (the first such line)",
    scenario="429-behind-502",
    is_default=False,
)
def log_error(cluster: Cluster) -> Found:
    for name, line in cluster.loud_lines():
        yield KubeObject(evidence_id="", kind="Log", name=name, namespace="", body={}, lines={}), line
