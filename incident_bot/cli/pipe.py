"""Stdin to stdout through a redactor, without the command line's library: loading that takes longer than a page does.

`redact` with nothing behind it is what stands in pipes, so it starts here (`run`); with options, in `redact.py`.
"""

from __future__ import annotations

import codecs
import gc
import os
import select
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from incident_bot.environment import find_config, read_credentials, read_environment
from incident_bot.redaction import DEFAULT_POLICY, Policy, Redactor
from incident_bot.redaction.redactor import EXTRA_PAYS_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ_BYTES = 1 << 17
_LONGEST_LINE_CHARS = 1 << 20
_IDLE_S = 0.2
"""A pause of the input after which lines that were held back are let go: `kubectl logs -f` is read as it comes."""
_KEY_BYTES = 16
_INTERRUPTED = 130
"""The exit code of a shell's child that SIGINT ended."""


def needs_options() -> bool:
    """Whether anything beside the arguments has a say: a config file, or a variable that stands for an option."""
    return bool(find_config(None)) or any(name.startswith("INCIDENT_BOT_") for name in read_environment())


def make_redactor(credentials: Mapping[str, str], policy: Policy = DEFAULT_POLICY, *, fast: bool = True) -> Redactor:
    """A redactor with a fresh key: placeholders are stable within this run only. For `fast` see `Redactor`."""
    redactor = Redactor(os.urandom(_KEY_BYTES), policy, fast=fast)
    # Our own credentials must never leave, whatever they look like and wherever a log repeats them.
    for value in credentials.values():
        redactor.guard(value)
    return redactor


def run() -> int:
    """`redact` without any option; gives the documented exit code."""
    try:
        ahead, is_all = _read_ahead(sys.stdin.buffer)
        redactor = make_redactor(read_credentials(read_environment()), fast=not is_all)
        gc.freeze()  # what is loaded need not be gone through again and again
        gc.enable()
        filter_stdin(redactor, ahead=ahead)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - as in `menu.run`
        from incident_bot.cli.failure import report_failure

        return report_failure(error)
    return 0


def filter_stdin(redactor: Redactor, summary_format: str = "text", ahead: Sequence[bytes] = ()) -> None:
    """Writes the safe form of stdin to stdout as it comes, and what was replaced to stderr at the end.

    `ahead` was read of it already.
    """
    output = sys.stdout.buffer
    lines, at_line_start = 0, True
    try:
        for safe in redactor.redact_stream(read_pieces(sys.stdin.buffer, ahead)):
            output.write(safe.encode("utf-8", "replace"))
            output.flush()
            lines += safe.count("\n")
            at_line_start = safe.endswith("\n")
    except BrokenPipeError:
        # The reader has seen enough. What is still buffered has nowhere to go, and the interpreter would say so.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    summary = _summary(lines + (not at_line_start), dict(redactor.counts), summary_format)
    try:
        sys.stderr.write(summary + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        sys.stderr.close()  # who does not read it misses it


def _read_ahead(stream: BinaryIO) -> tuple[list[bytes], bool]:
    """What comes at once, up to where the fast extra pays, and whether that is all."""
    blocks: list[bytes] = []
    while sum(map(len, blocks)) < EXTRA_PAYS_BYTES and (not blocks or not _pauses(stream, 0)):
        block = _read(stream)
        if not block:
            return blocks, True
        blocks.append(block)
    return blocks, False


def _read(stream: BinaryIO) -> bytes:
    return stream.read1(_READ_BYTES) if hasattr(stream, "read1") else stream.read(_READ_BYTES)


def _blocks(stream: BinaryIO, ahead: Iterable[bytes]) -> Iterator[bytes]:
    yield from ahead
    while block := _read(stream):
        yield block


def read_pieces(stream: BinaryIO, ahead: Iterable[bytes] = ()) -> Iterator[str]:
    """Whole lines, as many as come at once; a line of more than a mebichar in pieces; an empty piece for a pause."""
    rest, decoder = "", None
    for block in _blocks(stream, ahead):
        decoder = decoder or codecs.getincrementaldecoder(_encoding(block))("replace")
        rest += decoder.decode(block)
        cut = rest.rfind("\n") + 1
        if not cut and len(rest) > _LONGEST_LINE_CHARS:
            cut = _safe_cut(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        if _pauses(stream):
            yield ""
    rest += decoder.decode(b"", final=True) if decoder else ""
    if rest:
        yield rest


def _encoding(start: bytes) -> str:
    """UTF-16 where every other byte is NUL, as Windows shells write ASCII; else UTF-8."""
    sample = start[:512]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(sample) >= 4 and zeros.count(0) * 4 > len(sample):
            return encoding
    return "utf-8"


def _pauses(stream: BinaryIO, wait_s: float = _IDLE_S) -> bool:
    """Whether nothing comes for a moment; no where a stream cannot be asked (Windows asks sockets only)."""
    try:
        return not select.select([stream], [], [], wait_s)[0]
    except (OSError, ValueError):
        return False


def _safe_cut(line: str) -> int:
    """Where an overlong line may be cut: behind its last space, so that no value is halved."""
    space = max(line.rfind(" ", len(line) // 2), line.rfind("\r", len(line) // 2))
    return space + 1 if space > 0 else len(line)


def _summary(lines: int, counts: dict[str, int], summary_format: str) -> str:
    if summary_format == "json":
        import json

        return json.dumps({"lines": lines, "redactions": dict(sorted(counts.items()))})
    total = sum(counts.values())
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    counted = f"{lines} line{'' if lines == 1 else 's'}, {total} value{'' if total == 1 else 's'} replaced"
    return f"redact: {counted}" + (f" ({kinds})" if kinds else "")
