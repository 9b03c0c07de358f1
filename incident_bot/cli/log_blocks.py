"""A log of any length, read in blocks and redacted before and after its lines are chosen.

What is held is a block, and the lines that were chosen: redacting every line of a log would take far longer than
choosing some of them, and choosing first must not part a secret from what shows that it is one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from incident_bot.model import EvidenceKind, RawEvidence, SafeText

if TYPE_CHECKING:
    from incident_bot.redaction import Redactor

_READ_BYTES = 1 << 20
_LONGEST_LINE_BYTES = 1 << 20
"""Of a longer line, this much of its start and the last block of its end are read."""
_CUT = b" \xe2\x80\xa6 "
_KEY_SIGNS = ("PRIVATE KEY", "PuTTY-User-Key")
_LINES_AFTER_KEY = 1000
"""Lines after a key's BEGIN that go through the full redactor, so that a key's body is known as one."""
_SLICE_CHARS = 1 << 18
_CHUNK_LINES = 8192
_LINES_AROUND = 8
_CHARS_AROUND = 1 << 12
"""Lines of its neighbours that a slice is redacted with, of long ones the nearer end: a value may follow its name."""


def read_blocks(path: Path) -> Iterator[str]:
    """A file, or stdin for "-", in blocks of whole lines of about a megabyte, each without its last line end."""
    if str(path) == "-":
        yield from _blocks(sys.stdin.buffer)
    else:
        with path.open("rb") as stream:
            yield from _blocks(stream)


def _blocks(stream: BinaryIO) -> Iterator[str]:
    """Blocks of whole lines; a line longer than a megabyte loses its middle."""
    parts: list[bytes] = []
    size = 0
    while block := stream.read(_READ_BYTES):
        head, newline, rest = block.rpartition(b"\n")
        if newline:
            yield b"".join([*parts, head]).decode("utf-8", "replace")
            parts, size = [rest], len(rest)
            continue
        # Still inside one line: its start, and whatever came last.
        size += len(block)
        if size > _LONGEST_LINE_BYTES and len(parts) > 1:
            parts = [parts[0], _CUT, block]
        else:
            parts.append(block)
    if any(parts):
        yield b"".join(parts).decode("utf-8", "replace")


def split_block(block: str) -> list[str]:
    """Numbered as `redaction.split_lines` numbers them; the block's last line end is already gone."""
    lines = block.split("\n")
    return [line.removesuffix("\r") for line in lines] if "\r" in block else lines


def redact_keys(blocks: Iterator[str], redactor: Redactor) -> Iterator[list[str]]:
    """Lines, a block at a time; blocks with a private key are redacted whole.

    Choosing lines first could keep a key's body without the BEGIN that shows what it is.
    """
    for block in blocks:
        if _holds_key(block):
            yield from _chunked(redactor.redact_lines(_until_cold(block, blocks)))
        else:
            yield split_block(block)


def _until_cold(block: str, more: Iterator[str]) -> Iterator[str]:
    """The lines of this block and of those after it, until enough of them hold no further key."""
    since = 0
    while since <= _LINES_AFTER_KEY:
        lines = split_block(block)
        yield from lines
        since = 0 if _holds_key(block) else since + len(lines)
        following = next(more, None)
        if following is None:
            return
        block = following
    yield from split_block(block)


def redact_together(redactor: Redactor, lines: Sequence[str]) -> list[SafeText]:
    """The lines redacted together: what is named in one may stand bare in an earlier one.

    In slices, since a redactor makes several copies of what it reads; each is read with the lines around it.
    """
    slices = []
    raws = []
    for start, end in _slices(lines):
        before = _nearest(reversed(lines[max(0, start - _LINES_AROUND) : start]), slice(-_CHARS_AROUND, None))[::-1]
        after = _nearest(lines[end : end + _LINES_AROUND], slice(_CHARS_AROUND))
        slices.append((len(before), len(before) + end - start))
        text = "\n".join((*before, *lines[start:end], *after, ""))
        raws.append(RawEvidence(id="", kind=EvidenceKind.LOG, name="", source="", text=text))
    safe: list[SafeText] = []
    for (start, end), evidence in zip(slices, redactor.redact_all(raws), strict=True):
        safe += evidence.lines[start:end]
    # An untouched line is there already: most are, and a second copy of each would be a third of all memory.
    return [SafeText(line) if new == line else new for new, line in zip(safe, lines, strict=True)]


def _nearest(lines: Iterable[str], part: slice) -> list[str]:
    """The nearest lines of a slice's neighbours, of long ones the nearer part."""
    room = _CHARS_AROUND
    near = []
    for line in lines:
        near.append(line[part])
        room -= len(line)
        if room < 0:
            break
    return near


def _slices(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = chars = 0
    for end, line in enumerate(lines, start=1):
        chars += len(line)
        if chars >= _SLICE_CHARS or end == len(lines):
            yield start, end
            start, chars = end, 0


def _holds_key(block: str) -> bool:
    return any(sign in block for sign in _KEY_SIGNS)


def _chunked(lines: Iterator[SafeText]) -> Iterator[list[str]]:
    while chunk := list(islice(lines, _CHUNK_LINES)):
        yield [*chunk]
