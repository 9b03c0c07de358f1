"""A folder as a source of evidence: our own bundle, or any folder of plain kubectl output."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from incident_bot import kubectl
from incident_bot.errors import UsageError
from incident_bot.evidence import Collected
from incident_bot.evidence.folder import DEFAULT_LIMITS, TextFile, read_file, read_folder
from incident_bot.model import Alert, Case, EvidenceKind, Gap, Incident, RawEvidence, Target
from incident_bot.plain import FormError, from_plain, to_plain

SCHEMA_VERSION = 1
MANIFEST_NAME = "bundle.json"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContent:
    """What a folder holds. `incident` is set for our own bundles only; `redactions` counts values replaced before."""

    collected: Collected
    incident: Incident | None = None
    redactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleItem:
    """One line of `bundle.json`: an evidence and the file that holds its redacted text."""

    id: str
    kind: EvidenceKind
    name: str
    source: str
    file: str
    pod: str = ""
    container: str = ""
    previous: bool = False
    cut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`bundle.json`."""

    key: str
    alert: Alert
    target: Target
    items: tuple[BundleItem, ...]
    gaps: tuple[Gap, ...] = ()
    also: tuple[Alert, ...] = ()
    redactions: dict[str, int] = field(default_factory=dict)
    collected_at: datetime | None = None


def read_bundle(folder: Path) -> BundleContent:
    """Evidence of a folder: by its `bundle.json` where it has one, else by the content of its files.

    Raises `UsageError` when the folder is missing, holds nothing readable, or its `bundle.json`
    is of another version, malformed, or points outside of the folder.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", hint="Give a bundle, or a folder of kubectl output.")
    manifest = folder / MANIFEST_NAME
    if manifest.is_file():
        return _read_own(folder, _read_manifest(manifest))
    return BundleContent(collected=_read_plain(folder))


def write_bundle(folder: Path, case: Case) -> None:
    """Write a case as a bundle: `bundle.json` and one redacted text file an item.

    Raises `UsageError` when the folder cannot be written or holds something that is no bundle.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MANIFEST_NAME).exists())):
        raise UsageError(f"{folder} exists and is no bundle", hint="Give a new or an empty folder.")
    names: set[str] = {MANIFEST_NAME}
    items = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for evidence in case.evidence:
            file = _file_name(evidence.name or evidence.id, names)
            _write(folder / file, "\n".join(evidence.lines))
            items.append(
                BundleItem(
                    id=evidence.id,
                    kind=evidence.kind,
                    name=evidence.name,
                    source=evidence.source,
                    file=file,
                    pod=evidence.pod,
                    container=evidence.container,
                    previous=evidence.previous,
                    cut=evidence.cut,
                )
            )
        incident = case.incident
        manifest = Manifest(
            key=incident.key,
            alert=incident.alert,
            also=incident.also,
            target=incident.target,
            items=tuple(items),
            gaps=case.gaps,
            redactions=dict(case.redactions),
            collected_at=case.collected_at,
        )
        _write(folder / MANIFEST_NAME, _manifest_to_json(manifest))
    except OSError as error:
        raise UsageError(f"cannot write the bundle: {error}", hint="Give a folder that you may write.") from error


