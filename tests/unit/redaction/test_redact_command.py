"""`incident-bot redact` as a filter."""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from incident_bot.cli.pipe import read_pieces
from incident_bot.cli.redact import redact
from incident_bot.cli.triage import triage
from incident_bot.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "S3cr3t" + "Value9"


def test_filters_stdin_to_stdout_and_counts_on_stderr() -> None:
    result = CliRunner().invoke(redact, input=f"one\npassword={VALUE}\nretry {VALUE}\n")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "one"
    assert len(result.stdout.splitlines()) == 3
    assert VALUE not in result.stdout
    assert "3 lines, 2 values replaced (password 2)" in result.stderr


def test_own_credentials_go_without_a_name_beside_them(tmp_path: Path) -> None:
    """With a config file, which brings the settings along, and without one."""
    config = tmp_path / "bot.yaml"
    config.write_text("redaction: {}\n", encoding="utf-8")

    for own in ("Quill4407" + "orbit", "plain-words-" + "of-ours", "orchestra"):
        for arguments in ([], ["--config", str(config)]):
            result = CliRunner().invoke(redact, arguments, input=f"echo {own}\n", env={"GITHUB_TOKEN": own})

            assert result.exit_code == 0
            assert own not in result.stdout


def run_plainly(folder: Path, text: str, *, first: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """`redact` with nothing behind it, as it stands in pipes; shows last which of the slow libraries were loaded."""
    program = (
        f"import sys\n{first}\nfrom incident_bot.cli import main\ntry:\n    main(['redact'])\n"
        "finally:\n    print(sorted({'click', 'hyperscan', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    base = {name: value for name, value in os.environ.items() if not name.startswith("INCIDENT_BOT_")}
    return subprocess.run(
        [sys.executable, "-c", program],
        input=text,
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=base | environ,
    )


def test_neither_settings_nor_click_are_loaded_where_nothing_asks_for_them(tmp_path: Path) -> None:
    """They take longer to import than a page takes to redact."""
    ran = run_plainly(tmp_path, "x\n")

    assert ran.stdout == "x\n[]\n"
    assert ran.stderr == "redact: 1 line, 0 values replaced\n"
    assert ran.returncode == 0


def test_the_fast_extra_is_built_where_it_pays_and_finds_the_same(tmp_path: Path) -> None:
    """Building it takes as long as reading a third of a megabyte without it."""
    pytest.importorskip("hyperscan")
    small, large = (f"password={VALUE} at {'x' * length}\n" for length in (100, 400_000))
    ran = [run_plainly(tmp_path, text) for text in (small, large)]

    assert [each.stdout.splitlines()[-1] for each in ran] == ["[]", "['hyperscan']"]
    assert all(each.stdout.startswith("password=[REDACTED:password:") for each in ran)
    assert all(VALUE not in each.stdout for each in ran)


def test_own_credentials_go_from_a_pipe_too(tmp_path: Path) -> None:
    own = "plain-words-" + "of-ours"
    ran = run_plainly(tmp_path, f"echo {own}\n", GITHUB_TOKEN=own)

    assert own not in ran.stdout
    assert ran.stdout.endswith("[]\n")


def test_a_config_file_in_its_default_place_counts_without_an_option(tmp_path: Path) -> None:
    place = tmp_path / ".github" / "incident-bot.yaml"
    place.parent.mkdir()
    place.write_text("redaction: {allow: ['build-[0-9]{4}']}", encoding="utf-8")

    assert run_plainly(tmp_path, "password=build-1234\n").stdout.startswith("password=build-1234\n")


def test_a_variable_that_stands_for_an_option_counts(tmp_path: Path) -> None:
    ran = run_plainly(tmp_path, "x\n", INCIDENT_BOT_REDACT_SUMMARY_FORMAT="json")

    assert json.loads(ran.stderr) == {"lines": 1, "redactions": {}}


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        pytest.param("KeyboardInterrupt", 130, "interrupted", id="interrupted"),
        pytest.param("ValueError('password=' + 'S3cr3tValue9')", 1, "error: this is a bug", id="a bug of ours"),
    ],
)
def test_a_pipe_fails_as_every_command_does(tmp_path: Path, error: str, code: int, told: str) -> None:
    first = (
        f"from incident_bot.redaction import Redactor\ndef broken(*_): raise {error}\nRedactor.redact_stream = broken"
    )
    ran = run_plainly(tmp_path, "x\n", first=first)

    assert ran.returncode == code
    assert told in ran.stderr
    assert "S3cr3t" + "Value9" not in ran.stderr


