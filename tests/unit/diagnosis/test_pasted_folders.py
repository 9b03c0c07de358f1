"""What engineers paste at night: tables, logs wrapped in JSON, single alerts, and logs that tell how it ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.telling.memory_need import suggest_limit
from incident_bot.model import Target, Verdict

RULES = load_rules()
POD = "api-7d9f8b6c5d-x2k4q"
WELL = f"NAME                   READY   STATUS    RESTARTS   AGE\n{POD}   1/1     Running   0          9d\n"
OOM = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: {POD}, namespace: ml}}
spec:
  containers:
  - name: api
    resources: {{limits: {{memory: 6Gi}}}}
status:
  phase: Running
  containerStatuses:
  - name: api
    ready: false
    restartCount: 4
    state: {{waiting: {{reason: CrashLoopBackOff}}}}
    lastState: {{terminated: {{reason: OOMKilled, exitCode: 137}}}}
"""


def test_oom_while_loading_names_need_and_limit_and_suggests_one_that_fits() -> None:
    log = "INFO index: 48 shards, 7382 MiB of float32 parameters\nINFO loaded shard 37/48 rss=6102 MiB\n"

    found = diagnose(make_case({"pod.yaml": OOM, f"{POD}_api.previous.log": log}), RULES)

    assert "it needs about 7.2 GiB, the limit is 6Gi" in found.causes[0].title
    assert {"7382 MiB", "37/48"} <= {
        word for citation in found.causes[0].citations for word in ("7382 MiB", "37/48") if word in citation.quote
    }
    assert any("--limits=memory=10Gi" in action.command for action in found.actions)


@pytest.mark.parametrize(("limit", "said"), [("6Gi", "9Gi"), ("512Mi", "768Mi"), (None, "")])
def test_without_a_log_half_as_much_again_is_suggested(limit: str | None, said: str) -> None:
    assert suggest_limit(limit, None) == said


def test_a_message_inside_json_is_read_like_a_plain_one() -> None:
    said = r"pods is forbidden: User \"system:serviceaccount:ml:sync\" cannot list resource \"pods\" in API group"
    log = f'{{"level":"ERROR","msg":"Failed to watch","err":"{said}"}}\n'

    found = diagnose(make_case({"app.log": log}), RULES)

    assert found.causes[0].rule_id == "rbac-forbidden"


def test_a_retry_that_succeeds_is_no_failure() -> None:
    log = "WARN send failed, retrying (attempt 1/5): read timed out\nINFO sent, task succeeded\nINFO task succeeded\n"

    found = diagnose(make_case({"pods.txt": WELL, f"{POD}_api.log": log}), RULES)

    assert (found.verdict, found.causes) == (Verdict.HEALTHY, ())


def test_errors_that_the_log_reports_as_over_are_past() -> None:
    log = (
        "ERROR dial tcp 10.0.4.9:5432: connect: connection refused\n" * 2 + "INFO database connection re-established\n"
    )

    assert diagnose(make_case({f"{POD}_api.log": log}), RULES).verdict is Verdict.RECOVERED
    assert diagnose(make_case({f"{POD}_api.log": log + "FATAL gave up\n"}), RULES).verdict is not Verdict.RECOVERED


def test_no_rule_id_stands_in_prose() -> None:
    found = diagnose(make_case({"pod.yaml": OOM}), RULES)

    text = " ".join((found.summary, found.impact, *(cause.explanation for cause in found.causes), *found.ruled_out))
    assert not [rule.id for rule in RULES if "-" in rule.id and rule.id in text]


