"""Output that begins in its middle: the rest of a description whose first lines were cut off, or never copied.

`kubectl describe pod web-0 | tail -20`, and what fits on a screen, show no `Name:`. What such lines are is told
by the field names that only `kubectl describe` prints.
"""

from __future__ import annotations

from collections.abc import Sequence

from incident_bot.patterns import compile_later

_LOOK_AHEAD = 60
_FIELD = compile_later(r" {0,30}([A-Z][A-Za-z0-9 ()/.-]{1,48}):(?:\s|$)")
_EVENT_HEADER = compile_later(r"\s+(?:Type\s+Reason|FirstSeen|LastSeen)\s")
_OWN = frozenset(
    {
        # pods
        "QoS Class", "Node-Selectors", "Node-Selector", "Tolerations", "Restart Count", "Last State", "Container ID",
        "Image ID", "Topology Spread Constraints", "ClaimName", "ConfigMapName", "SecretName",
        "Service Account", "Controlled By", "Init Containers", "Environment Variables from", "Priority Class Name",
        # workloads
        "StrategyType", "MinReadySeconds", "RollingUpdateStrategy", "Pod Template", "OldReplicaSets", "NewReplicaSet", "Pods Status",
        "Pods Statuses", "Update Strategy", "Volume Claims", "Backoff Limit", "Concurrency Policy",
        "Desired Number of Nodes Scheduled", "Number of Nodes Misscheduled", "Last Schedule Time", "Active Jobs",
        # nodes
        "Non-terminated Pods", "Allocated resources", "System Info", "Allocatable", "Kubelet Version", "ProviderID",
        # storage, network, policy, autoscaling
        "Access Modes", "VolumeMode", "Used By", "Reclaim Policy", "Node Affinity", "Session Affinity", "TargetPort",
        "IP Families", "External Traffic Policy", "Ingress Class", "Default backend", "Min available", "Max unavailable",
        "Allowed disruptions", "Min replicas", "Max replicas", "Deployment pods", "PodSelector", "Policy Types",
        # custom resources: the API's own fields with their camelCase taken apart
        "API Version", "Resource Version", "Last Transition Time", "Observed Generation", "Creation Timestamp",
    }
)  # fmt: skip
"""Fields that no program's log has."""
_COMMON = frozenset(
    {
        "Annotations", "Args", "Capacity", "Command", "Conditions", "Containers", "Data", "Environment", "Events", "Finalizers",
        "Finished", "Host", "IP", "IPs", "Image", "Labels", "Limits", "Liveness", "Message", "Metrics", "Mounts", "Name",
        "Namespace", "Node", "Optional", "Path", "Port", "Ports", "Priority", "Provisioner", "ReadOnly", "Readiness", "Ready", "Reason",
        "Replicas", "Requests", "Roles", "Rules", "Selector", "Spec", "Started", "Startup", "State", "Status", "Taints", "TLS", "Type",
        "Volume", "Volumes", "Kind", "Metadata", "Schedule", "Reference", "Addresses", "Medium", "Pod IPs", "Endpoints", "Suspend",
        "Parallelism", "Start Time", "Exit Code", "Host Port", "Host Ports", "SizeLimit", "Unschedulable", "StorageClass",
    }
)  # fmt: skip
"""Fields of a description that may mean anything elsewhere."""
_FEWEST_FIELDS = 3
_OF_RESOURCES = frozenset({"Limits", "Requests"})


def is_description_rest(lines: Sequence[str], index: int) -> bool:
    """Whether a description goes on here, where a text opens: fields that only kubectl prints, or its events below fields."""
    if not _FIELD.match(lines[index][:_WIDTH]) and not lines[index][:1].isspace():
        return False
    found: set[str] = set()
    strays = 0
    for place in range(index, min(index + _LOOK_AHEAD, len(lines))):
        line = lines[place][:_WIDTH]
        if not line.strip():
            continue
        if (match := _FIELD.match(line)) is not None:
            key = match[1].strip()
            found |= {key} & (_OWN | _COMMON)
            if key == "Events" and found - {"Events"} and _EVENT_HEADER.match("".join(lines[place + 1 : place + 2])):
                return True
        elif not line[0].isspace():
            strays += 1
        if strays:
            return False
        if len(found) >= _FEWEST_FIELDS and found & _OWN:
            return True
    # So few lines that they hold nothing else.
    return found == _OF_RESOURCES


_WIDTH = 400