CONFIG = """
redaction:
  allow: ['build-[0-9]{4}']
  namespaces:
    - match: pay-*
      personal: [ip]
      rules:
        - {kind: badge, pattern: 'BADGE-\\d{6}', matches: [BADGE-004711], ignores: [BADGE-12]}
"""


def test_config_file_counts_by_namespace(tmp_path: Path) -> None:
    """Allowed values stay everywhere; a namespace's own rules and personal data count only there."""
    config = tmp_path / "bot.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    text = "password=build-1234 BADGE-004711 203.0.113.9\n"

    general = CliRunner().invoke(redact, ["--config", str(config)], input=text)
    inside = CliRunner().invoke(redact, ["--config", str(config), "-n", "pay-eu"], input=text)

    assert general.stdout == text
    assert "build-1234" in inside.stdout
    assert "badge 1, ip 1" in inside.stderr


def test_pattern_that_may_never_end_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "bot.yaml"
    config.write_text("redaction: {allow: ['(a+)+$']}", encoding="utf-8")

    result = CliRunner().invoke(redact, ["--config", str(config)], input="a\n")

    assert isinstance(result.exception, ConfigurationError)
    assert "redaction.allow[0]" in str(result.exception)


def test_triage_applies_the_policy_of_the_incidents_namespace(tmp_path: Path) -> None:
    config, folder = tmp_path / "bot.yaml", tmp_path / "case"
    config.write_text(CONFIG, encoding="utf-8")
    folder.mkdir()
    (folder / "web.log").write_text("ERROR lookup of BADGE-004711 failed\n" * 3, encoding="utf-8")
    shown = {}
    for namespace in ("pay-eu", "shop"):
        given = ["--bundle", str(folder), "--alert-name", "PodDown", "--namespace", namespace, "--pod", "web-0"]
        result = CliRunner().invoke(triage, [*given, "--dry-run", "--llm", "none", "--config", str(config)])
        shown[namespace] = result.stdout

    assert "BADGE-004711" in shown["shop"]
    assert "BADGE-004711" not in shown["pay-eu"]
    assert "[REDACTED:badge:" in shown["pay-eu"]


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


def start_filter() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "from incident_bot.cli import main; main(['redact'])"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_lines_of_a_stream_that_pauses_are_shown_and_still_read_as_one_text() -> None:
    """`kubectl logs -f pod | incident-bot redact`: a line is out before the next comes, and names the value on it."""
    with start_filter() as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"started\ndb_password:\n")
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 60)[0]
        assert process.stdout.readline() + process.stdout.readline() == b"started\ndb_password:\n"
        process.stdin.write(f"  {VALUE}\n".encode())
        process.stdin.close()
        rest = process.stdout.read()

    assert rest.startswith(b"  [REDACTED:password:")
    assert rest.count(b"\n") == 1


def test_reader_that_has_seen_enough_ends_the_filter_quietly() -> None:
    """`| head -1`: no traceback, no exit code."""
    with start_filter() as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b"one line\n" * 1000)
        process.stdin.flush()
        assert process.stdout.readline() == b"one line\n"
        process.stdout.close()
        try:
            for _ in range(200):
                process.stdin.write(b"one line\n" * 10_000)
                process.stdin.flush()
        except BrokenPipeError:
            pass
        complaint = process.stderr.read()

    assert process.returncode == 0
    assert complaint == b""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_read_and_utf8_written(encoding: str) -> None:
    """Windows shells write it; letter by letter between NULs every secret would pass."""
    text = f"début\npassword={VALUE}\nend\n"
    result = CliRunner().invoke(redact, input=text.encode(encoding))

    assert VALUE not in result.stdout
    assert "password=[REDACTED:password:" in result.stdout
    assert [line for line in result.stdout.lstrip("\ufeff").split("\n") if "password" not in line] == [
        "début",
        "end",
        "",
    ]


@pytest.mark.parametrize("noise", ["\0", "\r", "\u2028", "\x0c", "\ufeff", "[##  ] 10%\r", "\x1b[2K\r"])
def test_odd_characters_are_no_line_ends_and_hide_nothing(noise: str) -> None:
    result = CliRunner().invoke(redact, input=f"{noise}a{noise}\n{noise} password={VALUE}{noise}\nb{noise}\n")

    assert result.stdout_bytes.count(b"\n") == 3
    assert VALUE not in result.stdout


def test_line_without_end_passes_in_bounded_pieces() -> None:
    """Nobody waits for the end of an endless line: `head -c` would show its beginning."""
    pieces = list(read_pieces(io.BytesIO(b"x" * 3_000_000)))

    assert max(map(len, pieces)) <= (1 << 20) + (1 << 18)
    assert "".join(pieces) == "x" * 3_000_000
