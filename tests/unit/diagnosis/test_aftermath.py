"""What the evidence shows later overrules what it showed before, and no clock outside of it does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.evidence import NOW, diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Category, Verdict

RULES = load_rules()

CRASHING = """\
apiVersion: v1
kind: Pod
metadata: {name: api-7d9f8b6c5d-x2k4q, namespace: ml, creationTimestamp: "2026-11-21T11:40:00Z"}
spec: {containers: [{name: api, image: "registry.example/api:1"}]}
status:
  phase: Running
  containerStatuses:
  - name: api
    ready: true
    restartCount: 3
    state: {running: {startedAt: "2026-11-21T11:58:00Z"}}
    lastState: {terminated: {exitCode: 1, reason: Error, finishedAt: "2026-11-21T11:57:40Z"}}
"""

LISTING = """\
NAME                    READY   STATUS    RESTARTS   AGE
shop-6d5f9c7b44-5hv2n   1/1     Running   0          9d
shop-6d5f9c7b44-zz7lc   1/1     Running   0          38m
"""

EVENTS = """\
LAST SEEN   TYPE      REASON    OBJECT                      MESSAGE
46m         Warning   Failed    pod/shop-84c6d9f7b8-tq5rs   Failed to pull image "registry.example/shop:9": not found
38m         Normal    Started   pod/shop-6d5f9c7b44-zz7lc   Started container shop
"""


@pytest.mark.parametrize("later", [timedelta(minutes=5), timedelta(minutes=14), timedelta(days=400)])
def test_verdict_of_saved_evidence_does_not_depend_on_when_it_is_read(later: timedelta) -> None:
    """Two minutes after a crash is two minutes after a crash, however late the folder is opened."""
    case = make_case({"pod.yaml": CRASHING, "api-previous.log": "FATAL cannot parse settings.toml line 3\n"})

    assert diagnose(case, RULES, now=NOW + later) == diagnose(case, RULES, now=NOW)
    assert diagnose(case, RULES, now=NOW + later).verdict is Verdict.FAILURE


def test_pod_that_only_events_remember_is_over_when_the_listed_ones_are_well() -> None:
    found = diagnose(make_case({"pods.txt": LISTING, "events.txt": EVENTS}), RULES)

    assert found.verdict is Verdict.RECOVERED


def test_pod_that_only_events_remember_still_fails_when_a_listed_one_does() -> None:
    listing = LISTING.replace("1/1     Running   0          38m", "0/1     Error     0          38m")

    assert diagnose(make_case({"pods.txt": listing, "events.txt": EVENTS}), RULES).verdict is not Verdict.RECOVERED


def test_listed_pods_that_run_ready_for_days_are_healthy() -> None:
    assert diagnose(make_case({"pods.txt": LISTING}), RULES).verdict is Verdict.HEALTHY


@pytest.mark.parametrize("status", ["CrashLoopBackOff", "Error", "ImagePullBackOff", "Pending"])
def test_listed_pod_in_trouble_is_never_healthy(status: str) -> None:
    listing = f"NAME     READY   {'STATUS':18}RESTARTS   AGE\nshop-0   0/1     {status:18}0          38m\n"
    calm = "".join(f"INFO request {number} served\n" for number in range(40))

    found = diagnose(make_case({"pods.txt": listing, "shop-0-proxy.log": calm}), RULES)

    assert found.verdict not in (Verdict.HEALTHY, Verdict.RECOVERED)


def test_errors_of_a_ready_container_that_stopped_long_before_its_log_ends_are_no_failure() -> None:
    lines = ["INFO order stored"] * 50 + ["ERROR duplicate key value violates unique constraint"] * 4
    case = make_case(
        {"pods.txt": LISTING, "shop-6d5f9c7b44-zz7lc.log": "\n".join([*lines, *["INFO order stored"] * 200])}
    )

    assert diagnose(case, RULES).verdict is Verdict.HEALTHY


def test_calm_log_does_not_answer_an_alert_about_restarts() -> None:
    log = "".join(f"INFO loading tile {number}\n" for number in range(60))

    found = diagnose(make_case({"router.log": log}, alert="KubePodCrashLooping"), RULES)

    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE


def test_first_service_to_fail_comes_before_the_loudest() -> None:
    start = '2026-11-21T11:30:{:02d}Z level=error msg="{}"\n'
    files = {
        "vault_core.log": start.format(1, "core is sealed"),
        "broker_token.log": "".join(
            start.format(4 + n, "cannot read jwt-key: upstream answered 503") for n in range(9)
        ),
        "web_portal.log": "".join(start.format(6 + n, "401 Unauthorized from login") for n in range(40)),
    }

    assert "sealed" in diagnose(make_case(files), RULES).causes[0].title


def test_missing_key_of_a_plain_dictionary_is_the_programs_own_fault() -> None:
    log = 'Traceback (most recent call last):\n  File "/srv/a.py", line 4, in f\n    meta["dtypes"]\nKeyError: \'dtypes\'\n'

    assert diagnose(make_case({"api.log": log}), RULES).category is Category.APPLICATION


def test_missing_key_of_the_environment_is_configuration() -> None:
    log = 'Traceback (most recent call last):\n  File "/srv/a.py", line 4, in f\n    os.environ["MODEL_URI"]\nKeyError: \'MODEL_URI\'\n'

    assert diagnose(make_case({"api.log": log}), RULES).category is Category.CONFIG


SUCCESSOR = """\
apiVersion: v1
kind: Pod
metadata:
  name: night-7-dfxmp
  namespace: jobs
  creationTimestamp: "{created}"
  ownerReferences: [{{kind: Job, name: night-7}}]
