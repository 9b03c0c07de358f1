"""One pass over a text that finds every keyword of a few hundred, at the speed of `re`'s inner loop.

An alternation of keywords makes `re` try the whole alternation at every position. Instead every
keyword is found by one of its characters, its anchor: `re` skips to the few anchor characters with
a bitmap, and only there walks a tree of what may follow, then looks back for what must precede.
The text is searched as Latin-1 bytes, one a character, so that offsets stay those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

# How many of 10,000 characters of log text, counted over CI and Kubernetes logs; 100 for the rest.
_SHARE = {
    char: share
    for share, chars in (
        (2, "~^|$&@!`JQXZY"), (6, "*;+zqKVWHU"), (15, "?BGFOMNPL"), (25, "<>{}\\\"xDSRIACTE"), (45, "jw%#y"), (70, "kv',()"),
        (90, "456789_"), (115, "3h["), (135, "=-"), (155, "b2"), (170, "pu1:"), (200, "gfd"), (220, "./0l"), (260, "cm"),
        (290, "n"), (330, "ra"), (360, "ois"), (470, "t"), (560, "e"), (1300, " "),
    )
    for char in chars
}  # fmt: skip


_NO_DIGITS = str.maketrans("", "", "0123456789")


class Keyword(NamedTuple):
    """What to find: `any_case` words are given in lower case; `starting` ones count only where a word starts."""

    text: str
    any_case: bool = False
    starting: bool = False
    then: str = ""
    """What must follow, as a pattern: it keeps common words (`pat` in `path`) from being hits."""


class Gauge(Protocol):
    """Who reads hits and may ask to go on further ahead."""

    resume_at: int


class _Entry(NamedTuple):
    anchor: int
    """Where in the keyword its anchor stands."""
    keyword: Keyword


class Prefilter:
    """Finds keywords, whose characters all lie within Latin-1."""

    def __init__(self, keywords: Collection[Keyword], *, repetitive_from: int = 1 << 16) -> None:
        """`repetitive_from`: bytes of text from which on its repeated lines are looked for."""
        self._repetitive_from = repetitive_from
        self._groups: list[tuple[_Entry, ...]] = [()]
        branches: list[str] = []
        for char, entries in sorted(_by_anchor(keywords).items(), key=lambda item: -_SHARE.get(item[0], 100)):
            any_case = any(entry.keyword.any_case for entry in entries)
            # Two branches and not a class: `re` skips ahead only when every branch begins with a literal.
            cases = sorted({char, char.upper()}) if any_case and char.isascii() else [char]
            branches.extend(re.escape(case) + self._tree(entries, 1, entries) for case in cases)
        self._pattern = re.compile("|".join(branches).encode("latin-1")) if branches else None
        self._keywords = tuple(keywords)
        self._coarse: re.Pattern[bytes] | None = None

    def _tree(self, entries: list[_Entry], depth: int, siblings: list[_Entry]) -> str:
        """A choice over what follows the anchor, shared beginnings once."""
        following: dict[tuple[str, bool], list[_Entry]] = {}
        for entry in entries:
            at = entry.anchor + depth
            following.setdefault((entry.keyword.text[at : at + 1], entry.keyword.any_case), []).append(entry)
        ending = following.pop(("", False), []) + following.pop(("", True), [])
        choices = []
        for (char, any_case), rest in following.items():
            # Near the anchor one literal for each case: `re` refuses literals faster than classes.
            literals = [char, char.upper()] if any_case and depth == 1 and char.isalpha() else []
            written = [re.escape(literal) for literal in literals] or [
                _either_case(char) if any_case else re.escape(char)
            ]
            choices += [head + self._tree(rest, depth + 1, siblings) for head in written]
        choices += [self._leaf(entry, siblings) for entry in ending]
        return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"

    def _leaf(self, entry: _Entry, siblings: list[_Entry]) -> str:
        keyword = entry.keyword
        self._groups.append(tuple(other for other in siblings if _may_meet(entry, other)))
        written = "".join(_either_case(char) if keyword.any_case else re.escape(char) for char in keyword.text)
        edge = f"(?<![A-Za-z0-9]{written})" if keyword.starting else ""
        return f"(?<={written}){edge}{f'(?={keyword.then})' if keyword.then else ''}()"

    def hits(self, text: str, gauge: Gauge | None = None) -> Iterator[tuple[int, Keyword]]:
        """Every (offset, keyword), in the order of their anchors; none whose anchor the gauge lets it pass over."""
        if self._pattern is None:
            return
        raw = text.encode("latin-1", "replace")
        groups, search = self._groups, self._pattern.search
        for low, high in self._worth_searching(raw):
            match = search(raw, low, high)
            while match:
                anchor = match.start()
                for index, keyword in groups[match.lastindex or 0]:
                    start = anchor - index
                    if start >= 0 and _stands_at(raw, start, keyword):
                        yield start, keyword
                match = search(raw, max(anchor + 1, gauge.resume_at) if gauge else anchor + 1, high)

    def _worth_searching(self, raw: bytes) -> list[tuple[int, int]]:
        """Where keywords may stand: all of it, or of a repetitive log the lines whose template holds one.

        A template is a line without its digits. Leaving out digits keeps every keyword that was
        there (without its own digits), so a template without keywords clears all of its lines.
        """
        whole = [(0, len(raw))]
        if len(raw) < self._repetitive_from:
            return whole
        templates = raw.translate(None, b"0123456789").split(b"\n")
        distinct = set(templates)
        if len(distinct) * 4 > len(templates):
            return whole
        if self._coarse is None:
            self._coarse = _without_digits(self._keywords)
        search = self._coarse.search
        telling = {template for template in distinct if search(template)}
        ranges: list[tuple[int, int]] = []
        start = 0
        for line, template in zip(raw.split(b"\n"), templates, strict=True):
            end = start + len(line)
            if template in telling:
                ranges.append((start, end))
            start = end + 1
        return ranges


def _without_digits(keywords: Collection[Keyword]) -> re.Pattern[bytes]:
    """Finds the keywords in text whose digits were left out, and more rather than less."""
    plain = {keyword._replace(text=keyword.text.translate(_NO_DIGITS), then="") for keyword in keywords}
    if any(not keyword.text for keyword in plain):
        return re.compile(b"")
    return Prefilter(plain)._pattern or re.compile(b"")  # noqa: SLF001


def _either_case(char: str) -> str:
    return f"[{char.lower()}{char.upper()}]" if char.isascii() and char.isalpha() else re.escape(char)


def _by_anchor(keywords: Collection[Keyword]) -> dict[str, list[_Entry]]:
    """Keywords by their anchor: as few and as rare characters as cover all of them."""
    anchors: dict[str, list[_Entry]] = {}
    for keyword in sorted(set(keywords), key=lambda item: (-min(_cost(item, char) for char in item.text), item)):
        known = [char for char in keyword.text if char in anchors]
        choice = min(known or keyword.text, key=lambda char: (_cost(keyword, char), keyword.text.index(char)))
        anchors.setdefault(choice, []).append(_Entry(keyword.text.index(choice), keyword))
    for char in [char for char in anchors if char.isupper() and char.lower() in anchors]:
        # One branch for both cases, or the first would take what the second waits for.
        if any(entry.keyword.any_case for entry in anchors[char.lower()]):
            anchors[char.lower()] += anchors.pop(char)
    return anchors


def _cost(keyword: Keyword, char: str) -> int:
    return _SHARE.get(char, 100) + (_SHARE.get(char.upper(), 0) if keyword.any_case and char.isalpha() else 0)


def _may_meet(one: _Entry, other: _Entry) -> bool:
    """Whether both keywords can stand at the same anchor of one text."""
    shift = one.anchor - other.anchor
    left, right = one.keyword.text.lower(), other.keyword.text.lower()
    return all(left[at] == right[at - shift] for at in range(max(0, shift), min(len(left), len(right) + shift)))


def _stands_at(raw: bytes, start: int, keyword: Keyword) -> bool:
    written = _encoded(keyword.text)
    as_written = raw.startswith(written, start)
    if not as_written and not (keyword.any_case and raw[start : start + len(written)].lower() == written):
        return False
    return not (keyword.starting and start and raw[start - 1 : start].isalnum())


@lru_cache(maxsize=8192)
def _encoded(text: str) -> bytes:
    return text.encode("latin-1")
