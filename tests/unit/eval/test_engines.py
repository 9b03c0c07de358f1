"""`incident-bot eval --llm`: the same scenarios with and without a model, side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fakes import gemini
from incident_bot.cli.eval import eval_
from incident_bot.errors import UsageError

NOTE = "WARNING: the flux capacitor of the checkout is misaligned since the release\n"
EXPECTED = "verdict: failure\ncause: [flux capacitor]\ndecisive: [{file: note.txt, contains: misaligned}]\n"


class AttentiveGemini(gemini.FakeGemini):
    """Cites the line that no rule knows."""

    def take(self, request: gemini.Request) -> gemini.Step:
        self.requests.append(request)
        prompt = json.dumps(request.body["contents"], ensure_ascii=False)
        start = prompt.rindex("E", 0, prompt.index("| WARNING"))
        citation = prompt[start:].split("\\n")[0]
        hypothesis = {
            "title": "The flux capacitor is misaligned",
            "explanation": "The note says so.",
            "category": "application",
            "confidence": 0.9,
            "citations": [citation],
        }
        return gemini.answer(gemini.triage_answer(category="application", hypotheses=[hypothesis]))


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "note.txt").write_text(NOTE)
    (folder / "expected.yaml").write_text(EXPECTED)
    return tmp_path


def test_a_model_that_reads_is_seen_to_be_better(scenario: Path) -> None:
    with AttentiveGemini() as server:
        environment = {"GEMINI_API_KEY": "k" * 39, "GOOGLE_GEMINI_BASE_URL": server.url}
        ran = CliRunner().invoke(eval_, [str(scenario), "--llm", "gemini", "--format", "json"], env=environment)

    plain = json.loads(ran.output)
    assert plain["totals"]["hit1"] == 0.0
    assert plain["engines"]["rules and gemini"]["totals"]["hit1"] == 1.0


def test_a_model_without_a_key_is_a_usage_error(scenario: Path) -> None:
    with pytest.raises(UsageError, match="GEMINI_API_KEY"):
        CliRunner().invoke(
            eval_, [str(scenario), "--llm", "gemini"], env={"GEMINI_API_KEY": ""}, catch_exceptions=False
        )
