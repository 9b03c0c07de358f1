"""One pass over a log: everything that selection may want to keep, in bounded memory.

What is held: the template table, the lines around the first line of each alarming template, the first
lines and the last ones. The same pass serves logs in memory and an endless stdin.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from incident_bot.condense.lines import LONGEST_LINE_CHARS, clip
from incident_bot.condense.severity import Level
from incident_bot.condense.streams import find_layout
from incident_bot.condense.templates import StreamOf, Template, TemplateTable

CHUNK_LINES = 8192
_CHUNK_CHARS = 4_000_000
_BEFORE = 30
_AFTER = 60
_MOST_WINDOWS = 200
_HEAD_LINES = 40
_TAIL_LINES = 3000
_TAIL_CHARS = 1_500_000
_CONTEXT_CHARS = 4096
_LINE_CHARS = ((2_000_000, LONGEST_LINE_CHARS), (8_000_000, 8192), (1 << 60, 2048))
"""Up to so many characters held, lines are taken up to this length: a log of endless lines costs no more than another."""
_MOST_TEMPLATES = 20_000


@dataclass(slots=True)
class _Window:
    """Lines around a template's first occurrence; `wanted` more are still to come."""

    first: int
    lines: list[str]
    wanted: int


class Survey:
    """Feed it a log's lines in order, then ask it for candidates."""

    def __init__(self) -> None:
        self.table = TemplateTable(most=_MOST_TEMPLATES)
        self.total_lines = 0
        self._clipped = False
        self.head: list[str] = []
        self.head_start = 1
        self.stream_of: StreamOf | None = None
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._first_windows: list[_Window] = []
        self._last_windows: deque[_Window] = deque(maxlen=_MOST_WINDOWS)
        self._open: list[_Window] = []

    def feed(self, lines: Sequence[str]) -> None:
        """Take the next lines (a few thousand at a time: one line a call is slow)."""
        if not lines:
            return
        whole, lines = lines, _clip_long(lines, self._line_chars())
        self._clipped |= lines is not whole
        first_number = self.total_lines + 1
        if not self.head:
            self.head_start = first_number
            self.stream_of = find_layout(lines)
            self.head = [clip(line) for line in lines[:_HEAD_LINES]]
        known = len(self.table.templates)
        self.table.add(lines, first_number, self.stream_of)
        self._fill_open(lines)
        for template in self.table.templates[known:]:
            if template.level >= Level.WARNING:
                self._open_window(template, lines, first_number)
        self._tail.extend(lines[-_TAIL_LINES:])
        if sum(map(len, self._tail)) > 2 * _TAIL_CHARS:
            self._tail = deque(self._recent_tail(), maxlen=_TAIL_LINES)
        self.total_lines += len(lines)

    def skip(self, count: int) -> None:
        """Number lines ahead of the first that matters without looking at them."""
        self.total_lines += count

    @property
    def is_exact(self) -> bool:
        """Whether its templates hold every distinct line whole: none was clipped, none shares a coarse template."""
        return not self._clipped and len(self.table.templates) < _MOST_TEMPLATES

    @property
    def streams(self) -> list[str]:
        """The streams found, in order of appearance."""
        return list(dict.fromkeys(template.stream for template in self.table.templates))

    def known_lines(self) -> dict[int, str]:
        """Every line still at hand by number: ends of templates, windows, head and tail."""
        known: dict[int, str] = dict(enumerate(self.head, start=self.head_start))
        for window in (*self._first_windows, *self._last_windows):
            known.update(enumerate(window.lines, start=window.first))
        known.update(enumerate(self._recent_tail(), start=self.total_lines - len(self._recent_tail()) + 1))
        for template in self.table.templates:
            known[template.first] = template.first_text
            known[template.last] = template.last_text
        return known

    def before(self) -> dict[int, str]:
        """The line before each template's first and last: a value may stand alone under its name."""
        befores = {template.first: template.before_first for template in self.table.templates}
        return befores | {template.last: template.before_last for template in self.table.templates}

    def tail_start(self) -> int:
        """Number of the first line of the unbroken end that is at hand."""
        return self.total_lines - len(self._recent_tail()) + 1

    def _line_chars(self) -> int:
        return next(chars for held, chars in _LINE_CHARS if self.table.held_chars < held)

    def _recent_tail(self) -> list[str]:
        chars = 0
        kept = 0
        for line in reversed(self._tail):
            chars += len(line)
            if chars > _TAIL_CHARS:
                break
            kept += 1
        return list(self._tail)[len(self._tail) - kept :]

    def _fill_open(self, lines: Sequence[str]) -> None:
        for window in self._open:
            more = lines[: window.wanted]
            window.lines += self._as_context(more)
            window.wanted -= len(more)
        self._open = [window for window in self._open if window.wanted]

    def _as_context(self, lines: Sequence[str]) -> list[str]:
        limit = min(_CONTEXT_CHARS, self._line_chars() // 4)
        return [line[:limit] for line in lines]

    def _open_window(self, template: Template, lines: Sequence[str], first_number: int) -> None:
        at = template.first - first_number
        before = list(lines[max(0, at - _BEFORE) : at])
        missing = _BEFORE - len(before)
        if missing and self._tail:
            before = list(islice(self._tail, max(0, len(self._tail) - missing), None)) + before
        after = list(lines[at : at + _AFTER])
        window = _Window(template.first - len(before), self._as_context(before + after), _AFTER - len(after))
        if len(self._first_windows) < _MOST_WINDOWS:
            self._first_windows.append(window)
        else:
            self._last_windows.append(window)
        if window.wanted:
            self._open.append(window)


def survey(lines: Iterable[str]) -> Survey:
    """The survey of a whole log."""
    result = Survey()
    for chunk in chunks_of(lines):
        result.feed(chunk)
    return result


def chunks_of(lines: Iterable[str]) -> Iterable[list[str]]:
    """Lines in lists that are long enough to be fast and short enough to be small."""
    if not isinstance(lines, list):
        yield from _counted_out(lines)
        return
    for start in range(0, len(lines), CHUNK_LINES):
        piece = lines[start : start + CHUNK_LINES]
        # Only where lines are long is each of them looked at.
        yield from [piece] if sum(map(len, piece)) <= _CHUNK_CHARS else _counted_out(piece)


def _counted_out(lines: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    chars = 0
    for line in lines:
        chunk.append(line)
        chars += len(line)
        if len(chunk) >= CHUNK_LINES or chars >= _CHUNK_CHARS:
            yield chunk
            chunk, chars = [], 0
    if chunk:
        yield chunk


def _clip_long(lines: Sequence[str], limit: int) -> Sequence[str]:
    if max(map(len, lines)) <= limit:
        return lines
    return [clip(line, limit) for line in lines]
