"""What the tools that roll releases out print: `helm history`, `list` and `status`, `argocd app get`,
`kubectl argo rollouts get rollout`, `kubectl rollout status`.

They become objects like any other: a `Release` for Helm, an `Application` for Argo CD, whose `status` says the phase,
the message, and which of its resources were refused; a workload whose rollout came to its end, or to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from incident_bot.kubectl.draft import Draft
from incident_bot.kubectl.tables import Row, read_table
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.kubectl.outline import Field
    from incident_bot.kubectl.reading import KubeObject

_CHART_VERSION = compile_later(r"-v?\d+\.\d.{0,80}$")
_HISTORY = frozenset({"REVISION", "STATUS", "CHART", "DESCRIPTION"})
_STATUS_FIELD = compile_later(r"(NAMESPACE|STATUS|REVISION|DESCRIPTION): (\S.{0,2000})")
_REFUSED = frozenset({"SyncFailed", "Failed", "Error"})


def is_history(columns: Sequence[str]) -> bool:
    """Whether a table is `helm history`: one release, a row a revision."""
    return set(columns) >= _HISTORY and "NAME" not in columns


def read_history(evidence_id: str, rows: Sequence[Row]) -> list[KubeObject]:
    """The release as its last revision left it; what earlier ones came to is over."""
    if not rows:
        return []
    row = rows[-1]
    draft = Draft(row.line)
    fill_release(row, draft)
    name = _CHART_VERSION.sub("", row.get("CHART")) or "release"
    return [draft.finish(evidence_id, "Release", name, "")]


def fill_release(row: Row, draft: Draft) -> bool:
    """A row of `helm history` or `helm list`."""
    status = draft.child("status", row.line)
    status.put("phase", row.get("STATUS"), row.line)
    status.put("message", row.get("DESCRIPTION"), row.line)
    return True


def is_status_start(lines: Sequence[str], index: int) -> bool:
    """Whether the output of `helm status` begins at a line."""
    following = lines[index + 1 : index + 2]
    return lines[index].startswith("NAME: ") and bool(following) and following[0].startswith("LAST DEPLOYED: ")


def end_of_status(lines: Sequence[str], index: int) -> int:
    """Where it ends: what the chart's author has to say (`NOTES:`) is no evidence."""
    for end in range(index + 1, len(lines)):
        if not lines[end].strip() or lines[end].startswith("NOTES:") or ": " not in lines[end]:
            return end
    return len(lines)


def read_status(evidence_id: str, lines: Sequence[tuple[int, str]]) -> list[KubeObject]:
    """The release that `helm status` shows."""
    draft = Draft(lines[0][0])
    status, namespace = draft.child("status", lines[0][0]), ""
    for number, line in lines[1:]:
        match = _STATUS_FIELD.fullmatch(line.rstrip())
        if match and match[1] == "NAMESPACE":
            namespace = match[2]
        elif match and match[1] != "REVISION":
            status.put({"STATUS": "phase", "DESCRIPTION": "message"}[match[1]], match[2], number)
    return [draft.finish(evidence_id, "Release", lines[0][1].removeprefix("NAME: ").strip(), namespace)]


_ROLLOUT = compile_later(
    r"(?:error: )?(?:Waiting for )?(?P<kind>deployment|daemon set|statefulset) \"(?P<name>[^\"\s]{1,253})\" "
    r"(?P<end>rollout to finish: .*|successfully rolled out|exceeded its progress deadline)\s*"
    r"|Waiting for (?:deployment|daemon set|statefulset) spec update to be observed\.\.\.\s*"
    r"|Waiting for \d+ pods to be ready\.\.\.\s*|(?:statefulset rolling update|partitioned roll out) complete\b.*"
)
"""kubectl 1.36, `pkg/polymorphichelpers/rollout_status.go`."""
_ROLLED_OUT = {"deployment": "Deployment", "daemon set": "DaemonSet", "statefulset": "StatefulSet"}


