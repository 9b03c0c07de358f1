"""Nouns that others wrote pass the gate whole: an analysis may come from anyone."""

from __future__ import annotations

from dataclasses import replace

from fakes.cases import make_analysis, make_incident
from incident_bot.model import Alert, Target
from incident_bot.redaction import Redactor
from incident_bot.redaction.nouns import redact_noun

SECRET = "Kx7" * 5


def test_every_text_of_a_case_is_redacted() -> None:
    """A label is judged beside its name, a name of the target as any text."""
    alert = Alert(name=f"password={SECRET}", labels={"db_password": SECRET}, summary=f"token={SECRET}")
    incident = make_incident(alert=alert, target=Target(pod=f"password={SECRET}"))
    case = replace(make_analysis(lines=3).case, incident=incident)

    redacted = redact_noun(case, Redactor(b"k"))

    assert SECRET not in repr(redacted)
    assert redacted.evidence == case.evidence


def test_a_clean_case_stays_as_it_is() -> None:
    case = make_analysis(lines=3).case

    assert redact_noun(case, Redactor(b"k")) == case
