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
_BY = re.compile(r"""[ ](?:WITH [\w']{1,40} )?(?:BY|AS)(?: PASSWORD)? ["'`]([^"'`\n]{1,256})["'`]""", re.IGNORECASE)

COMMANDS: dict[str, re.Pattern[str]] = {
    "curl": _USER, "mysql ": _GLUED, "mysqldump": _GLUED, "mysqladmin": _GLUED, "mariadb": _GLUED, "docker login": _SPACED,
    "podman login": _SPACED, "registry login": _SPACED, "az login": _SPACED, "mongosh": _SPACED, "mongodump": _SPACED,
    "sshpass": _EITHER, "redis-cli": _AUTH, "sqlcmd": _CAPITAL, "identified": _BY,
}  # fmt: skip


def find_in_command(text: str, start: int, command: str) -> Iterator[Finding]:
    """The password in the command line that starts at `start`."""
    end = text.find("\n", start, start + REACH)
    if command != "identified":
        pipe = text.find(" | ", start, start + REACH)
        end = pipe if 0 <= pipe < end or (pipe >= 0 and end < 0) else end
    match = COMMANDS[command].search(text, start + len(command) - 1, end if end >= 0 else start + REACH)
    if match and not is_stand_in(match[1]):
        yield Finding(match.start(1), match.end(1), "password")
