"""Secrets in tables, whose names stand once at the top: `INSERT INTO t (password) VALUES ('x')`, CSV, piped tables.

The values of a prepared statement stand behind it: `parameters: $1 = 'app', $2 = 'x'`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction import parameters
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise, kind_of, promise
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import counts, is_prose_secret, looks_secret

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

REACH = 4096
"""Characters below a header, or of one statement, that are read."""
_MOST_ROWS = 64
_SHORTEST_WORD = 4
DELIMITERS = frozenset(",;\t|")
_BEFORE_CELL = compile_later(r"""([,;\t|])[ ]?["'`]?(?:[A-Za-z]{1,16}[ ]){1,2}$""")
"""Before the last word of a name of several words in its cell."""
_HEAD = compile_later(r"[^\W\d][\w./()#-]{0,24}(?: [\w./()#-]{1,16}){0,2}")
"""A name at the top of columns that spaces align."""
_GAP = compile_later(r" {2,}| ?\t+ ?")
_CELL = compile_later(r"""\s{0,40}["'`]?[^\W\d][\w .\-]{0,40}["'`]?\s{0,40}""")
_RULE = compile_later(r"[\s|+:=-]{3,2048}")
_ONE_COLUMN = compile_later(r"[ \t]*\|?[ \t]*\r?\n[ \t]*(?:\+?-{3,128}\+?|={3,128})[ \t]*\r?\n")
"""The rule below the only name, as the clients of databases draw it."""
_ENDS_HEAD = frozenset(" |\t\r\n")
_ALONE = compile_later(r"(?:^|\n)[ \t]*\|?[ \t]*$")
_ONLY_CELL = compile_later(r"[ \t]*\|?[ \t]*(?P<value>[^\s|(+-][^\s|]{2,511})[ \t]*\|?[ \t]*(?:\r?\n|$)")
_INSERT = compile_later(r"\s{1,8}\S{1,128}?\s{0,8}\((?P<names>[^()]{1,2048})\)\s{0,8}values?\s{0,8}", re.IGNORECASE)
_QUOTED = r"""\\{0,3}(?P<quote>["'])(?P<value>(?:[^"'\\\n]|\\(?!["'])|''){0,1024})\\{0,3}(?P=quote)"""
_VALUE = compile_later(rf"\s{{0,40}}(?:{_QUOTED}|(?P<bare>[^,()\"'\n]{{0,256}}))\s{{0,40}}(?P<stop>[,)])")
_NEXT_ROW = compile_later(r"\s{0,8}(?:,\s{0,40})?\(")
_NUMBER = compile_later(r"\$(\d{1,3})")


def find_inserted(text: str, end: int) -> Iterator[Finding]:
    """The values of secret columns in the statement whose `insert into` ends at `end`."""
    insert = _INSERT.match(text, end, end + REACH)
    if not insert:
        return
    names = [name.strip("\"'`[]\\ \t\r\n") for name in insert["names"].split(",")]
    at = insert.end()
    for _ in range(_MOST_ROWS):
        row = _NEXT_ROW.match(text, at, end + REACH)
        if not row:
            return
        at = row.end()
        for name in names:
            value = _VALUE.match(text, at, end + REACH)
            if not value:
                return
            if bare := (value["bare"] or "").strip():
                yield from _handed_in(text, (end, at), bare, name, names)
            elif value["quote"] and counts(value["value"], promise(name), quoted=True):
                yield Finding(value.start("value"), value.end("value"), kind_of(name))
            at = value.end()
            if value["stop"] == ")":
                break


def _handed_in(text: str, span: tuple[int, int], bare: str, name: str, names: list[str]) -> Iterator[Finding]:
    """The value of a secret column whose place a parameter holds."""
    if promise(name) < Promise.FIRM:
        return
    if number := _NUMBER.fullmatch(bare):
        yield from parameters.find_numbered(text, span[0], number[1], kind_of(name))
    elif bare in {"%s", "?"}:
        yield from parameters.find_in_order(text, span, names.index(name), name)


def find_in_columns(said: SecretName) -> list[Finding] | None:
    """The values in the rows below, when the name stands in a line of nothing but names."""
    text, start, end = said.text, said.start, said.end
    if text[end : end + 1] in _ENDS_HEAD and (below := _find_below_rule(said)):
        return below
    around = text[max(0, start - 2) : start].strip("\"'` ")[-1:] + text[end : end + 40].strip("\"'` \r")[:1]
    delimiter = next((char for char in around if char in DELIMITERS), "")
    if not delimiter and (cell := _BEFORE_CELL.search(text, max(0, start - 40), start)):
        delimiter = cell[1]
    if not delimiter:
        return _find_aligned(said)
    low = text.rfind("\n", max(0, start - REACH), start) + 1
    high = text.find("\n", end, low + REACH)
    header = text[low:high].split(delimiter) if high >= 0 else []
    if len(header) < 2 or not all(_CELL.fullmatch(cell) or not cell.strip() for cell in header):
        return None
    if (delimiter != "|" and not all(map(str.strip, header))) or _is_row(text, low, header, delimiter):
        return None
    names = [cell.strip("\"'` \t\r") for cell in header]
    column = text.count(delimiter, low, start)
    if any(promise(name) >= Promise.FIRM for name in names[:column]):
        return None  # the first such column has read the rows for all of them
    return list(_rows(text, high + 1, delimiter, names))


