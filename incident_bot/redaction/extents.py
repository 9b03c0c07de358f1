"""Where a value starts and where it ends: separators, quotes of every escaping, bare words."""

from __future__ import annotations

import re

from incident_bot.patterns import compile_later
from incident_bot.redaction.values import looks_secret

MAX_VALUE = 8192
"""Characters of one value; what is longer is replaced up to here and found again behind it."""

_FIRST_LOOK = 96

QUOTE = r"""\"{3}|'{3}|\\{0,7}["'`]|&quot;|&\#3[49];|%(?:25)?2[27]|\\{1,3}u002[27]|\\{1,2}x2[27]"""
_COLOUR = r"(?:\x1b\[[0-9;]{0,16}[mK]){0,3}"
SEPARATOR = compile_later(
    rf"""
    {_COLOUR}(?P<close>{QUOTE})?{_COLOUR}
    (?:\s?(?:As[ ]String|string|str|String|\.value|\[\d{{1,3}}\]|:\d{{1,2}}(?=[ ]=)|:(?:protected|private)\]|:"[\w\\]{{1,128}}":private\]|\]|\}}|\)(?=:[ ][^\n]{{1,512}}?(?:,[ ]AnyHashable\(|\]))|%5[dD])|[ ]\([\w /.-]{{1,24}}\)(?=[ ]?(?::|=(?!\())))?
    (?:
      (?<=["'\\]);[sSid]:(?:\d{{1,6}}:)?(?=\\{{0,7}}")
      | [ \t]?:[ \t]?(?:[&*]?(?:'\w{{1,16}}[ ]|const[ ]|mut[ ])?[A-Za-z][\w.:<>\[\]]{{1,32}}[?!]?)[ \t]{{1,2}}=[ \t]{{1,4}}(?={QUOTE})
      | [ \t]{{0,24}}\\{{0,3}}(?:\|\|?:|::=|[:?+.!]=|<=|={{2,3}}(?=[ ]?(?:{QUOTE}))|=>|->|<-|<<<|=|:=|:(?!:|//)|\uff1a|→|%(?:25)?3[aAdD]|=3D|\\u003[ad])[ \t]{{0,40}}
      | [ ]?\.{{6,96}}[ ]?:?[ ]{{0,8}}(?=\S)
      | ::[ ](?=[A-Za-z0-9+/]{{4,512}}={{0,2}}[ \t]{{0,8}}(?:\r?\n|$))
      | (?P<scope>::)(?=\w)
      | (?P<loose>>|[ \t]{{0,2}},(?:[ \t]{{0,16}}|[ \t]{{0,4}}\r?\n[ \t]{{0,40}})(?=(?:<<)?["'\\]))
    )
    (?:{_COLOUR}[ \t]{{0,4}})?{_COLOUR}
    (?P<list>\[(?=[\w"'\\])|\((?=["'\\]))?
    (?P<break>(?:\\|[|>][-+]?)?[ \t]*\r?\n(?:[ \t]{{0,8}}\r?\n)?[^\S\n]*)?
    (?P<typed>(?:!!?[a-zA-Z][a-zA-Z:/._-]{{0,31}}|&[\w-]{{1,32}})[ \t]{{1,4}}|string\(\d{{1,6}}\)[ ]|\([\w.*\[\]]{{1,40}}\)[ ](?:\(len=\d{{1,9}}\)[ ])?(?={QUOTE})
      |(?:Some|Ok|Just|Secret|SecretStr|SecretString|Sensitive|Optional|PASSWORD|Password|String|str)[(\[]\s{{0,40}}(?={QUOTE})
      |(?:Just|Some|Right|\w{{0,32}}(?:Value|Secret|Property|Text))[ ](?={QUOTE})|<<(?={QUOTE})|qq?[({{\[](?=\S))?
    (?P<bytes>[brufN@]?(?={QUOTE}))?
    {_COLOUR}
    """,
    re.VERBOSE,
)
OPENING = compile_later(QUOTE)
PAIR = compile_later(
    r"""(?P<close>\\{0,7}["'])?(?:[ ](?!value)[a-z-]{2,16}="[^"\n<>]{0,64}"){0,3}[ \t]*,?(?P<break>[ \t]*\r?\n[^\S\n]*)?[ \t]*\\{0,7}["']?(?:Parameter)?(?i:value|(?<=["'])v(?=["']))\\{0,7}["']?[ \t]*[:=][ \t]*"""
)
"""Between a name and its value in `name: PASSWORD, value: x`."""
BARE = compile_later(
    rf"""(?:[^\s"'`<>&,;|\\]|&(?![\s&"'`<>]|\#?\w{{1,8}};|[\w.\-\[\]%]{{1,40}}=|$)|[,;|](?![\s"'`<>]|[\w.\-]{{1,40}}[=:]|$)|\\(?![nrt"'\\]|u00|$)|(?<==)"(?!\s)){{1,{MAX_VALUE}}}"""
)


