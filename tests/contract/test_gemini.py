"""The Gemini adapter on the real SDK against a scripted server: every documented way to fail becomes a Gap."""

from __future__ import annotations

import json
import logging
import secrets

import pytest

from fakes import gemini as fake
from fakes.gemini import FakeGemini
from incident_bot.llm import make_gemini
from incident_bot.llm.gemini import MAX_ANSWER_BYTES, Gemini
from incident_bot.llm.prompt import build_prompt
from incident_bot.model import (
    Alert,
    Case,
    Category,
    Diagnosis,
    Engine,
    Evidence,
    EvidenceKind,
    Excerpt,
    Gap,
    Incident,
    KeptLine,
    Risk,
    SafeText,
    Severity,
    Target,
    Verdict,
)
from incident_bot.settings import Config, LlmConfig, Price, Settings

LINES = tuple(map(SafeText, ("starting", "loaded shard 12/24 rss=57 MiB", "Killed")))
LOG = Evidence(id="E1", kind=EvidenceKind.LOG, name="server.log", source="log of server", lines=LINES)
CASE = Case(
    incident=Incident(
        key="0" * 16,
        alert=Alert(name="ModelPodOOMKilled", severity=Severity.CRITICAL),
        target=Target(namespace="ml", pod="sentiment-0"),
    ),
    evidence=(LOG,),
)
EXCERPTS = (
    Excerpt(
        evidence_id="E1",
        kept=tuple(KeptLine(line=number, text=text, last=number) for number, text in enumerate(LINES, start=1)),
        total_lines=3,
    ),
)
PROMPT = build_prompt(CASE, EXCERPTS, nonce="n0nce" * 4, seal=SafeText)


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
    def run(**options: object) -> Diagnosis | Gap:
        chosen = {"api_key": api_key, "base_url": server.url, "timeout_s": 10.0, **options}
        return Gemini(**chosen).consult(PROMPT, CASE, EXCERPTS)

    return run


def assert_gap(found: Diagnosis | Gap, word: str, kind: str = "model") -> Gap:
    assert isinstance(found, Gap), found
    assert word.lower() in found.reason.lower()
    assert found.remedy
    assert found.kind == kind
    return found


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


def test_api_version_and_model_come_from_configuration(server, consult):
    server.enqueue(fake.answer(fake.triage_answer()))

    found = consult(api_version="v1", model="gemini-3.5-flash-lite")

    assert server.requests[0].path == "/v1/models/gemini-3.5-flash-lite:generateContent"
    assert found.model == "gemini-3.5-flash-lite"


def test_tokens_and_cost_are_counted_with_thinking_as_output(server, consult):
    server.enqueue(fake.answer(fake.triage_answer()))

    found = consult(price_usd_per_million=(1.0, 10.0))

    assert (found.usage.input_tokens, found.usage.output_tokens, found.usage.thinking_tokens) == (6120, 840, 210)
    assert found.usage.cost_usd == pytest.approx((6120 * 1 + 1050 * 10) / 1e6)


def test_an_unknown_price_is_not_free(server, consult):
    server.enqueue(fake.answer(fake.triage_answer()))

    assert consult().usage.cost_usd is None


def test_without_a_key_nothing_is_sent(server, consult):
    assert_gap(consult(api_key=""), "no api key")
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


@pytest.mark.parametrize(
    ("status", "word", "remedy"),
    [
        (400, "INVALID_ARGUMENT", "llm.model"),
        (401, "UNAUTHENTICATED", "new key"),
        (403, "PERMISSION_DENIED", "restrictions"),
        (404, "NOT_FOUND", "llm.model"),
        (413, "TOO_LARGE", "prompt_tokens"),
        (418, "TEAPOT", "config"),
    ],
)
def test_a_refusal_is_not_retried(server, consult, status, word, remedy):
    server.enqueue(fake.error(status, word))

    assert remedy in assert_gap(consult(), f"HTTP {status} {word}").remedy
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_passing_fault_is_retried(server, consult, status):
    server.enqueue(fake.error(status, "BUSY"), fake.answer(fake.triage_answer()))

    assert isinstance(consult(), Diagnosis)


def test_a_lasting_fault_is_a_gap_after_three_tries(server, consult):
    server.enqueue(*[fake.error(503, "UNAVAILABLE", "overloaded")] * 4)

    assert_gap(consult(), "503 UNAVAILABLE: overloaded")
    assert len(server.requests) == 3


def test_a_used_up_quota_says_so(server, consult):
    server.enqueue(*[fake.error(429, "RESOURCE_EXHAUSTED")] * 3)

    assert "quota" in assert_gap(consult(), "429").remedy


def test_an_error_page_of_a_proxy_is_shown_without_markup(server, consult):
    page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
    server.enqueue(*[fake.Step(status=502, body=page, content_type="text/html")] * 3)

    assert "<" not in assert_gap(consult(), "502").reason


def test_a_page_with_status_200_is_a_gap(server, consult):
    """A captive portal answers everything with its login page."""
    server.enqueue(fake.Step(body=b"<html>log in</html>", content_type="text/html"))

    assert_gap(consult(), "cannot read", kind="invalid")


