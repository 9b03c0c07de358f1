"""Descriptions of nodes, storage, network objects, quotas, autoscalers and custom resources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from incident_bot.kubectl.describe_pod import fill_conditions
from incident_bot.kubectl.outline import NONE_WORDS, Field, table_below
from incident_bot.kubectl.tables import read_inner_table
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.kubectl.draft import Draft

Numbered = Sequence[tuple[int, str]]
_TAINT = compile_later(r"([^\s:=]{1,317})(?:=([^\s:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)")
_SYSTEM_INFO = {"OS Image": "osImage"}


def fill_node(root: Field, draft: Draft, lines: Numbered) -> None:
    """A Node: conditions with messages, capacity, allocatable, taints, versions, and what is allocated."""
    spec = draft.child("spec", root.line_of("Taints"))
    taints = root.get("Taints")
    for text, line in taints.entries() if taints else ():
        if match := _TAINT.fullmatch(text):
            taint = spec.item("taints", match[1], line, field="key")
            taint.put("value", match[2], line)
            taint.put("effect", match[3], line)
    if root.value_of("Unschedulable") == "true":
        spec.put("unschedulable", value=True, line=root.line_of("Unschedulable"))
    status = draft.child("status", root.line_of("Conditions"))
    fill_conditions(root, status, lines)
    for title, key in (("Capacity", "capacity"), ("Allocatable", "allocatable")):
        section = root.get(title)
        for resource in section.named() if section else ():
            status.child(key, section.line if section else resource.line).put(
                resource.key, resource.value, resource.line
            )
    system = root.get("System Info")
    for field in system.named() if system else ():
        status.child("nodeInfo", field.line).put(
            _SYSTEM_INFO.get(field.key) or _camel(field.key), field.value, field.line
        )
    _fill_allocated(root, status, lines)


def _fill_allocated(root: Field, status: Draft, lines: Numbered) -> None:
    """`Allocated resources` is computed by kubectl, not by the API; kept under a name of its own."""
    section = root.get("Allocated resources")
    rows = [row for row in table_below(section, lines) if not row[1].strip().startswith("(")] if section else []
    if not section or not rows:
        return
    for row in read_inner_table(rows, free_text=()).rows:
        if row.get("RESOURCE"):
            allocated = status.child("allocated", section.line).child(row.get("RESOURCE"), row.line)
            allocated.put("requests", row.get("REQUESTS"), row.line)
            allocated.put("limits", row.get("LIMITS"), row.line)


def fill_claim(root: Field, draft: Draft, lines: Numbered) -> None:
    """A PersistentVolumeClaim: phase, class, volume, capacity, and who uses it."""
    spec = draft.child("spec", root.line_of("StorageClass"))
    spec.put("storageClassName", root.value_of("StorageClass"), root.line_of("StorageClass"))
    spec.put("volumeName", root.value_of("Volume"), root.line_of("Volume"))
    spec.put("volumeMode", root.value_of("VolumeMode"), root.line_of("VolumeMode"))
    status = draft.child("status", root.line_of("Status"))
    _fill_storage_status(root, draft, status)
    capacity = root.value_of("Capacity")
    if capacity and capacity != "0":
        line = root.line_of("Capacity")
        status.child("capacity", line).put("storage", capacity, line)
    modes = [mode.strip() for mode in root.value_of("Access Modes").strip("[]").split(",") if mode.strip()]
    if modes:
        spec.put("accessModes", modes, root.line_of("Access Modes"))
    users = root.get("Used By", "Mounted By")
    names = [text for text, _ in users.entries() if text != "<none>"] if users else []
    if users and names:
        status.put("usedBy", names, users.line)
    fill_conditions(root, status, lines)


def fill_volume(root: Field, draft: Draft, lines: Numbered) -> None:  # noqa: ARG001 - one shape for all fillers
    """A PersistentVolume: phase, claim, policy and message."""
    spec = draft.child("spec", root.line_of("StorageClass"))
    spec.put("storageClassName", root.value_of("StorageClass"), root.line_of("StorageClass"))
    spec.put("persistentVolumeReclaimPolicy", root.value_of("Reclaim Policy"), root.line_of("Reclaim Policy"))
    namespace, slash, name = root.value_of("Claim").partition("/")
    if slash:
        claim = spec.child("claimRef", root.line_of("Claim"))
        claim.put("namespace", namespace, root.line_of("Claim"))
        claim.put("name", name, root.line_of("Claim"))
    for text, line in _affinity_terms(root):
        if match := _ZONE_TERM.match(text):
            _put_affinity(spec, match[1], [value.strip() for value in match[2].split(",")], line)
    status = draft.child("status", root.line_of("Status"))
    _fill_storage_status(root, draft, status)
    status.put("message", root.value_of("Message"), root.line_of("Message"))


_ZONE_TERM = compile_later(r"(?:Term \d{1,3}:\s+)?([\w./-]{1,317}) in \[([^\]]{1,2000})\]")


def _affinity_terms(root: Field) -> list[tuple[str, int]]:
    section = root.get("Node Affinity")
    return [(field.text, field.line) for field in _walk(section)] if section else []


def _put_affinity(spec: Draft, key: str, values: list[str], line: int) -> None:
    required = spec.child("nodeAffinity", line).child("required", line)
    terms = required.body.setdefault("nodeSelectorTerms", [])
    terms.append({"matchExpressions": [{"key": key, "operator": "In", "values": values}]})
    spec.lines.setdefault("spec.nodeAffinity", line)


def _fill_storage_status(root: Field, draft: Draft, status: Draft) -> None:
    phase = root.value_of("Status")
    line = root.line_of("Status")
    if phase.startswith("Terminating"):
        draft.child("metadata", line).put("deletionTimestamp", phase, line)
    else:
        status.put("phase", phase, line)


def fill_service(root: Field, draft: Draft, lines: Numbered) -> None:  # noqa: ARG001 - one shape for all fillers
    """A Service: selector, ports, and the endpoints behind it (`<none>` is an empty list)."""
    spec = draft.child("spec", root.line_of("Selector"))
    for pair in root.value_of("Selector").split(","):
        key, separator, value = pair.partition("=")
        if separator:
            spec.child("selector", root.line_of("Selector")).put(key[:317], value, root.line_of("Selector"))
    spec.put("type", root.value_of("Type"), root.line_of("Type"))
    spec.put("clusterIP", root.value_of("IP"), root.line_of("IP"))
    port: Draft | None = None
    for field in root.named():
        if field.key == "Port" and (match := re.match(r"(\S+)\s+(\d{1,5})/(\w+)", field.value)):
            port = spec.item("ports", match[1], field.line)
            port.put("port", int(match[2]), field.line)
            port.put("protocol", match[3], field.line)
        elif field.key == "TargetPort" and port is not None:
            target = field.value.partition("/")[0]
            port.put("targetPort", int(target) if target.isdecimal() and len(target) < 6 else target, field.line)
    endpoints = [field for field in root.named() if field.key == "Endpoints"]
    known = [field.value for field in endpoints if field.value not in NONE_WORDS]
    if endpoints:
        line = next((field.line for field in endpoints if field.value in NONE_WORDS), endpoints[0].line)
        addresses = [text.strip() for value in known for text in value.split(",")]
        draft.child("status", line).put("endpoints", addresses, line)


def fill_ingress(root: Field, draft: Draft, lines: Numbered) -> None:  # noqa: ARG001 - one shape for all fillers
    """An Ingress: class, address, and its backends as kubectl prints them, errors included."""
    spec = draft.child("spec", root.line_of("Rules"))
    spec.put("ingressClassName", root.value_of("Ingress Class"), root.line_of("Ingress Class"))
    draft.child("status", root.line_of("Address")).put("address", root.value_of("Address"), root.line_of("Address"))
    tls = root.get("TLS")
    for text, line in tls.entries() if tls else ():
        secret, terminates, hosts = text.partition(" terminates ")
        if terminates:
            entry = spec.item("tls", secret, line, field="secretName")
            entry.put("hosts", hosts.split(","), line)
    rules = root.get("Rules")
    for field in _walk(rules) if rules else ():
        match = re.search(r"(\S*)\s+([a-z0-9.-]{1,253}:[\w-]+)\s+\((.*)\)\s*$", field.text[:2_000])
        if match:
            backend = spec.next_item("backends", match[2], field.line)
            backend.put("path", match[1], field.line)
            backend.put("endpoints", match[3], field.line)


def _walk(field: Field) -> list[Field]:
    return [entry for child in field.children for entry in (child, *_walk(child))]


def fill_autoscaler(root: Field, draft: Draft, lines: Numbered) -> None:
    """A HorizontalPodAutoscaler: target, bounds, current against desired, conditions with messages."""
    kind, _, name = root.value_of("Reference").partition("/")
    line = root.line_of("Reference")
    spec = draft.child("spec", line)
    target = spec.child("scaleTargetRef", line)
    target.put("kind", kind, line)
    target.put("name", name, line)
    for title, key in (("Min replicas", "minReplicas"), ("Max replicas", "maxReplicas")):
        if root.value_of(title).isdecimal() and len(root.value_of(title)) < 10:
            spec.put(key, int(root.value_of(title)), root.line_of(title))
    status = draft.child("status", line)
    pods = next((field for field in root.named() if field.key.endswith(" pods")), None)
    match = re.match(r"(\d{1,9}) current / (\d{1,9}) desired", pods.value) if pods else None
    if pods and match:
        status.put("currentReplicas", int(match[1]), pods.line)
        status.put("desiredReplicas", int(match[2]), pods.line)
    metrics = root.get("Metrics")
    for metric in metrics.named() if metrics else ():
        current, _, wanted = metric.value.partition(" / ")
        entry = status.child("metrics", metric.line).child(" ".join(metric.key.split()), metric.line)
        entry.put("current", current.strip(), metric.line)
        entry.put("target", wanted.strip(), metric.line)
    fill_conditions(root, status, lines)


def fill_quota(root: Field, draft: Draft, lines: Numbered) -> None:
    """A ResourceQuota: used against hard."""
    start = next((field.line for field in root.children if re.match(r"Resource\s{2,}Used", field.text)), 0)
    rows = [(number, line) for number, line in lines if number >= start and line.strip(" -\t")]
    if not start or not rows:
        return
    status = draft.child("status", start)
    for row in read_inner_table(rows, free_text=()).rows:
        if row.get("RESOURCE") and row.get("HARD"):
            status.child("hard", start).put(row.get("RESOURCE"), row.get("HARD"), row.line)
            status.child("used", start).put(row.get("RESOURCE"), row.get("USED"), row.line)


def fill_namespace(root: Field, draft: Draft, lines: Numbered) -> None:
    """A Namespace: its phase, and while it is deleted the conditions that say what is in the way."""
    status = draft.child("status", root.line_of("Status"))
    status.put("phase", root.value_of("Status"), root.line_of("Status"))
    fill_conditions(root, status, lines)


def fill_secret(root: Field, draft: Draft, lines: Numbered) -> None:  # noqa: ARG001 - one shape for all fillers
    """A Secret: its type, and the keys that it holds; of their values kubectl prints only the size."""
    draft.put("type", root.value_of("Type"), root.line_of("Type"))
    section = root.get("Data")
    for field in root.named():
        if _SIZE.fullmatch(field.value):
            draft.child("data", section.line if section else field.line).put(field.key, field.value, field.line)


_SIZE = compile_later(r"\d{1,9} bytes")


def fill_custom(root: Field, draft: Draft) -> None:
    """A custom resource: kubectl prints its fields with their camelCase taken apart."""
    if root.get("Last Transition Time"):  # begins among its conditions
        draft.child("status", root.line).put("conditions", _plain(root, draft.lines, "status.conditions", 1), root.line)
    for title in ("Spec", "Status", "Webhooks"):
        section = root.get(title)
        if section and section.children:
            draft.put(title.lower(), _plain(section, draft.lines, title.lower(), 0), section.line)


def _plain(field: Field, lines: dict[str, int], path: str, depth: int) -> Any:
    """Children as a mapping, or as a list where a key repeats: kubectl prints list items one after another."""
    if depth > 20 or not any(child.key for child in field.children):
        return field.value or [child.text for child in field.children]
    items: list[dict[str, Any]] = [{}]
    places: list[dict[str, int]] = [{}]
    for child in field.named():
        key = _camel(child.key)
        if key in items[-1]:
            items.append({})
            places.append({})
        value = _plain(child, lines, f"{path}.{key}", depth + 1) if child.children else _scalar(child.value)
        items[-1][key] = value
        places[-1][key] = child.line
        lines.setdefault(f"{path}.{key}", child.line)
    for index, (item, found) in enumerate(zip(items, places, strict=True)):
        label = next((text for key in ("type", "name") if isinstance(text := item.get(key), str)), str(index))
        if len(items) > 1 or isinstance(item.get("type"), str):
            own = f"{path}[{label}]"
            lines.setdefault(own, min(found.values()))
            for key, line in found.items():
                lines.setdefault(f"{own}.{key}", line)
    return items if len(items) > 1 or path.endswith(("conditions", "containers")) else items[0]


def _scalar(text: str) -> Any:
    return {"true": True, "false": False, "True": "True", "False": "False"}.get(text, text.strip('"'))


def _camel(title: str) -> str:
    words = title.split()
    if not words:
        return title
    return words[0][:1].lower() + words[0][1:] + "".join(word[:1].upper() + word[1:] for word in words[1:])
