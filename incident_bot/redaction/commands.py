"""Passwords in command lines whose flag does not name them: `curl -u`, `mysql -p`, `sshpass -p`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incident_bot.redaction.finding import Finding
from incident_bot.redaction.values import is_stand_in

REACH = 512
"""Characters of one command line that are read."""

_VALUE = r"""["']?([^\s"'|;]{1,256})"""
_USER = re.compile(r"""[ \t](?:-u|-U|--user|--proxy-user)[ =]?["']?[^\s:"']{1,64}:([^\s"']{1,256})""")
_GLUED = re.compile(rf"[ \t]-p{_VALUE}")
_SPACED = re.compile(rf"[ \t](?:-p|--pass)[ =]{_VALUE}")
_EITHER = re.compile(rf"[ \t]-p[ ]?{_VALUE}")
_AUTH = re.compile(rf"[ \t](?:-a|--pass)[ ]{_VALUE}")
_CAPITAL = re.compile(rf"[ \t]-P[ ]?{_VALUE}")
_BY = re.compile(
    r"""[ ](?:WITH [\w']{1,40} )?(?:BY|AS)(?: PASSWORD)? (?:["'`](?=[^\n]{1,257}["'`]))?((?<=["'`])[^"'`\n]{1,256}|[^\s"'`;]{6,128}(?=;|\s*$))""",
    re.IGNORECASE,
)

_CODE = re.compile(r"[(){}\[\],:]|\.\w{1,4}$|^[\d.]+$|/|^\W|REDACTED")
_BIND = re.compile(rf"[ \t]-w[ ]?{_VALUE}")
_COMMUNITY = re.compile(rf"[ \t]-c[ ]?{_VALUE}")
_PIPED = re.compile(r"""echo (?:-n |-e ){0,2}["']?(?:[\w.-]{1,64}:)?([^\s"'|;]{4,256})["']?[ \t]{0,4}\|""")
_SET = re.compile(r"""[ ]FOR \S{1,128} (?:=|TO) (?:PASSWORD[ ]?\()?["']([^"'\n]{1,256})["']""", re.IGNORECASE)
_ACL = re.compile(r"[ ](?:[^\n>]{1,200}[ ])?>([^\s\"']{1,256})")
_PGPASS = re.compile(r":[\w*.-]{1,63}:[\w*.-]{1,63}:([^\s:]{1,256})(?=\s|$)")
_CHALLENGED = re.compile(r"6\s{0,4}\n(?:\S{1,12} )?([A-Za-z0-9+/]{4,256}={0,2})(?=\s|$)")
_WORD = re.compile(r"""["' ](?:["' ]{1,3}[\w.-]{1,32}["']? ["']|["' ]{0,2})([^\s"'|;]{6,256})["']?(?=\s|$)""")
_LOGIN = re.compile(r"""[ ]["']?[\w.@+-]{1,128}["']? ["']?([^\s"']{6,256})["']?(?=\s|$)""")
_MOUNTED = re.compile(r"[ \t]-U[ ]?[^\s%]{1,64}%([^\s\"']{1,256})")
_THIN = re.compile(r"e:thin:[\w$#]{1,64}/([^\s/@]{1,128})(?=@)")

COMMANDS: dict[str, re.Pattern[str]] = {
    "curl": _USER, "mysql ": _GLUED, "mysqldump": _GLUED, "mysqladmin": _GLUED, "mariadb": _GLUED, "docker login": _SPACED,
    "podman login": _SPACED, "registry login": _SPACED, "az login": _SPACED, "mongosh": _SPACED, "mongodump": _SPACED,
    "sshpass": _EITHER, "redis-cli": _AUTH, "sqlcmd": _CAPITAL, "identified": _BY,
    "set password": _SET, "acl setuser": _ACL, "ldapsearch": _BIND, "ldapmodify": _BIND, "ldapadd": _BIND, "ldapwhoami": _BIND,
    ":5432:": _PGPASS, ":*:": _PGPASS, "ugfzc3dvcmq6": _CHALLENGED, "snmpget": _COMMUNITY, "snmpwalk": _COMMUNITY,
    "ipmitool": _CAPITAL, "7z x ": _GLUED, "7z a ": _GLUED, "smbclient": _MOUNTED, "jdbc:oracle": _THIN,
}  # fmt: skip


def find_in_command(text: str, start: int, command: str) -> Iterator[Finding]:
    """The password in the command line that starts at `start`."""
    end = -1 if command == "ugfzc3dvcmq6" else text.find("\n", start, start + REACH)
    if command != "identified":
        pipe = text.find(" | ", start, start + REACH)
        end = pipe if 0 <= pipe < end or (pipe >= 0 and end < 0) else end
    match = COMMANDS[command].search(text, start + len(command) - 1, end if end >= 0 else start + REACH)
    if match and not is_stand_in(match[1]):
        yield Finding(match.start(1), match.end(1), "password")


PIPED_INTO = ("--password-stdin", "chpasswd", "sudo -s")
"""Commands that read a password from a pipe."""
PROTOCOL = ("AUTH ", '"AUTH"', " LOGIN ", "> PASS ", "C: PASS ", "\nPASS ")
"""Words of Redis, IMAP, FTP and POP3 that a password follows."""


def find_piped(text: str, start: int) -> Iterator[Finding]:
    """The password in `echo x |` before the command at `start`."""
    match = _PIPED.search(text, max(text.rfind("\n", 0, start) + 1, start - REACH), start)
    if match and not is_stand_in(match[1]):
        yield Finding(match.start(1), match.end(1), "password")


def find_in_protocol(text: str, start: int, word: str) -> Iterator[Finding]:
    """The password after a protocol's word; ordinary words and code after it are none."""
    end = text.find("\n", start + len(word), start + REACH)
    pattern = _LOGIN if "LOGIN" in word else _WORD
    match = pattern.match(text, start + len(word) - 1, end if end >= 0 else start + REACH)
    value = match[1] if match else ""
    if (
        match
        and value.isprintable()
        and any(char.isdigit() for char in value)
        and not _CODE.search(value)
        and not is_stand_in(value)
    ):
        yield Finding(match.start(1), match.end(1), "password")
