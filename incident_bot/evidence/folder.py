"""Files of a folder as text, whatever they are: compressed, huge, binary, in UTF-16 or broken UTF-8.

Nothing outside the folder is read, memory is bounded whatever a file's size or compression,
and what is not read becomes a `Gap`.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from incident_bot import kubectl
from incident_bot.model import EvidenceKind, Gap

_MAX_BLANK_LINES = 4_000_000
_CHUNK_BYTES = 256 * 1024
_SNIFF_BYTES = 8_192
_UNPACKED_TIMES = 10
"""How much larger than its file a log is that gzip packed."""
_MAGIC = (
    b"\x7fELF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"%PDF",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"SQLite format 3",
)
_NEWEST_DECIDES = (EvidenceKind.LOG, EvidenceKind.NOTE)
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read. Of a log over `file_bytes` the newest bytes are read, of other files the first.

    `unpacked_bytes` is how far a packed file is unpacked to find its end.
    """

    file_bytes: int = 16 * 1024**2
    folder_bytes: int = 64 * 1024**2
    files: int = 1_000
    unpacked_bytes: int = 2 * 1024**3


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """One file: its path relative to the folder with `/`, its text, and what was cut in words.

    Where older lines were cut, blank lines stand for the lines before, so that line numbers
    are still those of the file.
    """

    name: str
    text: str
    cut: str = ""


def read_folder(folder: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextFile | Gap]:
    """Every readable file below a folder in the order of their names; a `Gap` for each other one.

    Hidden files and folders are left out silently, symbolic links with a gap.
    """
    left_bytes = limits.folder_bytes
    for count, path in enumerate(_walk(folder)):
        name = path.relative_to(folder).as_posix()
        if count >= limits.files or left_bytes <= 0:
            limit = f"{limits.files} files" if count >= limits.files else f"{limits.folder_bytes // 1024**2} MiB"
            yield Gap(
                kind="cut",
                what="the rest of the folder",
                reason=f"more than {limit}, from {name} on",
                remedy="Give a folder with only the files of this incident.",
            )
            return
        found = read_file(path, name, replace(limits, file_bytes=min(limits.file_bytes, left_bytes)))
        if isinstance(found, TextFile):
            left_bytes -= len(found.text)
        yield found


def holds_at_least(folder: Path, size_bytes: int) -> bool:
    """Whether the files below a folder have so much text together, to tell before any is read."""
    left_bytes = size_bytes
    for path in _walk(folder):
        try:
            left_bytes -= path.lstat().st_size * (_UNPACKED_TIMES if path.suffix == ".gz" else 1)
        except OSError:
            continue  # reading it will say why
        if left_bytes <= 0:
            return True
    return False


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not (Path(parent) / name).is_symlink()
        )
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(parent) / name


def read_file(path: Path, name: str, limits: Limits = DEFAULT_LIMITS) -> TextFile | Gap:
    """One file as text, at most `limits.file_bytes` of it."""
    if path.is_symlink() or not path.is_file():
        return Gap(
            kind="invalid",
            what=name,
            reason="not a plain file (links are not followed)",
            remedy="Copy the file itself into the folder.",
        )
    try:
        with path.open("rb") as opened:
            return _read_open(opened, name, limits)
    except (OSError, EOFError, zlib.error) as error:
        return Gap(
            kind="invalid",
            what=name,
            reason=f"could not be read: {_reason(error)}",
            remedy="Check the file and its permissions.",
        )


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _read_open(opened: BinaryIO, name: str, limits: Limits) -> TextFile | Gap:
    head = opened.read(_SNIFF_BYTES)
    opened.seek(0)
    if head.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=opened) as unpacked:
            head = unpacked.read(_SNIFF_BYTES)
            unpacked.seek(0)
            return _decode(unpacked, name, head, limits)
    return _decode(opened, name, head, limits)


