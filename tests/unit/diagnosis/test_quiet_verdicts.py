"""What looks like trouble and is none, each beside the twin that is: the recovery is missing, or the words are the program's own."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.logs.announced import is_no_report
from incident_bot.model import Verdict

RULES = load_rules()


def verdict_of(files: dict[str, str], *, alert: str = "ManualTriage") -> Verdict:
    return diagnose(make_case(files, alert=alert), RULES).verdict


@pytest.mark.parametrize(
    "line",
    [
        "log level: error",
        "settings: log-level=error on-error=continue error-budget=5",
        "2026-11-21 12:00:38,000 WARN  [pool] (main) Datasource 'main': JDBC resources leaked: 0 ResultSet(s) and 0 Statement(s)",
        '{"level":"error","msg":"stored client event","type":"TypeError","title":"Failed to fetch"}',
        '{"level":"error","event":"crash report accepted","exception":"OutOfMemoryError: Java heap space"}',
    ],
)
def test_settings_counts_of_nothing_and_carried_reports_are_no_complaints(line: str) -> None:
    assert is_no_report(line)


@pytest.mark.parametrize(
    "line",
    [
        "log-level: error connecting to the store",
        "settings: cannot read on-error=continue: no such file",
        "2026-11-21 12:00:38,000 WARN  [pool] (main) JDBC resources leaked: 3 ResultSet(s) and 0 Statement(s)",
        "7 leaked, 0 failed to close",
        '{"level":"error","msg":"could not store client event","type":"TypeError"}',
        '{"level":"error","msg":"job 12","error":"connection refused"}',
    ],
)
def test_what_a_program_says_of_itself_is_a_complaint(line: str) -> None:
    assert not is_no_report(line)


CRASHES = """\
NAME                       READY   STATUS             RESTARTS       AGE
tiler-59d8c7b6f-lw4xp      0/1     CrashLoopBackOff   17 (3m ago)    71m
"""


def loading(end: str) -> str:
    tiles = (
        f"2026-11-21T09:00:{n:02}Z WARN  tile {n}: 4 streets without a name, numbered\n"
        if n % 6 == 0
        else f"2026-11-21T09:00:{n:02}Z INFO  tile {n} of 512 read\n"
        for n in range(1, 58)
    )
    return "".join(tiles) + end


def test_an_odd_warning_does_not_say_why_a_pod_crashes() -> None:
    assert verdict_of({"pods.txt": CRASHES, "tiler.log": loading("")}) is Verdict.INSUFFICIENT_EVIDENCE


def test_the_error_that_ends_the_same_log_does() -> None:
    end = "2026-11-21T09:01:00Z ERROR tile 58: bad checksum\n"
    assert verdict_of({"pods.txt": CRASHES, "tiler.log": loading(end)}) is Verdict.FAILURE
