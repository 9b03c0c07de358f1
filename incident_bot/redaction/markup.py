"""Secrets in markup: elements, attributes and property lists, also where their brackets are escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.redaction.finding import Finding
from incident_bot.redaction.patterns import compile_later
from incident_bot.redaction.values import counts, looks_secret

if TYPE_CHECKING:
    from incident_bot.redaction.announcement import Announcement

_MARKUP_PAIR = compile_later(r"</(?:name|key)>\s{0,80}<(?:value|string)>(?:<string>)?([^<\n]{1,512})<")
_MARKUP_ELEMENT = compile_later(r"[ \t][^<>\n]{1,200}>([^<\s]{1,512})</")
_MARKUP_ATTRIBUTE = compile_later(r"""["'](?:[^<>\n]{0,64}>\s{0,40}<[\w:]{1,40}>|>)([^<\s]{1,512})</""")
_LABEL_FOR = compile_later(r"""\b(?:for|htmlFor)=\\?["']$""")
_MARKUP_TEXT = compile_later(
    r"(?:>|&gt;|\\u003[eE])\s{0,80}(?:<(?:\w{1,16}:)?(?i:value|string|text)>\s{0,80})?(?=\S)([^<\n]{1,512}?)\s{0,80}(?:</|&lt;/|\\u003[cC]/)"
)
"""The text of an element that has the name, also where the markup is escaped or the text stands in a `value` of its own."""


def find_in_markup(said: Announcement) -> list[Finding] | None:
    """`<name>password</name><value>x</value>` and `<a:Password Type="t">x</a:Password>`."""
    before = said.text[said.before(1) : said.start]
    markup = None
    if said.text.startswith((">", "&gt;", "\\u003e"), said.end):
        markup = _MARKUP_PAIR.match(said.text, said.end) or _MARKUP_TEXT.match(said.text, said.end)
        if markup and " " in markup[1] and not looks_secret(markup[1].replace(" ", "")):
            return None
    elif before == ">":
        markup = _MARKUP_PAIR.match(said.text, said.end)
    elif before in {"<", ":"}:
        markup = _MARKUP_ELEMENT.match(said.text, said.end)
    elif before in {'"', "'"} and _LABEL_FOR.search(said.text, said.before(8), said.start):
        return []
    elif before in {'"', "'"}:
        markup = _MARKUP_ATTRIBUTE.match(said.text, said.end)
    if markup is None:
        return None
    return [Finding(markup.start(1), markup.end(1), said.kind)] if counts(markup[1], said.level, quoted=True) else []
