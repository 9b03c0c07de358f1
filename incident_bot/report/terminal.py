"""The report for a terminal: the same facts in the same order, readable on 80 columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from incident_bot.model import Action, Analysis, Cause, Diagnosis, Risk, Severity, Verdict
from incident_bot.report import wording
from incident_bot.report.reading import all_gaps
from incident_bot.report.sanitise import one_line, visible

_RESET = "\x1b[0m"
_COLOURS = {"bold": "\x1b[1m", "dim": "\x1b[2m", "red": "\x1b[31m", "green": "\x1b[32m", "yellow": "\x1b[33m"}
_RISK_WORDS = {Risk.READ_ONLY: "read only", Risk.CHANGES_STATE: "changes state"}
_NARROWEST, _WIDEST = 40, 120
_QUOTED_LINES = 3


class _Page:
    """Lines of a page of one width; outside text is cleaned of escape sequences as it comes in."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.lines: list[str] = []
        self._width = min(max(width, _NARROWEST), _WIDEST)
        self._colour = colour

    def say(self, text: str, *, indent: str = "", hang: str | None = None, style: str = "") -> None:
        """A wrapped paragraph."""
        wrapped = textwrap.wrap(
            _bare(text),
            self._width,
            initial_indent=indent,
            subsequent_indent=indent if hang is None else hang,
            break_on_hyphens=False,
        )
        self.lines += [self._paint(line, style) for line in wrapped or [""]]

    def show(self, text: str, *, indent: str = "    ", style: str = "") -> None:
        """A line to copy or compare: cut at the edge only where that harms nobody, never wrapped."""
        self.lines.append(self._paint(indent + visible(text).replace("\t", " ").rstrip(), style))

    def quote(self, reference: str, text: str, *, indent: str = "    ") -> None:
        """A line of evidence under its reference, over a few lines: what decides often stands at its end."""
        wrapped = textwrap.wrap(
            f"{reference}  {one_line(text)}",
            self._width,
            initial_indent=indent,
            subsequent_indent=indent + " " * (len(reference) + 2),
            max_lines=_QUOTED_LINES,
            placeholder=" …",
            break_on_hyphens=False,
        )
        self.lines += [self._paint(line.rstrip(), "dim") for line in wrapped]

    def head(self, text: str) -> None:
        """A section's name with a blank line before it."""
        self.lines += ["", self._paint(text, "bold")]

    def _paint(self, text: str, style: str) -> str:
        return f"{_COLOURS[style]}{text}{_RESET}" if self._colour and style else text


def _bare(text: str) -> str:
    """One line without the backticks of Markdown code spans."""
    return re.sub(r"`([^`]*)`", r"\1", one_line(text))


def render_terminal(analysis: Analysis, width: int = 80, *, colour: bool = False) -> str:
    """The report as text; ANSI colours only when asked. Ends with a newline."""
    page = _Page(width, colour=colour)
    diagnosis = analysis.diagnosis
    _write_verdict(page, analysis)
    _write_causes(page, analysis)
    if diagnosis.impact:
        page.head("Impact")
        page.say(diagnosis.impact, indent="  ")
    _write_actions(page, diagnosis)
    if diagnosis.prevention:
        page.head("Prevention")
        for advice in diagnosis.prevention:
            page.say(advice, indent="  - ", hang="    ")
    _write_timeline(page, diagnosis)
    _write_reading(page, analysis)
    return "\n".join(page.lines) + "\n"


def _write_verdict(page: _Page, analysis: Analysis) -> None:
    diagnosis, incident = analysis.diagnosis, analysis.case.incident
    style = _verdict_style(diagnosis)
    verdict = wording.VERDICT_WORDS[diagnosis.verdict]
    said = diagnosis.summary[len(verdict) :] if _begins_with(diagnosis.summary, verdict) else f": {diagnosis.summary}"
    page.say(f"{verdict.upper()}{said}", style=style)
    facts = [diagnosis.severity.value, incident.alert.name, wording.workload(incident.target)]
    restarts = wording.restarts(analysis.case)
    if restarts:
        facts.append(wording.counted(restarts, "restart"))
    page.say(" · ".join(facts))