def _decode(opened: BinaryIO | gzip.GzipFile, name: str, head: bytes, limits: Limits) -> TextFile | Gap:
    encoding = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), "")
    if not encoding and _is_binary(head):
        return Gap(
            kind="unsupported", what=name, reason="not text", remedy="Give text files, or text packed with gzip."
        )
    encoding = encoding or "utf-8"
    if kubectl.recognise(name, head.decode(encoding, errors="replace").removeprefix("\ufeff")) in _NEWEST_DECIDES:
        return _decode_newest(opened, name, encoding, limits)
    return _decode_oldest(opened, name, encoding, limits)


def _decode_oldest(opened: BinaryIO | gzip.GzipFile, name: str, encoding: str, limits: Limits) -> TextFile:
    """Kubectl output needs its beginning: headers and the kinds of objects stand there."""
    data = opened.read(limits.file_bytes)
    text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    if not opened.read(1):
        return TextFile(name=name, text=text)
    text = text[: text.rfind("\n") + 1]
    cut = f"from line {text.count(chr(10)) + 1} on: only the first {_mebibytes(limits)} were read"
    return TextFile(name=name, text=text, cut=cut)


def _decode_newest(opened: BinaryIO | gzip.GzipFile, name: str, encoding: str, limits: Limits) -> TextFile | Gap:
    newest, dropped_lines, complete = _read_newest(opened, limits)
    if encoding.startswith("utf-16") and dropped_lines:
        reason = f"UTF-16 text over {_mebibytes(limits)}"
        return Gap(kind="cut", what=name, reason=reason, remedy="Save the file as UTF-8.")
    text = newest.decode(encoding, errors="replace").removeprefix("\ufeff")
    if not dropped_lines:
        return TextFile(name=name, text=text)
    text = text[text.find("\n") + 1 :]
    size = f"only the newest {_mebibytes(limits)} were read"
    if not complete:
        cut = f"{size} of what was unpacked; unpacking stopped, line numbers count from there"
        return TextFile(name=name, text=text, cut=cut)
    if dropped_lines > _MAX_BLANK_LINES:
        return TextFile(name=name, text=text, cut=f"older lines: {size}; line numbers count from there")
    return TextFile(name=name, text="\n" * dropped_lines + text, cut=f"lines 1 to {dropped_lines}: {size}")


def _mebibytes(limits: Limits) -> str:
    return f"{max(limits.file_bytes // 1024**2, 1)} MiB"


def _is_binary(head: bytes) -> bool:
    """Known formats, or many control bytes; a log with a few stray bytes is text, and so is one in an old encoding.

    Compressed and encrypted bytes have a tenth of control bytes, and most of the rest is no UTF-8 either; Latin-1 and
    Shift-JIS are no UTF-8, but have no control bytes.
    """
    controls = len(head.translate(None, delete=_NOT_CONTROL))
    if head.startswith(_MAGIC) or controls * 3 > len(head):
        return True
    return controls * _FEW > len(head) and head.decode("utf-8", "replace").count("\ufffd") * _SOME > len(head)


_FEW, _SOME = 25, 8
"""A text has fewer than one control byte in 25, and more than one byte in eight that is no UTF-8 only in an old encoding."""


_NOT_CONTROL = bytes(byte for byte in range(256) if 9 <= byte <= 13 or byte == 27 or byte >= 32)


def _read_newest(opened: BinaryIO | gzip.GzipFile, limits: Limits) -> tuple[bytes, int, bool]:
    """The newest bytes, the number of lines before them (0: nothing was cut), and whether the end was reached.

    The line that the cut goes through is counted as cut, since its beginning is lost.
    """
    chunks: deque[bytes] = deque()
    held = total = dropped = 0
    while chunk := opened.read(_CHUNK_BYTES):
        chunks.append(chunk)
        held += len(chunk)
        total += len(chunk)
        while held - len(chunks[0]) >= limits.file_bytes:
            oldest = chunks.popleft()
            held -= len(oldest)
            dropped += oldest.count(b"\n")
        if total > limits.unpacked_bytes:
            return b"".join(chunks), dropped + 1, False
    return b"".join(chunks), dropped + 1 if total > held else 0, True
