"""`incident-bot publish`: the step that may write issues, and can neither read the cluster nor ask a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from incident_bot.cli import options, wiring
from incident_bot.cli.filing import file_all, open_tracker
from incident_bot.errors import UsageError

if TYPE_CHECKING:
    from incident_bot.cli.options import FilingOptions

_MAX_FILE_BYTES = 256 * 1024 * 1024


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.filing_options
@options.config_option
def publish(file: Path, *, filing: FilingOptions, config_path: Path | None) -> None:
    """File what `diagnose --out` wrote as one issue an incident. Running it again is safe.

    \b
    Example:
      incident-bot diagnose bundle --out analysis.json && incident-bot publish analysis.json --tracker github
    """
    from incident_bot.codec import analyses_from_json

    settings = wiring.load(config_path)
    redactor = wiring.make_redactor(settings)
    analyses = analyses_from_json(_read(file), str(file))
    file_all(analyses, open_tracker(filing, settings), filing, settings, redactor)


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_FILE_BYTES:
            raise UsageError(f"{file} is larger than {_MAX_FILE_BYTES >> 20} MiB", hint="Is it an analysis?")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}", hint="Give the file that `diagnose --out` wrote."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text", hint="Give the file that `diagnose --out` wrote.") from error
