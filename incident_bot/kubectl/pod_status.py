"""The STATUS column of `kubectl get pods`, taken apart into what it states exactly.

kubectl computes the word from phase, reasons and deletion
(kubernetes/pkg/printers/internalversion/printers.go, `printPod`): the last waiting or
terminated reason wins over the phase, `Init:` marks init containers, `Terminating` hides both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.kubectl.times import read_age_s

if TYPE_CHECKING:
    from incident_bot.kubectl.draft import Draft
    from incident_bot.kubectl.tables import Row

_PHASES = frozenset({"Pending", "Running", "Succeeded", "Failed", "Unknown"})
_TERMINATED = frozenset(
    {"OOMKilled", "Error", "Completed", "ContainerCannotRun", "StartError", "ContainerStatusUnknown", "OOMKill"}
)
_PENDING_WAITS = frozenset({"ContainerCreating", "PodInitializing"})
_POD_REASONS = frozenset(
    {
        "Evicted", "NodeLost", "NodeAffinity", "NodeShutdown", "Shutdown", "Terminated", "UnexpectedAdmissionError",
        "DeadlineExceeded", "Preempting", "TopologyAffinityError", "SysctlForbidden", "AppArmor", "NodePorts",
        "PodFeatureUnsupported", "InvalidNodeInfo", "VolumeAttachmentLimitExceeded",
    }
)  # fmt: skip
_EXIT = re.compile(r"(ExitCode|Signal):(\d{1,3})")
_RESTARTS = re.compile(r"(\d{1,9})(?: \((\S+) ago\))?")
_READY = re.compile(r"(\d{1,4})/(\d{1,4})")


def fill_pod_row(row: Row, draft: Draft) -> bool:
    """Fill a pod from its row; False when READY and RESTARTS are not a pod's."""
    ready, restarts = _READY.fullmatch(row.get("READY")), _RESTARTS.fullmatch(row.get("RESTARTS"))
    word = row.get("STATUS")
    if not ready or not restarts or not re.fullmatch(r"[A-Za-z][\w:/.-]{0,100}", word):
        return False
    status = draft.child("status", row.line)
    draft.child("spec", row.line).put("nodeName", row.get("NODE"), row.line)
    status.put("podIP", row.get("IP"), row.line)
    if word.startswith("Init:"):
        status.put("phase", "Pending", row.line)
        _fill_container(status, "initContainerStatuses", word.removeprefix("Init:"), row)
        _fill_restarts(status, "initContainerStatuses", restarts, row)
        return True
    _fill_status(word, draft, status, row)
    _fill_restarts(status, "containerStatuses", restarts, row)
    if ready[1] in ("0", ready[2]) and "containerStatuses" in status.body:
        status.unnamed_item("containerStatuses", row.line).put("ready", ready[1] == ready[2], row.line)
    return True


def _fill_restarts(status: Draft, statuses: str, restarts: re.Match[str], row: Row) -> None:
    """RESTARTS is the sum over containers; a pod that was never started has no container status at all."""
    running = status.body.get("phase") in ("Running", "Succeeded")
    if restarts[1] == "0" and not running and statuses not in status.body:
        return
    known = status.unnamed_item(statuses, row.line)
    known.put("restartCount", int(restarts[1]), row.line)
    known.put("lastRestartAgeSeconds", read_age_s(restarts[2] or ""), row.line)


def _fill_status(word: str, draft: Draft, status: Draft, row: Row) -> None:
    if word in _PHASES:
        status.put("phase", word, row.line)
    elif word == "NotReady":
        status.put("phase", "Running", row.line)
    elif word == "Terminating":
        draft.child("metadata", row.line).put("deletionTimestamp", word, row.line)
    elif word == "SchedulingGated":
        status.put("phase", "Pending", row.line)
        condition = status.item("conditions", "PodScheduled", row.line, field="type")
        condition.put("status", "False", row.line)
        condition.put("reason", word, row.line)
    elif word in _POD_REASONS or word.startswith(("OutOf", "UnexpectedAdmission")):
        status.put("phase", "Failed", row.line)
        status.put("reason", word, row.line)
    else:
        _fill_container(status, "containerStatuses", word, row)


def _fill_container(status: Draft, statuses: str, word: str, row: Row) -> None:
    """A waiting or terminated reason; `0/2` only counts finished init containers and states no reason."""
    if _READY.fullmatch(word):
        return
    state = status.unnamed_item(statuses, row.line).child("state", row.line)
    exit_word = _EXIT.fullmatch(word)
    if exit_word:
        key = "exitCode" if exit_word[1] == "ExitCode" else "signal"
        state.child("terminated", row.line).put(key, int(exit_word[2]), row.line)
    elif word in _TERMINATED:
        state.child("terminated", row.line).put("reason", word, row.line)
        if word == "Completed":
            state.child("terminated", row.line).put("exitCode", 0, row.line)
            if statuses == "containerStatuses" and row.get("RESTARTS") == "0":
                status.put("phase", "Succeeded", row.line)
    else:
        state.child("waiting", row.line).put("reason", word, row.line)
        if word in _PENDING_WAITS:
            status.put("phase", "Pending", row.line)
