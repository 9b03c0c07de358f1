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
