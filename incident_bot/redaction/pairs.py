"""A user and a password beside each other where a login is told of: `login incorrect: [app/x]`, `decoded: app:x`, `app/x@//db:1521/orcl`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise, promise
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import is_prose_secret, is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

SURE = {
    "login incorrect": r"[^\n]{0,60}[\[/:]",
    "login attempt": r"[^\n]{0,60}[\[/:]",
    "logon denied": r"[^\n]{0,60}[\[/:]",
    "auth attempt": r"[^\n]{0,60}[\[/:]",
    "authentication attempt": r"[^\n]{0,60}[\[/:]",
    "brute force": r"[^\n]{0,60}[\[/:]",
    "bruteforce": r"[^\n]{0,60}[\[/:]",
    "chpasswd": r"[^\n]{0,60}[:\n]",
    "auth decoded": r"[^\n]{0,60}:",
    "decoded auth": r"[^\n]{0,60}:",
    "decoded basic": r"[^\n]{0,60}:",
    "decoded header": r"[^\n]{0,60}:",
    "decoded cred": r"[^\n]{0,60}:",
    "userlist": r"[^\n]{0,60}[\"']",
    "default account": r"[^\n]{0,40}[/:]",
    "login=": r"[\"']?[\w.@-]{1,32}:",
    "userinfo": r"[=:\"' ]{1,4}[\w.@-]{1,32}:",
    "http basic": r"[^\n]{0,24}:",
    "(decoded)": r"[^\n]{0,24}:",
    "basic credentials": r"[^\n]{0,48}[:/]",
    "log in:": r"[ ][\w.@-]{1,32} / ",
    "login:": r"[ ][\w.@-]{1,32} / ",
    "login ->": r"[ ][\w.@-]{1,32} ?[/:] ",
    "connect string": r"[^\n]{0,60}/",
    "connect descriptor": r"[^\n]{0,60}/",
    "ezconnect": r"[^\n]{0,60}/",
    "simple bind": r"[^\n]{0,60}[,/:]",
    "sasl auth": r"[^\n]{0,60}[ :/]",
    " login": r"[^\n]{0,24}\n[^\n]{0,32} / ",
    " account": r"[^\n]{0,24}\n[^\n]{0,32} / ",
}
"""Words behind which a pair is one of a user and a password, and what must follow them."""
_A_PAIR = r"[ ][\"']?[\w.@-]{2,32}(?::| / )[^\s:/]{5}"
LIKELY = dict.fromkeys(("attempted login", "test login", "trying", "tried", "test user"), _A_PAIR) | {
    "authentication for": r"[^\n]{0,60}[\"']",
    "user info": r"[=:\"' ]{1,4}[\w.@-]{1,32}:",
}
"""Words behind which it may be something else, an image or a role, unless its second part is mixed as passwords are."""

_USER = r"[A-Za-z][\w.@$#+\\-]{0,63}"
_PAIR = compile_later(
    rf"""[^\n]{{0,96}}?(?:
        \[b?["']?(?:{_USER})["']?/b?["']?(?P<bracketed>[^\s\]\["']{{4,128}})["']?\]
      | [ ](?:{_USER})/(?P<slashed>[^\s:/"'\]\[()]{{4,128}})(?=[ \t]*(?:$|\n))
      | ["'](?:{_USER})["'][ ,:/]{{1,3}}["'](?P<quoted>[^\s"']{{4,128}})["']
      | (?<=[\s"'=:])(?:{_USER})/["']?(?P<placed>[^\s"'/]{{4,128}}?)["']?@(?=[\w/(])
      | (?<=[\s"'=])(?!\w{{1,16}}://)(?:{_USER})(?::|[ ][/:][ ])(?P<tied>[^\s:/"'\]\[()]{{4,128}})(?=["']?[ \t]*(?:$|\n|[,;.)\]]|[ ](?:[a-z(]|[-=]>)))
      | [ ]with[ ]["'](?P<with>[^\s"']{{4,128}})["'](?=[ ](?:failed|rejected|denied|refused|accepted|succeeded)|[ \t]*(?:$|\n|[,.;]))
      | [ ]is[ ](?:{_USER})/(?P<glued>[^\s:/"'\]\[(),]{{4,128}})(?=[,.;]|[ \t]*(?:$|\n))
      | (?<=[ ])(?:cn|uid|CN|UID)=[\w=, .-]{{1,128}}[ ]["']?(?P<bound>[^\s"'=,]{{4,128}})["']?[ \t]*(?:$|\n)
    )""",
    re.VERBOSE,
)
_NO_USERS = frozenset(
    "auth ldap local system kubernetes docker type mode user login status error code state method reason source via pam module http https realm level info warn debug time ip port host client server session".split()
)
_ON_NEXT_LINE = compile_later(
    rf"[^\n]{{0,48}}\n[^\n]{{0,40}}?[ >:]{_USER} / (?P<value>[^\s:/]{{4,128}})[ \t]*(?:\r?\n|$)"
)
"""What somebody answers who was asked for a login."""


_IN_LIST = compile_later(
    rf""":?[ \t]*\r?\n(?:[ \t]*(?:list|users):[ \t]*[|>]?-?[ \t]*\r?\n)?[ \t]+(?:-[ ])?["']?{_USER}:(?P<value>[^\s:/"']{{4,128}})["']?[ \t]*(?:\r?\n|$)"""
)
"""`chpasswd: list: |` of cloud-init, and the users below."""


_BOXED = compile_later(rf"[ ](?:for[ ])?{_USER}[ ]\[(?P<boxed>[^\s\]\[\"']{{4,128}})\]")


def find_pair(text: str, start: int, end: int) -> Iterator[Finding]:
    """The password of the pair in the line of the words at `text[start:end]`."""
    if text[end - 1 : end + 1].isalpha() and len(text) > end:
        return  # `login attempts`
    pattern = _ON_NEXT_LINE if text[start] == " " else _PAIR
    match = _BOXED.match(text, end) or pattern.match(text, end) or _IN_LIST.match(text, end)
    if not match or not match.lastgroup:
        return
    value = match[match.lastgroup]
    user = (
        text[match.start() : match.start(match.lastgroup)].rstrip("\"'b/: ").rpartition(" ")[2].strip("[\"'b=").lower()
    )
    if user in _NO_USERS or is_stand_in(value) or promise(value) is not Promise.NONE:
        return
    if (match.lastgroup == "slashed" or text[start:end].lower() in LIKELY) and not _is_mixed(value):
        return
    if (is_given(value) and match.lastgroup != "quoted") or is_prose_secret(value, Promise.STRONG):
        yield Finding(*match.span(match.lastgroup), "password")


def _is_mixed(value: str) -> bool:
    marked = any(not char.isalnum() for char in value.strip(".-_"))
    return any(map(str.isdigit, value)) and (marked or (not value.islower() and not value[0].isdigit()))
