"""The obvious suspect is wrong: what another service, an earlier run, a policy or a limit did is told before what shouts."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Target, Verdict

RULES = load_rules()


def _minute(number: int) -> str:
    return f"2026-11-21T11:{number // 60:02d}:{number % 60:02d}Z"


def test_a_time_limit_that_was_lowered_goes_before_the_time_outs_it_causes() -> None:
    calm = "".join(f"{_minute(n)} INFO GET /seats 200 {40 + n % 9}ms\n" for n in range(40))
    change = (
        f'{{"ts":"{_minute(41)}","level":"info","msg":"settings reloaded","changed":["seatmap.timeout: 5s -> 50ms"]}}\n'
    )
    storm = "".join(
        f"{_minute(n)} ERROR seat map: request to seatmap:8080 timed out after 50 ms\n" for n in range(43, 90)
    )

    cause = diagnose(make_case({"booking.log": calm + change + storm}), RULES).causes[0]

    assert "seatmap.timeout: 5s -> 50ms" in cause.title
    assert any("timed out after 50 ms" in citation.quote for citation in cause.citations)


def test_a_server_whose_callers_leave_is_not_told_as_their_cause() -> None:
    caller = "".join(
        f"{_minute(n)} ERROR quote: target=rates:8080 deadline exceeded after 300 ms\n" for n in range(5, 60)
    )
    server = "".join(
        f"{_minute(n)} WARN org.apache.catalina.connector.ClientAbortException: java.io.IOException: Broken pipe\n"
        for n in range(6, 60)
    )

    found = diagnose(make_case({"quote.log": caller, "rates.log": server}), RULES)

    assert found.causes[0].title.startswith("quote ")


POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: feed-7d9f8b6c5d-x2k4q, namespace: ml, creationTimestamp: "2026-11-20T11:00:00Z"}}
spec: {{nodeName: node-1, containers: [{{name: feed}}]}}
status:
  phase: Running
  conditions: [{{type: Ready, status: "True"}}]
  containerStatuses:
  - name: feed
    ready: true
    restartCount: {restarts}
    state: {{running: {{startedAt: "2026-11-21T11:40:00Z"}}}}
    lastState: {{terminated: {{exitCode: 2, reason: Error, startedAt: "{began}", finishedAt: "2026-11-21T11:39:58Z"}}}}
"""


@pytest.mark.parametrize(
    ("restarts", "began", "verdict"),
    [
        (9, "2026-11-21T10:20:00Z", Verdict.FAILURE),
        (1, "2026-11-21T10:20:00Z", Verdict.RECOVERED),
        (9, "2026-11-21T11:39:30Z", Verdict.RECOVERED),
    ],
)
def test_what_ends_again_and_again_has_not_recovered_before_it_outlives_its_last_run(
    restarts: int, began: str, verdict: Verdict
) -> None:
    """Twenty minutes prove nothing where the run before took eighty, and much where it took half a minute."""
    before = "2026-11-21T11:39:57Z INFO tick\n" * 30 + "fatal error: concurrent map writes\n\ngoroutine 7 [running]:\n"
    now = "2026-11-21T11:40:01Z ERROR dial tcp 10.0.0.9:6379: i/o timeout, using the local copy\n" + "".join(
        f"2026-11-21T11:{minute}:01Z INFO tick\n" for minute in range(41, 60)
    )
    files = {
        "pod.yaml": POD.format(restarts=restarts, began=began),
        "feed-7d9f8b6c5d-x2k4q_feed.previous.log": before,
        "feed-7d9f8b6c5d-x2k4q_feed.log": now,
    }

    found = diagnose(make_case(files), RULES)

    assert found.verdict is verdict
    assert "concurrent map" in found.causes[0].title, "what the present run met first did not end the one before"


def test_what_leaks_connections_goes_before_that_none_is_left() -> None:
    leak = (
        "2026-11-21T03:10:02Z WARN pool: Connection leak detection triggered for conn-17 on thread mailing-2\n"
        "java.lang.Exception: Apparent connection leak detected\n\tat com.acme.mail.Digest.send(Digest.java:40)\n"
    )
    work = "".join(f"{_minute(n)} INFO GET /inbox 200\n" for n in range(40))
    storm = "".join(
        f"{_minute(n)} ERROR HikariPool-1 - Connection is not available, request timed out after 30000ms\n"
        for n in range(50, 90)
    )

    cause = diagnose(make_case({"inbox.log": leak + work + storm}), RULES).causes[0]

    assert "leak" in cause.title
    assert any("Connection is not available" in citation.quote for citation in cause.citations)


