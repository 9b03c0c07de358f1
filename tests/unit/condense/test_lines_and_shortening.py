"""One line as a reader sees it, and as little of it as still says what happened."""

import json

import pytest

from incident_bot.condense.lines import LONGEST_LINE_CHARS, clean
from incident_bot.condense.shorten import cut_ids, cut_stamp, message_of, shorten


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("\x1b[1;31mError\x1b[0m: no", "Error: no"),
        ("\x1b]0;title\x07text", "text"),
        ("fold\rmarker", "fold marker"),
        ("only one\r", "only one"),
        ("a\x00b\x08c", "a b c"),
        ("  indented", "  indented"),
        ("", ""),
    ],
)
def test_clean(raw, seen):
    assert clean(raw) == seen


def test_a_progress_bar_shows_its_last_state():
    bar = "\r".join(f"loading {percent}% {'#' * percent}" for percent in range(101))

    assert clean(bar) == f"… loading 100% {'#' * 100}"


def test_a_huge_line_keeps_both_ends():
    text = clean("start " + "x" * 10_000_000 + " end")

    assert len(text) <= LONGEST_LINE_CHARS
    assert text.startswith("start ")
    assert text.endswith(" end")


def test_json_keeps_message_level_and_error_first():
    line = json.dumps(
        {
            "ts": "2026-03-14T09:26:53Z",
            "trace": {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"},
            "labels": {f"k{n}": "v" * 20 for n in range(20)},
            "level": "error",
            "msg": "lease lost",
            "error": {"type": "Fenced", "detail": "newer epoch 12"},
        }
    )

    text = shorten(line, 120)

    assert len(text) <= 120
    assert '"level": "error"' in text
    assert '"msg": "lease lost"' in text
    assert '"detail": "newer epoch 12"' in text
    assert "trace_id" not in text


def test_logfmt_keeps_the_message():
    line = f'ts=2026-03-14T09:26:53Z caller=head.go:12 {" ".join(f"tag{n}=xxxxxxxxxx" for n in range(30))} level=error msg="index crc mismatch" err="bad block"'

    text = shorten(line, 100)

    assert 'msg="index crc mismatch"' in text
    assert 'err="bad block"' in text


def test_a_plain_line_keeps_what_is_loud():
    line = "a " * 200 + "connection refused by peer " + "b " * 200

    text = shorten(line, 120)

    assert len(text) <= 120
    assert "refused" in text


def test_short_lines_are_left_alone():
    assert shorten("short", 40) == "short"


def test_a_date_goes_and_the_time_of_day_stays():
    assert cut_stamp("2026-03-14T09:26:53.589793Z INFO up") == "…09:26:53… INFO up"
    assert cut_stamp("[pod/a] 2026-03-14 09:26:53,589 up") == "[pod/a] …09:26:53… up"
    assert cut_stamp("no stamp here") == "no stamp here"


def test_long_ids_go():
    assert cut_ids("trace 4bf92f3577b34da6 of deadbeef") == "trace … of deadbeef"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"time":"x","level":"info","msg":"up"}', "up"),
        ('time=x level=info msg="up and running"', "up and running"),
        ("plain text", "plain text"),
    ],
)
def test_message_of(line, message):
    assert message_of(line) == message
