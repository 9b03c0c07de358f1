"""`incident-bot eval`: the diagnosis over labelled scenarios, as a table or JSON, with gates for CI."""

from __future__ import annotations

import secrets
import sys
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from incident_bot.cli import options, wiring
from incident_bot.cli.eval_record import evidence_only, record
from incident_bot.cli.eval_table import print_results, results_to_json
from incident_bot.errors import UsageError
from incident_bot.llm import CONSULTANTS

if TYPE_CHECKING:
    from incident_bot.diagnosis import RuleSet
    from incident_bot.eval import Expectation, Score, Scorecard
    from incident_bot.llm import Consultant
    from incident_bot.settings import Settings


class _WithDefault(click.Group):
    """A group whose first word may be left out: `eval FOLDER` is `eval score FOLDER`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the word in, unless help is asked for or a command is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["score", *args]
        return super().parse_args(ctx, args)


@click.group("eval", cls=_WithDefault)
def eval_() -> None:
    """Score the diagnosis against labelled scenarios, or record new ones.

    `incident-bot eval FOLDER` is short for `incident-bot eval score FOLDER`.

    \b
    Example:
      incident-bot eval tests/scenarios --min-hit1 0.95 --min-hit3 0.99 --max-false-alarms 0
      incident-bot eval record issue.md --out tests/scenarios
    """


@eval_.command("score")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--only", default="", help="Only scenarios whose name contains this.")
@options.rules_option
@click.option(
    "--min-hit1", type=click.FloatRange(0, 1), default=0.0, help="Exit with 1 when hit@1 is below this share."
)
@click.option(
    "--min-hit3", type=click.FloatRange(0, 1), default=0.0, help="Exit with 1 when hit@3 is below this share."
)
@click.option("--max-false-alarms", type=click.IntRange(0), default=None, help="Exit with 1 when there are more.")
@click.option(
    "--llm",
    type=click.Choice(tuple(CONSULTANTS)),
    default="none",
    show_default=True,
    help="Also ask this model about each scenario, and compare. Costs one call a scenario.",
)
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@options.config_option
def score_folder(
    folder: Path,
    *,
    only: str,
    rules_dirs: tuple[Path, ...],
    min_hit1: float,
    min_hit3: float,
    max_false_alarms: int | None,
    llm: str,
    output: str,
    config_path: Path | None,
) -> None:
    """Score the rules' diagnosis against labelled scenarios.

    FOLDER holds one folder a scenario: evidence files, and an `expected.yaml` with the right
    verdict, cause and lines. It never changes a scenario. The gates are about the rules alone.

    \b
    Example:
      incident-bot eval tests/scenarios --min-hit1 0.95 --min-hit3 0.99 --max-false-alarms 0
    """
    from incident_bot.diagnosis import load_rules
    from incident_bot.eval import add_up

    settings = wiring.load(config_path)
    scenarios = _read_scenarios(folder, only)
    rules = load_rules([*(Path(item) for item in settings.config.rule_folders), *rules_dirs])
    engines = [_Engine(settings=settings, rules=rules, now=wiring.read_clock())]
    if llm != "none":
        engines.append(replace(engines[0], name=f"rules and {llm}", consultant=_consultant(llm, settings)))
    results = {}
    for engine in engines:
        scores = [engine.score(scenario, expectation) for scenario, expectation in scenarios]
        results[engine.name] = (add_up(scores), scores)
    if output == "json":
        click.echo(results_to_json(results))
    else:
        print_results(results)
    card = results[engines[0].name][0]
    failed = _check_gates(card, min_hit1=min_hit1, min_hit3=min_hit3, max_false_alarms=max_false_alarms)
    for reason in failed:
        click.echo(f"gate: {reason}", err=True)
    if failed:
        sys.exit(1)


eval_.add_command(record)
eval = eval_  # noqa: A001 - the menu finds a command by the name of its module


def _read_scenarios(folder: Path, only: str) -> list[tuple[Path, Expectation]]:
    """The scenarios with a confirmed answer. Raises `UsageError` when there is none, or naming every answer that cannot be read."""
    from incident_bot.eval import EXPECTATION_FILE, read_expectation

    paths = sorted(path for path in folder.rglob(EXPECTATION_FILE) if only in path.parent.name)
    found: list[tuple[Path, Expectation]] = []
    broken: list[UsageError] = []
    for path in paths:
        try:
            found.append((path.parent, read_expectation(path.read_text(encoding="utf-8"), str(path))))
        except UsageError as error:
            broken.append(error)
    if broken:
        raise UsageError("\n".join(str(error) for error in broken), hint=broken[0].hint)
    confirmed = [(scenario, expectation) for scenario, expectation in found if expectation.confirmed]
    if not confirmed:
        whose = f" with {only!r} in its name" if only else ""
        raise UsageError(
            f"{folder}: no {'confirmed ' if found else ''}scenario found{whose}",
            hint=f"A scenario is a folder of evidence files with an {EXPECTATION_FILE} that somebody confirmed.",
        )
    if len(confirmed) < len(found):
        click.echo(f"{len(found) - len(confirmed)} scenario(s) not counted: nobody confirmed the answer yet", err=True)
    return confirmed


def _consultant(name: str, settings: Settings) -> Consultant:
    from incident_bot.model import Gap

    made = wiring.make_consultant(name, settings)
    if made is None or isinstance(made, Gap):
        raise UsageError(f"--llm {name}: {made.reason if made else 'no such model'}", hint="Or leave --llm out.")
    return made


@dataclass(frozen=True, kw_only=True)
class _Engine:
    """A way to diagnose: the rules, alone or with a model."""

    settings: Settings
    rules: RuleSet
    now: datetime
    name: str = "rules"
    consultant: Consultant | None = None

    def score(self, scenario: Path, expectation: Expectation) -> Score:
        """Diagnose one scenario, without its answer, and compare."""
        from incident_bot import pipeline
        from incident_bot.condense import choose_excerpts
        from incident_bot.eval import BUDGETS_TOKENS, measure_retention, score

        redactor = wiring.make_redactor(self.settings)
        with evidence_only(scenario) as folder:
            started = time.perf_counter()
            case = pipeline.gather_folder(folder, redactor)
            analysis = pipeline.analyse(
                case,
                rules=self.rules,
                redactor=redactor,
                now=self.now,
                nonce=secrets.token_hex(8),
                limits=pipeline.Limits(issue_tokens=None),
                consultant=self.consultant,
            )
            seconds = time.perf_counter() - started
        found = score(scenario.name, expectation, analysis.diagnosis, case, seconds=seconds)
        retention = tuple(
            measure_retention(expectation, case, choose_excerpts(case, budget), budget_tokens=budget)
            for budget in BUDGETS_TOKENS
        )
        return replace(found, retention=retention)


def _check_gates(card: Scorecard, *, min_hit1: float, min_hit3: float, max_false_alarms: int | None) -> list[str]:
    reasons = []
    if card.hit1 < min_hit1:
        reasons.append(f"hit@1 {card.hit1:.1%} is below {min_hit1:.1%}")
    if card.hit3 < min_hit3:
        reasons.append(f"hit@3 {card.hit3:.1%} is below {min_hit3:.1%}")
    if max_false_alarms is not None and card.false_alarms > max_false_alarms:
        reasons.append(f"{card.false_alarms} false alarm(s), at most {max_false_alarms} allowed")
    if card.broken_citations:
        reasons.append(f"{card.broken_citations} citation(s) do not resolve")
    return reasons
