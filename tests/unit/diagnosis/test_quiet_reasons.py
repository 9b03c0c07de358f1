"""Reasons that nobody shouts: what grew, what was changed, who provides something, an address that nobody has."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()


def _at(second: int) -> str:
    return f"2026-11-21T{10 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def _stats(figures: list[int], name: str) -> str:
    return "".join(f"{_at(n * 30)} INFO pool {name}={figure} max=512\n" for n, figure in enumerate(figures))


GROWS = [20] * 20 + [20 + n * 9 for n in range(50)]
SWINGS = [20 + (n % 10) * 40 for n in range(70)]
LATE = "".join(f"{_at(2150 + n)} ERROR ledger: request timed out after 5 s\n" for n in range(60))


@pytest.mark.parametrize(
    ("figures", "name", "is_told"),
    [(GROWS, "busy", True), (SWINGS, "busy", False), (GROWS, "served", False), ([200] * 70, "open_sockets", False)],
)
def test_what_grew_until_a_log_complains_goes_first(figures: list[int], name: str, is_told: bool) -> None:
    found = diagnose(make_case({"printer.log": _stats(figures, name) + LATE}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert (f"{name} grew from" in found.causes[0].title) is is_told
    assert not is_told or any("timed out" in citation.quote for citation in found.causes[0].citations)


def test_what_grows_without_a_complaint_is_no_failure() -> None:
    work = "".join(f"{_at(2100 + n)} INFO label printed\n" for n in range(60))

    assert diagnose(make_case({"printer.log": _stats(GROWS, "busy") + work}), RULES).verdict is Verdict.HEALTHY


NONE_LEFT = "".join(
    f"{_at(903 + n)} ERROR could not obtain a connection from the pool within 5 seconds\n" for n in range(60)
)


@pytest.mark.parametrize(
    ("at", "said", "is_first"),
    [
        (901, "cache cleared by rake cache:clear", True),
        (60, "cache cleared by rake cache:clear", False),
        (901, "page 17 of the catalogue rendered", False),
    ],
)
def test_what_was_changed_the_moment_before_nothing_was_left(at: int, said: str, is_first: bool) -> None:
    """A change a quarter of an hour before is not the moment before, and an odd line is no change."""
    work = {second: f"{_at(second)} INFO GET /recipe 200\n" for second in range(0, 900, 10)}
    work[at] = f"{_at(at)} INFO {said}\n"

    found = diagnose(make_case({"recipes.log": "".join(work[second] for second in sorted(work)) + NONE_LEFT}), RULES)

    assert (said in found.causes[0].title) is is_first


SHORT = """\
LAST SEEN   TYPE      REASON             OBJECT                        MESSAGE
9m          Warning   FailedScheduling   pod/index-6f7d9c5b8-4xk2q     0/9 nodes are available: 9 Insufficient cpu.
"""
WAITS = """\
NAME                      READY   STATUS    RESTARTS   AGE
index-6f7d9c5b8-4xk2q     0/1     Pending   0          40m
"""


@pytest.mark.parametrize(
    ("said", "is_first"),
    [
        ("failed launching nodeclaim: InsufficientInstanceCapacity: no m5.4xlarge left in eu-1a", True),
        ("webhook certificate of the controller could not be written", False),
    ],
)
def test_why_no_machine_comes_goes_before_that_none_has_room(said: str, is_first: bool) -> None:
    log = "".join(f'{_at(60 * n)} ERROR controller: "{said}"\n' for n in range(20))
    found = diagnose(make_case({"pods.txt": WAITS, "events.txt": SHORT, "karpenter.log": log}), RULES)

    assert (said[:20] in found.causes[0].title) is is_first


def test_a_coordinator_that_failed_later_is_not_the_reason() -> None:
    """What ZooKeeper says an hour after the clients is another story."""
    clients = "".join(f"{_at(n)} ERROR kafka: LEADER_NOT_AVAILABLE for topic clicks\n" for n in range(60))
    later = "".join(f"{_at(3600 + n)} ERROR fsync: Input/output error in /data\n" for n in range(9))

    found = diagnose(make_case({"clicks.log": clients, "zookeeper.log": later}), RULES)

    assert found.causes[0].rule_id == "kafka-unavailable"


def test_a_refresh_token_that_was_revoked_hours_before_goes_first() -> None:
    revoked = f"{_at(60)} ERROR token endpoint answered 400 invalid_grant: refresh token revoked\n"
    work = "".join(f"{_at(100 + n * 60)} INFO contact synced\n" for n in range(60))
    refused = "".join(f"{_at(4000 + n)} ERROR CRM answered 401 Unauthorized: session expired\n" for n in range(60))

    assert "invalid_grant" in diagnose(make_case({"sync.log": revoked + work + refused}), RULES).causes[0].title


NAMESPACES = "NAME       STATUS   AGE\nledger     Active   300d\nweb        Active   300d\n"
SERVICES = """\
NAMESPACE   NAME    TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)    AGE
ledger      pg      ClusterIP   10.96.14.7    <none>        5432/TCP   300d
ledger      api     ClusterIP   10.96.14.8    <none>        80/TCP     300d
web         front   ClusterIP   {front}    <none>        80/TCP     300d
"""


@pytest.mark.parametrize(
    ("called", "lacking"),
    [
        ("pg.ledgers.svc.cluster.local:5432", "namespace ledgers (there is ledger)"),
        ("pgs.ledger.svc:5432", "Service pgs in ledger (there is pg)"),
        ("front.web.svc:8080", "port 8080 of Service front (it has 80)"),
        ("pg.ledger.svc:5432", ""),
        ("mail.outside.svc:25", "namespace outside (2 were listed)"),
        ("mail.example.org:25", ""),
    ],
)
def test_an_address_that_nobody_has(called: str, lacking: str) -> None:
    log = "".join(f"{_at(n)} ERROR cannot reach {called}: timed out\n" for n in range(30))
    files = {"ns.txt": NAMESPACES, "svc.txt": SERVICES.format(front="10.96.14.9"), "shop.log": log}

    found = diagnose(make_case(files), RULES)

    told = next((cause for cause in found.causes if cause.rule_id == "address-names-nothing"), None)
    assert (told is not None) is bool(lacking)
    assert told is None or lacking in told.title


def test_a_headless_service_sends_to_any_port() -> None:
    log = "".join(f"{_at(n)} ERROR cannot reach front.web.svc:8080: timed out\n" for n in range(30))

    found = diagnose(make_case({"svc.txt": SERVICES.format(front="None      "), "shop.log": log}), RULES)

    assert all(cause.rule_id != "address-names-nothing" for cause in found.causes)


READ_ONLY = "".join(f"{_at(508 + n)} ERROR cannot execute UPDATE in a read-only transaction\n" for n in range(60))


@pytest.mark.parametrize(
    ("at", "said", "is_first"),
    [
        (500, "received switchover request with leader=db-0 candidate=db-1", True),
        (500, "no action. I am (db-0), the leader with the lock", False),
        (700, "received switchover request with leader=db-0 candidate=db-1", False),
    ],
)
def test_a_switchover_goes_before_the_writes_that_it_refuses(at: int, said: str, is_first: bool) -> None:
    calm = "".join(
        f"{_at(second)} INFO no action. I am (db-0), the leader with the lock\n" for second in range(0, at, 10)
    )
    claims = "".join(f"{_at(second)} INFO claim saved\n" for second in range(0, 500, 5)) + READ_ONLY

    found = diagnose(make_case({"claims.log": claims, "patroni.log": f"{calm}{_at(at)} INFO {said}\n"}), RULES)

    assert (said in found.causes[0].title) is is_first


def test_a_setting_of_another_service_is_told_with_what_it_was_and_is() -> None:
    caller = "".join(f"{_at(second)} INFO charged\n" for second in range(0, 800, 8))
    caller += f"{_at(802)} INFO Refreshed keys [retry.billing.maxAttempts] from 2 to 10\n"
    billing = "".join(f"{_at(second)} INFO POST /charges 200\n" for second in range(0, 800, 8))
    billing += "".join(f"{_at(806 + n)} ERROR Thread pool is EXHAUSTED! Active: 200\n" for n in range(60))

    found = diagnose(make_case({"orders.log": caller, "billing.log": billing}), RULES)

    assert "from 2 to 10" in found.causes[0].title


TAKEN = """\
LAST SEEN   TYPE      REASON            OBJECT          MESSAGE
14m         Warning   SpotInterrupted   node/spot-8-3   Spot interruption warning was triggered for the node
"""


@pytest.mark.parametrize(
    ("said", "is_told"), [("ERROR peer 10.2.8.3:7079: Connection refused", True), ("INFO task finished", False)]
)
def test_a_machine_that_was_taken_back_is_a_cause_only_where_somebody_misses_it(said: str, is_told: bool) -> None:
    log = "".join(f"{_at(n)} {said}\n" for n in range(60))

    found = diagnose(make_case({"events.txt": TAKEN, "driver.log": log}), RULES)

    assert any(cause.rule_id == "node-interrupted" for cause in found.causes) is is_told


def test_a_full_table_of_a_machine_goes_before_the_names_that_cannot_be_asked_for() -> None:
    kernel = "".join(f"[{900 + n}.100000] nf_conntrack: nf_conntrack: table full, dropping packet\n" for n in range(40))
    client = "".join(f"{_at(n)} ERROR lookup pg.shop.svc on 10.96.0.10:53: i/o timeout\n" for n in range(60))

    found = diagnose(make_case({"worker-3-dmesg.log": kernel, "cart.log": client}), RULES)

    assert found.causes[0].rule_id == "network-table-full"


KILLED = """\
apiVersion: v1
kind: Pod
metadata: {name: hub-7d9f8b6c5d-x2k4q, namespace: live, creationTimestamp: "2026-11-20T11:00:00Z"}
spec: {nodeName: node-1, containers: [{name: hub, resources: {limits: {memory: 1Gi}}}]}
status:
  phase: Running
  conditions: [{type: Ready, status: "False"}]
  containerStatuses:
  - name: hub
    ready: false
    restartCount: 6
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 137, reason: OOMKilled, finishedAt: "2026-11-21T11:58:00Z"}}
"""


@pytest.mark.parametrize(("figures", "is_told"), [(GROWS, True), (SWINGS, False)])
def test_what_grew_before_memory_ran_out_stands_beside_the_kill(figures: list[int], is_told: bool) -> None:
    files = {"pod.yaml": KILLED, "hub-7d9f8b6c5d-x2k4q_hub.previous.log": _stats(figures, "goroutines")}

    cause = diagnose(make_case(files), RULES).causes[0]

    assert cause.rule_id == "oom-killed-container"
    assert ("goroutines grew from" in cause.explanation) is is_told
    assert not is_told or any("goroutines=461" in citation.quote for citation in cause.citations)


ENDED = """\
apiVersion: v1
kind: Pod
metadata: {name: tax-7d9f8b6c5d-x2k4q, namespace: shop, creationTimestamp: "2026-11-20T11:00:00Z"}
spec: {nodeName: node-1, containers: [{name: tax}]}
status:
  phase: Running
  conditions: [{type: Ready, status: "False"}]
  containerStatuses:
  - name: tax
    ready: false
    restartCount: 6
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 1, reason: Error, finishedAt: "2026-11-21T11:58:00Z"}}
"""


@pytest.mark.parametrize(
    ("last", "is_first"),
    [
        ("CRITICAL /etc/tax/rules.yaml:88: duplicate key 'rate', exiting", True),
        ("INFO rules read", False),
    ],
)
def test_the_fatal_end_of_a_run_goes_before_what_it_lived_with(last: str, is_first: bool) -> None:
    log = "".join(
        f"{_at(n * 20)} ERROR statsd flush failed: connection refused\n{_at(n * 20)} INFO job ok\n" for n in range(40)
    )

    found = diagnose(
        make_case({"pod.yaml": ENDED, "tax-7d9f8b6c5d-x2k4q_tax.previous.log": f"{log}{_at(900)} {last}\n"}), RULES
    )

    assert ("duplicate key" in found.causes[0].title) is is_first


def test_a_state_before_and_after_is_told_with_both() -> None:
    log = "".join(f"{_at(second)} INFO checkpoint\n" for second in range(0, 500, 10))
    log += f'{{"t":"{_at(505)}","msg":"Mode of this member changed","attr":{{"newState":"SECONDARY","oldState":"PRIMARY"}}}}\n'
    writes = "".join(f"{_at(second)} INFO saved\n" for second in range(0, 500, 5))
    writes += "".join(f"{_at(508 + n)} ERROR cannot execute INSERT in a read-only transaction\n" for n in range(60))

    cause = diagnose(make_case({"mongo.log": log, "profile.log": writes}), RULES).causes[0]

    assert '"PRIMARY" -> "SECONDARY"' in cause.title


PROBED = """\
Name:             ledger-0
Namespace:        books
Status:           Running
Containers:
  mysql:
    Image:          mysql:8.4.3
    State:          Running
      Started:      Sat, 21 Nov 2026 09:59:00 +0000
    Ready:          True
    Restart Count:  0
    Readiness:      {probe} delay=5s timeout=2s period=15s #success=1 #failure=3
