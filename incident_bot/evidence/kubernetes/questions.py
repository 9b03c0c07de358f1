"""Every read that is made of a cluster. `deploy/rbac` grants exactly these; a test holds the two together.

Names come from alerts and from the cluster, so they are checked before they become part
of a path: a name of `..` would ask for something else than it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from incident_bot.evidence.kubernetes.api import ApiError, Ask
from incident_bot.kube_names import is_dns_label, is_object_name


class Resource(NamedTuple):
    """Where a kind lives: API group (empty for core) and plural name."""

    group: str
    plural: str


OWNERS: Mapping[str, Resource] = {
    "Deployment": Resource("apps", "deployments"),
    "ReplicaSet": Resource("apps", "replicasets"),
    "StatefulSet": Resource("apps", "statefulsets"),
    "DaemonSet": Resource("apps", "daemonsets"),
    "Job": Resource("batch", "jobs"),
    "CronJob": Resource("batch", "cronjobs"),
}
"""Kinds of workload that can be read; owners of other kinds (custom resources) are named and left alone."""

NODE_EVENTS_NAMESPACE = "default"
"""Events of objects without a namespace are kept here."""


def pod(namespace: str, name: str) -> Ask:
    """One pod."""
    return _get("", "pods", namespace, name)


def pods(namespace: str) -> Ask:
    """The pods of a namespace, usually narrowed by labels."""
    return _list("", "pods", namespace)


def pod_log(namespace: str, name: str) -> Ask:
    """A container's log; container and run are in the query."""
    ask = _get("", "pods", namespace, name)
    return Ask(verb="get", resource="pods/log", path=f"{ask.path}/log", namespace=namespace, name=name)


def events(namespace: str) -> Ask:
    """The events of a namespace, usually narrowed by the object that they are about."""
    return _list("", "events", namespace)


def owner(kind: str, namespace: str, name: str) -> Ask:
    """A workload object of a kind in `OWNERS`."""
    resource = OWNERS[kind]
    return _get(resource.group, resource.plural, namespace, name)


def replica_sets(namespace: str) -> Ask:
    """The ReplicaSets of a namespace: a Deployment's revisions."""
    return _list("apps", "replicasets", namespace)


def claim(namespace: str, name: str) -> Ask:
    """One PersistentVolumeClaim."""
    return _get("", "persistentvolumeclaims", namespace, name)


def node(name: str) -> Ask:
    """One node. Cluster scope: a namespaced Role cannot grant it."""
    return _get("", "nodes", "", name)


def about(kind: str, *, name: str = "", uid: str = "") -> tuple[tuple[str, str], ...]:
    """The query for events about one object: by uid where it is known, so that a namesake's are left out."""
    selector = f"involvedObject.uid={uid}" if uid else f"involvedObject.kind={kind},involvedObject.name={name}"
    return (("fieldSelector", selector),)


def labelled(selector: str) -> tuple[tuple[str, str], ...]:
    """The query for objects that a label selector matches."""
    return (("labelSelector", selector),)


def selector_of(body: Mapping[str, Any]) -> str:
    """A workload's `spec.selector` as a label selector; empty where there is none that can be asked for."""
    spec = body.get("spec")
    selector = spec.get("selector") if isinstance(spec, Mapping) else None
    labels = selector.get("matchLabels") if isinstance(selector, Mapping) else None
    if not isinstance(labels, Mapping):
        return ""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _get(group: str, plural: str, namespace: str, name: str) -> Ask:
    collection = _list(group, plural, namespace)
    ask = Ask(
        verb="get", resource=plural, path=f"{collection.path}/{name}", group=group, namespace=namespace, name=name
    )
    if not is_object_name(name):
        raise ApiError(ask, "invalid", "this is no valid Kubernetes name")
    return ask


def _list(group: str, plural: str, namespace: str) -> Ask:
    root = f"/apis/{group}/v1" if group else "/api/v1"
    scope = f"/namespaces/{namespace}" if namespace else ""
    ask = Ask(verb="list", resource=plural, path=f"{root}{scope}/{plural}", group=group, namespace=namespace)
    if namespace and not is_dns_label(namespace):
        raise ApiError(ask, "invalid", "this is no valid namespace name")
    return ask
