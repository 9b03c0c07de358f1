"""Alertmanager's webhook body (version "4", notify/webhook/webhook.go) -> incidents.

Any release's body is read: unknown fields are ignored, newer ones optional. The same shape
arrives through GitHub, sent by a `payload:` template of Alertmanager >= 0.32, where lists may
come as JSON text and strings re-typed by its YAML pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping

from incident_bot.errors import UsageError
from incident_bot.intake.fields import (
    MAX_ANNOTATION_CHARS,
    MAX_LABEL_CHARS,
    clean_text,
    mapping,
    scalar_text,
    sequence,
    text_map,
    timestamp,
)
from incident_bot.intake.incidents import fold
from incident_bot.intake.severity import normalise_severity
from incident_bot.model import Alert, AlertStatus, Gap, Incident

IGNORED_ALERTS: tuple[str, ...] = ("Watchdog", "InfoInhibitor")
"""kube-prometheus fires these two by design: a dead man's switch and a helper of inhibition."""

MAX_ALERTS = 500
"""Alerts read from one body; a group that large is one outage, and the rest is a gap."""

_SEVERITY_LABELS = ("severity", "priority", "level")
_SUMMARY_ANNOTATIONS = ("summary", "message", "description")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def read_webhook(body: object, *, ignore: Collection[str] = IGNORED_ALERTS) -> tuple[Incident, ...]:
    """One incident a key; empty when every alert is in `ignore`. Raises `UsageError` naming the field."""
    return read_body(body, "body", ignore)


def read_saved_alert(document: object) -> tuple[Incident, ...]:
    """`read_webhook` for whatever was saved: one alert, `amtool alert query -o json`, or an answer of /api/v1/alerts."""
    if isinstance(document, list):
        return read_webhook({"alerts": document}, ignore=())
    if isinstance(document, dict) and "alerts" not in document:
        data = document.get("data")
        if isinstance(data, dict) and isinstance(data.get("alerts"), list):
            return read_webhook({"alerts": data["alerts"]}, ignore=())
        if "labels" in document:
            return read_webhook({"alerts": [document]}, ignore=())
    return read_webhook(document, ignore=())


def read_body(
    body: object, path: str, ignore: Collection[str], known_gaps: tuple[Gap, ...] = ()
) -> tuple[Incident, ...]:
    """`read_webhook` for a body that stands at `path` of something larger; `known_gaps` go to every incident."""
    message = mapping(parse_nested(body, path), path)
    if "alerts" not in message:
        raise UsageError(
            f"{path}.alerts: missing", hint="Expected Alertmanager's webhook body: an object with `alerts`."
        )
    rows = sequence(parse_nested(message["alerts"], f"{path}.alerts"), f"{path}.alerts")
    alerts = [alert for alert in _alerts(message, rows, path) if alert.name not in ignore]
    return fold(alerts, (*known_gaps, *_cut(message, len(rows))))


def parse_nested(value: object, path: str) -> object:
    """JSON text inside JSON, as templates send it, parsed; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: text that is not JSON", hint="Send an object or a list, or its JSON.") from error


def _alerts(message: Mapping[str, object], rows: Collection[object], path: str) -> Iterator[Alert]:
    shared_labels = mapping(message.get("commonLabels"), f"{path}.commonLabels")
    shared_notes = mapping(message.get("commonAnnotations"), f"{path}.commonAnnotations")
    status = scalar_text(message.get("status"), 16)
    for index, row in enumerate(rows):
        if index == MAX_ALERTS:
            return
        yield _alert(
            mapping(row, f"{path}.alerts[{index}]"), f"{path}.alerts[{index}]", shared_labels, shared_notes, status
        )


def _alert(
    row: Mapping[str, object],
    path: str,
    shared_labels: Mapping[str, object],
    shared_notes: Mapping[str, object],
    status: str | None,
) -> Alert:
    labels = text_map({**shared_labels, **mapping(row.get("labels"), f"{path}.labels")}, MAX_LABEL_CHARS)
    notes = text_map({**shared_notes, **mapping(row.get("annotations"), f"{path}.annotations")}, MAX_ANNOTATION_CHARS)
    said = next((labels[name] for name in _SEVERITY_LABELS if labels.get(name)), "")
    fingerprint = scalar_text(row.get("fingerprint"), 32) or ""
    url = scalar_text(row.get("generatorURL"), 2048) or ""
    return Alert(
        name=clean_text(" ".join(labels.get("alertname", "").split()), 200) or "unnamed alert",
        severity=normalise_severity(said),
        status=_status(scalar_text(row.get("status"), 16) or status or "firing"),
        labels=labels,
        annotations=notes,
        starts_at=timestamp(row.get("startsAt")),
        ends_at=timestamp(row.get("endsAt")),
        fingerprint=fingerprint if _FINGERPRINT.fullmatch(fingerprint) else "",
        generator_url=url if url.startswith(("http://", "https://")) else "",
        summary=next((notes[name] for name in _SUMMARY_ANNOTATIONS if notes.get(name)), "")[:500],
    )


def _status(word: str) -> AlertStatus:
    """Anything but `resolved` is taken as firing: an unknown word must not silence an alert."""
    return AlertStatus.RESOLVED if word.strip().lower() == "resolved" else AlertStatus.FIRING


def _cut(message: Mapping[str, object], rows: int) -> tuple[Gap, ...]:
    gaps = []
    truncated = scalar_text(message.get("truncatedAlerts"), 12) or "0"
    if truncated.isdecimal() and int(truncated) > 0:
        gaps.append(
            Gap(
                kind="cut",
                what=f"{int(truncated)} further alerts of the same group",
                reason="Alertmanager left them out of its message (`max_alerts`)",
                remedy="Raise `max_alerts` of the receiver, or group by workload.",
            )
        )
    if rows > MAX_ALERTS:
        gaps.append(
            Gap(
                kind="cut",
                what=f"{rows - MAX_ALERTS} further alerts of the same group",
                reason=f"only the first {MAX_ALERTS} alerts of a message are read",
                remedy="Group the route by namespace and workload.",
            )
        )
    return tuple(gaps)
