"""What a log alone says of how its trouble ended: made on purpose, counted as nothing, over; and the twin that failed."""

from __future__ import annotations

from datetime import datetime

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.logs.announced import is_no_report, is_said_expected
from incident_bot.diagnosis.logs.contraries import takes_back
from incident_bot.model import Verdict

RULES = load_rules()


def work(first: int, last: int) -> str:
    """A line of ordinary work each minute."""
    lines = (f"2026-11-21T{8 + m // 60:02}:{m % 60:02}:00Z INFO order {4711 + m} stored" for m in range(first, last))
    return "".join(f"{line}\n" for line in lines)


def verdict_of(log: str, *, alert: str = "ManualTriage") -> Verdict:
    return diagnose(make_case({"app.log": log}, alert=alert), RULES).verdict


REFUSED = "2026-11-21T08:20:30Z ERROR cannot connect to stock:8080: Connection refused\n"


def test_one_refusal_is_over_when_the_same_work_goes_on_for_long() -> None:
    assert verdict_of(work(0, 21) + REFUSED + work(21, 60)) is Verdict.RECOVERED


def test_one_refusal_is_none_the_less_a_failure_when_that_work_stopped() -> None:
    beats = "".join(f"2026-11-21T08:{m:02}:10Z INFO health check answered\n" for m in range(21, 60))
    assert verdict_of(work(0, 21) + REFUSED + beats) is Verdict.FAILURE


def test_one_refusal_is_a_failure_when_an_alert_fires() -> None:
    assert verdict_of(work(0, 21) + REFUSED + work(21, 60), alert="OrdersFailing") is Verdict.FAILURE


DRILL = "2026-11-21T08:19:00Z INFO failover drill 7 starts, announced to all\n"


def test_trouble_inside_a_drill_that_ended_well_is_no_failure() -> None:
    end = "2026-11-21T08:23:30Z INFO failover drill 7 finished, all steps passed\n"
    assert verdict_of(work(0, 19) + DRILL + REFUSED * 3 + end + work(24, 34)) is Verdict.HEALTHY


@pytest.mark.parametrize(
    "end", ["", "2026-11-21T08:23:30Z INFO failover drill 7 finished: failed, orders were not kept\n"]
)
def test_trouble_in_a_drill_that_went_wrong_is_a_failure(end: str) -> None:
    assert verdict_of(work(0, 19) + DRILL + REFUSED * 5 + end) is Verdict.FAILURE


PASSED = """\
tests/test_net.py::test_refused
-------- live log call --------
ERROR    net:net.py:19 Connection refused by 10.0.0.3:5432
PASSED
======== {} in 2.11s ========
"""


def test_errors_that_tests_provoke_are_no_failure_when_all_passed() -> None:
    assert verdict_of(PASSED.format("12 passed") + "") is not Verdict.FAILURE


def test_the_same_errors_are_a_failure_when_a_test_failed() -> None:
    assert verdict_of(PASSED.format("1 failed, 11 passed")) is Verdict.FAILURE


@pytest.mark.parametrize("count", ["Shard 0 failed to start", "SQL Error: 0", "No space left on device"])
def test_a_complaint_with_a_zero_in_it_counts_nothing(count: str) -> None:
    assert verdict_of(work(0, 20) + REFUSED * 5 + f"2026-11-21T08:21:00Z ERROR {count}\n") is Verdict.FAILURE


@pytest.mark.parametrize(
    "line",
    [
        "blue: connection refused (expected, side is off)",
        "connection lost, as expected",
        "timeout on replica (intended: drill 12)",
        "peer is gone, expected during the rolling restart",
    ],
)
def test_lines_that_call_their_trouble_expected(line: str) -> None:
    assert is_said_expected(line)


@pytest.mark.parametrize(
    "line",
    [
        "SyntaxError: expected ')' at line 3",
        "expected 200 but got 503 (expected: 200)",
        "invalid token: expected, found }",
        "wrong version of the store (expected: 4)",
        "bad value of colour (expected: string or null)",
        "value 12 (expected in 0..9)",
        "restart did not go as expected",
        "latency higher than expected",
        "error: unexpected end of file",
        "assertion failed (expected: 3, actual: 4)",
    ],
)
def test_lines_that_compare_with_what_was_expected(line: str) -> None:
    assert not is_said_expected(line)


@pytest.mark.parametrize(
    ("complaint", "later"),
    [
        ("sensor T-7 offline", "sensor T-7 online"),
        ("config rejected: line 88", "config accepted, version 412"),
        ("peer 10.0.0.1 down", "peer 10.0.0.1 Established"),
        ("certificate of mail.corp.example expires in 4 days", "mail.corp.example: certificate renewed"),
        ("connection_lost broker=mq-1", "connected broker=mq-1"),
    ],
)
def test_the_contrary_about_the_same_thing_takes_a_complaint_back(complaint: str, later: str) -> None:
    assert takes_back(later, complaint)


@pytest.mark.parametrize(
    ("complaint", "later"),
    [
        ("sensor T-7 offline", "T-9 online"),
        ("sensor T-7 offline", "sensor T-7 is not online yet"),
        ("sensor T-7 offline", "sensor T-7 polled"),
        ("peer 10.0.0.1 down", "waiting until peer 10.0.0.1 is up"),
        ("volume data is full", "volume logs mounted"),
    ],
)
def test_other_things_and_hopes_take_nothing_back(complaint: str, later: str) -> None:
    assert not takes_back(later, complaint)


def tried_doors(first: int, last: int) -> str:
    return "".join(
        f"2026-11-21T{8 + m // 60:02}:{m % 60:02}:20Z sshd[9]: Failed password for root from 198.51.100.{m} port 4{m:03}\n"
        for m in range(first, last)
    )


