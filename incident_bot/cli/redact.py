"""`incident-bot redact`: a filter from stdin to stdout that leaves no secret in what passes."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from typing import BinaryIO

import click

_READ_BYTES = 1 << 16
_LONGEST_LINE_CHARS = 1 << 20

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
def redact(summary_format: str) -> None:
    """Replace secrets and personal data on stdin by [REDACTED:kind:hash] and write to stdout.

    Lines stay lines. The same value gives the same placeholder within one run; the hash is keyed
    by a random key that is forgotten afterwards. A summary of what was replaced goes to stderr.
    """
    from incident_bot.redaction import Redactor

    redactor = Redactor(secrets.token_bytes(32))
    output = sys.stdout.buffer
    lines, at_line_start = 0, True
    try:
        for line in redactor.redact_lines(_read_lines(sys.stdin.buffer)):
            output.write(line.encode("utf-8", "replace"))
            lines += at_line_start
            at_line_start = line.endswith("\n")
        output.flush()
    except BrokenPipeError:
        # The reader has seen enough; closing stderr too keeps the interpreter from reporting it at exit.
        sys.stderr.close()
        raise SystemExit(0) from None
    click.echo(_summary(lines, dict(redactor.counts), summary_format), err=True)


def _read_lines(stream: BinaryIO) -> Iterator[str]:
    """Lines with their ends, decoded with replacement; a longer one than a mebichar comes in pieces."""
    rest = b""
    while block := stream.read1(_READ_BYTES) if hasattr(stream, "read1") else stream.read(_READ_BYTES):
        pieces = (rest + block).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            yield piece.decode("utf-8", "replace") + "\n"
        if len(rest) > _LONGEST_LINE_CHARS:
            cut = _safe_cut(rest)
            yield rest[:cut].decode("utf-8", "replace")
            rest = rest[cut:]
    if rest:
        yield rest.decode("utf-8", "replace")


def _safe_cut(line: bytes) -> int:
    """Where an overlong line may be cut: behind its last space, so that no value is halved."""
    space = line.rfind(b" ", len(line) // 2)
    return space + 1 if space > 0 else len(line)


def _summary(lines: int, counts: dict[str, int], summary_format: str) -> str:
    if summary_format == "json":
        return json.dumps({"lines": lines, "redactions": dict(sorted(counts.items()))})
    total = sum(counts.values())
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    return f"redact: {lines} lines, {total} values replaced" + (f" ({kinds})" if kinds else "")
