"""Many detectors see the same secret; this settles what is replaced, where and under which kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from incident_bot.redaction.finding import Finding
from incident_bot.redaction.values import PLACEHOLDER

GUESSED = "high-entropy"
"""The kind of a value that only looks generated; it gives way to every finding that touches it."""

_GENERAL = frozenset(
    "password passphrase cookie authorization session token secret key signature credential webhook url-token".split()
)

PLACEHOLDER_START = "[REDACTED:"
"""With what every placeholder begins."""

Span = tuple[int, int]


def placeholder_spans(text: str) -> list[Span]:
    """Where placeholders stand: what they say is ours and no secret."""
    return [match.span() for match in PLACEHOLDER.finditer(text)] if PLACEHOLDER_START in text else []


def settle(text: str, found: Iterable[Finding], taken: Sequence[Span]) -> Iterator[Finding]:
    """Findings in order, none across lines, none overlapping another or a placeholder."""
    firm = _merge(sorted((item for item in found if item.kind != GUESSED), key=lambda item: (item.start, -item.end)))
    guessed = _merge(sorted(item for item in found if item.kind == GUESSED))
    standing = sorted([*firm, *_clear_of(guessed, [(item.start, item.end) for item in firm])])
    pieces = [piece for finding in standing for piece in _by_line(text, finding)]
    yield from _clear_of(pieces, taken)


def _merge(ordered: Iterable[Finding]) -> list[Finding]:
    """Touching findings as one, under the kind that tells most."""
    merged: list[Finding] = []
    for finding in ordered:
        last = merged[-1] if merged else None
        if last and finding.start < last.end:
            kind = finding.kind if last.kind in _GENERAL and finding.kind not in _GENERAL else last.kind
            merged[-1] = Finding(last.start, max(last.end, finding.end), kind, last.spreads and finding.spreads)
        elif finding.end > finding.start:
            merged.append(finding)
    return merged


def _clear_of(findings: Sequence[Finding], spans: Sequence[Span]) -> Iterator[Finding]:
    """Those findings that touch no span; both are in order."""
    passed = 0
    for finding in findings:
        while passed < len(spans) and spans[passed][1] <= finding.start:
            passed += 1
        if passed == len(spans) or spans[passed][0] >= finding.end:
            yield finding


def _by_line(text: str, finding: Finding) -> Iterator[Finding]:
    """A finding cut at the ends of lines, so that the number of lines stays."""
    start = finding.start
    while start < finding.end:
        newline = text.find("\n", start, finding.end)
        end = newline if newline >= 0 else finding.end
        stop = end - 1 if newline >= 0 and end > start and text[end - 1] == "\r" else end
        while start < stop and text[start] in " \t":
            start += 1
        if stop > start:
            yield finding._replace(start=start, end=stop)
        start = end + 1