def test_who_cannot_bring_a_new_password_goes_before_those_who_are_turned_away() -> None:
    operator = "".join(
        f'{{"level":"error","ts":"2026-11-21T{hour:02d}:10:00Z","msg":"Reconciler error","error":"error retrieving secret:'
        ' User is not authorized to perform: secretsmanager:GetSecretValue on resource: prod/pay/db"}\n'
        for hour in range(2, 11)
    )
    client = "".join(f'{_minute(n)} ERROR pq: password authentication failed for user "pay"\n' for n in range(60))

    found = diagnose(make_case({"external-secrets.log": operator, "pay.log": client}), RULES)

    assert "GetSecretValue" in found.causes[0].title


PENDING = """\
NAME                          READY   STATUS              RESTARTS   AGE
forum-0                       0/1     CrashLoopBackOff    9          90d
{name}   0/1     ContainerCreating   0          31m
"""
EVENTS = """\
LAST SEEN   TYPE      REASON               OBJECT                            MESSAGE
30m         Warning   FailedAttachVolume   pod/{name}   Multi-Attach error for volume "pvc-11" Volume is already used by pod(s) old
1m          Warning   BackOff              pod/forum-0                       Back-off restarting failed container forum in pod forum-0_forum(1)
"""


@pytest.mark.parametrize(
    ("name", "is_first"), [("forum-pg-5d8c7f9b4-w9tlz", True), ("forum-mq-5d8c7f9b4-w9tlz", False)]
)
def test_the_trouble_of_the_very_dependency_that_is_named_goes_first(name: str, is_first: bool) -> None:
    log = "2026-11-21T11:50:00Z ERROR cannot reach forum-pg:5432: Connection refused\n" * 9
    files = {"pods.txt": PENDING.format(name=name), "events.txt": EVENTS.format(name=name), "forum-0.log": log}

    found = diagnose(make_case(files), RULES)

    assert found.verdict is Verdict.FAILURE
    assert (found.causes[0].rule_id == "volume-multi-attach") is is_first


NAMESPACES = """\
NAME       STATUS   AGE    LABELS
ledger     Active   700d   kubernetes.io/metadata.name=ledger
{caller}    Active   411d   kubernetes.io/metadata.name=reports{labels}
frontend   Active   620d   kubernetes.io/metadata.name=frontend,zone=inner
"""
LETS_IN = """\
Name:         ledger-db
Namespace:    ledger
Created on:   2026-02-11 10:00:12 +0000 UTC
Labels:       <none>
Annotations:  <none>
Spec:
  PodSelector:     app=ledger-db
  Allowing ingress traffic:
    To Port: 5432/TCP
    From:
      NamespaceSelector: zone=inner
{more}  Not affecting egress traffic
  Policy Types: Ingress
"""
FROM_PODS = "    From:\n      PodSelector: role=reader\n"


@pytest.mark.parametrize(
    ("labels", "more", "host", "is_told"),
    [
        ("", "", "ledger-db.ledger.svc:5432", True),
        (",zone=inner", "", "ledger-db.ledger.svc:5432", False),
        ("", FROM_PODS, "ledger-db.ledger.svc:5432", False),
        ("", "", "mail.example.org:587", False),
    ],
)
def test_a_namespace_that_a_policy_does_not_let_in(labels: str, more: str, host: str, is_told: bool) -> None:
    log = "".join(f"{_minute(n)} ERROR dial tcp {host}: connect: connection timed out\n" for n in range(30))
    files = {
        "ns.txt": NAMESPACES.format(caller="reports", labels=labels),
        "policy.txt": LETS_IN.format(more=more),
        "reports.log": log,
    }

    found = diagnose(make_case(files), RULES)

    told = next((cause for cause in found.causes if cause.rule_id == "network-policy-refuses-caller"), None)
    assert (told is not None) is is_told
    if told:
        assert {"NamespaceSelector: zone=inner"} <= {citation.quote for citation in told.citations}


