"""What somebody looked up with another tool than kubectl, beside logs and pods: what it decides, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.evidence.bundle import read_bundle
from incident_bot.model import Verdict

RULES = load_rules()
PODS = """\
NAME                     READY   STATUS    RESTARTS   AGE
album-6d5c9b7f48-k2x9z   1/1     Running   0          12d
album-6d5c9b7f48-qv7wd   1/1     Running   0          12d
"""
CALM = "".join(f"2026-11-20T10:{n:02}:00Z INFO served id={n * 7919 % 9973} bytes=4096\n" for n in range(40))
FULL = "Filesystem      Size  Used Avail Use% Mounted on\n/dev/sdb        9.8G  9.8G     0 100% /var/albums\n"
ROOM = "Filesystem      Size  Used Avail Use% Mounted on\n/dev/sdb        9.8G  5.9G  3.9G  60% /var/albums\n"


def test_a_full_file_system_and_two_complaints_in_a_calm_log_are_one_cause() -> None:
    said = '2026-11-20T10:20:30Z ERROR put failed err="write /var/albums/.t: no space left on device"\n'
    log = CALM.replace("2026-11-20T10:21", said + "2026-11-20T10:21", 1)

    found = diagnose(make_case({"pods.txt": PODS, "df.txt": FULL, "album-6d5c9b7f48-k2x9z.log": log}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].rule_id == "file-system-full"
    assert "/var/albums" in found.causes[0].title
    assert {"100% /var/albums", "no space left"} <= {
        words
        for item in found.causes[0].citations
        for words in ("100% /var/albums", "no space left")
        if words in item.quote
    }
    assert len(found.causes) == 1


def test_a_full_file_system_is_told_where_nothing_else_is() -> None:
    found = diagnose(make_case({"pods.txt": PODS, "df.txt": FULL, "album-6d5c9b7f48-k2x9z.log": CALM}), RULES)

    assert (found.verdict, found.causes[0].rule_id) == (Verdict.FAILURE, "file-system-full")


@pytest.mark.parametrize(
    "output",
    [
        ROOM,
        "$ df -h /var/albums\n" + FULL + "$ rm -r /var/albums/tmp; df -h /var/albums\n" + ROOM,
        "3 packets transmitted, 3 received, 0% packet loss, time 2003ms\n",
        "$ redis-cli ping\nPONG\n",
        "GROUP  TOPIC  PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG  CONSUMER-ID\nalbum  shots  0  8812  8812  0  album-1-8f0a\n",
        " pid  | usename | state | xact_age\n------+---------+-------+----------\n 4411 | web     | idle  |\n(1 row)\n",
        "uid=1000(app) gid=1000(app) groups=1000(app)\n",
        "total 8\n-rw-r--r-- 1 app app 81 Nov 20 10:01 error.json\ndrwxr-x--- 2 app app 40 Nov 20 10:01 failed\n",
    ],
)
def test_an_output_that_shows_nothing_wrong_makes_no_failure_of_pods_that_are_well(output: str) -> None:
    found = diagnose(make_case({"pods.txt": PODS, "out.txt": output, "album-6d5c9b7f48-k2x9z.log": CALM}), RULES)

    assert found.verdict is Verdict.HEALTHY


def test_what_is_seen_from_outside_stands_below_what_the_log_says() -> None:
    log = CALM + "".join(
        f'2026-11-20T11:{n:02}:00Z ERROR cannot start: FATAL: password authentication failed for user "album"\n'
        for n in range(9)
    )
    curl = "$ curl -sI https://album.acme.example/\nHTTP/2 503\nserver: nginx\n"

    found = diagnose(make_case({"curl.txt": curl, "album-6d5c9b7f48-k2x9z.log": log}), RULES)

    assert found.causes[0].rule_id == "db-auth-failed"


def test_a_session_is_read_command_by_command_and_each_output_is_named(tmp_path: Path) -> None:
    session = (
        "$ kubectl -n web get pods\n"
        + PODS
        + "$ kubectl -n web exec album-6d5c9b7f48-k2x9z -- df -h /var/albums\n"
        + FULL
        + "$ kubectl -n web exec album-6d5c9b7f48-k2x9z -- curl -sS http://thumbs:8080/healthz\nok\n"
    )
    (tmp_path / "session.txt").write_text(session)

    sources = [item.source for item in read_bundle(tmp_path).collected.items]

    assert "output of df" in sources
    found = diagnose(make_case({"session.txt": session}), RULES)
    assert found.causes[0].rule_id == "file-system-full"
    assert found.causes[0].citations[0].line == 7


def test_an_expired_certificate_is_judged_by_the_time_of_the_evidence() -> None:
    dates = "notBefore=Aug 22 08:00:00 2026 GMT\nnotAfter=Nov 20 08:00:00 2026 GMT\nsubject=CN = album.acme.example\n"
    earlier = CALM.replace("2026-11-20", "2026-11-19")

    after = diagnose(make_case({"pods.txt": PODS, "cert.txt": dates, "album-6d5c9b7f48-k2x9z.log": CALM}), RULES)
    before = diagnose(make_case({"pods.txt": PODS, "cert.txt": dates, "album-6d5c9b7f48-k2x9z.log": earlier}), RULES)

    assert (after.verdict, after.causes[0].rule_id) == (Verdict.FAILURE, "tls-certificate-failure")
    assert before.verdict is Verdict.HEALTHY


def test_an_output_that_looks_like_a_table_of_kubectl_is_enough_by_itself() -> None:
    status = (
        "NAME                   CLUSTER     CDS     LDS     EDS     RDS     ECDS      ISTIOD                  VERSION\n"
        "album-6d5c9b7f48.web   Kubernetes  STALE   SYNCED  SYNCED  SYNCED  NOT SENT  istiod-7c9d8f6b5d-8xk4m 1.24.1\n"
    )

    found = diagnose(make_case({"proxy-status.txt": status}), RULES)

    assert (found.verdict, found.causes[0].rule_id) == (Verdict.FAILURE, "mesh-proxy-not-in-sync")
