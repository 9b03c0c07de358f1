"""The menu of commands, as Click sees it."""

from __future__ import annotations

import importlib
import sys

import click

from incident_bot import __version__
from incident_bot.cli import COMMANDS


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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command for one that does not exist."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"No such command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

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


def run(arguments: list[str]) -> int:
    """Run a command; gives the documented exit code."""
    try:
        code = bot.main(args=arguments, prog_name="incident-bot", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except BrokenPipeError:
        # The reader of our stdout left (`| head`): nothing is wrong with us.
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: nobody should meet a bare traceback at 3 a.m.
        from incident_bot.cli.failure import report_failure

        return report_failure(error)
    return code if isinstance(code, int) else 0
