"""What is asked of Gemini, and what becomes of every kind of answer: a Diagnosis, or a Gap that says why not."""

from __future__ import annotations

import json

import pytest

from fakes import gemini as fake
from fakes.gemini_case import CASE, LINES, PROMPT, assert_gap
from incident_bot.config import Config, LlmConfig, Price
from incident_bot.llm import make_gemini
from incident_bot.model import (
    Category,
    Diagnosis,
    Engine,
    Risk,
    Severity,
    Verdict,
)
from incident_bot.settings import Settings


def test_a_good_answer_becomes_a_diagnosis(server, consult):
    server.enqueue(fake.answer(fake.triage_answer()))

    found = consult()

    assert isinstance(found, Diagnosis)
    assert found.verdict is Verdict.FAILURE
    assert found.engine is Engine.MODEL
    assert found.severity is Severity.CRITICAL
    assert found.causes[0].category is Category.RESOURCES
    assert found.causes[0].citations[0].quote == LINES[1]
    assert [action.risk for action in found.actions] == [Risk.READ_ONLY, Risk.CHANGES_STATE]
    assert found.model == "gemini-3.8-flash"
    assert found.prompt_sha256 == PROMPT.sha256


def test_the_request_is_what_the_service_accepts(server, consult, api_key):
    """Path, key header, schema as JSON Schema, thinking level; none of the parameters that became errors."""
    server.enqueue(fake.answer(fake.triage_answer()))

    consult()

    request = server.requests[0]
    config = request.body["generationConfig"]
    assert request.path == "/v1beta/models/gemini-3.8-flash:generateContent"
    assert request.headers["x-goog-api-key"] == api_key
    assert api_key not in request.path
    assert request.headers["accept-encoding"] == "identity"
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"]["required"][0] == "verdict"
    assert config["maxOutputTokens"] >= 8192
    assert config["thinkingConfig"] == {"thinking_level": "LOW"}
    assert not {"temperature", "topP", "topK", "candidateCount"} & set(config)
    assert "tools" not in request.body
    assert request.body["systemInstruction"]["parts"][0]["text"] == PROMPT.system
    assert request.body["contents"][0]["parts"][0]["text"] == PROMPT.user


def test_the_schema_holds_nothing_that_the_service_refuses(server, consult):
    server.enqueue(fake.answer(fake.triage_answer()))

    consult()

    sent = json.dumps(server.requests[0].body["generationConfig"]["responseJsonSchema"])
    for keyword in (
        "additionalProperties",
        "default",
        "pattern",
        "minLength",
        "maxLength",
        "$ref",
        "$defs",
        "anyOf",
        "const",
    ):
        assert f'"{keyword}"' not in sent


def test_tokens_and_cost_are_counted_with_thinking_as_output(server, consult):
    server.enqueue(fake.answer(fake.triage_answer()))

    found = consult(price_usd_per_million=Price(input=1.0, output=10.0))

    assert (found.usage.input_tokens, found.usage.output_tokens, found.usage.thinking_tokens) == (6120, 840, 210)
    assert found.usage.cost_usd == pytest.approx((6120 * 1 + 1050 * 10) / 1e6)


def test_an_unknown_price_is_not_free(server, consult):
    server.enqueue(fake.answer(fake.triage_answer()))

    assert consult().usage.cost_usd is None


def test_without_a_key_nothing_is_sent(server, consult):
    assert_gap(consult(key=""), "no api key")
    assert server.requests == []


@pytest.mark.parametrize(
    "reason", ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "MODEL_ARMOR", "JAILBREAK", "A_NEW_ONE"]
)
def test_a_blocked_prompt_is_a_gap(server, consult, reason):
    server.enqueue(fake.blocked(reason))

    assert_gap(consult(), reason)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reason",
    [
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "OTHER",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "MODEL_ARMOR",
        "MALFORMED_RESPONSE",
        "A_NEW_ONE",
    ],
)
def test_a_stopped_answer_is_a_gap(server, consult, reason):
    server.enqueue(fake.stopped(reason))

    assert_gap(consult(), reason)
    assert len(server.requests) == 1


