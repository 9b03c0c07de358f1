"""The raw evidence below the report: numbered lines, folded, fitted into the room that GitHub leaves.

Cited lines always come first, then their surroundings, then the rest of the evidence that was
cited, then everything else. What did not fit is counted and said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from incident_bot.model import Analysis, Evidence, Excerpt, KeptLine
from incident_bot.report import wording
from incident_bot.report.sanitise import code_line, fence, summary_text

_LINE_CHARACTERS = 500
_NEAR_LINES = 5
_OVERHEAD = 260
"""Characters around the lines of one item: details, summary, fences and markers of what was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How much of one piece of evidence is in the issue."""

    evidence: Evidence
    lines: int
    total_lines: int
    cut_to_fit: int
    """Lines that were chosen to be shown and had to go for GitHub's limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The folded blocks and what they hold, in the order of the case."""

    blocks: tuple[str, ...]
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    priority: int
    item: int
    kept: KeptLine
    text: str

    @property
    def characters(self) -> int:
        return len(self.text) + 1

    @property
    def size_bytes(self) -> int:
        return len(self.text.encode()) + 1


def fit(analysis: Analysis, *, characters: int, size_bytes: int) -> Fitted:
    """Choose and write as many lines as fit, the most important ones first."""
    items = analysis.case.evidence
    cited = _cited_lines(analysis)
    candidates = [
        candidate for index, item in enumerate(items) for candidate in _candidates(index, item, analysis, cited)
    ]
    chosen = _choose(candidates, characters=characters, size_bytes=size_bytes)
    blocks: list[str] = []
    shown: list[Shown] = []
    for index, item in enumerate(items):
        wanted = sum(candidate.item == index for candidate in candidates)
        lines = [candidate for candidate in chosen if candidate.item == index]
        if lines:
            blocks.append(_block(item, lines))
        shown.append(
            Shown(evidence=item, lines=len(lines), total_lines=len(item.lines), cut_to_fit=wanted - len(lines))
        )
    return Fitted(blocks=tuple(blocks), shown=tuple(shown))


def fit_nothing(analysis: Analysis) -> Fitted:
    """As if no line had fitted: what is said about that is the longest that can be said."""
    return Fitted(
        blocks=(),
        shown=tuple(
            Shown(evidence=item, lines=0, total_lines=len(item.lines), cut_to_fit=len(item.lines))
            for item in analysis.case.evidence
        ),
    )


def _cited_lines(analysis: Analysis) -> dict[str, dict[int, int]]:
    """For each evidence id, its cited lines with the rank of the first cause that cites them."""
    cited: dict[str, dict[int, int]] = {}
    for cause in analysis.diagnosis.causes:
        for citation in cause.citations:
            cited.setdefault(citation.evidence_id, {}).setdefault(citation.line, cause.rank)
    for entry in analysis.diagnosis.timeline:
        if entry.citation:
            cited.setdefault(entry.citation.evidence_id, {}).setdefault(entry.citation.line, 9)
    return cited


def _candidates(
    index: int, item: Evidence, analysis: Analysis, cited: dict[str, dict[int, int]]
) -> Iterator[_Candidate]:
    mine = cited.get(item.id, {})
    kept = {line.line: line for line in _excerpt(item, analysis).kept}
    for number in mine:
        text = item.quote(number)
        if number not in kept and text is not None:
            kept[number] = KeptLine(line=number, text=text, last=number)
    width = len(str(max(kept, default=1)))
    near = {line + offset for line in mine for offset in range(-_NEAR_LINES, _NEAR_LINES + 1)}
    for number in sorted(kept):
        yield _Candidate(
            priority=_priority(number, mine, near),
            item=index,
            kept=kept[number],
            text=_numbered(kept[number], max(width, 4)),
        )


def _priority(number: int, mine: dict[int, int], near: set[int]) -> int:
    if number in mine:
        return mine[number]
    if number in near:
        return 10
    return 20 if mine else 30


def _excerpt(item: Evidence, analysis: Analysis) -> Excerpt:
    found = next((excerpt for excerpt in analysis.excerpts if excerpt.evidence_id == item.id), None)
    return found or Excerpt(evidence_id=item.id, kept=(), total_lines=len(item.lines))


def _numbered(kept: KeptLine, width: int) -> str:
    similar = f"  \u00d7{kept.count:,}" if kept.count > 1 else ""
    return f"{kept.line:>{width}} | {code_line(kept.text, _LINE_CHARACTERS)}{similar}".rstrip()


def _choose(candidates: list[_Candidate], *, characters: int, size_bytes: int) -> list[_Candidate]:
    """Greedy by importance; later lines before earlier ones, because the end of a log tells more."""
    order = sorted(candidates, key=lambda candidate: (candidate.priority, candidate.item, -candidate.kept.line))
    chosen: list[_Candidate] = []
    seen: set[int] = set()
    for candidate in order:
        # A marker line may stand before each line that is shown alone.
        extra = (0 if candidate.item in seen else _OVERHEAD) + _GAP_CHARACTERS
        if candidate.characters + extra > characters or candidate.size_bytes + extra + _GAP_BYTES > size_bytes:
            continue
        characters -= candidate.characters + extra
        size_bytes -= candidate.size_bytes + extra + _GAP_BYTES
        seen.add(candidate.item)
        chosen.append(candidate)
    return sorted(chosen, key=lambda candidate: (candidate.item, candidate.kept.line))


_GAP_CHARACTERS = 8
_GAP_BYTES = 2


def _block(item: Evidence, lines: list[_Candidate]) -> str:
    written = list(_with_gaps(lines, len(item.lines)))
    total = len(item.lines)
    amount = wording.counted(total, "line") if len(lines) >= total else f"{len(lines):,} of {total:,} lines"
    summary = f"{summary_text(item.id, 20)} · {summary_text(wording.evidence_name(item))} · {amount}"
    return f"<details>\n<summary>{summary}</summary>\n\n{fence(written)}\n</details>"


def _with_gaps(lines: list[_Candidate], total: int) -> Iterator[str]:
    width = max(4, len(str(lines[-1].kept.line)))
    before = KeptLine(line=0, text=lines[0].kept.text)
    for candidate in lines:
        yield from _left_out(before, candidate.kept.line, width)
        yield candidate.text
        before = candidate.kept
    yield from _left_out(before, total + 1, width)


def _left_out(before: KeptLine, after: int, width: int) -> Iterator[str]:
    """A marker for the lines between two shown ones; "similar" where all of them are of the template before."""
    number = after - before.line - 1
    if number > 0:
        similar = before.count == before.last - before.line + 1 and after - 1 <= before.last
        kind = "similar line" if similar else "line"
        yield f"{'':>{width}} | … {wording.counted(number, kind)} left out"
