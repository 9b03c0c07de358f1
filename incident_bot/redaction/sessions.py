"""Ids of sessions that a sentence names: `Session x opened for app`. Who has one is logged in as long as it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.values import looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = {
    "session ": "[A-Za-z0-9_-]{20}",
    "sessionid ": "[A-Za-z0-9_-]{20}",
    "session id": "[ :=]{1,2}[A-Za-z0-9_-]{20}",
}
"""What an id stands behind, and what must follow; other names of it are read as settings."""
_ID = compile_later(
    r"""[ :=]{0,2}(?P<value>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[A-Za-z0-9_-]{20,128})(?![\w.:/@-])["'\])>]?(?P<after>[ ][a-z]{2,12}\b)?"""
)
_UUID = compile_later(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_LASTS = frozenset(
    "opened created issued started established resumed restored renewed refreshed extended expired expires destroyed terminated invalidated revoked"
    " belongs bound assigned stored loaded replayed hijacked for user owned token valid".split()
)
"""What becomes of a session that a person has; those of databases and traces are traced by."""


def find_session(text: str, end: int) -> Iterator[Finding]:
    """The id behind the words that end at `end`."""
    match = _ID.match(text, end)
    if not match or not any(map(str.isdigit, match["value"])):
        return
    value = match["value"]
    if not (value.replace("-", "").replace("_", "").isalnum() and (looks_secret(value) or _UUID.fullmatch(value))):
        return
    told = (match["after"] or "").strip().lower() in _LASTS
    if told or (looks_secret(value) and not match["after"]):
        yield Finding(*match.span("value"), "session")