def bare_value(text: str, at: int) -> re.Match[str] | None:
    """An unquoted value. A first look at its beginning keeps texts made of nothing but `key=key=` linear."""
    start = BARE.match(text, at, min(len(text), at + _FIRST_LOOK))
    if not start or start.end() < at + _FIRST_LOOK - 1:
        return start
    is_chain = _CHAINED.search(start[0]) is not None and not looks_secret(start[0])
    return start if is_chain else BARE.match(text, at)


_CHAINED = compile_later("[=:\uff1a\u2192]|%(?:25)?3[aAdD]")
"""What stands between names and values: where it is in a value, the next name may be too."""


def closing(text: str, at: int, quote: str) -> int:
    """Where a quoted value ends: at the same quote, equally escaped, else at the end of the line."""
    limit = min(len(text), at + MAX_VALUE)
    newline = text.find("\n", at, limit)
    limit = newline if newline >= 0 else limit
    if quote.startswith(("&", "%")):
        found = text.find(quote, at, limit)
        return found if found >= 0 else limit
    found = text.find(quote, at, limit)
    while found > at and text[found - 1] == "\\" and len(quote) == 1:
        escapes = len(text[at:found]) - len(text[at:found].rstrip("\\"))
        if escapes % 2 == 0:
            break
        found = text.find(quote, found + 1, limit)
    while found > at and len(quote) == 1 and text.startswith(quote, found + 1):
        found = text.find(quote, found + 2, limit)  # SQL, YAML and CSV write a quote inside twice
    if found >= 0:
        return found
    return at + len(text[at:limit].rstrip("\r"))


_QUOTE_INSIDE = compile_later(r"""'(?:"'"|\\')'[^'\n]{0,512}""")


def shell_end(text: str, at: int) -> int:
    """Where a value in single quotes ends whose own single quotes a shell takes apart: `'a'"'"'b'`, `'a'\\''b'`."""
    while more := _QUOTE_INSIDE.match(text, at):
        at = more.end()
    return at


def trim(value: str) -> str:
    """A bare value without the punctuation of the sentence or expression around it."""
    value = value.partition("\x1b")[0].rstrip(".,;:|")
    for opening, closing in ("()", "[]", "{}"):
        while value.endswith(closing) and value.count(opening) < value.count(closing):
            value = value[:-1].rstrip(",;")
    return value


_NEXT_FIELD = compile_later(r"[A-Z][A-Za-z0-9]{0,40}:(?=[^\s:])")
_STRUCT_REACH = 240


def is_empty_field(text: str, name_start: int, at: int) -> bool:
    """Whether the next field stands at `at`: `{Token: Expiry:x}` is how Go shows a struct with an empty text."""
    low = max(0, name_start - _STRUCT_REACH)
    opened = text.rfind("{", low, name_start) > text.rfind("\n", low, name_start)
    is_field = text[name_start].isupper() and text[name_start - 1 : name_start] in {"{", " "}
    return opened and is_field and _NEXT_FIELD.match(text, at) is not None
