"""What a colleague asks beside the evidence, and what one log says of what another only feels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.kubectl import read_log_origin
from incident_bot.model import Diagnosis, Gap, Verdict

RULES = load_rules()


def read(files: dict[str, str]) -> Diagnosis:
    return diagnose(make_case(files), RULES)


PODS = """\
NAME                       READY   STATUS    RESTARTS   AGE
feeder-6b9d7f8c55-hd8pz    1/1     Running   0          3d
rabbit-0                   1/1     Running   0          77d
"""


def broker(*, cleared: bool = False) -> str:
    lines = [
        f"2026-10-13 14:{n // 6:02}:{n * 10 % 60:02}.104+00:00 [info] <0.1{n}.0> accepting AMQP connection"
        for n in range(60)
    ]
    lines[30] = (
        "2026-10-13 14:05:00.104+00:00 [warning] <0.407.0> disk resource limit alarm set on node rabbit@rabbit-0."
    )
    if cleared:
        lines[33] = (
            "2026-10-13 14:05:30.104+00:00 [warning] <0.407.0> disk resource limit alarm cleared on node rabbit@rabbit-0"
        )
    return "\n".join(lines) + "\n"


def feeder(warned: range) -> str:
    """One line every ten seconds; those of `warned` miss their confirmation."""
    return "".join(
        f"2026-10-13 14:{n // 6:02}:{n * 10 % 60:02}.804+00:00 WARNING feeder: no confirm for title {n}, still waiting\n"
        if n in warned
        else f"2026-10-13 14:{n // 6:02}:{n * 10 % 60:02}.804+00:00 INFO feeder: title {n} sent\n"
        for n in range(60)
    )


@pytest.mark.parametrize("warned", [range(30, 60), range(0)], ids=["callers-warn-from-then-on", "callers-say-nothing"])
@pytest.mark.parametrize("cleared", [False, True], ids=["it-stands", "it-is-cleared"])
def test_an_alarm_of_a_broker_is_believed_until_the_broker_clears_it(warned: range, *, cleared: bool) -> None:
    found = read({"pods.txt": PODS, "logs-rabbit-0.txt": broker(cleared=cleared), "logs-feeder.txt": feeder(warned)})

    assert ("disk alarm" in found.summary and found.verdict is Verdict.FAILURE) is not cleared


CRON = """\
NAME             SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
members-letter   0 6 * * 1     <none>     True      0        16d             310d
shelf-index      15 * * * *    <none>     False     0        9m              310d
"""


@pytest.mark.parametrize(
    ("note", "verdict"),
    [
        ("Why did the members letter stop?", Verdict.FAILURE),
        ("The members letter is missing since Monday.", Verdict.FAILURE),
        ("Why is the catalogue blue?", Verdict.HEALTHY),
        ("Members letter: was held back, all is well, closed.", Verdict.HEALTHY),
    ],
)
def test_a_held_schedule_is_a_failure_where_somebody_asks_about_it(note: str, verdict: Verdict) -> None:
    found = read({"cron.txt": CRON, "pods.txt": PODS, "note.txt": f"Hello,\n\n{note}\n"})
    assert (found.verdict is Verdict.FAILURE) is (verdict is Verdict.FAILURE)


def test_the_log_of_one_workload_does_not_explain_the_status_of_another() -> None:
    table = """\
NAME                       READY   STATUS             RESTARTS   AGE
feeder-6b9d7f8c55-hd8pz    1/1     Running            0          3d
mailer-7d4b9c8f65-f28n7    0/1     ImagePullBackOff   0          6d
"""
    log = feeder(range(0)) + "2026-10-13 14:10:00.804+00:00 ERROR feeder: connect ECONNREFUSED 10.100.42.7:5423\n" * 12
    found = read({"pods.txt": table, "logs-feeder.txt": log})
    assert found.summary == "feeder is refused by 10.100.42.7:5423: nothing listens there."
    assert not any("mailer" in citation.quote for citation in found.causes[0].citations)
    assert not any("mailer" in action.command and "feeder" in action.command for action in found.actions)


def test_a_key_of_a_table_is_no_setting() -> None:
    trace = """\
Traceback (most recent call last):
  File "/app/main.py", line 47, in quote
    fee = FEES[order.country]
KeyError: 'NOR'
"""
    assert "environment" not in read({"quote.log": trace}).summary
    assert "environment" in read({"quote.log": trace.replace("FEES[order.country]", "os.environ['NOR']")}).summary


def test_a_manifest_says_nothing_of_what_is_there() -> None:
    manifest = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: feeder, namespace: books}
spec: {replicas: 3}
"""
    assert "replicas ready" not in read({"deploy.yaml": manifest}).summary
    assert "0 of 3 replicas ready" in read({"deploy.yaml": manifest + "status: {observedGeneration: 2}\n"}).summary


