"""`incident-bot eval`: real scenarios in, table, JSON and exit codes out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from incident_bot.cli.eval import eval_
from incident_bot.errors import UsageError

SCENARIOS = Path(__file__).parents[2] / "scenarios"
POD = """Name:             model-0
Namespace:        ml
Node:             node-1/10.0.0.1
Start Time:       Tue, 03 Mar 2026 09:00:00 +0000
Status:           Running
Containers:
  server:
    Image:         registry.example.com/ml/server:1
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Tue, 03 Mar 2026 09:10:00 +0000
      Finished:     Tue, 03 Mar 2026 09:11:00 +0000
    Ready:          False
    Restart Count:  5
Conditions:
  Type              Status
  Ready             False
Events:             <none>
"""


def write_scenario(folder: Path, expected: str) -> Path:
    scenario = folder / "oom"
    scenario.mkdir(parents=True)
    (scenario / "describe.txt").write_text(POD)
    (scenario / "expected.yaml").write_text(expected)
    return folder


RIGHT = "verdict: failure\ncategory: resources\ncause: [OOM]\ndecisive: [{file: describe.txt, contains: OOMKilled}]\n"
WRONG = "verdict: failure\ncause: [a broken disk]\n"


def test_a_right_diagnosis_passes_the_gates(tmp_path: Path) -> None:
    folder = write_scenario(tmp_path, RIGHT)

    ran = CliRunner().invoke(eval_, [str(folder), "--min-hit1", "1", "--max-false-alarms", "0"])

    assert ran.exit_code == 0, ran.output
    assert "1 of 1 scenarios right" in ran.output


def test_a_miss_says_why_and_fails_the_gate(tmp_path: Path) -> None:
    folder = write_scenario(tmp_path, WRONG)

    ran = CliRunner().invoke(eval_, [str(folder), "--min-hit1", "0.5"])

    assert ran.exit_code == 1
    assert "no cause names any of a broken disk" in ran.output
    assert "gate: hit@1 0.0% is below 50.0%" in ran.output


def test_json_holds_totals_and_a_row_a_scenario(tmp_path: Path) -> None:
    folder = write_scenario(tmp_path, RIGHT)

    ran = CliRunner().invoke(eval_, [str(folder), "--format", "json"])
    plain = json.loads(ran.output)

    assert plain["totals"]["hit1"] == 1.0
    assert plain["totals"]["citation_validity"] == 1.0
    assert [row["name"] for row in plain["scenarios"]] == ["oom"]


def test_the_answer_is_no_evidence(tmp_path: Path) -> None:
    """Words of the expectation would otherwise be read as a note and find themselves."""
    folder = write_scenario(tmp_path, RIGHT + "notes: 'Error: configmap \"from-the-answer\" not found'\n")

    ran = CliRunner().invoke(eval_, [str(folder), "--format", "json"])

    assert "from-the-answer" not in ran.output


def test_a_folder_without_scenarios_is_a_usage_error(tmp_path: Path) -> None:
    ran = CliRunner().invoke(eval_, [str(tmp_path)])

    assert isinstance(ran.exception, UsageError)


def test_every_answer_that_cannot_be_read_is_named_at_once(tmp_path: Path) -> None:
    for name, answer in (
        ("a", "verdict: fine\n"),
        ("b", "verdict: healthy\n"),
        ("c", "verdict: healthy\ncategory: x\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "expected.yaml").write_text(answer)

    ran = CliRunner().invoke(eval_, [str(tmp_path)])

    assert isinstance(ran.exception, UsageError)
    assert [line.split(": ")[0].rpartition("/")[0][-1] for line in str(ran.exception).splitlines()] == ["a", "c"]


@pytest.mark.parametrize("scenario", sorted(path.parent.name for path in SCENARIOS.glob("*/expected.yaml")))
def test_every_scenario_of_the_repository_says_why_it_is_there(scenario: str) -> None:
    """Each has a readable expectation whose decisive lines exist in its own files."""
    from incident_bot.eval import read_expectation

    folder = SCENARIOS / scenario
    expected = read_expectation((folder / "expected.yaml").read_text(), scenario)

    assert len(list(folder.iterdir())) > 1
    for item in expected.decisive:
        assert item.contains in (folder / item.file).read_text(errors="replace")
