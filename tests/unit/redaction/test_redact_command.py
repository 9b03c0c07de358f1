"""`incident-bot redact` as a filter."""

from __future__ import annotations

import json

from click.testing import CliRunner

from incident_bot.cli.redact import redact

VALUE = "S3cr3t" + "Value9"


def test_filters_stdin_to_stdout_and_counts_on_stderr() -> None:
    result = CliRunner().invoke(redact, input=f"one\npassword={VALUE}\nretry {VALUE}\n")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "one"
    assert len(result.stdout.splitlines()) == 3
    assert VALUE not in result.stdout
    assert "3 lines, 2 values replaced (password 2)" in result.stderr


def test_json_summary() -> None:
    result = CliRunner().invoke(redact, ["--format", "json"], input=f"password={VALUE}")

    assert json.loads(result.stderr) == {"lines": 1, "redactions": {"password": 1}}
    assert not result.stdout.endswith("\n")


def test_bytes_that_are_no_utf8_are_replaced_and_lines_kept() -> None:
    result = CliRunner().invoke(redact, input=b"\xff\xfe\x00\npassword=" + VALUE.encode() + b"\n\n\r\n")

    assert result.stdout_bytes.count(b"\n") == 4
    assert VALUE.encode() not in result.stdout_bytes
    assert result.stdout_bytes.decode("utf-8")


def test_one_overlong_line_passes_in_pieces() -> None:
    text = ("noise " * 300_000) + f"password={VALUE} " + ("noise " * 300_000)
    result = CliRunner().invoke(redact, input=text)

    assert VALUE not in result.stdout
    assert "\n" not in result.stdout
    assert result.stdout.count("noise") == 600_000


def test_empty_input_gives_empty_output() -> None:
    result = CliRunner().invoke(redact, input="")

    assert result.stdout == ""
    assert result.exit_code == 0


def test_each_run_has_its_own_key() -> None:
    first, second = (CliRunner().invoke(redact, input=f"password={VALUE}").stdout for _ in range(2))

    assert first != second


def test_help_shows_an_example() -> None:
    assert "kubectl logs my-pod | incident-bot redact" in CliRunner().invoke(redact, ["--help"]).stdout
