"""Door 1: the command line. One file a verb, loaded when it is called; the only place that prints and exits."""

from __future__ import annotations

import gc
import sys
from os.path import dirname, join

COMMANDS = {
    "demo": "Run the main job on an embedded incident: no key, no cluster, no account.",
    "triage": "Turn one alert into one issue: collect, diagnose and publish in one go.",
    "collect": "Read the evidence of an alert and write it as a bundle.",
    "diagnose": "Say what broke and why, from a bundle or a folder of kubectl output.",
    "publish": "File what `diagnose --out` wrote as one issue.",
    "serve": "Take Alertmanager's webhooks and start one triage an incident.",
    "redact": "Filter: take secrets out of stdin.",
    "condense": "Filter: keep the lines of a log that matter.",
    "rules": "List, show and test the diagnosis rules.",
    "eval": "Score the diagnosis against labelled scenarios.",
}
"""The menu. Each command is the function of the same name in the module of the same name."""

FRONT_PAGE = join(dirname(__file__), "front_page.txt")  # noqa: PTH118, PTH120 - pathlib would double start-up
"""What `--help` prints, kept as text: a look at the menu must not wait for an import (`docs/generate.py` writes it)."""

COLLECT_EVERY = 50_000
"""New objects after which garbage is collected. Hardly any of those that loading makes is ever let go, and to go through
them every 700, Python's own choice, takes a twelfth of a short run.
"""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the documented code (docs/cli.md, "Exit codes")."""
    given = sys.argv[1:] if arguments is None else arguments
    if given in (["--help"], ["-h"]):
        with open(FRONT_PAGE, encoding="utf-8") as page:  # noqa: PTH123 - as above
            sys.stdout.write(page.read())
        sys.exit(0)
    if given == ["redact"]:
        gc.disable()  # nothing that is loaded is ever let go; `pipe.run` enables it again
        from incident_bot.cli import pipe

        if not pipe.needs_options():
            sys.exit(pipe.run())
        gc.enable()
    gc.set_threshold(COLLECT_EVERY)
    from incident_bot.cli.menu import run

    sys.exit(run(given))