def test_without_an_alert_two_failing_workloads_are_both_reported() -> None:
    table = (
        "NAME                      READY   STATUS             RESTARTS   AGE\n"
        "loader-6d7c8b9f5-bb11z    0/1     CrashLoopBackOff   6          9m\n"
        "viewer-5b7c6d8f9-bb22z    0/1     ImagePullBackOff   0          7m\n"
    )
    events = (
        "LAST SEEN   TYPE      REASON   OBJECT                       MESSAGE\n"
        '90s         Warning   Failed   pod/viewer-5b7c6d8f9-bb22z   Failed to pull image "r.example/viewer:v7": '
        'rpc error: code = NotFound desc = failed to pull and unpack image "r.example/viewer:v7": failed to resolve '
        'reference "r.example/viewer:v7": r.example/viewer:v7: not found\n'
    )
    log = "ERROR failed to start: json.decoder.JSONDecodeError: Expecting ',' delimiter: line 14 column 5\n"

    found = diagnose(
        make_case({"pods.txt": table, "events.txt": events, "loader-6d7c8b9f5-bb11z_loader.previous.log": log}), RULES
    )

    assert {"config-parse-error", "image-not-found"} <= {cause.rule_id for cause in found.causes}


def test_json_that_was_broken_into_lines_by_hand_is_one_object() -> None:
    text = (
        '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"etl","namespace":"a"},"spec":{"replicas":6},\n'
        '"status":{"readyReplicas":4,"conditions":[\n'
        '{"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"pods \\"etl-1\\" is forbidden: '
        'exceeded quota: a, requested: cpu=2, used: cpu=39, limited: cpu=40"}]}}\n'
    )

    assert "quota" in diagnose(make_case({"deploy.json": text}), RULES).causes[0].title.lower()


@pytest.mark.parametrize(
    ("summary", "verdict"),
    [
        pytest.param(
            "Container api of ml/api uses 98.2% of its CPU limit", Verdict.FAILURE, id="a figure that was measured"
        ),
        pytest.param("CPU above 80 % of the limit", Verdict.HEALTHY, id="a threshold is a claim"),
        pytest.param("api used much CPU", Verdict.HEALTHY, id="no figure"),
    ],
)
def test_an_alert_that_measured_is_believed_and_one_that_claims_is_not(summary: str, verdict: Verdict) -> None:
    """Nothing else in a cluster shows CPU near its limit; `no failure found` would contradict Prometheus."""
    case = make_case({"pods.txt": WELL}, alert="ModelHighCPUUsage", target=Target(namespace="ml", pod=POD))
    alert = replace(case.incident.alert, annotations={"summary": summary})

    found = diagnose(replace(case, incident=replace(case.incident, alert=alert)), RULES)

    assert found.verdict is verdict
    assert all(cause.confidence < 0.5 for cause in found.causes)


ENDED_JOB = """\
Name:                     nightly-copy
Namespace:                backup
Parallelism:              1
Completions:              1
Start Time:               Mon, 12 Oct 2026 23:00:00 +0000
Pods Statuses:            0 Active (0 Ready) / 0 Succeeded / 1 Failed
Events:
  Type     Reason            Age    From            Message
  ----     ------            ----   ----            -------
  Normal   SuccessfulCreate  9h     job-controller  Created pod: nightly-copy-vk8zq
  Warning  DeadlineExceeded  7h10m  job-controller  Job was active longer than specified deadline
"""


def test_the_end_of_the_job_in_question_does_not_get_old() -> None:
    found = diagnose(make_case({"job.txt": ENDED_JOB}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].rule_id == "job-deadline-exceeded"


def test_the_end_of_another_job_gets_old() -> None:
    """What ended in the night in the same namespace explains no pod that is well now."""
    events = """\
LAST SEEN   TYPE      REASON             OBJECT             MESSAGE
7h10m       Warning   DeadlineExceeded   job/nightly-copy   Job was active longer than specified deadline
40s         Normal    Pulled             pod/api-7d9f8b6c5d-x2k4q   Container image already present on machine
"""

    found = diagnose(make_case({"pods.txt": WELL, "events.txt": events}), RULES)

    assert found.causes == ()


def test_a_log_of_a_known_pod_in_a_file_named_after_something_else_gives_no_container_that_name() -> None:
    case = make_case({"session.log": "KeyError: 'REDIS_URL'\n"})
    case = replace(case, evidence=(replace(case.evidence[0], pod=POD),))

    found = diagnose(case, RULES)

    assert found.causes[0].rule_id == "config-missing-env"
    assert found.causes[0].title == f"REDIS_URL is not set in the environment of {POD}"