def _begins_with(text: str, words: str) -> bool:
    return text.casefold().startswith(words.casefold())


def _verdict_style(diagnosis: Diagnosis) -> str:
    if diagnosis.verdict is Verdict.FAILURE:
        return "red" if diagnosis.severity is Severity.CRITICAL else "yellow"
    return "yellow" if diagnosis.verdict is Verdict.INSUFFICIENT_EVIDENCE else "green"


def _write_causes(page: _Page, analysis: Analysis) -> None:
    diagnosis = analysis.diagnosis
    is_healthy = diagnosis.verdict is Verdict.HEALTHY
    if diagnosis.causes:
        page.head("Why")
    elif is_healthy and diagnosis.ruled_out:
        page.head("Checked")
    for cause in diagnosis.causes:
        _write_cause(page, cause, analysis)
    for reason in diagnosis.ruled_out:
        page.say(reason if is_healthy else f"ruled out: {reason}", indent="  ", hang="    ")
    if diagnosis.disagreement:
        page.say(f"disagreement: {diagnosis.disagreement}", indent="  ", hang="    ")


def _write_cause(page: _Page, cause: Cause, analysis: Analysis) -> None:
    page.say(f"{cause.rank}. {cause.title}", indent="  ", hang="     ", style="bold")
    page.say(f"{wording.confidence(cause)}, {wording.found_by(cause, analysis.diagnosis)}", indent="     ")
    if cause.explanation:
        page.say(cause.explanation, indent="     ")
    for citation in wording.proving(cause, analysis.case)[:4]:
        page.quote(wording.reference(citation), wording.headline(citation.quote), indent="     ")


def _write_actions(page: _Page, diagnosis: Diagnosis) -> None:
    if diagnosis.actions or diagnosis.do_not:
        page.head("What to do")
    ordered: Iterator[Action] = iter(sorted(diagnosis.actions, key=lambda action: action.risk is not Risk.READ_ONLY))
    for number, action in enumerate(ordered, start=1):
        page.say(f"{number}. {action.step} ({_RISK_WORDS[action.risk]})", indent="  ", hang="     ")
        for line in action.command.split("\n"):
            if line.strip():
                page.show(line, indent="       ", style="dim")
    for advice in diagnosis.do_not:
        page.say(f"Do not {wording.advice_against(advice)}", indent="  ", hang="    ", style="yellow")


def _write_timeline(page: _Page, diagnosis: Diagnosis) -> None:
    if not diagnosis.timeline:
        return
    page.head("What happened")
    for entry in sorted(diagnosis.timeline, key=lambda entry: wording.utc(entry.at))[-12:]:
        page.say(f"{wording.utc(entry.at):%H:%M:%S} {entry.text}", indent="  ", hang="           ")


def _write_reading(page: _Page, analysis: Analysis) -> None:
    page.head("What was read")
    total = sum(len(item.lines) for item in analysis.case.evidence)
    page.say(
        f"{wording.counted(len(analysis.case.evidence), 'piece')} of evidence, {wording.counted(total, 'line')}",
        indent="  ",
    )
    for item in analysis.case.evidence:
        page.say(
            f"{item.id} {wording.evidence_name(item)}, {wording.counted(len(item.lines), 'line')}",
            indent="  ",
            hang="     ",
        )
    for gap in all_gaps(analysis):
        page.say(f"gap: {gap.what}: {gap.reason}. {gap.remedy}", indent="  ", hang="    ", style="yellow")
    redacted = {kind: count for kind, count in analysis.case.redactions.items() if count}
    if redacted:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(redacted.items()))
        page.say(f"redacted: {kinds}", indent="  ", hang="    ")
