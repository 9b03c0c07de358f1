"""Passwords that are tied to their name by something else than `=` or `:`: markdown, a default, a comparison, a nested value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import counts, is_prose_secret, is_stand_in

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

_MARK = "[*_`\"'\u201c\u201d]{0,3}"
_LABEL = compile_later(
    rf"""{_MARK}(?:[ ]?\([^()\n]{{0,40}}\)|[ ]?\[[\w.@ -]{{0,40}}\])?{_MARK}[ ]?
    (?:[\uff1a\uff1d][ ]?|(?::|[\u2014\u2013\u279c\u00bb\u27a4\u203a]|-(?=[ ])|>{{1,2}}|[?\#])[*_]{{0,2}}[ ]{{1,4}}|(?=\u00ab))
    [*_`"'\u201c\u00ab]{{0,3}}(?P<value>[^\s"'`\u201c\u201d\u00ab\u00bb*]{{4,64}})[*_`"'\u201d\u00bb]{{0,3}}(?=[ ]*[.,;)]?[ ]*\r?(?:\n|$))""",
    re.VERBOSE,
)
"""`**Password:** x`, `Password (again): x`, `Password [admin]: x`, `password \u2014 x`."""
_DEFAULT = compile_later(
    r"""["'\])}]{0,3}[ ]?(?:\|\|=?|\?\?=?|\?:|\|[ ]?default\(|,[ ]?(?:default|fallback|initial)=|["'][ ]?\{\s{0,16}(?:\w{1,24}[ ]{0,12}=[^\n]{0,80}\n\s{0,16}){0,3}default[ ]{0,8}=)
    [ ]?(?P<quote>["'])(?P<value>[^"'\n]{1,256})(?P=quote)""",
    re.VERBOSE,
)
"""What stands in for a setting: `|| 'x'`, `?? "x"`, `| default('x')`, `variable "password" { default = "x" }`."""
_ARGUMENT = compile_later(r"""["'][ ]?,[ ]?(?P<quote>["'])(?P<value>[^"'\n]{1,256})(?P=quote)""")
_TAKES_DEFAULT = compile_later(r"""(?:flag\.\w{1,16}|option|getenv|env|get|default)\(["']-{0,2}$""")
_COMPARED = compile_later(
    r"""["'`]?[ ](?:(?:is[ ]not|like|eq|ne|equals?|matches)[ ]|in[ ]?(?=\()|<>|!==?|===?|!~|=~)[ ]?\(?N?(?P<quote>["'])(?P<value>[^"'\n]{1,256})(?P=quote)""",
    re.IGNORECASE,
)
_DECLARED = compile_later(
    r"""[ ]N?(?:VAR)?CHAR(?:2)?\(\w{1,8}\)[ ]?:?=[ ]?N?(?P<quote>')(?P<value>[^'\n]{1,256})(?P=quote)""", re.IGNORECASE
)
_INNER = compile_later(
    r"""["'\]]{0,2}[ ]?(?:[:=]>?|(?=\{))\s{0,40}(?:[\[{]{1,2}\s{0,40}|\r?\n[ \t]{1,40}(?:-[ ])?)["']?(?:value|val|stringValue|string_value|string|S|text|plaintext|raw|new|old|secure)["']?[ ]?[:=][ ]?["']?
    (?P<value>[^\s"',}\]]{1,256})""",
    re.VERBOSE,
)
"""`"password": {"stringValue": "x"}`."""
_REFUSED = compile_later(
    r"""\\?["']\]?[ ]?(?:,.{0,160}?\\?["'](?:input|input_value|val|value|rejectedValue|rejected_value|invalid_value|attempted_value|attemptedValue|actual|received)\\?["'][ ]?:[ ]?(?:\\"(?P<escaped>[^"\n]{4,256}?)\\"|"(?P<value>(?:[^"\\\n]|\\.){4,256})"|'(?P<single>(?:[^'\\\n]|\\.){4,256})')|:[ ]rejected[ ]value[ ]\[(?P<bracketed>[^\]\n]{4,256})\])"""
)
"""What a validation says of a field: `"loc": ["body", "password"], ..., "input": "x"`, `on field 'password': rejected value [x]`."""
_OF_FIELD = compile_later(
    r"""(?:\\?["'](?:loc|field|id|param|path|key|property|name)\\?["'][ ]?:[ ]?(?:\[[^\]\n]{0,80})?|on field )\\?["'][\w.\[\]]{0,32}$"""
)
_OF_SOURCE = compile_later(
    r"""["'\]][ ](?:[^\n:=]{0,160}[ ])?value(?:[ ]of[ ]type[ ]\w{1,16})?(?:[ ]is)?[ ]?[:=][ ]?["'\[]?(?P<value>[^\s"',;\[\]]{4,256})(?=["'\]]?[ \t]*(?:\r?\n|$))"""
)
"""`Found key 'db.password' in PropertySource 'env' with value of type String: x`."""
_REGISTRY = compile_later(r"[ \t]{1,8}REG_[A-Z_]{2,16}[ \t]{1,8}(?P<value>\S{1,128})")
_ROW = compile_later(
    r"[*`\"' ]{0,8}\|[ ]{1,8}[`*]{0,3}(?P<value>[^\s|`*]{4,64})[`*]{0,3}[ ]{0,64}\|?[ ]*\r?(?:\n(?![ ]?\|?[ ]?[-:]{3})|$)"
)
"""A row of two cells, the name and the value; a header stands above a rule."""
_FIRST_CELL = compile_later(r"(?:^|\n)[| ]{0,4}[*`\"']{0,3}(?:[\w]{1,16}[ ])?$")
_ITEM = compile_later(r"[\"']?:[ ]*\r?\n[ \t]*- (?P<value>[^\s:]{6,64})[ ]*\r?(?:\n|$)")
_BOTH = compile_later(r"[ ]?[:=][ ]?\w[\w.@-]{0,63}[ ]?[/:][ ]?(?P<value>[^\s/:]{4,64})")
_OF_BOTH = compile_later(r"(?i:login|user(?:name)?|account|id|usr|u)[ ]?/[ ]?$")

_BEFORE_NAME = frozenset("\"'[]-/ ")
"""What stands right before a name that a call, a validation or a pair has."""
_OF_CLASS = compile_later(
    r"""[ ]?[\[({](?:\w{1,24}[=:][ ]?[^,\[\](){}\n]{0,64},[ ]){0,4}(?:raw|inner|plain)?(?i:value|data|raw|text)[=:][ ]?["']?(?P<value>[^\s,"'\])}]{4,512})"""
)
"""`OAuth2AccessToken [value=x, type=bearer]`: an object whose class has the name, as it shows itself."""
_QUOTED = (_OF_CLASS, _DEFAULT, _COMPARED, _DECLARED, _INNER, _REGISTRY)
"""Grammars behind which any value counts."""


def find_loose(said: SecretName) -> list[Finding]:
    """The value behind a name of which any value counts."""
    text, end = said.text, said.end
    for grammar in _QUOTED:
        if match := grammar.match(text, end) if grammar is not _OF_CLASS else _of_class(said):
            return [] if is_stand_in(match["value"]) else _at(said, match.span("value"))
    if text[said.start - 3 : said.start] in {"== ", "!= ", "eq ", "ne ", "ot "}:
        match = _COMPARED_BEFORE.search(text, said.before(160), said.start)
        if match:
            return [] if is_stand_in(match["value"]) else _at(said, match.span("value"))
    last = text[said.start - 1 : said.start]
    if last not in _BEFORE_NAME or (last == " " and text[said.start - 2] != "/"):
        return _typed(said)
    if _TAKES_DEFAULT.search(text, said.before(24), said.start):
        match = _ARGUMENT.match(text, end)
    elif _OF_FIELD.search(text, said.before(120), said.start):
        match = _REFUSED.match(text, end)
        if match and match.lastgroup:
            return [] if is_stand_in(match[match.lastgroup]) else _at(said, match.span(match.lastgroup))
        match = None
    elif _OF_BOTH.search(text, said.before(16), said.start):
        match = _BOTH.match(text, end)
    else:
        return _typed(said)
    return _at(said, match.span("value")) if match and not is_stand_in(match["value"]) else []


_COMPARED_BEFORE = compile_later(
    r"""(?<![\w\"'])[\"'](?P<value>[^\"'\n]{4,128})[\"'][ ](?:==|!=|===|!==|eq|ne|is not|equals)[ ](?:\w{1,32}\.)?$"""
)
"""`'x' == password`."""
_SECRET_ID = compile_later(r"[ _-](?:ID|Id|id)[ ]{0,8}[:=][ ]{0,4}(?P<value>[0-9a-fA-F-]{32,36})(?![\w-])")
_FLAGGED = compile_later(
    r"""["']?(?:[ ]--?[\w-]{1,24}[ =][^\s-]\S{0,64}){0,3}[ ]--?(?:value|data|secret-string|secret-value|body|text|content)[ =]["']?(?P<value>[^\s"']{4,256})"""
)
_FLAG_OF_NAME = compile_later(
    r"""[ ]--?(?:name|key|variable|secret|secret-(?:name|id)|parameter-name|id)[ =]["']?[\w./-]{0,64}$"""
)
"""`secret add --name docker_password --value x`."""
_INNER_TOKEN = compile_later(
    r"""["'][ ]?:[ ]?\{[ ]?["'](?:id|value|key|secret|data|raw|hash)["'][ ]?:[ ]?["'](?P<value>[^"'\n]{16,512})["']"""
)


def find_flagged(said: SecretName) -> list[Finding]:
    """The value of the flag behind the one whose value is the name."""
    if " -" not in said.text[said.end : said.end + 3]:
        return []
    flagged = _FLAGGED.match(said.text, said.end)
    if not flagged or not _FLAG_OF_NAME.search(said.text, said.before(96), said.start):
        return []
    counting = counts(flagged["value"], said.level, quoted=True)
    return _at(said, flagged.span("value")) if counting else []


def _of_class(said: SecretName) -> re.Match[str] | None:
    return _OF_CLASS.match(said.text, said.end) if said.name[:1].isupper() else None


def find_default(said: SecretName) -> list[Finding]:
    """What stands in for a token or key that is not set."""
    match = _SECRET_ID.match(said.text, said.end)
    if match and said.name.lower() == "secret":
        return _at(said, match.span("value"))
    match = _DEFAULT.match(said.text, said.end) or _INNER_TOKEN.match(said.text, said.end) or _of_class(said)
    return _at(said, match.span("value")) if match and counts(match["value"], said.level, quoted=True) else []


def _typed(said: SecretName) -> list[Finding]:
    """A value of which its own look must tell that it is no word about passwords."""
    text, end = said.text, said.end
    match = _LABEL.match(text, end) or _OF_SOURCE.match(text, end)
    if match:
        return _at(said, match.span("value")) if is_given(match["value"]) else []
    item = _ITEM.match(text, end)
    if item is None and (row := _ROW.match(text, end)) and _FIRST_CELL.search(text, said.before(24), said.start):
        item = row  # its header may be such a row, too
    return _at(said, item.span("value")) if item and is_prose_secret(item["value"], said.level) else []


def _at(said: SecretName, span: tuple[int, int]) -> list[Finding]:
    return [Finding(*span, said.kind)]