@pytest.mark.parametrize(
    "body", [b'{"candidates": "many"}', b"[]", b"7", b'{"candidates": [null]}', b'{"candidates": [{"content": 3}]}']
)
def test_json_of_another_service_is_a_gap(server, consult, body):
    server.enqueue(*[fake.Step(body=body)] * 2)

    assert isinstance(consult(), Gap)


def test_a_redirect_is_not_followed(server, consult):
    """The key travels in a header, and httpx would carry it to the other host."""
    server.enqueue(fake.Step(status=302, headers={"Location": server.url + "/elsewhere"}))

    assert_gap(consult(), "302")
    assert len(server.requests) == 1


def test_a_dropped_connection_is_a_gap(server, consult):
    server.enqueue(*[fake.Step(drop=True)] * 3)

    assert_gap(consult(), "connection", kind="unreachable")


def test_nobody_listening_is_a_gap(consult):
    assert_gap(consult(base_url="http://127.0.0.1:9"), "connection", kind="unreachable")


def test_a_base_url_that_is_none_is_a_gap(consult):
    assert isinstance(consult(base_url="not a url"), Gap)


def test_a_hanging_server_is_left_at_the_deadline(server, consult):
    server.enqueue(*[fake.Step(hang_s=30)] * 3)

    assert_gap(consult(timeout_s=1.0), "no answer within 1 s", kind="timeout")


def test_a_dripping_server_is_left_at_the_deadline(server, consult):
    """Every byte resets a read timeout, so only a deadline of our own ends this."""
    server.enqueue(*[fake.Step(body=b" " * 10_000, drip_s=0.05)] * 3)

    assert isinstance(consult(timeout_s=1.0), Gap)


def test_dripping_headers_are_left_at_the_deadline(server, consult):
    """Here the client has not even an answer to look at; the wait as a whole is bounded."""
    server.enqueue(fake.Step(drip_head=True, drip_s=0.05))

    assert_gap(consult(timeout_s=1.0), "no answer within 1 s", kind="timeout")


@pytest.mark.parametrize("status", [200, 400])
def test_an_endless_answer_does_not_fill_the_memory(server, consult, status):
    server.enqueue(fake.Step(status=status, endless=True))

    assert_gap(consult(), "larger than 4 MiB")
    assert server.endless_bytes < 8 * MAX_ANSWER_BYTES


def test_a_compressed_answer_is_refused(server, consult):
    """A few kilobytes can unpack to gigabytes, and identity was asked for."""
    server.enqueue(fake.Step(headers={"Content-Encoding": "gzip"}))

    assert_gap(consult(), "compressed")


def test_a_deeply_nested_answer_is_a_gap(server, consult):
    server.enqueue(fake.answer("[" * 100_000), fake.answer('{"a":' * 100_000))

    assert_gap(consult(), "not", kind="invalid")


def test_the_key_is_in_no_text_and_no_log(server, consult, api_key, caplog):
    """Error texts of the service can echo the request."""
    caplog.set_level(logging.DEBUG)
    server.enqueue(fake.error(400, "INVALID_ARGUMENT", f"API key not valid: {api_key} at /v1beta?key={api_key}"))

    found = consult()

    assert api_key not in repr(found)
    assert api_key not in caplog.text


def test_a_retiring_model_is_announced(server, consult):
    status = {"modelStatus": {"message": "This model retires on 2026-12-01.", "modelStage": "DEPRECATED"}}
    server.enqueue(fake.answer(fake.triage_answer(), **status))

    assert "retires" in consult().gaps[0].reason


def test_the_environment_cannot_send_the_evidence_elsewhere(server, consult, monkeypatch):
    """The SDK reads switches of its own, and one of them changes which service gets the evidence."""
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    server.enqueue(fake.answer(fake.triage_answer()))

    assert isinstance(consult(), Diagnosis)
    assert server.requests[0].path == "/v1beta/models/gemini-3.8-flash:generateContent"


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

    found = make_gemini(settings).consult(PROMPT, CASE, EXCERPTS)

    config = server.requests[0].body["generationConfig"]
    assert server.requests[0].path == "/v1/models/gemini-3.5-flash-lite:generateContent"
    assert (config["maxOutputTokens"], config["thinkingConfig"]) == (9000, {"thinking_level": "HIGH"})
    assert found.usage.cost_usd == pytest.approx(0.00612)


def test_the_service_counts_what_would_be_sent(server, api_key):
    """One request of its own, with the key in the header and both texts of the prompt in the body."""
    server.token_count = fake.token_count(412)

    counted = Gemini(api_key=api_key, base_url=server.url).count_tokens(PROMPT)

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

    assert Gemini(api_key=api_key, base_url=server.url, timeout_s=1.0).count_tokens(PROMPT) is None
    assert len(server.counts) <= 1


@pytest.mark.parametrize("status", [200, 400, 503])
def test_an_endless_count_is_cut(server, api_key, status):
    """It announces a gigabyte, as an answer or as an error; a few megabytes of it are read, and only once."""
    server.token_count = fake.Step(status=status, endless=True)

    assert Gemini(api_key=api_key, base_url=server.url).count_tokens(PROMPT) is None
    assert len(server.counts) == 1
    assert server.endless_bytes < 8 * MAX_ANSWER_BYTES


def test_without_a_key_nothing_is_counted(server):
    assert Gemini(api_key="", base_url=server.url).count_tokens(PROMPT) is None
    assert server.counts == []
