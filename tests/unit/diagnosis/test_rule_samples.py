"""Every rule does on its own samples what they say."""

from __future__ import annotations

import pytest

from incident_bot.diagnosis.authoring.samples import try_samples
from incident_bot.diagnosis.rulebook.rules import load_rules, load_samples

RULES = load_rules()
SAMPLES = load_samples()


@pytest.mark.parametrize("rule_id", sorted(RULES.rules))
def test_rule_fires_and_stays_silent_as_its_samples_say(rule_id: str) -> None:
    rule = RULES.get(rule_id)

    assert rule is not None
    assert try_samples(rule, SAMPLES[rule_id]) == ()


def test_explained_rules_exist() -> None:
    """`explains` may run ahead of the rule set while it grows, but not in what is shipped."""
    unknown = {(rule.id, name) for rule in RULES for name in rule.explains if name not in RULES.rules}

    assert unknown == set()


def test_no_rule_explains_itself() -> None:
    assert [rule.id for rule in RULES if rule.id in rule.explains] == []
