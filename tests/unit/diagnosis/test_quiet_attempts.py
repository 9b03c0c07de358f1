"""What is tried again, turned away or tested on purpose and is no trouble, each beside the twin that is."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()
READY = """\
NAME                      READY   STATUS    RESTARTS   AGE
policy-6c9d8f7b5-4kxqz    2/2     Running   0          4d
policy-6c9d8f7b5-zt8wp    2/2     Running   0          4d
"""


def verdict_of(files: dict[str, str], *, alert: str = "ManualTriage") -> Verdict:
    return diagnose(make_case(files, alert=alert), RULES).verdict


FIRST_TRY = """\
[2026-11-21T02:00:00] INFO - Starting attempt 1 of 3
[2026-11-21T02:00:31] ERROR - Task failed with exception
Traceback (most recent call last):
  File "/dags/partner.py", line 61, in fetch
    sftp.get(remote, local)
socket.timeout: timed out
"""
SECOND_TRY = "[2026-11-21T02:05:00] INFO - Starting attempt 2 of 3\n" + "".join(
    f"[2026-11-21T02:05:{s:02}] INFO - part {s} fetched\n" for s in range(1, 20)
)


def test_a_task_that_succeeds_at_its_second_attempt_is_no_failure() -> None:
    end = "[2026-11-21T02:06:00] INFO - Marking task as SUCCESS. task_id=fetch\n"
    assert verdict_of({"fetch.log": FIRST_TRY + SECOND_TRY + end}) in (Verdict.RECOVERED, Verdict.HEALTHY)


def test_a_task_that_fails_at_its_second_attempt_too_is_one() -> None:
    second = FIRST_TRY.replace("attempt 1", "attempt 2").replace("02:00", "02:05")
    end = "[2026-11-21T02:06:00] INFO - Marking task as FAILED. task_id=fetch\n"
    assert verdict_of({"fetch.log": FIRST_TRY + second + end}) is Verdict.FAILURE


def signed_in(first: int, last: int) -> str:
    return "".join(
        f'{{"time":"2026-11-21T08:{m:02}:{s:02}Z","level":"INFO","msg":"login ok","user":"u{m}{s}"}}\n'
        for m in range(first, last)
        for s in (5, 25, 45)
    )


def turned_down(ips: tuple[str, ...]) -> str:
    return "".join(
        f'{{"time":"2026-11-21T08:{m:02}:{s:02}Z","level":"WARN","msg":"login rejected","reason":"bad_password","status":401,"ip":"{ips[(m + s) % len(ips)]}"}}\n'
        for m in range(15, 50)
        for s in (7, 27)
    )


def by_time(log: str) -> str:
    return "".join(sorted(log.splitlines(keepends=True)))


STRANGERS = tuple(f"185.220.{n}.7" for n in range(1, 30))


def test_strangers_who_guess_passwords_beside_users_who_log_in_are_no_failure() -> None:
    log = by_time(signed_in(0, 50) + turned_down(STRANGERS))
    assert verdict_of({"login.log": log, "pods.txt": READY}, alert="Http4xxRateHigh") is Verdict.HEALTHY


def test_the_same_rejections_are_one_when_nobody_logs_in_any_more() -> None:
    log = by_time(signed_in(0, 15) + turned_down(STRANGERS))
    assert verdict_of({"login.log": log, "pods.txt": READY}, alert="Http4xxRateHigh") is Verdict.FAILURE


def booked(first: int, last: int, how: str) -> str:
    failed = "WARN  shipment {0}: POST https://api.parcel.example/orders answered 503, retry 1/5 in 2s"
    lines = []
    for m in range(first, last):
        lines += [f"2026-11-21T08:{m:02}:{s:02}Z INFO  shipment {m}{s}: booked" for s in (5, 25)]
        lines += [f"2026-11-21T08:{m:02}:45Z {failed.format(m)}", f"2026-11-21T08:{m:02}:50Z {how.format(m)}"]
    return "".join(f"{line}\n" for line in lines)


def test_retries_that_all_work_are_no_failure() -> None:
    assert verdict_of({"sync.log": booked(0, 50, "INFO  shipment {0}: booked on retry 1")}) is not Verdict.FAILURE


def test_retries_of_which_the_last_are_given_up_are_one() -> None:
    log = booked(0, 25, "INFO  shipment {0}: booked on retry 1") + booked(
        25, 50, "ERROR shipment {0}: giving up after 5 retries"
    )
    assert verdict_of({"sync.log": log}) is Verdict.FAILURE


def placed(extra: str) -> str:
    lines = (
        f'{{"time":"2026-11-21T08:{m:02}:{s}Z","level":"info","msg":"order placed","items":{m}{extra}}}\n'
        for m in range(50)
        for s in (10, 40)
    )
    return "".join(lines)


def test_a_log_without_times_cannot_tell_about_a_latency() -> None:
    assert (
        verdict_of({"policy.log": placed(""), "pods.txt": READY}, alert="CheckoutLatencyHigh")
        is Verdict.INSUFFICIENT_EVIDENCE
    )


def test_a_log_with_usual_times_can() -> None:
    assert (
        verdict_of({"policy.log": placed(',"took_ms":12'), "pods.txt": READY}, alert="CheckoutLatencyHigh")
        is Verdict.HEALTHY
    )


def handled(first: int, last: int, line: str) -> str:
    return "".join(f"2026-11-21T08:{m:02}:{s:02}Z {line}\n" for m in range(first, last) for s in range(0, 60, 6))


NOTE = "08:08 load test of seats (staging) starts at 08:10, k6, 12 minutes\n08:24 done, {}\n"
CALM, SHED = "INFO op=GetSeat code=OK took=9ms", "WARN slow call op=ListShows took=700ms threshold=500ms"


def test_what_an_announced_load_test_slows_down_is_no_failure() -> None:
    log = handled(0, 10, CALM) + handled(10, 22, SHED) + handled(22, 30, CALM)
    assert verdict_of({"seats.log": log, "note.txt": NOTE.format("0 5xx, as wanted")}) is Verdict.HEALTHY


@pytest.mark.parametrize(
    ("after", "said"), [(SHED, "0 5xx"), ("ERROR op=HoldSeat failed: lock timeout", "but nobody can hold seats since")]
)
def test_what_a_load_test_broke_is_one(after: str, said: str) -> None:
    log = handled(0, 10, CALM) + handled(10, 22, SHED) + handled(22, 30, after)
    assert verdict_of({"seats.log": log, "note.txt": NOTE.format(said)}) is Verdict.FAILURE


def rendered(end: str) -> str:
    """A Celery worker whose task is tried again; `end` is what becomes of each."""
    lines = []
    for m in range(50):
        stamp = f"[2026-11-21 08:{m:02}:"
        lines += [
            f"{stamp}{s:02},123: INFO/ForkPoolWorker-1] Task render[{m:04x}{s:04x}] succeeded in 1.2s" for s in (5, 25)
        ]
        if m % 8 == 4:
            lines.append(
                f"{stamp}30,123: WARNING/ForkPoolWorker-2] Task render[{m:08x}] retry: Retry in 10s: Read timed out."
            )
            lines.append(f"{stamp}42,123: {end.format(f'{m:08x}')}")
    return "".join(f"{line}\n" for line in lines)


def test_a_task_whose_second_try_is_told_to_work_by_its_id_did_not_fail() -> None:
    log = rendered("INFO/ForkPoolWorker-3] Task render[{}] succeeded in 1.2s")
    assert verdict_of({"render.log": log}) is not Verdict.FAILURE


def test_a_task_that_was_given_up_did() -> None:
    log = rendered("ERROR/ForkPoolWorker-3] Task render[{}] raised unexpected: Read timed out.")
    assert verdict_of({"render.log": log}) is Verdict.FAILURE


NOT_PULLED = """\
LAST SEEN   TYPE      REASON   OBJECT                   MESSAGE
14m         Warning   Failed   pod/geo-7d8f9c6b5-2hxkq   Failed to pull image "registry.example/geo:4.1": context deadline exceeded
14m         Warning   Failed   pod/geo-7d8f9c6b5-2hxkq   Error: ErrImagePull
"""
PULLED = """\
13m         Normal    Pulled   pod/geo-7d8f9c6b5-2hxkq   Successfully pulled image "registry.example/geo:4.1" in 41s
13m         Normal    Started  pod/geo-7d8f9c6b5-2hxkq   Started container geo
"""


def test_an_image_that_came_at_the_second_try_is_over() -> None:
    assert verdict_of({"events.txt": NOT_PULLED + PULLED}) is Verdict.RECOVERED


def test_an_image_that_never_came_is_not() -> None:
    assert verdict_of({"events.txt": NOT_PULLED}) is Verdict.FAILURE