def _is_row(text: str, low: int, cells: list[str], delimiter: str) -> bool:
    """Whether the line at `low` is a row itself, as the one above it has as many cells: `password_history | 0`."""
    end = low - 1
    for _ in range(2):
        above = text[text.rfind("\n", max(0, end - REACH), max(end, 0)) + 1 : max(end, 0)]
        if not _RULE.fullmatch(above):
            others = above.split(delimiter)
            return len(others) == len(cells) and (delimiter == "|" or all(map(str.strip, others)))
        end -= len(above) + 1
    return False


def _find_below_rule(said: SecretName) -> list[Finding] | None:
    """The values of a table that has no other column."""
    table = _ONE_COLUMN.match(said.text, said.end)
    if not table or said.level < Promise.FIRM or not _ALONE.search(said.text, max(0, said.start - 40), said.start):
        return None
    found, at = [], table.end()
    for _ in range(_MOST_ROWS):
        row = _ONLY_CELL.match(said.text, at)
        if not row:
            break
        if counts(row["value"], said.level, quoted=True):
            found.append(Finding(*row.span("value"), said.kind))
        at = row.end()
    return found or None


def _find_aligned(said: SecretName) -> list[Finding] | None:
    """The values of a column that spaces align under the name."""
    text = said.text
    if said.level is Promise.WEAK or text[said.end : said.end + 1] not in {" ", "\n", "\r"}:
        return None
    low = text.rfind("\n", max(0, said.start - REACH), said.start) + 1
    high = text.find("\n", said.end, low + REACH)
    header = text[low:high].rstrip() if high >= 0 else ""
    if "  " not in header and "\t" not in header:
        return None  # a sentence, as most lines are
    heads = [(match.start(), match[0]) for match in _HEAD.finditer(header)]
    if len(heads) < 2 or len(_GAP.split(header.strip())) != len(heads):
        return None
    names = [name for _, name in heads]
    at = next((place for place, (start, name) in enumerate(heads) if low + start + len(name) >= said.end), None)
    if (
        at is None
        or promise(names[at]) < Promise.FIRM
        or any(promise(name) >= Promise.FIRM for name in names[:at])
        or not header.strip()[0].isalpha()
    ):
        return None
    if low and _has_cells(text, low - 1, len(heads)):
        return None  # a row of a table whose header stands above
    return list(_aligned_rows(text, high + 1, [start for start, _ in heads], at, said)) or None


def _has_cells(text: str, end: int, count: int) -> bool:
    """Whether the line that ends at `end` has as many cells."""
    line = text[text.rfind("\n", max(0, end - REACH), end) + 1 : end].strip()
    return line != "" and not _RULE.fullmatch(line) and len(_GAP.split(line)) == count


def _aligned_rows(text: str, at: int, starts: list[int], column: int, said: SecretName) -> Iterator[Finding]:
    last = column + 1 == len(starts)
    for _ in range(_MOST_ROWS):
        newline = text.find("\n", at, at + REACH)
        line = text[at : newline if newline >= 0 else at + REACH].rstrip()
        if not _RULE.fullmatch(line):
            cells = _GAP.split(line.strip())
            if len(cells) == len(starts):
                value = cells[column]
            else:  # an empty cell before it: then its place tells
                value = (
                    line[starts[column] :].split("  ")[0] if line[starts[column] - 1 : starts[column]] == " " else ""
                )
            if not value or " " in value or promise(value) >= Promise.FIRM or (len(cells) < 2 and not last):
                return
            if _is_cell(value, said.level):
                start = text.index(value, at)
                yield Finding(start, start + len(value), said.kind)
        if newline < 0:
            return
        at = newline + 1


def _is_cell(value: str, level: Promise) -> bool:
    """Whether it is a secret: a name under `SECRET` is that of an object."""
    if level is Promise.STRONG:
        return len(value) >= _SHORTEST_WORD and is_given(value)
    return looks_secret(value) or is_prose_secret(value, level)


def _rows(text: str, at: int, delimiter: str, names: list[str]) -> Iterator[Finding]:
    limit = min(len(text), at + REACH)
    for _ in range(_MOST_ROWS):
        newline = text.find("\n", at, limit)
        line = text[at : newline if newline >= 0 else limit]
        cells = line.split(delimiter)
        if not _RULE.fullmatch(line):
            if len(cells) != len(names):
                return
            yield from _cells(at, cells, names)
        if newline < 0:
            return
        at = newline + 1


def _cells(at: int, cells: list[str], names: list[str]) -> Iterator[Finding]:
    for name, cell in zip(names, cells, strict=True):
        value = cell.strip("\"'` \t\r")
        level = Promise.STRONG if name.lower() == "pass" else promise(name)
        if value and counts(value, level, quoted=True):
            start = at + cell.index(value)
            yield Finding(start, start + len(value), kind_of(name))
        at += len(cell) + 1
