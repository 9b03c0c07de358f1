"""The sentences of a message, cut to what fits a title: between words, links of a chain and brackets."""

from __future__ import annotations

import re

MESSAGE_CHARS = 140
"""About what fits a title beside the name of the container."""


def shorten(text: str, chars: int = MESSAGE_CHARS) -> str:
    """The first sentences of a message, at most `chars` long, cut between words and never inside a bracket.

    Of a chain of causes (`a: b: c`) that is too long the first and the last are kept: libraries put what
    was tried first and what went wrong last.
    """
    first = _FIRST_LINE.split(text.strip(), maxsplit=1)[0].rstrip(_LOOSE_END)
    for end in [len(first), *(match.start() for match in reversed(list(_SENTENCE_END.finditer(first))))]:
        if end <= chars:
            return first[:end].rstrip(_LOOSE_END)
    first = _SENTENCE_END.split(first, maxsplit=1)[0]
    return _cut_chain(first, chars) or _cut(first, chars)


def shorten_about(text: str, place: int, chars: int = MESSAGE_CHARS) -> str:
    """A message, at most `chars` long, with what stands at `place`: of a long chain the link that is known, not the last."""
    if len(text) <= chars or place < 0:
        return shorten(text, chars)
    starts = [
        0,
        *(match.end() for match in _LINK.finditer(text)),
        *(match.end() for match in _SENTENCE_END.finditer(text)),
    ]
    starts = sorted(start for start in starts if start <= place)
    start = starts.pop()
    before = max(chars // 3, chars - 2 - (len(text) - place))
    for earlier in reversed(starts):
        if place - earlier > before:
            break
        start = earlier
    if start == 0:
        return _cut(text, chars)
    name = _LINK.split(text, maxsplit=1)[0]
    lead = f"{name}: … " if len(name) <= chars // 4 and " " not in name else "… "
    return lead + _cut(text[start:].rstrip(_LOOSE_END), chars - len(lead))


def _cut_chain(text: str, chars: int) -> str:
    parts = _LINK.split(text)
    if len(parts) < _CHAIN_PARTS or close_brackets(parts[0]) != parts[0]:
        return ""
    parts[0] = _cut(parts[0], chars // 2).rstrip("…")
    told = _cut(parts[-1], chars - len(parts[0]) - 4)
    for part in reversed(parts[1:-1]):
        longer = f"{part}: {told}"
        if len(parts[0]) + len(longer) + 4 > chars:
            break
        told = longer
    return f"{parts[0]}: … {told}" if len(told) >= _SHORTEST_PART else ""


def _cut(text: str, chars: int) -> str:
    if len(text) <= chars:
        return text
    room = text[: max(chars - 1, 1)]
    clause = max(room.rfind(mark) for mark in (": ", "; ", ", ", " - ", " ("))
    cut = room[:clause] if clause > chars * 0.6 else room.rpartition(" ")[0] or room
    bare = cut.rstrip(" .:;,-(…")
    if bare.count("(") == bare.count(")") + 1 and len(bare) - bare.rfind("(") > _SHORTEST_TEXT:
        # What stands in a bracket is often the reason: better a part of it than none.
        return f"{bare}…)" if bare.count('"') % 2 == 0 else f"{close_brackets(bare)}…"
    return close_brackets(bare).rstrip(" …") + "…"


_CHAIN_PARTS = 3
_SHORTEST_TEXT = 20
_MOST_SHARE = 0.4
"""An open square bracket before this holds most of what is said: it is the bracket that goes."""

_SHORTEST_PART = 8
_LOOSE_END = " .:;,-*"
_LINK = re.compile(r": (?!\d)")
_FIRST_LINE = re.compile(r"[\n\r]|\\n")
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)'\"»])[.!]\s+(?=[A-Z(\[])")

_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"))


def close_brackets(text: str) -> str:
    """A text that does not end inside a bracket or a quotation: the open part goes, unless it is most of the text."""
    for opening, closing in _PAIRS:
        while text.count(opening) > text.count(closing):
            start = text.rfind(opening)
            if start < _SHORTEST_TEXT:
                break
            is_most = opening == "[" and start < len(text) * _MOST_SHARE
            text = text[:start] + text[start + 1 :] if is_most else text[:start].rstrip(" :,;-")
        if text.endswith(closing) and text.count(closing) > text.count(opening):
            text = text[:-1].rstrip()
    if text.count('"') % 2:
        start = text.rfind('"')
        text = text[:start] + text[start + 1 :] if start < len(text) * 0.8 else text[:start]
    return text.rstrip(" :,;-\\")
