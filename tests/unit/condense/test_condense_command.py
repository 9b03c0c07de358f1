"""The filter: stdin to stdout, redacted, in bounded memory."""

import io
import json
import tracemalloc
from pathlib import Path

from click.testing import CliRunner

from incident_bot.cli.condense import condense
from incident_bot.cli.log_blocks import _blocks, redact_together
from incident_bot.condense import estimate_tokens
from incident_bot.redaction import Redactor


def run(text: str | bytes, *arguments: str) -> str:
    result = CliRunner().invoke(condense, list(arguments), input=text)
    assert result.exit_code == 0, result.output
    return result.stdout


def secret() -> str:
    return "gh" + "p_" + "Zk3" * 12


def test_text_shows_numbers_counts_and_what_was_left_out():
    lines = [
        *(f"INFO served {n} in {n % 7} ms" for n in range(5000)),
        "ERROR disk is full",
        *(f"INFO served {n} in 3 ms" for n in range(200)),
    ]

    output = run("\n".join(lines) + "\n", "--budget-tokens", "400")

    assert "5001: ERROR disk is full\n" in output
    assert "1: INFO served 0 in 0 ms \u00d75200\n" in output
    assert "lines left out\n" in output
    assert estimate_tokens(output) <= 400


def test_json_is_for_code():
    body = json.loads(run("ready\nERROR no space left\n", "--format", "json", "--budget-tokens", "100"))

    assert body["lines"] == [
        {"line": 1, "text": "ready", "count": 1, "why": "tail"},
        {"line": 2, "text": "ERROR no space left", "count": 1, "why": "first error"},
    ]
    assert (body["budget_tokens"], body["total_lines"]) == (100, 2)
    assert 0 < body["estimated_tokens"] <= 100


def test_json_and_text_are_one_selection_under_one_budget():
    """Asking for JSON costs no lines; what it says it costs is what the text output costs."""
    lines = "".join(
        f"INFO item {'abcdefgh'[n % 8] * (n % 5 + 1)} stored\nERROR shelf {n % 40} gave way\n" for n in range(500)
    )

    text = run(lines, "--budget-tokens", "300")
    body = json.loads(run(lines, "--budget-tokens", "300", "--format", "json"))

    shown = [line.partition(":")[0] for line in text.splitlines() if not line.startswith("\u2026")]
    assert [str(line["line"]) for line in body["lines"]] == shown
    assert body["estimated_tokens"] == estimate_tokens(text) <= 300


def test_what_is_read_in_slices_is_redacted_together():
    """More lines may be shown than are redacted in one go: a value named in the last stands bare in the first."""
    value = "Wq8" + "xTr2vNn4Lp"
    kinds = "".join(
        f"INFO part {'abcdefghij'[n % 10] * (n // 10 + 1)} of the hall was swept today\n" for n in range(1500)
    )

    output = run(f"login as {value} rejected\n{kinds}{kinds}password={value}\n", "--budget-tokens", "400")

    assert "login as [REDACTED:" in output
    assert value not in output


def test_a_value_under_its_name_is_gone_at_the_edge_of_every_slice(monkeypatch):
    """Wherever a slice ends, the line with the name is read with the one under it."""
    monkeypatch.setattr("incident_bot.cli.log_blocks._SLICE_CHARS", 200)
    value = "hT7" + "mPq29sLkd81"
    for padding in range(12):
        calm = [f"INFO part {'abcdefghij'[n % 10]} was swept" for n in range(20 + padding)]
        lines = [*calm, "- name: DB_PASSWORD", f"  value: {value}", *calm]

        safe = redact_together(Redactor(b"k"), lines)

        assert safe[: len(calm)] == safe[-len(calm) :] == calm
        assert value not in "".join(safe)


def test_no_input_gives_no_output():
    assert run("") == ""
    assert json.loads(run("", "--format", "json"))["lines"] == []


def test_secrets_do_not_leave():
    token = secret()
    noise = "".join(f"INFO item {n} stored\n" for n in range(3000))

    output = run(f"{noise}ERROR push with {token} refused\n{noise}", "--budget-tokens", "500")

    assert token not in output
    assert "ERROR push with [REDACTED:" in output


