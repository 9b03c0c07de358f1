"""Values once found, wherever they stand again: as they are, in base64, URL-encoded, JSON-escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from incident_bot.redaction.encodings import cores, run_around
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.prefilter import Keyword, Prefilter
from incident_bot.redaction.values import is_identifier, is_prose_word, is_stand_in

MAX_VALUES = 2000
"""Values remembered in one run; later ones are still replaced where they are found."""


class KnownValues:
    """The secrets of one run. Memory is bounded by `MAX_VALUES` values of 4,096 characters."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._values: dict[str, tuple[str, ...]] = {}
        self._prefilter: Prefilter | None = None
        self._by_mark: dict[Keyword, list[tuple[str, str]]] = {}

    def __len__(self) -> int:
        return len(self._kinds)

    def remember(self, value: str, kind: str) -> None:
        """Takes a value whose other occurrences must go; words and names that live elsewhere too are left out."""
        if value in self._kinds or len(self._kinds) >= MAX_VALUES or not is_telling(value):
            return
        self._kinds[value] = kind
        self._prefilter = None

    def find(self, text: str) -> Iterator[tuple[Finding, str]]:
        """Every occurrence of every form, with the value it stands for."""
        if not self._kinds:
            return
        if self._prefilter is None:
            self._build()
        assert self._prefilter is not None
        for start, mark in self._prefilter.hits(text):
            for form, value in self._by_mark[mark]:
                if text.startswith(form, start) and _stands_alone(text, start, start + len(form)):
                    end = start + len(form)
                    begin = start
                    if form != value and _is_base64_form(form, value):
                        begin, end = run_around(text, start, end, 0)
                    yield Finding(begin, end, self._kinds[value]), value

    def _build(self) -> None:
        self._by_mark = {}
        for value in self._kinds:
            for form in forms(value):
                mark = Keyword(form[:24].encode("latin-1", "replace").decode("latin-1"))
                self._by_mark.setdefault(mark, []).append((form, value))
        self._prefilter = Prefilter(self._by_mark)


def is_telling(value: str) -> bool:
    """Whether the value is unlikely to stand in a text by chance: `hunter2` is, `production` is not."""
    if not 6 <= len(value) <= 4096 or is_stand_in(value) or value.isdigit() or "\n" in value:
        return False
    if is_prose_word(value) or (is_identifier(value) and len(value) < 20):
        return False
    if re.fullmatch(r"[a-z0-9]+(?:[-._][a-z0-9]+)+", value) and len(value) < 20:
        return False
    kinds = sum(bool(re.search(part, value)) for part in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w.\-/ ]"))
    return kinds >= 2 or len(value) >= 20


def forms(value: str) -> tuple[str, ...]:
    """The value and its encodings. Base64 at the three alignments it can have inside a longer text."""
    found = {value: None, quote(value, safe=""): None, quote_plus(value): None, json.dumps(value)[1:-1]: None}
    raw = value.encode("utf-8", "replace")
    if len(raw) >= 8:
        for core in cores(raw):
            found |= {core: None, core.replace("+", "-").replace("/", "_"): None}
    return tuple(found)


def _is_base64_form(form: str, value: str) -> bool:
    return "%" not in form and form not in {value, json.dumps(value)[1:-1]}


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Short values must not be part of a longer word; long ones are telling anywhere."""
    if end - start >= 8:
        return True
    before = text[start - 1 : start] if start else ""
    return not (before.isalnum() or text[end : end + 1].isalnum())
