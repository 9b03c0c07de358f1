"""What a person sees when a command fails: a message, a hint, and the documented exit code."""

from __future__ import annotations

import secrets
import traceback

import click

from incident_bot.errors import IncidentBotError


def report_failure(error: Exception) -> int:
    """Print an error, redacted, to stderr and return its exit code; anything unexpected is our bug (1)."""
    from incident_bot.redaction import Redactor

    redactor = Redactor(secrets.token_bytes(16))
    if isinstance(error, IncidentBotError):
        click.echo(f"error: {redactor.redact(str(error))}", err=True)
        if error.hint:
            click.echo(f"hint: {redactor.redact(error.hint)}", err=True)
        return error.exit_code
    trace = "".join(traceback.format_exception(error))
    click.echo(redactor.redact(trace).rstrip("\n"), err=True)
    click.echo("error: this is a bug of incident-bot, not of your cluster", err=True)
    click.echo("hint: please report the lines above (they are redacted; read them first).", err=True)
    return 1