def test_a_secret_named_in_one_line_is_gone_from_another():
    value = "Wq8" + "xTr2vNn4Lp"

    output = run(f"login as {value} rejected\npassword={value}\nERROR cannot log in\n")

    assert value not in output


def test_a_value_under_its_name_is_gone_where_only_the_value_was_kept():
    """The line with the name is one of many alike; the line with the value is rare."""
    value = "hT7" + "mPq29sLkd81"
    lines = []
    for number in range(400):
        lines += ["- name: LOG_LEVEL_PASSWORD", f"  value: {value}" if number == 200 else f"  value: level{number}x"]

    assert value not in run("\n".join(lines), "--budget-tokens", "300")


def test_no_line_of_a_private_key_is_kept_wherever_it_stands():
    body = ["".join(("MIIEow", "IBAAKCAQEA", str(n), "Zq/9+ab" * 6)) for n in range(30)]
    key = ["-----BEGIN " + "RSA PRIVATE KEY-----", *body, "-----END " + "RSA PRIVATE KEY-----"]
    noise = [f"INFO item {n} stored" for n in range(40_000)]

    output = run("\n".join([*noise, *key, *noise, "ERROR done"]), "--budget-tokens", "2000")

    assert not any(line in output for line in body)
    assert "80033: ERROR done" in output


def test_the_baseline_is_a_file(tmp_path):
    healthy = tmp_path / "healthy.log"
    healthy.write_text("".join(f"INFO plugin {chr(97 + n)} enabled\n" for n in range(26)), encoding="utf-8")
    sick = (
        "".join(f"INFO plugin {chr(97 + n)} enabled\n" for n in range(26))
        + "INFO plugin legacy enabled\n"
        + "INFO x\n" * 50
    )

    body = json.loads(run(sick, "--format", "json", "--baseline", str(healthy)))

    assert [(line["line"], line["why"]) for line in body["lines"] if "legacy" in line["text"]] == [
        (27, "baseline-novel")
    ]


def test_files_are_read_in_order(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"{name} one\n{name} two\n", encoding="utf-8")

    assert run("", str(tmp_path / "a"), str(tmp_path / "b")) == "1: a one\n2: a two\n3: b one\n4: b two\n"


def test_bytes_that_are_not_text_do_no_harm():
    output = run(b"ok\n\xff\xfe\x00 ERROR \xe2\x82 broken\r\n\x1b[31mred\x1b[0m\n")

    assert "3: red\n" in output
    assert "ERROR" in output


def test_a_zero_budget_is_refused():
    result = CliRunner().invoke(condense, ["--budget-tokens", "0"], input="x")

    assert result.exit_code == 2
    assert "--budget-tokens" in result.output


class _Endless(io.RawIOBase):
    """One line of many megabytes, made while it is read."""

    def __init__(self, megabytes: int) -> None:
        self.left = megabytes

    def read(self, size: int = -1) -> bytes:
        if not self.left:
            return b""
        self.left -= 1
        return b"x" * (1 << 20) if self.left else b"the end of it\nlast line"


def test_one_huge_line_is_never_held_whole():
    tracemalloc.start()
    blocks = list(_blocks(_Endless(64)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [block[-13:] for block in blocks] == ["the end of it", "last line"]
    assert peak < 16 << 20


def test_config_file_and_namespace_decide_what_is_redacted(tmp_path: Path) -> None:
    """As in `redact`: allowed values stay everywhere, a namespace's own rules count only there."""
    config = tmp_path / "bot.yaml"
    config.write_text(
        "redaction:\n"
        "  allow: ['build-[0-9]{4}']\n"
        "  namespaces:\n"
        "    - match: pay-*\n"
        "      rules: [{kind: badge, pattern: 'BADGE-\\d{6}', matches: [BADGE-004711], ignores: [BADGE-12]}]\n",
        encoding="utf-8",
    )
    text = "ERROR password=build-1234 refused BADGE-004711\n"

    general = run(text, "--config", str(config))
    inside = run(text, "--config", str(config), "-n", "pay-eu")

    assert text in general
    assert "build-1234" in inside
    assert "BADGE-004711" not in inside
    assert "[REDACTED:badge:" in inside
