"""Recovery judged within seconds, and pods that have ended but cannot go: both seen on a real node."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.fieldpaths import find_values
from incident_bot.model import Verdict

RULES = load_rules()

RESTARTED = """\
apiVersion: v1
kind: Pod
metadata:
  name: basket-6857964998-q9968
  namespace: shop
  creationTimestamp: "2026-11-21T11:00:00Z"
spec:
  containers:
  - name: basket
    image: registry.example/basket:1
status:
  phase: Running
  conditions:
  - type: Ready
    status: "True"
  containerStatuses:
  - name: basket
    ready: true
    restartCount: {restarts}
    state:
      running:
        startedAt: "{started}"
    lastState:
      terminated:
        exitCode: 1
        reason: Error
        startedAt: "{first}"
        finishedAt: "{ended}"
"""
LOG = {"basket-6857964998-q9968_basket.previous.log": "connect to basket-db:5432 failed: connection refused\n"}
EVENTS = """\
LAST SEEN              TYPE     REASON      OBJECT                        MESSAGE
2026-11-21T11:59:30Z   Normal   Started     pod/basket-6857964998-q9968   Container started
2026-11-21T12:00:00Z   Normal   Sync        pod/another                   newest line of the folder
"""


def judge(*, first: str, ended: str, started: str, restarts: int = 1) -> Verdict:
    pod = RESTARTED.format(first=first, ended=ended, started=started, restarts=restarts)
    return diagnose(make_case({"pod.yaml": pod, "events.txt": EVENTS, **LOG}), RULES).verdict


def test_a_program_that_outlives_its_failed_start_has_recovered() -> None:
    """It ended within a second of its start, and runs for half a minute now."""
    found = judge(first="2026-11-21T11:59:28Z", ended="2026-11-21T11:59:28Z", started="2026-11-21T11:59:30Z")

    assert found is Verdict.RECOVERED


def test_a_program_that_ran_for_long_before_it_ended_has_not_recovered_yet() -> None:
    """Five minutes until the first end; half a minute says nothing about the second."""
    found = judge(first="2026-11-21T11:54:00Z", ended="2026-11-21T11:59:28Z", started="2026-11-21T11:59:30Z")

    assert found is Verdict.FAILURE


def test_many_restarts_are_no_recovery() -> None:
    found = judge(
        first="2026-11-21T11:59:28Z", ended="2026-11-21T11:59:28Z", started="2026-11-21T11:59:30Z", restarts=9
    )

    assert found is Verdict.FAILURE


ENDED = """\
apiVersion: v1
kind: Pod
metadata:
  name: tenant-proxy
  namespace: tenants
  creationTimestamp: "2026-11-21T11:00:00Z"
{deleted}
  finalizers:
  - tenants.example.com/drain
spec:
  containers:
  - name: proxy
    image: registry.example/proxy:1
status:
  phase: Succeeded
"""


def test_a_pod_that_ended_and_was_deleted_long_ago_names_its_finalizer() -> None:
    pod = ENDED.format(deleted='  deletionGracePeriodSeconds: 0\n  deletionTimestamp: "2026-11-21T11:10:00Z"')
    found = diagnose(make_case({"pod.yaml": pod, "events.txt": EVENTS}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert "tenants.example.com/drain" in found.causes[0].title


def test_a_finalizer_on_a_pod_that_nobody_deleted_is_nothing() -> None:
    """Every pod of a Job has one."""
    found = diagnose(make_case({"pod.yaml": ENDED.format(deleted="  generation: 1"), "events.txt": EVENTS}), RULES)

    assert (found.verdict, found.causes) == (Verdict.HEALTHY, ())


@pytest.mark.parametrize(("path", "values"), [("a[]", ["x", "y"]), ("a[1]", ["y"]), ("a[].name", [])])
def test_items_of_a_plain_list_are_reached(path: str, values: list[str]) -> None:
    assert [value for _, value in find_values({"a": ["x", "y"]}, path)] == values
