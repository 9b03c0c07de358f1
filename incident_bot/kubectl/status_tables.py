"""`kubectl get` and `kubectl top` tables into API-shaped objects.

Only what a cell states exactly goes into the API's fields; every cell, exact or not, is kept
as text under `body["table"]`. A table of pods names no container: its container status has an
empty name and the path `status.containerStatuses[0]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from incident_bot.kube_kinds import kind_of
from incident_bot.kubectl.custom_tables import fill_custom, kind_by_columns
from incident_bot.kubectl.draft import Draft
from incident_bot.kubectl.headerless import read_bare_rows
from incident_bot.kubectl.pod_status import fill_pod_row
from incident_bot.kubectl.reading import SELECTED
from incident_bot.kubectl.releases import fill_release, is_history, read_history
from incident_bot.kubectl.tables import Row, Table, columns_of, read_table
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.kubectl.reading import KubeObject

_KINDS_BY_COLUMNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Pod", frozenset({"READY", "STATUS", "RESTARTS"})),
    ("Node", frozenset({"STATUS", "ROLES"})),
    ("PersistentVolumeClaim", frozenset({"STATUS", "VOLUME", "CAPACITY"})),
    ("PersistentVolume", frozenset({"CAPACITY", "RECLAIM POLICY"})),
    ("DaemonSet", frozenset({"DESIRED", "UP-TO-DATE", "READY"})),
    ("Rollout", frozenset({"DESIRED", "CURRENT", "UP-TO-DATE", "AVAILABLE"})),
    ("Deployment", frozenset({"READY", "UP-TO-DATE", "AVAILABLE"})),
    ("ReplicaSet", frozenset({"DESIRED", "CURRENT", "READY"})),
    ("Job", frozenset({"COMPLETIONS", "DURATION"})),
    ("CronJob", frozenset({"SCHEDULE", "SUSPEND"})),
    ("HorizontalPodAutoscaler", frozenset({"REFERENCE", "MINPODS"})),
    ("Service", frozenset({"TYPE", "CLUSTER-IP"})),
    ("EndpointSlice", frozenset({"ADDRESSTYPE", "ENDPOINTS"})),
    ("Endpoints", frozenset({"ENDPOINTS"})),
    ("Ingress", frozenset({"HOSTS", "ADDRESS"})),
    ("InferenceService", frozenset({"URL", "READY"})),
    ("PodDisruptionBudget", frozenset({"MIN AVAILABLE", "ALLOWED DISRUPTIONS"})),
    ("NodeMetrics", frozenset({"CPU(cores)", "CPU%"})),
    ("NodeMetrics", frozenset({"CPU(cores)", "CPU(%)"})),
    ("PodMetrics", frozenset({"CPU(cores)", "MEMORY(bytes)"})),
    ("ResourceQuota", frozenset({"REQUEST", "LIMIT"})),
    ("Release", frozenset({"REVISION", "STATUS", "CHART"})),
    ("StorageClass", frozenset({"PROVISIONER"})),
    ("APIService", frozenset({"SERVICE", "AVAILABLE"})),
    ("IngressClass", frozenset({"CONTROLLER", "PARAMETERS"})),
    ("CertificateSigningRequest", frozenset({"SIGNERNAME", "CONDITION"})),
    ("Secret", frozenset({"TYPE", "DATA", "AGE"})),
    ("ConfigMap", frozenset({"DATA", "AGE"})),
    ("ServiceAccount", frozenset({"SECRETS", "AGE"})),
    ("PriorityClass", frozenset({"VALUE", "GLOBAL-DEFAULT"})),
    ("StatefulSet", frozenset({"READY", "AGE"})),
    ("Namespace", frozenset({"STATUS", "AGE"})),
)
"""The first whose columns are all there; `kubectl get` never prints the kind of a single-kind table."""

_NAME = compile_later(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?|\[REDACTED:[^\]]{1,60}\]\S*")
_NUMBER = compile_later(r"\d{1,9}")
_SERVICE_PORT = compile_later(r"(\d{1,5})(?::\d{1,5})?/(?:TCP|UDP|SCTP)")


def read_status_table(
    evidence_id: str, lines: Sequence[tuple[int, str]], asked: str = "", *, is_selected: bool = False
) -> list[KubeObject]:
    """One object a row of a table whose header is the first line; rows that name no object are left out.

    `asked` is the kind that the command above asked for, if there is one; `is_selected`: it did not ask for all of them.
    """
    if columns_of(lines[0][1]):
        return _read_rows(evidence_id, "", read_table(lines), asked, is_selected=is_selected)
    found: list[KubeObject] = []
    for kind, table in read_bare_rows(lines):
        # Whatever took the header away may have taken rows: nobody knows whether these are all.
        found += _read_rows(evidence_id, kind, table, asked, is_selected=True)
    return found


def _read_rows(evidence_id: str, told: str, table: Table, asked: str, *, is_selected: bool) -> list[KubeObject]:
    if is_history(table.columns):
        return read_history(evidence_id, table.rows)
    kind = told or next((kind for kind, columns in _KINDS_BY_COLUMNS if columns <= set(table.columns)), "")
    custom = kind_by_columns(table.columns, table.rows) if _is_vague(kind, table.rows) and asked not in _FILLERS else ""
    kind = (asked or custom) if custom else kind or asked
    marks = {SELECTED: True} if is_selected else {}
    objects = [_object_of(evidence_id, kind, row, marks, is_custom=bool(custom)) for row in table.rows]
    return [found for found in objects if found is not None]


def _is_vague(kind: str, rows: Sequence[Row]) -> bool:
    """Whether a kind was told by columns that tables of custom resources have as well."""
    if kind == "Namespace":
        return not all(row.get("STATUS") in ("Active", "Terminating") for row in rows)
    return kind in ("", "StatefulSet", "InferenceService")


def _object_of(
    evidence_id: str, kind: str, row: Row, marks: Mapping[str, bool], *, is_custom: bool
) -> KubeObject | None:
    prefix, slash, name = row.get("POD", "NAME").removesuffix(" (default)").partition("/")
    if slash:
        kind = kind_of(prefix)
    else:
        name = prefix
    if not kind or not _NAME.fullmatch(name):
        return None
    draft = Draft(row.line)
    filler = _FILLERS.get(kind, fill_custom if is_custom else None)
    if filler is not None and not filler(row, draft):
        return None
    _fill_labels(row, draft)
    draft.put("table", dict(row.cells), row.line)
    draft.body.update(marks)
    return draft.finish(evidence_id, kind, name, row.get("NAMESPACE"))


def _fill_labels(row: Row, draft: Draft) -> None:
    """The last column of `--show-labels`."""
    for pair in row.get("LABELS").split(","):
        key, separator, value = pair.partition("=")
        if separator:
            draft.child("metadata", row.line).child("labels", row.line).put(key[:317], value, row.line)


def _fill_node(row: Row, draft: Draft) -> bool:
    words = row.get("STATUS").split(",")
    if words[0] not in ("Ready", "NotReady", "Unknown"):
        return False
    ready = {"Ready": "True", "NotReady": "False"}.get(words[0], "Unknown")
    status = draft.child("status", row.line)
    status.item("conditions", "Ready", row.line, field="type").put("status", ready, row.line)
    status.child("nodeInfo", row.line).put("kubeletVersion", row.get("VERSION"), row.line)
    if "SchedulingDisabled" in words:
        draft.child("spec", row.line).put("unschedulable", value=True, line=row.line)
    return True


def _fill_claim(row: Row, draft: Draft) -> bool:
    spec, status = draft.child("spec", row.line), draft.child("status", row.line)
    if not row.get("STATUS").isalpha():
        return False
    _put_phase(row, draft, status)
    spec.put("volumeName", row.get("VOLUME"), row.line)
    spec.put("storageClassName", row.get("STORAGECLASS"), row.line)
    if row.get("CAPACITY"):
        status.child("capacity", row.line).put("storage", row.get("CAPACITY"), row.line)
    return True


def _fill_volume(row: Row, draft: Draft) -> bool:
    spec = draft.child("spec", row.line)
    _put_phase(row, draft, draft.child("status", row.line))
    spec.put("storageClassName", row.get("STORAGECLASS"), row.line)
    spec.put("persistentVolumeReclaimPolicy", row.get("RECLAIM POLICY"), row.line)
    namespace, slash, name = row.get("CLAIM").partition("/")
    if slash:
        spec.put("claimRef", {"namespace": namespace, "name": name}, row.line)
    return True


def _put_phase(row: Row, draft: Draft, status: Draft) -> None:
    if row.get("STATUS") == "Terminating":
        draft.child("metadata", row.line).put("deletionTimestamp", "Terminating", row.line)
    else:
        status.put("phase", row.get("STATUS"), row.line)


def _fill_workload(row: Row, draft: Draft) -> bool:
    """Deployment, ReplicaSet, StatefulSet: `READY 0/3`, or DESIRED, CURRENT and READY in columns of their own."""
    ready, slash, wanted = row.get("READY").partition("/")
    spec, status = draft.child("spec", row.line), draft.child("status", row.line)
    if not _NUMBER.fullmatch(ready):
        return False
    status.put("readyReplicas", int(ready), row.line)
    _put_number(spec, "replicas", wanted if slash else row.get("DESIRED"), row.line)
    for column, key in (("UP-TO-DATE", "updatedReplicas"), ("AVAILABLE", "availableReplicas"), ("CURRENT", "replicas")):
        _put_number(status, key, row.get(column), row.line)
    return True


def _fill_daemon_set(row: Row, draft: Draft) -> bool:
    status = draft.child("status", row.line)
    for column, key in (
        ("DESIRED", "desiredNumberScheduled"),
        ("CURRENT", "currentNumberScheduled"),
        ("READY", "numberReady"),
        ("UP-TO-DATE", "updatedNumberScheduled"),
        ("AVAILABLE", "numberAvailable"),
    ):
        _put_number(status, key, row.get(column), row.line)
    return "desiredNumberScheduled" in status.body


def _fill_job(row: Row, draft: Draft) -> bool:
    done, slash, wanted = row.get("COMPLETIONS").partition("/")
    status = draft.child("status", row.line)
    if not slash or not _NUMBER.fullmatch(done):
        return False
    status.put("succeeded", int(done), row.line)
    _put_number(draft.child("spec", row.line), "completions", wanted, row.line)
    outcome = row.get("STATUS")
    if outcome in ("Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"):
        status.item("conditions", outcome, row.line, field="type").put("status", "True", row.line)
    return True


def _fill_cron_job(row: Row, draft: Draft) -> bool:
    spec = draft.child("spec", row.line)
    spec.put("schedule", row.get("SCHEDULE"), row.line)
    if row.get("SUSPEND") in ("True", "False"):
        spec.put("suspend", row.get("SUSPEND") == "True", row.line)
    return "suspend" in spec.body


def _fill_autoscaler(row: Row, draft: Draft) -> bool:
    kind, slash, name = row.get("REFERENCE").partition("/")
    spec, status = draft.child("spec", row.line), draft.child("status", row.line)
    spec.put("scaleTargetRef", {"kind": kind, "name": name} if slash else None, row.line)
    for column, key in (("MINPODS", "minReplicas"), ("MAXPODS", "maxReplicas")):
        _put_number(spec, key, row.get(column), row.line)
    _put_number(status, "currentReplicas", row.get("REPLICAS"), row.line)
    return bool(slash)


def _fill_service(row: Row, draft: Draft) -> bool:
    spec = draft.child("spec", row.line)
    spec.put("type", row.get("TYPE"), row.line)
    spec.put("clusterIP", row.get("CLUSTER-IP"), row.line)
    for pair in row.get("SELECTOR").split(","):
        key, separator, value = pair.partition("=")
        if separator:
            spec.child("selector", row.line).put(key[:317], value, row.line)
    for port in _SERVICE_PORT.findall(row.get("PORT(S)")[:500]):
        spec.body.setdefault("ports", []).append({"port": int(port)})
    if row.get("EXTERNAL-IP") == "<pending>":
        draft.child("status", row.line).put("loadBalancer", {}, row.line)
    return True


def _fill_ingress(row: Row, draft: Draft) -> bool:
    draft.child("spec", row.line).put("ingressClassName", row.get("CLASS"), row.line)
    draft.child("status", row.line).put("address", row.get("ADDRESS"), row.line)
    return True


def _fill_secret(row: Row, draft: Draft) -> bool:
    draft.put("type", row.get("TYPE"), row.line)
    return True


def _fill_endpoints(row: Row, draft: Draft) -> bool:
    addresses = [text for text in row.get("ENDPOINTS").split(",") if text and text != "<unset>"]
    draft.child("status", row.line).put("endpoints", addresses, row.line)
    return True


def _fill_pod_metrics(row: Row, draft: Draft) -> bool:
    """`kubectl top pod`; with `--containers` each row is one container of the pod."""
    container = row.get("NAME") if row.get("POD") else ""
    usage = {"cpu": row.get("CPU(cores)"), "memory": row.get("MEMORY(bytes)")}
    draft.put("containers", [{"name": container, "usage": usage}], row.line)
    return usage["memory"][:1].isdigit()


def _fill_node_metrics(row: Row, draft: Draft) -> bool:
    usage = draft.child("usage", row.line)
    usage.put("cpu", row.get("CPU(cores)"), row.line)
    usage.put("memory", row.get("MEMORY(bytes)"), row.line)
    usage.put("cpuPercent", row.get("CPU%", "CPU(%)").rstrip("%"), row.line)
    usage.put("memoryPercent", row.get("MEMORY%", "MEMORY(%)").rstrip("%"), row.line)
    return bool(usage.body)


def _fill_api_service(row: Row, draft: Draft) -> bool:
    """`AVAILABLE` is `True`, or `False (ServiceNotFound)` with the condition's reason."""
    match = _AVAILABLE.fullmatch(row.get("AVAILABLE"))
    if match is None:
        return False
    available = draft.child("status", row.line).item("conditions", "Available", row.line, field="type")
    available.put("status", match[1], row.line)
    available.put("reason", match[2], row.line)
    return True


_AVAILABLE = compile_later(r"(True|False|Unknown)(?: \((\w{1,60})\))?")


def _put_number(draft: Draft, key: str, text: str, line: int) -> None:
    match = _NUMBER.match(text)
    if match:
        draft.put(key, int(match[0]), line)


_FILLERS: dict[str, Callable[[Row, Draft], bool]] = {
    "Pod": fill_pod_row,
    "Node": _fill_node,
    "PersistentVolumeClaim": _fill_claim,
    "PersistentVolume": _fill_volume,
    "Deployment": _fill_workload,
    "ReplicaSet": _fill_workload,
    "StatefulSet": _fill_workload,
    "DaemonSet": _fill_daemon_set,
    "Job": _fill_job,
    "CronJob": _fill_cron_job,
    "HorizontalPodAutoscaler": _fill_autoscaler,
    "Service": _fill_service,
    "Ingress": _fill_ingress,
    "Secret": _fill_secret,
    "Endpoints": _fill_endpoints,
    "EndpointSlice": _fill_endpoints,
    "PodMetrics": _fill_pod_metrics,
    "NodeMetrics": _fill_node_metrics,
    "Release": fill_release,
    "APIService": _fill_api_service,
}
"""Each returns False when the row does not look like the kind after all."""
