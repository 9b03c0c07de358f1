"""What looks like trouble and is none, each beside the twin that is: the recovery is missing, or the words are the program's own."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.logs.announced import is_no_report
from incident_bot.diagnosis.logs.background import shape_of
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


def listed(restarts: str, age: str) -> dict[str, str]:
    head = "NAME                     READY   STATUS    RESTARTS        AGE\n"
    return {
        "pods.txt": f"{head}intake-7b9d8c6f5-2q8zk   1/1     Running   {restarts}   {age}\n"
        f"intake-7b9d8c6f5-6tmwd   1/1     Running   0   {age}\n"
    }


def test_a_pod_that_restarts_every_hour_has_not_recovered_after_a_quarter_of_one() -> None:
    assert verdict_of(listed("5 (17m ago)", "6h")) is Verdict.INSUFFICIENT_EVIDENCE


def test_a_pod_that_restarted_as_often_at_its_start_has_recovered() -> None:
    assert verdict_of(listed("5 (5h40m ago)", "6h")) is Verdict.RECOVERED


def runs(*rows: tuple[str, str, str]) -> str:
    head = "NAME                        READY   STATUS      RESTARTS   AGE\n"
    return head + "".join(f"models-{run}   0/1     {status}   0   {age}\n" for run, status, age in rows)


FAILED_RUN = (
    "05:30:41  ERROR creating table totals\nDatabase Error in model totals\n  column c.segment does not exist\n"
)


def test_an_earlier_run_that_completed_makes_up_for_no_later_one() -> None:
    pods = runs(("29396670-2jv8d", "Completed", "2d1h"), ("29398110-wz9kq", "Error", "3h2m"))
    files = {"pods.txt": pods, "models-29398110-wz9kq.log": FAILED_RUN}
    assert verdict_of(files) is Verdict.FAILURE


def test_a_later_run_that_completed_does() -> None:
    pods = runs(("29396670-2jv8d", "Error", "2d1h"), ("29398110-wz9kq", "Completed", "3h2m"))
    files = {"pods.txt": pods, "models-29396670-2jv8d.log": FAILED_RUN}
    assert verdict_of(files) is not Verdict.FAILURE


def served(first: int, last: int) -> str:
    return "".join(
        f"2026-11-21T{8 + m // 60:02}:{m % 60:02}:{s:02}Z [info] GET /catalog/{m}{s} 200 9ms\n"
        for m in range(first, last)
        for s in (5, 25, 45)
    )


TIMEOUTS = "".join(
    f"2026-11-21T08:20:{s:02}Z [error] stock-client: GET http://stock:8080/levels: timeout after 800ms\n"
    for s in range(0, 40, 5)
)


def test_calm_after_time_outs_is_a_recovery() -> None:
    assert verdict_of({"catalog.log": served(0, 20) + TIMEOUTS + served(21, 60)}) is Verdict.RECOVERED


def test_calm_in_which_a_breaker_opens_again_and_again_is_none() -> None:
    opened = "2026-11-21T{:02}:{:02}:50Z [warn] breaker stock-client: HALF_OPEN -> OPEN (probe failed: timeout after 800ms)\n"
    later = "".join(served(m, m + 1) + opened.format(8 + m // 60, m % 60) for m in range(21, 60))
    assert verdict_of({"catalog.log": served(0, 20) + TIMEOUTS + later}) is Verdict.FAILURE


READY = """\
NAME                      READY   STATUS    RESTARTS   AGE
policy-6c9d8f7b5-4kxqz    2/2     Running   0          4d
policy-6c9d8f7b5-zt8wp    2/2     Running   0          4d
"""
LISTING = "$ kubectl get svc | grep policy\npolicy   ClusterIP   10.96.14.3   <none>   8181/TCP   210d\n"
NOT_LOADED = "2026-11-21T08:21:00Z error reload of /etc/policy/rules.yaml failed: line 88: unexpected token\n"
LOADED = "2026-11-21T08:23:00Z info reload of /etc/policy/rules.yaml done, 214 rules\n"


def decided(first: int, last: int) -> str:
    return "".join(
        f"2026-11-21T08:{m:02}:{s}Z info decision=allow user=u{m}\n" for m in range(first, last) for s in (10, 40)
    )


@pytest.mark.parametrize("beside", [{}, {"svc.txt": LISTING}])
def test_a_refused_configuration_is_a_failure_however_ready_the_pods_are(beside: dict[str, str]) -> None:
    log = decided(0, 21) + NOT_LOADED + decided(22, 55)
    assert verdict_of({"policy.log": log, "pods.txt": READY, **beside}) is Verdict.FAILURE


@pytest.mark.parametrize("beside", [{}, {"svc.txt": LISTING}])
def test_it_is_none_once_a_later_one_was_accepted(beside: dict[str, str]) -> None:
    log = decided(0, 21) + NOT_LOADED + LOADED + decided(24, 55)
    assert verdict_of({"policy.log": log, "pods.txt": READY, **beside}) is not Verdict.FAILURE


def asked(status: int, first: int, last: int) -> str:
    lines = (
        f'{10 + m}.0.{s}.7 - - [21/Nov/2026:08:{m:02}:{s:02} +0000] "GET {path} HTTP/1.1" {code} 153 "-" "Mozilla/5.0"\n'
        for m in range(first, last)
        for s, path, code in ((5, "/", 200), (25, "/static/app.js", status), (45, "/static/app.css", status))
    )
    return "".join(lines)


def test_files_that_were_served_and_are_not_found_since_are_a_failure() -> None:
    told = diagnose(make_case({"web.log": asked(200, 0, 25) + asked(404, 25, 50)}), RULES)
    assert told.verdict is Verdict.FAILURE
    assert "served it before" in told.causes[0].title


def test_files_that_nobody_ever_found_are_none() -> None:
    assert verdict_of({"web.log": asked(404, 0, 50)}) is Verdict.HEALTHY


def test_files_that_are_found_again_are_none() -> None:
    log = asked(200, 0, 20) + asked(404, 20, 24) + asked(200, 24, 50)
    assert verdict_of({"web.log": log}) is not Verdict.FAILURE


def charged(refusal: str, first: int, last: int, *, every: int) -> str:
    lines = (
        f"08:{m:02}:{s:02} ERROR Gateway - charge {m * 60 + s} {refusal}\n"
        if (m * 6 + s // 10) % every == 0
        else f"08:{m:02}:{s:02} INFO  Gateway - charge {m * 60 + s} captured\n"
        for m in range(first, last)
        for s in range(0, 60, 10)
    )
    return "".join(lines)


def test_cards_that_their_issuers_refuse_all_day_are_no_failure() -> None:
    log = charged("refused by issuer: authentication failed (cardholder cancelled)", 0, 50, every=13)
    assert verdict_of({"pay.log": log}) is Verdict.HEALTHY


def test_the_same_refusal_of_everybody_since_a_moment_is_one() -> None:
    refusal = "refused by issuer: authentication failed (cardholder cancelled)"
    log = charged(refusal, 0, 25, every=13) + charged(refusal, 25, 50, every=1)
    assert verdict_of({"pay.log": log}) is Verdict.FAILURE


PAIR = """\
NAME        READY   STATUS    RESTARTS   AGE
indexer-0   1/1     Running   0          {}
indexer-1   1/1     Running   0          21d
"""
BLOCKED = (
    'error when evicting pods/"indexer-0" -n "search" (will retry after 5s): '
    "Cannot evict pod as it would violate the pod's disruption budget.\nevicting pod search/indexer-0\n"
)
DRAIN = (
    "$ kubectl drain pool-b-07 --ignore-daemonsets\nnode/pool-b-07 cordoned\nevicting pod search/indexer-0\n"
    + BLOCKED * 14
)


def test_a_drain_that_a_budget_held_up_and_that_ended_is_no_failure() -> None:
    drain = f"{DRAIN}pod/indexer-0 evicted\nnode/pool-b-07 drained\n"
    assert verdict_of({"drain.txt": drain, "pods.txt": PAIR.format("9m")}) is not Verdict.FAILURE


def test_a_drain_that_a_budget_still_holds_up_is_one() -> None:
    assert verdict_of({"drain.txt": DRAIN + BLOCKED * 30, "pods.txt": PAIR.format("21d")}) is Verdict.FAILURE


WAITED = """\
LAST SEEN   TYPE      REASON             OBJECT                MESSAGE
18m         Warning   FailedScheduling   pod/eval-6d9f8-2hx4z   0/9 nodes are available: 9 Insufficient nvidia.com/gpu.
"""
STARTED = """\
13m         Normal    Scheduled          pod/eval-6d9f8-2hx4z   Successfully assigned ml/eval-6d9f8-2hx4z to gpu-1
11m         Normal    Started            pod/eval-6d9f8-2hx4z   Started container eval
"""


def test_events_alone_show_that_a_pod_waited_and_started() -> None:
    assert verdict_of({"events.txt": WAITED + STARTED}) is Verdict.RECOVERED


def test_a_start_that_went_wrong_at_once_is_no_recovery() -> None:
    after = "20s (x40 over 10m)   Warning   BackOff   pod/eval-6d9f8-2hx4z   Back-off restarting failed container eval in pod eval-6d9f8-2hx4z\n"
    assert verdict_of({"events.txt": WAITED + STARTED + after}) is not Verdict.RECOVERED


def test_events_that_end_with_waiting_are_a_failure() -> None:
    assert verdict_of({"events.txt": WAITED}) is Verdict.FAILURE


def summary_of(files: dict[str, str]) -> str:
    return diagnose(make_case(files), RULES).summary


def test_a_recovery_names_the_event_that_proves_it() -> None:
    assert "After it came Started: Started container eval (E1:4)" in summary_of({"events.txt": WAITED + STARTED})


def test_a_recovery_says_for_how_long_its_log_goes_on_without_the_trouble() -> None:
    told = summary_of({"catalog.log": served(0, 20) + TIMEOUTS + served(21, 60)})
    assert "goes on for 39 minutes after 08:20 without it (E1:" in told


def test_what_redaction_puts_in_place_of_a_value_is_part_of_no_shape() -> None:
    # Its digits are others in each run: what is told must not hang on them.
    first, second = (f"to=<[REDACTED:email:{each}]> bounced" for each in ("c98ddb", "239d7c"))
    assert shape_of(first) == shape_of(second)
