"""What is telling in the outputs of tools, and above all what is not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_bot import libyaml
from incident_bot.diagnosis.patterns import check_pattern
from incident_bot.outputs import read_output
from incident_bot.outputs.signs import AREAS, load_signs

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
SAMPLES = libyaml.load((Path(__file__).parent / "samples.yaml").read_text(encoding="utf-8"))
SIGNS = [(area, sign) for area in AREAS for sign in load_signs(area)]


def _name(sample: dict[str, str]) -> str:
    return f"{sample['sign']}, {sample['tool']}"


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_an_output_that_tells_is_told_with_its_thing_its_figure_and_its_line(sample: dict[str, str]) -> None:
    lines = sample["tells"].splitlines()

    output = read_output("out.txt", lines, NOW)

    assert output is not None
    told = [item for item in output.observations if item.sign == sample["sign"]]
    assert sample["shows"] in [f"{item.thing}: {item.figure}" for item in told]
    assert {item.tool for item in told} == {sample["tool"]}
    assert all(lines[item.line - 1].strip() for item in told)


@pytest.mark.parametrize("sample", [item for item in SAMPLES if item.get("silent")], ids=_name)
def test_an_output_that_shows_nothing_wrong_tells_nothing(sample: dict[str, list[str]]) -> None:
    for text in sample["silent"]:
        output = read_output("out.txt", text.splitlines(), NOW)

        assert output is None or output.observations == ()


def test_every_sign_of_the_table_has_a_sample_that_tells_it_and_one_that_does_not() -> None:
    wanted = {(sign.name, sign.tool) for _, sign in SIGNS if sign.name}

    told = {(item["sign"], item["tool"]) for item in SAMPLES}
    silent = {item["sign"] for item in SAMPLES if item.get("silent")}

    assert told >= wanted
    assert silent == {name for name, _ in wanted}


def test_each_entry_of_the_table_can_be_reached_by_a_marker_of_its_file_and_each_marker_reaches_one() -> None:
    for area, markers in AREAS.items():
        entries = [sign.marker for sign in load_signs(area)]

        assert [entry for entry in entries if not any(marker in entry for marker in markers)] == []
        assert [marker for marker in markers if not any(marker in entry for entry in entries)] == []


@pytest.mark.parametrize(
    "pattern", sorted({p for _, s in SIGNS for p in (s.pattern, s.unless_later, s.unless_beside) if p})
)
def test_no_pattern_of_the_table_can_be_made_slow(pattern: str) -> None:
    check_pattern(pattern)


def test_a_log_that_quotes_an_output_is_a_log() -> None:
    lines = [f"2026-03-03T08:00:0{n}Z INFO step {n}" for n in range(9)]
    lines.insert(4, "/dev/sdb        9.8G  9.8G     0 100% /data")
    lines.insert(4, "Filesystem      Size  Used Avail Use% Mounted on")

    assert read_output("app.txt", lines, NOW) is None


def test_a_file_called_a_log_is_an_output_only_where_it_begins_with_one() -> None:
    table = ["Filesystem      Size  Used Avail Use% Mounted on", "/dev/sdb        9.8G  9.8G     0 100% /data"]
    chatter = [f"starting worker {n}" for n in range(9)]

    assert read_output("df.log", table, NOW) is not None
    assert read_output("worker.log", [*chatter, *table], NOW) is None


def test_a_loop_over_pods_says_which_of_them_it_is() -> None:
    text = """pod/cart-0
Filesystem                Size      Used Available Use% Mounted on
/dev/sdb                  9.8G      3.1G      6.7G  32% /data
pod/cart-1
Filesystem                Size      Used Available Use% Mounted on
/dev/sdb                  9.8G      9.8G         0 100% /data
"""

    output = read_output("df.txt", text.splitlines(), NOW)

    assert output is not None
    assert [(item.pod, item.line) for item in output.observations] == [("cart-1", 6)]


def test_no_certificate_is_called_expired_where_nothing_dates_the_evidence() -> None:
    output = read_output("cert.txt", ["notAfter=Mar  1 08:00:00 2026 GMT"])

    assert output is not None
    assert output.observations == ()


@pytest.mark.parametrize(
    "lines",
    [
        ["Filesystem Use% Mounted on", "|" * 2_000, "\0", "100%"],
        ["{" * 5_000 + '"unassigned_shards"', "maxmemory_policy:" + "9" * 5_000],
        ["name messages consumers", "a " * 3_000, "\t" * 900],
        ["notAfter=Foo 99 99:99:99 9999 GMT", "IPAM: IPv4: 1/0 allocated from 10.0.0.0/8"],
        ["[" + "1," * 400 + '{"status":"red","unassigned_shards":[[[["'],
    ],
)
def test_hostile_text_raises_nothing(lines: list[str]) -> None:
    output = read_output("x.txt", lines, NOW)

    assert output is None or output.observations == ()


_WORDS = sorted({word for sample in SAMPLES for word in sample["tells"].split()})


@given(
    st.lists(st.lists(st.sampled_from(_WORDS), max_size=12), max_size=30),
    st.sampled_from([" ", "  ", "\t", " | ", ": "]),
)
def test_words_of_outputs_in_any_order_raise_nothing_and_cite_lines_that_are_there(
    rows: list[list[str]], gap: str
) -> None:
    lines = [gap.join(row) for row in rows]

    output = read_output("x.txt", lines, NOW)

    assert output is None or all(1 <= item.line <= len(lines) and lines[item.line - 1] for item in output.observations)