spec: {{containers: [{{name: night, image: "registry.example/night:1"}}]}}
status:
  phase: Running
  conditions: [{{type: Ready, status: "True"}}]
  containerStatuses: [{{name: night, ready: true, restartCount: 0, state: {{running: {{startedAt: "{created}"}}}}}}]
"""
PREEMPTED = """\
LAST SEEN              TYPE     REASON      OBJECT              MESSAGE
2026-11-21T11:00:00Z   Normal   Preempted   pod/night-7-zz9wq   Preempted by pod 0f9a2c1e-1f0e-4c9e-9a0b-6c1d1f7b9f10 on node node-2
"""


@pytest.mark.parametrize(
    ("created", "verdict"),
    [("2026-11-21T11:00:05Z", Verdict.RECOVERED), ("2026-11-21T10:00:00Z", Verdict.FAILURE)],
)
def test_pod_that_gave_way_is_over_once_another_one_of_its_job_was_created(created: str, verdict: Verdict) -> None:
    """A pod that was there before shows nothing: the one that is gone may never have been replaced."""
    found = diagnose(make_case({"pod.yaml": SUCCESSOR.format(created=created), "events.txt": PREEMPTED}), RULES)

    assert found.verdict is verdict


@pytest.mark.parametrize(("minutes", "verdict"), [(40, Verdict.RECOVERED), (4, Verdict.FAILURE)])
def test_log_of_the_present_run_tells_how_long_it_has_run(minutes: int, verdict: Verdict) -> None:
    """Its dates need no time zone for that, and nothing else in a folder says when it was saved."""
    log = "".join(f"2026/11/21 03:{minute:02}:10 order {minute} saved\n" for minute in range(minutes))
    files = {
        "pod.yaml": CRASHING,
        "api-7d9f8b6c5d-x2k4q_api.log": log,
        "api-7d9f8b6c5d-x2k4q_api.previous.log": "dial tcp 10.9.8.7:5432: connect: connection refused\n",
    }

    assert diagnose(make_case(files), RULES).verdict is verdict


def _broker_log(ended: str) -> str:
    work = "".join(f"2026-11-21 09:{minute:02}:00 [info] message {minute} delivered\n" for minute in range(30, 59))
    return f"2026-11-21 09:01:00 [warning] disk resource limit alarm set on node 'rabbit@mq-0'\n{ended}{work}"


@pytest.mark.parametrize(
    ("ended", "verdict"),
    [
        ("2026-11-21 09:16:00 [warning] disk resource limit alarm cleared across the cluster\n", Verdict.RECOVERED),
        ("2026-11-21 09:16:00 [warning] disk resource limit alarm not cleared yet\n", Verdict.FAILURE),
    ],
)
def test_warning_may_say_that_what_a_warning_began_is_over(ended: str, verdict: Verdict) -> None:
    """Brokers report the end of an alarm as loudly as its beginning; that it is not over yet is no end."""
    assert diagnose(make_case({"mq-0.log": _broker_log(ended)}), RULES).verdict is verdict


def test_callers_who_speak_another_protocol_are_no_failure_of_a_server() -> None:
    """Port scanners and probes make brokers log exceptions all day."""
    work = [
        f"[2026-11-21 10:{n // 60:02}:{n % 60:02},100] INFO Rolled new log segment at offset {n}" for n in range(900)
    ]
    for place in (200, 500, 850):
        work[place:place] = [
            f"[2026-11-21 10:10:00,100] WARN Unexpected error from /10.17.1.{place % 250}; closing connection",
            "org.example.network.InvalidReceiveException: Invalid receive (size = 1195725856 larger than 104857600)",
        ]

    assert diagnose(make_case({"kafka-1.log": "\n".join(work)}), RULES).verdict is Verdict.HEALTHY


def test_exception_that_a_server_ends_with_is_no_callers_fault() -> None:
    """The same words count where the log stops at them."""
    work = [f"[2026-11-21 10:00:{n:02},100] INFO Rolled new log segment at offset {n}" for n in range(50)]
    end = "[2026-11-21 10:10:00,100] ERROR Exiting\norg.example.network.InvalidReceiveException: Invalid receive"

    assert diagnose(make_case({"kafka-1.log": "\n".join([*work, end])}), RULES).verdict is Verdict.FAILURE


@pytest.mark.parametrize(("every", "is_failure"), [(3, True), (450, False)])
def test_server_that_fails_many_requests_is_not_called_healthy(every: int, *, is_failure: bool) -> None:
    """Failed answers and warnings from a log's beginning to its end are background only while answers fail rarely."""
    lines = [
        "W1121 10:00:00.0 1 reflector.go:547] failed to list: the server has received too many requests"
        if n % 25 == 0
        else f'10.9.1.{n % 200} - - [21/Nov/2026:10:{n // 60:02}:{n % 60:02} +0000] "GET /item/{n} HTTP/1.1" '
        f'{502 if n % every == 1 else 200} 512 "-" "client/1.0"'
        for n in range(900)
    ]

    assert (diagnose(make_case({"edge-0.log": "\n".join(lines)}), RULES).verdict is Verdict.FAILURE) is is_failure


