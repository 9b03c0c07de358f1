"""Rules for people: the catalogue table of LOG_ANALYSIS.md, one rule's page, and plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_bot.diagnosis.telling.templates import fill_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incident_bot.diagnosis.rulebook.rules import Condition, Rule, RuleSet


def plain_title(rule: Rule) -> str:
    """A title without an incident: `{limit|its limit}` reads as its fallback, `{pod}` as `POD`."""
    return fill_text(rule.title, {})


def describe_rule(rule: Rule) -> dict[str, Any]:
    """A rule as plain data, for `rules list --format json`."""
    return {
        "id": rule.id,
        "title": plain_title(rule),
        "category": rule.category.value,
        "specificity": rule.specificity,
        "noise": rule.noise,
        "reads": list(sources_of(rule)),
        "explains": list(rule.explains),
        "file": rule.origin,
        "references": list(rule.references),
    }


def sources_of(rule: Rule) -> tuple[str, ...]:
    """Which kinds of evidence a rule looks at, in the order of its conditions."""
    return tuple(dict.fromkeys(condition.source for condition in (*rule.all, *rule.any)))


def render_catalogue(rules: Iterable[Rule]) -> str:
    """The table of LOG_ANALYSIS.md, grouped by category."""
    lines = ["| rule | recognises | reads |", "|---|---|---|"]
    for rule in sorted(rules, key=lambda item: (item.category.value, item.id)):
        title = plain_title(rule).replace("|", "\\|")
        lines.append(f"| `{rule.category.value}` `{rule.id}` | {title} | {', '.join(sources_of(rule))} |")
    return "\n".join(lines) + "\n"


def render_rule(rule: Rule, known: RuleSet) -> str:
    """One rule as a page of text."""
    lines = [
        f"{rule.id}: {plain_title(rule)}",
        "",
        f"category {rule.category.value}, specificity {rule.specificity}, from {rule.origin}",
        "",
    ]
    for name, conditions in (("all of", rule.all), ("any of", rule.any), ("none of", rule.none)):
        if conditions:
            lines += [f"{name}:", *(f"  - {_say(condition)}" for condition in conditions)]
    lines += ["", fill_text(rule.explanation, {}), ""]
    lines += [
        f"$ {fill_text(action.command, {}) or '-'}    # {action.step} ({action.risk.value})" for action in rule.actions
    ]
    explained = sorted(known.explained.get(rule.id, ()))
    lines += ["", f"explains: {', '.join(explained) or 'nothing else'}"]
    lines += [f"see: {reference}" for reference in rule.references]
    return "\n".join(lines)


def _say(condition: Condition) -> str:
    parts = " ".join(f"{key}={value!r}" for key, value in condition.test.items())
    return f"{condition.source} {parts}" + ("" if condition.decisive else " (supporting)")
