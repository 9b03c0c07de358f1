"""The webhook's promises: who may call, what is answered, and that nothing is said to be taken that was not."""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from fakes.log_shapes import log_shaped_samples
from fakes.receivers import KEY, TOKEN, RecordingDispatcher, Rig, make_rig, raise_trouble
from fakes.secret_samples import provider_samples
from fakes.webhook_bodies import alert, body
from incident_bot import intake
from incident_bot.credentials import Credential
from incident_bot.dispatch import DispatchError, Trouble
from incident_bot.dispatch.message import make_message
from incident_bot.redaction import Redactor
from incident_bot.redaction.nouns import redact_incident

if TYPE_CHECKING:
    from incident_bot.dispatch.message import Message

PAYLOADS = [
    path
    for path in sorted((Path(__file__).parents[1] / "intake/payloads").glob("*.json"))
    if "alerts" in json.loads(path.read_text(encoding="utf-8"))
]


@pytest.fixture
def dispatcher() -> RecordingDispatcher:
    return RecordingDispatcher()


@pytest.fixture
def rig(dispatcher: RecordingDispatcher) -> Rig:
    return make_rig(dispatcher)


def read(message: Message) -> Any:
    return intake.read_incidents(json.loads(message.text))[0]


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_what_a_real_alertmanager_sent_is_taken(rig: Rig, dispatcher: RecordingDispatcher, path: Path) -> None:
    raw = path.read_bytes()

    answer = rig.post(raw)

    assert answer.status_code == 202
    assert dispatcher.keys == [incident.key for incident in intake.read_webhook(json.loads(raw))]


def test_pods_of_one_workload_are_one_dispatch(rig: Rig, dispatcher: RecordingDispatcher) -> None:
    pods = [f"api-7d9f8b6c5d-{letter * 5}" for letter in "bcdfghjklmnpqrstvwxz"]

    answer = rig.post(body(*(alert(pod=pod) for pod in pods)))

    assert answer.get_json() == {"incidents": 1, "dispatched": 1, "key": dispatcher.keys[0]}
    assert len(read(dispatcher.taken[0]).also) == 19


@pytest.mark.parametrize("name", ["Watchdog", "InfoInhibitor", "OurOwnNoise"])
def test_alerts_on_the_ignore_list_start_nothing(dispatcher: RecordingDispatcher, name: str) -> None:
    rig = make_rig(dispatcher, ignore=("Watchdog", "InfoInhibitor", "OurOwnNoise"))

    answer = rig.post(body(alert(name)))

    assert (answer.status_code, answer.get_json()) == (202, {"incidents": 0})
    assert [] == dispatcher.taken


def test_a_resolved_alert_is_passed_on(rig: Rig, dispatcher: RecordingDispatcher) -> None:
    rig.post(body(alert(status="resolved"), status="resolved"))

    assert ["resolved"] == [message.status for message in dispatcher.taken]


def test_the_very_same_message_costs_one_call(rig: Rig, dispatcher: RecordingDispatcher) -> None:
    answers = [rig.post(body(alert())).get_json() for _ in range(3)]

    assert len(dispatcher.taken) == 1
    assert [1, None, None] == [answer.get("dispatched") for answer in answers]
    assert rig.number("incident_bot_dedup_total") == 2


def test_the_same_alert_in_another_body_costs_one_call_too(rig: Rig, dispatcher: RecordingDispatcher) -> None:
    first = rig.post(body(alert())).get_json()
    second = rig.post(body(alert(), groupKey="another route")).get_json()

    assert (first["dispatched"], second["deduplicated"]) == (1, 1)
    assert len(dispatcher.taken) == 1


def test_a_body_that_was_not_taken_whole_is_read_again(dispatcher: RecordingDispatcher) -> None:
    dispatcher.fail = raise_trouble(Trouble.BUSY)
    rig = make_rig(dispatcher)

    assert [503, 503] == [rig.post(body(alert())).status_code for _ in range(2)]


def test_firing_again_after_it_resolved_is_no_repeat(rig: Rig, dispatcher: RecordingDispatcher) -> None:
    again = {**alert(), "startsAt": "2026-11-20T15:00:10Z"}

    for item in (alert(), alert(status="resolved"), again):
        rig.post(body(item))

    assert len(dispatcher.taken) == 3


def test_another_replica_needs_no_memory_of_it(dispatcher: RecordingDispatcher) -> None:
    """Whoever triages joins repeats by the key: the message is the same, byte for byte."""
    for _ in range(2):
        make_rig(dispatcher).post(body(alert()))

    assert len({message.text for message in dispatcher.taken}) == 1
    assert len(dispatcher.taken) == 2


