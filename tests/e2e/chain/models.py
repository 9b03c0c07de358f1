"""Models that answer from what they are asked, for tests that cannot know line numbers in advance."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from fakes import gemini

PROMPT_LINE = re.compile(r"(E\d+:\d+\| ?.*)")


class ScriptedGemini(gemini.FakeGemini):
    """Plays one scene's `model`: `cite` (a text), `answer` (fields of an answer) or `down`.

    A hypothesis of `answer` that has no citations cites the first line that holds `cite`.
    """

    script: Mapping[str, Any]

    def take(self, request: gemini.Request) -> gemini.Step:
        self.requests.append(request)
        if self.script.get("down"):
            return gemini.error(503, "UNAVAILABLE", "The model is overloaded.")
        prompt = "\n".join(texts(request.body["contents"]))
        cited = [line for line in PROMPT_LINE.findall(prompt) if self.script["cite"] in line][:1]
        assert cited, f"the prompt does not hold {self.script['cite']!r}"
        hypothesis = {
            "title": f"As the evidence says: {self.script['cite']}",
            "explanation": "The cited line says it.",
            "category": self.script.get("category", "application"),
            "confidence": 0.9,
            "citations": cited,
        }
        fields = {"category": hypothesis["category"], "hypotheses": [hypothesis], **self.script.get("answer", {})}
        return gemini.answer(gemini.triage_answer(**fields))


class ThoughtfulGemini(gemini.FakeGemini):
    """Cites the alert's own line whatever the incident, after `thinks_s` seconds, and books the time."""

    thinks_s = 1.0

    def take(self, request: gemini.Request) -> gemini.Step:
        self.requests.append(request)
        cited = PROMPT_LINE.findall("\n".join(texts(request.body["contents"])))[:1]
        time.sleep(self.thinks_s)
        hypothesis = {
            "title": "A model's opinion",
            "explanation": "The cited line was the first one shown.",
            "category": "resources",
            "confidence": 0.4,
            "citations": cited,
        }
        return gemini.answer(gemini.triage_answer(hypotheses=[hypothesis]))


def texts(value: Any) -> Iterator[str]:
    """Every text in a request's body."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
