"""Layouts that people save beside kubectl's defaults: custom columns, cut descriptions, other prompts, YAML alerts."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot import kubectl
from incident_bot.diagnosis import load_rules
from incident_bot.model import EvidenceKind, Verdict

RULES = load_rules()


def read(text: str) -> kubectl.Reading:
    lines = text.split("\n")
    return kubectl.read_lines("E1", kubectl.recognise("saved.txt", text), lines)


def test_custom_columns_with_a_short_message_column() -> None:
    """`-o custom-columns=...,MSG:.message` is a table of events like any other."""
    text = (
        "TIME                   NAMESPACE   KIND   NAME    TYPE      REASON        MSG\n"
        '2026-05-01T10:00:11Z   shop        Pod    web-0   Warning   FailedMount   configmap "settings" not found\n'
    )

    (event,) = read(text).events

    assert ("shop", "Pod", "web-0", 'configmap "settings" not found') == (
        event.namespace,
        event.kind,
        event.name,
        event.message,
    )


@pytest.mark.parametrize("command", ["oc describe pod web-0 -n shop | tail -4", "oc -n shop describe pod/web-0"])
def test_events_of_a_cut_description_are_about_what_the_command_names(command: str) -> None:
    """`describe ... | tail` drops the name; the prompt above still has it."""
    text = (
        f"[me@bastion ~]$ {command}\n"
        "Events:\n"
        "  Type     Reason   Age   From     Message\n"
        "  ----     ------   ----  ----     -------\n"
        "  Warning  Failed   8s    kubelet  Error: ErrImagePull\n"
    )

    (event,) = read(text).events

    assert ("Pod", "web-0", "shop") == (event.kind, event.name, event.namespace)


def test_a_command_of_several_objects_names_nobody() -> None:
    """`describe pods` is about all of them, so its cut output is about none in particular."""
    text = (
        "$ kubectl describe pods | tail -4\n"
        "Events:\n"
        "  Type     Reason   Age   From     Message\n"
        "  ----     ------   ----  ----     -------\n"
        "  Warning  Failed   8s    kubelet  Error: ErrImagePull\n"
    )

    (event,) = read(text).events

    assert event.name == ""


def test_the_default_storage_class_has_a_name() -> None:
    """`gp3 (default)` is the class gp3."""
    text = "NAME            PROVISIONER       RECLAIMPOLICY\ngp3 (default)   ebs.csi.aws.com   Delete\n"

    assert ["gp3"] == [item.name for item in read(text).objects]


ALERT = """\
status: firing
labels:
  alertname: KubePodNotReady
  namespace: edge
annotations:
  summary: not ready for 15 minutes
startsAt: "2026-05-01T10:00:00Z"
"""


def test_an_alert_saved_as_yaml_is_an_alert() -> None:
    """What an engineer copied from Alertmanager's page is no log."""
    assert EvidenceKind.ALERT is kubectl.recognise("alert.yaml", ALERT)


@pytest.mark.parametrize(
    "text",
    [
        ALERT.replace("alertname", "team"),
        "labels: [1, 2\nalertname: broken\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  rules: |\n    labels:\n      alertname: X\n",
    ],
)
def test_other_yaml_is_no_alert(text: str) -> None:
    """Labels without an alert's name, broken YAML, and rules inside an object stay what they are."""
    assert EvidenceKind.ALERT is not kubectl.recognise("alert.yaml", text)


def test_another_command_in_a_transcript_is_a_log_of_its_own() -> None:
    """The error that `helm` printed is read, and the table below it is still a table."""
    error = (
        'Error: UPGRADE FAILED: failed calling webhook "v.example.io": Post "https://hook.infra.svc:443/": '
        'no endpoints available for service "hook"'
    )
    text = (
        f"$ helm upgrade shop ./chart\n{error}\n$ kubectl get pods -n shop\n"
        "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   1/1     Running   0          9d\n"
    )

    parts = kubectl.split_transcript("saved.txt", text.split("\n"))

    assert [EvidenceKind.LOG, EvidenceKind.TABLE] == [part.kind for part in parts]


def test_a_build_log_with_prompts_stays_one_log() -> None:
    """Scripts echo their commands; without any kubectl output that makes no transcript."""
    assert () == kubectl.split_transcript("build.log", ["$ npm ci", "added 210 packages", "$ npm test", "ok"])


def test_commands_hold_no_placeholder_for_an_unknown_namespace() -> None:
    """kubectl's own namespace is better than a word that has to be replaced first."""
    table = "NAME    READY   STATUS             RESTARTS   AGE\nweb-0   0/1     CrashLoopBackOff   9          30m\n"

    found = diagnose(make_case({"pods.txt": table, "web-0.log": "FATAL: STRIPE_KEY is not set\n"}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert not [action.command for action in found.actions if "NAMESPACE" in action.command]
