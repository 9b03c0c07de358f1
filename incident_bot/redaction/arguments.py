"""Users and passwords as the arguments of a call that lets somebody in: `verify("app", "x")`, `args=[app, x] method=login`.

A stack trace or a trace of calls shows values, the source of a program shows names: bare words count where the result
of the call follows, and no word that programs use as a name does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise, promise
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import is_prose_secret, is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = (
    "login(", "logon(", "signin(", "sign_in(", "log_in(", "authenticate(", "auth(", "verify(", "check(", "_user(", "loginuser(", "authuser(", "authenticateuser(", "createuser(", "adduser(", "bind(", "bind_s(", "_bind(",
    "credentials(", "password(", "_login(", "validate(", "ftp(", "unlock(", "compare(", "basic(", "attempt(", "username_pw_set(",
)  # fmt: skip
THEN = r"[^()\n]{1,60},"
"""What must follow such a word."""
LISTS = dict.fromkeys(("args", "params", "arguments", "parameters", "called with"), r"[ \"':=][^\n]{0,4}[\[(]")
"""What the arguments stand behind where the call is named elsewhere in the line, and what must follow."""
_OPENS = compile_later(r"""[ "':=][^\n]{0,4}?[\[(]""")
_NAME_BACKWARDS = compile_later(r"[\w.:#>\\@-]{1,96}")
_LETS_IN = compile_later(
    r"(?i:log_?[io]n|sign_?in|auth(?!or)|verif|credential|passw|(?:simple|ldap)_?bind|bind_s|(?:create|add|new|change|reset|register|unlock|check|validate)_?user|username_pw|\bftp\b|unlock)"
)
_LETS_IN_LINE = compile_later(
    r"(?i:(?<![/\w])\w{0,24}(?:log_?in|logon|sign_?in|authenticat\w{1,4}|auth|verify\w{0,12}|checkpassword|check_password))\b"
)
_MAKES_USER = compile_later(r"(?i:(?:create|add|new|register|check|validate)_?user)")
_ARGUMENT = compile_later(
    r"""\s{0,4}(?:(?P<name>[A-Za-z_][\w-]{0,31})[ ]?[=:][ ]?(?!\w{1,16}=))?(?:[brufN@]?(?P<quote>\\?["'])(?P<quoted>[^"'\n]{0,256}?)(?P=quote)|(?P<bare>[^,()"'\[\]{}\n]{1,128}))\s{0,4}(?P<stop>[,)\]])"""
)
_RESULT = compile_later(
    r"[ ]?(?:->|=>|=)[ ]?[^\s{]|[ ](?:returned|returns|took|failed|raised|threw|throws|in \d|ok\b|denied|succeeded|rejected)|: (?:true|false|ok|fail)"
)
_TRACED = compile_later(
    r"(?i:enter(?:ing|ed)?|call(?:ing|ed)?|invok(?:e|ing|ed)|intercepted|exec\w{0,7}|trace|method|debug)\b[^\n]{0,96}$"
)
_USER_NAMES = frozenset("user username name login email uid account dn principal uname usr id".split())
_CODE_WORDS = frozenset(
    "user users username name login email account principal password passwd pass realm role roles admin request response req res ctx context self this next done"
    " callback handler options opts config settings data body payload message msg digest signature header headers session client server socket host port address"
    " backend provider strategy scope local remote default true false null none undefined claims issuer subject audience key value event click target source type"
    " method path url uri query params args kwargs driver connection timeout result error code state nonce salt hash algorithm encoding utf8 utf-8 sha256 sha1 md5"
    " page limit offset sort filter size count basic bearer digest oauth ldap saml editor viewer sudo wheel docker guest owner member token tokens credentials".split()
)
_PLACE = compile_later(
    r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?::\d{1,5})?|\w{1,16}:(?:/|\w).*|[\w.-]{1,96}:\d{1,5}|Resource .*|0x[0-9a-f]+|\d+"
)
_MOST_ARGUMENTS = 6


class _Argument(NamedTuple):
    text: str
    start: int
    end: int
    name: str
    quoted: bool


def find_called(text: str, start: int, end: int) -> Iterator[Finding]:
    """The password among the arguments of the call whose parenthesis ends at `end`."""
    before = _NAME_BACKWARDS.match(text[max(0, start - 64) : end - 1][::-1])
    name = before[0][::-1] if before else ""
    if not name or not _LETS_IN.search(name):
        return
    makes = _MAKES_USER.search(name) is not None  # its second argument may be a role
    yield from _password(_arguments(text, end), bare=_is_traced(text, start, end), plain=not makes)


def find_listed(text: str, start: int, end: int) -> Iterator[Finding]:
    """The same where the name of what was called stands elsewhere in the line."""
    opening = _OPENS.match(text, end)
    end = opening.end() if opening else end
    low = text.rfind("\n", max(0, start - 160), start) + 1 or max(0, start - 160)
    newline = text.find("\n", end, end + 240)
    high = newline if newline >= 0 else min(len(text), end + 240)
    if _LETS_IN_LINE.search(text, low, start) or _LETS_IN_LINE.search(text, end, high):
        yield from _password(_arguments(text, end), bare=True, plain=True)


def _is_traced(text: str, start: int, end: int) -> bool:
    """Whether values and no names of them are shown: a result follows on the line, or a trace says so before."""
    close = text.find(")", end, end + 200)
    rest = text[close + 1 : close + 14] if close >= 0 else ""
    if _RESULT.match(rest):
        return True
    line = text.rfind("\n", max(0, start - 160), start) + 1
    return _TRACED.search(text, max(line, start - 160), start) is not None


def _arguments(text: str, at: int) -> list[_Argument]:
    found: list[_Argument] = []
    for _ in range(_MOST_ARGUMENTS):
        match = _ARGUMENT.match(text, at)
        if not match:
            break
        part = "quoted" if match["quote"] else "bare"
        found.append(_Argument(match[part].strip(), *match.span(part), match["name"] or "", match["quote"] is not None))
        at = match.end()
        if match["stop"] != ",":
            break
    return found


def _password(arguments: list[_Argument], *, bare: bool, plain: bool) -> Iterator[Finding]:
    """The argument behind the user's name; behind a place there is one more before it."""
    while len(arguments) > 2 and _PLACE.fullmatch(arguments[0].text) and not arguments[0].text.startswith("cn="):
        arguments = arguments[1:]
    if len(arguments) < 2:
        return
    user, password = arguments[:2]
    if password.name or (user.name and user.name.lower() not in _USER_NAMES | {"cn", "uid", "dn"}):
        return
    value = password.text
    if not user.quoted and user.text.lower() in _CODE_WORDS and not password.quoted:
        return
    if is_stand_in(value) or value.lower() in _CODE_WORDS or promise(value) is not Promise.NONE or " " in value:
        return
    if is_prose_secret(value, Promise.STRONG) or (plain and (password.quoted or bare) and is_given(value)):
        yield Finding(password.start, password.end, "password")
