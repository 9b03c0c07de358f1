"""Slips of one caller that a server logs: a request or a statement that came to nothing, while others are answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log

_ABOUT_A_REQUEST = compile_later(
    r"\bclient: \S{1,60}, |while (?:SSL )?handshaking|TLS handshake error from |client (?:disconnected|closed|aborted)"
    r"|reading (?:client request|response header from upstream)"
)
_ANSWERED = compile_later(
    r"HTTP/\d(?:\.\d)?\" (?P<a>[1-5]\d\d)\b|\"?status(?:_?code)?\"?[=:] ?\"?(?P<b>[1-5]\d\d)\b", re.IGNORECASE
)
_ENOUGH_REQUESTS = 100
_FEW_FAILED = 0.005


def is_harmless(line: str, log: Log) -> bool:
    """Whether a line is about one client's request while the same log shows that requests are answered.

    A database that names a statement which breaks a constraint has done what it is for.
    """
    if _MAKES_WAY.search(line[:400]) or _UNNAMED_PEER.search(line[:400]):
        return True
    if _BROKEN_STATEMENT.search(line[:400]) and _OF_A_DATABASE.search(log.text):
        return True
    return _ABOUT_A_REQUEST.search(line[:1000]) is not None and _answers_requests(log)


_MAKES_WAY = re.compile(r"\bcanceling autovacuum task\b")
"""Autovacuum gives way to whoever needs its lock, and comes back (source: PostgreSQL's manual, routine vacuuming)."""
_UNNAMED_PEER = re.compile(r"\[Warning\].{0,60}\bIP address '[^']{1,60}' could not be resolved\b")
"""MySQL asks for the name of whoever connects, and serves who has none (source: MySQL's manual, DNS lookups and the host cache)."""
_BROKEN_STATEMENT = compile_later(
    r"\bERROR:  (?:duplicate key value|syntax error at|(?:insert or update|update or delete|new row|null value)\b.{0,120}\bviolates"
    r"|current transaction is aborted|canceling statement due to user request|value too long for type|invalid input syntax)"
)
_OF_A_DATABASE = compile_later(r"\bSTATEMENT:  \S")
"""PostgreSQL's own log, which prints the statement beside its error."""


def _answers_requests(log: Log) -> bool:
    """Whether a server's own access lines show that nearly nobody got a server error."""
    found = [(kept.count, match) for kept in log.kept if kept.why != "last" and (match := _ANSWERED.search(kept.text))]
    total = sum(count for count, _ in found)
    failed = sum(count for count, match in found if (match["a"] or match["b"]).startswith("5"))
    return total >= _ENOUGH_REQUESTS and failed <= _FEW_FAILED * total
