"""Nothing is believed that the evidence does not show: citations are looked up, commands are judged.

Applied to every diagnosis, the rules' own too; written for the model's, which may cite a line that
does not exist, quote what nobody wrote, or call a deletion harmless.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.diagnosis.commands import deletes_pod, is_destructive, is_read_only
from incident_bot.diagnosis.scene import is_quotable
from incident_bot.model import Action, Case, Cause, Citation, Diagnosis, Evidence, Risk, SafeText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CONJECTURE_LIMIT = 0.3
"""The most that a cause without a valid citation may claim."""

MOST_CONFIDENT = 0.97
_MIN_UNIQUE_CHARS = 12
"""A shorter quote proves nothing about any other line than the one it was said of."""

_QUOTE_CHARS = 500
_LABEL = re.compile(r"^\s*(?:\[?E\d{1,4}:\d{1,9}\]?|\d{1,9} ?\|)[:\s]*")
_ENDS = re.compile(r"^(?:\.{3}|…)+\s*|\s*(?:\.{3}|…)+$")
_CHANGING_WORDS = re.compile(
    r"\b(?:delete|restart|scale|roll(?:ing)? ?(?:back|out)|drain|cordon|taint|patch|edit|apply|kill|evict|reboot|terminate|increase|raise|lower|set|update|"
    r"change|upgrade|redeploy|recreate|remove|create|fix|add|install|resize|move|free|rotate|replace)\b",
    re.IGNORECASE,
)


def ground(diagnosis: Diagnosis, case: Case) -> Diagnosis:
    """The diagnosis with only those citations that hold and only those commands that may be suggested.

    A citation holds when its evidence and line exist and the line has the quote (white space aside); a wrong
    line number is put right when the quote is unique in that evidence. A cause left without one is a
    conjecture. Commands are read-only when code says so, whatever they were called; destructive ones
    are dropped, with a note among the things not to do.
    """
    lookup = _Lookup(case)
    causes = [_ground_cause(cause, lookup) for cause in diagnosis.causes]
    causes.sort(key=lambda cause: (cause.conjecture, -cause.confidence))
    actions, notes = _check_actions(diagnosis.actions)
    return replace(
        diagnosis,
        causes=tuple(replace(cause, rank=place) for place, cause in enumerate(causes, start=1)),
        category=causes[0].category if causes else diagnosis.category,
        actions=actions,
        do_not=tuple(dict.fromkeys((*diagnosis.do_not, *notes))),
        timeline=tuple(
            replace(entry, citation=lookup.resolve(entry.citation) if entry.citation else None)
            for entry in diagnosis.timeline
        ),
    )


def _ground_cause(cause: Cause, lookup: _Lookup) -> Cause:
    found = dict.fromkeys(held for citation in cause.citations if (held := lookup.resolve(citation)))
    confidence = cause.confidence if math.isfinite(cause.confidence) else 0.0
    limit = MOST_CONFIDENT if found else CONJECTURE_LIMIT
    return replace(
        cause,
        citations=tuple(found),
        confidence=round(min(limit, max(0.0, confidence)), 2),
        conjecture=not found,
    )


class _Lookup:
    """Finds quoted lines; the normalised text of an evidence is made once, on first use."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._by_name = {item.name: item for item in case.evidence}
        self._normal: dict[str, list[str]] = {}

    def resolve(self, citation: Citation) -> Citation | None:
        """The citation with the line's own words, or None when it does not hold."""
        evidence = self._case.find(citation.evidence_id) or self._by_name.get(citation.evidence_id)
        quote = _normalise(_ENDS.sub("", _LABEL.sub("", citation.quote)))
        if evidence is None or not is_quotable(quote):
            return None
        line = self._find(evidence, citation.line, quote)
        return _cite(evidence, line, citation.quote) if line else None

    def _find(self, evidence: Evidence, line: int, quote: str) -> int | None:
        said = evidence.quote(line)
        if said is not None and quote in _normalise(said):
            return line
        if len(quote) < _MIN_UNIQUE_CHARS:
            return None
        places = [number for number, text in enumerate(self._lines(evidence), start=1) if quote in text]
        return places[0] if len(places) == 1 else None

    def _lines(self, evidence: Evidence) -> list[str]:
        if evidence.id not in self._normal:
            self._normal[evidence.id] = [_normalise(line) for line in evidence.lines]
        return self._normal[evidence.id]


def _normalise(text: str) -> str:
    return " ".join(text.split())


def _cite(evidence: Evidence, line: int, quote: str) -> Citation:
    """The quote as it stands in the line; a long line is cut around it."""
    said = evidence.lines[line - 1]
    start = max(0, said.find(quote.strip()[:60]) - 40) if len(said) > _QUOTE_CHARS else 0
    return Citation(evidence_id=evidence.id, line=line, quote=SafeText(said[start : start + _QUOTE_CHARS].strip()))


def _check_actions(actions: Iterable[Action]) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    kept: list[Action] = []
    notes: list[str] = []
    for action in actions:
        said = f"{action.command}\n{_commands_in(action.step)}"
        if is_destructive(said):
            notes.append(
                f"Do not run `{_short(action)}`: it can lose data or run code of others; the suggestion was dropped."
            )
        elif deletes_pod(said):
            notes.append(
                f"Do not run `{_short(action)}`: deleting the pod loses the log of its previous run; the suggestion was dropped."
            )
        else:
            kept.append(replace(action, risk=_risk(action)))
    kept.sort(key=lambda action: action.risk is not Risk.READ_ONLY)
    return tuple(kept), tuple(notes)


def _commands_in(step: str) -> str:
    return "\n".join(re.findall(r"`([^`\n]{1,300})`", step))


def _short(action: Action) -> str:
    return (action.command or action.step).replace("`", "'").replace("\n", " ")[:160]


def _risk(action: Action) -> Risk:
    """Only an allow-list makes a command read-only; prose that speaks of changing is not."""
    if action.risk is not Risk.READ_ONLY:
        return action.risk
    if action.command.strip():
        return Risk.READ_ONLY if is_read_only(action.command) else Risk.CHANGES_STATE
    inner = list(_each_command(action.step))
    if inner:
        return Risk.READ_ONLY if all(map(is_read_only, inner)) else Risk.CHANGES_STATE
    return Risk.CHANGES_STATE if _CHANGING_WORDS.match(action.step.strip()) else Risk.READ_ONLY


def _each_command(step: str) -> Iterator[str]:
    for inner in re.findall(r"`([^`\n]{1,300})`", step):
        if inner.startswith(("kubectl", "oc ", "helm")):
            yield inner
