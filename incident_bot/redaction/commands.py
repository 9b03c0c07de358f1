"""Passwords in command lines whose flag does not name them: `curl -u`, `mysql -p`, `sshpass -p`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from incident_bot.patterns import compile_later
from incident_bot.redaction.command_lines import (
    CHARACTERS,
    COMMANDS,
    HERE,
    NEEDED,
    NOT_OURS,
    PAIR_BEFORE,
    PIPED,
    SENT_CODE,
    TRACED,
    TRACED_BEHIND,
    USER_BEFORE,
)
from incident_bot.redaction.extents import shell_end
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise, promise
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import is_prose_word, is_stand_in

REACH = 512
"""Characters of one command line that are read."""


def find_in_command(text: str, start: int, command: str) -> Iterator[Finding]:
    """The password in the command line that starts at `start`."""
    end = -1 if command in _ACROSS_LINES else text.find("\n", start, start + REACH)
    if command != "identified":
        pipe = text.find(" | ", start, start + REACH)
        end = pipe if 0 <= pipe < end or (pipe >= 0 and end < 0) else end
    match = _match(text, start, command, end if end >= 0 else start + REACH)
    refused = _REFUSED.get(command)
    if not match or (refused and refused.search(text, max(0, start - 120), start)):
        return
    yield from _in_match(text, match, command)
    for more in (
        islice(COMMANDS[command].finditer(text, match.end(), end if end >= 0 else start + REACH), _MOST_AGAIN)
        if command in _REPEATED
        else ()
    ):
        yield from _in_match(text, more, command)


def _match(text: str, start: int, command: str, end: int) -> re.Match[str] | None:
    demanded = _DEMANDED.get(command)
    if demanded and not demanded.search(text, max(0, start - 96), start):
        return None
    if command in _BEHIND:
        match = COMMANDS[command].match(text, start + len(command), end)
        return match or (PAIR_BEFORE.search(text, max(0, start - 200), start) if command in _FAILS else None)
    pattern, at = COMMANDS[command], start + len(command) - 1
    needed = NEEDED.get(pattern)
    return pattern.search(text, at, end) if not needed or text.find(needed, at, end) >= 0 else None


_ACROSS_LINES = {"ugfzc3dvcmq6", "auth plain", "authenticate plain"}
"""What a client sends on a line of its own."""
_OF_SNMP = compile_later(r"(?i:snmp|trap\b|\bmib\b)")
_TOLD_COMMUNITIES = (" community name", " community '", ' community "', " community: ", " community=")
_OF_DEVICE = compile_later(
    r"(?:^|\n|[#>])[ \t]*(?:(?:no|username \S{1,64}|user \S{1,64}|enable|ppp \w{1,8}|neighbor \S{1,64}|privilege \d{1,2}|server)[ ]){0,3}$"
)
"""A line of a network device's configuration so far."""
_DEVICE_PASSWORDS = (*(f"password {digit} " for digit in "05689"), "secret 8 ", "secret 9 ")
_OF_ACCOUNT = compile_later(
    r"(?is:\b(?:users?|roles?|grant|accounts?|logins?|connect to|sql syntax)\b[^;]{0,90}|\bto ['\"`][^;\n]{0,60})$"
)
"""SQL about an account; other things are identified by names and numbers."""
_DEMANDED = (
    {" pass ": USER_BEFORE, "identified": _OF_ACCOUNT}
    | dict.fromkeys(_DEVICE_PASSWORDS, _OF_DEVICE)
    | dict.fromkeys(_TOLD_COMMUNITIES, _OF_SNMP)
)
"""What must stand before them."""
_REFUSED = {" -u ": NOT_OURS, " pin ": compile_later("(?i:gpio)$")}
"""What must not."""
_FAILS = frozenset({"authentication failed", "login failed"})
"""Behind and before these a user and a password may stand."""
_BEHIND = {word for word, pattern in COMMANDS.items() if pattern is SENT_CODE} | {
    *_FAILS,
    "tgt-",
    "castgc=",
    "samlart=",
    "aad3b435b51404ee",
    "bcrypt.",
    "password_verify(",
    "password_hash(",
    "fernet(",
    "checkpw(",
    "hashpw(",
    "auth-pass ",
    "::add-mask::",
    '" "md5',
    " pin: ",
    "pin-code",
    " pass ",
    "hmac.new(",
    "tlrmtvntuaad",
    "saslstart",
    "digest username=",
    "iwconfig ",
    "message-digest-key ",
    'encrypt = "',
    '"encrypt": "',
    '"encrypt":"',
    "auth plain",
    "authenticate plain",
    "ntlm",
    "nt-hash",
    "nthash",
    "nt hash",
    "lm-hash",
    "lmhash",
    "lm hash",
    "failed login",
    "invalid login",
    "bad login",
    "<methodname>",
    "decrypt(",
}
"""What must follow at once."""


