"""Credentials in HTTP headers: `Authorization` of every scheme, `Cookie` and `Set-Cookie`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incident_bot.patterns import compile_later
from incident_bot.redaction.extents import BARE, MAX_VALUE, OPENING, SEPARATOR, trim
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise, promise
from incident_bot.redaction.values import counts, is_prose_word, is_stand_in

_SCHEME = compile_later(
    r"(?:Bearer|Basic|Token|Digest|Negotiate|NTLM|ApiKey|Api-Key|SSWS|AWS4-HMAC-SHA256|GenieKey|Key|Splunk|Klaviyo-API-Key|OAuth|Hawk|JWT)(?:[ \t]*\\\r?\n[ \t]*|[ \t]*\r?\n[ \t]+|[ \t]+)",
    re.IGNORECASE,
)
_OWN_SCHEME = compile_later(r"[A-Za-z][\w-]{1,31}[ ](?=[^\s=,]{0,255}\d)(?=\S{12})")
"""A scheme of somebody's own, `hmac app:x`, before what holds a digit and is no sentence."""
_HEADER_REST = compile_later(rf"""[^\r\n"'`\\]{{1,{MAX_VALUE}}}""")
_HEADER_LINE = compile_later(rf"""[^\r\n\\]{{1,{MAX_VALUE}}}""")
_COOKIE = compile_later(rf"""[\w.!#$%*+^|~-]{{1,128}}=([^\s;,"'`\\]{{0,{MAX_VALUE}}})""")
_IN_JAR = compile_later(
    r"""\s{0,80}(?P<quote>\\{0,3}["'])(?P<name>[\w.!#$%*+^|~-]{1,128})(?P=quote)[ ]?(?::|=>)[ ]?(?P=quote)(?P<value>[^"'\\\n]{0,4096})(?P=quote)[ ]?,?"""
)
_ANALYTICS = compile_later(r"(?i:_g(?:a|id|at|ac)(?:_\w{1,32})?|_gcl_\w{2,4}|_fb[pc]|__utm[a-z])$")
_VISITOR = compile_later(r"(?:GA|GS|fb)?\d{1,2}(?:\.\d{1,16}|\$\w\d{1,16}){2,8}")
"""Visitors as Google and Meta number them by chance and time: nobody gets in with that."""
_PLACE = compile_later(r"[a-z]{2,16}-?\d{1,3}|[a-z]{2}[-_][A-Z]{2}|[A-Z][a-z]{2,16}(?:%2F|/)[A-Z][A-Za-z_]{2,24}")
"""A server by its number, a language of a country, or a time zone by its place."""
_MOST_COOKIES = 64
"""Cookies of one header that are told apart; browsers keep 50 to 180 a site. What follows is replaced as one."""
_SHORTEST_NUMBER = 6
"""Digits of a cookie that may be more than a count."""
_COOKIE_GAP = compile_later(
    r"[ \t]*;[ \t]*(?:(?:HttpOnly|Secure|Partitioned|Path=[^;\s]*|Expires=[^;\r\n]{0,40}|SameSite=\w*|Domain=[^;\s]*|Max-Age=\d*)[ \t]*;?[ \t]*){0,8}",
    re.IGNORECASE,
)


def header(text: str, at: int) -> Iterator[Finding]:
    """The credentials of an Authorization header, its scheme kept."""
    separator = SEPARATOR.match(text, at)
    at = separator.end() if separator else at
    quote = OPENING.match(text, at)
    at = quote.end() if quote else at
    scheme = _SCHEME.match(text, at) or (_OWN_SCHEME.match(text, at) if separator else None)
    if scheme is None and separator is None:
        return
    at = scheme.end() if scheme else at
    if scheme and scheme[0].lower().startswith(("digest", "aws4", "hawk", "oauth")):
        rest = (_HEADER_REST if quote else _HEADER_LINE).match(text, at)
    else:
        rest = BARE.match(text, at)
    if not rest:
        return
    value = trim(rest[0].rstrip())
    if value.startswith("realm="):
        return  # a challenge
    if scheme is None and all(map(is_prose_word, re.split("[=,]", value))):
        return  # settings of authorization itself: `mode=RBAC,Node`
    known = scheme is not None and not is_prose_word(value)
    if (known and len(value) >= 6 and not is_stand_in(value)) or counts(value, Promise.FIRM, quoted=False):
        yield Finding(at, at + len(value), "authorization")


def cookies(text: str, at: int) -> list[Finding] | None:
    """The values of the cookies in a Cookie or Set-Cookie header; None where no cookie follows."""
    separator = SEPARATOR.match(text, at)
    if not separator or separator["break"] is not None:
        return None
    at = separator.end()
    if text.startswith("{", at):
        return list(_jar(text, at + 1))
    quote = OPENING.match(text, at)
    at = quote.end() if quote else at
    return list(_cookies(text, at)) if _COOKIE.match(text, at) else None


def _jar(text: str, at: int) -> Iterator[Finding]:
    """The values of cookies that a program shows as a dictionary."""
    for _ in range(_MOST_COOKIES):
        cookie = _IN_JAR.match(text, at)
        if not cookie:
            return
        if not (is_stand_in(cookie["value"]) or _is_preference(cookie["name"], cookie["value"])):
            yield Finding(*cookie.span("value"), "cookie")
        at = cookie.end()


def _is_preference(name: str, value: str) -> bool:
    """Whether a cookie only holds what somebody chose: `theme=dark`."""
    return promise(name) is Promise.NONE and (
        is_prose_word(value)
        or _PLACE.fullmatch(value) is not None
        or (value.isdigit() and len(value) < _SHORTEST_NUMBER)
        or (_ANALYTICS.match(name) is not None and _VISITOR.fullmatch(value) is not None)
    )


def _cookies(text: str, at: int) -> Iterator[Finding]:
    for _ in range(_MOST_COOKIES):
        cookie = _COOKIE.match(text, at)
        if not cookie:
            return
        name = text[cookie.start() : cookie.start(1) - 1].lower()
        if name not in {
            "path",
            "domain",
            "expires",
            "max-age",
            "samesite",
            "version",
        } and not (is_stand_in(cookie[1]) or _is_preference(name, cookie[1])):
            yield Finding(cookie.start(1), cookie.end(1), "cookie")
        gap = _COOKIE_GAP.match(text, cookie.end())
        if not gap:
            return
        at = gap.end()
    if rest := _HEADER_REST.match(text, at):
        yield Finding(at, rest.end(), "cookie", spreads=False)
