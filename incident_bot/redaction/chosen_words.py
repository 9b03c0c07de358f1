"""Tokens and keys that somebody chose like a password: plain words, where a setting holds them.

A word behind `token` or `secret` mostly names an object of Kubernetes or says what became of a token. It is the secret
itself in a dump of the environment, in JSON, in a query, behind a flag, and under a name of several words
(`signing_key: x`), unless it tells about secrets or is a name with hyphens under `secret`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise, promise
from incident_bot.redaction.plain_words import is_given, is_telling_word
from incident_bot.redaction.values import is_prose_secret, looks_secret

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from incident_bot.redaction.secret_name import SecretName

_SETTING = compile_later(
    r"""(?P<close>\\{0,3}["']\]?)?(?P<tie>[ ]?=>?[ ]?|[ ]?:[ ]?|[ ])(?P<open>\\{0,3}["'])?(?P<value>[A-Za-z]{3,16}[._-][A-Za-z]{4,16}\d{2,6}|[A-Za-z][A-Za-z_-]{3,63})(?P<after>[^\w.(\[/:@-]|$)"""
)
_ENDS_SETTING = compile_later(r"[ \t]*(?:\r?\n|$)|[ ](?:-{1,2}\w|\w{1,32}=)")
_OF_METHOD = ("hash", "hashed", "digest", "hmac")
"""Names whose plain word is a method: `password_hash: bcrypt`."""
_OF_OBJECTS = compile_later(
    r"(?i:(?:storage|project|app|application|service|server|client|host|functions?|integration|bot|write)[_.-]?key)$"
)
"""Names whose plain word is what an object is called: `storage_key=objects`."""
_LINE_START = compile_later(r"(?:^|\n)[ \t]*(?:-[ ])?$")
_BESIDE_USER = compile_later(
    r"""(?i:user(?:_?name)?|principal|login|client[_-]?id|app[_-]?id|key[_-]?id|dn)["']?[=:][ ]?["']?[\w.@=,-]{1,96}?["']?[,;& ]{1,3}["']?$"""
)
_USER_BEHIND = compile_later(r"[ ,;&]{1,2}(?:user(?:_?name)?|login)=")
_NO_KEYS = frozenset(
    "primary secondary current previous latest active inactive managed internal external local global custom production staging"
    " development kubernetes serviceaccount vault include omit same-origin option flag switch environment header query body prefix suffix"
    " bearer basic oauth hmac session cookie random rotate revoke refresh auto automatic inline literal opaque identifier keyword operator literal punctuation"
    " unsupported unauthorized forbidden".split()
)
"""What a setting chooses for a token or key, or a parser calls one; no token."""
_ENDS = frozenset({"", " ", "\n", "\r", "&", ";", "}", '"', "'", "`"})
"""What ends a value without quotes; behind a comma or parenthesis it would be the argument of a call."""
_CLOSES = frozenset({'"', "'", "\\"})
_AGAIN_REACH = 160
_SHORTEST_AGAIN = 4
_LABELLED = compile_later(
    r"""(?P<words>(?:[ ][A-Za-z]{2,14}){1,4}):[ \t]["'`]?(?P<value>[^\s"'`,;()\[\]{}<>]{12,512})(?=["'`]?[ \t]*(?:[.,;)](?:\s|$)|\r?\n|$))"""
)
"""`secret in use: x`, `jwt malformed: x`."""
_SIDES = compile_later(
    r"""[^\n=]{0,64}?[ ,({](?:old|new|raw|previous|current|actual|plain|cleartext|got|was)[=:][ ]?["'`]?(?P<value>[^\s"'`,;()\[\]{}<>]{6,512})"""
)
"""`rotating access key, old=x new=y`."""
_NAMES_ONE = frozenset(
    "id ids digest hash sha fingerprint checksum name names version revision kid ref reference path file arn request trace commit image "
    "thumbprint public".split()
)


def find_chosen_word(said: SecretName) -> list[Finding]:
    """The plain word that a setting gives a token or key for its value, or the value behind a label."""
    ahead = said.text[said.end : said.end + 1]
    if ahead in {" ", ","}:
        found = find_labelled(said)
        if found or not said.name.startswith("--"):
            return found
    if (
        ahead not in {" ", "=", ":", '"', "'", "\\"}
        or said.level is Promise.CODE
        or said.name.lower().endswith(_OF_METHOD)
    ):
        return []
    match = _SETTING.match(said.text, said.end)
    first_of_several = match is not None and match["open"] and match["after"] not in _CLOSES
    if not match or first_of_several or not _holds(said, match):
        return []
    value = match["value"]
    beside_user = _BESIDE_USER.search(said.text, said.before(96), said.start) is not None
    if _OF_OBJECTS.search(said.name) or ("-" in value and not (_may_hyphenate(said.name) or beside_user)):
        return []
    if value.lower() in _NO_KEYS or value.isupper() or not is_given(value) or promise(value) is not Promise.NONE:
        return []
    return [Finding(*match.span("value"), said.kind)]


def _holds(said: SecretName, match: re.Match[str]) -> bool:
    """Whether what stands between and around the name and the word is a setting."""
    tie, after_at = match["tie"], match.start("after")
    if match["close"]:
        return match["open"] is not None and tie != " "
    if said.name.startswith("--"):
        return tie in {" ", "="} and _ENDS_SETTING.match(said.text, after_at) is not None
    if tie == ": " and _has_words(said.name) and _LINE_START.search(said.text, said.before(40), said.start):
        return match["open"] is not None or _ENDS_SETTING.match(said.text, after_at) is not None
    ends = match["open"] is not None or match["after"] in _ENDS
    if (
        tie in {"=", ": "}
        and (ends or match["after"] in {",", "]", ")"})
        and _BESIDE_USER.search(said.text, said.before(96), said.start)
    ):
        return True
    if tie == "=" and _USER_BEHIND.match(said.text, after_at):
        return True
    queried = said.text[said.start - 1 : said.start] in {"?", "&"}
    return tie == "=" and ends and (queried or said.name.isupper() or _has_words(said.name))


def _has_words(name: str) -> bool:
    """Whether a name is of several words, as only settings have."""
    inner = name.strip("-_.")
    return (
        any(char in "_." for char in inner) or "-" in inner or (inner[1:] != inner[1:].lower() and not inner.isupper())
    )


def _may_hyphenate(name: str) -> bool:
    """Whether a word with hyphens may be its value; under `secret` it is the name of a Secret."""
    return not name.lower().endswith(("secret", "secrets", "credential", "credentials", "cookie"))


def find_again(text: str, finding: Finding) -> Iterator[Finding]:
    """The value behind another `=` or `:` of its line."""
    value = text[finding.start : finding.end]
    line_end = text.find("\n", finding.end, finding.end + _AGAIN_REACH)
    at = text.find(value, finding.end, line_end if line_end >= 0 else finding.end + _AGAIN_REACH)
    if len(value) < _SHORTEST_AGAIN or at < 0 or text[at + len(value) : at + len(value) + 1].isalnum():
        return
    if text[at - 3 : at].rstrip(" \"'")[-1:] in {"=", ":"}:
        yield finding._replace(start=at, end=at + len(value))


def find_labelled(said: SecretName) -> list[Finding]:
    """The value behind a label that several words make: `password in use: x`, `rotated, old=x`."""
    match = _LABELLED.match(said.text, said.end) if said.level is not Promise.STRONG else None
    if match and _NAMES_ONE.isdisjoint(match["words"].lower().split()) and _is_value(match["value"], said):
        return [Finding(*match.span("value"), said.kind)]
    sides = _SIDES.match(said.text, said.end)
    if sides and _is_value(sides["value"], said):
        return [Finding(*sides.span("value"), said.kind)]
    return []


def _is_value(value: str, said: SecretName) -> bool:
    if said.level is Promise.STRONG:
        return is_given(value) and not is_telling_word(value)
    return looks_secret(value) or is_prose_secret(value, said.level)
