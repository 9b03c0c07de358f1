"""An incident -> the message about it: the one shape that every dispatcher sends and `intake` reads back. Pure.

    {"incident": {"schema_version": 1, "key": "<16 hex>", "alerts": [...], "cut": [...]}}

All of it stands under one key, because GitHub allows ten in a `client_payload` and Alertmanager's
body has exactly ten. `alerts` has Alertmanager's own form; `cut` says in words what was left out.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from incident_bot import intake
from incident_bot.errors import LeakError
from incident_bot.intake.github_event import SCHEMA_VERSION
from incident_bot.model import AlertStatus, SafeText

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from incident_bot.model import Alert, Incident

MAX_BYTES = 60_000
"""GitHub takes less than 65,535 characters with the envelope (docs: "less than 64KB"); counted with every
character above ASCII as an escape, the longest form in which anybody may store it."""

_MAX_VALUE_CHARS = 253
_FEWEST_LABELS = frozenset({"alertname", "namespace"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One incident on its way. `text` is the JSON to send; `cut` counts what did not fit in.

    `key` is the one that the reader will compute from `text`; equal `digest`s are the very same message.
    """

    key: str
    status: AlertStatus
    occurrence: str
    """Six hex digits: status and begin (or end) of the leading alert. A new outbreak is a new occurrence."""
    text: SafeText
    cut: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def make_message(incident: Incident, *, redacted: Incident, seal: Callable[[str], SafeText]) -> Message:
    """The message about an incident of which only `redacted` may be shown.

    `seal` is the last check of the outgoing text. Where it finds a leak, only those labels are sent
    that say which incident this is and that pass the check one by one.
    """
    try:
        return make_whole_message(incident, redacted=redacted, seal=seal)
    except LeakError as error:
        found = ", ".join(sorted(set(error.kinds)))
    lead, known = _plain(redacted.alert), _known_cuts(incident)
    count = 1 + len(redacted.also)
    reason = f"the last check of the outgoing text found {found}"
    row = _cut_row("annotations and most labels", reason, "Remove the sensitive value from the alert rule.")
    for names in (intake.KEY_LABELS, _FEWEST_LABELS):
        with contextlib.suppress(LeakError):
            return _Draft([_only_labels(lead, names, seal)], [*known, row]).sealed(seal, count)
    return _Draft([_only_labels(lead, frozenset(), seal)], [row]).sealed(seal, count)


def make_whole_message(incident: Incident, *, redacted: Incident, seal: Callable[[str], SafeText]) -> Message:
    """`make_message` that raises `LeakError` where `seal` finds a leak."""
    alerts = [_plain(alert) for alert in (redacted.alert, *redacted.also)]
    known = _known_cuts(incident)
    # Redaction may have changed a label that the key is made of: then ask the reader.
    is_whole = (redacted.alert, redacted.also) == (incident.alert, incident.also)
    draft = _Draft(alerts, known, incident.key if is_whole else "")
    if len(draft.text) <= MAX_BYTES:
        return draft.sealed(seal, 0)
    kept, cut, cut_count = _fit(alerts, known)
    return _Draft(kept, cut).sealed(seal, cut_count)


def _known_cuts(incident: Incident) -> list[dict[str, str]]:
    return [_cut_row(gap.what, gap.reason, gap.remedy) for gap in incident.gaps if gap.kind == "cut"]


class _Draft:
    """The text of a message, not yet checked; without a `key` it is the one that the reader will find."""

    def __init__(self, alerts: list[dict[str, Any]], cut: list[dict[str, str]], key: str = "") -> None:
        payload = {"schema_version": SCHEMA_VERSION, "alerts": alerts, **({"cut": cut} if cut else {})}
        self._lead = alerts[0]
        self._key = key or intake.read_incidents({"incident": payload}, ignore=())[0].key
        self.text = json.dumps({"incident": {"key": self._key, **payload}})

    def sealed(self, seal: Callable[[str], SafeText], cut_count: int) -> Message:
        """The message. Raises `LeakError` when its text must not leave."""
        status = AlertStatus(self._lead["status"])
        moment = self._lead.get("endsAt" if status is AlertStatus.RESOLVED else "startsAt", "")
        occurrence = hashlib.sha256(f"{status} {moment}".encode()).hexdigest()[:6]
        return Message(key=self._key, status=status, occurrence=occurrence, text=seal(self.text), cut=cut_count)


def _plain(alert: Alert) -> dict[str, Any]:
    fields = {
        "status": alert.status.value,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": _stamp(alert.starts_at),
        "endsAt": _stamp(alert.ends_at),
        "generatorURL": alert.generator_url,
        "fingerprint": alert.fingerprint,
    }
    return {name: value for name, value in fields.items() if value}


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat().replace("+00:00", "Z") if moment else ""


def _cut_row(what: str, reason: str, remedy: str) -> dict[str, str]:
    return {"what": what, "reason": reason, "remedy": remedy}


def _size(value: Any) -> int:
    return len(json.dumps(value))


def _fit(
    alerts: list[dict[str, Any]], known: list[dict[str, str]]
) -> tuple[list[dict[str, Any]], list[dict[str, str]], int]:
    """As much as fits: the leading alert first, then the others in order. Also what was cut, in words and number."""
    lead, dropped = _shorten(alerts[0], MAX_BYTES // 2)
    cut = [*known]
    reason = "GitHub takes at most 64 KB of one dispatch"
    if dropped:
        cut.append(
            _cut_row(f"{dropped} long labels and annotations of the alert", reason, "Shorten the alert's annotations.")
        )
    kept = [lead]
    left = MAX_BYTES - _size(lead) - _size(cut) - 1000  # room for the key, the envelope and one more row of `cut`
    for alert in alerts[1:]:
        left -= _size(alert) + 2
        if left < 0:
            break
        kept.append(alert)
    missing = len(alerts) - len(kept)
    if missing:
        cut.append(_cut_row(f"{missing} further alerts of the same incident", reason, "Group the route by workload."))
    return kept, cut, missing + dropped


def _shorten(alert: dict[str, Any], limit: int) -> tuple[dict[str, Any], int]:
    """The alert without its longest values, those that tell which incident it is last; and how many were dropped."""
    entries = [
        (group == "labels" and name in intake.KEY_LABELS, -_size({name: value}), group, name)
        for group in ("labels", "annotations")
        for name, value in alert.get(group, {}).items()
    ]
    excess = _size(alert) - limit
    short = {**alert, "labels": dict(alert.get("labels", {})), "annotations": dict(alert.get("annotations", {}))}
    dropped = 0
    for is_key, negative_size, group, name in sorted(entries):
        if excess <= 0 or (is_key and name == "alertname"):
            continue
        value = short[group].pop(name)
        excess += negative_size
        dropped += 1
        if is_key:
            short[group][name] = value[:_MAX_VALUE_CHARS]
            excess += _size({name: value[:_MAX_VALUE_CHARS]})
    return short, dropped


def _only_labels(alert: dict[str, Any], names: frozenset[str], seal: Callable[[str], SafeText]) -> dict[str, Any]:
    labels = {name: value for name, value in alert.get("labels", {}).items() if name in names}
    safe = {name: value for name, value in labels.items() if _passes(f"{name}={value}", seal)}
    fields: dict[str, Any] = {name: alert[name] for name in ("status", "startsAt", "endsAt") if name in alert}
    return {**fields, "labels": {"alertname": "alert with a redacted name", **safe}}


def _passes(text: str, seal: Callable[[str], SafeText]) -> bool:
    try:
        seal(text)
    except LeakError:
        return False
    return True
