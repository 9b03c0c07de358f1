"""Figures that leave their usual range for good are a failure; those that vary, fall, count or come back are none."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()


def verdict_of(figure: Callable[[int, random.Random], str], *, seed: int = 0, lines: int = 200) -> Verdict:
    chance = random.Random(seed)
    log = [f"2026-11-21T08:{i // 60:02}:{i % 60:02}Z INFO {figure(i, chance)}" for i in range(lines)]
    return diagnose(make_case({"app.log": "\n".join(log) + "\n"}), RULES).verdict


def test_work_that_takes_a_hundred_times_as_long_for_good_is_a_failure() -> None:
    def figure(i: int, chance: random.Random) -> str:
        return f"page {i} took {chance.randint(20, 60) if i < 90 else chance.randint(3000, 9000)} ms"

    assert verdict_of(figure) is Verdict.FAILURE


def test_a_queue_that_only_grows_is_a_failure() -> None:
    assert verdict_of(lambda i, _: f"stats depth={12 + max(0, i - 80) * 90}") is Verdict.FAILURE


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "figure",
    [
        lambda i, chance: f"page {i} took {chance.lognormvariate(4, 2):.0f} ms",
        lambda i, chance: f"page {i} took {chance.randint(20, 60) if not 80 < i < 110 else 6000} ms",
        lambda i, chance: f"page {i} took {chance.randint(3000, 9000) if i < 30 else 40} ms",
        lambda i, chance: f"page {i} took 40 ms" if i < 120 else f"report {i} took {chance.randint(3000, 9000)} ms",
        lambda i, _: f"step {i} done, elapsed {i * 4} s",
        lambda i, _: f"stats depth={max(0, i % 100 - 50) * 40}",
        lambda i, _: f"stats pending={9000 - 45 * i}",
        lambda i, _: f"stats pending={int(4000 * abs(math.sin(i / 25)))}",
        lambda i, chance: f"stats depth={chance.randint(0, 400)}",
    ],
    ids=["varies", "came-back", "cold-start", "other-work", "clock", "bursts", "falls", "tides", "noise"],
)
def test_what_varies_falls_counts_or_comes_back_is_none(figure: Callable[[int, random.Random], str], seed: int) -> None:
    assert verdict_of(figure, seed=seed) is not Verdict.FAILURE


def test_a_log_too_short_to_have_a_before_tells_nothing() -> None:
    assert verdict_of(lambda i, _: f"page {i} took {40 if i < 15 else 9000} ms", lines=30) is not Verdict.FAILURE


def test_in_a_long_log_the_line_just_before_is_told_all_the_same() -> None:
    chance = random.Random(3)
    log = [f"INFO page {i} took {chance.randint(20, 60) if i < 4000 else 7000} ms" for i in range(9000)]
    log.insert(4000, "INFO pool of the renderer set from 40 to 1 by hand")
    found = diagnose(make_case({"app.log": "\n".join(log) + "\n"}), RULES)
    assert any("pool of the renderer" in item.quote for item in found.causes[0].citations)
