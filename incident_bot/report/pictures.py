"""Pictures in mermaid, drawn only where the evidence holds numbers that say more than a list.

Mermaid text can load and link (`click`, `%%{init}%%`, `@{ img: }`), so labels hold nothing but
letters, digits, blanks, dots, commas and hyphens, and every number is one that this code parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident_bot.model import Analysis, Category, Evidence, EvidenceKind

_POINTS = 40
_FEWEST_POINTS = 4
_MIB = {
    "kib": 1 / 1024,
    "kb": 1 / 1024,
    "ki": 1 / 1024,
    "mib": 1.0,
    "mb": 1.0,
    "mi": 1.0,
    "gib": 1024.0,
    "gb": 1024.0,
    "gi": 1024.0,
}
_MEMORY = re.compile(
    r"(?i)\b(?:rss|memory|mem|heap|resident|working[_ ]set)(?:[_ ]?(?:used|usage|rss))?\s{0,2}[=:]\s{0,2}(\d{1,9}(?:\.\d{1,6})?)\s?([kmg]i?b)\b"
)
_LIMIT_HEAD = re.compile(r"\s*\"?[Ll]imits\"?:\s*{?\s*$")
_LIMIT = re.compile(r"(?i)\s*\"?memory\"?:\s*\"?(\d{1,9})([kmg]i?)\"?,?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Memory in MiB as a log states it, in the order of its lines."""

    evidence: Evidence
    values_mib: tuple[float, ...]


def draw(analysis: Analysis) -> str:
    """A fenced mermaid picture, or an empty string where none would help."""
    if not any(cause.category in {Category.RESOURCES, Category.GPU_ML} for cause in analysis.diagnosis.causes):
        return ""
    series = memory_series(analysis)
    return _memory_chart(series, _limit_mib(analysis, series)) if series else ""


def memory_series(analysis: Analysis) -> Series | None:
    """The longest memory series of a cited log, else of any; None when no log states at least four values."""
    cited = {citation.evidence_id for cause in analysis.diagnosis.causes for citation in cause.citations}
    logs = [item for item in analysis.case.evidence if item.kind is EvidenceKind.LOG]
    found = [Series(evidence=item, values_mib=tuple(_memory_values(item))) for item in logs]
    usable = [series for series in found if len(series.values_mib) >= _FEWEST_POINTS and max(series.values_mib) > 0]
    return max(usable, key=lambda series: (series.evidence.id in cited, len(series.values_mib)), default=None)


def _memory_values(item: Evidence) -> Iterator[float]:
    for line in item.lines:
        match = _MEMORY.search(line)
        if match:
            yield float(match[1]) * _MIB[match[2].lower()]


def _limit_mib(analysis: Analysis, series: Series) -> float | None:
    """The memory limit of the series' container, where an object of the evidence states it within a few lines of its name."""
    name = series.evidence.container
    for item in analysis.case.evidence:
        if name and item.kind in {EvidenceKind.DESCRIBE, EvidenceKind.OBJECT}:
            limits = list(_limits(item.lines, name))
            if limits:
                return limits[0]
    return None


def _limits(lines: tuple[str, ...], container: str) -> Iterator[float]:
    """Memory limits that stand in the block of a container, in `describe` text, YAML or JSON."""
    inside = False
    in_limits = False
    head = re.compile(rf"\s*(?:-\s+)?\"?name\"?: \"?{re.escape(container)}\"?,?\s*$|\s\s{re.escape(container)}:\s*$")
    for line in lines:
        if head.match(line):
            inside = True
        elif _LIMIT_HEAD.match(line):
            in_limits = inside
        elif in_limits and (match := _LIMIT.match(line)):
            yield float(match[1]) * _MIB[match[2].lower()]
            inside = in_limits = False


def _memory_chart(series: Series, limit_mib: float | None) -> str:
    values = _thin(series.values_mib)
    top = max([*values, limit_mib or 0.0])
    name = _label(series.evidence.container)
    limit = f", limit {limit_mib:.0f}" if limit_mib else ""
    # The first series is drawn faint and the second dark: bars carry the faint one, the line stands out.
    second = [limit_mib] * len(values) if limit_mib else values
    return "\n".join(
        [
            "```mermaid",
            "xychart-beta",
            f'  title "Memory of {name} by its own log, MiB{limit}"',
            f'  x-axis "readings in the order of the log" 1 --> {len(series.values_mib)}',
            f'  y-axis "MiB" 0 --> {top * 1.1:.0f}',
            f"  bar {_numbers(values)}",
            f"  line {_numbers(second)}",
            "```",
        ]
    )


def _numbers(values: Sequence[float]) -> str:
    return f"[{', '.join(f'{value:.0f}' for value in values)}]"


def _thin(values: tuple[float, ...]) -> list[float]:
    """At most forty points, the first and the last among them, and the peak of each stretch."""
    if len(values) <= _POINTS:
        return list(values)
    step = len(values) / _POINTS
    return [
        max(values[int(index * step) : max(int((index + 1) * step), int(index * step) + 1)]) for index in range(_POINTS)
    ]


def _label(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9 .,-]", "", text)[:40] or "the container"
