"""A folder as a source of evidence: our own bundle, read and written here, or any folder of plain kubectl output."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from incident_bot.errors import UsageError
from incident_bot.evidence import Collected
from incident_bot.evidence.folder import DEFAULT_LIMITS, read_file
from incident_bot.evidence.kubectl_outputs import read_outputs
from incident_bot.model import Alert, Case, EvidenceKind, Gap, Incident, RawEvidence, Target
from incident_bot.plain import FormError, from_plain, to_plain

SCHEMA_VERSION = 1
MANIFEST_NAME = "bundle.json"


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
        hint = "Give a bundle, or a folder of kubectl output."
        if folder.is_file():
            hint = f"Put the file into a folder of its own (mkdir case && cp {folder} case), and give that."
        raise UsageError(f"{folder} is {'a file' if folder.is_file() else 'not a folder'}", hint=hint)
    manifest = folder / MANIFEST_NAME
    if manifest.is_file():
        return _read_own(folder, _read_manifest(manifest))
    return BundleContent(collected=read_outputs(folder))


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