@pytest.mark.parametrize(
    ("name", "pods", "origin"),
    [
        ("logs-rabbit-0.txt", {"rabbit-0": ()}, ("rabbit-0", "")),
        ("logs-rabbit-0-server.txt", {"rabbit-0": ()}, ("rabbit-0", "server")),
        ("logs-letters-29929200.txt", {}, ("", "letters-29929200")),
        ("logs-last-run.txt", {}, ("", "run")),
        ("kubectl-logs.txt", {}, ("", "")),
    ],
)
def test_the_name_of_a_file_tells_whose_log_it_is(
    name: str, pods: dict[str, tuple[str, ...]], origin: tuple[str, str]
) -> None:
    assert read_log_origin(name, "2026-10-13 14:00:00 INFO ready\n", pods)[:2] == origin


def gateway() -> str:
    """Hundreds of answers, and two that a limit of the gateway refused."""
    lines = [
        f'10.42.0.7 - - [21/Nov/2026:10:{n // 60:02}:{n % 60:02} +0000] "GET /desk HTTP/1.1" 200 99' for n in range(240)
    ]
    for place in (160, 70):
        lines.insert(
            place,
            f"2026/11/21 10:{place // 60:02}:{place % 60:02} [error] 31#31: *{place} client intended to send too large body: "
            '2031242 bytes, client: 203.0.113.4, server: desk.example, request: "POST /desk/receipts HTTP/1.1"',
        )
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("note", "verdict"),
    [
        ("Two people complain that a receipt cannot be attached", Verdict.FAILURE),
        ("Two people complain that the calendar is slow", Verdict.INSUFFICIENT_EVIDENCE),
        ("Is the page for receipts all right before the audit?", Verdict.HEALTHY),
        ("A receipt could not be attached last week, fixed in 2.4", Verdict.HEALTHY),
    ],
)
def test_two_refusals_among_hundreds_count_where_somebody_complains_of_them(note: str, verdict: Verdict) -> None:
    assert read({"gateway.log": gateway(), "note.txt": note}).verdict is verdict


def test_a_storm_that_is_over_stays_over_although_somebody_complains_of_it() -> None:
    lines = [
        f'10.42.0.7 - - [21/Nov/2026:10:{n // 6:02}:{n % 6}0 +0000] "POST /desk/receipts HTTP/1.1" 201 99'
        for n in range(330)
    ]
    for n in range(60, 90):
        lines[n] = (
            f"2026/11/21 10:{n // 6:02}:{n % 6}0 [error] 31#31: *{n} connect() failed (111: Connection refused) while connecting to "
            'upstream, client: 10.42.0.7, server: desk.example, request: "POST /desk/receipts HTTP/1.1", upstream: "http://10.42.0.9:80"'
        )
    note = "Between ten and half past people complained that a receipt could not be attached"

    assert read({"gateway.log": "\n".join(lines), "note.txt": note}).verdict is not Verdict.FAILURE


GATEWAY = "".join(
    f"2026-04-09T16:{n // 2:02}:{n % 2 * 30:02}Z INFO gateway: GET /basket/{n} 200 6ms\n" for n in range(60)
)
UNREAD = (
    'Error from server (Forbidden): pods is forbidden: User "dev" cannot list resource "pods" in API group ""'
    ' in the namespace "pricing"\n'
)


@pytest.mark.parametrize(
    ("note", "verdict"),
    [
        ("Shops complain that pricing is down.\n", Verdict.INSUFFICIENT_EVIDENCE),
        ("Shops complained that pricing was down. Resolved.\n", Verdict.HEALTHY),
        ("Weekly look at the gateway.\n", Verdict.HEALTHY),
    ],
)
def test_what_a_note_complains_of_and_nobody_could_read_is_not_called_well(note: str, verdict: Verdict) -> None:
    case = make_case({"pods.txt": PODS, "feeder.log": GATEWAY, "note.txt": note})
    unread = Gap(kind="forbidden", what="pods-pricing.txt", reason=UNREAD)

    assert diagnose(replace(case, gaps=(unread,)), RULES).verdict is verdict


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: feeder-out, namespace: books}
spec:
  podSelector: {matchLabels: {app: feeder}}
  policyTypes: [Egress]
  egress: [{ports: [{port: 443, protocol: TCP}]}]
"""
UNRESOLVED = "".join(
    f"2026-10-13 14:{n // 6:02}:{n * 10 % 60:02}.804+00:00 ERROR feeder: getaddrinfo EAI_AGAIN titles.books.svc\n"
    for n in range(30)
)


@pytest.mark.parametrize(
    ("policy", "is_named"),
    [
        pytest.param(POLICY, True, id="labelled as everybody labels it"),
        pytest.param(POLICY.replace("app: feeder", "app: printer"), False, id="of another program"),
        pytest.param(POLICY.replace("app: feeder", "app: feeder, tier: web"), False, id="by more than the name"),
        pytest.param(POLICY.replace("443", "53"), False, id="names are let through"),
    ],
)
def test_policy_without_names_is_a_cause_for_a_pod_whose_labels_were_not_listed(policy: str, *, is_named: bool) -> None:
    found = read({"pods.txt": PODS, "feeder.log": UNRESOLVED, "policy.yaml": policy})

    assert found.verdict is Verdict.FAILURE
    assert ("feeder-out" in found.causes[0].title) is is_named
