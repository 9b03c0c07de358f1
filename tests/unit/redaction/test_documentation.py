"""docs/redaction.md cannot fall behind the code."""

from __future__ import annotations

import re
from pathlib import Path

from incident_bot.redaction.names import KINDS
from incident_bot.redaction.personal import PERSONAL_KINDS
from incident_bot.redaction.providers import PROVIDERS

DOCUMENT = Path(__file__).parents[3] / "docs" / "redaction.md"
OTHER_KINDS = {"authorization", "dsn-password", "flood", "high-entropy", "jwt", "kubernetes-secret", "private-key", "url-password", "url-token"}  # fmt: skip


def test_every_kind_is_documented_and_no_other() -> None:
    table = DOCUMENT.read_text(encoding="utf-8").split("## Kinds", 1)[1].split("\n## ", 1)[0]
    documented = set(re.findall(r"`([a-z0-9-]+)`", table))

    assert documented == {provider.kind for provider in PROVIDERS} | set(PERSONAL_KINDS) | set(KINDS) | OTHER_KINDS


def test_at_least_120_kinds_of_provider() -> None:
    assert len({provider.kind for provider in PROVIDERS}) >= 120
