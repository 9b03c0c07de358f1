"""Values that stand apart from their name: on the next line, in a form's part, in the call that types into a field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.values import counts, is_prose_secret, is_stand_in, looks_secret

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

_PART = compile_later(
    r"""\\?["'](?:;[^\n"']{0,128}(?:"[^"\n]{0,64}")?)?(?:\r?\n|\\r\\n){2}(?P<value>[^\s\\]{1,512})(?=\r?\n|\\r\\n)"""
)
"""A part of `multipart/form-data` (RFC 7578): `name="password"`, an empty line, the value."""
_PART_NAME = compile_later(r"""name=\\?["']$""")
_SHOWN = compile_later(
    r"""[ \t]*\r?\n(?:\$\d{1,4} = |\[1\] )?(?P<quote>["'])(?P<value>[^"'\n]{6,512})(?P=quote)[ \t]*\r?(?:\n|$)"""
)
"""What a debugger or a prompt of Python shows below the name that was asked for."""
_BELOW = compile_later(
    r"[ \t]*(?:->|=>)?[ \t]*\r?\n(?P<indent>[ \t]*(?:- )?)(?P<value>[^\s:=,\"'\[\]{}()<>]{6,128})[ \t]*\r?(?:\n|$)"
)
_NAME_ALONE = compile_later(r"(?:^|\n)(?P<indent>[ \t]*(?:- )?)(?P<whose>(?:[A-Z]\w{1,15} ){0,2})$")
_FIELD = compile_later(
    r"""[\w\-]{0,32}(?:\\?["']?[\])]?){0,4}(?:\)?\.\w{1,24}\(|[ \t]?,[ \t]?)\\?(?P<quote>["'])(?P<value>[^"'\n]{1,256}?)\\?(?P=quote)"""
)
"""Behind the name in `fill('#password', 'x')`, `get('#password').type('x')`, `find(By.ID, "password").send_keys("x")`."""
_TYPES = compile_later(r"(?i:fill|type|typetext|send_?keys|set_?value|enter_?text|input_?text|clear_?and_?type)\(")
_TYPED_INTO = compile_later(
    r"""(?i:typ(?:e|es|ed|ing)|enter(?:s|ed|ing)?|input|fill(?:s|ed|ing)?)[ ](?:text[ ])?["'](?P<value>[^"'\n]{4,256})["'][ ](?:in)?$"""
)
_INTO = compile_later(
    r"""(?:in|to)[ ](?:the[ ])?(?:(?:input|field|textbox|element|locator)?[ (]?["']?\[(?:name|id|type)[*^$]?=)?["'#]{0,2}$"""
)
"""Before the name of a field: `into "#password"`, `into input[name=password]`."""
_CALL = compile_later(
    r"""(?:[\w\-]{0,24}(?:\\?["'])?\)?\.(?:send_?keys|type|fill|setValue|set_value)|,)[ \t]?\(?[ \t]?\\?(?P<quote>["'])(?P<value>[^"'\n]{1,256}?)\\?(?P=quote)[ \t]?\)""",
    re.IGNORECASE,
)


def find_apart(said: SecretName) -> list[Finding]:
    """The value of a field, a part of a form or a line below."""
    text, end = said.text, said.end
    match = None
    if _PART_NAME.search(text, said.before(8), said.start):
        match = _PART.match(text, end)
    if match is None:
        match = _SHOWN.match(text, end) if text[end : end + 1] in {"\n", "\r", " "} else None
    if match is not None:
        return _found(said, match) if counts(match["value"], said.level, quoted=True) else []
    if said.level is not Promise.STRONG:
        return []
    return _in_field(said) or _below(said)


def _found(said: SecretName, match: re.Match[str]) -> list[Finding]:
    return [Finding(match.start("value"), match.end("value"), said.kind)]


def _in_field(said: SecretName) -> list[Finding]:
    text = said.text
    into = _INTO.search(text, said.before(40), said.start)
    if into and (typed := _TYPED_INTO.search(text, said.before(320), into.start())):
        return [] if is_stand_in(typed["value"]) else _found(said, typed)
    if text[said.end : said.end + 1] not in {'"', "'", "\\", "]", ")", ".", ","}:
        return []
    field = _FIELD.match(text, said.end)
    if field is None:
        return []
    line_start = text.rfind("\n", said.before(160), said.start) + 1 or said.before(160)
    typing = _TYPES.search(text, line_start, said.start) or _TYPES.search(text, said.end, field.start("value"))
    return _found(said, field) if typing and not is_stand_in(field["value"]) else []


def _below(said: SecretName) -> list[Finding]:
    """`DB_PASSWORD` alone on its line and a value alone on the next: a list of names must not be taken for it."""
    below = _BELOW.match(said.text, said.end)
    alone = _NAME_ALONE.search(said.text, said.before(40), said.start) if below else None
    if below is None or alone is None or len(below["indent"]) < len(alone["indent"]):
        return []
    if alone["whose"]:  # `SMTP password`: a label, or the end of a sentence
        value = below["value"]
        typed = any(map(str.isupper, value)) and any(map(str.isdigit, value)) and not value.isalnum()
        told = len(below["indent"]) > len(alone["indent"]) and (
            looks_secret(value) or (typed and is_prose_secret(value, said.level))
        )
    else:
        setting = said.name.isascii() and ("_" in said.name or said.name.isupper())
        told = setting and is_prose_secret(below["value"], said.level)
    return _found(said, below) if told else []
