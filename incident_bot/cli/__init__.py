"""Door 1: the command line. One file a verb, loaded when it is called; the only place that prints and exits."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import click

from incident_bot import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "demo": "Run the main job on an embedded incident: no key, no cluster, no account.",
    "triage": "Turn one alert into one issue: collect, diagnose and publish in one go.",
    "collect": "Read the evidence of an alert and write it as a bundle.",
    "diagnose": "Say what broke and why, from a bundle or a folder of kubectl output.",
    "publish": "File what `diagnose --out` wrote as one issue.",
    "redact": "Filter: take secrets out of stdin.",
    "condense": "Filter: keep the lines of a log that matter.",
    "rules": "List, show and test the diagnosis rules.",
    "eval": "Score the diagnosis against labelled scenarios.",
}
"""The menu. Each command is the function of the same name in the module of the same name."""


class Menu(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the menu, which is the order in which one meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's file."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"incident_bot.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the menu from its own words, so that `--help` stays fast."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Menu, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "INCIDENT_BOT"})
@click.version_option(__version__, "-V", "--version", prog_name="incident-bot")
def bot() -> None:
    """One alert in, one GitHub Issue out: what broke, why, and what to type next.

    \b
    Example:
      incident-bot triage --alert-name ModelPodOOMKilled --namespace ml --pod sentiment-7d9f --dry-run
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the documented code (docs/cli.md, "Exit codes")."""
    try:
        code = bot.main(
            args=None if arguments is None else list(arguments), prog_name="incident-bot", standalone_mode=False
        )
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = 2
    except BrokenPipeError:
        # The reader of our stdout left (`| head`): nothing is wrong with us.
        sys.stderr.close()
        code = 0
    except Exception as error:  # noqa: BLE001 - the last door: nobody should meet a bare traceback at 3 a.m.
        code = _report_failure(error)
    sys.exit(code if isinstance(code, int) else 0)


def _report_failure(error: Exception) -> int:
    from incident_bot.cli.failure import report_failure

    return report_failure(error)
