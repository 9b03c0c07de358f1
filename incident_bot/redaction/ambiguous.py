"""What `pass`, `pwd` and `key` promise: only what stands around them tells."""

from __future__ import annotations

import re

from incident_bot.patterns import compile_later
from incident_bot.redaction.extents import PAIR, QUOTE
from incident_bot.redaction.names import Promise, is_branded
from incident_bot.redaction.plain_words import SENT_BEFORE

_PASS_FIELD = compile_later(r"""["']?[ \t]?(?:=|:(?=\S)|:(?<=["']:)[ \t]["'])""")
"""After `Pass` in a Go struct or an environment; test runners print `Pass: 12` and `PASS  a.test.js`."""
_USER_FIELD = compile_later(
    r"""(?<![a-z])(?:user(?:[ _-]?name)?|uname|login|e?mail|(?<=["'])name)(?:\\{0,7}["'])?[ \t]?(?:[:=]|-[ \t]|=>)""",
    re.IGNORECASE,
)
"""A user's name on the same line: beside it `pass` is a password, even a plain word."""
_HOST_FIELD = compile_later(r"""(?<![a-z])(?:host(?:name)?|server|dbname|database)[ \t]?[:=]""", re.IGNORECASE)
_PASS_REACH = 96
_DELIMITERS = frozenset(",;\t|")
_ENDS_CELL = _DELIMITERS | {"\n", "\r"}
_USER_HEAD = compile_later(
    r"(?i:(?:^|[\n,;\t|])[ \"']?(?:user|username|user_name|login|email|account)[ \"']?[,;\t|][^\n]{0,80}$)"
)
"""A user's column before the one of a table whose names stand at its top."""
_PASS_OF = compile_later(
    r"(?i:admin|root|user|db|database|wi-?fi|login|ftp|smtp|imap|mail|ssh|vpn|sudo|guest|temp|default|service account|my|your|the|his|her)[ ]$|(?i:\b(?:user|login|logged[ ]in|account|authenticat\w{1,4}))\b[^\n]{0,40}[ ](?:with|using|and)[ ]$"
)
_PASS_COUNT = compile_later(r"""["']?[ \t]?[:=][ \t]?\d{1,6}\b""")
_PASS_QUOTED = compile_later(rf"(?:{QUOTE})?[ \t]?(?:\]?=>?|:)\s{{0,40}}(?:string\(\d{{1,6}}\)[ ])?(?:{QUOTE})")
_KEY_OF = compile_later(
    r"(?i:(?:(?:api|access|secret|private|signing|encryption|license|master|auth|service account|subscription|session|wallet|disk|data|root|account|storage"
    r"|pre-?shared|cookie|age|sops|fernet|hmac|aes(?:-\d{3})?|tsig|bot|deploy|recovery|registration|enrol?lment|product|activation|serial|server|wpa2?|wi-?fi|admin|unseal|wrapping|viewstate|node|validator|transport|escrow|symmetric|privkey|ntp|tacacs|radius)|\b(?P<brand>[a-z0-9]{3,20}))[ \t]$)"
)
"""What stands before `key` in prose that speaks of a credential."""
_PUBLIC = compile_later(r"(?i:\b(?:pub(?:lic)?|kernel))[ _-]$")
_OWN_SECRET = compile_later(
    r"(?i:(?<![\w-])(?:hmac|jwt|session|client|shared|consumer|cookie|signing|oauth|webhook|chap|pap|radius|tacacs|ipsec|ike))[ ]$"
)
_TIED = compile_later(
    r"""[=:]|[ ](?:is[ ]|["'](?=[^\s"']{4,128}["'](?![ ](?:not|is|does|was)))|(?:for|of|with)[ ]["']?[\w.@/-]{1,96}["']?(?::|[ ]is)[ ])"""
)
"""What makes `shared secret` somebody's own, and no name of an object."""
AMBIGUOUS = frozenset({"pass", "pwd", "key", "secret"})


def promise_in_place(text: str, name_start: int, name_end: int, level: Promise) -> Promise:
    """What `pass`, `pwd` and `key` promise beside what stands around them."""
    name = text[name_start:name_end]
    if name.lower() == "secret":
        tied = text[name_start - 1 : name_start] == " " and _TIED.match(text, name_end)
        return Promise.STRONG if tied and _OWN_SECRET.search(text, max(0, name_start - 16), name_start) else level
    a_pass = name in {"Pass", "PASS"} and (_PASS_FIELD.match(text, name_end) or PAIR.match(text, name_end))
    of = (
        _KEY_OF.search(text, max(0, name_start - 24), name_start)
        if level is Promise.WEAK and name.lower() == "key" and text[name_start - 1 : name_start] in {" ", "\t", "\n"}
        else None
    )
    a_key = of is not None and (not of["brand"] or is_branded([of["brand"].lower()]))
    if name == "PWD" and text[name_start - 1 : name_start] in {";", "{"}:
        return Promise.STRONG  # a connection string
    if name.lower() == "pass" and (
        _is_told_by_form(text, name_start, name_end) or _is_a_password(text, name_start, name_end)
    ):
        return Promise.STRONG
    if level is Promise.WEAK and _PUBLIC.search(text, max(0, name_start - 10), name_start):
        return Promise.NONE
    queried = name == "key" and text[name_start - 1 : name_start] in {"?", "&"}
    return Promise.FIRM if a_pass or a_key or queried else level


def _is_told_by_form(text: str, name_start: int, name_end: int) -> bool:
    """Whether `pass` heads a column beside one of users, is an element, or what a server was told: `Command [pass] [x]`."""
    low = max(0, name_start - _PASS_REACH)
    if text[name_start - 1 : name_start] in _DELIMITERS and text[name_end : name_end + 1] in _ENDS_CELL:
        return _USER_HEAD.search(text, low, name_start) is not None
    if text.startswith(">", name_end) and text[name_start - 1 : name_start] in {"<", ":"}:
        return text.rfind("<", low, name_start) > text.rfind(">", low, name_start)  # an element
    return text.startswith("] [", name_end) and SENT_BEFORE.search(text, low, name_start) is not None


def _is_a_password(text: str, name_start: int, name_end: int) -> bool:
    """Whether `pass` has a text for a value, or stands beside a user's name."""
    if text.startswith(("%3D", "%3d", "%253"), name_end) or _PASS_QUOTED.match(text, name_end):
        return True
    if _PASS_COUNT.match(text, name_end):
        return False
    low, high = max(0, name_start - _PASS_REACH), name_end + _PASS_REACH
    before = "\n".join(text[low:name_start].rsplit("\n", 2)[-2:])
    if _PASS_OF.search(before) and text[name_end : name_end + 1] in {":", "="}:
        return True
    after, _, below = text[name_end:high].partition("\n")
    line = before + " " + after
    if before.rpartition("\n")[2].strip(" \t\"'-") == "":  # a setting on a line of its own: its neighbours tell, too
        return (
            _USER_FIELD.search(line + "\n" + below.partition("\n")[0]) is not None
            or _HOST_FIELD.search(line + "\n" + below) is not None
        )
    return _USER_FIELD.search(line) is not None
