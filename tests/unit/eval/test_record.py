"""`incident-bot eval record`: what was filed or collected comes back as a scenario, line for line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from incident_bot.cli.diagnose import diagnose
from incident_bot.cli.eval import eval_
from incident_bot.errors import UsageError

SCENARIOS = Path(__file__).parents[2] / "scenarios"
CRASH = SCENARIOS / "recorded-new-release-wants-an-environment-variable"
CORDONED = SCENARIOS / "recorded-node-was-cordoned-and-forgotten"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(eval_, ["record", *(str(word) for word in arguments)], catch_exceptions=False)


def scenario_of(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


def read_expected(folder: Path) -> dict[str, object]:
    plain = yaml.safe_load((folder / "expected.yaml").read_text())
    assert isinstance(plain, dict)
    return plain


def file_issue(tmp_path: Path, evidence: Path) -> Path:
    """The body that would be filed about a folder, as GitHub gives it back: with carriage returns."""
    ran = CliRunner().invoke(diagnose, [str(evidence), "--llm", "none", "--format", "markdown"])
    assert ran.exit_code == 0, ran.output
    issue = tmp_path / "issue.md"
    issue.write_bytes(ran.stdout.replace("\n", "\r\n").encode())
    return issue


def test_an_issue_becomes_a_scenario_with_the_same_diagnosis(tmp_path: Path) -> None:
    issue = file_issue(tmp_path, CRASH)

    assert run(issue, "--out", tmp_path / "out").exit_code == 0
    folder = scenario_of(tmp_path / "out")
    expected = read_expected(folder)

    assert expected["verdict"] == "failure"
    assert "SESSION_STORE_URL" in str(expected["cause"])
    alert = json.loads((folder / "bundle.json").read_text())["alert"]
    assert alert["name"] == "KubePodCrashLooping"


def test_lines_of_an_issue_keep_their_numbers(tmp_path: Path) -> None:
    issue = file_issue(tmp_path, CRASH)
    run(issue, "--out", tmp_path / "out")

    original = (CRASH / "pod.yaml").read_text().split("\n")
    recorded = (scenario_of(tmp_path / "out") / "pod.yaml").read_text().split("\n")

    compared = [(old, new) for old, new in zip(original, recorded, strict=False) if new]
    assert len(compared) > 50
    assert all(old.rstrip() == new for old, new in compared)


def test_a_folder_is_copied_without_the_answer_beside_it(tmp_path: Path) -> None:
    run(CORDONED, "--out", tmp_path / "out", "--name", "cordoned")
    folder = tmp_path / "out" / "cordoned"

    notes = read_expected(CORDONED)["notes"]
    copied = [path for path in folder.iterdir() if path.name != "expected.yaml"]
    assert len(copied) == len(list(CORDONED.iterdir()))  # the answer went, the manifest came
    assert not any(str(notes) in path.read_text() for path in copied)


def test_an_analysis_becomes_a_scenario(tmp_path: Path) -> None:
    analysis = tmp_path / "analysis.json"
    CliRunner().invoke(diagnose, [str(CRASH), "--llm", "none", "--out", str(analysis)])

    run(analysis, "--out", tmp_path / "out")

    expected = read_expected(scenario_of(tmp_path / "out"))
    assert "SESSION_STORE_URL" in str(expected["cause"])


def test_what_nobody_confirmed_is_not_counted(tmp_path: Path) -> None:
    """The answer is the bot's own: counted, it would always be right."""
    run(CRASH, "--out", tmp_path / "out")

    with pytest.raises(UsageError, match="no confirmed scenario"):
        CliRunner().invoke(eval_, [str(tmp_path / "out")], catch_exceptions=False)


def test_a_confirmed_recording_is_scored(tmp_path: Path) -> None:
    run(CRASH, "--out", tmp_path / "out")
    answer = scenario_of(tmp_path / "out") / "expected.yaml"
    answer.write_text(answer.read_text().replace("confirmed: false\n", ""))

    scored = CliRunner().invoke(eval_, [str(tmp_path / "out")])

    assert "1 of 1 scenarios right" in scored.output


def test_a_secret_that_was_not_redacted_before_is_now(tmp_path: Path) -> None:
    secret = "hunter" + "2-and-more"
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "app.log").write_text(f"INFO start\nERROR login failed with password={secret}\n")

    run(folder, "--out", tmp_path / "out")

    texts = [path.read_text() for path in scenario_of(tmp_path / "out").iterdir()]
    assert not any(secret in text for text in texts)
    assert any("[REDACTED:" in text for text in texts)


def test_a_scenario_is_never_overwritten(tmp_path: Path) -> None:
    run(CRASH, "--out", tmp_path, "--name", "mine")
    before = (tmp_path / "mine" / "expected.yaml").read_text()

    with pytest.raises(UsageError, match="exists already"):
        run(CORDONED, "--out", tmp_path, "--name", "mine")

    assert (tmp_path / "mine" / "expected.yaml").read_text() == before


def test_two_recordings_of_one_alert_get_two_names(tmp_path: Path) -> None:
    run(CRASH, "--out", tmp_path)
    run(CRASH, "--out", tmp_path)

    assert len(list(tmp_path.iterdir())) == 2


def test_text_that_is_no_issue_of_ours_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "issue.md").write_text("The API is slow since lunch.\n")

    with pytest.raises(UsageError, match="holds no raw evidence"):
        run(tmp_path / "issue.md", "--out", tmp_path / "out")
