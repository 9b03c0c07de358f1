"""Tables of custom resources: what their printer columns say of conditions and states, whatever the kind.

Operators print the status of a condition below its name (`READY`, `SYNCED`), and one word of state below `PHASE`,
`STATE` or `STATUS`; why it is so stands below `REASON` or `MESSAGE`, and with Flux below `STATUS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.kubectl.draft import Draft
    from incident_bot.kubectl.tables import Row

CUSTOM = "Resource"
"""The kind of a row in a table of a kind that neither its columns nor its command tell."""

_CONDITIONS = {
    "READY": "Ready",
    "SYNCED": "Synced",
    "HEALTHY": "Healthy",
    "AVAILABLE": "Available",
    "ACCEPTED": "Accepted",
    "PROGRAMMED": "Programmed",
    "ESTABLISHED": "Established",
    "RECONCILED": "Reconciled",
    "VALID": "Valid",
    "DEGRADED": "Degraded",
    "SUCCEEDED": "Succeeded",
}
_STATE = compile_later(r"(True|False|Unknown)(?: \((\w{1,100})\))?")
"""`False (MissingEndpoints)`: the API service table puts the reason beside the state."""
_WORDS = ("HEALTH STATUS", "HEALTH", "ROBUSTNESS", "PHASE", "STATE", "STATUS")
_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Certificate", frozenset({"SECRET"})),
    ("ExternalSecret", frozenset({"STORE", "REFRESH INTERVAL"})),
    ("Kustomization", frozenset({"REVISION", "SUSPENDED"})),
    ("HelmRelease", frozenset({"REVISION"})),
    ("", frozenset({"URL", "STATUS"})),
    ("InferenceService", frozenset({"URL"})),
    ("Application", frozenset({"SYNC STATUS", "HEALTH STATUS"})),
    ("Application", frozenset({"HEALTH", "SYNCPOLICY"})),
    ("ScaledObject", frozenset({"SCALETARGETKIND", "READY"})),
    ("Kafka", frozenset({"KAFKA VERSION", "READY"})),
    ("GatewayClass", frozenset({"CONTROLLER", "ACCEPTED"})),
    ("Challenge", frozenset({"STATE", "DOMAIN"})),
    ("BackupStorageLocation", frozenset({"PHASE", "LAST VALIDATED"})),
    ("Backup", frozenset({"STATUS", "STORAGE LOCATION"})),
)


def kind_by_columns(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """The kind of a table of custom resources; empty when its rows show neither a condition nor a word of state."""
    shows_state = any(_STATE.fullmatch(row.get(column)) for row in rows for column in _CONDITIONS) or any(
        column in _WORDS for column in columns
    )
    found = next((kind for kind, wanted in _KINDS if wanted <= set(columns)), "") if shows_state else ""
    return found or (CUSTOM if shows_state else "")


def fill_custom(row: Row, draft: Draft) -> bool:
    """The conditions of a row, with its reason and message at the first that does not hold, and its word of state."""
    status = draft.child("status", row.line)
    shown = {column: match for column in _CONDITIONS if (match := _STATE.fullmatch(row.get(column)))}
    bad = next((column for column, match in shown.items() if match[1] != "True"), next(iter(shown), ""))
    for column, match in shown.items():
        condition = status.item("conditions", _CONDITIONS[column], row.line, field="type")
        condition.put("status", match[1], row.line)
        if column == bad:
            condition.put("reason", match[2] or row.get("REASON"), row.line)
            condition.put("message", row.get("MESSAGE", "STATUS"), row.line)
    word = next((row.get(column) for column in _WORDS if row.get(column)), "")
    if word and not shown:
        status.put("phase", word, row.line)
        status.put("reason", row.get("REASON", "MESSAGE", "ERROR"), row.line)
    return True
