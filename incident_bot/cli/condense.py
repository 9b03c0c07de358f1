"""`incident-bot condense`: a filter that keeps the lines of a log that matter, redacted, under a token budget."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from incident_bot.cli import options, wiring
from incident_bot.model import EvidenceKind, RawEvidence, SafeText

if TYPE_CHECKING:
    from incident_bot.model import Excerpt
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

_AGO = re.compile(r"(\d{1,9})([smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Moment(click.ParamType[datetime]):
    """A point in time: ISO 8601 (UTC unless it says otherwise), or how long ago, as in `kubectl logs --since`."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time in UTC; what is neither form fails as a usage error."""
        if isinstance(value, datetime):
            return value
        try:
            if ago := _AGO.fullmatch(value):
                return datetime.now(UTC) - timedelta(seconds=int(ago[1]) * _UNIT_S[ago[2]])
            at = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            self.fail("write a time as 2026-03-14T09:26:53Z or how long ago as 15m, 2h or 1d", param, ctx)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


_EXAMPLE = """\b
Example:
  kubectl logs my-pod | incident-bot condense --budget-tokens 2000
  kubectl logs my-pod --timestamps | incident-bot condense --since 20m --until 5m
  incident-bot condense --baseline healthy.log --format json failing.log
"""


@click.command(epilog=_EXAMPLE)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--budget-tokens",
    type=click.IntRange(min=1),
    default=4000,
    show_default=True,
    metavar="N",
    help="Most tokens of the output; in JSON, of its texts with their numbers.",
)
@click.option("--format", "output_format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Log of a healthy sibling or an earlier window: lines of a kind that is absent there are preferred.",
)
@click.option(
    "--since", type=Moment(), help="Only lines written from then on: 2026-03-14T09:26:53Z, or 15m before now."
)
@click.option("--until", type=Moment(), help="Only lines written up to then.")
@click.option("-n", "--namespace", default="", help="Namespace whose part of the config file counts too.")
@options.config_option
def condense(
    files: tuple[Path, ...],
    *,
    budget_tokens: int,
    output_format: str,
    baseline: Path | None,
    since: datetime | None,
    until: datetime | None,
    namespace: str,
    config_path: Path | None,
) -> None:
    """Keep the lines of a log that matter, from stdin or FILES, in order and with their line numbers.

    Secrets are replaced as by `redact`, by the same part of the config file. Text output shows counts of similar lines and names the largest
    gaps; JSON gives {budget_tokens, total_lines, estimated_tokens, lines: [{line, text, count, why}]}.
    Both formats keep the same lines, so in JSON the budget is that of the text output: keys and reasons are for code, not for a model.
    Several FILES are read as one log, one after the other. A line without a time belongs to the one before it.
    """
    from incident_bot.condense import Condenser, Window

    redactor = wiring.make_filter(config_path).within(namespace)
    known = _read_blocks(baseline) if baseline else iter(())
    condenser = Condenser(
        baseline=(line for block in known for line in _lines(block)),
        window=Window(since=since, until=until) if since or until else None,
    )
    for path in files or (Path("-"),):
        for lines in _without_keys(_read_blocks(path), redactor):
            condenser.feed(lines)

    excerpt = condenser.excerpt(budget_tokens, rewrite=partial(_redact, redactor))
    output = _as_json(excerpt, budget_tokens) if output_format == "json" else _as_text(excerpt, budget_tokens)
    sys.stdout.buffer.write(output.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _as_text(excerpt: Excerpt, budget_tokens: int) -> str:
    from incident_bot.condense import render_text

    return render_text(excerpt, budget_tokens=budget_tokens)


def _as_json(excerpt: Excerpt, budget_tokens: int) -> str:
    from incident_bot.condense import estimate_tokens, render_text

    body = {
        "budget_tokens": budget_tokens,
        "total_lines": excerpt.total_lines,
        "estimated_tokens": estimate_tokens(render_text(excerpt, budget_tokens=budget_tokens)),
        "lines": [
            {"line": kept.line, "text": kept.text, "count": kept.count, "why": kept.why} for kept in excerpt.kept
        ],
    }
    return json.dumps(body, ensure_ascii=False) + "\n"


def _read_blocks(path: Path) -> Iterator[str]:
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


def _lines(block: str) -> list[str]:
    """Numbered as `redaction.split_lines` numbers them; the block's last line end is already gone."""
    lines = block.split("\n")
    return [line.removesuffix("\r") for line in lines] if "\r" in block else lines


def _without_keys(blocks: Iterator[str], redactor: Redactor) -> Iterator[list[str]]:
    """Lines, a block at a time; blocks with a private key are redacted whole.

    Choosing lines first could keep a key's body without the BEGIN that shows what it is.
    """
    for block in blocks:
        if _holds_key(block):
            yield from _chunked(redactor.redact_lines(_until_cold(block, blocks)))
        else:
            yield _lines(block)


def _until_cold(block: str, more: Iterator[str]) -> Iterator[str]:
    """The lines of this block and of those after it, until enough of them hold no further key."""
    since = 0
    while since <= _LINES_AFTER_KEY:
        lines = _lines(block)
        yield from lines
        since = 0 if _holds_key(block) else since + len(lines)
        following = next(more, None)
        if following is None:
            return
        block = following
    yield from _lines(block)


def _redact(redactor: Redactor, lines: Sequence[str]) -> list[SafeText]:
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
