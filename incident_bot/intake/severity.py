"""Everybody's words for severity -> our three.

Words above a warning are rounded up, because a page that is labelled `warning` is found
too late and the opposite costs one glance. Sources of the words: Prometheus and
kubernetes-mixin (critical, warning, info, none), PagerDuty (critical, error, warning,
info), Opsgenie (P1-P5), syslog (RFC 5424), Google's SRE book (page, ticket).
"""

from __future__ import annotations

from incident_bot.model import Severity

SEVERITIES: dict[Severity, tuple[str, ...]] = {
    Severity.CRITICAL: (
        "critical", "crit", "fatal", "emergency", "emerg", "alert", "page", "pager", "disaster", "blocker", "urgent",
        "error", "err", "high", "major", "p0", "p1", "sev0", "sev1", "sev-0", "sev-1", "s0", "s1",
    ),
    Severity.WARNING: (
        "warning", "warn", "medium", "moderate", "average", "minor", "ticket", "p2", "p3", "sev2", "sev3", "sev-2",
        "sev-3", "s2", "s3",
    ),
    Severity.INFO: (
        "info", "information", "informational", "notice", "low", "none", "ok", "debug", "p4", "p5", "sev4", "sev5",
        "sev-4", "sev-5", "s4", "s5",
    ),
}  # fmt: skip
"""The whole table; case and surrounding blanks do not matter."""

_BY_WORD = {word: severity for severity, words in SEVERITIES.items() for word in words}


def normalise_severity(word: str) -> Severity:
    """Our severity for a sender's word; an unknown one is a warning (its original stays in the labels)."""
    return _BY_WORD.get(word.strip().lower(), Severity.WARNING)
