"""The adapter under test: on the real SDK, against a scripted server."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest

from fakes.gemini import FakeGemini
from fakes.gemini_case import CASE, PROMPT
from incident_bot.config import LlmConfig
from incident_bot.llm.gemini import Gemini

if TYPE_CHECKING:
    from incident_bot.model import Diagnosis, Gap


@pytest.fixture
def server():
    with FakeGemini() as running:
        yield running


@pytest.fixture
def api_key() -> str:
    """Shaped like a real key, made at run time so that no file holds one."""
    return "AQ" + "." + secrets.token_urlsafe(30)


@pytest.fixture
def consult(server: FakeGemini, api_key: str):
    def run(*, key: str = api_key, base_url: str = server.url, **llm: Any) -> Diagnosis | Gap:
        return Gemini(LlmConfig(**llm), api_key=key, base_url=base_url).consult(PROMPT, CASE)

    return run
