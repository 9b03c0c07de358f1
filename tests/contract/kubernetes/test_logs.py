"""Logs that are huge, slow, cut, empty or no logs at all."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable

import pytest

from fakes.kube_api import (
    KubeApi,
    LogKey,
    hang_after,
    trickle,
)
from fakes.kube_collection import (
    LINES,
    LOG_PATH,
    POD,
    collect,
    gap_about,
    log_of,
)
from incident_bot.evidence.kubernetes.source import MAX_ALL_LOGS_BYTES
from incident_bot.model import EvidenceKind


def test_a_log_that_stops_in_the_middle_is_kept_and_said_to_be_incomplete(api: KubeApi) -> None:
    api.fail(LOG_PATH, hang_after(LINES))

    collected = collect(api, deadline_s=2.0)

    assert log_of(collected).text == LINES.decode()
    assert log_of(collected).cut.startswith("the newest lines: ")
    assert gap_about(collected, "the newest lines of the log of container app").kind == "timeout"


def test_a_log_too_long_for_the_time_is_asked_for_again_shorter(api: KubeApi) -> None:
    api.fail(LOG_PATH, trickle(b"old line\n", 0.05), times=1)

    collected = collect(api, deadline_s=2.0)

    assert log_of(collected).text == LINES[-len(log_of(collected).text) :].decode()
    assert log_of(collected).text.count("\n") == 2000
    assert log_of(collected).cut == "older lines: only the newest 2,000 were read"


def test_the_newest_bytes_of_a_huge_log_are_kept_in_bounded_memory(api: KubeApi) -> None:
    block = b"".join(b"2026-11-21T10:00:00Z INFO step %06d loss=0.1\n" % number for number in range(20_000))

    def stream() -> Iterable[bytes]:
        for _ in range(300_000_000 // len(block)):
            yield block
        yield b"FATAL the last line decides\n"

    api.logs[LogKey("api-0", "app")] = stream
    tracemalloc.start()

    collected = collect(api, log_bytes=8 * 1024 * 1024, deadline_s=120.0)

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    log = log_of(collected)
    assert log.text.endswith("FATAL the last line decides\n")
    assert log.text.startswith("2026-11-21T10:00:00Z INFO step ")
    assert len(log.text) <= 8 * 1024 * 1024
    assert log.cut.startswith("older lines: only the newest 8,388,608 of 299,")
    # Window, its join, its text, and the server's own block.
    assert peak_bytes < 40 * 1024 * 1024


def test_many_containers_share_one_budget(api: KubeApi) -> None:
    names = [f"worker-{number}" for number in range(16)]
    running = {"running": {"startedAt": "2026-11-21T10:00:00Z"}}
    api.objects[0] = {
        **POD,
        "spec": {"nodeName": "n1", "containers": [{"name": name} for name in names]},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": name, "restartCount": 0, "state": running} for name in names],
        },
    }
    block = b"0123456789abcdef" * 4095 + b"the end of a line\n"
    api.logs = {LogKey("api-0", name): lambda: (block for _ in range(64)) for name in names}

    collected = collect(api, log_bytes=8 * 1024 * 1024, deadline_s=120.0)

    logs = [item for item in collected.items if item.kind is EvidenceKind.LOG]
    assert [log.container for log in logs] == names
    assert all(log.text.endswith("the end of a line\n") and log.cut for log in logs)
    assert sum(len(log.text) for log in logs) <= MAX_ALL_LOGS_BYTES


def test_the_server_is_never_asked_to_limit_bytes(api: KubeApi) -> None:
    """With `limitBytes` a kubelet drops the newest lines, those of the crash."""
    collect(api, log_bytes=100)

    queries = [read.query for read in api.reads if read.resource == "pods/log"]
    assert queries
    assert all("limitBytes" not in query for query in queries)


def test_a_log_that_is_not_utf_8_is_read(api: KubeApi) -> None:
    api.logs[LogKey("api-0", "app")] = b"boot\nOOM \xff\xfe binary \x1b[31mred\n"

    assert log_of(collect(api)).text == "boot\nOOM \ufffd\ufffd binary \x1b[31mred\n"


@pytest.mark.parametrize(
    "text",
    [
        b"unable to retrieve container logs for containerd://0123456789abcdef",
        b'failed to try resolving symlinks in path "/var/log/pods/x/0.log": lstat: no such file or directory',
    ],
)
def test_what_a_kubelet_says_in_place_of_a_log_is_a_gap(api: KubeApi, text: bytes) -> None:
    api.logs[LogKey("api-0", "app")] = text

    collected = collect(api)

    assert not [item for item in collected.items if item.kind is EvidenceKind.LOG]
    assert gap_about(collected, "log of container app").reason == "the node no longer has this log"


def test_an_empty_log_is_a_gap(api: KubeApi) -> None:
    api.logs[LogKey("api-0", "app")] = b""

    assert "has written nothing" in gap_about(collect(api), "log of container app").reason
