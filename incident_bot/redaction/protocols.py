"""Passwords behind the words of text protocols: Redis, IMAP, FTP, POP3, SMTP and IRC, also as a tracer quotes what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.encodings import decode
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.values import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_REACH = 512
"""Characters of one line that are read."""
WORDS = (
    ":IDENTIFY ", "AUTH ", '"auth"', "AUTH\\r\\n$", " LOGIN ", "> PASS ", ": PASS ", "C: PASS ", "\nPASS ", "command PASS ",
    '"PASS ', "'PASS ", "FTP PASS ", "POP3 PASS ", "POP PASS ", "PASS ",
)  # fmt: skip
"""Words that a password follows."""
THEN = {"PASS ": r"[^\n]{1,56}\n[0-9+-]"}
"""What must follow such a word: a server's answer below a command without anything before it."""
_CODE = compile_later(r"[(){}\[\],:]|\.\w{1,4}$|^[\d.]+$|/|^\W|REDACTED")
_NEXT = compile_later(
    r"""["' ](?:["' ]{0,3}(?P<first>[\w.-]{1,32})["']? ["']?|["' ]{0,2})(?:oauth:)?([^\s"'|;\\]{4,256}?)(?=\.{0,2}["']?(?:\s|$)|["']?,|\\r|\\n|["'])"""
)
_LOGIN = compile_later(r"""[ ]["']?[\w.@+-]{1,128}["']? ["']?([^\s"'\\]{6,256})["']?(?=\s|$|\\r)""")
_COUNTED = compile_later(r"\d{1,4}\\r\\n(?:[^\\\s]{1,128}\\r\\n\$\d{1,4}\\r\\n)?([^\\\s]{1,256})\\r")
"""Redis sends the length of each word before it."""
_DIRECTED = compile_later(
    r"(?:\bC|>>|-{1,3}>|=>|(?i:ftp|pop3?|imap|smtp|redis(?:-cli)?|:\d{2,5}(?:\[\d{1,3}\])?)(?=> ?))[: >]{1,2}(?:\w{1,8} )?$"
)
_SENT = compile_later(
    r"(?i:\b(?:write|writev|send|sendto|sendmsg|recv|recvfrom|recvmsg|read)\([^\n\"']{0,40}|FTP command: [^\n]{0,40}|send: ?b?)[\"']$"
)
_MONITORED = compile_later(r"\[\d{1,5} [^\]\n]{1,64}\] $|\bHELLO \d $")
_SPEAKER = compile_later(r"(?i:\b(?:ftp|pop3?|imap|smtp|irc|nntp)\W{0,3}(?:request|command)?)$")
_USER_SENT = compile_later(r"(?:^|\n)[^\n]{0,40}\bUSER \S{1,64}\r?\n(?:[^\n]{0,80}\n)?[^\n]{0,40}$")
_ASKED = compile_later(r"(?:^|[\s>])331[ -][^\n]{0,120}\n[^\n]{0,24}$")
"""FTP asks for a password with this number (RFC 959)."""
_ANSWERED = compile_later(r"[ \t]*\r?\n(?:[<-]{0,4}[ ]?)?(?:[25][0-9]{2}[ -]|\+OK|-ERR)")
"""How a server of FTP or POP3 answers (RFC 959, RFC 1939)."""
_TAGGED = compile_later(r"(?:^|\n|[ >])[a-zA-Z]{0,4}\d{1,6}$")
_SCHEMES = frozenset("LOGIN PLAIN CRAM-MD5 XOAUTH2 DIGEST-MD5 OAUTHBEARER".split())


def find_in_protocol(text: str, start: int, word: str) -> Iterator[Finding]:
    """The password after a protocol's word; ordinary words and code after it are none."""
    at = start + len(word)
    newline = text.find("\n", at, start + _REACH)
    end = newline if newline >= 0 else start + _REACH
    if word.endswith("$"):
        if counted := _COUNTED.match(text, at, end):
            yield Finding(*counted.span(1), "password")
        return
    if word.endswith('"') and text[at : at + 1] != " ":
        return  # a field of JSON
    match = (_LOGIN if "LOGIN" in word else _NEXT).match(text, at - 1, end)
    if not match or (word in THEN and not _ANSWERED.match(text, match.end())):
        return
    last = match.lastindex or 1
    value = match[last]
    if not value.isprintable() or value in _SCHEMES or is_stand_in(value):
        return
    monitored = word == '"auth"' and _MONITORED.search(text, max(0, start - 72), start) is not None
    if "REDACTED" in value if monitored else _CODE.search(value):
        return
    in_base64 = last > 1 and match["first"] in _SCHEMES and decode(value) != ""
    ends = not text[match.end() : match.end() + 8].lstrip("\"',. ")[:1].isalnum()
    in_dialogue = (ends or not value.isalpha()) and _is_dialogue(text, start, word, match.end())
    if any(map(str.isdigit, value)) or in_base64 or in_dialogue:
        yield Finding(*match.span(last), "password")


def _is_dialogue(text: str, start: int, word: str, end: int) -> bool:
    """Whether the lines around show the protocol itself, so that even a plain word is a password."""
    if word.startswith("command ") or word in THEN or text.startswith("\\r", end):
        return True
    at = start + word.index("P") if word[0] in "\nC>" else start + (word[0] in " \"'")
    if _DIRECTED.search(text, max(0, start - 24), at) or _MONITORED.search(text, max(0, start - 72), start):
        return True
    if word[0] in "\"'" and _SENT.search(text, max(0, start - 56), start + 1):
        return True
    if "IDENTIFY" in word:
        return "nickserv" in text[max(0, start - 16) : start].lower()
    if "PASS" in word:
        spoken = _SPEAKER.search(text, max(0, start - 16), start + word.index("PASS"))
        asked = _USER_SENT.search(text, max(0, start - 240), start + 1) or _ASKED.search(
            text, max(0, start - 160), start + 1
        )
        return spoken is not None or asked is not None
    return word == " LOGIN " and _TAGGED.search(text, max(0, start - 16), start) is not None
