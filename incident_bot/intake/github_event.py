"""A GitHub event file (`GITHUB_EVENT_PATH`) -> incidents.

`repository_dispatch` carries `client_payload`, in one of these shapes (one top-level key each,
because GitHub allows ten and Alertmanager's body has exactly ten):

- `{"incident": {"schema_version": 1, "alerts": [...], "cut": [...]}}`, or with flat fields in place of `alerts`
- `{"alertmanager": <webhook body, as an object or as JSON text>}`, what a `payload:` template sends
- the webhook body itself, or the flat fields themselves

Flat fields are the names of the workflow's inputs: alert_name, namespace, pod_name (or pod),
container, workload, severity, cluster, summary, status.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from incident_bot.errors import UsageError
from incident_bot.intake.alertmanager import IGNORED_ALERTS, read_body
from incident_bot.intake.fields import mapping, scalar_text, sequence, shown
from incident_bot.intake.incidents import incident_of
from incident_bot.model import Gap

if TYPE_CHECKING:
    from incident_bot.model import Incident

SCHEMA_VERSION = 1
"""Newest version of `client_payload.incident` that this release reads."""

_FLAT_FIELDS = {
    "alert_name": "alert_name",
    "namespace": "namespace",
    "pod": "pod",
    "pod_name": "pod",
    "container": "container",
    "workload": "workload",
    "severity": "severity",
    "cluster": "cluster",
    "summary": "summary",
    "status": "status",
}
_MAX_CUT_ROWS = 10
_INPUT_EVENTS = ("workflow_dispatch", "workflow_call")


def read_github_event(
    event_name: str, body: object, *, ignore: Collection[str] = IGNORED_ALERTS
) -> tuple[Incident, ...]:
    """The incidents that an event announces. `event_name` is GITHUB_EVENT_NAME.

    `workflow_call` reads `inputs` too: the workflow writes that file itself, because a reusable
    workflow's own event file is its caller's. Raises `UsageError` naming the field.
    """
    event = mapping(body, "event")
    if event_name == "repository_dispatch":
        return _read_client_payload(event.get("client_payload"), ignore)
    if event_name in _INPUT_EVENTS:
        return (_read_flat(mapping(event.get("inputs"), "inputs"), "inputs"),)
    raise UsageError(
        f"event {shown(event_name)} announces no incident",
        hint="Start the workflow by workflow_dispatch, repository_dispatch or workflow_call.",
    )


def read_incidents(
    body: object, *, event_name: str = "", ignore: Collection[str] = IGNORED_ALERTS
) -> tuple[Incident, ...]:
    """The incidents in any file that `--alert-file` or `--event-file` may name.

    The content decides: `client_payload` and `inputs` mark GitHub's events, `alerts` a webhook
    body; `event_name` only explains what is missing. Raises `UsageError` naming the field.
    """
    message = mapping(body, "file")
    if message.get("client_payload") is not None:
        return _read_client_payload(message["client_payload"], ignore)
    if message.get("inputs"):
        return (_read_flat(mapping(message["inputs"], "inputs"), "inputs"),)
    if event_name and not _is_payload(message):
        return read_github_event(event_name, message, ignore=ignore)
    return _read_payload(message, "file", ignore)


def _is_payload(message: Mapping[str, object]) -> bool:
    return any(key in message for key in ("alerts", "incident", "alertmanager", "alert_name"))


def _read_client_payload(payload: object, ignore: Collection[str]) -> tuple[Incident, ...]:
    return _read_payload(mapping(payload, "client_payload"), "client_payload", ignore)


def _read_payload(payload: Mapping[str, object], path: str, ignore: Collection[str]) -> tuple[Incident, ...]:
    if "incident" in payload:
        return _read_ours(mapping(payload["incident"], f"{path}.incident"), f"{path}.incident", ignore)
    if "alertmanager" in payload:
        return read_body(payload["alertmanager"], f"{path}.alertmanager", ignore)
    if "alerts" in payload:
        return read_body(payload, path, ignore)
    if "alert_name" in payload:
        return (_read_flat(payload, path),)
    raise UsageError(
        f"{path}: names no alert",
        hint="Expected one of the keys `incident`, `alertmanager`, `alerts` or `alert_name`; see docs/alert-payloads.md.",
    )


def _read_ours(incident: Mapping[str, object], path: str, ignore: Collection[str]) -> tuple[Incident, ...]:
    version = incident.get("schema_version", SCHEMA_VERSION)
    if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
        raise UsageError(
            f"{path}.schema_version: only versions up to {SCHEMA_VERSION} are known, got {shown(str(version))}",
            hint="The sender is newer than this workflow; update the incident-bot that the workflow installs.",
        )
    if "alerts" in incident:
        return read_body(incident, path, ignore, _read_cut(incident.get("cut"), f"{path}.cut"))
    return (_read_flat(incident, path),)


def _read_cut(rows: object, path: str) -> tuple[Gap, ...]:
    """What Alertmanager or the receiver left out, in words; it is printed in the issue."""
    if rows is None:
        return ()
    fields = [mapping(row, f"{path}[{index}]") for index, row in enumerate(sequence(rows, path)[:_MAX_CUT_ROWS])]
    return tuple(
        Gap(
            kind="cut",
            what=scalar_text(row.get("what"), 300) or "something of this message",
            reason=scalar_text(row.get("reason"), 300) or "",
            remedy=scalar_text(row.get("remedy"), 300) or "",
        )
        for row in fields
    )


def _read_flat(fields: Mapping[str, object], path: str) -> Incident:
    values: dict[str, str] = {}
    origin: dict[str, str] = {}
    for name, option in _FLAT_FIELDS.items():
        text = scalar_text(_scalar(fields, name, path), 1024)
        if text:
            values[option], origin[option] = text, name
    if not values.get("alert_name", "").strip():
        raise UsageError(f"{path}.alert_name: missing", hint="Name the alert, e.g. ModelPodOOMKilled.")
    try:
        return incident_of(**values)
    except UsageError as error:
        option, _, problem = str(error).partition(":")
        raise UsageError(f"{path}.{origin.get(option, option)}:{problem}", hint=error.hint) from error


def _scalar(fields: Mapping[str, object], name: str, path: str) -> object:
    """One flat field. Raises `UsageError` when it is a list or an object."""
    value = fields.get(name)
    if isinstance(value, (list, dict)):
        raise UsageError(f"{path}.{name}: expected text, got a list or an object")
    return value
