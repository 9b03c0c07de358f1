"""A folder of plain kubectl output as evidence: which file is what, whose log each is, and what it is all about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from incident_bot import kubectl
from incident_bot.errors import UsageError
from incident_bot.evidence import Collected
from incident_bot.evidence.folder import TextFile, read_folder
from incident_bot.model import EvidenceKind, Gap, RawEvidence, Target
from incident_bot.outputs import read_output

_ORDER = {
    EvidenceKind.ALERT: 0,
    EvidenceKind.OBJECT: 1,
    EvidenceKind.DESCRIBE: 1,
    EvidenceKind.EVENTS: 2,
    EvidenceKind.TABLE: 3,
    EvidenceKind.LOG: 4,
    EvidenceKind.NOTE: 5,
}
_SOURCES = {
    EvidenceKind.ALERT: "alert",
    EvidenceKind.OBJECT: "Kubernetes objects",
    EvidenceKind.DESCRIBE: "kubectl describe",
    EvidenceKind.EVENTS: "events",
    EvidenceKind.TABLE: "kubectl table",
    EvidenceKind.NOTE: "note",
}


def read_outputs(folder: Path) -> Collected:
    """What the files of a folder say, each by its content. Raises `UsageError` when nothing in it can be read."""
    files: list[TextFile] = []
    gaps: list[Gap] = []
    for found in read_folder(folder):
        if isinstance(found, Gap):
            gaps.append(found)
        elif found.text.strip():
            files.append(found)
            gaps.extend(_cut_gap(found))
    if not files:
        reasons = "; ".join(f"{gap.what}: {gap.reason}" for gap in gaps[:3]) or "it is empty"
        raise UsageError(
            f"{folder} holds no readable text ({reasons})",
            hint="Put output of `kubectl describe`, `get events`, `get -o yaml` and `logs` into it, one command a file.",
        )
    items = [item for file in files for item in _evidence_of(file)]
    items.sort(key=lambda item: (_ORDER[item.kind], item.name))
    outputs = [item for item in items if item.kind is not EvidenceKind.LOG]
    readings = kubectl.name_fragments([kubectl.read_lines("", item.kind, _lines(item.text)) for item in outputs])
    pods = kubectl.containers_by_pod(readings)
    kept: list[RawEvidence] = []
    for item in items:
        named = _with_origin(item, pods)
        if isinstance(named, Gap):
            gaps.append(named)
        else:
            kept.append(replace(named, id=f"E{len(kept) + 1}"))
    return Collected(items=tuple(kept), gaps=tuple(gaps), target=_target_of(readings, kept))


def _cut_gap(file: TextFile) -> list[Gap]:
    remedy = "Give a smaller file, e.g. with `kubectl logs --tail` or of one namespace."
    return [Gap(kind="cut", what=file.name, reason=file.cut, remedy=remedy)] if file.cut else []


def _lines(text: str) -> list[str]:
    return [line.removesuffix("\r") for line in text.split("\n")]


def _evidence_of(file: TextFile) -> list[RawEvidence]:
    """One evidence a file; of a transcript, one for its kubectl output and one for each log in it.

    The parts keep the file's name and line numbers: what belongs to another part is blank.
    """
    if not kubectl.may_be_transcript(file.text):
        return _whole(file, kubectl.recognise(file.name, file.text), "")
    lines = _lines(file.text)
    if kubectl.split_fences(lines):
        return _note_of(file)
    parts = kubectl.split_transcript(file.name, lines)
    logs = [part for part in parts if part.kind is EvidenceKind.LOG]
    if not parts or len(parts) == len(logs) == 1:
        kind = EvidenceKind.LOG if parts else kubectl.recognise(file.name, file.text)
        return _whole(file, kind, parts[0].title if parts else "")
    items = [_raw(file, EvidenceKind.LOG, _only_lines(lines, part.first, part.end), part.title) for part in logs]
    rest = list(lines)
    for part in logs:
        rest[part.first : part.end] = [""] * (part.end - part.first)
    others = [part for part in parts if part.kind is not EvidenceKind.LOG]
    if others:
        items.append(_raw(file, _main_kind(others), "\n".join(rest), ""))
    return items


def _whole(file: TextFile, kind: EvidenceKind, title: str) -> list[RawEvidence]:
    if kind is EvidenceKind.LOG:
        return _logs_of(file, title)
    return _note_of(file) if kind is EvidenceKind.NOTE else [_raw(file, kind, file.text, "")]


def _logs_of(file: TextFile, title: str) -> list[RawEvidence]:
    """A log, or of merged logs of several containers one for each."""
    lines = _lines(file.text) if kubectl.may_be_merged(file.text) else []
    merged = kubectl.split_merged(lines)
    if not merged:
        return [_raw(file, EvidenceKind.LOG, file.text, title)]
    return [
        replace(_raw(file, EvidenceKind.LOG, _only_these(lines, log.lines), ""), pod=log.pod, container=log.container)
        for log in merged
    ]


def _note_of(file: TextFile) -> list[RawEvidence]:
    """A note, and what the terminal printed between its fences."""
    lines = _lines(file.text)
    parts = kubectl.split_fences(lines)
    items = [_raw(file, part.kind, _only_lines(lines, _first_of(part), part.end), part.title) for part in parts]
    places = {index for part in parts for index in range(part.first, part.end)}
    prose = [index for index in range(len(lines)) if index not in places]
    return [*items, _raw(file, EvidenceKind.NOTE, _only_these(lines, prose) if parts else file.text, "")]


def _first_of(part: kubectl.Part) -> int:
    """Where to read from: a table's own command, one line above it, names the namespace."""
    return part.first - 1 if part.title and part.kind is not EvidenceKind.LOG else part.first