LIMITED = """\
apiVersion: v1
kind: Pod
metadata: {name: points-7d9f8b6c5d-x2k4q, namespace: ml, creationTimestamp: "2026-11-20T11:00:00Z"}
spec: {nodeName: node-1, containers: [{name: points, resources: {limits: {cpu: 250m}}}]}
status:
  phase: Running
  conditions: [{type: Ready, status: "True"}]
  containerStatuses: [{name: points, ready: true, restartCount: 0, state: {running: {startedAt: "2026-11-20T11:00:05Z"}}}]
"""


@pytest.mark.parametrize(("used", "is_told"), [("249m", True), ("120m", False)])
def test_a_pod_at_its_cpu_limit_goes_before_everything_that_is_late_in_it(used: str, is_told: bool) -> None:
    log = "".join(
        f"{_minute(n)} ERROR redis: command timed out after 2 seconds\n"
        f"{_minute(n)} ERROR HikariPool-1 - Connection is not available, request timed out after 30000ms\n"
        for n in range(40)
    )
    top = f"NAME                      CPU(cores)   MEMORY(bytes)\npoints-7d9f8b6c5d-x2k4q   {used}         811Mi\n"

    found = diagnose(make_case({"pod.yaml": LIMITED, "top.txt": top, "points-7d9f8b6c5d-x2k4q_points.log": log}), RULES)

    assert (found.causes[0].rule_id == "cpu-limit-reached") is is_told


def test_a_pod_at_its_cpu_limit_that_only_works_hard_is_no_failure() -> None:
    log = "".join(f"{_minute(n)} INFO batch {n} done\n" for n in range(60))
    top = "NAME                      CPU(cores)   MEMORY(bytes)\npoints-7d9f8b6c5d-x2k4q   250m         811Mi\n"

    found = diagnose(make_case({"pod.yaml": LIMITED, "top.txt": top, "points-7d9f8b6c5d-x2k4q_points.log": log}), RULES)

    assert found.verdict is Verdict.HEALTHY


SCHEDULES = """\
NAME            SCHEDULE     TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
rates-import    30 1 * * *   <none>     {suspended}      0        3d9h            412d
vacuum          0 4 * * 0    <none>     False     0        4d6h            300d
"""


@pytest.mark.parametrize(
    ("suspended", "said", "is_told"),
    [
        ("True", "import of rates is overdue: newest row is of 2026-11-18", True),
        ("False", "import of rates is overdue: newest row is of 2026-11-18", False),
        ("True", "basket 17 is too old and was dropped", False),
    ],
)
def test_a_schedule_that_stands_still_goes_before_what_is_out_of_date(suspended: str, said: str, is_told: bool) -> None:
    log = "".join(f"{_minute(n)} INFO GET /rates 200\n{_minute(n)} ERROR {said}\n" for n in range(40))

    found = diagnose(make_case({"cronjobs.txt": SCHEDULES.format(suspended=suspended), "api.log": log}), RULES)

    assert any(cause.rule_id == "cronjob-suspended-missed" for cause in found.causes) is is_told
    assert not is_told or found.causes[0].rule_id == "cronjob-suspended-missed"


WELL = """\
NAME                      READY   STATUS             RESTARTS      AGE
forum-7c9d8f6b5-2xk4q     0/1     Running            0             12d
forum-db-0                0/1     CrashLoopBackOff   5 (1m ago)    90d
"""
DAMAGED = "2026-11-21T11:11:41Z 0 [ERROR] [InnoDB] Database page corruption on disk: space=214, page=88\n"


@pytest.mark.parametrize(("called", "is_first"), [("forum-db:3306", True), ("mailer:25", False)])
def test_the_log_of_a_neighbour_is_read_where_the_target_names_it(called: str, is_first: bool) -> None:
    """An alert about one pod sets the logs of others aside; the one that does not answer is worth a look."""
    log = "".join(f"{_minute(n)} ERROR dial tcp {called}: connect: connection refused\n" for n in range(60))
    case = make_case(
        {"pods.txt": WELL, "forum-7c9d8f6b5-2xk4q_forum.log": log, "forum-db-0_mysql.log": DAMAGED},
        alert="KubePodNotReady",
        target=Target(namespace="", pod="forum-7c9d8f6b5-2xk4q"),
    )

    found = diagnose(case, RULES)

    assert found.verdict is Verdict.FAILURE
    assert ("page corruption" in found.causes[0].title) is is_first