CHECKS = """\
2026-11-21T09:06:42Z cluster [WRN] Health check failed: clock skew detected on mon.b (MON_CLOCK_SKEW)
2026-11-21T09:10:07Z cluster [INF] Health check cleared: MON_CLOCK_SKEW (was: clock skew detected on mon.b)
2026-11-21T09:14:47Z cluster [ERR] Health check failed: 3 full osd(s) (OSD_FULL)
"""


def test_a_check_that_was_cleared_is_no_cause_of_what_failed_later() -> None:
    """The line that clears it repeats its words; the check that nobody cleared is the cause."""
    found = diagnose(make_case({"mon-a.log": CHECKS}), RULES)

    assert "no disk space" in found.causes[0].title
    assert not any("clock" in cause.title for cause in found.causes)


@pytest.mark.parametrize(("last", "is_cause"), [("Started", False), ("Scheduled", True)])
def test_a_mount_that_failed_before_the_container_ran_is_behind_it(last: str, *, is_cause: bool) -> None:
    later = {
        "Started": "80s   Warning   BackOff   pod/rank-0   Back-off restarting failed container rank in pod rank-0_search(6f0b)",
        "Scheduled": "80s   Normal   Pulled   pod/other-0   Container image is present on machine",
    }[last]
    events = (
        "LAST SEEN   TYPE      REASON        OBJECT       MESSAGE\n"
        '57m         Warning   FailedMount   pod/rank-0   MountVolume.SetUp failed for volume "models" : timed out waiting for the condition\n'
        f"{later}\n"
    )
    found = diagnose(make_case({"events.txt": events}), RULES)

    assert any("models" in cause.title for cause in found.causes) is is_cause


def test_what_a_parent_passes_on_of_its_child_has_not_the_parents_level() -> None:
    """TorchServe files the traceback of a worker under INFO, again at each try."""
    log = "".join(
        f"2026-11-21T11:{i:02d}:05,063 [INFO ] W-9000-tagger_1.0-stdout MODEL_LOG - ModuleNotFoundError: No module named 'sacremoses'\n"
        f"2026-11-21T11:{i:02d}:06,763 [WARN ] W-9000-tagger_1.0 org.pytorch.serve.wlm.BatchAggregator - Load model failed: tagger, error: Worker died.\n"
        for i in range(12)
    )
    assert "sacremoses" in diagnose(make_case({"torchserve.log": log}), RULES).causes[0].title


JOBS = """\
NAME             STATUS     COMPLETIONS   DURATION   AGE
reindex-4        Complete   1/1           9m2s       5h
"""
TRIES = """\
NAME              READY   STATUS      RESTARTS   AGE
reindex-4-7wq2m   0/1     Error       0          5h
reindex-4-hn6dx   0/1     Completed   0          5h
"""
FIRST_TRY = """\
2026-09-14T03:05:02Z reindex: opening alias titles
2026-09-14T03:05:33Z reindex: fatal: alias titles is locked by a running snapshot
"""
SECOND_TRY = """\
2026-09-14T03:06:01Z reindex: opening alias titles
2026-09-14T03:09:40Z reindex: 218000 documents rebuilt
2026-09-14T03:09:41Z reindex: finished
"""


def test_log_of_a_try_is_over_when_a_later_one_of_the_completed_job_ended_well() -> None:
    files = {"jobs.txt": JOBS, "pods.txt": TRIES, "try-one.txt": FIRST_TRY, "try-two.txt": SECOND_TRY}

    assert diagnose(make_case(files), RULES).verdict is Verdict.RECOVERED


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(SECOND_TRY.replace("finished", "fatal: no space left"), id="the later one failed too"),
        pytest.param(SECOND_TRY.replace("03:0", "02:0"), id="the good one came before"),
        pytest.param(SECOND_TRY.replace("opening alias titles", "loading plans"), id="another program"),
    ],
)
def test_log_of_a_try_is_not_over_where_no_later_one_of_its_kind_ended_well(second: str) -> None:
    files = {"jobs.txt": JOBS, "pods.txt": TRIES, "try-one.txt": FIRST_TRY, "try-two.txt": second}

    assert diagnose(make_case(files), RULES).verdict is Verdict.FAILURE