def test_a_cut_answer_names_the_setting(server, consult):
    server.enqueue(fake.answer('{"verdict": "fail', finish="MAX_TOKENS"))

    assert "max_output_tokens" in assert_gap(consult(), "cut at").remedy


def test_no_candidate_is_a_gap(server, consult):
    server.enqueue(fake.Step(body=b"{}"))

    assert_gap(consult(), "no candidate")


@pytest.mark.parametrize(
    ("first", "complaint"),
    [
        pytest.param("", "it is empty", id="empty STOP"),
        pytest.param("I think it is out of memory.", "not valid JSON", id="prose"),
        pytest.param('{"verdict": "failure",', "not valid JSON", id="broken JSON"),
        pytest.param({"verdict": "failure"}, "summary", id="missing fields"),
        pytest.param(fake.triage_answer(verdict="on fire"), "verdict", id="unknown verdict"),
        pytest.param(fake.triage_answer(hypotheses=[]), "hypotheses", id="failure without a cause"),
        pytest.param("[1]", "not", id="a list"),
        pytest.param("null", "dictionary", id="null"),
    ],
)
def test_an_unusable_answer_is_repaired_once(server, consult, first, complaint):
    """The second request shows the model its answer and the complaint; both calls are paid for."""
    server.enqueue(fake.answer(first), fake.answer(fake.triage_answer()))

    found = consult()

    assert isinstance(found, Diagnosis)
    assert found.usage.input_tokens == 2 * 6120
    turns = server.requests[1].body["contents"]
    assert [turn["role"] for turn in turns] == ["user", "model", "user"]
    assert complaint.lower() in turns[2]["parts"][0]["text"].lower()


def test_there_is_only_one_repair(server, consult):
    server.enqueue(*[fake.answer("no"), fake.answer("still no"), fake.answer(fake.triage_answer())])

    assert_gap(consult(), "when asked again", kind="invalid")
    assert len(server.requests) == 2


def test_a_failing_repair_is_a_gap(server, consult):
    server.enqueue(fake.answer("no"), fake.blocked("SAFETY"))

    assert_gap(consult(), "blocked")


def test_thoughts_are_not_taken_for_the_answer(server, consult):
    server.enqueue(fake.thinking_answer('{"verdict": "healthy"}', fake.triage_answer()))

    assert consult().verdict is Verdict.FAILURE


def test_thoughts_that_leaked_into_the_text_are_skipped(server, consult):
    leaked = "Let me think about this.\n```json\n" + json.dumps(fake.triage_answer()) + "\n```"
    server.enqueue(fake.answer(leaked))

    assert consult().verdict is Verdict.FAILURE
    assert len(server.requests) == 1


def test_a_retiring_model_is_announced(server, consult):
    status = {"modelStatus": {"message": "This model retires on 2026-12-01.", "modelStage": "DEPRECATED"}}
    server.enqueue(fake.answer(fake.triage_answer(), **status))

    assert "retires" in consult().gaps[0].reason


def test_settings_reach_the_request(server, api_key):
    """The whole way from the config file: model, version, thinking, tokens and price."""
    llm = LlmConfig(
        model="gemini-3.5-flash-lite",
        api_version="v1",
        thinking="high",
        max_output_tokens=9000,
        price_usd_per_million=Price(input=1.0, output=0.0),
    )
    settings = Settings(config=Config(llm=llm), gemini_api_key=api_key, gemini_base_url=server.url)
    server.enqueue(fake.answer(fake.triage_answer()))

    found = make_gemini(settings).consult(PROMPT, CASE)

    config = server.requests[0].body["generationConfig"]
    assert server.requests[0].path == "/v1/models/gemini-3.5-flash-lite:generateContent"
    assert (config["maxOutputTokens"], config["thinkingConfig"]) == (9000, {"thinking_level": "HIGH"})
    assert found.model == "gemini-3.5-flash-lite"
    assert found.usage.cost_usd == pytest.approx(0.00612)
