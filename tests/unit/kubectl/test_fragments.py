"""Output that begins in its middle: what it is, and whom it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incident_bot.kubectl import name_fragments, read_lines, recognise
from incident_bot.model import EvidenceKind

if TYPE_CHECKING:
    from incident_bot.kubectl.reading import Reading

_END = """\
QoS Class:       Burstable
Node-Selectors:  <none>
Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Events:
  Type     Reason            Age               From               Message
  ----     ------            ----              ----               -------
  Warning  FailedScheduling  8s (x3 over 21m)  default-scheduler  0/3 nodes are available: 3 Insufficient cpu.
"""
_HALF = """\
    State:          Running
      Started:      Sat, 28 Nov 2026 08:00:00 +0000
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Ready:          False
    Restart Count:  4
  sidecar:
    State:          Running
    Ready:          True
    Restart Count:  0
"""
_PODS = """\
NAME        READY   STATUS    RESTARTS   AGE
feed-0      1/1     Running   0          9d
feed-1      0/1     Pending   0          21m
"""


def _read(kind: EvidenceKind, text: str) -> Reading:
    return read_lines("E1", kind, text.splitlines())


@pytest.mark.parametrize("text", [_END, _HALF, "\n\n" + _END])
def test_the_rest_of_a_description_is_one_whatever_its_file_is_called(text: str) -> None:
    """Field names tell it; a log of that name would be searched for complaints."""
    assert recognise("output.txt", text) is EvidenceKind.DESCRIBE


@pytest.mark.parametrize(
    "text",
    [
        "Command: make release\nExit Code: 2\nReason: target failed\nStarted: 10:00\nMessage: no rule\n",
        "Schedule: nightly\nStatus: ok\nType: full\nPath: /backup\nVolumes: 3\n",
        "State: LEADING\nPort: 2181\nHost: zk-0\n2026-11-28 09:00:01 INFO  ready\n",
        "QoS Class: something is said of it\nand then a program goes on\nfor many lines\n",
    ],
)
def test_a_report_with_fields_of_its_own_is_no_description(text: str) -> None:
    """Words that any tool prints are not enough, and neither is one of kubectl's."""
    assert recognise("output.txt", text) is not EvidenceKind.DESCRIBE


def test_a_container_without_its_name_keeps_its_state() -> None:
    """The lines above, with `Name:` and the container's name, are gone; the one below is whole."""
    (pod,) = _read(EvidenceKind.DESCRIBE, _HALF).objects

    first, second = pod.body["status"]["containerStatuses"]
    assert (pod.kind, pod.name) == ("Pod", "")
    assert first["lastState"]["terminated"] == {"reason": "OOMKilled", "exitCode": 137}
    assert (second["name"], second["ready"]) == ("sidecar", True)


def test_the_pod_that_waits_is_the_one_that_cannot_be_scheduled() -> None:
    """A row that runs contradicts the event."""
    end, pods = name_fragments([_read(EvidenceKind.DESCRIBE, _END), _read(EvidenceKind.TABLE, _PODS)])

    assert [item.name for item in end.objects] == ["feed-1"]
    assert [event.name for event in end.events] == ["feed-1"]
    assert [item.name for item in pods.objects] == ["feed-0", "feed-1"]


def test_of_two_workloads_in_the_same_trouble_none_is_taken() -> None:
    """Nobody's trouble is better than somebody else's."""
    rows = _PODS + "cart-7c9d8f6b54-x2lqp   0/1     Pending   0          21m\n"

    end, _ = name_fragments([_read(EvidenceKind.DESCRIBE, _END), _read(EvidenceKind.TABLE, rows)])

    assert [item.name for item in end.objects] == [""]


def test_a_pod_that_only_the_alert_names_is_meant_where_no_list_was_read() -> None:
    """Who fires an alert and adds the end of a description describes that pod."""
    (end,) = name_fragments([_read(EvidenceKind.DESCRIBE, _END)], pods=[("media", "feed-7")])

    assert [(event.namespace, event.name) for event in end.events] == [("media", "feed-7")]


def test_an_event_that_names_its_pod_needs_no_list() -> None:
    """The scheduler writes namespace and name into its message."""
    text = (
        _END
        + "  Normal   Scheduled         1s                default-scheduler  Successfully assigned media/feed-1 to n3\n"
    )

    (end,) = name_fragments([_read(EvidenceKind.DESCRIBE, text)])

    assert {(event.namespace, event.name) for event in end.events} == {("media", "feed-1")}


def test_the_status_of_a_manifest_tells_its_kind_by_fields_of_its_own() -> None:
    """`get -o yaml | sed -n '/^status/,$p'` keeps neither kind nor name."""
    text = "status:\n  containerStatuses:\n  - name: app\n    ready: false\n  phase: Running\n"

    assert recognise("output.txt", text) is EvidenceKind.OBJECT
    (pod,) = _read(EvidenceKind.OBJECT, text).objects
    assert (pod.kind, pod.name) == ("Pod", "")


def test_an_item_that_was_cut_out_of_a_list_is_read_with_its_indentation() -> None:
    """`sed` keeps the list's indentation."""
    text = "  - apiVersion: v1\n    kind: Pod\n    metadata:\n      name: web-0\n"

    assert recognise("output.txt", text) is EvidenceKind.OBJECT
    assert [item.name for item in _read(EvidenceKind.OBJECT, text).objects] == ["web-0"]


@pytest.mark.parametrize("text", ["status:\n  code: 200\n  text: ok\n", "  status: ok\n  took: 3s\n  next: none\n"])
def test_the_status_of_anything_else_is_no_object(text: str) -> None:
    """Settings and answers have a status too."""
    assert not _read(EvidenceKind.OBJECT, text).objects
