"""Every distinct line of a log once: what rules read in place of 100,000 lines."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from incident_bot.condense.templates import TemplateTable
from incident_bot.model import Evidence, Excerpt, KeptLine, SafeText

if TYPE_CHECKING:
    from incident_bot.condense.survey import Survey

_CHUNK_LINES = 8192


def digest(evidence: Evidence, surveyed: Survey | None = None) -> Excerpt:
    """Each line template's first and last occurrence, in order, each under its own line number.

    Lines that differ in a word, an exit code or a status never share a template; numbers, hexadecimal
    ids and timestamps alone do not make a new one. `count` is that of the whole template on both ends,
    `last` the number of its last line. Texts are whole and unchanged. A log that was `surveyed` is
    not read again, unless it has more templates or longer lines than a survey tells apart.
    """
    table = surveyed.table if surveyed is not None and surveyed.is_exact else _read_templates(evidence)
    kept = []
    for template in table.templates:
        kept.append(
            KeptLine(line=template.first, text=SafeText(template.first_text), count=template.count, last=template.last)
        )
        if template.last != template.first:
            kept.append(
                KeptLine(
                    line=template.last,
                    text=SafeText(template.last_text),
                    count=template.count,
                    last=template.last,
                    why="last",
                )
            )
    kept.sort(key=lambda line: line.line)
    return Excerpt(evidence_id=evidence.id, kept=tuple(kept), total_lines=len(evidence.lines))


def _read_templates(evidence: Evidence) -> TemplateTable:
    table = TemplateTable(graded=False)
    lines = iter(evidence.lines)
    number = 1
    while chunk := list(islice(lines, _CHUNK_LINES)):
        table.add(chunk, number)
        number += len(chunk)
    return table
