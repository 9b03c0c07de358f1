"""What `incident-bot eval` prints: a line a scenario, the totals, and engines side by side."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incident_bot.eval import Score, Scorecard


def results_to_json(results: Mapping[str, tuple[Scorecard, Sequence[Score]]]) -> str:
    """`totals` and `scenarios` of the first engine; of the others the same under `engines`."""
    plain = {name: _plain(card, scores) for name, (card, scores) in results.items()}
    first, *others = plain
    body = plain[first] | ({"engines": {name: plain[name] for name in others}} if others else {})
    return json.dumps(body, indent=1, ensure_ascii=False)


def _plain(card: Scorecard, scores: Sequence[Score]) -> dict[str, Any]:
    rows = [asdict(item) | {"is_right": item.is_right, "is_false_alarm": item.is_false_alarm} for item in scores]
    return {"totals": asdict(card) | {"citation_validity": card.citation_validity}, "scenarios": rows}


def print_results(results: Mapping[str, tuple[Scorecard, Sequence[Score]]]) -> None:
    """The first engine in full; of the others what differs, and their totals."""
    (first, (card, scores)), *others = results.items()
    for item in scores:
        _print_score(item)
    _print_card(card)
    for name, (other_card, other_scores) in others:
        click.echo(f"\n{name}, where it differs from {first}:")
        for before, after in zip(scores, other_scores, strict=True):
            if (before.is_right, before.rank, before.verdict) != (after.is_right, after.rank, after.verdict):
                _print_score(after)
        _print_card(other_card)


def _print_score(item: Score) -> None:
    mark = "ok  " if item.is_right else "MISS"
    click.echo(f"{mark} {item.name}  [{item.verdict}, rank {item.rank or '-'}, {item.confidence:.2f}]")
    for problem in item.problems:
        click.echo(f"       {problem}")
    if item.problems and item.top:
        click.echo(f"       top: {item.top[:150]}")


def _print_card(card: Scorecard) -> None:
    click.echo(
        f"\n{card.right} of {card.scenarios} scenarios right"
        f" | hit@1 {card.hit1:.1%} | hit@3 {card.hit3:.1%} of {card.failures} failures"
        f" | quiet {card.quiet:.1%} | false alarms {card.false_alarms} | abstentions {card.abstentions}"
        f"\ncategory {card.category:.1%} | citations valid {card.citation_validity:.1%} of {card.citations}"
        f" | {card.seconds:.2f} s, {1000 * card.seconds / max(card.scenarios, 1):.0f} ms a scenario"
    )
    kept = ", ".join(f"{item.kept}/{item.decisive} at {item.budget_tokens // 1000}k" for item in card.retention)
    if kept:
        click.echo(f"decisive lines kept at a budget of tokens: {kept}")
    held = ", ".join(f"{item.low:.1f}-{item.high:.1f}: {item.held}/{item.said}" for item in card.calibration)
    click.echo(f"confidence of the top cause -> held: {held or 'no cause was told'}")
