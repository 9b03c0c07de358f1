"""The description of a pod, and the pod template inside the description of a workload."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from incident_bot.kubectl.outline import Field, table_below
from incident_bot.kubectl.tables import read_inner_table
from incident_bot.kubectl.times import format_time, read_age_s, read_time
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.kubectl.draft import Draft

_SECTIONS = (
    ("Init Containers", "initContainers", "initContainerStatuses"),
    ("Containers", "containers", "containerStatuses"),
    ("Ephemeral Containers", "ephemeralContainers", "ephemeralContainerStatuses"),
)
_TERMINATING = compile_later(r"Terminating(?: \((?:lasts|expires) ([^()]{1,60})\))?")
_MOUNT = compile_later(r"(\S+) from (\S+) \(([^()]*)\)")
_SUB_PATH = compile_later(r"\bpath=\"([^\"]{1,250})\"")
_SET_TO_KEY = compile_later(r"<set to the key '([^']*)' (?:in secret|of config map) '([^']*)'>\s*(?:Optional: (\w+))?")
_ENV_FROM = compile_later(r"(\S+)\s+(ConfigMap|Secret)(?: with prefix '[^']*')?\s+Optional: (\w+)")
_PROBE_ATTRIBUTE = compile_later(r"(#?\w+)=(\d{1,9})s?")
_PROBE_FIELDS = {
    "delay": "initialDelaySeconds",
    "timeout": "timeoutSeconds",
    "period": "periodSeconds",
    "#success": "successThreshold",
    "#failure": "failureThreshold",
}
_HTTP_GET = compile_later(r"http-get (https?)://(?:\[([^\]]*)\]|([^/:\s]*))?(?::([\w-]+))?(/\S*)?(?: |$)")
_TOLERATION = compile_later(r"([^\s:=]*)(?:=([^\s:]*))?(?::(\w+))?(?: op=(\w+))?(?: for (\d+)s)?")
_PORT = compile_later(r"(\d{1,5})/(\w+)(?: \(([\w-]+)\))?")


def fill_pod(root: Field, draft: Draft, lines: Sequence[tuple[int, str]]) -> None:
    """Fill a pod's spec and status from its description."""
    status = draft.child("status", root.line_of("Status"))
    _fill_phase(root, draft, status)
    status.put("reason", root.value_of("Reason"), root.line_of("Reason"))
    status.put("message", root.value_of("Message"), root.line_of("Message"))
    status.put("podIP", root.value_of("IP"), root.line_of("IP"))
    status.put("qosClass", root.value_of("QoS Class"), root.line_of("QoS Class"))
    status.put("nominatedNodeName", root.value_of("NominatedNodeName"), root.line_of("NominatedNodeName"))
    status.put("startTime", _time(root.value_of("Start Time")), root.line_of("Start Time"))
    spec = draft.child("spec", root.line_of("Containers"))
    fill_pod_spec(root, spec)
    node, _, host_ip = root.value_of("Node").partition("/")
    spec.put("nodeName", node, root.line_of("Node"))
    status.put("hostIP", host_ip, root.line_of("Node"))
    for title, _, statuses in _SECTIONS:
        for container in _containers(root, title):
            _fill_status(container, status, statuses)
    fill_conditions(root, status, lines)


def _fill_phase(root: Field, draft: Draft, status: Draft) -> None:
    """`Terminating` is no phase: the API has a deletion time, and the phase is whatever it was before."""
    phase = root.value_of("Status")
    line = root.line_of("Status")
    terminating = _TERMINATING.fullmatch(phase)
    if not terminating:
        status.put("phase", phase, line)
        return
    metadata = draft.child("metadata", line)
    metadata.put("deletionTimestamp", terminating[1] or phase, line)
    age_s = read_age_s(terminating[1] or "")
    if age_s is not None:
        metadata.put("deletionAgeSeconds", age_s, line)
    grace_s = root.value_of("Termination Grace Period").removesuffix("s")
    if grace_s.isdecimal() and len(grace_s) < 10:
        metadata.put("deletionGracePeriodSeconds", int(grace_s), root.line_of("Termination Grace Period"))


def fill_conditions(root: Field, status: Draft, lines: Sequence[tuple[int, str]]) -> None:
    """The conditions of any kind; their columns differ by kind."""
    section = root.get("Conditions")
    rows = table_below(section, lines) if section else []
    if not section or not rows:
        return
    for row in read_inner_table(rows).rows:
        if not re.fullmatch(r"[\w./-]{1,100}", row.get("TYPE")):
            continue
        condition = status.item("conditions", row.get("TYPE"), row.line, field="type")
        condition.put("status", row.get("STATUS"), row.line)
        condition.put("reason", row.get("REASON"), row.line)
        condition.put("message", row.get("MESSAGE"), row.line)
        condition.put("lastTransitionTime", _time(row.get("LASTTRANSITIONTIME")), row.line)
        condition.put("lastHeartbeatTime", _time(row.get("LASTHEARTBEATTIME")), row.line)


