"""Schedulers, meshes, operators and secret stores: who says why, and what is only busy or over."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()
WELL = "NAMESPACE   NAME                         READY   STATUS    RESTARTS   AGE\nflow        scheduler-7d9f8b6c5d-x2k4q   1/1     Running   0          9d\n"
FULL = (
    "[2026-06-03T04:{:02d}:00.1+0000] {{job.py:526}} INFO - Not scheduling since there are 0 open slots in pool etl\n"
)
FREE = "[2026-06-03T04:{:02d}:00.1+0000] {{job.py:497}} INFO - 3 tasks sent to the executor\n"


def test_a_scheduler_that_calmly_starts_nothing_is_a_failure_of_healthy_pods() -> None:
    found = diagnose(make_case({"pods.txt": WELL, "scheduler.log": "".join(FULL.format(i) for i in range(40))}), RULES)

    assert (found.verdict, found.causes[0].rule_id) == (Verdict.FAILURE, "airflow-pool-full")


@pytest.mark.parametrize(
    "log",
    [
        "".join((FULL if i % 9 == 0 else FREE).format(i) for i in range(50)),
        "".join((FULL if i < 20 else FREE).format(i) for i in range(59)),
    ],
    ids=["now and then", "an hour ago"],
)
def test_a_pool_that_has_slots_again_is_no_failure(log: str) -> None:
    assert diagnose(make_case({"pods.txt": WELL, "scheduler.log": log}), RULES).verdict is not Verdict.FAILURE


CERTIFICATE = """\
Name:         site-tls
Namespace:    {namespace}
Kind:         Certificate
Status:
  Conditions:
    Message:  {message}
    Reason:   {reason}
    Status:   {status}
    Type:     Ready
"""


def test_an_object_described_by_itself_counts_whatever_namespace_the_listing_suggests() -> None:
    bad = CERTIFICATE.format(
        namespace="web",
        message="Certificate expired on Tue, 02 Jun 2026 22:10:00 UTC",
        reason="Expired",
        status="False",
    )

    found = diagnose(make_case({"pods.txt": WELL, "certificate.txt": bad}), RULES)

    assert (found.verdict, found.causes[0].rule_id) == (Verdict.FAILURE, "certificate-not-renewed")
    assert "Certificate expired on" in found.causes[0].citations[0].quote


def test_a_certificate_that_is_ready_leaves_the_folder_healthy() -> None:
    good = CERTIFICATE.format(
        namespace="web", message="Certificate is up to date and has not expired", reason="Ready", status="True"
    )

    assert diagnose(make_case({"pods.txt": WELL, "certificate.txt": good}), RULES).verdict is Verdict.HEALTHY


def test_a_log_of_complaints_that_are_nothing_shows_no_work_either() -> None:
    idle = "".join(
        f"2026-06-03T04:{i:02d}:00Z {700 + i} [Note] [Server] Aborted connection {700 + i} to db: 'a' (Got timeout reading communication packets).\n"
        for i in range(40)
    )
    work = "".join(f"2026-06-03T04:{i:02d}:30Z {700 + i} [Note] [Server] checkpoint written\n" for i in range(40))

    assert diagnose(make_case({"db.log": idle}), RULES).verdict is Verdict.INSUFFICIENT_EVIDENCE
    mixed = "".join(f"{a}\n{b}\n" for a, b in zip(idle.splitlines(), work.splitlines(), strict=True))
    assert diagnose(make_case({"db.log": mixed}), RULES).verdict is Verdict.HEALTHY


RUN = "Name:  nightly\nKind:  SparkApplication\nStatus:\n  Application State:\n    State:  {}\n"
LOST = "26/06/03 04:01:{:02d} ERROR TaskSchedulerImpl: Lost executor {} on 10.0.0.{}: spot interruption\n"


@pytest.mark.parametrize(("state", "fails"), [("COMPLETED", False), ("FAILED", True)])
def test_what_a_run_lost_on_its_way_matters_only_if_it_failed(state: str, *, fails: bool) -> None:
    done = "".join(
        f"26/06/03 04:{i:02d}:30 INFO TaskSetManager: Finished task {i}.0 in stage 3.0\n" for i in range(2, 40)
    )
    log = "".join(LOST.format(i, i, i) for i in range(5)) + done

    found = diagnose(make_case({"run.txt": RUN.format(state), "driver.log": log}), RULES)

    assert (found.verdict is Verdict.FAILURE) is fails


PARTS = "Name:  main\nKind:  {kind}\nStatus:\n  Conditions:\n    Message:  {message}\n    Reason:   {reason}\n    Status:   {status}\n    Type:     {type}\n"


@pytest.mark.parametrize(
    ("kind", "name", "status", "reason", "fails"),
    [
        ("Kafka", "NotReady", "True", "TimeoutException", True),
        ("Kafka", "NotReady", "False", "AsExpected", False),
        ("InferenceService", "PredictorReady", "False", "RevisionFailed", True),
        ("InferenceService", "PredictorReady", "True", "MinimumReplicasAvailable", False),
        ("Cluster", "ContinuousArchiving", "False", "ContinuousArchivingFailing", True),
        ("Cluster", "Hibernation", "False", "NotHibernated", False),
    ],
)
def test_a_condition_is_read_by_its_name_its_state_and_its_reason(
    kind: str, name: str, status: str, reason: str, *, fails: bool
) -> None:
    text = PARTS.format(
        kind=kind, type=name, status=status, reason=reason, message="it waits for the volume of main-2 to be bound"
    )

    found = diagnose(make_case({"object.txt": text}), RULES)

    assert (found.verdict is Verdict.FAILURE) is fails
    assert not fails or "volume of main-2" in found.causes[0].citations[0].quote


CURL = """\
$ curl -v https://shop.example/
* Trying 203.0.113.9:443...
* Connected to shop.example port 443
* SSL certificate problem: certificate has expired
curl: (60) SSL certificate problem: certificate has expired
"""
RENEWED = """\
$ date
Wed Jun  3 05:00:00 UTC 2026
$ curl -sI https://shop.example/
HTTP/2 200
content-type: text/html
date: Wed, 03 Jun 2026 05:00:00 GMT
certificate renewed, valid until 2026-09-01
connection ok
"""


def test_what_only_a_client_sees_is_a_failure_although_the_pods_are_well() -> None:
    found = diagnose(make_case({"pods.txt": WELL, "curl.txt": CURL}), RULES)

    assert (found.verdict, found.causes[0].rule_id) == (Verdict.FAILURE, "tls-certificate-failure")


@pytest.mark.parametrize("answer", [RENEWED, CURL + RENEWED], ids=["fine", "fine again"])
def test_a_client_that_is_served_now_tells_of_no_failure(answer: str) -> None:
    assert diagnose(make_case({"pods.txt": WELL, "curl.txt": answer}), RULES).verdict is not Verdict.FAILURE


CERTIFICATES = """\
$ kubeadm certs check-expiration
CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED
admin.conf                 Jun 01, {year} 09:00 UTC   {left:<14}  ca                      no
apiserver                  Jun 01, {year} 09:00 UTC   {left:<14}  ca                      no

