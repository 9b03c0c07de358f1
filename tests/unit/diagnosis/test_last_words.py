"""Plain words that mean a failure without a level, and the same words where they mean none."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()


def tell(*lines: str) -> Diagnosis:
    return diagnose(make_case({"run.log": "\n".join(lines) + "\n"}), RULES)


@pytest.mark.parametrize("end", ["stopping", "bye", "giving up here", "run aborted.", "halted"])
def test_the_line_before_a_plain_end_is_why(end: str) -> None:
    found = tell("reading plan", "step 1 of 3 done", "key file /etc/run/key holds 0 bytes", end)

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].citations[0].line == 3


@pytest.mark.parametrize(
    "before", ["all files read", "received SIGTERM", "shutdown requested by till-2", "step 3 of 3 done"]
)
def test_an_end_that_was_due_or_asked_for_is_none(before: str) -> None:
    assert tell("reading plan", "step 1 of 3 done", before, "stopping").verdict is not Verdict.FAILURE


@pytest.mark.parametrize(
    "count", ["0 of 412 rows accepted", "0 out of 7 letters sent", "none of the 12 orders confirmed"]
)
def test_nothing_done_of_something_is_a_failure(count: str) -> None:
    assert (
        tell("2026-11-20T09:00:00Z INFO load: start", f"2026-11-20T09:01:00Z INFO load: {count}").verdict
        is Verdict.FAILURE
    )


@pytest.mark.parametrize(
    "count", ["412 of 412 rows accepted", "0 of 0 rows accepted", "0 of 7 rows rejected", "10 of 12 sent"]
)
def test_other_counts_are_none(count: str) -> None:
    found = tell("2026-11-20T09:00:00Z INFO load: start", f"2026-11-20T09:01:00Z INFO load: {count}")

    assert found.verdict is not Verdict.FAILURE


def test_a_count_of_nothing_that_was_always_there_is_none() -> None:
    lines = [f"2026-11-20T09:{minute:02}:00Z INFO pool: 0 of 10 tasks processed" for minute in range(40)]

    assert tell("2026-11-20T08:59:00Z INFO pool: up", *lines).verdict is not Verdict.FAILURE