# Who may call


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param(None, 401, id="nothing"),
        pytest.param("", 401, id="empty"),
        pytest.param("Bearer", 401, id="no token"),
        pytest.param(f"Digest {TOKEN}", 401, id="another scheme"),
        pytest.param("Basic %%%", 401, id="broken Basic"),
        pytest.param("Basic " + base64.b64encode(b"nocolon").decode(), 401, id="Basic without a colon"),
        pytest.param("Bearer wrong", 403, id="wrong"),
        pytest.param(f"Bearer {TOKEN}x", 403, id="longer"),
        pytest.param(f"Bearer {TOKEN[:-1]}", 403, id="shorter"),
        pytest.param("Basic " + base64.b64encode(b"alertmanager:wrong").decode(), 403, id="wrong password"),
        pytest.param(f"Bearer {TOKEN}", 202, id="right"),
        pytest.param(f"bearer   {TOKEN} ", 202, id="case and blanks"),
        pytest.param("Basic " + base64.b64encode(f"alertmanager:{TOKEN}".encode()).decode(), 202, id="Basic"),
    ],
)
def test_only_who_knows_the_token_may_call(
    rig: Rig, dispatcher: RecordingDispatcher, header: str | None, status: int
) -> None:
    headers = {} if header is None else {"Authorization": header}

    answer = rig.client.post("/webhook/alertmanager", json=body(alert()), headers=headers)

    assert answer.status_code == status
    assert len(dispatcher.taken) == (1 if status == 202 else 0)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_rotated_webhook_token_counts_at_once(dispatcher: RecordingDispatcher, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("the first token\n")
    rig = make_rig(dispatcher, token=Credential("INCIDENT_BOT_WEBHOOK_TOKEN", file=str(file)))

    before = rig.post(body(alert()), token="the first token").status_code
    file.write_text("the second one\n")

    assert (before, rig.post(body(alert()), token="the first token").status_code) == (202, 403)
    assert rig.post(body(alert()), token="the second one").status_code == 202


def test_without_its_token_the_receiver_loses_nothing(dispatcher: RecordingDispatcher, tmp_path: Path) -> None:
    """A 4xx would make Alertmanager drop the alert for our own mistake."""
    rig = make_rig(dispatcher, token=Credential("INCIDENT_BOT_WEBHOOK_TOKEN", file=str(tmp_path / "gone")))

    assert rig.post(body(alert())).status_code == 503
    assert rig.client.get("/readyz").status_code == 503
    assert rig.client.get("/healthz").status_code == 200


# What cannot be handled


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{", "not JSON", id="cut"),
        pytest.param(b"\xff\xfe\x00", "not JSON", id="bytes"),
        pytest.param(b"[" * 60_000, "not JSON", id="deep"),
        pytest.param(b"9" * 6000, "not JSON", id="a huge number"),
        pytest.param(b"[]", "body: expected an object", id="a list"),
        pytest.param(b"{}", "body.alerts: missing", id="no alerts"),
        pytest.param(b'{"alerts": {"a": 1}}', "body.alerts: expected a list", id="alerts an object"),
        pytest.param(b'{"alerts": [7]}', "body.alerts[0]", id="alert a number"),
    ],
)
def test_what_is_no_webhook_body_is_400_and_named(
    rig: Rig, dispatcher: RecordingDispatcher, raw: bytes, named: str
) -> None:
    answer = rig.post(raw)

    assert answer.status_code == 400
    assert named in answer.get_json()["error"]
    assert [] == dispatcher.taken


def test_a_body_beyond_the_limit_is_413(rig: Rig, dispatcher: RecordingDispatcher) -> None:
    assert rig.post(b" " * (64 * 1024 + 1)).status_code == 413
    assert rig.number('incident_bot_webhooks_total{status="413"}') == 1
    assert [] == dispatcher.taken


@pytest.mark.parametrize(("path", "method", "status"), [("/", "GET", 404), ("/webhook/alertmanager", "GET", 405)])
def test_other_routes_are_refused(rig: Rig, path: str, method: str, status: int) -> None:
    assert rig.client.open(path, method=method).status_code == status


# What is not taken


@pytest.mark.parametrize("trouble", list(Trouble))
def test_what_was_not_taken_is_503_and_never_a_4xx(trouble: Trouble) -> None:
    """Alertmanager repeats only 5xx; a wrong token of ours must not cost an alert."""
    dispatcher = RecordingDispatcher(fail=raise_trouble(trouble, retry_after_s=41.2))
    rig = make_rig(dispatcher)

    answer = rig.post(body(alert()))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "42"
    assert rig.number(f'incident_bot_dispatch_total{{result="{trouble}"}}') == 1


def test_after_a_failure_the_repeat_is_handed_over(dispatcher: RecordingDispatcher) -> None:
    dispatcher.fail = raise_trouble(Trouble.LOST)
    rig = make_rig(dispatcher)
    first = rig.post(body(alert())).status_code
    dispatcher.fail = lambda _: None

    assert (first, rig.post(body(alert())).status_code) == (503, 202)
    assert len(dispatcher.taken) == 1


def test_one_incident_in_trouble_makes_alertmanager_repeat_and_the_others_are_not_repeated() -> None:
    def fail(message: Message) -> None:
        if "app-3" in message.text and not allowed.is_set():
            raise DispatchError("made-up", trouble=Trouble.LOST)

    allowed = threading.Event()
    dispatcher = RecordingDispatcher(fail=fail)
    rig = make_rig(dispatcher)
    message = body(*(alert(deployment=f"app-{number}") for number in range(8)))

    first = rig.post(message)
    allowed.set()
    second = rig.post(message)

    assert (first.status_code, second.status_code) == (503, 202)
    assert first.get_json()["dispatched"] == 7
    assert second.get_json() == {"incidents": 8, "deduplicated": 7, "dispatched": 1}
    assert len(dispatcher.taken) == len(set(dispatcher.keys)) == 8


