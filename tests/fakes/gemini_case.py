"""One small incident to ask a model about, and what its refusal to answer must look like."""

from __future__ import annotations

from incident_bot.llm.prompt import build_prompt
from incident_bot.model import (
    Alert,
    Case,
    Diagnosis,
    Evidence,
    EvidenceKind,
    Excerpt,
    Gap,
    Incident,
    KeptLine,
    SafeText,
    Severity,
    Target,
)

LINES = tuple(map(SafeText, ("starting", "loaded shard 12/24 rss=57 MiB", "Killed")))


LOG = Evidence(id="E1", kind=EvidenceKind.LOG, name="server.log", source="log of server", lines=LINES)


CASE = Case(
    incident=Incident(
        key="0" * 16,
        alert=Alert(name="ModelPodOOMKilled", severity=Severity.CRITICAL),
        target=Target(namespace="ml", pod="sentiment-0"),
    ),
    evidence=(LOG,),
)


EXCERPTS = (
    Excerpt(
        evidence_id="E1",
        kept=tuple(KeptLine(line=number, text=text, last=number) for number, text in enumerate(LINES, start=1)),
        total_lines=3,
    ),
)


PROMPT = build_prompt(CASE, EXCERPTS, nonce="n0nce" * 4, seal=SafeText)


def assert_gap(found: Diagnosis | Gap, word: str, kind: str = "model") -> Gap:
    assert isinstance(found, Gap), found
    assert word.lower() in found.reason.lower()
    assert found.remedy
    assert found.kind == kind
    return found
