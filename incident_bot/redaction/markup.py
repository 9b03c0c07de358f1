"""Secrets in markup: elements, attributes and property lists, also where their brackets are escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import counts, is_stand_in, looks_secret

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

_MARKUP_PAIR = compile_later(r"</(?:name|key)>\s{0,80}<(?:value|string)>(?:<string>)?([^<\n]{1,512})<")
_MARKUP_ELEMENT = compile_later(r"[ \t][^<>\n]{1,200}>([^<\s]{1,512})</")
_MARKUP_ATTRIBUTE = compile_later(r"""["'](?:[^<>\n]{0,64}>\s{0,40}<[\w:]{1,40}>|>)([^<\s]{1,512})</""")
_CELL = compile_later(
    r"[ ]?:?[ ]?</(?P<label>td|th|dt|b|strong|label|span|p|div)>\s{0,80}<(?P<cell>td|dd|code|kbd|pre|tt|samp|strong|b)(?:[ ][^<>\n]{0,120})?>\s{0,40}(?:<(?:code|b|strong|span|tt|kbd|pre|p|i)(?:[ ][^<>\n]{0,80})?>){0,2}(?P<value>[^<\s]{4,512})\s{0,40}</"
)
"""The cell beside the one with the name: `<td>Password</td><td>x</td>`."""
_EMPHASIS = compile_later(
    r"(?:[ ][a-z]{2,12}){0,2}[ ]?(?:[:=]|[ ](?:is|lautet|ist|est|es|\xe8|\xe9|now|to))[ ]{0,2}<(?P<cell>code|b|strong|span|tt|kbd|pre|i|em|samp)(?:[ ][^<>\n]{0,80})?>(?P<value>[^<\s]{4,512})</"
)
"""`Password: <b>x</b>`."""
_BEHIND_LABEL = compile_later(
    r"[ ]?:?[ ]?</(?:b|strong|label|span|th|dt|em|i)>[ ]?:?\s{0,4}(?P<value>[^<\s]{4,512})[ ]?(?:<|\r?\n|$)"
)
"""`<b>Password:</b> x`."""
_NAMED_SIBLING = compile_later(
    r"""</(?P<tag>\w{1,32})>\s{0,80}<(?P=tag)[ ]name=["'](?:\w{1,32}\.)?value["']>([^<\n]{1,512})<"""
)
"""`<stringProp name="Argument.name">password</stringProp><stringProp name="Argument.value">x</stringProp>`, as JMeter has it."""
_SIBLING = compile_later(r"</(?P<tag>arg|argument|string|param|value|item)>\s{0,80}<(?P=tag)>([^<\n]{1,512})</")
"""`<arg>--password</arg><arg>x</arg>`."""
_INPUT = compile_later(
    r"""<input\b[^<>\n]{0,160}?\bvalue=["'](?P<value>[^"'\n]{1,256})["'][^<>\n]{0,80}\btype=["']$""", re.IGNORECASE
)
"""A field of a form that hides what it shows."""
_LABEL_FOR = compile_later(r"""\b(?:for|htmlFor)=\\?["']$""")
_MARKUP_TEXT = compile_later(
    r"(?:>|&gt;|\\u003[eE])\s{0,80}(?:<(?:\w{1,16}:)?(?i:value|string|text)>\s{0,80})?(?:<!\[CDATA\[)?(?=\S)([^<\n]{1,512}?)(?:\]\]>)?\s{0,80}(?:</|&lt;/|\\u003[cC]/)"
)
"""The text of an element that has the name, also where the markup is escaped or the text stands in a `value` of its own."""


def find_in_markup(said: SecretName) -> list[Finding] | None:
    """`<name>password</name><value>x</value>` and `<a:Password Type="t">x</a:Password>`."""
    before = said.text[said.before(1) : said.start]
    markup = None
    if said.text.startswith((">", "&gt;", "\\u003e"), said.end):
        markup = _MARKUP_PAIR.match(said.text, said.end) or _MARKUP_TEXT.match(said.text, said.end)
        if markup and " " in markup[1] and not looks_secret(markup[1].replace(" ", "")):
            return None
    elif before in {">", "-"} and said.text.startswith("<", said.end):
        siblings = (_SIBLING, _NAMED_SIBLING)
        markup = _MARKUP_PAIR.match(said.text, said.end) or next(
            (match for pattern in siblings if (match := pattern.match(said.text, said.end))), None
        )
        if markup and markup.lastindex == 2:
            return [Finding(*markup.span(2), said.kind)] if counts(markup[2], said.level, quoted=True) else []
    elif before in {'"', "'"} and (typed := _INPUT.search(said.text, said.before(300), said.start)):
        return [] if is_stand_in(typed["value"]) else [Finding(*typed.span("value"), said.kind)]
    elif before in {"<", ":"}:
        markup = _MARKUP_ELEMENT.match(said.text, said.end)
    elif before in {'"', "'"} and _LABEL_FOR.search(said.text, said.before(8), said.start):
        return []
    elif before in {'"', "'"}:
        markup = _MARKUP_ATTRIBUTE.match(said.text, said.end) if ">" in said.text[said.end : said.end + 66] else None
    if markup is None:
        return None
    return [Finding(markup.start(1), markup.end(1), said.kind)] if counts(markup[1], said.level, quoted=True) else []


def find_in_cell(said: SecretName) -> list[Finding]:
    """What stands in a cell or in bold type behind the name."""
    text, end = said.text, said.end
    if "<" not in text[end : end + 40]:
        return []
    cell = _CELL.match(text, end) or _EMPHASIS.match(text, end) or _BEHIND_LABEL.match(text, end)
    if cell is None:
        return []
    value = cell["value"]
    known = is_given(value) if said.level is Promise.STRONG else counts(value, said.level, quoted=False)
    return [Finding(*cell.span("value"), said.kind)] if known else []
