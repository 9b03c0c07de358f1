"""An error that speaks of an earlier one gives way to it; one that speaks of nothing earlier stays what it is."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.logs.consequences import speaks_of_earlier
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()

REFUSED = "ERROR PG::InFailedSqlTransaction: ERROR:  current transaction is aborted, commands ignored until end of transaction block"
FIRST = "WARN PG::NumericValueOutOfRange: ERROR:  smallint out of range, row not stored"


def tell(*before: str, apart: int = 1) -> Diagnosis:
    """An hour of bookings that are refused from its half on; `before` stands `apart` minutes before the first refusal."""
    lines = []
    for minute in range(60):
        at = f"2026-11-21T08:{minute:02}"
        lines += [f"{at}:0{second}Z {line}" for second, line in enumerate(before)] if minute == 31 - apart else []
        lines.append(f"{at}:20Z INFO seat {minute} {'asked for' if minute > 30 else 'booked'}")
        lines += [f"{at}:3{second}Z {REFUSED}" for second in range(3)] if minute > 30 else []
    return diagnose(make_case({"seats.log": "\n".join(lines) + "\n"}), RULES)


def test_what_was_said_once_before_a_storm_of_consequences_is_the_cause_and_both_are_cited() -> None:
    found = tell(FIRST)
    assert found.verdict is Verdict.FAILURE
    assert "smallint out of range" in found.causes[0].title
    assert any("transaction is aborted" in item.quote for item in found.causes[0].citations)


def test_of_several_the_one_that_complains_of_something_is_the_cause() -> None:
    assert "smallint" in tell(FIRST, "WARN the seat map is drawn without prices").causes[0].title


@pytest.mark.parametrize("before", [(), ("INFO sweep 7 done",)])
def test_a_log_that_begins_too_late_leaves_the_consequence_in_its_place(before: tuple[str, ...]) -> None:
    assert "transaction is aborted" in tell(*before).causes[0].title


@pytest.mark.parametrize(
    "line",
    [
        "django.db.transaction.TransactionManagementError: An error occurred in the current transaction. You can't execute queries until the end of the 'atomic' block.",
        "java.lang.NoClassDefFoundError: Could not initialize class com.acme.Rates",
        "(error) EXECABORT Transaction discarded because of previous errors.",
        'called `Result::unwrap()` on an `Err` value: PoisonError { .. }',
        "stage publish skipped: stage build failed",
        "aborting because of an earlier error",
    ],
)  # fmt: skip
def test_lines_that_speak_of_an_earlier_error(line: str) -> None:
    assert speaks_of_earlier(line)


@pytest.mark.parametrize(
    "line",
    [
        "connection refused, tried the earlier address before",
        "transaction 81 aborted: deadlock detected",
        "previous run finished without errors",
        "java.lang.NoClassDefFoundError: com/acme/Rates",
        "compare with the previous release",
    ],
)
def test_lines_that_speak_of_themselves(line: str) -> None:
    assert not speaks_of_earlier(line)
