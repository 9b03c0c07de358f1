"""Times in lines: read in every notation, a window keeps what was written within it, and order does not matter to trends."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from incident_bot.cli.condense import condense as command
from incident_bot.condense import Condenser, Window, condense
from incident_bot.condense.times import read_time
from incident_bot.model import Evidence, EvidenceKind, SafeText

AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-14T09:26:53Z INFO ready",
        "2026-03-14 09:26:53,000 INFO ready",
        "[2026/03/14 09:26:53] ready",
        "2026-03-14T11:26:53+02:00 stdout F ready",
        "[pod/api-0/app] 2026-03-14T09:26:53.000000000Z ready",
        '{"level":"info","ts":1773480413.0,"msg":"ready"}',
        '{"time":1773480413000,"msg":"ready"}',
        "1773480413 ready",
        '{"t":{"$date":"2026-03-14T09:26:53.000+00:00"},"msg":"ready"}',
        "I0314 09:26:53.000000       1 main.go:7] ready",
        "Mar 14 09:26:53 node-7 kubelet[812]: ready",
        '10.0.0.1 - - [14/Mar/2026:09:26:53 +0000] "GET / HTTP/1.1" 200 2',
        "10.0.0.1 - - [14/Mar/2026:04:26:53 -0500] ready",
    ],
)
def test_a_time_is_read_in_every_usual_notation(line):
    assert read_time(line, near=AT) == AT


@pytest.mark.parametrize(
    "line", ["", "ready", "took 10:20 minutes", "2026-02-31T09:00:00Z", "    at a.B.c(B.java:7)", "x" * 300 + str(AT)]
)
def test_no_time_is_made_up(line):
    assert read_time(line, near=AT) is None


def test_a_notation_without_a_year_means_the_closest_one():
    """A log of New Year's Eve, looked at from either side."""
    after = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)

    eve = read_time("Dec 31 23:59:00 node-7 kernel: oops", near=after)

    assert eve == datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    assert read_time("Jan  1 00:05:00 node-7 kernel: oops", near=datetime(2026, 12, 31, tzinfo=UTC)) == after


def test_a_notation_without_a_year_is_not_of_the_future():
    """In November a log of February is of this year, not of the next one, which is closer."""
    november = datetime(2026, 11, 28, tzinfo=UTC)

    assert read_time("E0203 01:45:13.098592       1 main.go:171] lost", near=november) == datetime(
        2026, 2, 3, 1, 45, 13, 98592, tzinfo=UTC
    )
    assert read_time("Dec 20 10:00:00 node-7 kernel: oops", near=november) == datetime(2026, 12, 20, 10, tzinfo=UTC)


@given(st.text(max_size=120))
def test_no_line_stops_the_reader(text):
    read_time(text, near=AT)
    read_time(f"2026-{text}", near=AT)


def minute(number: int, text: str) -> str:
    return f"2026-03-14T09:{number:02d}:00Z {text}"


LOG = [
    minute(1, "ERROR before"),
    *(minute(n, f"INFO served {n}") for n in range(2, 10)),
    minute(10, "ERROR within"),
    "  at frame of within",
    *(minute(n, f"INFO served {n}") for n in range(11, 20)),
    minute(20, "ERROR after"),
    "  at frame of after",
]


def within(lines, budget=400, **ends):
    condenser = Condenser(window=Window(**ends))
    condenser.feed(lines)
    return condenser.excerpt(budget)


def test_a_window_leaves_out_what_was_written_outside_and_keeps_the_numbers():
    excerpt = within(LOG, since=datetime(2026, 3, 14, 9, 5, tzinfo=UTC), until=datetime(2026, 3, 14, 9, 15, tzinfo=UTC))

    kept = {line.line: line.text for line in excerpt.kept}
    assert kept[LOG.index(minute(10, "ERROR within")) + 1].endswith("ERROR within")
    assert any("frame of within" in text for text in kept.values())
    assert not any("before" in text or "after" in text for text in kept.values())
    assert all(LOG[number - 1].endswith(text.rpartition("…")[2]) for number, text in kept.items())
    assert excerpt.total_lines == len(LOG)


def test_lines_of_merged_pods_need_not_be_in_order():
    one = [minute(n, "INFO [a] at work") for n in range(1, 30)]
    two = [minute(n, f"WARN [b] queue {n}") for n in range(1, 30)]

    excerpt = within(one + two, since=datetime(2026, 3, 14, 9, 20, tzinfo=UTC))

    numbers = [line.line for line in excerpt.kept]
    assert numbers
    assert all((number - 1) % 29 >= 19 for number in numbers)
    assert excerpt.total_lines == 58


def test_an_empty_window_keeps_nothing_and_counts_all():
    excerpt = within(LOG, since=datetime(2027, 1, 1, tzinfo=UTC))

    assert excerpt.kept == ()
    assert excerpt.total_lines == len(LOG)


def test_the_command_takes_both_ends():
    result = CliRunner().invoke(
        command, ["--since", "2026-03-14T09:05:00Z", "--until", "2026-03-14T09:15:00"], input="\n".join(LOG) + "\n"
    )

    assert result.exit_code == 0
    assert "ERROR within" in result.stdout
    assert "before" not in result.stdout
    assert "after" not in result.stdout


def test_a_time_that_cannot_be_read_is_a_usage_error_with_the_remedy():
    result = CliRunner().invoke(command, ["--since", "yesterday"], input="x\n")

    assert result.exit_code == 2
    assert "15m, 2h or 1d" in result.output


def test_a_trend_is_seen_through_merged_out_of_order_lines():
    """Two files one after the other, the later one first: in order of time the queue only grows."""
    rows = [f"2026-03-14T09:{n // 60:02d}:{n % 60:02d}Z INFO queue holds {100 + n * n} items" for n in range(64)]
    lines = rows[32:] + rows[:32]
    item = Evidence(id="E1", kind=EvidenceKind.LOG, name="log", source="log", lines=tuple(map(SafeText, lines)))

    (excerpt,) = condense([item], budget_tokens=150)

    assert "trend" in {line.why for line in excerpt.kept}
