"""`incident-bot redact`: a filter from stdin to stdout that leaves no secret in what passes."""

from __future__ import annotations

import codecs
import json
import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from incident_bot.cli import options, wiring

_READ_BYTES = 1 << 17
_LONGEST_LINE_CHARS = 1 << 20
_IDLE_S = 0.2
"""A pause of the input after which lines that were held back are let go: `kubectl logs -f` is read as it comes."""

_EXAMPLE = """\b
Example:
  kubectl logs my-pod | incident-bot redact > safe.log
  kubectl describe pod my-pod | incident-bot redact --format json 2> counts.json
"""


@click.command(epilog=_EXAMPLE)
@click.option(
    "--format",
    "summary_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the summary on stderr: a line of text, or one JSON object {lines, redactions}.",
)
@click.option("-n", "--namespace", default="", help="Namespace whose part of the config file counts too.")
@options.config_option
def redact(summary_format: str, namespace: str, config_path: Path | None) -> None:
    """Replace secrets and personal data on stdin by [REDACTED:kind:hash] and write to stdout.

    Lines stay lines. The same value gives the same placeholder within one run; the hash is keyed
    by a random key that is forgotten afterwards. A summary of what was replaced goes to stderr.
    The `redaction` part of the config file counts here too.
    """
    redactor = wiring.make_filter(config_path).within(namespace)
    output = sys.stdout.buffer
    lines, at_line_start = 0, True
    try:
        for safe in redactor.redact_stream(_read_pieces(sys.stdin.buffer)):
            output.write(safe.encode("utf-8", "replace"))
            output.flush()
            lines += safe.count("\n")
            at_line_start = safe.endswith("\n")
    except BrokenPipeError:
        # The reader has seen enough. What is still buffered has nowhere to go, and the interpreter would say so.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    click.echo(_summary(lines + (not at_line_start), dict(redactor.counts), summary_format), err=True)


def _read_pieces(stream: BinaryIO) -> Iterator[str]:
    """Whole lines, as many as come at once; a line of more than a mebichar in pieces; an empty piece for a pause."""
    rest, decoder = "", None
    while block := stream.read1(_READ_BYTES) if hasattr(stream, "read1") else stream.read(_READ_BYTES):
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


def _pauses(stream: BinaryIO) -> bool:
    """Whether nothing comes for a moment; no where a stream cannot be asked (Windows asks sockets only)."""
    try:
        return not select.select([stream], [], [], _IDLE_S)[0]
    except (OSError, ValueError):
        return False


def _safe_cut(line: str) -> int:
    """Where an overlong line may be cut: behind its last space, so that no value is halved."""
    space = max(line.rfind(" ", len(line) // 2), line.rfind("\r", len(line) // 2))
    return space + 1 if space > 0 else len(line)


def _summary(lines: int, counts: dict[str, int], summary_format: str) -> str:
    if summary_format == "json":
        return json.dumps({"lines": lines, "redactions": dict(sorted(counts.items()))})
    total = sum(counts.values())
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    return f"redact: {lines} lines, {total} values replaced" + (f" ({kinds})" if kinds else "")
