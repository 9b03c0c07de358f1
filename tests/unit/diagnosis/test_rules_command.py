"""`rules list|show|test` tell what there is, and fail when a rule does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from incident_bot.cli.rules import rules
from incident_bot.errors import UsageError

BROKEN = {
    "id": "never-silent",
    "title": "This rule fires on everything",
    "category": "config",
    "specificity": 1,
    "match": {"any": [{"log": {"pattern": "."}}]},
    "explanation": "It fires on every line of every log there is.",
    "actions": [{"step": "Look"}],
    "samples": {"fires": [{"log": "ERROR x"}], "silent": [{"log": "INFO y"}]},
}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(rules, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_list_prints_each_rule_on_a_line() -> None:
    lines = run("list", "--category", "resources").splitlines()

    assert any(line.startswith("oom-killed-container ") for line in lines)
    assert not any(line.startswith("image-not-found") for line in lines)


def test_list_as_json_is_plain_data() -> None:
    listed = {rule["id"]: rule for rule in json.loads(run("list", "--format", "json"))}

    assert listed["oom-killed-container"]["category"] == "resources"


def test_catalogue_is_a_markdown_table() -> None:
    lines = run("list", "--format", "markdown").splitlines()

    assert lines[0].startswith("| rule |")
    assert all(line.count(" | ") >= 2 for line in lines[2:])


def test_show_prints_what_a_rule_looks_for_and_advises() -> None:
    shown = run("show", "oom-killed-container")

    assert "OOMKilled" in shown
    assert "$ kubectl" in shown


def test_unknown_rule_is_a_usage_error_with_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        CliRunner().invoke(rules, ["show", "oom-kiled-container"], catch_exceptions=False)

    assert "oom-killed-container" in caught.value.hint


def test_test_of_one_rule_counts_its_samples() -> None:
    assert "1 rules" in run("test", "oom-killed-container")


def test_failing_sample_is_printed_and_fails_the_command(tmp_path: Path) -> None:
    (tmp_path / "never-silent.yaml").write_text(yaml.safe_dump(BROKEN))

    result = CliRunner().invoke(rules, ["test", "never-silent", "--rules-dir", str(tmp_path)])

    assert result.exit_code == 1
    assert "never-silent silent[0]: fires on log" in result.output
