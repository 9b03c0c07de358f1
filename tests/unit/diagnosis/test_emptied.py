"""Work that goes on with nothing in it is told where it was never so before, and not where a program has caught up."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()


def _log(counts: list[int], *, pace_s: int = 60, pace_after_s: int = 60) -> str:
    """An import that says how much it took; after the last count that is not 0 it comes every `pace_after_s`."""
    last = max((place for place, count in enumerate(counts) if count), default=0)
    at, lines = 8 * 3600, []
    for place, count in enumerate(counts):
        clock = f"{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}"
        lines.append(f"2026-05-12T{clock}Z INFO catalogue of branch {place}: {count} products imported\n")
        at += pace_s if place <= last else pace_after_s
    return "".join(lines)


FULL = [900 + number * 7 % 83 for number in range(40)]


def test_an_import_that_finds_nothing_any_more_is_told_with_what_it_found_before() -> None:
    found = diagnose(make_case({"catalogue.log": _log(FULL + [0] * 20)}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert "0 products each time since line 41" in found.causes[0].title
    assert found.causes[0].citations[0].quote.endswith("0 products imported")


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(_log(FULL + [0] * 5), id="not for long"),
        pytest.param(_log([*FULL[:20], 0, *FULL[20:], *[0] * 20]), id="it was nothing before as well"),
        pytest.param(_log([*FULL, *[0] * 20, 911]), id="it came back"),
        pytest.param(_log([1000] * 40 + [0] * 20), id="full pages, and then no more"),
        pytest.param(_log(FULL + [0] * 20, pace_s=1, pace_after_s=60), id="it has caught up and asks now and then"),
        pytest.param(_log([number % 3 + 1 for number in range(40)] + [0] * 20), id="it was hardly anything before"),
    ],
)
def test_nothing_to_do_is_no_failure_where_there_is_another_reason(log: str) -> None:
    assert diagnose(make_case({"catalogue.log": log}), RULES).verdict is Verdict.HEALTHY


PODS = """\
NAME                         READY   STATUS    RESTARTS   AGE
catalogue-6f5d8c9b74-p2kxr   1/1     Running   0          41h
"""
ASKED = "The shop asks why no products arrive since noon.\n"


def test_three_counts_and_two_of_nothing_are_enough_where_somebody_asks_why_nothing_comes() -> None:
    files = {"catalogue.log": _log([902, 917, 911, 0, 0], pace_s=3600, pace_after_s=3600), "pods.txt": PODS}

    assert diagnose(make_case(files), RULES).verdict is Verdict.HEALTHY
    found = diagnose(make_case({**files, "note.txt": ASKED}), RULES)
    assert found.verdict is Verdict.FAILURE
    assert "0 products each time since line 4" in found.causes[0].title


@pytest.mark.parametrize(
    ("counts", "note"),
    [
        pytest.param([902, 917, 911, 0, 0, 920], ASKED, id="it came back"),
        pytest.param([*FULL, 0, 0, 0], ASKED, id="a short lull after a long day"),
        pytest.param([902, 917, 911, 0, 0], "Upgraded at noon, all fine.\n", id="nobody asks"),
        pytest.param([902, 917, 911, 0, 0], ASKED + "Resolved: the branch was closed.\n", id="closed"),
    ],
)
def test_a_note_makes_no_failure_of_a_lull(counts: list[int], note: str) -> None:
    files = {"catalogue.log": _log(counts, pace_s=3600, pace_after_s=3600), "pods.txt": PODS, "note.txt": note}

    assert diagnose(make_case(files), RULES).verdict is not Verdict.FAILURE