def fill_pod_spec(root: Field, spec: Draft) -> None:
    """What a pod and a pod template share: containers, volumes, placement."""
    for title, containers, _ in _SECTIONS:
        for container in _containers(root, title):
            _fill_container(container, spec.item(containers, container.key, container.line))
    volumes = root.get("Volumes")
    for volume in volumes.named() if volumes else ():
        _fill_volume(volume, spec.item("volumes", volume.key, volume.line))
    spec.put("serviceAccountName", root.value_of("Service Account"), root.line_of("Service Account"))
    spec.put("priorityClassName", root.value_of("Priority Class Name"), root.line_of("Priority Class Name"))
    spec.put("runtimeClassName", root.value_of("Runtime Class Name"), root.line_of("Runtime Class Name"))
    selectors = root.get("Node-Selectors", "Node-Selector")
    for text, line in selectors.entries() if selectors else ():
        key, separator, value = text.partition("=")
        if separator and selectors:
            spec.child("nodeSelector", selectors.line).put(key[:317], value, line)
    tolerations = root.get("Tolerations")
    for text, line in tolerations.entries() if tolerations else ():
        _fill_toleration(text, line, spec)


def _containers(root: Field, title: str) -> list[Field]:
    """The containers of a section, and as main ones those of a description that begins among them."""
    section = root.get(title)
    found = [child for child in section.named() if not child.value and child.children] if section else []
    if title != "Containers":
        return found
    if cut := [child for child in root.children if child.key in CONTAINER_FIELDS]:
        found.append(Field("", "", cut[0].line, cut[0].indent, "", cut))
    return found + [child for child in root.named() if is_container(child)]


CONTAINER_FIELDS = frozenset(
    {
        "State", "Last State", "Ready", "Restart Count", "Liveness", "Readiness", "Startup", "Mounts", "Environment", "Limits",
        "Requests",
    }
)  # fmt: skip
"""What stands at the left only where the lines above it, with the container's name, were cut off."""


def is_container(field: Field) -> bool:
    """Whether a field has a container's state below it."""
    return field.get("State") is not None and field.get("Ready") is not None


def _fill_container(container: Field, draft: Draft) -> None:
    draft.put("image", container.value_of("Image"), container.line_of("Image"))
    for title, key in (("Limits", "limits"), ("Requests", "requests")):
        section = container.get(title)
        for resource in section.named() if section else ():
            resources = draft.child("resources", section.line if section else container.line)
            resources.child(key, section.line if section else resource.line).put(
                resource.key, resource.value, resource.line
            )
    for title, key in (("Command", "command"), ("Args", "args")):
        section = container.get(title)
        if section and section.children:
            draft.put(key, [child.text for child in section.children], section.line)
            for place, child in enumerate(section.children):
                draft.lines.setdefault(f"{draft.path}.{key}[{place}]", child.line)
    for title, key in (("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")):
        probe = container.get(title)
        if probe and probe.value:
            draft.put(key, read_probe(probe.value), probe.line)
    _fill_ports(container, draft)
    _fill_environment(container, draft)
    _fill_mounts(container, draft)


def _fill_ports(container: Field, draft: Draft) -> None:
    for match in _PORT.finditer(container.value_of("Port", "Ports")[:2_000]):
        port = {"containerPort": int(match[1]), "protocol": match[2]} | ({"name": match[3]} if match[3] else {})
        draft.body.setdefault("ports", []).append(port)
        draft.lines.setdefault(f"{draft.path}.ports", container.line_of("Port", "Ports"))


def _fill_mounts(container: Field, draft: Draft) -> None:
    mounts = container.get("Mounts")
    for text, line in mounts.entries() if mounts else ():
        if match := _MOUNT.match(text):
            mount = draft.next_item("volumeMounts", match[2], line)
            if file := _SUB_PATH.search(match[3]):
                mount.put("subPath", file[1], line)
            mount.put("mountPath", match[1], line)
            if "ro" in match[3].split(","):
                mount.put("readOnly", value=True, line=line)


def _fill_environment(container: Field, draft: Draft) -> None:
    """Names and references. Values stay in the text: no rule needs them here and some are secrets."""
    environment = container.get("Environment")
    for variable in environment.named() if environment else ():
        item = draft.item("env", variable.key, variable.line)
        if key_reference := _SET_TO_KEY.match(variable.value):
            field = "secretKeyRef" if "in secret" in variable.value else "configMapKeyRef"
            source = item.child("valueFrom", variable.line).child(field, variable.line)
            source.put("name", key_reference[2], variable.line)
            source.put("key", key_reference[1], variable.line)
            source.put("optional", key_reference[3] == "true", variable.line)
    sources = container.get("Environment Variables from")
    for text, line in sources.entries() if sources else ():
        if match := _ENV_FROM.match(text):
            field = "configMapRef" if match[2] == "ConfigMap" else "secretRef"
            entry = {"name": match[1], "optional": match[3] == "true"}
            draft.body.setdefault("envFrom", []).append({field: entry})
            draft.lines.setdefault(f"{draft.path}.envFrom", line)