def is_rollout_line(line: str) -> bool:
    """Whether a line is one of `kubectl rollout status`."""
    return len(line) < _LONGEST_LINE and _ROLLOUT.fullmatch(line) is not None


_LONGEST_LINE = 1_000


def end_of_rollout(lines: Sequence[str], index: int) -> int:
    """Where the output of `kubectl rollout status` ends."""
    end = next((end for end in range(index + 1, len(lines)) if not is_rollout_line(lines[end])), len(lines))
    return end + 1 if end < len(lines) and lines[end].rstrip() == _GAVE_UP else end


_GAVE_UP = "error: timed out waiting for the condition"
"""What `--timeout` prints below the last line of a rollout that did not finish in time."""


def read_rollout(evidence_id: str, lines: Sequence[tuple[int, str]]) -> list[KubeObject]:
    """The workload whose rollout ended, well or not, or that kubectl waited for in vain; before that nothing is known of it."""
    found: list[KubeObject] = []
    has_given_up = lines[-1][1].rstrip() == _GAVE_UP
    for place, (number, line) in enumerate(lines, start=2):
        match = _ROLLOUT.fullmatch(line)
        if match is None or not match["end"]:
            continue
        if match["end"].startswith("rollout to finish") and not (has_given_up and place == len(lines)):
            continue
        is_done = match["end"].startswith("successfully")
        is_late = match["end"].startswith("rollout to finish")
        draft = Draft(number)
        condition = draft.child("status", number).item("conditions", "Progressing", number, field="type")
        condition.put("status", "True" if is_done else "False", number)
        condition.put(
            "reason",
            "NewReplicaSetAvailable" if is_done else "WaitedInVain" if is_late else "ProgressDeadlineExceeded",
            number,
        )
        condition.put("message", line.strip(), number)
        found.append(draft.finish(evidence_id, _ROLLED_OUT[match["kind"]], match["name"], ""))
    return found


def fill_application(root: Field, draft: Draft, lines: Sequence[tuple[int, str]]) -> None:
    """`argocd app get`: how the sync ended, and the resources below that were refused."""
    status = draft.child("status", root.line)
    for title, key in (("Sync Status", "sync"), ("Health Status", "health")):
        word = root.value_of(title).split(" ", 1)[0]
        status.child(key, root.line_of(title)).put("status", word, root.line_of(title))
    operation = status.child("operationState", root.line_of("Operation"))
    operation.put("phase", root.value_of("Phase"), root.line_of("Phase"))
    operation.put("message", root.value_of("Message"), root.line_of("Message"))
    start = next((place for place, (_, line) in enumerate(lines) if line.startswith("GROUP ")), None)
    if start is None:
        return
    result = operation.child("syncResult", lines[start][0])
    for row in read_table(lines[start:]).rows:
        if row.get("STATUS") in _REFUSED and row.get("MESSAGE"):
            item = result.item("resources", row.get("NAME"), row.line)
            item.put("kind", row.get("KIND"), row.line)
            item.put("status", row.get("STATUS"), row.line)
            item.put("message", row.get("MESSAGE"), row.line)


def fill_rollout(root: Field, draft: Draft, lines: Sequence[tuple[int, str]]) -> None:  # noqa: ARG001 - one shape for all fillers
    """`kubectl argo rollouts get rollout`: the word of state behind its sign, and what the controller says of it."""
    status = draft.child("status", root.line_of("Status"))
    status.put("phase", root.value_of("Status").rpartition(" ")[2], root.line_of("Status"))
    status.put("message", root.value_of("Message"), root.line_of("Message"))
    counts = root.get("Replicas")
    for title, key in (("Ready", "readyReplicas"), ("Updated", "updatedReplicas"), ("Available", "availableReplicas")):
        value = counts.value_of(title) if counts else ""
        if counts and value.isdecimal():
            status.put(key, int(value), counts.line_of(title))
