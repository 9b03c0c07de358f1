"""Evidence of which a part is missing: what still shows a symptom is never healthy, and what shows none never fails."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()


def read(files: dict[str, str], *, alert: str = "ManualTriage") -> Diagnosis:
    return diagnose(make_case(files, alert=alert), RULES)


CALM = "".join(f"2026-11-21T09:00:{n:02}Z INFO  sheet {n} of 512 drawn\n" for n in range(1, 40))


def test_the_log_of_a_run_that_ended_is_not_health() -> None:
    assert read({"plotter-previous.log": CALM}).verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert read({"plotter.log": CALM}).verdict is Verdict.HEALTHY
    assert read({"plotter.log": CALM, "plotter-previous.log": CALM}).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("nc: bad address 'ledger.books.svc'", "waiting"), "cannot resolve the name ledger.books.svc"),
        (("wait-for-it.sh: timeout occurred after waiting 5 seconds for ledger:5432",), "ledger:5432"),
        (("ledger:5432 - no response", "sleeping 2 s"), "ledger:5432"),
    ],
)
def test_a_log_that_only_waits_names_what_for(lines: tuple[str, ...], says: str) -> None:
    found = read({"wait.log": "".join(f"{line}\n" for line in lines) * 20})
    assert found.verdict in (Verdict.FAILURE, Verdict.INSUFFICIENT_EVIDENCE)
    assert says in found.summary


@pytest.mark.parametrize(
    "line",
    [
        "waiting for messages on queue:5672",
        "waiting for the next job",
        "attempting to acquire leader lease books/ledger",
    ],
)
def test_an_idle_worker_is_well(line: str) -> None:
    assert read({"worker.log": f"{line}\n" * 40}).verdict is not Verdict.FAILURE


def test_a_program_that_waited_and_went_on_is_well() -> None:
    waited = "nc: bad address 'ledger.books.svc'\nwaiting\n" * 6
    assert read({"wait.log": waited + "ledger.books.svc is up\n" + CALM}).verdict is not Verdict.FAILURE


CLAIM = """\
Name:          ink
Namespace:     plots
StorageClass:  fast
Status:        {status}
Volume:
Access Modes:
VolumeMode:    Filesystem
Used By:       {users}
Events:        <none>
"""


def test_a_claim_that_waits_while_a_pod_uses_it_is_told() -> None:
    found = read({"claim.txt": CLAIM.format(status="Pending", users="plotter-0")})
    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert "claim ink is Pending, and plotter-0 uses it" in found.summary


@pytest.mark.parametrize(("status", "users"), [("Bound", "plotter-0"), ("Pending", "<none>")])
def test_a_claim_that_is_bound_or_that_nobody_uses_is_well(status: str, users: str) -> None:
    assert read({"claim.txt": CLAIM.format(status=status, users=users)}).verdict is Verdict.HEALTHY


def claims(status: str, age: str) -> str:
    return f"""\
NAME    STATUS    VOLUME      CAPACITY   ACCESS MODES   STORAGECLASS   AGE
ink-0   Bound     pvc-7a7a1   20Gi       RWO            fast           61d
ink-1   {status:<9} pvc-7a7a2   20Gi       RWO            fast           {age}
"""


def test_a_listed_claim_that_waits_is_told_unless_it_is_new() -> None:
    assert "claim ink-1 is Pending" in read({"pvc.txt": claims("Pending", "22m")}).summary
    assert read({"pvc.txt": claims("Pending", "9s")}).verdict is Verdict.HEALTHY
    assert read({"pvc.txt": claims("Bound", "22m")}).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    ("updated", "verdict"), [("0", Verdict.INSUFFICIENT_EVIDENCE), ("2", Verdict.HEALTHY), ("1", Verdict.HEALTHY)]
)
def test_a_release_without_any_new_replica_is_told(updated: str, verdict: Verdict) -> None:
    table = f"NAME      READY   UP-TO-DATE   AVAILABLE   AGE\nplotter   2/2     {updated}            2           90d\n"
    assert read({"deploy.txt": table}).verdict is verdict


def pods(restarts: str) -> str:
    return f"""\
NAME                      READY   STATUS    RESTARTS        AGE
plotter-6c8b9d7f5-4kxqz   1/1     Running   0               4d
plotter-6c8b9d7f5-zt8wp   1/1     Running   {restarts:<15} 4d
"""


@pytest.mark.parametrize(
    ("restarts", "verdict"),
    [
        ("7 (30s ago)", Verdict.INSUFFICIENT_EVIDENCE),
        ("1 (97h ago)", Verdict.HEALTHY),
        ("0", Verdict.HEALTHY),
    ],
)
def test_a_restart_of_this_minute_is_told(restarts: str, verdict: Verdict) -> None:
    assert read({"pods.txt": pods(restarts)}).verdict is verdict


def test_a_row_that_lost_its_padding_is_read() -> None:
    table = """\
NAME                       READY   STATUS             RESTARTS   AGE
plotter-6c8b9d7f5-4kxqz    1/1     Running            0          2d
plotter-inks-7f8d5-k2p4m   0/1     ImagePullBackOff   0          47m
""".replace("k2p4m   0", "k2p4mmmm 0")
    assert "ImagePullBackOff" in read({"pods.txt": table}).summary


LISTING = """\
$ flink list -r
Waiting for response...
---------- Running/Restarting Jobs ----------
12.08.2026 11:02:14 : 5ed487e2d31fe7108fb31d0d13db0680 : plots-v2 ({state})
"""


@pytest.mark.parametrize(
    ("state", "verdict"), [("RESTARTING", Verdict.INSUFFICIENT_EVIDENCE), ("RUNNING", Verdict.HEALTHY)]
)
def test_a_listing_of_any_tool_that_calls_something_unwell_is_told(state: str, verdict: Verdict) -> None:
    assert read({"pods.txt": pods("0"), "jobs.txt": LISTING.format(state=state)}).verdict is verdict


@pytest.mark.parametrize("alert", ["PlotterMetricsAbsent", "PlotterHeartbeatMissing"])
def test_a_calm_log_that_stops_answers_no_question_about_silence(alert: str) -> None:
    assert read({"plotter.log": CALM}, alert=alert).verdict is Verdict.INSUFFICIENT_EVIDENCE
    ended = CALM + "2026-11-21T09:00:59Z INFO  finished: 512 of 512 sheets\n"
    assert read({"plotter.log": ended}, alert=alert).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    ("note", "verdict"),
    [
        ("The nightly plot did not report success by 06:00.", Verdict.INSUFFICIENT_EVIDENCE),
        ("The nightly plot runs at 02:00.", Verdict.HEALTHY),
    ],
)
def test_a_note_that_misses_a_result_leaves_it_open(note: str, verdict: Verdict) -> None:
    assert read({"plotter.log": CALM, "mail.txt": f"From: monitoring\nSubject: plots\n\n{note}\n"}).verdict is verdict


@pytest.mark.parametrize(
    ("note", "verdict"),
    [
        ("The desk gets no labels since half past eight. Any idea?", Verdict.INSUFFICIENT_EVIDENCE),
        ("Labels are printed at the desk.", Verdict.HEALTHY),
        ("The desk got no labels last week; that is closed.", Verdict.HEALTHY),
    ],
)
def test_a_table_of_ready_pods_answers_no_question(note: str, verdict: Verdict) -> None:
    assert read({"pods.txt": pods("0"), "note.txt": note + "\n"}).verdict is verdict
