"""Content decides what a file is; its name only where the content does not."""

from __future__ import annotations

import json

import pytest

from fakes.kubectl_text import CUSTOM_RESOURCE, POD_1_20, recorded
from incident_bot.kubectl import recognise
from incident_bot.model import EvidenceKind

K = EvidenceKind
WEBHOOK = {"version": "4", "groupKey": "{}", "status": "firing", "alerts": [{"labels": {"alertname": "A"}}]}
API_ALERT = {"labels": {"alertname": "A"}, "startsAt": "2026-11-20T08:00:00Z", "fingerprint": "0" * 16}
PROMETHEUS = {"status": "success", "data": {"alerts": [{"labels": {"alertname": "A"}, "state": "firing"}]}}
TABLE = "NAME    READY   STATUS             RESTARTS   AGE\nweb-1   0/1     CrashLoopBackOff   5          3m\n"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("all.txt", K.TABLE),
        ("describe-autoscaler.txt", K.DESCRIBE),
        ("describe-claim.txt", K.DESCRIBE),
        ("describe-cronjob.txt", K.DESCRIBE),
        ("describe-daemonset.txt", K.DESCRIBE),
        ("describe-deployment.txt", K.DESCRIBE),
        ("describe-disruption-budget.txt", K.DESCRIBE),
        ("describe-ingress.txt", K.DESCRIBE),
        ("describe-job.txt", K.DESCRIBE),
        ("describe-node.txt", K.DESCRIBE),
        ("describe-pod.txt", K.DESCRIBE),
        ("describe-pods.txt", K.DESCRIBE),
        ("describe-pv.txt", K.DESCRIBE),
        ("describe-quota.txt", K.DESCRIBE),
        ("describe-replicaset.txt", K.DESCRIBE),
        ("describe-service.txt", K.DESCRIBE),
        ("describe-statefulset.txt", K.DESCRIBE),
        ("events-all-namespaces.txt", K.EVENTS),
        ("events-custom.txt", K.EVENTS),
        ("events-wide.txt", K.EVENTS),
        ("events-without-headers.txt", K.EVENTS),
        ("events.json", K.OBJECT),
        ("events.txt", K.EVENTS),
        ("events.yaml", K.OBJECT),
        ("kubectl-events.txt", K.EVENTS),
        ("many.txt", K.TABLE),
        ("nodes.txt", K.TABLE),
        ("pod.yaml", K.OBJECT),
        ("pods.json", K.OBJECT),
        ("pods.txt", K.TABLE),
        ("pvc.txt", K.TABLE),
    ],
)
def test_recorded_output_is_recognised_under_any_name(name: str, kind: EvidenceKind) -> None:
    text = recorded(name)

    assert [kind, kind, kind] == [recognise(given, text) for given in (name, "server.log", "output")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(POD_1_20, K.DESCRIBE, id="a description by kubectl 1.20"),
        pytest.param(CUSTOM_RESOURCE, K.DESCRIBE, id="a custom resource"),
        pytest.param(json.dumps(WEBHOOK), K.ALERT, id="a webhook body on one line"),
        pytest.param(json.dumps(WEBHOOK, indent=2), K.ALERT, id="a webhook body, indented"),
        pytest.param(json.dumps([API_ALERT]), K.ALERT, id="Alertmanager's API"),
        pytest.param(json.dumps(API_ALERT, indent=1), K.ALERT, id="one alert"),
        pytest.param(json.dumps(PROMETHEUS), K.ALERT, id="Prometheus' API"),
        pytest.param(json.dumps({"action": "triage", "client_payload": {"incident": {}}}), K.ALERT, id="a GitHub event"),
        pytest.param(json.dumps({"inputs": {"alert_name": "A"}}), K.ALERT, id="a manual workflow run"),
        pytest.param('{\n    "apiVersion": "v1",\n    "items": [\n        {\n', K.OBJECT, id="JSON that lost its end"),
        pytest.param("# from git\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n", K.OBJECT, id="a commented manifest"),
        pytest.param("\ufeff" + TABLE, K.LOG, id="a byte order mark is the folder reader's to remove"),
        pytest.param("Warning: v1 ComponentStatus is deprecated\n" + TABLE, K.TABLE, id="a warning of kubectl before it"),
        pytest.param(TABLE.replace("\n", "\r\n"), K.TABLE, id="Windows line ends"),
        pytest.param(
            "NAME      CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%\nnode-a    3900m        99%    14Gi            98%\n",
            K.TABLE,
            id="top",
        ),
        pytest.param("deployment.apps/api\nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n", K.TABLE, id="rollout history"),
        pytest.param("Events:\n  Type     Reason   Age   From     Message\n  ----     ------   ---   ----     -------\n"
                     "  Warning  BackOff  4s    kubelet  Back-off\n", K.DESCRIBE, id="the end of a description"),
    ],
)  # fmt: skip
def test_output_in_other_forms_is_recognised(text: str, kind: EvidenceKind) -> None:
    assert kind is recognise("file", text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"level":"info","kind":"request","msg":"x"}\n{"level":"error","msg":"y"}\n', id="JSON lines"),
        pytest.param(
            '{"alert":"disk","level":"warn","msg":"x"}\n{"level":"error","msg":"y"}\n', id="JSON lines about alerts"
        ),
        pytest.param("starting\nloading\nchecking\nready\n" + TABLE, id="a table pasted into the middle"),
        pytest.param(
            "2026-11-20 08:00:00 INFO boot\n$ kubectl get pods\n" + TABLE + "done\n" * 40, id="a script's own output"
        ),
        pytest.param("Name: alice\nAge: 30\nName: bob\nAge: 31\n", id="the word Name"),
        pytest.param("2026-11-20T08:00:00Z Name:  x\n2026-11-20T08:00:00Z Namespace:  y\n", id="a dated Name"),
        pytest.param("apiVersion changed, reloading\nkind: unknown\n" * 3, id="words of a manifest"),
        pytest.param("NAME READY\nnot padded\n", id="a header without padding"),
        pytest.param(TABLE + "2026-11-20 08:00:00 ERROR boom\n" * 50, id="a table before a long log"),
        pytest.param("{not json\n", id="a brace"),
        pytest.param("[main] INFO start\n[main] INFO stop\n", id="a bracket"),
        pytest.param("---\n--- a/file\n+++ b/file\n", id="a diff"),
        pytest.param('Traceback (most recent call last):\n  File "a.py", line 1\nValueError: x\n', id="a traceback"),
        pytest.param("listening\n", id="one word"),
    ],
)
def test_a_log_is_never_taken_for_kubectl_output(text: str) -> None:
    assert K.LOG is recognise("server.log", text)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("notes.md", "# Incident\n\n" + TABLE, K.NOTE),
        ("timeline.txt", "10:02 paged\n", K.NOTE),
        ("context.txt", "We deployed version four at noon and saw errors soon after that.\n", K.NOTE),
        ("what.txt", "We deployed version four at noon and saw errors soon after that.\n", K.NOTE),
        ("what.txt", "starting server on port 8080\n", K.LOG),
        ("events.txt", "No resources found in ml namespace.\n", K.EVENTS),
        ("get.txt", "No resources found\n", K.TABLE),
        ("server.log", "", K.LOG),
        ("README.md", "", K.NOTE),
    ],
)
def test_the_name_decides_where_the_content_does_not(name: str, text: str, kind: EvidenceKind) -> None:
    assert kind is recognise(name, text)


def test_a_mail_beside_the_evidence_is_no_log() -> None:
    mail = "From: support\nSubject: missing orders\nTwo customers wrote that they paid and see no order.\n"

    assert recognise("mail.txt", mail) is EvidenceKind.NOTE
    assert recognise("smtp.txt", "2026-06-03 04:00:00 INFO From: a@example.org accepted\n" * 3) is EvidenceKind.LOG
