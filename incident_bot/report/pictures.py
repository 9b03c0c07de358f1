"""Pictures in mermaid, drawn only where the evidence holds numbers that say more than a list.

Mermaid text can load and link (`click`, `%%{init}%%`, `@{ img: }`), so labels hold nothing but
letters, digits, blanks, dots, commas and hyphens, and every number is one that this code parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident_bot.model import Analysis, Category, Evidence, EvidenceKind
from incident_bot.patterns import compile_later

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
_MEMORY = compile_later(
    r"(?i)\b(?:rss|memory|mem|heap|resident|working[_ ]set)(?:[_ ]?(?:used|usage|rss))?\s{0,2}[=:]\s{0,2}(\d{1,9}(?:\.\d{1,6})?)\s?([kmg]i?b)\b"
)
_LIMIT_HEAD = compile_later(r"\s*\"?[Ll]imits\"?:\s*{?\s*$")
_LIMIT = compile_later(r"(?i)\s*\"?memory\"?:\s*\"?(\d{1,9})([kmg]i?)\"?,?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Memory in MiB as a log states it, in the order of its lines."""

    evidence: Evidence
    lines: tuple[int, ...]
    values_mib: tuple[float, ...]


def draw(analysis: Analysis) -> str:
    """A fenced mermaid picture, or an empty string where none would help."""
    series = memory_series(analysis)
    return _memory_chart(series, _limit_mib(analysis, series)) if series else ""


def drawn_lines(analysis: Analysis) -> dict[str, tuple[int, ...]]:
    """The lines that the picture needs, by evidence: whoever hands an analysis on without the others keeps these."""
    series = memory_series(analysis)
    if not series:
        return {}
    peaks = (max(stretch, key=lambda index: series.values_mib[index]) for stretch in _stretches(len(series.lines)))
    return {series.evidence.id: tuple(series.lines[index] for index in peaks)}


def memory_series(analysis: Analysis) -> Series | None:
    """The longest memory series of a cited log, else of any.

    None when no log states at least four values, or when no cause has to do with memory.
    """
    if not any(cause.category in {Category.RESOURCES, Category.GPU_ML} for cause in analysis.diagnosis.causes):
        return None
    cited = {citation.evidence_id for cause in analysis.diagnosis.causes for citation in cause.citations}
    found = [_read_series(item) for item in analysis.case.evidence if item.kind is EvidenceKind.LOG]
    usable = [series for series in found if len(series.lines) >= _FEWEST_POINTS and max(series.values_mib) > 0]
    return max(usable, key=lambda series: (series.evidence.id in cited, len(series.lines)), default=None)


def _read_series(item: Evidence) -> Series:
    found = [
        (number, float(match[1]) * _MIB[match[2].lower()])
        for number, line in enumerate(item.lines, start=1)
        if _names_a_unit(line) and (match := _MEMORY.search(line))
    ]
    return Series(
        evidence=item, lines=tuple(number for number, _ in found), values_mib=tuple(value for _, value in found)
    )


def _names_a_unit(line: str) -> bool:
    """Whether a line can state memory at all: ten times faster than the pattern, on lines of which nearly all cannot."""
    return (
        "iB" in line
        or "MB" in line
        or "GB" in line
        or "kB" in line
        or "KB" in line
        or "mb" in line
        or "gb" in line
        or "ib" in line
    )


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
    """At most forty points, the peak of each stretch."""
    return [max(values[index] for index in stretch) for stretch in _stretches(len(values))]


def _stretches(number: int) -> Iterator[range]:
    """The indices of a series in at most forty stretches of nearly equal length."""
    parts = min(number, _POINTS)
    for part in range(parts):
        yield range(part * number // parts, (part + 1) * number // parts)


def _label(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9 .,-]", "", text)[:40] or "the container"
