"""Conditions of what sets how many pods there are, and how many may go."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.peers.cluster import Cluster, condition, number_at, text_at, values_at
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.kubectl import KubeObject

Found = Iterator[tuple[KubeObject, str]]


@condition(
    "autoscaler-condition",
    "HorizontalPodAutoscaler",
    "it cannot scale or measure (a condition is False)",
    scenario="autoscaler-watches-a-container-that-is-not-there",
    is_default=False,
)
def autoscaler_condition(cluster: Cluster) -> Found:
    for item in cluster.all_of("HorizontalPodAutoscaler"):
        for found in values_at(item, "status.conditions[]"):
            if first_value(found, "type") != "ScalingLimited" and first_value(found, "status") == "False":
                yield item, str(first_value(found, "message"))


@condition(
    "autoscaler-limited",
    "HorizontalPodAutoscaler",
    "it is limited, and not at its minimum",
    scenario="timetable-is-slow-while-its-autoscaler-may-make-no-more",
    is_default=False,
)
def autoscaler_limited(cluster: Cluster) -> Found:
    for item in cluster.all_of("HorizontalPodAutoscaler"):
        limited = first_value(item.body, "status.conditions[ScalingLimited]")
        least, wanted = number_at(item, "spec.minReplicas"), number_at(item, "status.desiredReplicas")
        is_at_rest = first_value(limited, "reason") == "TooFewReplicas" and least is not None and least == wanted
        if first_value(limited, "status") == "True" and not is_at_rest:
            yield item, str(first_value(limited, "message"))


@condition(
    "autoscaler-target-missing", "HorizontalPodAutoscaler", "its target does not exist, or is of a kind that does not scale",
    scenario="autoscaler-target-is-not-listed", is_default=False,
)  # fmt: skip
def autoscaler_target_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("HorizontalPodAutoscaler"):
        kind, name = text_at(item, "spec.scaleTargetRef.kind"), text_at(item, "spec.scaleTargetRef.name")
        if kind and kind not in _SCALED:
            yield item, f"{kind} is no kind that it scales"
        elif cluster.is_absent(kind, name, item):
            yield item, f"{kind} {name} does not exist"


_SCALED = ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")


@condition(
    "autoscaler-request-missing", "HorizontalPodAutoscaler", "a container of its target lacks the request that it measures against",
    scenario="autoscaler-target-has-no-request", is_default=False,
)  # fmt: skip
def autoscaler_request_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("HorizontalPodAutoscaler"):
        metrics = [first_value(found, "resource|containerResource") for found in values_at(item, "spec.metrics[]")]
        names = [first_value(found, "name") for found in metrics if first_value(found, "target.averageUtilization")]
        for target in cluster.all_of(text_at(item, "spec.scaleTargetRef.kind")):
            if target.name != text_at(item, "spec.scaleTargetRef.name"):
                continue
            for container in values_at(target, "spec.template.spec.containers[]"):
                lacking = [
                    name
                    for name in names
                    if not first_value(container, f"resources.requests.{name}|resources.limits.{name}")
                ]
                if lacking:
                    yield (
                        item,
                        f"container {first_value(container, 'name')} of {target.name} has no request of {lacking[0]}",
                    )


@condition(
    "budget-without-pod", "PodDisruptionBudget", "no pod fits it (its event NoPods)", scenario="budget-selects-no-pod", is_default=False,
    harmless="it protects nobody, and holds nothing up",
)  # fmt: skip
def budget_without_pod(cluster: Cluster) -> Found:
    for item in cluster.all_of("PodDisruptionBudget"):
        event = cluster.last_event(item)
        if event and event.reason == "NoPods":
            yield item, event.message
