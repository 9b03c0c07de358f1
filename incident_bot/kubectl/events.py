"""Tables of events: kubectl's layouts, the section in a describe, and the collector's own layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from incident_bot.kube_kinds import CLUSTER_SCOPED, kind_of
from incident_bot.kubectl.reading import KubeEvent
from incident_bot.kubectl.tables import Row, columns_of, read_table
from incident_bot.kubectl.times import container_of, format_time, read_age_s, read_time
from incident_bot.patterns import compile_later

OWN_COLUMNS = (
    "NAMESPACE", "LAST SEEN", "FIRST SEEN", "COUNT", "TYPE", "REASON", "OBJECT", "CONTAINER", "SOURCE", "MESSAGE"
)  # fmt: skip
_SEEN = compile_later(r"(\S+)\s+\(x(\d{1,9}) over ([^()\s]{1,40})\)")
_CONTAINER_PREFIX = compile_later(r"(spec\.\w*[cC]ontainers\{[^{}]{1,253}\}): ")
_BACK_OFF = compile_later(
    r"Back-off restarting failed container (?:(\S{1,63}) in pod )?\S{1,253}_([a-z0-9-]{1,63})\([\w-]+\)"
)
_CONTAINER_NAMED = compile_later(
    r"(?:Created|Started|Stopping|Killing) container:? ([a-z0-9-]{1,63})$|Container ([a-z0-9-]{1,63}) failed (?:liveness|startup) probe"
)
_ASSIGNED = compile_later(r"Successfully assigned ([a-z0-9-]{1,63})/")
_HEADERLESS = compile_later(
    r"(?:[a-z0-9.-]{1,253} {2,})?(?:\S{1,40}(?: \(x\d+ over [^()\s]{1,40}\))?) {2,}(?:Normal|Warning) {2,}[A-Za-z]{2,60} {2,}"
    r"[a-z]{2,60}/[^\s/]{1,253} {2,}\S"
)
_DESCRIBED = compile_later(
    r" {0,8}(?P<type>Normal|Warning) {1,40}(?P<reason>[A-Za-z]{2,60}) {1,40}(?P<seen>(?:\d{1,6}[smhdy]){1,3}(?: \(x\d+ over [^()\s]{1,40}\))?) {2,}"
    r"(?P<source>[a-z][\w./-]{1,80}(?:, \S{1,253})?) {2,}(?P<message>\S.{0,10000})"
)
"""A row of the events of a description that somebody cut out of it; whom it is about is not said."""
MAX_FURTHER_LINES = 10
"""The kubelet puts at most 10 KiB of a probe's output into a message; ten lines of it are enough to see why."""

_LINE_BREAK = "\u2424"
"""Stands for a line break inside a message in our own table, where kubectl would cut the message."""


def is_event_header(line: str) -> bool:
    """Whether a line is the header of a table of events, in any of the layouts people print them in."""
    names = {name for name, _ in columns_of(line)}
    about = {"OBJECT", "KIND", "NAME", "SUBOBJECT", "INVOLVEDOBJECT", "LAST SEEN", "LASTSEEN", "TYPE"}
    return "REASON" in names and bool(names & {"MESSAGE", "MSG", "NOTE", "OBJECT"}) and bool(names & about)


def is_event_row(line: str) -> bool:
    """Whether a line is a row of `kubectl get events --no-headers`, or of a description's events without their header."""
    return len(line) < 20_000 and bool(_HEADERLESS.match(line) or _DESCRIBED.match(line))


def read_event_table(evidence_id: str, lines: Sequence[tuple[int, str]]) -> list[KubeEvent]:
    """The events of a table whose header is the first line, or of rows without header."""
    if is_event_header(lines[0][1]):
        return read_event_rows(evidence_id, read_table(lines).rows)
    return read_headerless_events(evidence_id, lines)


def read_event_rows(evidence_id: str, rows: Iterable[Row]) -> list[KubeEvent]:
    """The events of a table's rows. A message with line breaks goes on in the lines below its row."""
    events: list[KubeEvent] = []
    further_lines = 0
    for row in rows:
        event = event_of_row(evidence_id, row)
        if event is not None:
            events.append(event)
            further_lines = 0
        elif events and further_lines < MAX_FURTHER_LINES:
            events[-1] = replace(events[-1], message=f"{events[-1].message}\n{row.text}")
            further_lines += 1
    return events


def read_headerless_events(evidence_id: str, lines: Iterable[tuple[int, str]]) -> list[KubeEvent]:
    """The events of rows printed with `--no-headers`; other lines are left out."""
    names = ("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")
    events = []
    for number, line in lines:
        if not is_event_row(line):
            continue
        if match := _DESCRIBED.match(line):
            told = {
                "TYPE": match["type"],
                "REASON": match["reason"],
                "LAST SEEN": match["seen"],
                "SOURCE": match["source"],
            }
            event = event_of_row(evidence_id, Row(number, {**told, "MESSAGE": match["message"]}))
            events += [event] if event else []
            continue
        cells = re.split(r" {2,}", line.strip(), maxsplit=5)
        if cells[1] not in ("Normal", "Warning"):
            namespace, *cells = cells
        else:
            namespace, cells = "", [*cells[:4], "  ".join(cells[4:])]
        event = event_of_row(evidence_id, Row(number, dict(zip(names, cells, strict=False)) | {"NAMESPACE": namespace}))
        if event:
            events.append(event)
    return events


