"""What a tool printed as records: rows below a header, the pairs of a block, or lines of a form.

Everything here is untrusted text: lines are bounded, nothing raises, and the work grows linearly with them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from incident_bot.outputs.signs import alternatives
from incident_bot.patterns import compile_later

MAX_LINE = 1_000
_PROMPT = compile_later(r"(?:[\w.~:/@()\[\] -]{0,80})?[$#>] \S.*")
_RULE = compile_later(r"\s*\+?[-=+]{3,}\s*|\s*[|+][-=+|]{3,}\s*")
"""The lines of dashes that psql and mysql draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Named values that belong together. `group` tells one printed table or block from the next of the same text."""

    values: Mapping[str, str]
    line: int
    group: int
    lines: Mapping[str, int]
    """The line of each value, where they stand on lines of their own."""

    def get(self, name: str) -> str | None:
        """The value under the first of a name's alternatives; None when there is none of them."""
        return next((self.values[item] for item in alternatives(name) if item in self.values), None)

    def line_of(self, name: str) -> int:
        """The line that shows a value."""
        return next((self.lines[item] for item in alternatives(name) if item in self.lines), self.line)


def is_prompt(line: str) -> bool:
    """Whether a line is a shell's prompt with a command."""
    return len(line) < MAX_LINE and _PROMPT.fullmatch(line) is not None


def read_rows(lines: Sequence[str], has: Sequence[str]) -> Iterator[Record]:
    """The rows below each header that has these columns, up to a blank line, a prompt, or what is no row."""
    columns: list[str] = []
    group, broken = 0, ""
    for number, line in enumerate(lines, start=1):
        text = line[:MAX_LINE].rstrip()
        header = _columns_of(text, has)
        if header:
            columns, group, broken = header, group + 1, ""
            continue
        if not columns or _RULE.fullmatch(text):
            continue
        cells = _cells_of(text, columns)
        if broken and text[:1].isspace():
            cells = _cells_of(f"{broken} {text.strip()}", columns)
        # A name that is too long for its column stands on a line of its own.
        broken = text if len(cells) == 1 and "|" not in text else ""
        if broken:
            continue
        if len(cells) < 2 or is_prompt(text):
            columns = []
            continue
        names = columns if len(cells) <= len(columns) else ["0", *columns] if _is_unnamed(cells, columns) else columns
        values = {str(place): cell for place, cell in enumerate(cells)} | dict(zip(names, cells, strict=False))
        yield Record(values=values, line=number, group=group, lines={})


def _columns_of(line: str, has: Sequence[str]) -> list[str]:
    """The columns of a header; nothing when the line is none, or that of another table."""
    names = [item for name in has for item in alternatives(name)]
    if sum(item in line for item in names) < len(has):
        return []
    for columns in (_split(line, names), *([] if "|" in line else [_words(line, names)])):
        if all(any(item in columns for item in alternatives(name)) for name in has):
            return columns
    return []


_GAP = re.compile(r"\s{2,}|\t+")


def _split(line: str, _: Sequence[str]) -> list[str]:
    if "|" in line:
        return [cell.strip() for cell in line.strip().strip("|").split("|")]
    return _GAP.split(line.strip())


def _words(line: str, names: Sequence[str]) -> list[str]:
    """The words of a header with single spaces between its columns; known names of two words stay one."""
    text = line
    for name in names:
        if " " in name:
            text = text.replace(name, name.replace(" ", "\0"))
    return [word.replace("\0", " ") for word in text.split()]


def _cells_of(line: str, columns: Sequence[str]) -> list[str]:
    if "|" in line:
        return [cell.strip() for cell in line.strip().strip("|").split("|")]
    cells = _GAP.split(line.strip())
    if len(cells) == len(columns):
        return cells
    return line.split(maxsplit=max(len(columns) - 1, 1)) if len(line.split()) > len(columns) + 1 else line.split()


def _is_unnamed(cells: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the rows begin with a name that the header has no column for, as those of `free` do."""
    return len(cells) == len(columns) + 1 and cells[0].endswith(":")


_PAIR = compile_later(
    r"\s*\|?\s*[\"']?(?P<key>[A-Za-z_/][\w ./%@()-]{0,120}?)[\"']?\s*(?::|=|\s\|\s|\s{2,}|\t+)\s*(?P<value>\S.*?)?[\s|]*"
)
_COUNT = compile_later(r"(?P<key>[a-z_]{2,60}) (?P<value>\d{1,20})")
_BORDER = compile_later(
    r"\s*\*{5,} ?\d+\. row \*{5,}\s*|\s*-\[ RECORD \d+ \][-+]*\s*|[\s{}\[\],]*[{}\[\]][\s{}\[\],]*|\s*\w+: [\[{]\s*"
)


def read_pairs(lines: Sequence[str]) -> Iterator[Record]:
    """The pairs of each block: `key: value`, `key=value`, two columns; a document of JSON on one line as well."""
    values: dict[str, str] = {}
    places: dict[str, int] = {}
    group = 0
    for number, line in enumerate(lines, start=1):
        if (
            line[:1] in "{["
            and _DENSE < len(line) < _LONGEST_DOCUMENT
            and (found := list(_read_document(line, number)))
        ):
            yield from found
            continue
        text = line[:MAX_LINE].rstrip()
        if _BORDER.fullmatch(text) or (is_prompt(text) and not _is_comment(text)):
            if values:
                group += 1
                yield Record(values=values, line=min(places.values()), group=group, lines=places)
            values, places = {}, {}
            continue
        match = _COUNT.fullmatch(text) or _PAIR.fullmatch(text)
        if match:
            key = match["key"].rsplit("/", 1)[-1].strip()
            values.setdefault(key, (match["value"] or "").strip("\"', "))
            places.setdefault(key, number)
    if values:
        yield Record(values=values, line=min(places.values()), group=group + 1, lines=places)


def _is_comment(line: str) -> bool:
    """`# Memory` heads a part of one answer."""
    return line.startswith("# ") and len(line.split()) == 2


_DENSE = 2
_LONGEST_DOCUMENT = 200_000
_MOST_RECORDS = 2_000


def _read_document(line: str, number: int) -> Iterator[Record]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return
    items = document if isinstance(document, list) else [document]
    for place, item in enumerate(items[:_MOST_RECORDS]):
        if isinstance(item, dict):
            yield Record(values=dict(_flatten(item)), line=number, group=place, lines={})


def _flatten(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in item.items():
        if isinstance(value, bool):
            yield key, str(value).lower()
        elif isinstance(value, str | int | float):
            yield key, str(value)


def read_lines(lines: Sequence[str], pattern: re.Pattern[str]) -> Iterator[Record]:
    """The lines of one form; the named groups are the values."""
    for number, line in enumerate(lines, start=1):
        match = pattern.fullmatch(line[:MAX_LINE].rstrip("\r"))
        if match:
            values = {name: value for name, value in match.groupdict().items() if value is not None}
            yield Record(values=values, line=number, group=0, lines={})
