"""Every format that pods, nodes, proxies and CI write: kept, graded, dated, shortened and within the budget."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fakes.log_evidence import stands_in
from fakes.log_formats import AT, FORMATS, Format
from fakes.log_traces import TRACES, Trace
from incident_bot.condense import Condenser, Window, estimate_tokens, render_text
from incident_bot.condense.lines import clean
from incident_bot.condense.severity import Level, grade
from incident_bot.condense.shorten import shorten
from incident_bot.condense.times import in_order_of_time, read_time

if TYPE_CHECKING:
    from incident_bot.model import Excerpt

CALM = range(3200)
AFTER = 26 * 60 + 52
"""The calm line after which the decisive ones stand."""

every_format = pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
every_trace = pytest.mark.parametrize("row", TRACES, ids=lambda row: row.name)
at_any_budget = pytest.mark.parametrize("budget", [300, 1000, 4000, 16_000])


def log_of(row: Format | Trace) -> list[str]:
    lines = [row.calm(n) for n in CALM]
    lines[AFTER + 1 : AFTER + 1] = row.decisive
    return lines


def excerpt_of(lines: list[str], budget: int, window: Window | None = None) -> Excerpt:
    condenser = Condenser(window=window)
    condenser.feed(lines)
    return condenser.excerpt(budget)


def check_promises(excerpt: Excerpt, lines: list[str], budget: int) -> None:
    assert estimate_tokens(render_text(excerpt, budget_tokens=budget)) <= budget
    numbers = [line.line for line in excerpt.kept]
    assert numbers == sorted(set(numbers))
    for line in excerpt.kept:
        assert stands_in(line.text, clean(lines[line.line - 1]))


@at_any_budget
@every_format
def test_the_decisive_line_is_kept(row: Format, budget: int):
    lines = log_of(row)

    excerpt = excerpt_of(lines, budget)

    check_promises(excerpt, lines, budget)
    assert any(row.says in line.text for line in excerpt.kept)


@every_format
def test_severity_is_read_and_calm_lines_stay_calm(row: Format):
    assert grade(clean(row.telling)) == row.level
    assert all(grade(clean(row.calm(n))) <= Level.INFO for n in range(0, 3200, 61))


@every_format
def test_the_time_is_understood(row: Format):
    at = read_time(clean(row.telling), near=AT)

    assert at is not None
    assert abs(at - AT) < timedelta(seconds=1)


@every_format
def test_a_window_holds_what_was_written_in_it(row: Format):
    lines = log_of(row)

    excerpt = excerpt_of(lines, 4000, Window(since=AT - timedelta(seconds=20), until=AT + timedelta(seconds=20)))

    assert any(row.says in line.text for line in excerpt.kept)
    assert all(abs(line.line - AFTER) <= 24 for line in excerpt.kept)


@every_format
def test_lines_out_of_order_are_put_in_order_of_time(row: Format):
    written = [row.calm(n) for n in (5, 30, 61, 600, 3000)]

    assert in_order_of_time([written[3], written[0], written[4], written[2], written[1]]) == written


@pytest.mark.parametrize("limit", [160, 300, 600])
@pytest.mark.parametrize("row", [row for row in FORMATS if row.long], ids=lambda row: row.name)
def test_a_long_line_keeps_its_message(row: Format, limit: int):
    line = clean(row.long)

    short = shorten(line, limit)

    assert row.says in short
    assert len(short) <= limit < len(line)
    assert stands_in(short, line)


def parts_of(row: Trace) -> list[set[int]]:
    """The numbers of the trace's lines; a chain of traces is as many as blank lines part."""
    parts: list[set[int]] = [set()]
    for number, line in enumerate(row.decisive, start=AFTER + 2):
        if line:
            parts[-1].add(number)
        else:
            parts.append(set())
    return parts


@at_any_budget
@every_trace
def test_a_trace_is_whole_or_named_without_its_frames(row: Trace, budget: int):
    lines = log_of(row)

    excerpt = excerpt_of(lines, budget)

    check_promises(excerpt, lines, budget)
    kept = {line.line for line in excerpt.kept}
    frames = {AFTER + 2 + place for place in row.frames}
    assert AFTER + 2 + row.cause in kept
    for part in parts_of(row):
        assert not kept & part & frames or kept >= part


@every_trace
def test_a_trace_is_whole_where_there_is_room(row: Trace):
    kept = {line.line for line in excerpt_of(log_of(row), 16_000).kept}

    assert all(kept >= part for part in parts_of(row))


@every_trace
def test_the_cause_of_a_trace_is_an_error(row: Trace):
    assert grade(clean(row.decisive[row.cause])) >= Level.ERROR


@pytest.mark.parametrize("budget", [1, 20, 300, 4000])
def test_no_lines_give_nothing(budget: int):
    excerpt = excerpt_of([], budget)

    assert excerpt.kept == ()
    assert render_text(excerpt, budget_tokens=budget) == ""


def test_a_line_of_50_megabytes_hides_nothing_beside_it():
    lines = [*(row_of("cri").calm(n) for n in range(2000)), "x" * 50_000_000, *row_of("cri").decisive]

    excerpt = excerpt_of(lines, 1000)

    assert estimate_tokens(render_text(excerpt, budget_tokens=1000)) <= 1000
    assert row_of("cri").says in excerpt.kept[-1].text


def row_of(name: str) -> Format:
    return next(row for row in FORMATS if row.name == name)