def test_strangers_who_try_a_door_all_night_are_no_failure() -> None:
    log = "".join(sorted((work(0, 60) + tried_doors(0, 60)).splitlines(keepends=True)))
    assert verdict_of(log) is Verdict.HEALTHY


def test_a_log_that_begins_after_the_trouble_of_a_note_cannot_tell() -> None:
    log = "2026-11-21T07:59:00Z INFO starting orders 3.1\n" + work(0, 12)
    files = {"app.log": log, "note.txt": "Orders were missing for twenty minutes, somebody restarted it at 07:58.\n"}

    found = diagnose(make_case(files), RULES)

    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert found.gaps


def test_a_closed_note_leaves_a_calm_log_healthy() -> None:
    log = "2026-11-21T07:59:00Z INFO starting orders 3.1\n" + work(0, 12)
    files = {"app.log": log, "note.txt": "2026-03-02: orders were missing. Fixed in 3.0, ticket closed.\n"}
    assert diagnose(make_case(files), RULES).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    "line",
    [
        'alarm_description = "too many failed logins, connection refused or timeouts"',
        "summary: 'database refuses connections'",
        'http_requests_total{code="500"} 0',
        "# HELP jobs_failed_total Jobs that failed",
        "a1b2c3d fix: connection refused when the store restarts",
        "- fix: connection refused after a reload",
        'Error from server (NotFound): configmaps "old" not found (ignored)',
    ],
)
def test_lines_that_speak_of_trouble_report_none(line: str) -> None:
    assert is_no_report(line)


@pytest.mark.parametrize(
    "line",
    [
        'ERROR description="connection refused by stock:8080"',
        '2026-11-21T08:00:00Z summary="disk is full"',
        'http_requests_total{code="500"} 12',
        "a1b2c3d4 connection refused",
        "fix your configuration: unknown key colour",
        "connect: Connection refused (os error 111)",
    ],
)
def test_lines_that_report_trouble_are_no_talk(line: str) -> None:
    assert not is_no_report(line)


def test_source_code_beside_a_log_is_no_log() -> None:
    code = "try:\n    call()\nexcept ConnectionRefusedError:\n    log.fatal('connection refused')\n    raise SystemExit(1)\n"
    found = diagnose(make_case({"client.py": code, "app.log": work(0, 15)}), RULES)
    assert found.verdict is Verdict.HEALTHY


SHORT = "08:00:01 reader up\nfile has vanished: /srv/tmp/a\n08:14:01 done: 812 copied, {} failed\n"


@pytest.mark.parametrize(("failed", "verdict"), [("0", Verdict.HEALTHY), ("7", Verdict.FAILURE)])
def test_a_short_log_is_enough_when_it_counts_what_failed(failed: str, verdict: Verdict) -> None:
    assert verdict_of(SHORT.format(failed)) is verdict


OOM = "2026-10-20T03:11:0{} ERROR out of memory, killed worker\n"


def test_a_log_kept_from_last_month_explains_nothing_beside_a_calm_one() -> None:
    old = "".join(OOM.format(second) for second in range(9))
    assert diagnose(make_case({"old.log": old, "app.log": work(0, 30)}), RULES).verdict is Verdict.HEALTHY


def test_an_old_log_alone_is_no_less_a_failure() -> None:
    assert verdict_of("".join(OOM.format(second) for second in range(9))) is Verdict.FAILURE


def test_times_of_day_in_another_log_make_no_log_old() -> None:
    old = "".join(OOM.format(second) for second in range(9))
    beats = "".join(f"08:{minute:02}:00 beat\n" for minute in range(30))
    assert diagnose(make_case({"old.log": old, "beats.log": beats}), RULES).verdict is Verdict.FAILURE


IMPORT = "02:00:01 import starts\nERROR row 17: weight is negative, row rejected\n02:09:00 {} of 9000 rows rejected ({} {})\n02:09:01 exit code {}\n"


@pytest.mark.parametrize(
    ("rejected", "share", "tolerated", "code", "verdict"),
    [
        (25, "0.28 %", "tolerance 1 %", 0, Verdict.HEALTHY),
        (25, "0,28 %,", "Toleranz 1,0 %", 0, Verdict.HEALTHY),
        (400, "4.4 %", "tolerance 1 %", 3, Verdict.FAILURE),
        (400, "4.4 %", "of all", 0, Verdict.FAILURE),
    ],
)
def test_a_run_that_rejects_no_more_than_it_may_is_no_failure(
    rejected: int, share: str, tolerated: str, code: int, verdict: Verdict
) -> None:
    assert verdict_of(IMPORT.format(rejected, share, tolerated, code)) is verdict


@pytest.mark.parametrize(
    ("began", "verdict"),
    [
        ("2026-11-23T08:00", Verdict.INSUFFICIENT_EVIDENCE),
        ("2026-11-21T11:00", Verdict.INSUFFICIENT_EVIDENCE),
        ("2026-11-21T09:00", Verdict.HEALTHY),
        ("2026-11-21T08:10", Verdict.HEALTHY),
    ],
)
def test_a_calm_log_that_ended_long_before_the_alert_cannot_tell(began: str, verdict: Verdict) -> None:
    at = datetime.fromisoformat(f"{began}:00+00:00")
    found = diagnose(make_case({"app.log": work(0, 50)}, alert="OrdersLost", starts_at=at), RULES)
    assert found.verdict is verdict
    assert any("before" in gap.reason or "alert began" in gap.reason for gap in found.gaps) is (
        verdict is Verdict.INSUFFICIENT_EVIDENCE
    )
