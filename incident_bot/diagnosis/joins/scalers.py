"""Autoscalers beside what they scale: at their maximum, or without anything that they could measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import TEMPLATED, ByKind, Join, same_namespace
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.kubectl import KubeObject


def find_saturated(by_kind: ByKind) -> Iterator[Join]:
    """Autoscalers that have made all the replicas they may while a metric is still above its target."""
    for scaler, relation in by_kind.get("HorizontalPodAutoscaler", ()):
        most, now = first_value(scaler.body, "spec.maxReplicas"), first_value(scaler.body, "status.currentReplicas")
        path, told = _metrics_of(scaler)
        over = next((pair for pair in _OF_TARGET.findall(told) if int(pair[0]) > int(pair[1])), None)
        if over and most is not None and str(most) == str(now):
            yield Join(
                name="autoscaler-at-maximum",
                subject=scaler,
                relation=relation,
                path=path,
                value=f"{over[0]}% of {over[1]}%",
                groups={
                    "object": scaler.name,
                    "replicas": str(most),
                    "use": f"{over[0]} %",
                    "target": f"{over[1]} %",
                },
            )


_OF_TARGET = compile_later(r"(\d{1,6})%(?: \([^()]{1,20}\))? ?/ ?(\d{1,6})%")


def _metrics_of(scaler: KubeObject) -> tuple[str, str]:
    """Where an autoscaler's metrics stand, and what they say: `300%/70%`."""
    row = first_value(scaler.body, "table.TARGETS")
    if isinstance(row, str):
        return "table.TARGETS", row
    told = first_value(scaler.body, "status.metrics")
    pairs = told.values() if isinstance(told, dict) else ()
    return "status.metrics", " ".join(f"{first_value(pair, 'current')}/{first_value(pair, 'target')}" for pair in pairs)


def find_unmeasured(by_kind: ByKind) -> Iterator[Join]:
    """Autoscalers by utilisation of a resource for which no container of their target asks, so that no share can be told.

    A limit is enough: pods without a request get one from it. Pods that were read with a request have it from elsewhere
    (a LimitRange, a webhook), and an autoscaler that says that it works is believed. Source: `calculatePodRequests` of
    the autoscaler's controller (pkg/controller/podautoscaler/replica_calculator.go).
    """
    for scaler, relation in by_kind.get("HorizontalPodAutoscaler", ()):
        kind, name = (first_value(scaler.body, f"spec.scaleTargetRef.{key}") for key in ("kind", "name"))
        targets = (item for item, _ in by_kind.get(str(kind), ()) if item.name == name and same_namespace(scaler, item))
        target = next((item for item in targets if kind in TEMPLATED), None)
        is_working = first_value(scaler.body, "status.conditions[ScalingActive].status") == "True"
        if target is None or is_working or first_value(target.body, "spec.template.spec.resources") is not None:
            continue
        for path, metric, container in _utilisations(scaler):
            lacking = [
                (found, item)
                for found, item in find_values(target.body, "spec.template.spec.containers[]")
                if container in ("", first_value(item, "name"))
                and _shows_resources(item)
                and not _asks_for(item, metric)
            ]
            if lacking and not _has_from_elsewhere(target, metric, by_kind):
                yield Join(
                    name="autoscaler-request-missing",
                    subject=scaler,
                    relation=relation,
                    path=path,
                    value=metric,
                    other=target,
                    other_path=lacking[0][0],
                    groups={
                        "object": scaler.name,
                        "target": target.name,
                        "metric": metric,
                        "error": f"missing request for {metric} in container "
                        f"{', '.join(str(first_value(item, 'name')) for _, item in lacking)} of {kind} {target.name}",
                    },
                )


def _utilisations(scaler: KubeObject) -> Iterator[tuple[str, str, str]]:
    """Where an autoscaler asks for a share of the request, of which resource, and of which container (empty: of all)."""
    for path, metric in find_values(scaler.body, "spec.metrics[]"):
        source = first_value(metric, "resource|containerResource")
        if (
            first_value(source, "target.averageUtilization") is not None
            and first_value(source, "target.averageValue") is None
        ):
            yield path, str(first_value(source, "name")), str(first_value(source, "container") or "")


def _shows_resources(container: Mapping[str, object]) -> bool:
    """The API server writes `resources` down even where they are empty; where they are not shown, somebody may have cut them."""
    return "resources" in container


def _asks_for(container: Mapping[str, object], metric: str) -> bool:
    return first_value(container, f"resources.requests.{metric}|resources.limits.{metric}") is not None


def _has_from_elsewhere(target: KubeObject, metric: str, by_kind: ByKind) -> bool:
    """Whether a pod that seems to be the target's asks for what its template does not, or a LimitRange may add it."""
    near = [item for item, _ in by_kind.get("LimitRange", ()) if same_namespace(target, item)]
    pods = [item for item, _ in by_kind.get("Pod", ()) if item.name.startswith(f"{target.name}-")]
    containers = [found for pod in pods for _, found in find_values(pod.body, "spec.containers[]")]
    return bool(near) or any(_asks_for(item, metric) for item in containers)
