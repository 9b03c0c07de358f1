"""`incident-bot condense`: a filter that keeps the lines of a log that matter, redacted, under a token budget."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from incident_bot.cli import options, wiring
from incident_bot.cli.log_blocks import read_blocks, redact_keys, redact_together, split_block

if TYPE_CHECKING:
    from incident_bot.model import Excerpt

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
    known = read_blocks(baseline) if baseline else iter(())
    condenser = Condenser(
        baseline=(line for block in known for line in split_block(block)),
        window=Window(since=since, until=until) if since or until else None,
    )
    for path in files or (Path("-"),):
        for lines in redact_keys(read_blocks(path), redactor):
            condenser.feed(lines)

    excerpt = condenser.excerpt(budget_tokens, rewrite=partial(redact_together, redactor))
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
