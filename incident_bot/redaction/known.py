"""Values once found, wherever they stand again: as they are, in base64, URL-encoded, JSON-escaped.

A log may give away a new token on every line, so neither the number of values nor the one found last may
make reading slow. Every form is filed under a part of its longest run of letters and digits; a text is compared
with forms only where it holds a filed part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.encodings import cores, run_around
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.prefilter import as_bytes
from incident_bot.redaction.spellings import in_attribute, in_html, in_json, in_url
from incident_bot.redaction.values import is_identifier, is_prose_word, is_stand_in

if TYPE_CHECKING:
    from incident_bot.redaction.parts import PartFinder

MAX_VALUES = 2000
"""Values remembered in one run; later ones are still replaced where they are found."""

_PART = 6
"""Characters of a run under which a form is filed."""
_SHORTEST_RUN = 4
_MOST_PLACES = 32
_MOST_IN_PLACE = 3
"""Parts of one run that are tried, and forms filed under one part: values that all begin alike must not pile up."""
_MOST_WITHOUT_RUN = 50
"""Values without a run of letters and digits that are looked for one by one."""

_RUN = compile_later(rf"[A-Za-z0-9]{{{_SHORTEST_RUN},}}")
_CHOSEN = frozenset({"password", "passphrase"})
_SHORTEST_ENCODED = 8
"""Bytes of a value whose encodings are looked for."""
_PERCENT = compile_later("%[0-9A-F]{2}")
_MARKUP = compile_later("[<>&']")
"""What Go's and other JSON writers escape although JSON does not ask for it."""
_ESCAPES = compile_later(r"[%&\\]")
_Filed = tuple[str, str, int]
"""A form, its value, and where in the form the filed part starts."""


class KnownValues:
    """The secrets of one run. Memory is bounded by `MAX_VALUES` values of 4,096 characters."""

    def __init__(self, parts: PartFinder) -> None:
        self._kinds: dict[str, str] = {}
        self._filed: dict[str, list[_Filed]] = {}
        self._forms: set[str] = set()
        self._parts = parts
        self._without_run: list[_Filed] = []

    def __len__(self) -> int:
        return len(self._kinds)

    def remember(self, value: str, kind: str) -> None:
        """Takes a value whose other occurrences must go; words and names that live elsewhere too are left out."""
        if value in self._kinds or len(self._kinds) >= MAX_VALUES:
            return
        chosen = kind in _CHOSEN and any(char.isdigit() for char in value) and not value.isdigit()
        if is_telling(value, chosen=chosen):
            self._file_forms(value, kind, forms(value))
        elif _is_telling_encoded(value):
            self._file_forms(value, kind, base64_forms(value))

    def guard(self, value: str, kind: str) -> None:
        """Takes a value that must go wherever it stands, a word or name as well; not below `_SHORTEST_ENCODED` characters."""
        if len(value) >= _SHORTEST_ENCODED:
            self._file_forms(value, kind, forms(value))

    def _file_forms(self, value: str, kind: str, spelled: Iterable[str]) -> None:
        self._kinds[value] = kind
        for form in spelled:
            if form in self._forms:
                continue  # values that differ in what base64 shares with its surroundings: the first keeps it
            self._forms.add(form)
            run = max(_RUN.finditer(form), key=lambda match: match.end() - match.start(), default=None)
            if run:
                self._file(form, value, run)
            elif len(self._without_run) < _MOST_WITHOUT_RUN:
                self._without_run.append((form, value, 0))

    def _file(self, form: str, value: str, run: re.Match[str]) -> None:
        for at in range(max(1, min(_MOST_PLACES, len(run[0]) - _PART + 1))):
            part = run[0][at : at + _PART]
            filed = self._filed.get(part, [])
            if len(filed) < _MOST_IN_PLACE and len(set(part)) > 2:
                if not filed:
                    self._filed[part] = filed
                    self._parts.add(part, run[0])
                filed.append((form, value, run.start() + at))
                return

    def find(self, text: str, raw: bytes | None = None) -> Iterator[tuple[Finding, str]]:
        """Every occurrence of every form, with the value it stands for. `raw` is what `as_bytes` makes of the text."""
        if not self._kinds:
            return
        for form, value, _ in self._without_run:
            at = text.find(form)
            while at >= 0:
                yield from self._occurrence(text, at, form, value)
                at = text.find(form, at + len(form))
        passed: dict[str, int] = {}
        for at, part in self._parts.find(text, as_bytes(text) if raw is None else raw):
            for form, value, into in self._filed[part]:
                start = at - into
                if start >= passed.get(form, 0) and text.startswith(form, start):
                    passed[form] = start + len(form)
                    yield from self._occurrence(text, start, form, value)

    def _occurrence(self, text: str, start: int, form: str, value: str) -> Iterator[tuple[Finding, str]]:
        end = start + len(form)
        if not _stands_alone(text, start, end):
            return
        if form != value and _is_base64_form(form, value):
            start, end = run_around(text, start, end, 0)
        yield Finding(start, end, self._kinds[value]), value


def is_telling(value: str, *, chosen: bool = False) -> bool:
    """Whether the value is unlikely to stand in a text by chance: `hunter2` is, `production` is not.

    `chosen`: it is a password with a digit, so that even the shape of a Kubernetes name (`maple7-orbit`) is none.
    """
    if not 6 <= len(value) <= 4096 or is_stand_in(value) or value.isdigit() or "\n" in value:
        return False
    if len(set(value)) < 4 or is_prose_word(value) or (is_identifier(value) and len(value) < 20):
        return False
    if re.fullmatch(r"[a-z]+(?:[-._][a-z]+)+", value):
        return False
    if re.fullmatch(r"[a-z0-9]+(?:[-._][a-z0-9]+)+", value) and len(value) < 20:
        return chosen and len(value) >= 8
    kinds = sum(bool(re.search(part, value)) for part in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w.\-/ ]"))
    return kinds >= 2 or len(value) >= 20


def _is_telling_encoded(value: str) -> bool:
    """Whether the encoding of a value that may stand anywhere in the clear tells: nobody encodes `db-main-2` by chance."""
    return 10 <= len(value) <= 4096 and not (
        value.isalnum() or is_stand_in(value) or is_identifier(value) or "\n" in value
    )


def forms(value: str) -> tuple[str, ...]:
    """The value and its encodings: in URLs, JSON, HTML, hex and base64."""
    raw = value.encode("utf-8", "replace")
    quoted, escaped = in_url(value), in_json(value)
    found = (
        value,
        quoted,
        quoted.replace("%20", "+"),
        _PERCENT.sub(lambda match: match[0].lower(), quoted),
        escaped,
        _MARKUP.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped),
        in_attribute(value),
        in_html(value),
        *((raw.hex(), raw.hex().upper()) if len(raw) >= _SHORTEST_ENCODED else ()),
    )
    return tuple(dict.fromkeys((*found, *base64_forms(value))))


def base64_forms(value: str) -> tuple[str, ...]:
    """What base64 of any text around the value must contain, at the three alignments it can have."""
    raw = value.encode("utf-8", "replace")
    if len(raw) < _SHORTEST_ENCODED:
        return ()
    found = cores(raw)
    return (*found, *(core.replace("+", "-").replace("/", "_") for core in found))


def _is_base64_form(form: str, value: str) -> bool:
    return form != value and not _ESCAPES.search(form) and form.lower() != value.encode("utf-8", "replace").hex()


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Short values must not be part of a longer word; long ones are telling anywhere."""
    if end - start >= 8:
        return True
    before = text[start - 1 : start] if start else ""
    return not (before.isalnum() or text[end : end + 1].isalnum())