def _only_these(lines: Sequence[str], places: Sequence[int]) -> str:
    kept = [""] * (places[-1] + 1 if places else 0)
    for place in places:
        kept[place] = lines[place]
    return "\n".join(kept)


def _main_kind(parts: Sequence[kubectl.Part]) -> EvidenceKind:
    """The kind of most lines; notes between outputs do not make the file a note."""
    sizes: dict[EvidenceKind, int] = {}
    for part in parts:
        sizes[part.kind] = sizes.get(part.kind, 0) + (
            part.end - part.first if part.kind is not EvidenceKind.NOTE else 0
        )
    return max(sizes, key=lambda kind: sizes[kind])


def _only_lines(lines: list[str], first: int, end: int) -> str:
    return "\n" * first + "\n".join(lines[first:end])


def _raw(file: TextFile, kind: EvidenceKind, text: str, title: str) -> RawEvidence:
    source = title or _SOURCES.get(kind, "log")
    return RawEvidence(id="", kind=kind, name=file.name, source=source, text=text, cut=file.cut)


def _with_origin(item: RawEvidence, pods: Mapping[str, Sequence[str]]) -> RawEvidence | Gap:
    """A log with its pod and container; kubectl's own error in place of a log is a gap."""
    if item.kind is not EvidenceKind.LOG:
        return item
    reason = kubectl.explain_no_output(item.text)
    if reason:
        remedy = "Collect it again while the object exists, with an account that may read it."
        return Gap(kind="not-found", what=item.name, reason=reason, remedy=remedy)
    if item.pod or item.container:
        pod, container, previous = item.pod, item.container, item.previous
    elif item.source.startswith("kubectl "):
        pod, container, previous = kubectl.origin_of_command(item.source)
    else:
        pod, container, previous = kubectl.read_log_origin(item.name, item.text, pods)
    output = read_output(item.name, _lines(item.text)) if len(item.text) < _LONGEST_OUTPUT else None
    if output:
        return replace(item, source=f"output of {output.tool}", pod=pod, container=container, previous=previous)
    whose = f"log of {container or pod or item.name}{', previous run' if previous else ''}"
    return replace(item, source=whose, pod=pod, container=container, previous=previous)


_LONGEST_OUTPUT = 400_000
"""Characters; what is longer was not printed for somebody to read."""


def _target_of(readings: Sequence[kubectl.Reading], items: Sequence[RawEvidence]) -> Target:
    """From the objects and events; where they name no pod, from logs if all are of one pod."""
    target = kubectl.infer_target(readings)
    pods = {item.pod for item in items if item.pod}
    if target.pod or target.workload or len(pods) != 1:
        return target
    return replace(target, pod=pods.pop())