_KIND_OF_SOURCE = {
    "kubelet": "Pod", "default-scheduler": "Pod", "cluster-autoscaler": "Pod", "replicaset-controller": "ReplicaSet",
    "deployment-controller": "Deployment", "job-controller": "Job", "cronjob-controller": "CronJob",
    "daemonset-controller": "DaemonSet", "statefulset-controller": "StatefulSet", "persistentvolume-controller": "PersistentVolumeClaim",
    "horizontal-pod-autoscaler": "HorizontalPodAutoscaler", "service-controller": "Service", "attachdetach-controller": "Pod",
}  # fmt: skip
"""What each component reports about, in nearly all of its events."""


def event_of_row(evidence_id: str, row: Row) -> KubeEvent | None:
    """The event that a row states; None when it has no reason in the form that Kubernetes uses."""
    reason = row.get("REASON")
    message = row.get("MESSAGE", "MSG", "NOTE").replace(_LINE_BREAK, "\n")
    source = row.get("SOURCE", "FROM", "COMPONENT").split(",")[0]
    kind, name = _object_of(row)
    kind = kind or ("" if name else _KIND_OF_SOURCE.get(source, ""))
    if not reason or not re.fullmatch(r"[\w.:-]{1,128}", reason):
        return None
    last = row.get("LAST SEEN", "LASTSEEN", "LAST", "LASTTIMESTAMP", "TIME", "AGE", "TIMESTAMP", "CREATED", "CREATION")
    first = row.get("FIRST SEEN", "FIRSTSEEN", "FIRST", "FIRSTTIMESTAMP")
    age_s, count = read_seen(last)
    counted = row.get("COUNT")
    prefix = _CONTAINER_PREFIX.match(message)
    told = _BACK_OFF.search(message) if kind == "Pod" else None
    assigned = _ASSIGNED.match(message) if kind == "Pod" else None
    namespace = row.get("NAMESPACE") or (told[2] if told else assigned[1] if assigned else "")
    return KubeEvent(
        evidence_id=evidence_id,
        line=row.line,
        type=row.get("TYPE"),
        reason=reason,
        message=message[prefix.end() :] if prefix else message,
        kind=kind,
        name=name,
        namespace="" if kind in CLUSTER_SCOPED else namespace,
        container=row.get("CONTAINER")
        or container_of(row.get("SUBOBJECT", "SUBOBJECTPATH") or (prefix[1] if prefix else ""))
        or (told[1] if told else "")
        or (_container_in(message) if kind == "Pod" else ""),
        source=source,
        count=int(counted) if counted.isdecimal() and len(counted) < 10 else count,
        first_at=read_time(first),
        last_at=read_time(last),
        age_s=age_s,
    )


def _container_in(message: str) -> str:
    """The container in wordings that name it; from 1.35 on they do not: `Container created`."""
    match = _CONTAINER_NAMED.match(message)
    return (match[1] or match[2] or "") if match else ""


def _object_of(row: Row) -> tuple[str, str]:
    about = row.get("OBJECT", "INVOLVEDOBJECT")
    kind, slash, name = about.partition("/")
    if slash:
        return kind_of(kind), name
    kind = kind_of(row.get("KIND")) if row.get("KIND") else ""
    # An Event is called as its object, a dot, and its first time in hexadecimal nanoseconds
    # (client-go, tools/record/event.go).
    return kind, about or _EVENT_SUFFIX.sub("", row.get("NAME", "POD"))


_EVENT_SUFFIX = compile_later(r"\.[0-9a-f]{15,16}$")


def read_seen(text: str) -> tuple[float | None, int]:
    """Seconds and count of `5m32s`, `5m32s (x4 over 10m)`, `<unknown>`."""
    match = _SEEN.match(text.strip())
    if match:
        return read_age_s(match[1]), max(int(match[2]), 1)
    return read_age_s(text), 1


def format_events(events: Iterable[KubeEvent]) -> str:
    """The collector's table of events: absolute times, one event a line, every field that a reader needs.

    `read` gives the same events back, except for their evidence id and line, and except that
    runs of spaces around a message are dropped.
    """
    rows = [OWN_COLUMNS, *(_row_of(event) for event in events)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(OWN_COLUMNS))]
    lines = []
    for row in rows:
        padded = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        lines.append("   ".join([*padded, row[-1]]).rstrip())
    return "\n".join(lines) + "\n"


def _row_of(event: KubeEvent) -> tuple[str, ...]:
    return (
        event.namespace or "<none>",
        format_time(event.last_at) or "<unknown>",
        format_time(event.first_at) or "<unknown>",
        str(event.count),
        event.type or "<none>",
        event.reason or "<none>",
        f"{event.kind}/{event.name}",
        event.container or "<none>",
        event.source or "<none>",
        event.message.replace("\r", "").replace("\n", _LINE_BREAK) or "<none>",
    )