def _fill_status(container: Field, status: Draft, statuses: str) -> None:
    if not container.get("State") and not container.get("Ready"):
        return
    draft = status.item(statuses, container.key, container.line)
    draft.put("image", container.value_of("Image"), container.line_of("Image"))
    draft.put("imageID", container.value_of("Image ID"), container.line_of("Image ID"))
    draft.put("containerID", container.value_of("Container ID"), container.line_of("Container ID"))
    ready = container.value_of("Ready")
    if ready in ("True", "False"):
        draft.put("ready", ready == "True", container.line_of("Ready"))
    restarts = container.value_of("Restart Count")
    if restarts.isdecimal() and len(restarts) < 10:
        draft.put("restartCount", int(restarts), container.line_of("Restart Count"))
    for title, key in (("State", "state"), ("Last State", "lastState")):
        section = container.get(title)
        if section and section.value.lower() in ("waiting", "running", "terminated"):
            _fill_state(section, draft.child(key, section.line).child(section.value.lower(), section.line))


def _fill_state(section: Field, state: Draft) -> None:
    state.put("reason", section.value_of("Reason"), section.line_of("Reason"))
    state.put("message", section.value_of("Message"), section.line_of("Message"))
    state.put("startedAt", _time(section.value_of("Started")), section.line_of("Started"))
    state.put("finishedAt", _time(section.value_of("Finished")), section.line_of("Finished"))
    for title, key in (("Exit Code", "exitCode"), ("Signal", "signal")):
        number = section.value_of(title)
        if re.fullmatch(r"-?\d{1,9}", number):
            state.put(key, int(number), section.line_of(title))


def _fill_volume(volume: Field, draft: Draft) -> None:
    kind = volume.value_of("Type").split(" ", 1)[0]
    line = volume.line_of("Type")
    optional = volume.value_of("Optional") == "true"
    if kind in ("ConfigMap", "Secret"):
        field, key = ("configMap", "name") if kind == "ConfigMap" else ("secret", "secretName")
        source = draft.child(field, line)
        source.put(key, volume.value_of("Name", "SecretName"), volume.line_of("Name", "SecretName"))
        source.put("optional", optional, volume.line_of("Optional"))
    elif kind == "PersistentVolumeClaim":
        claim = draft.child("persistentVolumeClaim", line)
        claim.put("claimName", volume.value_of("ClaimName"), volume.line_of("ClaimName"))
    elif kind == "HostPath":
        draft.child("hostPath", line).put("path", volume.value_of("Path"), volume.line_of("Path"))
    elif kind == "EmptyDir":
        source = draft.child("emptyDir", line)
        source.put("medium", volume.value_of("Medium"), volume.line_of("Medium"))
        source.put("sizeLimit", volume.value_of("SizeLimit"), volume.line_of("SizeLimit"))
    elif kind == "CSI":
        draft.child("csi", line).put("driver", volume.value_of("Driver"), volume.line_of("Driver"))
    elif kind:
        draft.child(kind[:1].lower() + kind[1:], line)


def _fill_toleration(text: str, line: int, spec: Draft) -> None:
    match = _TOLERATION.fullmatch(text.strip())
    if not match or not any(match.groups()):
        return
    item = spec.item("tolerations", match[1], line, field="key")
    item.put("value", match[2], line)
    item.put("effect", match[3], line)
    item.put("operator", match[4], line)
    item.put("tolerationSeconds", int(match[5]) if match[5] and len(match[5]) < 10 else None, line)


def read_probe(text: str) -> dict[str, Any]:
    """`http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3` in the API's shape."""
    probe: dict[str, Any] = {
        _PROBE_FIELDS[name]: int(number) for name, number in _PROBE_ATTRIBUTE.findall(text) if name in _PROBE_FIELDS
    }
    if match := _HTTP_GET.match(text):
        probe["httpGet"] = {"path": match[5] or "/", "port": _port(match[4] or ""), "scheme": match[1].upper()}
    elif match := re.match(r"tcp-socket (\S*):([\w-]+)", text):
        probe["tcpSocket"] = {"port": _port(match[2])}
    elif match := re.match(r"grpc <pod>:(\d+)", text):
        probe["grpc"] = {"port": _port(match[1])}
    elif match := re.match(r"exec \[(.*)\] delay=", text):
        probe["exec"] = {"command": match[1].split(" ")}
    return probe


def _port(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) < 6 else text


def _time(text: str) -> str:
    at = read_time(text)
    return format_time(at) if at else ""
