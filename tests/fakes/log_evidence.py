"""A log as the evidence that condensing reads, and whether a kept text is its line's own."""

from __future__ import annotations

from collections.abc import Iterable

from incident_bot.model import Evidence, EvidenceKind, SafeText


def evidence(lines: Iterable[str], identity: str = "E1") -> Evidence:
    return Evidence(id=identity, kind=EvidenceKind.LOG, name="log", source="log", lines=tuple(map(SafeText, lines)))


def stands_in(text: str, line: str) -> bool:
    """Whether the pieces between the ellipses of a kept text occur in the line, in order."""
    at = 0
    for piece in text.split("…"):
        found = line.find(piece.strip(), at)
        if found < 0:
            return False
        at = found + len(piece.strip())
    return True