Conditions:
  Type    Status
  Ready   True
"""
EXEC = "exec [mysqladmin ping -h 127.0.0.1]"


@pytest.mark.parametrize(
    ("probe", "pace_s", "verdict"),
    [
        (EXEC, 15, Verdict.HEALTHY),
        (EXEC, 40, Verdict.FAILURE),
        ("tcp-socket :3306", 15, Verdict.FAILURE),
    ],
)
def test_logins_refused_at_the_pace_of_an_exec_probe_are_the_probes(probe: str, pace_s: int, verdict: Verdict) -> None:
    """Only a command logs in, and a client that is refused keeps a pace of its own."""
    log = "".join(
        f"{_at(n * pace_s)} [Warning] [MY-010926] Access denied for user 'root'@'localhost' (using password: NO)\n"
        for n in range(100)
    )
    case = make_case({"describe-pod.txt": PROBED.format(probe=probe), "logs-ledger-0.txt": log})

    assert diagnose(case, RULES).verdict is verdict


def test_first_tries_are_made_up_for_by_as_many_later_ones() -> None:
    work = [f"{_at(n * 5)} info  GET /seats/{n} 200 4ms" for n in range(150)]
    for place in (140, 90, 40):
        work.insert(place, f"{_at(place * 5)} info  price read done after 2 tries")
        work.insert(place, f"{_at(place * 5)} warn  price read attempt 1 failed (ECONNRESET), retrying in 300ms")

    assert diagnose(make_case({"seat-map.log": "\n".join(work)}), RULES).verdict is Verdict.HEALTHY
