"""`incident-bot redact`: a filter from stdin to stdout that leaves no secret in what passes."""

from __future__ import annotations

from pathlib import Path

import click

from incident_bot.cli import options, wiring
from incident_bot.cli.pipe import filter_stdin

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
    filter_stdin(wiring.make_filter(config_path).within(namespace), summary_format)
