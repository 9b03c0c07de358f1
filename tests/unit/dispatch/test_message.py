"""What travels: the reader finds the same incident in it, it fits, and it holds no secret."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.webhook_bodies import alert, body
from incident_bot import intake
from incident_bot.dispatch.message import MAX_BYTES, Message, make_message
from incident_bot.errors import LeakError
from incident_bot.model import Incident, SafeText
from incident_bot.redaction import Redactor
from incident_bot.redaction.nouns import redact_incident


def message_of(incident: Incident) -> Message:
    redactor = Redactor(b"k" * 16)
    return make_message(incident, redacted=redact_incident(incident, redactor), seal=redactor.seal)


def incidents_of(*alerts: dict[str, Any], **fields: Any) -> tuple[Incident, ...]:
    return intake.read_webhook(body(*alerts, **fields))


def read(message: Message) -> tuple[Incident, ...]:
    return intake.read_github_event("repository_dispatch", {"client_payload": json.loads(message.text)})


def test_the_reader_finds_the_very_same_incident() -> None:
    (incident,) = incidents_of(
        alert(pod="api-7d9f8b6c5d-x2k8p"), alert(pod="api-7d9f8b6c5d-abcde", status="resolved"), truncatedAlerts=3
    )

    message = message_of(incident)

    assert (incident,) == read(message)
    assert message.key == incident.key == json.loads(message.text)["incident"]["key"]
    assert message.cut == 0


def test_everything_stands_under_one_key() -> None:
    """GitHub allows ten keys at the top of a `client_payload`."""
    (incident,) = incidents_of(alert())

    assert list(json.loads(message_of(incident).text)) == ["incident"]


@pytest.mark.parametrize("big", ["x" * 4000, "\u2603" * 4000, '"\\\n' * 1300], ids=["ascii", "escaped", "quoted"])
def test_a_large_group_is_cut_and_the_issue_will_say_so(big: str) -> None:
    alerts = [alert(pod=f"api-7d9f8b6c5d-{letter * 5}") for letter in "bcdfghjklmnpqrstvwxz"]
    for item in alerts:
        item["annotations"] = {f"note{number}": big for number in range(4)}
    (incident,) = incidents_of(*alerts)

    message = message_of(incident)
    (found,) = read(message)

    assert len(message.text) <= MAX_BYTES
    assert message.cut > 0
    assert found.key == incident.key
    assert found.alert.name == incident.alert.name
    gaps = [gap for gap in found.gaps if gap.kind == "cut" and "64 KB" in gap.reason]
    assert gaps
    kept = len(found.also) + 1
    if kept < len(alerts):
        assert any(f"{len(alerts) - kept} further alerts" in gap.what for gap in gaps)


def test_one_alert_larger_than_everything_keeps_what_makes_its_key() -> None:
    labels = {f"label_{number}": "\u2603" * 1000 for number in range(200)}
    (incident,) = incidents_of(alert(pod="api-0", deployment="api", **labels))

    message = message_of(incident)
    (found,) = read(message)

    assert len(message.text) <= MAX_BYTES
    assert (found.key, found.target) == (incident.key, incident.target)
    assert found.alert.annotations["summary"]
    assert any("long labels" in gap.what for gap in found.gaps)


def test_a_secret_in_an_annotation_does_not_travel() -> None:
    secret = "hunter2" * 3
    item = alert()
    item["annotations"]["description"] = f"cannot log in with password={secret}"
    (incident,) = incidents_of(item)

    message = message_of(incident)

    assert secret not in message.text
    assert "[REDACTED:" in message.text


@pytest.mark.parametrize("words", ["log in with", "login with", "sign in with"])
def test_words_about_a_login_do_not_cost_the_alert_its_annotations(words: str) -> None:
    """The next field of the message is no user and password, however its quotes and colon look."""
    item = alert()
    item["annotations"] = {"a": f"users cannot {words} their keys", "summary": "too many refusals"}
    (incident,) = incidents_of(item)

    message = message_of(incident)

    assert message.cut == 0
    assert read(message) == (incident,)


def test_a_redacted_alert_name_still_gives_one_key_whoever_reads_it() -> None:
    """The reader computes the key from what it gets, so the sender names that one."""
    item = alert("leak password=" + "hunter2" * 3)
    (incident,) = incidents_of(item)

    message = message_of(incident)

    assert read(message)[0].key == message.key
    assert message_of(incident).key == message.key


def test_where_redaction_fails_only_safe_labels_travel() -> None:
    (incident,) = incidents_of(alert(team="blue", deployment="api"))

    def seal(text: str) -> SafeText:
        if "trouble" in text or "api-0" in text:
            raise LeakError(("made-up",))
        return SafeText(text)

    message = make_message(incident, redacted=incident, seal=seal)
    (found,) = read(message)

    assert set(found.alert.labels) == {"alertname", "namespace", "deployment"}
    assert "made-up" in next(gap.reason for gap in found.gaps)


def test_a_new_outbreak_is_a_new_occurrence_and_a_repeat_is_not() -> None:
    first = alert()
    again = {**first, "startsAt": "2026-11-20T16:00:00Z"}
    over = alert(status="resolved")

    occurrences = [message_of(incidents_of(item)[0]).occurrence for item in (first, first, again, over)]

    assert occurrences[0] == occurrences[1]
    assert len(set(occurrences)) == 3


texts = st.text(max_size=300)


@settings(max_examples=60)
@given(
    labels=st.dictionaries(st.sampled_from(sorted(intake.KEY_LABELS)) | texts, texts, max_size=30),
    notes=st.dictionaries(texts, texts, max_size=10),
)
def test_hostile_alerts_make_messages_that_can_be_read(labels: dict[str, str], notes: dict[str, str]) -> None:
    item = {"status": "firing", "labels": labels, "annotations": notes}
    (incident,) = intake.read_webhook({"alerts": [item]}, ignore=())

    message = message_of(replace(incident))
    found = intake.read_incidents(json.loads(message.text), ignore=())

    assert len(message.text) <= MAX_BYTES
    assert [message.key] == [incident.key for incident in found]
