"""Cases made of kubectl text, the way a folder of evidence becomes one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from incident_bot import condense, diagnosis, kubectl
from incident_bot.model import (
    Alert,
    AlertStatus,
    Case,
    Diagnosis,
    EvidenceKind,
    Incident,
    RawEvidence,
    Severity,
    Target,
)
from incident_bot.redaction import Redactor

if TYPE_CHECKING:
    from incident_bot.diagnosis import RuleSet

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_REDACTOR = Redactor(b"a key that only tests use, 32 byte")


def make_case(
    files: dict[str, str],
    *,
    alert: str = "ManualTriage",
    status: AlertStatus = AlertStatus.FIRING,
    target: Target | None = None,
    starts_at: datetime | None = None,
) -> Case:
    """A case from file names and texts. Logs are named `POD_CONTAINER.log` or `POD_CONTAINER.previous.log`."""
    items = []
    for number, (name, text) in enumerate(files.items(), start=1):
        kind = kubectl.recognise(name, text)
        pod, container = _log_owner(name) if kind is EvidenceKind.LOG else ("", "")
        items.append(
            RawEvidence(
                id=f"E{number}", kind=kind, name=name, source=name, text=text,
                pod=pod, container=container, previous="previous" in name,
            )
        )  # fmt: skip
    incident = Incident(
        key="0" * 16,
        alert=Alert(name=alert, severity=Severity.WARNING, status=status, starts_at=starts_at),
        target=target or Target(),
    )
    return Case(incident=incident, evidence=tuple(_REDACTOR.redact_evidence(item) for item in items))


def _log_owner(name: str) -> tuple[str, str]:
    stem = name.removesuffix(".log").removesuffix(".previous")
    pod, bar, container = stem.rpartition("_")
    return (pod, container) if bar else ("", "")


def diagnose(case: Case, rules: RuleSet, *, now: datetime = NOW) -> Diagnosis:
    """The rules' diagnosis, with digests made as the pipeline makes them."""
    digests = {item.id: condense.digest(item) for item in case.evidence if item.kind is EvidenceKind.LOG}
    return diagnosis.diagnose(case, digests=digests, rules=rules, now=now)
