"""What is healthy gets no cause; what is over is called over; what is unknown is called unknown."""

from __future__ import annotations

import pytest

from fakes.evidence import NOW, diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import AlertStatus, Target, Verdict

RULES = load_rules()

READY_POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: api-7d9f8b6c5d-x2k4q
  namespace: ml
  creationTimestamp: "2026-11-21T08:00:00Z"
spec:
  containers:
  - name: api
    image: registry.example/api:1
status:
  phase: Running
  conditions:
  - type: Ready
    status: "True"
  containerStatuses:
  - name: api
    ready: true
    restartCount: {restarts}
    state:
      running:
        startedAt: "{started}"
    lastState: {last_state}
"""


def ready_pod(*, restarts: int = 0, started: str = "2026-11-21T08:00:10Z", last_state: str = "{}") -> str:
    return READY_POD.format(restarts=restarts, started=started, last_state=last_state)


def test_ready_pod_is_healthy_and_gets_neither_cause_nor_action() -> None:
    found = diagnose(make_case({"pod.yaml": ready_pod()}, alert="ModelPodNotRunning"), RULES)

    assert (found.verdict, found.causes, found.actions) == (Verdict.HEALTHY, (), ())


@pytest.mark.parametrize(
    "line",
    [
        '10.0.0.1 - - [21/Nov/2026:11:59:00 +0000] "GET /errors/connection-refused HTTP/1.1" 200 12',
        "INFO report written: errors=0 failed=0 timeouts=0",
        'level=info msg="retry succeeded" last_error="connection refused" attempt=2',
        "DEBUG certificate expired check: ok, 0 expired",
        "INFO no such host list loaded, 0 entries",
    ],
)
def test_words_of_failure_in_quiet_lines_are_no_failure(line: str) -> None:
    log = "\n".join([f"INFO request {number} served in 3 ms" for number in range(40)] + [line] * 5)

    found = diagnose(make_case({"pod.yaml": ready_pod(), "api-7d9f8b6c5d-x2k4q_api.log": log}), RULES)

    assert (found.verdict, found.causes) == (Verdict.HEALTHY, ())


def test_log_alone_without_errors_is_no_failure() -> None:
    log = "\n".join(f'10.0.0.9 "GET /error/{number} HTTP/1.1" 200' for number in range(50))

    assert diagnose(make_case({"api-0_api.log": log}), RULES).verdict is Verdict.HEALTHY


def test_one_error_line_of_a_ready_pod_does_not_explain_a_restart_alert() -> None:
    log = "INFO up\nERROR cannot connect to redis:6379: connection refused\nINFO connected\n" + "INFO served\n" * 30
    case = make_case({"pod.yaml": ready_pod(), "api-7d9f8b6c5d-x2k4q_api.log": log}, alert="ModelPodFrequentRestarts")

    assert diagnose(case, RULES).verdict is Verdict.HEALTHY


def test_errors_that_last_explain_an_error_rate_alert_of_a_ready_pod() -> None:
    """Ready is not the same as working: here the alert is about what the log reports."""
    log = "INFO up\n" + "".join(
        f"ERROR GET /v1/score failed: dial tcp 10.0.0.{number}:6379: connect: connection refused\n"
        for number in range(20)
    )
    case = make_case({"pod.yaml": ready_pod(), "api-7d9f8b6c5d-x2k4q_api.log": log}, alert="HighErrorRate")

    found = diagnose(case, RULES)

    assert found.verdict is Verdict.FAILURE
    assert "refused" in found.causes[0].citations[0].quote


def test_watchdog_is_healthy_by_definition() -> None:
    assert diagnose(make_case({}, alert="Watchdog"), RULES).verdict is Verdict.HEALTHY


def test_restart_that_is_hours_old_has_recovered() -> None:
    last = '{terminated: {exitCode: 1, reason: Error, finishedAt: "2026-11-21T08:00:05Z"}}'

    found = diagnose(make_case({"pod.yaml": ready_pod(restarts=1, last_state=last)}, starts_at=NOW), RULES)

    assert found.verdict is Verdict.RECOVERED
    assert "recovered" in found.summary


def test_restart_a_minute_ago_has_not_recovered() -> None:
    last = '{terminated: {exitCode: 137, reason: OOMKilled, finishedAt: "2026-11-21T11:58:50Z"}}'
    pod = ready_pod(restarts=4, started="2026-11-21T11:59:00Z", last_state=last)

    found = diagnose(make_case({"pod.yaml": pod}, alert="ModelPodOOMKilled", starts_at=NOW), RULES)

    assert (found.verdict, found.causes[0].rule_id) == (Verdict.FAILURE, "oom-killed-container")


def test_resolved_alert_on_a_ready_pod_has_recovered() -> None:
    case = make_case({"pod.yaml": ready_pod()}, alert="ModelPodNotRunning", status=AlertStatus.RESOLVED)

    assert diagnose(case, RULES).verdict is Verdict.RECOVERED


def test_completed_pod_is_healthy() -> None:
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: export-29310-abcde, namespace: ml}
spec: {restartPolicy: Never, containers: [{name: export}]}
status:
  phase: Succeeded
  conditions: [{type: Ready, status: "False", reason: PodCompleted}]
  containerStatuses:
  - {name: export, ready: false, restartCount: 0, state: {terminated: {exitCode: 0, reason: Completed}}}
"""

    found = diagnose(make_case({"pod.yaml": pod}, alert="ModelPodNotRunning"), RULES)

    assert (found.verdict, found.causes) == (Verdict.HEALTHY, ())


