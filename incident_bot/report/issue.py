"""The issue of an analysis: title, labels and body in the order that a tired engineer reads.

Only this module decides what stands where; every piece of outside text goes through
`sanitise` on its way, and the raw evidence is fitted last into the room that is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from incident_bot.errors import LeakError, UsageError
from incident_bot.model import (
    Action,
    Analysis,
    Cause,
    Citation,
    Diagnosis,
    Incident,
    IssueDraft,
    Risk,
    SafeText,
    Verdict,
)
from incident_bot.report import wording
from incident_bot.report.clipping import clip
from incident_bot.report.first_screen import (
    Screen,
    Seal,
    first_screen,
    indent,
    links,
    look_command,
    shell,
    target_words,
)
from incident_bot.report.pictures import draw
from incident_bot.report.raw_evidence import fit, fit_nothing
from incident_bot.report.reading import all_gaps, describe_reading
from incident_bot.report.sanitise import code_span, fence, plain, prose

TITLE_CHARACTERS = 256
# GitHub refuses 65,537 characters; what it counts (characters, code points or bytes) differs by
# source, so both are kept below the documented number.
BODY_CHARACTERS = 60_000
BODY_BYTES = 65_536
_PROSE_CHARACTERS = 45_000
"""What everything but the raw evidence may take, in characters and in bytes."""
_TEXT_CHARACTERS = (4_000, 800, 250, 60)
"""Limits of a single text, tried in this order until the prose fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What every section may need besides the diagnosis."""

    analysis: Analysis
    seal: Seal
    run_url: str
    now: datetime
    version: str

    @property
    def screen(self) -> Screen:
        return Screen(analysis=self.analysis, seal=self.seal, run_url=self.run_url, now=self.now)

    @property
    def diagnosis(self) -> Diagnosis:
        return self.analysis.diagnosis

    @property
    def incident(self) -> Incident:
        return self.analysis.case.incident


def draft(analysis: Analysis, *, seal: Seal, run_url: str = "", now: datetime, version: str) -> IssueDraft:
    """The issue to file. `seal` is the last leak check and sees the exact title and body.

    Raises `LeakError` from `seal`; `draft_minimal` is the answer to that.
    """
    for limit in _TEXT_CHARACTERS:
        clipped = clip(analysis, limit)
        context = _Context(analysis=clipped, seal=seal, run_url=run_url, now=now, version=version)
        head, tail = _head(context), ["---", _footer(context)]
        # Nothing shown means everything cut, which is the longest that this section gets.
        longest_reading = describe_reading(clipped, fit_nothing(clipped))
        without_evidence = _join([*head, *longest_reading, *tail])
        if len(without_evidence) <= _PROSE_CHARACTERS and len(without_evidence.encode()) <= _PROSE_CHARACTERS:
            break
    room = fit(
        clipped,
        characters=BODY_CHARACTERS - len(without_evidence),
        size_bytes=BODY_BYTES - len(without_evidence.encode()),
    )
    return _finish(context, [*head, *describe_reading(clipped, room), *room.blocks, *tail])


def draft_minimal(analysis: Analysis, *, seal: Seal, run_url: str = "", now: datetime, version: str) -> IssueDraft:
    """The issue for when the full one may not leave: no evidence, no quotes, no prose from outside.

    What remains is the verdict, the alert's name and target where they pass `seal` by themselves,
    the category and the gaps' kinds. Never raises.
    """
    context = _Context(analysis=analysis, seal=seal, run_url=run_url, now=now, version=version)
    diagnosis = context.diagnosis
    causes = [f"- {code_span(cause.category.value)} · {wording.confidence(cause)}" for cause in diagnosis.causes]
    gaps = ", ".join(code_span(kind) for kind in sorted({gap.kind for gap in diagnosis.gaps})) or "none"
    body = [
        marker(context.incident.key),
        _withheld_verdict(diagnosis, context.incident),
        "### Root Cause Hypothesis",
        "\n".join(causes) or "No cause is known.",
        "### Immediate Actions",
        f"- [ ] Look at the workload yourself (read only):\n{indent(fence([look_command(context.incident)], 'sh'))}",
        "### What was read",
        (
            f"Everything that was read is withheld. Kinds of gaps: {gaps}. The kinds of values that the check found "
            "are in the log of the run."
        ),
        links(context.screen),
        "---",
        _footer(context),
    ]
    return IssueDraft(
        key=context.incident.key,
        title=_sealed_or(context, title(context.incident), "[PRODUCTION ALERT] name withheld"),
        body=_sealed_or(context, _join(body), f"{marker(context.incident.key)}\n\nThe report was withheld."),
        labels=labels(diagnosis),
        marker=marker(context.incident.key),
    )


def _withheld_verdict(diagnosis: Diagnosis, incident: Incident) -> str:
    return (
        "> [!WARNING]\n> **An incident was found, but its text may not be shown: "
        "the last check for secrets refused it.**\n"
        f"> {diagnosis.severity.value} · {wording.VERDICT_WORDS[diagnosis.verdict]} · {target_words(incident)}"
    )


def _sealed_or(context: _Context, text: str, ours: str) -> SafeText:
    try:
        return context.seal(text)
    except LeakError:
        return SafeText(ours)


def marker(key: str) -> str:
    """The hidden line by which the tracker knows an issue again. Sanitising breaks every other `<!--`."""
    if not _KEY.fullmatch(key):
        raise UsageError(f"`incident.key` is not 16 hex digits: {key[:40]!r}", hint="Was the analysis file edited?")
    return f"<!-- incident-bot:v1 key={key} -->"


_KEY = re.compile(r"[0-9a-f]{16}")


def title(incident: Incident) -> str:
    """`[PRODUCTION ALERT] {alert name} - {pod or workload}` in at most 256 characters."""
    name = plain(incident.alert.name, 150) or "unnamed alert"
    return f"[PRODUCTION ALERT] {name} - {plain(incident.target.name, 80)}"[:TITLE_CHARACTERS]


def labels(diagnosis: Diagnosis) -> tuple[str, ...]:
    """The labels that code decides: nothing here comes from free text."""
    return ("production-alert", "ai-analysis", diagnosis.severity.value, f"cause/{diagnosis.category.value}")


def _finish(context: _Context, blocks: list[str]) -> IssueDraft:
    return IssueDraft(
        key=context.incident.key,
        title=context.seal(title(context.incident)),
        body=context.seal(_join(blocks)),
        labels=labels(context.diagnosis),
        marker=marker(context.incident.key),
    )


def _join(blocks: list[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(context: _Context) -> list[str]:
    """Everything above the raw evidence but "What was read"."""
    diagnosis = context.diagnosis
    return [
        marker(context.incident.key),
        *first_screen(context.screen),
        "### Root Cause Hypothesis",
        *_causes(context.analysis),
        "### Impact Assessment",
        prose(diagnosis.impact, 2000) or _NO_IMPACT[diagnosis.verdict],
        "### Immediate Actions",
        *_actions(context),
        "### Prevention Recommendations",
        _prevention(diagnosis),
        *_timeline(context),
    ]


def _causes(analysis: Analysis) -> list[str]:
    diagnosis = analysis.diagnosis
    blocks = [_cause(cause, analysis) for cause in diagnosis.causes[:3]] or [_NO_CAUSE[diagnosis.verdict]]
    missing = [gap for gap in all_gaps(analysis) if gap.remedy]
    if diagnosis.verdict is Verdict.INSUFFICIENT_EVIDENCE and missing:
        blocks.append(_listed("What would decide it", [f"{gap.what}: {gap.remedy}" for gap in missing]))
    if diagnosis.ruled_out:
        ruled_out = "Checked" if diagnosis.verdict is Verdict.HEALTHY else "Ruled out"
        blocks.append(_listed(ruled_out, diagnosis.ruled_out))
    if diagnosis.disagreement:
        blocks.append(f"**Disagreement:** {prose(diagnosis.disagreement, 800)}")
    return blocks


def _listed(name: str, texts: Sequence[str]) -> str:
    return "\n".join([f"**{name}**", *(f"- {sentence}" for sentence in _sentences(texts, 6))])


_NO_CAUSE = {
    Verdict.FAILURE: "Something failed, but nothing that was read says why. See the actions for what to gather.",
    Verdict.RECOVERED: "It works again and what was read does not say why it stopped.",
    Verdict.HEALTHY: "No failure found: the workload runs as it should, so no cause is invented. "
    "The alert may have been short, or its rule may be wrong.",
    Verdict.INSUFFICIENT_EVIDENCE: "No cause is named, because too little could be read to name one honestly. "
    "What was not read, and how to get it, is listed below.",
}


_NO_IMPACT = {
    Verdict.FAILURE: "Not known from what could be read.",
    Verdict.RECOVERED: "None at the moment, as far as the evidence shows.",
    Verdict.HEALTHY: "None seen.",
    Verdict.INSUFFICIENT_EVIDENCE: "Not known from what could be read.",
}
_NO_PREVENTION = {
    Verdict.FAILURE: "Nothing to recommend before the cause is known.",
    Verdict.RECOVERED: "Nothing to recommend before the cause is known.",
    Verdict.HEALTHY: "If this alert keeps firing on a healthy workload, look at its rule: the threshold and `for:`.",
    Verdict.INSUFFICIENT_EVIDENCE: "Close the gaps that are listed below, so that the next alert can be explained.",
}


def _cause(cause: Cause, analysis: Analysis) -> str:
    found = wording.found_by(cause, analysis.diagnosis)
    rule = f" ({code_span(cause.rule_id, 80)})" if cause.rule_id else ""
    lines = [f"**{cause.rank}. {prose(cause.title, 200) or 'Unnamed'}** · {wording.confidence(cause)} · {found}{rule}"]
    if cause.explanation:
        lines.append(prose(cause.explanation, 1500))
    return "\n".join([*lines, *(_quote(citation) for citation in wording.proving(cause, analysis.case)[:6])])


def _quote(citation: Citation) -> str:
    return f"- {code_span(wording.reference(citation), 60)} {code_span(wording.excerpt(citation.quote), 240)}"


def _actions(context: _Context) -> list[str]:
    diagnosis = context.diagnosis
    look = Action(step="Look at the workload yourself", command=look_command(context.incident))
    ordered = sorted(diagnosis.actions[:12] or (look,), key=lambda action: action.risk is not Risk.READ_ONLY)
    blocks = ["\n".join(_action(action) for action in ordered)]
    if diagnosis.do_not:
        blocks.append(
            "\n".join(f"**Do not** {advice}" for advice in _sentences(map(wording.advice_against, diagnosis.do_not), 5))
        )
    return blocks


def _sentences(texts: Iterable[str], limit: int) -> list[str]:
    """Those that say something: an empty list item under a line would make a heading of it."""
    return list(islice(filter(None, (prose(text, 500) for text in texts)), limit))


# cmark-gfm takes a box for ticked when `[x]` stands anywhere on its line.
_TICKED = re.compile(r"\[([xX])\]")


def _action(action: Action) -> str:
    changes = "**changes state**" if action.risk is Risk.CHANGES_STATE else "read only"
    why = f": {prose(action.why, 300)}" if action.why else ""
    line = "- [ ] " + _TICKED.sub(r"(\1)", f"{prose(action.step, 400) or 'Look'} ({changes}){why}")
    return f"{line}\n{indent(shell(action.command))}" if action.command.strip() else line


def _prevention(diagnosis: Diagnosis) -> str:
    advice = [f"{number}. {text}" for number, text in enumerate(_sentences(diagnosis.prevention, 6), start=1)]
    return "\n".join(advice) or _NO_PREVENTION[diagnosis.verdict]


def _timeline(context: _Context) -> list[str]:
    entries = sorted(context.diagnosis.timeline, key=lambda entry: wording.utc(entry.at))
    if len(entries) > _TIMELINE_ENTRIES:
        entries = [*entries[: _TIMELINE_ENTRIES // 2], *entries[-_TIMELINE_ENTRIES // 2 :]]
    days = {wording.utc(entry.at).date() for entry in entries}
    form = "%H:%M:%S" if len(days) == 1 else "%m-%d %H:%M:%S"
    lines = [
        f"- {wording.utc(entry.at).strftime(form)} {prose(entry.text, 240)}"
        + (f" {code_span(wording.reference(entry.citation), 60)}" if entry.citation else "")
        for entry in entries
    ]
    picture = draw(context.analysis)
    blocks = [block for block in ("\n".join(lines), picture) if block]
    return ["### What happened", *blocks] if blocks else []


_TIMELINE_ENTRIES = 20


def _footer(context: _Context) -> str:
    """What made this report; all of it code's own words and numbers."""
    diagnosis = context.diagnosis
    usage = diagnosis.usage
    made_by = []
    if diagnosis.model:
        cost = "cost unknown" if usage.cost_usd is None else f"{usage.cost_usd:.4f} USD"
        out = usage.output_tokens + usage.thinking_tokens
        made_by += [
            f"written by rules and {prose(diagnosis.model, 80)}, {usage.input_tokens:,} tokens in, {out:,} out, {cost}"
        ]
    else:
        made_by += ["written by rules only, no model"]
    if diagnosis.timings_s:
        made_by.append(f"{sum(diagnosis.timings_s.values()):.1f} s")
    if diagnosis.prompt_sha256:
        made_by.append(f"prompt {prose(diagnosis.prompt_version, 40)} {code_span(diagnosis.prompt_sha256[:8])}")
    made_by.append(f"incident-bot {context.version}")
    return f"<sub>Check before you act: {' · '.join(made_by)}</sub>"
