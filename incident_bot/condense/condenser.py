"""The room's doors: evidence in memory, or a stream that is never held whole. Both share survey and selection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from incident_bot.condense.candidates import Log, Novelty, Rewrite
from incident_bot.condense.selection import select
from incident_bot.condense.survey import CHUNK_LINES, Survey, chunks_of, survey
from incident_bot.condense.times import Window, WindowReader
from incident_bot.condense.tokens import TokenEstimator, estimate_tokens
from incident_bot.model import Evidence, Excerpt

if TYPE_CHECKING:
    from incident_bot.condense.templates import Template


_LARGE_FEED_CHARS = 500_000
_NEW_ORDER = 0.4


def condense(
    logs: Sequence[Evidence],
    *,
    budget_tokens: int,
    baseline: Sequence[Evidence] = (),
    surveys: Mapping[str, Survey] | None = None,
    estimate: TokenEstimator = estimate_tokens,
) -> tuple[Excerpt, ...]:
    """The lines of each log that matter, in order, one excerpt a log, all within one token budget.

    `baseline` are logs of a healthy sibling or an earlier window: lines of a kind that is absent
    there are preferred. `surveys` are those of logs that were surveyed before, by evidence id, so that
    two budgets cost one pass. `estimate` counts the tokens of a text. Raises ValueError for a budget below 1.
    """
    novelty = _novelty(survey(item.lines) for item in baseline) if baseline else None
    known = surveys or {}
    surveyed = [Log(known.get(item.id) or survey(item.lines), novelty=novelty) for item in logs]
    kept = select(surveyed, _checked(budget_tokens), estimate=estimate)
    return tuple(
        Excerpt(evidence_id=item.id, kept=lines, total_lines=len(item.lines), cut=item.cut)
        for item, lines in zip(logs, kept, strict=True)
    )


class Condenser:
    """One log read as a stream: `feed` lines as they come, then ask for the excerpt.

    Raw text may be fed as long as `rewrite` (redaction) is given to `excerpt`: it is called once with every
    line that may be shown, whole, in order, before any is shortened, and gives back as many.
    """

    def __init__(self, *, baseline: Iterable[str] = (), window: Window | None = None) -> None:
        """`window`: lines written outside of it are counted but never kept."""
        self._survey = Survey()
        self._waiting: list[str] = []
        self._waiting_chars = 0
        self._within = WindowReader(window) if window is not None else None
        self._outside = 0
        known = survey(baseline)
        self._novelty = _novelty([known]) if known.total_lines else None

    def feed(self, lines: Iterable[str]) -> None:
        """Take the next lines, without their line ends; several thousand a call are fastest."""
        for fed in chunks_of(lines):
            chunk = self._only_within(fed) if self._within is not None else fed
            # Small feeds are gathered: the first chunk must show the log's layout.
            self._waiting += chunk
            self._waiting_chars += sum(map(len, chunk))
            if len(self._waiting) >= CHUNK_LINES or self._waiting_chars >= _LARGE_FEED_CHARS:
                self._flush()

    def _only_within(self, lines: list[str]) -> list[str]:
        """Lines outside the window are skipped at both ends of the log, and blank in between, so that numbers stay."""
        assert self._within is not None
        kept: list[str] = []
        for line, within in zip(lines, self._within.read(lines), strict=True):
            if not within:
                self._outside += 1
                continue
            if self._outside and not (kept or self._waiting or self._survey.head):
                self._survey.skip(self._outside)
            else:
                kept += [""] * self._outside
            self._outside = 0
            kept.append(line)
        return kept

    def _flush(self) -> None:
        waiting, self._waiting, self._waiting_chars = self._waiting, [], 0
        self._survey.feed(waiting)

    def excerpt(self, budget_tokens: int, *, rewrite: Rewrite | None = None) -> Excerpt:
        """What is worth keeping of the lines fed so far."""
        self._flush()
        log = Log(self._survey, novelty=self._novelty, rewrite=rewrite)
        (kept,) = select([log], _checked(budget_tokens))
        return Excerpt(evidence_id="E1", kept=kept, total_lines=self._survey.total_lines + self._outside)


def _checked(budget_tokens: int) -> int:
    if budget_tokens < 1:
        raise ValueError(f"budget_tokens must be at least 1, not {budget_tokens}")
    return budget_tokens


_WORD = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{3,40}(?![0-9A-Za-z])")


def _novelty(baselines: Iterable[Survey]) -> Novelty:
    """How new a template is, whatever stream its words came from in the baselines.

    1 where it has a word that is in none of them, less where known words stand in a new order: of
    those, a log of many names always has some.
    """
    known: set[bytes] = set()
    words: set[str] = set()
    for item in baselines:
        for template in item.table.templates:
            known.add(template.words())
            words.update(_WORD.findall(template.first_text))

    def novelty(template: Template) -> float:
        if template.words() in known:
            return 0.0
        text = template.first_text.replace(template.stream, " ") if template.stream else template.first_text
        return 1.0 if not words.issuperset(_WORD.findall(text)) else _NEW_ORDER

    return novelty
