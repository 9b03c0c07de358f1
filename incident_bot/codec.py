"""Values to JSON and back: the files that the three steps of a workflow hand to each other.

`publish` runs with the token that may write issues, and its input was made by a job that
may not; so a file read here is untrusted, is checked against the types, and every text in
it has to go through the redaction gate again before it becomes `SafeText` elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from incident_bot.errors import UsageError
from incident_bot.model import NO_TEXT, Analysis, Case, Diagnosis
from incident_bot.plain import FormError, from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCHEMA_VERSION = 1


def analyses_to_json(analyses: Sequence[Analysis]) -> str:
    """The file that `diagnose --out` writes: one analysis an incident.

    Lines that no excerpt and no citation needs are blanked, so that a log of 100,000 lines
    does not travel whole and line numbers still hold.
    """
    plain = [to_plain(_blank_unneeded_lines(analysis)) for analysis in analyses]
    return json.dumps({"schema_version": SCHEMA_VERSION, "analyses": plain}, ensure_ascii=False, indent=1)


def _blank_unneeded_lines(analysis: Analysis) -> Analysis:
    from incident_bot.report import drawn_lines

    needed: dict[str, set[int]] = {}
    for excerpt in analysis.excerpts:
        needed.setdefault(excerpt.evidence_id, set()).update(kept.line for kept in excerpt.kept)
    for evidence_id, lines in drawn_lines(analysis).items():
        needed.setdefault(evidence_id, set()).update(lines)
    citations = [citation for cause in analysis.diagnosis.causes for citation in cause.citations]
    citations += [entry.citation for entry in analysis.diagnosis.timeline if entry.citation]
    for citation in citations:
        needed.setdefault(citation.evidence_id, set()).add(citation.line)
    trimmed = tuple(
        replace(
            item,
            lines=tuple(
                line if number in needed.get(item.id, ()) else NO_TEXT
                for number, line in enumerate(item.lines, start=1)
            ),
        )
        for item in analysis.case.evidence
    )
    return replace(analysis, case=replace(analysis.case, evidence=trimmed))


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    analyses: tuple[Analysis, ...]


def analyses_from_json(text: str, origin: str) -> tuple[Analysis, ...]:
    """Read what `analyses_to_json` wrote. Raises `UsageError` naming the field that is wrong."""
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{origin} is not JSON: {error}", hint="Give the file that `diagnose --out` wrote.") from error
    if not isinstance(loaded, dict) or loaded.get("schema_version") != SCHEMA_VERSION:
        raise UsageError(
            f"{origin}: `schema_version` is not {SCHEMA_VERSION}",
            hint="Make it with `incident-bot diagnose --out` of this version.",
        )
    try:
        return from_plain(_File, loaded).analyses
    except FormError as error:
        raise UsageError(f"{origin}: {error}", hint="The file was changed or cut.") from error


def diagnosis_to_plain(diagnosis: Diagnosis, case: Case) -> dict[str, Any]:
    """What `diagnose --format json` prints: the Diagnosis, each citation with its file, line and quote."""
    plain: dict[str, Any] = to_plain(diagnosis)
    names = {item.id: item.name for item in case.evidence}
    for cause in plain["causes"]:
        cause["citations"] = [_name_file(citation, names) for citation in cause["citations"]]
    for entry in plain["timeline"]:
        if entry["citation"]:
            entry["citation"] = _name_file(entry["citation"], names)
    return plain


def _name_file(citation: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "evidence": names.get(citation["evidence_id"], citation["evidence_id"]),
        "line": citation["line"],
        "quote": citation["quote"],
        "id": citation["evidence_id"],
    }
