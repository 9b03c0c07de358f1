"""The words of a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.analyses import CASE, DESCRIBE, DIAGNOSIS, LOG, cite
from incident_bot.model import Citation, SafeText, Target
from incident_bot.report import wording


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "very likely (1.00)"),
        (0.85, "very likely (0.85)"),
        (0.7, "likely (0.70)"),
        (0.3, "possible (0.30)"),
        (0.1, "unlikely (0.10)"),
    ],
)
def test_confidence_is_a_word_and_a_number(confidence, words):
    assert wording.confidence(replace(DIAGNOSIS.causes[0], confidence=confidence)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (11_100, "3 h 5 min"),
        (187_200, "2 d 4 h"),
    ],
)
def test_durations_are_short(seconds, words):
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        ("2026-11-21T00:38:46.123456789Z INFO  loaded   shard", "00:38:46 INFO loaded shard"),
        ("2026-11-21 00:38:46,123 - root - ERROR - boom", "00:38:46 root - ERROR - boom"),
        ("I1121 00:38:46.123456       1 server.go:10] ready", "00:38:46 ready"),
        (
            'Nov 21 00:38:45 n7 kubelet[11]: E1121 00:38:46.551010 11 log.go:32] "no" err="full"',
            '00:38:46 "no" err="full"',
        ),
        (
            '{"level":"error","msg":"call failed","status":429,"error":"refused","trace_id":"1"}',
            "call failed error=refused status=429",
        ),
        ("[2026/11/21 00:38:46] [error] boom", "00:38:46 [error] boom"),
        ("2026-11-21T00:38:46Z 2026-11-21 00:38:45 boom", "00:38:45 boom"),
        ('{"ts":1,"level":"error","msg":"cannot  bind"}', "cannot bind"),
        ('2026-11-21T00:38:46Z {"message":"boom"}', "00:38:46 boom"),
        ('{"broken', '{"broken'),
        ("[1, 2]", "[1, 2]"),
        ("[00:38:46 ERR] boom", "00:38:46 ERR boom"),
        ("00:38:46 the alarm is set **********", "00:38:46 the alarm is set"),
        ("      Reason:       OOMKilled", "Reason: OOMKilled"),
        ("00:38:46", "00:38:46"),
        ("", ""),
    ],
)
def test_a_headline_is_the_clock_time_and_the_message(line, headline):
    assert wording.headline(line) == headline


@pytest.mark.parametrize(
    ("line", "quote"),
    [
        ("2026-11-21T00:38:46Z INFO loaded  shard", "INFO loaded shard"),
        ('{"level":"error","msg":"cannot bind"}', "cannot bind"),
        ('{"msg":"list failed","error":"pods is forbidden"}', "list failed error=pods is forbidden"),
        ('{"level":"error","msg":"a \\"b\\" c"}', '{"level":"error","msg":"a \\"b\\" c"}'),
    ],
)
def test_a_quote_stands_in_the_line_it_quotes(line, quote):
    assert wording.excerpt(line) == quote


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(namespace="ml", workload="api", workload_kind="Deployment", pod="api-1"), "deployment ml/api"),
        (Target(namespace="ml", pod="api-1"), "pod ml/api-1"),
        (Target(workload="api"), "workload api"),
        (Target(node="n1"), "node n1"),
        (Target(namespace="ml"), "namespace ml"),
        (Target(), "cluster"),
    ],
)
def test_a_workload_is_named_by_what_is_known(target, words):
    assert wording.workload(target) == words


@pytest.mark.parametrize(
    "text",
    [
        "delete the pod",
        "Do not delete the pod",
        "do not  delete the pod",
        "Don't delete the pod",
        "Never delete the pod",
    ],
)
def test_do_not_is_said_once(text):
    assert wording.advice_against(text) == "delete the pod"


@pytest.mark.parametrize(
    ("starts_at", "words"),
    [
        ("2026-11-21T00:38:00+00:00", "firing since 00:38 UTC (14 min)"),
        ("2026-11-21T00:38:00", "firing since 00:38 UTC (14 min)"),
        ("2026-11-21T02:38:00+02:00", "firing since 00:38 UTC (14 min)"),
        ("2026-11-20T22:38:00+00:00", "firing since 2026-11-20 22:38 UTC (2 h 14 min)"),
    ],
)
def test_times_are_utc_whatever_zone_they_came_in(starts_at, words):
    now = datetime(2026, 11, 21, 0, 52, tzinfo=UTC)

    assert wording.since(datetime.fromisoformat(starts_at), now) == words


def test_a_tracebacks_first_line_proves_little():
    log = replace(LOG, lines=(SafeText("Traceback (most recent call last):"), SafeText("ValueError: x")))
    citations = (cite(DESCRIBE, 6), cite(log, 1), cite(log, 2))
    cause = replace(DIAGNOSIS.causes[0], citations=citations)

    assert [citation.quote for citation in wording.proving(cause, CASE)][1] == "ValueError: x"


def test_lines_that_say_the_same_are_shown_once():
    """Of a complaint that came again and again, the first one is enough."""
    quotes = ("10:00:01 order 7 refused", "10:00:03 slow", "10:00:05 order 12 refused")
    cited = tuple(
        Citation(evidence_id="E2", line=number, quote=SafeText(quote)) for number, quote in enumerate(quotes, start=1)
    )
    shown = wording.proving(replace(DIAGNOSIS.causes[0], citations=cited), CASE)

    assert [citation.line for citation in shown] == [1, 2]
