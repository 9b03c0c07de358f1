"""Secrets that a sentence gives away: `using password x`, `the token is x`, `credentials: admin / x`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from incident_bot.redaction.extents import BARE, closing, trim
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.values import is_phrase, is_prose_secret, is_stand_in, looks_secret

if TYPE_CHECKING:
    from incident_bot.redaction.announcement import Announcement

_PROSE = re.compile(
    r"""["'`]?(?:(?:[ \t]+(?:is|was|has|have|been|being|to|as|now|set|re?set|changed|updated|generated|created|with|by|value|used|using|be|got|from
    |(?:for|of)(?:\ the)?(?:\ (?:user|account|role|login))?\ ["']?[\w.@:/-]{1,96}["']?(?=:|\ (?:is|was|to|has|changed|set|from|reset)\b))){0,6})
    [ \t]*[:=|→\uff1a]?[ \t]*(?:(?P<quote>["'`])|[\[(])?""",
    re.VERBOSE,
)
_BELOW = re.compile(
    r"[^\n:=]{0,80}[:.][ \t]*\r?\n(?:[ \t]*\r?\n)?[ \t]*(?:[A-Z][a-z]{1,12} value:[ \t]+)?(?P<value>\S{6,128})[ \t]*(?:\r?\n|$)"
)
"""A sentence about a secret that ends in a colon, and the secret alone on the next line or the one after it."""
_TUPLE = re.compile(
    r"""[ \t]*[=:][ \t]*[(\[][ \t]*["']?[\w.@+-]{1,64}["']?[ \t]*,[ \t]*(?P<quote>["']?)(?P<value>[^\s"'()\[\]]{4,128})(?P=quote)[ \t]*[)\]]"""
)
_LOGIN = re.compile(
    r"(?:[ \t]*[:=]|[ \t]+(?:are|is|were))?[ \t]*[A-Za-z][\w.@+-]{0,63}(?:[ \t]?:[ \t]?|[ \t]+/[ \t]+|(?P<glued>/))(?P<value>[^\s:/]{4,128})(?![:/])"
)
"""`admin / x` and `admin:x` behind `credentials`."""


def find_in_sentence(said: Announcement) -> Iterator[Finding]:
    """The value that follows the name within its sentence, or alone below it."""
    text, at, level = said.text, said.end, said.level
    if level > Promise.WEAK and (below := _BELOW.match(text, at)):
        if is_prose_secret(below["value"], level):
            yield Finding(below.start("value"), below.end("value"), said.kind)
        return
    words = _PROSE.match(text, at)
    if not words or words.end() == at:
        return
    if quote := words["quote"]:
        stop = closing(text, words.end(), quote)
        if _counts_in_quotes(text[words.end() : stop], level):
            yield Finding(words.end(), stop, said.kind)
        return
    bare = BARE.match(text, words.end())
    if not bare:
        return
    value = trim(bare[0])
    if level > Promise.WEAK and is_prose_secret(value, level):
        yield Finding(words.end(), words.end() + len(value), said.kind)


def find_login(said: Announcement) -> list[Finding] | None:
    """The second of two words behind `credentials` or `auth`: `auth=("app", "x")`, `credentials app / x`."""
    if said.kind != "credential" and not said.name.lower().endswith("auth"):
        return None
    pair = _TUPLE.match(said.text, said.end)
    if pair is None and said.kind == "credential":
        pair = _LOGIN.match(said.text, said.end)
    if pair is None or not _is_password(pair["value"], quoted=bool(pair.groupdict().get("quote"))):
        return None
    if pair.groupdict().get("glued") and not any(char.isupper() or char in "!@#$%^&*+~" for char in pair["value"]):
        return None  # names of Kubernetes are written so, too
    return [Finding(pair.start("value"), pair.end("value"), said.kind)]


def _counts_in_quotes(value: str, level: Promise) -> bool:
    plausible = 4 <= len(value) <= 128 and " " not in value and not is_stand_in(value)
    # A space first: the quote closes the name (`"db-credentials" not found`) and opens nothing.
    return (level is Promise.STRONG and plausible) or (value[:1] != " " and looks_secret(value))


def _is_password(value: str, *, quoted: bool) -> bool:
    """Whether the second of two words behind `credentials` is a password: any in quotes, none that is a plain word."""
    if is_stand_in(value) or value.isdigit():
        return False
    return quoted or is_phrase(value) or any(char.isdigit() or char in "!@#$%^&*+~" for char in value)