CERTIFICATE AUTHORITY   EXPIRES                  RESIDUAL TIME   EXTERNALLY MANAGED
ca                      Aug 21, 2032 21:13 UTC   6y              no
etcd-ca                 Aug 21, 2032 21:13 UTC   6y              no
front-proxy-ca          Aug 21, 2032 21:13 UTC   6y              no
"""


@pytest.mark.parametrize(("year", "left", "fails"), [(2026, "<invalid>", True), (2027, "358d", False)])
def test_a_table_of_certificates_tells_which_one_has_ended(year: int, left: str, *, fails: bool) -> None:
    table = CERTIFICATES.format(year=year, left=left)

    found = diagnose(make_case({"pods.txt": WELL, "certs.txt": table}), RULES)

    assert [item.rule_id for item in found.causes[:1]] == ["control-plane-certificate-expired"] * fails


SYNC = """\
Name:         db
Namespace:    web
API Version:  external-secrets.io/v1
Kind:         ExternalSecret
Events:
  Type     Reason        Age                From              Message
  ----     ------        ----               ----              -------
  Warning  UpdateFailed  {failed} (x3 over 62m)   external-secrets  error processing spec.data[0] (key: db), err: Code: 503. Errors: * Vault is sealed
  Normal   Updated       {synced} (x9 over 62m)   external-secrets  secret synced
"""


@pytest.mark.parametrize(("failed", "synced", "fails"), [("50m", "1m", False), ("1m", "55m", True)])
def test_a_sync_that_came_later_ends_the_failed_ones(failed: str, synced: str, *, fails: bool) -> None:
    found = diagnose(make_case({"sync.txt": SYNC.format(failed=failed, synced=synced)}), RULES)

    assert (found.verdict is Verdict.FAILURE) is fails


@pytest.mark.parametrize("ending", ["", "2026-06-03T04:01:00Z [INFO]  core: vault is unsealed\n"])
def test_a_vault_that_was_unsealed_is_sealed_no_more(ending: str) -> None:
    log = "2026-06-03T04:00:00Z [INFO]  core: starting\n2026-06-03T04:00:30Z [WARN]  core: Vault is sealed, waiting for keys\n"
    work = (
        "".join(f"2026-06-03T04:{i:02d}:00Z [INFO]  expiration: revoked lease {i}\n" for i in range(2, 30))
        if ending
        else ""
    )

    found = diagnose(make_case({"vault-0.log": log + ending + work}), RULES)

    assert (found.verdict is Verdict.FAILURE) is (not ending)
