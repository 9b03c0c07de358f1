"""Warnings that begin in the middle of a log and go on to its end are a failure; what was always there is none."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()


def tell(said: str, *, first: int, last: int, of: int = 120) -> Diagnosis:
    """A log of `of` minutes of work that says something beside it from minute `first` to minute `last`."""
    lines = []
    for minute in range(of):
        at = f"2026-11-21T{8 + minute // 60:02}:{minute % 60:02}"
        lines.append(f"{at}:00Z INFO order {4711 + minute} stored")
        if first <= minute <= last:
            lines.append(f"{at}:30Z {said.replace('#', str(90 + minute))}")
    return diagnose(make_case({"app.log": "\n".join(lines) + "\n"}), RULES)


LASTING = [
    "WARN outbox does not drain, oldest entry # min",
    "WARN price call answered status=422 reason=currency_required",
    "WARN click rate # below floor",
    "INFO message # bounced: 550 5.7.26 not signed",
    "INFO no heartbeat from encoder for 30 s, restarting it",
    "INFO slots: 40 of 40 in use, # waiting",
    "WARNING lookup # goes to origin",
    "INFO broker said no: session refused for tenant #",
    "WARN sequence jumped, expected 7711 got 8712",
]


@pytest.mark.parametrize("said", LASTING)
def test_what_begins_late_and_goes_on_is_a_failure_that_cites_it(said: str) -> None:
    found = tell(said, first=60, last=119)
    assert found.verdict is Verdict.FAILURE
    assert said.partition("#")[0].strip() in found.causes[0].citations[0].quote


@pytest.mark.parametrize("said", LASTING)
def test_the_same_in_a_log_that_always_said_so_is_no_news(said: str) -> None:
    assert tell(said, first=0, last=119).verdict is not Verdict.FAILURE


@pytest.mark.parametrize("said", LASTING[:3])
def test_what_stopped_long_before_the_end_is_no_failure(said: str) -> None:
    assert tell(said, first=40, last=60).verdict is not Verdict.FAILURE


@pytest.mark.parametrize(
    "said",
    [
        "WARN deprecated header X-Old used by #",
        "WARN upstream reset, retried on green ok=true",
        "WARN bot # blocked",
        "WARN unknown locale xx",
        "INFO slots: 12 of 40 in use",
        "INFO page # rendered",
        "DEBUG cache refreshed",
    ],
)
def test_reminders_and_ordinary_work_that_begin_late_are_no_failure(said: str) -> None:
    assert tell(said, first=60, last=119).verdict is not Verdict.FAILURE