def _in_match(text: str, match: re.Match[str], command: str) -> Iterator[Finding]:
    group = match.lastindex or 1
    value = match[group]
    end = shell_end(text, match.end(group)) if text[match.start(group) - 1] == "'" else match.end(group)
    is_variable = command in TALKED_OF and value.isalpha() and promise(value) is not Promise.NONE
    if not (is_stand_in(value) or is_variable) and (
        command not in TALKED_OF
        or (_is_typed(value) and command != "put-parameter")
        or (command in _CONFIGURES and is_given(value) and _ends_command(text, end))
        or (
            command == "put-parameter"
            and is_given(value)
            and _SECURE.search(text, match.start() - 8, match.end() + _SECURE_REACH)
        )
        or (
            command not in _CONNECTS
            and text[match.start(group) - 1] in {'"', "'"}
            and text[match.end(group)] in {'"', "'"}
            and is_given(value)
        )
    ):
        yield Finding(match.start(group), end, "password")


def _ends_command(text: str, end: int) -> bool:
    """Whether nothing follows, a flag or the peer: a sentence goes on with a word."""
    return text[end : end + 1] in {"", "\n", "\r"} or text.startswith((" /", " address ", " hostname "), end)


_SECURE = compile_later(r"SecureString|(?i:--name[ =]\S{0,96}(?:passw|secret|token|key))")
_SECURE_REACH = 64
"""Characters behind a value in which its type is told."""
_MOST_AGAIN = 7
_REPEATED = frozenset(
    {"createuser ", "snmpget", "snmpwalk", "snmpset", "snmpbulkwalk", '"kty"', "keytool", "jarsigner"}
)
"""Commands that take a password for reading and one for signing."""


_CONFIGURES = frozenset(
    {
        *_DEVICE_PASSWORDS,
        "isakmp key ",
        "key-string",
        "pre-shared-key ",
        "radius-server host",
        "tacacs-server host",
        "neighbor ",
        "enable secret ",
        "enable password ",
        "trap community",
        " privilege ",
        "net user",
        " pass ",
    }
)
"""Commands of network devices and their like: a plain word counts at the end of the line, if it tells nothing about the secret."""
TALKED_OF = frozenset(
    {
        "login with",
        "log in with",
        "sign in with",
        "logged in with",
        "vault login",
        "cargo login",
        "--user",
        "->login(",
        "->connect(",
        "->authenticate(",
        "authenticating user",
        "login(",
        "authenticate(",
        " admin / ",
        " root / ",
        ".connect(",
        *_FAILS,
        "failed login",
        "invalid login",
        "bad login",
        "decrypt(",
        "put-parameter",
        "auth init",
        *_CONFIGURES,
        "basic auth ",
        "proxy-auth ",
        "login attempt",
        "logging in as",
        "log in as",
        "login as",
        "logged in as",
    }
)
"""Words that sentences hold too: a plain word behind them is no password."""


_CONNECTS = frozenset({"->connect(", ".connect("})
"""Functions whose later arguments may be a database as well as a password."""


def _is_typed(value: str) -> bool:
    return not is_prose_word(value) and not value.isdigit() and not value.startswith("-")


PIPED_INTO = (
    "--password-stdin", "chpasswd", "sudo -s", "wrangler secret put", "vercel env add", "secret create",
    "secrets set", "secret set", "--passphrase-fd", "cryptsetup ", "passwd --stdin", "smbpasswd ", "kinit ", "--with-token", ".tochararray(",
)  # fmt: skip
"""Commands that read a password from a pipe."""


def find_piped(text: str, start: int) -> Iterator[Finding]:
    """The password in `echo x |` before the command at `start`."""
    if text.startswith(".", start):
        match = CHARACTERS.search(text, max(0, start - REACH), start)
    else:
        match = PIPED.search(text, max(text.rfind("\n", 0, start) + 1, start - REACH), start)
    if match is None:
        match = HERE.match(text, start) or TRACED.search(text, max(0, start - REACH), start)
    if match is None and text.startswith("+", text.rfind("\n", 0, start) + 1):
        match = TRACED_BEHIND.match(text, start)
    if match and not is_stand_in(match[match.lastindex or 1]):
        yield Finding(*match.span(match.lastindex or 1), "password")