def _write(path: Path, text: str) -> None:
    """Whole or not at all, with `\\n` line ends on every system so that line numbers hold."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    partial.replace(path)


def _file_name(name: str, taken: set[str]) -> str:
    """A flat, safe, unused file name that still says what it was."""
    safe = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in name)
    safe = safe.strip(".-")[-120:].removesuffix(".gz") or "evidence"
    candidate, number = safe, 2
    while candidate.lower() in {known.lower() for known in taken}:
        stem, dot, ending = safe.rpartition(".")
        candidate = f"{stem}-{number}.{ending}" if dot else f"{safe}-{number}"
        number += 1
    taken.add(candidate)
    return candidate


def _manifest_to_json(manifest: Manifest) -> str:
    return json.dumps({"schema_version": SCHEMA_VERSION, **to_plain(manifest)}, indent=1, ensure_ascii=False) + "\n"


def _read_manifest(path: Path) -> Manifest:
    found = read_file(path, MANIFEST_NAME)
    if isinstance(found, Gap):
        raise UsageError(f"{path}: {found.reason}", hint=found.remedy)
    try:
        plain: Any = json.loads(found.text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}", hint="Write it with `incident-bot collect --out`.") from error
    version = plain.pop("schema_version", None) if isinstance(plain, dict) else None
    if version != SCHEMA_VERSION:
        raise UsageError(
            f"{path}: `schema_version` is {version!r}, this version reads {SCHEMA_VERSION}",
            hint="Write the bundle again with `incident-bot collect --out`, or remove bundle.json to read the folder as it is.",
        )
    try:
        manifest = from_plain(Manifest, plain)
    except FormError as error:
        raise UsageError(f"{path}: {error}", hint="The file was changed or cut.") from error
    _refuse_doubles(path, manifest)
    return manifest


def _refuse_doubles(path: Path, manifest: Manifest) -> None:
    ids = [item.id for item in manifest.items]
    double = next((item for item in ids if ids.count(item) > 1), "")
    if double:
        raise UsageError(f"{path}: `items`: the id {double!r} is used twice", hint="Citations need ids of their own.")


def _read_own(folder: Path, manifest: Manifest) -> BundleContent:
    items = tuple(_read_item(folder, item) for item in manifest.items)
    incident = Incident(key=manifest.key, alert=manifest.alert, target=manifest.target, also=manifest.also)
    collected = Collected(items=items, gaps=manifest.gaps, target=manifest.target, collected_at=manifest.collected_at)
    return BundleContent(collected=collected, incident=incident, redactions=manifest.redactions)


def _read_item(folder: Path, item: BundleItem) -> RawEvidence:
    """An item's text. Its path may not leave the folder: a bundle may come from anyone."""
    relative = PurePosixPath(item.file)
    path = folder / relative
    escapes = relative.is_absolute() or ".." in relative.parts or "\\" in item.file or "\0" in item.file
    if escapes or not path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"item {item.id}: the file {item.file!r} is outside of the bundle", hint="Do not use this bundle."
        )
    if not path.exists():
        raise UsageError(f"item {item.id}: the file {item.file!r} is missing", hint="Copy the bundle as a whole.")
    text = _read_own_text(path, item)
    return RawEvidence(
        id=item.id,
        kind=item.kind,
        name=item.name,
        source=item.source,
        text=text,
        pod=item.pod,
        container=item.container,
        previous=item.previous,
        cut=item.cut,
    )


def _read_own_text(path: Path, item: BundleItem) -> str:
    """The text as `write_bundle` wrote it: whatever bytes a log holds, it is no other format and no other encoding."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > DEFAULT_LIMITS.folder_bytes:
        limit = f"{DEFAULT_LIMITS.folder_bytes // 1024**2} MiB"
        raise UsageError(
            f"item {item.id}: {item.file!r} is not a plain file of at most {limit}", hint="Do not use this bundle."
        )
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"item {item.id}: the file {item.file!r}: {error.strerror}", hint="Check its permissions."
        ) from error


def _read_plain(folder: Path) -> Collected:
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
    readings = [kubectl.read_lines("", item.kind, _lines(item.text)) for item in outputs]
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
    items = [_raw(file, part.kind, _only_lines(lines, part.first, part.end), part.title) for part in parts]
    places = {index for part in parts for index in range(part.first, part.end)}
    prose = [index for index in range(len(lines)) if index not in places]
    return [*items, _raw(file, EvidenceKind.NOTE, _only_these(lines, prose) if parts else file.text, "")]


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
    whose = f"log of {container or pod or item.name}{', previous run' if previous else ''}"
    return replace(item, source=whose, pod=pod, container=container, previous=previous)


def _target_of(readings: Sequence[kubectl.Reading], items: Sequence[RawEvidence]) -> Target:
    """From the objects and events; where they name no pod, from logs if all are of one pod."""
    target = kubectl.infer_target(readings)
    pods = {item.pod for item in items if item.pod}
    if target.pod or target.workload or len(pods) != 1:
        return target
    return replace(target, pod=pods.pop())