def test_what_is_late_is_answered_in_time_and_finished_all_the_same() -> None:
    dispatcher = RecordingDispatcher(fail=lambda _: time.sleep(0.3))
    rig = make_rig(dispatcher, deadline_s=0.4, parallel=2)
    message = body(*(alert(deployment=f"app-{number}") for number in range(12)))

    answer = rig.post(message)
    attempts = 1
    while rig.post(message).status_code != 202:
        attempts += 1
        assert attempts < 40

    assert answer.status_code == 503
    assert answer.get_json()["late"] > 0
    assert set(dispatcher.keys) == {incident.key for incident in intake.read_webhook(message)}


def test_a_bug_of_ours_is_503_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Message) -> None:
        raise ZeroDivisionError

    rig = make_rig(RecordingDispatcher(fail=fail))

    assert rig.post(body(alert())).status_code == 503
    assert "a bug in the receiver" in caplog.text


# What leaves


def test_what_leaves_is_what_the_long_way_would_let_out() -> None:
    """Most messages hold no secret, which one look tells; whatever it finds or not, the message is the same."""
    samples = [*list(provider_samples(5))[::3], *list(log_shaped_samples(5))[::21]]
    changed = 0
    for sample in samples:
        dispatcher = RecordingDispatcher()
        rows = [alert(deployment="shop"), alert(deployment="shop", pod="shop-7d9f8b6c5d-x2k8p")]
        rows[1]["annotations"] = {"description": sample.text[:900]}
        make_rig(dispatcher).post(json.dumps(body(*rows)).encode())
        (incident,) = intake.read_webhook(body(*rows))
        redactor = Redactor(KEY)
        redacted = redact_incident(incident, redactor)
        expected = make_message(incident, redacted=redacted, seal=redactor.seal)

        assert dispatcher.taken == [expected], sample.kind
        changed += redacted != incident

    assert changed > len(samples) * 0.9


# What operators see


def test_the_log_names_status_and_key_but_never_the_body(rig: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    rig.post(body(alert(team="very-private-team")))

    (line,) = capfd.readouterr().err.splitlines()
    said = json.loads(line)
    assert {"message": "webhook", "level": "info", "status": 202, "incidents": 1}.items() <= said.items()
    assert {"time", "seconds", "key", "bytes"} <= said.keys()
    assert "very-private-team" not in line


def test_a_log_that_nobody_reads_any_more_costs_no_alert(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_handle: int, _line: bytes) -> NoReturn:
        raise BrokenPipeError

    monkeypatch.setattr("os.write", broken)

    assert rig.post(body(alert())).status_code == 202


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'{"alerts": "very-private-team"}', id="400 for a field"),
        pytest.param(b"very-private-team", id="400 for no JSON"),
        pytest.param(b"very-private-team" * 5000, id="413"),
    ],
)
def test_a_refusal_repeats_nothing_of_the_body(rig: Rig, caplog: pytest.LogCaptureFixture, raw: bytes) -> None:
    """Neither to the log nor to the sender: it may be a secret that slipped into the wrong field."""
    caplog.set_level(logging.DEBUG)

    answer = rig.post(raw)

    assert answer.status_code in {400, 413}
    assert "very-private-team" not in answer.get_data(as_text=True)
    assert "very-private-team" not in "".join(str(record.__dict__) for record in caplog.records)


def test_metrics_carry_no_label_of_an_alert(rig: Rig) -> None:
    rig.post(body(alert(team="very-private-team")))

    text = rig.client.get("/metrics").get_data(as_text=True)

    assert "very-private-team" not in text
    assert "ModelPodOOMKilled" not in text
    assert rig.number('incident_bot_webhooks_total{status="202"}') == 1
    assert rig.number('incident_bot_dispatch_total{result="dispatched"}') == 1
    assert rig.number("incident_bot_dispatch_seconds_count") == 1
    assert rig.number("incident_bot_last_success_timestamp_seconds") > 1.7e9


def test_readiness_needs_the_dispatchers_credentials(dispatcher: RecordingDispatcher) -> None:
    rig = make_rig(dispatcher)
    before = rig.client.get("/readyz").status_code
    dispatcher.missing = "GITHUB_TOKEN"

    assert (before, rig.client.get("/readyz").status_code) == (200, 503)
    assert "GITHUB_TOKEN" in rig.client.get("/readyz").get_data(as_text=True)


def test_stopping_finishes_what_is_under_way() -> None:
    dispatcher = RecordingDispatcher(fail=lambda _: time.sleep(0.2))
    rig = make_rig(dispatcher, deadline_s=0.05, parallel=8)
    rig.post(body(*(alert(deployment=f"app-{number}") for number in range(4))))

    rig.receiver.close()

    assert dispatcher.closed
    assert len(dispatcher.taken) == 4
