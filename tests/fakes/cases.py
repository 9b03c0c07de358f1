"""Small finished values of the model for tests that are about something else."""

from __future__ import annotations

from incident_bot.model import (
    Alert,
    Analysis,
    Case,
    Category,
    Cause,
    Citation,
    Diagnosis,
    Evidence,
    EvidenceKind,
    Excerpt,
    Incident,
    KeptLine,
    SafeText,
    Severity,
    Target,
    Verdict,
)


def make_incident(**changes: object) -> Incident:
    """A firing alert about one pod."""
    given: dict[str, object] = {
        "key": "0123456789abcdef",
        "alert": Alert(name="ModelPodOOMKilled", severity=Severity.CRITICAL),
        "target": Target(namespace="ml", pod="sentiment-7d9f", container="server"),
    }
    return Incident(**(given | changes))  # type: ignore[arg-type]


def make_analysis(*, lines: int) -> Analysis:
    """One log of `lines` lines, its second line cited, its first two kept."""
    texts = tuple(SafeText(f"line {number}") for number in range(1, lines + 1))
    log = Evidence(id="E1", kind=EvidenceKind.LOG, name="server.log", source="log of server", lines=texts)
    kept = tuple(KeptLine(line=number, text=texts[number - 1], last=number) for number in range(1, min(lines, 3) + 1))
    citation = Citation(evidence_id="E1", line=2, quote=texts[1])
    cause = Cause(
        rank=1,
        title="the second line",
        explanation="it says so",
        category=Category.APPLICATION,
        confidence=0.8,
        citations=(citation,),
    )
    return Analysis(
        case=Case(incident=make_incident(), evidence=(log,)),
        excerpts=(Excerpt(evidence_id="E1", kept=kept, total_lines=lines),),
        diagnosis=Diagnosis(
            verdict=Verdict.FAILURE,
            summary="the second line broke",
            category=Category.APPLICATION,
            severity=Severity.CRITICAL,
            causes=(cause,),
        ),
    )
