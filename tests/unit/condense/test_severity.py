"""What sounds bad, in the words of many tools, and what only looks so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.log_generators import generate
from incident_bot.condense.lines import clean
from incident_bot.condense.severity import Level, grade, is_ending

TABLE = [
    ("1795216606.004 E raft 2 of 5 members reachable", Level.ERROR),
    ("2026-11-21 08:20:30.114 W cache of prices is cold", Level.WARNING),
    ("08:20:30 I letters sent: 12", Level.INFO),
    ("vitamin E 400 was added", Level.INFO),
    ("2026-11-24T14:01:02.000Z warn  price read attempt 1 failed (ECONNRESET)", Level.WARNING),
    ("2026-11-24 14:01:02 info  import failed for 2 of 90", Level.NOTICE),
    ("14:01:02 reported by warn board: connection refused", Level.ERROR),
    ("sync: failed=0 aborted=0 rejected=0 accepted=361", Level.INFO),
    ("sync: failed=0 aborted=3 rejected=0 accepted=361", Level.FATAL),
    ("2026-03-14 09:26:53 ERROR [main] cannot bind", Level.ERROR),
    ("E0314 09:26:53.589793       1 proxier.go:12] sync", Level.ERROR),
    ("I0314 09:26:53.589793       1 proxier.go:12] sync", Level.INFO),
    ("F260314 09:26:53.589793 71 storage/pebble.go:1532 \u22ee [n2] 9102  sync", Level.FATAL),
    ('{"level":"error","msg":"x"}', Level.ERROR),
    ('{"level":50,"msg":"x"}', Level.ERROR),
    ('{"level":30,"msg":"x"}', Level.INFO),
    ("level=warn msg=x", Level.WARNING),
    ("[error] 31#31: *5 upstream prematurely closed", Level.ERROR),
    ("ValueError: shapes differ", Level.ERROR),
    ("java.lang.IllegalStateException: closed", Level.ERROR),
    ("main.c:12:3: error: unknown type name", Level.ERROR),
    ("panic: assignment to entry in nil map", Level.FATAL),
    ("Out of memory: Killed process 4411 (python)", Level.FATAL),
    ("Segmentation fault (core dumped)", Level.FATAL),
    ("Traceback (most recent call last):", Level.FATAL),
    ("dial tcp 10.0.0.1:5432: connection refused", Level.ERROR),
    ("WARN pool is 90% full", Level.WARNING),
    ("retrying in 5 s", Level.NOTICE),
    ("listening on port 8080", Level.INFO),
    ('"GET /a HTTP/1.1" 503 12', Level.ERROR),
    ('"GET /a HTTP/1.1" 404 12', Level.WARNING),
    ('"GET /a HTTP/1.1" 200 500', Level.INFO),
    ("  Expected: 1025", Level.WARNING),
    ("[info]   3 did not equal 4 (LedgerSpec.scala:41)", Level.NOTICE),
    ("would reformat src/billing/ledger.py", Level.NOTICE),
    ("your version (8.1.27) does not satisfy that requirement", Level.WARNING),
    ('{"response_code": 503, "path": "/a"}', Level.ERROR),
    ("src/a.cc:12:9: warning: failed to inline", Level.WARNING),
    ("DeprecationWarning: will raise an exception in future", Level.WARNING),
    # compact JSON is one word: what matters may stand in the middle of it
    (f'{{"host":"{"a" * 250}","level":"error","msg":"x","agent":"{"b" * 250}"}}', Level.ERROR),
    ('{"throttled_calls":3}', Level.NOTICE),
    # what only looks bad
    ('{"upstream_transport_failure_reason":null,"response_flags":"-","last_error_code":""}', Level.INFO),
    ("vendor/Error::new() is called", Level.INFO),
    ("tests/test_a.py::test_error PASSED [ 18%]", Level.QUIET),
    ("[gw2] [ 12%] PASSED tests/test_error.py::test_failure", Level.QUIET),
    ("0 errors, 0 failures", Level.INFO),
    ('{"level":"info","error":null,"msg":"ok done"}', Level.INFO),
    ("INFO finished with errors=0", Level.INFO),
    ("Compiling src/error_handler.rs", Level.INFO),
    ("installed libgpg-error0", Level.INFO),
    ("gcc -Werror -Wno-error=format main.c", Level.INFO),
    ("  ✓ rejects an invalid token (12ms)", Level.QUIET),
    ("test errors::displays_cause ... ok", Level.QUIET),
    ("", Level.QUIET),
    ("=====", Level.QUIET),
]


@pytest.mark.parametrize(("line", "level"), TABLE)
def test_grade(line, level):
    assert grade(line) == level


@pytest.mark.parametrize(
    "name",
    [
        "pytest_assertion",
        "rspec_parallel",
        "android_lint",
        "trend_to_timeout",
        "fleet_as_json_lines",
        "mesh_json_access",
    ],
)
def test_a_cheap_look_at_the_words_hides_nothing(name):
    """With every regular expression asked, no line sounds otherwise."""
    lines = {clean(line) for line in generate(name, seed=3).lines[:1500]}

    for line in [*(line for line, _ in TABLE), *lines]:
        if any(map(str.isalnum, line)):
            assert grade(line) == grade(line, hints=-1), line


PARTS = st.sampled_from(
    [
        *[
            "not",
            "ok",
            "failure",
            "reason",
            "upstream",
            "fail",
            "error",
            "err",
            "exit",
            "code",
            "3",
            "1",
            "does",
            "match",
            "out",
            "of",
            "memory",
            "throttle",
            "rate",
            "limit",
        ],
        *("_", "_", " ", " ", "Error", "was:", "-", "/", "=", '"', ":", "失败"),
    ]
)


@given(st.lists(PARTS, min_size=2, max_size=14).map("".join))
def test_a_name_in_snake_case_hides_nothing_that_is_said(line):
    assert grade(line) == grade(line, hints=-1) or not any(map(str.isalnum, line))


def test_an_info_line_with_a_failure_in_it_is_worth_more_than_other_info():
    assert Level.INFO < grade("INFO probe failed, will try again") < Level.WARNING


@pytest.mark.parametrize(
    "line",
    [
        'The command "make" exited with 2.',
        "##[error]Process completed with exit code 1.",
        "make: *** [all] Error 2",
        "ERROR: Job failed: exit code 1",
    ],
)
def test_a_bad_ending_is_recognised(line):
    assert is_ending(line)
    assert grade(line) >= Level.ERROR


@pytest.mark.parametrize("line", ['The command "make" exited with 0.', "exit code 0", "all tests passed"])
def test_a_good_ending_is_not(line):
    assert not is_ending(line)


def test_information_that_something_went_over_into_a_failed_state_is_an_error() -> None:
    """Schedulers and operators tell it at the level of every other step; what they say of words alone stays calm."""
    assert grade("INFO Job nightly (5f3) switched from state RUNNING to FAILED.") == Level.ERROR
    assert grade('level=info msg="Updating operation state. phase: Running -> Failed, message: x"') == Level.ERROR
    assert grade("INFO Job nightly (5f3) switched from state CREATED to RUNNING.") == Level.INFO
    assert grade("INFO retried 3 messages that had failed before") < Level.WARNING


def test_a_level_between_tabs_is_stated() -> None:
    """zap's and Istio's consoles write it in small letters."""
    assert grade("2026-11-27T09:12:03Z\twarning\tenvoy config\tclosed since 40s: connection error") == Level.WARNING
    assert grade("2026-11-27T09:12:03Z\tinfo\terror handler registered") < Level.WARNING
