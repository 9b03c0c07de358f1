"""Tokens are counted by the service where it does so soon, and never instead of an answer."""

from __future__ import annotations

import pytest

from fakes import gemini as fake
from fakes.gemini_case import PROMPT
from incident_bot.config import LlmConfig
from incident_bot.llm.gemini import MAX_ANSWER_BYTES, Gemini


def test_the_service_counts_what_would_be_sent(server, api_key):
    """One request of its own, with the key in the header and both texts of the prompt in the body."""
    server.token_count = fake.token_count(412)

    counted = Gemini(LlmConfig(), api_key=api_key, base_url=server.url).count_tokens(PROMPT)

    (request,) = server.counts
    assert counted == 412
    assert request.path == "/v1beta/models/gemini-3.8-flash:countTokens"
    assert request.headers["x-goog-api-key"] == api_key
    assert request.body["contents"][0]["parts"][0]["text"] == f"{PROMPT.system}\n{PROMPT.user}"


@pytest.mark.parametrize(
    "step",
    [
        fake.error(429, "RESOURCE_EXHAUSTED"),
        fake.error(503, "UNAVAILABLE"),
        fake.Step(drop=True),
        fake.Step(body=b"not json"),
        fake.Step(body=b"{}"),
        fake.Step(body=b"[" * 100_000),
        fake.Step(body=b'{"totalTokens": "many"}'),
        fake.Step(headers={"Content-Encoding": "gzip"}),
        fake.Step(hang_s=30),
        fake.Step(body=b" " * 10_000, drip_s=0.05),
        fake.Step(drip_head=True, drip_s=0.05),
    ],
    ids=[
        "quota",
        "overload",
        "dropped",
        "no json",
        "no count",
        "nested",
        "no number",
        "compressed",
        "hangs",
        "drips",
        "headers drip",
    ],
)
def test_no_count_is_no_failure_and_not_asked_for_twice(server, api_key, step):
    server.token_count = step

    assert Gemini(LlmConfig(timeout_s=1.0), api_key=api_key, base_url=server.url).count_tokens(PROMPT) is None
    assert len(server.counts) <= 1


@pytest.mark.parametrize("status", [200, 400, 503])
def test_an_endless_count_is_cut(server, api_key, status):
    """It announces a gigabyte, as an answer or as an error; a few megabytes of it are read, and only once."""
    server.token_count = fake.Step(status=status, endless=True)

    assert Gemini(LlmConfig(), api_key=api_key, base_url=server.url).count_tokens(PROMPT) is None
    assert len(server.counts) == 1
    assert server.endless_bytes < 8 * MAX_ANSWER_BYTES


def test_without_a_key_nothing_is_counted(server):
    assert Gemini(LlmConfig(), api_key="", base_url=server.url).count_tokens(PROMPT) is None
    assert server.counts == []
