"""Issue drafts as the report room makes them."""

from __future__ import annotations

from incident_bot.model import IssueDraft, SafeText

KEY = "0123456789abcdef"
LABELS = ("production-alert", "ai-analysis", "critical", "cause/resources")


def draft(
    text: str = "The memory limit is too small.",
    *,
    key: str = KEY,
    title: str = "[PRODUCTION ALERT] ModelPodOOMKilled - api",
    labels: tuple[str, ...] = LABELS,
) -> IssueDraft:
    marker = f"<!-- incident-bot:v1 key={key} -->"
    return IssueDraft(
        key=key, title=SafeText(title), body=SafeText(f"{marker}\n{text}\n"), labels=labels, marker=marker
    )
