"""Secrets beside an `@`: URL user info, Go data source names, bare `user:password@host`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.values import is_stand_in, looks_random

_LOOK_BACK = 512
_USER = compile_later(r"([\w.%+~!$*-]{0,128}):(.{1,480})", re.DOTALL)
_AUTHORITY = compile_later(r"[\w.\-%\[\]{}$]+")
_GO_NETWORK = compile_later(r"(?:tcp|tcp4|tcp6|udp|unix|cloudsql|cloudsqlmysql|cloudsql-mysql)?\(")
_GO_INFO = compile_later(r"""(?:^|(?<=[\s"'`=(\[{,]))([\w.%+~!$*-]{1,128}):([^\s"'`]{1,256})$""")
_HOST_PORT = compile_later(
    r"(?:[A-Za-z0-9](?:[\w-]{0,62}\.)*[\w-]{0,62}):\d{2,5}\b|(?:[A-Za-z0-9][\w-]{0,62}\.){1,8}[A-Za-z0-9-]{2,24}/[\w-]+"
)
_ENDS_INFO = compile_later(r"[\s\"'<>`]")
_MORE_INFO = compile_later(
    r"[^\s\"'<>`/?#@]{1,128}@|[^\s\"'<>`/=@]{1,128}@(?=[\w.-]{1,253}(?::\d{1,5})?(?:[/\s\"'?,;)]|$))"
)
_SCHEME_END = compile_later(r".*:(?://|\\/\\/)", re.DOTALL)
"""The last one; JSON may escape slashes."""
_PLAIN = compile_later(r"[^\s\"'`<>(){}\[\],;|=\\]*")


_SLASHED = compile_later(
    r"""(?i:\b(?:conn|connect|userid|login|logon|sqlplus|credentials?)[ =:]{1,3}["']?)[A-Za-z][\w$#-]{0,63}/(?P<value>[^\s/"'@]{4,64}@?)$"""
)
_CONNECTS = ("conn", "userid", "login", "logon", "sqlplus", "credential")
"""Without one of these no such word stands there: asked before the pattern is, of ASCII, whose case is plain."""
_ORACLE = compile_later(r"""(?<![\w/.@:-])[A-Za-z][\w$#.-]{0,63}/["']?(?P<value>[^\s/"'@]{4,64})["']?$""")
_ORACLE_PLACE = compile_later(
    r"//?[\w.-]{1,253}(?::\d{2,5})?/\w|[\w.-]{1,253}:1[45]\d\d(?:[/:\s]|$)|\((?i:description)"
)
"""Where a database of Oracle is, `@//db:1521/orcl`: nothing else writes so behind `a/b`."""
_SLASH_REACH = 72


def may_hold_user_info(text: str, at: int) -> bool:
    """Whether a colon stands before the `@` at `at` with neither space nor quote between: without, nothing is found."""
    colon = text.rfind(":", max(0, at - _LOOK_BACK), at)
    return colon >= 0 and not _ENDS_INFO.search(text, colon, at)


def is_in_url(text: str, at: int) -> bool:
    """Whether a scheme stands before the `@` at `at`, with no space between."""
    scheme = text.rfind("://", max(0, at - _LOOK_BACK), at)
    return scheme >= 0 and not _ENDS_INFO.search(text, scheme, at) and "/" not in text[scheme + 3 : at]


def find_user_info(text: str, at: int, floor: int = 0) -> Iterator[Finding]:
    """The password (or lone token) before the `@` at `at`, not before `floor` (the last `@`)."""
    # A password may hold `@` itself, and what follows shows that this one ends it.
    low = at - _LOOK_BACK if _GO_NETWORK.match(text, at + 1) else max(floor, at - _LOOK_BACK)
    window = text[max(0, low) : at]
    scheme = _SCHEME_END.match(window)
    if scheme:
        info = window[scheme.end() :]
        if not _ENDS_INFO.search(info):
            yield from _in_url(text, at - len(info), at)
            return
    plain = _PLAIN.match(window[::-1])
    yield from _without_scheme(text, at - (plain.end() if plain else 0), at)


def find_slashed(text: str, at: int) -> Iterator[Finding]:
    """The password of `connect app/x@db`, as Oracle writes it, before the `@` at `at`."""
    if text.find("/", max(0, at - _SLASH_REACH), at) < 0:
        return
    before = text[max(0, at - 160) : at]
    lowered = before.lower()
    connects = any(word in lowered for word in _CONNECTS) or not before.isascii()
    match = _SLASHED.search(text, max(0, at - 160), at) if connects else None
    if match is None and _ORACLE_PLACE.match(text, at + 1):
        match = _ORACLE.search(text, max(0, at - 2 * _SLASH_REACH), at)
    if match and not is_stand_in(match["value"]):
        yield Finding(*match.span("value"), "password")


def _in_url(text: str, start: int, at: int) -> Iterator[Finding]:
    info = text[start:at]
    if re.match(r"[\w.\-]+(?::\d{1,5})?[/?#]", info) or not _AUTHORITY.match(text, at + 1):
        return
    user, colon, password = info.partition(":")
    if colon:
        end = _last_at(text, at)
        if password and not is_stand_in(text[start + len(user) + 1 : end]):
            yield Finding(start + len(user) + 1, end, "url-password")
        if len(user) >= 20 and looks_random(user):
            yield Finding(start, start + len(user), "url-token")
    elif len(user) >= 16 and (
        looks_random(user) or re.fullmatch(r"[0-9a-f]{32,64}|[A-Za-z0-9_]*[0-9][A-Za-z0-9_]*", user)
    ):
        yield Finding(start, at, "url-token")


def _last_at(text: str, at: int) -> int:
    """The last `@` of the authority: people do not escape those in passwords."""
    more = _MORE_INFO.match(text, at + 1)
    return more.end() - 1 if more else at


def _without_scheme(text: str, start: int, at: int) -> Iterator[Finding]:
    parts = _USER.fullmatch(text, start, at)
    if _GO_NETWORK.match(text, at + 1):  # Go reads whatever stands behind the colon
        parts = _GO_INFO.search(text, max(0, at - _LOOK_BACK // 2), at) or parts
    if not parts or is_stand_in(parts[2]):
        return
    if _GO_NETWORK.match(text, at + 1) or (
        parts[1]
        and len(parts[2]) >= 4
        and "/" not in parts[2]
        and not text.startswith("sha256", at + 1)
        and _HOST_PORT.match(text, at + 1)
    ):
        yield Finding(parts.start(2), at, "dsn-password")
