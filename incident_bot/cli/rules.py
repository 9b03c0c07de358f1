"""`incident-bot rules`: list, show and test the diagnosis rules."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from incident_bot.cli import options
from incident_bot.model import Category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.rulebook.rules import Rule, RuleSet


@click.group()
def rules() -> None:
    """List, show and test the diagnosis rules.

    \b
    Example:
      incident-bot rules test --rules-dir my-rules
    """


@rules.command("list")
@options.rules_option
@click.option("--category", type=click.Choice([item.value for item in Category]), help="Only this category.")
@click.option("--format", "output", type=click.Choice(("text", "json", "markdown")), default="text", show_default=True)
def list_rules(rules_dirs: tuple[Path, ...], category: str | None, output: str) -> None:
    """Print every rule, a line each.

    \b
    Example:
      incident-bot rules list --category storage
    """
    from incident_bot.diagnosis.authoring.catalogue import describe_rule, render_catalogue
    from incident_bot.diagnosis.rulebook.rules import load_rules

    chosen = [rule for rule in load_rules(rules_dirs) if category in (None, rule.category.value)]
    if output == "json":
        click.echo(json.dumps([describe_rule(rule) for rule in chosen], indent=1))
    elif output == "markdown":
        click.echo(render_catalogue(chosen), nl=False)
    else:
        from incident_bot.diagnosis.authoring.catalogue import plain_title

        width = max((len(rule.id) for rule in chosen), default=0)
        for rule in chosen:
            click.echo(f"{rule.id:<{width}}  {rule.category:<11}  {rule.specificity}  {plain_title(rule)}")
        click.echo(f"{len(chosen)} rules", err=True)


@rules.command("show")
@click.argument("rule_id")
@options.rules_option
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
def show_rule(rule_id: str, rules_dirs: tuple[Path, ...], output: str) -> None:
    """Print one rule: what it looks for, what it says, what it advises.

    \b
    Example:
      incident-bot rules show oom-killed-container
    """
    from incident_bot.diagnosis.authoring.catalogue import describe_rule, render_rule
    from incident_bot.diagnosis.rulebook.rules import load_rules

    known = load_rules(rules_dirs)
    rule = known.get(rule_id) or _unknown(rule_id, known)
    click.echo(json.dumps(describe_rule(rule), indent=1) if output == "json" else render_rule(rule, known))


def _unknown(rule_id: str, known: RuleSet) -> Rule:
    import difflib

    from incident_bot.errors import UsageError

    near = difflib.get_close_matches(rule_id, known.rules, n=1)
    raise UsageError(
        f"there is no rule `{rule_id}`",
        hint=f"Did you mean `{near[0]}`?" if near else "`incident-bot rules list` prints all ids.",
    )


@rules.command("index", hidden=True)
def index_rules() -> None:
    """Write the index of the shipped rules beside them, after a change: it makes loading them 30 times faster."""
    from incident_bot.diagnosis.authoring.shipped_patterns import write_words
    from incident_bot.diagnosis.patterns import WORDS_NAME
    from incident_bot.diagnosis.rulebook.rules import INDEX_NAME, write_index

    folder = Path(__file__).parent.parent / "diagnosis" / "rules"
    # In this order: the words are those of the patterns in the index.
    for name, write in ((INDEX_NAME, write_index), (WORDS_NAME, write_words)):
        (folder / name).write_text(write(), encoding="utf-8")
        click.echo(f"wrote {name}")


@rules.command("test")
@click.argument("rule_ids", nargs=-1)
@options.rules_option
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
def test_rules(rule_ids: tuple[str, ...], rules_dirs: tuple[Path, ...], output: str) -> None:
    """Run every sample of every rule (or of RULE_IDS) through the engine.

    Exits with 1 when a sample fails, with 3 when a rule file is wrong.

    \b
    Example:
      incident-bot rules test
      incident-bot rules test my-rule --rules-dir my-rules
    """
    from incident_bot.diagnosis.authoring.samples import try_samples
    from incident_bot.diagnosis.rulebook.rules import load_rules, load_samples

    known, samples = load_rules(rules_dirs), load_samples(rules_dirs)
    chosen = [known.get(rule_id) or _unknown(rule_id, known) for rule_id in rule_ids] or list(known)
    failures = [failure for rule in chosen for failure in try_samples(rule, samples[rule.id])]
    count = sum(len(samples[rule.id][kind]) for rule in chosen for kind in ("fires", "silent"))
    if output == "json":
        click.echo(
            json.dumps(
                {"rules": len(chosen), "samples": count, "failures": [_plain(item) for item in failures]}, indent=1
            )
        )
    else:
        _print_failures(failures)
        click.echo(f"{len(chosen)} rules, {count} samples, {len(failures)} failed")
    if failures:
        sys.exit(1)


def _print_failures(failures: Sequence[Any]) -> None:
    for failure in failures:
        click.echo(f"{failure.rule_id} {failure.sample}: {failure.reason}")


def _plain(failure: Any) -> dict[str, str]:
    return {"rule": failure.rule_id, "sample": failure.sample, "reason": failure.reason}