def test_sidecar_that_dies_with_its_terminating_pod_is_no_failure() -> None:
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: api-0, namespace: ml, deletionTimestamp: "2026-11-21T11:59:50Z", deletionGracePeriodSeconds: 30}
spec:
  initContainers: [{name: proxy, restartPolicy: Always}]
  containers: [{name: api}]
status:
  phase: Running
  initContainerStatuses:
  - {name: proxy, ready: false, restartCount: 0, state: {terminated: {exitCode: 137, reason: Error}}}
  containerStatuses:
  - {name: api, ready: true, restartCount: 0, state: {running: {startedAt: "2026-11-21T08:00:00Z"}}}
"""

    assert diagnose(make_case({"pod.yaml": pod}), RULES).verdict is Verdict.HEALTHY


def test_pod_of_seconds_with_one_refused_probe_is_starting() -> None:
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: api-0, namespace: ml, creationTimestamp: "2026-11-21T11:59:54Z"}
spec: {containers: [{name: api}]}
status:
  phase: Running
  conditions: [{type: Ready, status: "False", reason: ContainersNotReady}]
  containerStatuses:
  - {name: api, ready: false, restartCount: 0, state: {running: {startedAt: "2026-11-21T11:59:55Z"}}}
"""
    events = (
        "LAST SEEN   TYPE      REASON      OBJECT      MESSAGE\n"
        "6s          Normal    Scheduled   pod/api-0   Successfully assigned ml/api-0 to node-1\n"
        "2s          Warning   Unhealthy   pod/api-0   Readiness probe failed: dial tcp 10.0.0.4:8080: connect: connection refused\n"
    )

    found = diagnose(make_case({"pod.yaml": pod, "events.txt": events}), RULES)

    assert (found.verdict, found.causes) == (Verdict.HEALTHY, ())
    assert "starting" in found.summary


def test_nothing_read_is_insufficient_and_says_what_to_gather() -> None:
    found = diagnose(make_case({}, target=Target(namespace="ml", pod="api-0"), alert="ModelPodNotRunning"), RULES)

    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert found.causes == ()
    assert {gap.what for gap in found.gaps} == {"status", "events", "logs"}
    assert any("describe pod api-0" in action.command for action in found.actions)


def test_alert_text_alone_is_no_evidence() -> None:
    """An alert that says OOM proves no OOM."""
    alert = '{"version": "4", "status": "firing", "alerts": [{"labels": {"alertname": "ModelPodOOMKilled"}}]}'

    found = diagnose(make_case({"alert.json": alert}, alert="ModelPodOOMKilled"), RULES)

    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE


def test_scaled_up_event_is_no_regression() -> None:
    events = (
        "LAST SEEN   TYPE     REASON              OBJECT           MESSAGE\n"
        "2m          Normal   ScalingReplicaSet   deployment/api   Scaled up replica set api-7d9f8b6c5d from 0 to 1\n"
    )

    assert diagnose(make_case({"pod.yaml": ready_pod(), "events.txt": events}), RULES).causes == ()


def test_failed_leftover_of_a_replaced_pod_is_over() -> None:
    """Evicted pods stay Failed while their replacement serves (alert-rules.md, trap 1)."""
    evicted = """\
---
apiVersion: v1
kind: Pod
metadata: {name: api-7d9f8b6c5d-zzzzz, namespace: ml}
spec: {containers: [{name: api}]}
status: {phase: Failed, reason: Evicted, message: "The node was low on resource: ephemeral-storage."}
"""
    case = make_case({"pods.yaml": ready_pod() + evicted}, target=Target(namespace="ml", workload="api"))

    assert diagnose(case, RULES).verdict is Verdict.RECOVERED