def test_the_last_error_of_a_service_explains_that_nobody_reaches_it() -> None:
    caller = "".join(
        f'{_minute(n)} ERROR failed calling webhook "m.acme.io": Post "https://injector.mesh.svc:443/m": no endpoints available\n'
        for n in range(10, 60)
    )
    own = "".join(f"{_minute(n)} info mutated web-{n}\n" for n in range(9))
    own += f"{_minute(9)} fatal cannot load key pair: tls: private key does not match public key\n"

    found = diagnose(make_case({"controller.log": caller, "injector.log": own}), RULES)

    assert "private key does not match" in found.causes[0].title


def _second(number: int) -> str:
    return f"2026-11-21T11:{number // 60:02d}:{number % 60:02d}Z"


@pytest.mark.parametrize(("server", "others"), [("ledger-pg", 0), ("pdf-renderer", 1)])
def test_a_store_that_says_what_it_lacks_accounts_for_those_whom_it_refuses(server: str, others: int) -> None:
    refused = "".join(
        f"{_second(n)} ERROR post failed: failed to connect to database=ledger: dial tcp 10.20.3.8:5432: connect: connection refused\n"
        for n in range(20, 90)
    )
    full = "".join(
        f'{_second(n)} FATAL could not write to file "pg_wal/xlogtemp.29": No space left on device\n'
        for n in range(10, 90, 20)
    )

    found = diagnose(make_case({"api.log": refused, f"{server}.log": full}), RULES)

    assert "pg_wal/xlogtemp.29" in found.causes[0].title
    assert sum("refused" in cause.title for cause in found.causes) == others


def test_the_errors_of_callers_are_no_reason_of_what_the_store_says_of_itself() -> None:
    callers = "".join(
        f"{_second(n)} ERROR vehicles: AllNodesFailed: query to cassandra-0:9042 failed, see the log of the coordinator for a reason\n"
        for n in range(20, 90)
    )
    store = "".join(f"{_second(n)} ERROR Scanned over 100001 markers of deleted rows\n" for n in range(19, 90, 3))

    found = diagnose(make_case({"vehicles.log": callers, "cassandra-0.log": store}), RULES)

    assert "Scanned over 100001" in found.causes[0].title


def test_a_rule_and_a_reader_that_say_the_same_take_one_place() -> None:
    line = '{"time":"2026-11-21T11:02:00Z","level":"WARN","msg":"poll failed","err":"dial tcp 10.43.7.12:7233: connect: connection refused"}\n'
    broken = "2026-11-21T11:01:00Z ERROR Unable to start server: version mismatch of schema, expected 9, found 8\n"

    found = diagnose(make_case({"worker.log": line * 30, "history.log": broken}), RULES)

    titles = [cause.title for cause in found.causes]
    assert len(titles) == len(set(titles))
    assert any("version mismatch" in title for title in titles)


MISSED = """\
LAST SEEN   TYPE      REASON                    OBJECT                            MESSAGE
58s         Warning   BackOff                   pod/letters-mq-0                  Back-off restarting failed container mq in pod letters-mq-0_post(45e37d7f-5d6e-4559-a436-635cff429980)
12m         Warning   FailedGetResourceMetric   horizontalpodautoscaler/letters   failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)
"""


def test_an_autoscaler_without_figures_of_pods_that_do_not_run_is_no_cause_beside_their_own_last_error() -> None:
    calm = "".join(f"{_second(n)} [info] <0.{300 + n}.0> recovered segment {n} of a queue\n" for n in range(50))
    end = f"{_second(51)} [error] <0.220.0> Marks: `stream_filtering`: required mark is missing! Set it before the upgrade.\n"

    found = diagnose(make_case({"letters-mq-0.log": calm + end, "events.txt": MISSED}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert "stream_filtering" in found.causes[0].title
    assert not any("might be unready" in cause.title for cause in found.causes)


def test_an_ignored_setting_is_not_what_began_the_errors_twenty_minutes_later() -> None:
    ignored = f"{_second(0)} WARN ignoring unknown key `legacy_mode` in /etc/rates/config.toml\n"
    calm = "".join(f"{_second(n * 20)} INFO 31 rates refreshed\n" for n in range(1, 60))
    failed = "".join(
        f"{_second(1200 + n * 9)} ERROR refresh failed: error sending request for url (https://rates.example/v1): invalid peer certificate: Expired\n"
        for n in range(40)
    )

    found = diagnose(make_case({"rates.log": ignored + calm + failed}), RULES)

    assert "expired certificate" in found.causes[0].title
