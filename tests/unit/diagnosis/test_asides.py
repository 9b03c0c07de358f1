"""What stands beside a trouble: advice, what a program does without, errors under information, and the further lines of a record."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.logs.asides import does_without, is_advice
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()


def tell(*lines: str) -> Diagnosis:
    return diagnose(make_case({"run.log": "\n".join(lines) + "\n"}), RULES)


def _at(second: int, level: str, text: str) -> str:
    return f"2026-11-20 04:00:{second:02},310 [{level}] mill - {text}"


def test_the_advice_below_an_error_is_not_its_reason() -> None:
    found = tell(
        _at(1, "INFO", "opening the ledger"),
        "Error while starting:",
        "    Ledger was written with locale de_DE, and C is wanted here",
        "    See docs/locale.md for all supported locales and how they are compared",
        "    You can override this with 'any_locale: true' in mill.yaml",
    )

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].citations[0].line in (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Please see https://mill.example/locales",
        "Hint: try increasing the heap",
        "For more information read the manual",
        "2026-11-20 04:00:01 [ERROR] See docs/locale.md",
    ],
)
def test_advice_is_known(text: str) -> None:
    assert is_advice(text)


@pytest.mark.parametrize(
    "text",
    ["Check failed: 3 == 4", "see 4 errors in plan", "try 3 of 3 failed", "consider 4711 rejected", "you are not in the list"],
)  # fmt: skip
def test_a_complaint_that_begins_like_advice_is_none(text: str) -> None:
    assert not is_advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "unable to open '/etc/mill/keys'; using built-in keys instead",
        "cannot read ca.pem, continuing without it",
        "no profile set, falling back to default",
    ],
)
def test_what_a_program_does_without_is_known(text: str) -> None:
    assert does_without(text)


def test_what_fails_later_goes_before_what_the_program_did_without() -> None:
    found = tell(
        _at(1, "INFO", "mill 4 starting"),
        "2026-11-20 04:00:02,310 unable to open '/etc/mill/keys'; using built-in keys instead",
        _at(3, "INFO", "plan barley read"),
        _at(4, "ERROR", "plan rye: /etc/mill/rye.plan:48: unknown step 'girnd'"),
        _at(5, "ERROR", "plan rye not loaded due to errors"),
        _at(6, "INFO", "running"),
    )

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].citations[0].line in (4, 5)


def test_an_error_that_its_writer_calls_information_does_not_go_before_a_warning() -> None:
    found = tell(
        _at(1, "INFO", "mill 4 starting"),
        _at(2, "INFO", "Error getting resource kind=GlobalPlan name=defaults error=the server has no such resource GlobalPlan"),
        _at(3, "INFO", "reading belts"),
        _at(4, "WARNING", "no belt matches the pattern ^left.*: none of the 4 belts found here has such a name"),
        _at(5, "WARNING", "stopping"),
        "mill failed to start",
    )  # fmt: skip

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].citations[0].line == 4


RECORD = (
    _at(1, "INFO", "hub 3 started"),
    _at(2, "INFO", "desk of ada is ready"),
    _at(3, "ERROR", "desk of ben: 403"),
    "    Reason: Forbidden",
    '    body: {"message":"desk-ben is forbidden: exceeded quota: desks, requested: memory=8Gi, used: memory=64Gi, limited: memory=64Gi"}',
    _at(4, "INFO", "desk of ada: 200"),
    _at(5, "INFO", "desk of ada is ready"),
    _at(6, "INFO", "desk of ada: 200"),
    _at(7, "INFO", "desk of eve is ready"),
    _at(8, "INFO", "desk of eve: 200"),
)


def test_a_further_line_of_an_error_is_as_grave_as_its_first() -> None:
    found = tell(*RECORD)

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].citations[0].line == 5


def test_a_further_line_of_information_is_as_calm_as_its_first() -> None:
    lines = [line.replace("ERROR", "INFO") for line in RECORD]

    assert tell(*lines).verdict is not Verdict.FAILURE


def test_a_record_that_is_indented_is_no_part_of_the_one_above() -> None:
    found = tell(
        "     7:20261123:040001.142 starting mill server",
        "   211:20261123:040001.305 server #0 started [main process]",
        "213:20261123:040002.563 __malloc: skipped 9 asked 611328",
        "   213:20261123:040002.584 [file:belts.c,line:96] __realloc(): out of memory (requested 611328 bytes)",
        "   213:20261123:040002.628 === statistics of memory ===",
        "     7:20261123:040002.674 one child is gone (PID:213). Exiting ...",
    )

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].citations[0].line == 4


def _probes(text: str) -> list[str]:
    callers = [
        f"[7] 2026/11/20 04:{at:02}:02.709724 [ERR] 10.0.{at % 3}.{at}:{31000 + at} - cid:{at} - {text}"
        for at in range(20)
    ]
    return ["[7] 2026/11/20 04:00:01.485723 [INF] Server is ready", *callers, "[7] 2026/11/20 04:21:01.157712 [INF] route created"]  # fmt: skip


def test_callers_that_open_a_connection_and_leave_are_no_failure() -> None:
    assert tell(*_probes("TLS handshake error: EOF")).verdict is not Verdict.FAILURE


def test_callers_that_do_not_trust_the_server_are_one() -> None:
    bad = "TLS handshake error: remote error: tls: unknown certificate authority"

    assert tell(*_probes(bad)).verdict is Verdict.FAILURE


def test_the_message_of_two_headings_is_told() -> None:
    found = tell(
        "reading plan",
        "Encountered an error:",
        "Compilation Error",
        "  step 'grind' needs a step named 'sieve' which nobody defines",
    )

    assert found.verdict is Verdict.FAILURE
    assert any(item.line == 4 for item in found.causes[0].citations)
    assert "nobody defines" in found.causes[0].title


def test_the_message_behind_an_empty_line_is_told() -> None:
    found = tell(
        "mill 4 starting",
        "Error: cannot read the plan, due to the following:",
        "",
        "error decoding 'steps': unknown type girnd",
    )

    assert found.verdict is Verdict.FAILURE
    assert any(item.line == 4 for item in found.causes[0].citations)
