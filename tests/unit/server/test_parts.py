"""The receiver's small parts: its memory, its log lines, its credentials."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import pytest

from incident_bot.credentials import Credential
from incident_bot.dispatch import DispatchError, Trouble
from incident_bot.dispatch.circuit import FAILURES_TO_OPEN, Circuit
from incident_bot.errors import ConfigurationError
from incident_bot.server.json_log import JsonFormatter
from incident_bot.server.recent import MAX_DIGESTS, RecentMessages


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_recent_messages_are_forgotten_after_a_while() -> None:
    clock = Clock()
    recent = RecentMessages(60, clock)
    recent.note("a")

    seen = [recent.holds("a"), recent.holds("b")]
    clock.now += 60

    assert [1, None] == seen
    assert recent.holds("a") is None


def test_recent_messages_are_bounded() -> None:
    recent = RecentMessages(60, Clock())
    for number in range(MAX_DIGESTS + 50):
        recent.note(str(number))

    assert len(recent._taken) == MAX_DIGESTS
    assert recent.holds("0") is None
    assert recent.holds(str(MAX_DIGESTS + 49)) == 1


def test_zero_seconds_remember_nothing() -> None:
    recent = RecentMessages(0, Clock())
    recent.note("a")

    assert recent.holds("a") is None


def trouble(kind: Trouble, retry_after_s: float = 5.0) -> DispatchError:
    return DispatchError("made-up", trouble=kind, retry_after_s=retry_after_s)


def test_a_circuit_closes_again_by_itself() -> None:
    clock = Clock()
    circuit = Circuit("GitHub", clock)
    circuit.note_trouble(trouble(Trouble.BUSY, 30))
    with pytest.raises(DispatchError, match="GitHub is left alone for 30 s"):
        circuit.guard()

    clock.now += 30

    circuit.guard()


def test_lost_answers_open_it_only_in_a_row_and_for_ever_longer() -> None:
    clock = Clock()
    circuit = Circuit("GitHub", clock)
    for _ in range(3 * FAILURES_TO_OPEN):
        circuit.note_trouble(trouble(Trouble.LOST))
        circuit.guard()
        circuit.note_success()
    pauses = []
    for _ in range(FAILURES_TO_OPEN + 8):
        circuit.note_trouble(trouble(Trouble.LOST))
        left = circuit._open_until - clock.now
        if left > 0:
            pauses.append(left)
            clock.now += left

    assert pauses[:3] == [2, 4, 8]
    assert pauses[-1] == 60


def test_no_target_is_believed_to_want_more_than_an_hour() -> None:
    clock = Clock()
    circuit = Circuit("GitHub", clock)
    circuit.note_trouble(trouble(Trouble.BUSY, 10**9))

    clock.now += 3600

    circuit.guard()


def line(record: logging.LogRecord, formatter: JsonFormatter) -> dict[str, object]:
    text = formatter.format(record)
    assert "\n" not in text
    loaded: dict[str, object] = json.loads(text)
    return loaded


def test_a_log_line_is_one_json_object_with_its_fields() -> None:
    record = logging.LogRecord("incident_bot.server", logging.INFO, "", 0, "webhook", (), None)
    record.fields = {"status": 202}

    found = line(record, JsonFormatter(str))

    assert {"level": "info", "message": "webhook", "status": 202}.items() <= found.items()
    assert str(found["time"]).endswith("+00:00")


def test_what_came_from_outside_is_redacted_in_the_log() -> None:
    formatter = JsonFormatter(lambda text: text.replace("hunter2", "[REDACTED]"))
    try:
        int("password hunter2\nin two lines")
    except ValueError:
        trace = sys.exc_info()
    own = logging.LogRecord("incident_bot.x", logging.ERROR, "", 0, "not taken: %s", ("hunter2",), trace)
    library = logging.LogRecord("urllib3", logging.WARNING, "", 0, "retry hunter2", (), None)

    assert "hunter2" not in formatter.format(own)
    assert "hunter2" not in formatter.format(library)
    assert "ValueError" in str(line(own, formatter)["error"])


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match="GITHUB_TOKEN_FILE"):
        Credential("GITHUB_TOKEN", file=str(file)).read()


def test_a_mounted_secret_is_read_again_when_the_kubelet_swaps_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "token").write_text(f"value {name}")
    (tmp_path / "..data").symlink_to(tmp_path / "one")
    credential = Credential("X", file=str(tmp_path / "..data" / "token"))
    before = credential.read()
    (tmp_path / "..data_tmp").symlink_to(tmp_path / "two")
    (tmp_path / "..data_tmp").rename(tmp_path / "..data")

    assert (before, credential.read()) == ("value one", "value two")
