"""Every documented way for the service or the network to fail becomes a Gap, in bounded time and memory."""

from __future__ import annotations

import logging

import pytest

from fakes import gemini as fake
from fakes.gemini_case import assert_gap
from incident_bot.llm.gemini import MAX_ANSWER_BYTES
from incident_bot.model import (
    Diagnosis,
    Gap,
)


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


def test_the_environment_cannot_send_the_evidence_elsewhere(server, consult, monkeypatch):
    """The SDK reads switches of its own, and one of them changes which service gets the evidence."""
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    server.enqueue(fake.answer(fake.triage_answer()))

    assert isinstance(consult(), Diagnosis)
    assert server.requests[0].path == "/v1beta/models/gemini-3.8-flash:generateContent"
