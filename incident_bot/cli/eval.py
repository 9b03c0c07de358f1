"""`incident-bot eval`: the diagnosis over labelled scenarios, as a table or JSON, with gates for CI."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from incident_bot.cli import options
from incident_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis import RuleSet
    from incident_bot.eval import Score, Scorecard
    from incident_bot.settings import Settings


@click.command("eval")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--only", default="", help="Only scenarios whose name contains this.")
@click.option(
    "--rules-dir",
    "rules_dirs",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    help="Also load the rules in this folder; may be given several times.",
)
@click.option(
    "--min-hit1", type=click.FloatRange(0, 1), default=0.0, help="Exit with 1 when hit@1 is below this share."
)
@click.option(
    "--min-hit3", type=click.FloatRange(0, 1), default=0.0, help="Exit with 1 when hit@3 is below this share."
)
@click.option("--max-false-alarms", type=click.IntRange(0), default=None, help="Exit with 1 when there are more.")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@options.config_option
def eval_(
    folder: Path,
    *,
    only: str,
    rules_dirs: tuple[Path, ...],
    min_hit1: float,
    min_hit3: float,
    max_false_alarms: int | None,
    output: str,
    config_path: Path | None,
) -> None:
    """Score the rules' diagnosis against labelled scenarios.

    FOLDER holds one folder a scenario: evidence files, and an `expected.yaml` with the right
    verdict, cause and lines. It never changes a scenario.

    \b
    Example:
      incident-bot eval tests/scenarios --min-hit1 0.95 --min-hit3 0.99 --max-false-alarms 0
    """
    from incident_bot.diagnosis import load_rules
    from incident_bot.eval import EXPECTATION_FILE, add_up

    settings = options.load(config_path)
    scenarios = sorted(path.parent for path in folder.rglob(EXPECTATION_FILE) if only in path.parent.name)
    if not scenarios:
        raise UsageError(
            f"{folder}: no scenario found{f' with {only!r} in its name' if only else ''}",
            hint=f"A scenario is a folder of evidence files with an {EXPECTATION_FILE}.",
        )
    rules = load_rules([*(Path(item) for item in settings.config.rule_folders), *rules_dirs])
    now = options.read_clock()
    scores = [_run(scenario, settings, rules, now) for scenario in scenarios]
    card = add_up(scores)
    if output == "json":
        click.echo(_to_json(card, scores))
    else:
        _print_table(card, scores)
    failed = _check_gates(card, min_hit1=min_hit1, min_hit3=min_hit3, max_false_alarms=max_false_alarms)
    for reason in failed:
        click.echo(f"gate: {reason}", err=True)
    if failed:
        sys.exit(1)


eval = eval_  # noqa: A001 - the menu finds a command by the name of its module


def _run(scenario: Path, settings: Settings, rules: RuleSet, now: datetime) -> Score:
    """Diagnose one scenario from a copy without its answer, so that nothing can read that."""
    from incident_bot import pipeline
    from incident_bot.eval import EXPECTATION_FILE, read_expectation, score

    expected_file = scenario / EXPECTATION_FILE
    expectation = read_expectation(expected_file.read_text(encoding="utf-8"), str(expected_file))
    redactor = options.make_redactor(settings)
    with tempfile.TemporaryDirectory() as parent:
        copy = Path(parent) / scenario.name
        shutil.copytree(scenario, copy, ignore=shutil.ignore_patterns(EXPECTATION_FILE))
        started = time.perf_counter()
        case = pipeline.gather_folder(copy, redactor)
        analysis = pipeline.analyse(case, rules=rules, redactor=redactor, now=now, nonce="eval")
        seconds = time.perf_counter() - started
    return score(scenario.name, expectation, analysis.diagnosis, case, seconds=seconds)


def _to_json(card: Scorecard, scores: Sequence[Score]) -> str:
    rows = [asdict(item) | {"is_right": item.is_right, "is_false_alarm": item.is_false_alarm} for item in scores]
    totals = asdict(card) | {"citation_validity": card.citation_validity}
    return json.dumps({"totals": totals, "scenarios": rows}, indent=1, ensure_ascii=False)


def _print_table(card: Scorecard, scores: Sequence[Score]) -> None:
    for item in scores:
        mark = "ok  " if item.is_right else "MISS"
        click.echo(f"{mark} {item.name}  [{item.verdict}, rank {item.rank or '-'}, {item.confidence:.2f}]")
        for problem in item.problems:
            click.echo(f"       {problem}")
        if item.problems and item.top:
            click.echo(f"       top: {item.top[:150]}")
    click.echo(
        f"\n{card.right} of {card.scenarios} scenarios right"
        f" | hit@1 {card.hit1:.1%} | hit@3 {card.hit3:.1%} of {card.failures} failures"
        f" | quiet {card.quiet:.1%} | false alarms {card.false_alarms} | abstentions {card.abstentions}"
        f"\ncategory {card.category:.1%} | citations valid {card.citation_validity:.1%} of {card.citations}"
        f" | {card.seconds:.2f} s, {1000 * card.seconds / max(card.scenarios, 1):.0f} ms a scenario"
    )
    click.echo(
        "confidence of the top cause -> held: "
        + ", ".join(f"{item.low:.1f}-{item.high:.1f}: {item.held}/{item.said}" for item in card.calibration)
    )


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
