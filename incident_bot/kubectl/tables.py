"""kubectl's column tables: which lines are one, and what its cells say.

kubectl pads columns with at least two spaces and aligns every row with the header, so cells
are cut at the header's columns. A row that does not fit (redaction changed its length, or
`--watch` printed it later) is split at runs of spaces instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_HEADER_CELL = re.compile(r"[A-Z][A-Z0-9_%()/.:-]*(?:\((?:cores|bytes)\))?(?: [A-Z][A-Z0-9()-]*)*")
_HEADER_GAP = re.compile(r" {2,}|\t+")
_ROW_GAP = re.compile(r" {2,}|\t+")
_MAX_LINE = 20_000
_FIRST_COLUMNS = frozenset({"NAME", "NAMESPACE", "LAST SEEN", "POD", "LASTSEEN", "REVISION", "TYPE", "REASON", "NODE"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its 1-based line, its cells by column name, and its whole text.

    Columns that the row lacks are empty strings; a line that is no row at all has no cells.
    """

    line: int
    cells: dict[str, str]
    text: str = ""

    def get(self, *columns: str) -> str:
        """The first of the named columns that this table has and that is not blank or `<none>`."""
        return next((cell for name in columns if (cell := self.cells.get(name, "")) not in ("", "<none>")), "")


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows."""

    columns: tuple[str, ...]
    line: int
    rows: tuple[Row, ...]


def columns_of(line: str) -> tuple[tuple[str, int], ...]:
    """Column names with their offsets when the line is a kubectl header, else nothing."""
    if not line[:1].isupper() or len(line) > 2_000:
        return ()
    columns = []
    start = 0
    for gap in [*_HEADER_GAP.finditer(line), None]:
        cell = line[start : gap.start() if gap else len(line)].rstrip()
        if cell:
            if not _HEADER_CELL.fullmatch(cell):
                return ()
            columns.append((_canonical(cell), start))
        start = gap.end() if gap else start
    return tuple(columns)


def is_header(line: str) -> bool:
    """Whether a line is a kubectl table header: upper-case columns, the first one that kubectl starts with."""
    names = [name for name, _ in columns_of(line)]
    return len(names) >= 2 and (names[0] in _FIRST_COLUMNS or "NAME" in names or "REASON" in names)


def _canonical(cell: str) -> str:
    word, bracket, unit = cell.partition("(")
    return word.upper() + bracket + (unit.lower() if unit.lower() in ("cores)", "bytes)") else unit.upper())


_FREE_TEXT = frozenset({"MESSAGE", "MSG", "NOTE"})


def read_table(lines: Sequence[tuple[int, str]]) -> Table:
    """The table whose header is the first of the numbered lines; blank lines are skipped."""
    return _read_rows(lines, columns_of(lines[0][1]), _FREE_TEXT)


def read_inner_table(lines: Sequence[tuple[int, str]], *, free_text: Iterable[str] = ("MESSAGE",)) -> Table:
    """A table inside a description: indented, with column names in mixed case. Names are given in upper case.

    `free_text` names the columns whose cells may hold runs of spaces themselves.
    """
    start = len(lines[0][1]) - len(lines[0][1].lstrip())
    text = lines[0][1].rstrip()[:_MAX_LINE]
    header = [(cell[0].upper(), start + cell.start()) for cell in re.finditer(r"\S+(?: \S+)*", text[start:])]
    return _read_rows(lines, tuple(header), frozenset(free_text))


def _read_rows(
    lines: Sequence[tuple[int, str]], header: tuple[tuple[str, int], ...], free_text: frozenset[str]
) -> Table:
    names = tuple(name for name, _ in header)
    text_column = next((index for index, name in enumerate(names) if name in free_text), -1)
    rows = []
    for number, line in lines[1:]:
        line = line[:_MAX_LINE].rstrip()  # noqa: PLW2901 - the same line, bounded
        if not line.strip():
            continue
        cells = (
            _cut_at_tabs(line, len(names))
            or _cut_at_columns(line, header)
            or _cut_up_to_text(line, header, text_column)
            or _split_at_gaps(_part_names(line, names), len(names), text_column)
        )
        rows.append(Row(line=number, cells=dict(zip(names, cells, strict=False)), text=line))
    return Table(columns=names, line=lines[0][0], rows=tuple(rows))


def _cut_at_tabs(line: str, width: int) -> list[str]:
    """Helm and Flux pad their cells and put a tab between them."""
    cells = [cell.strip() for cell in line.split("\t")]
    return cells if len(cells) in (width, width - 1) and width > 1 and "\t" in line else []


def _cut_at_columns(line: str, header: Sequence[tuple[str, int]]) -> list[str]:
    offsets = [offset for _, offset in header]
    for offset in offsets[1:]:
        if offset < len(line) and not (line[offset - 1].isspace() and line[offset - 2 : offset - 1].isspace()):
            return []
    if "\t" in line:
        return []
    bounds = [*offsets, len(line)]
    cells = [line[start:end].rstrip() for start, end in pairwise(bounds)]
    if any(cell[:1].isspace() for cell in cells):
        return []
    return cells


def _cut_up_to_text(line: str, header: Sequence[tuple[str, int]], text_column: int) -> list[str]:
    """Cells cut at the columns up to a free text whose length was changed; those after it by runs of spaces."""
    if not 0 < text_column < len(header) - 1:
        return []
    text_start = header[text_column][1]
    cells = _cut_at_columns(line[:text_start].rstrip(), header[:text_column]) if text_start < len(line) else []
    rest = _ROW_GAP.split(line[text_start:], maxsplit=400)
    after = len(header) - text_column - 1
    if not cells or len(rest) <= after or line[text_start - 1 : text_start + 1].strip() != line[text_start].strip():
        return []
    return [*cells, "  ".join(rest[:-after]), *rest[-after:]]


def is_row(line: str, header: Sequence[tuple[str, int]]) -> bool:
    """Whether a line fits below a header: aligned with its columns, or with nearly as many cells."""
    line = line[:_MAX_LINE].rstrip()
    if sum(1 for cell in _cut_at_columns(line, header) if cell) >= 2:
        return True
    return len(_ROW_GAP.split(line.strip(), maxsplit=len(header))) >= max(len(header) - 2, 2)


def _part_names(line: str, names: Sequence[str]) -> str:
    """The line with a gap behind its first name, which holds no space: one may be left where a table was put right by hand."""
    words = line.split(maxsplit=1)
    if len(words) < 2 or names[0] not in _NAMES or len(_ROW_GAP.split(line.strip())) >= len(names):
        return line
    return "  ".join(words)


_NAMES = frozenset({"NAME", "NAMESPACE"})


def _split_at_gaps(line: str, width: int, text_column: int) -> list[str]:
    """Cells left and right of the free text by runs of spaces; what is between them is the text."""
    cells = _ROW_GAP.split(line.strip(), maxsplit=400)
    if len(cells) <= width or text_column < 0:
        return cells[:width] if text_column < 0 or len(cells) == width else _without_text(cells, width, text_column)
    after = width - text_column - 1
    end = len(cells) - after
    return [*cells[:text_column], "  ".join(cells[text_column:end]), *cells[end:]]


def _without_text(cells: list[str], width: int, text_column: int) -> list[str]:
    """A row with too few cells: right for a text that comes last, undecidable for any other."""
    return cells if text_column == width - 1 or len(cells) <= text_column + 1 else []
