"""Any folder of kubectl output is evidence; whatever cannot be read is a gap."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from fakes.kubectl_text import recorded
from incident_bot.errors import UsageError
from incident_bot.evidence.bundle import read_bundle
from incident_bot.evidence.folder import Limits, TextFile, read_file, read_folder
from incident_bot.model import EvidenceKind, Gap, RawEvidence

K = EvidenceKind
LOG = "2026-11-20 08:00:00 INFO start\n2026-11-20 08:00:01 ERROR boom\n"
ALERT = {"version": "4", "groupKey": "{}", "status": "firing", "alerts": [{"labels": {"alertname": "A"}}]}


def read(folder: Path) -> tuple[RawEvidence, ...]:
    return read_bundle(folder).collected.items


def gaps_of(folder: Path) -> dict[str, str]:
    return {gap.what: gap.kind for gap in read_bundle(folder).collected.gaps}


def test_content_decides_the_kind_and_the_order(tmp_path: Path) -> None:
    """Names that lie, nested folders and odd endings: the ids follow kind, then name."""
    (tmp_path / "nested").mkdir()
    (tmp_path / "a.log").write_text(recorded("describe-pod.txt"))
    (tmp_path / "nested" / "b").write_text(LOG)
    (tmp_path / "c.yaml").write_text(recorded("events.txt"))
    (tmp_path / "d.out").write_text(json.dumps(ALERT))
    (tmp_path / "e.log").write_text(recorded("pods.txt"))
    (tmp_path / "notes.md").write_text("# What we know\n")
    (tmp_path / "f.txt").write_text(recorded("pods.json"))

    assert [
        ("E1", K.ALERT, "d.out"),
        ("E2", K.DESCRIBE, "a.log"),
        ("E3", K.OBJECT, "f.txt"),
        ("E4", K.EVENTS, "c.yaml"),
        ("E5", K.TABLE, "e.log"),
        ("E6", K.LOG, "nested/b"),
        ("E7", K.NOTE, "notes.md"),
    ] == [(item.id, item.kind, item.name) for item in read(tmp_path)]


def test_logs_get_their_container_from_the_pods_of_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "describe.txt").write_text(recorded("describe-pod.txt"))
    (tmp_path / "server-previous.log").write_text(LOG)
    (tmp_path / "fetch.log").write_text(LOG)
    content = read_bundle(tmp_path).collected
    pod = "api-7d9f8c6b5-x2k4q"

    assert [(pod, "fetch", False, "log of fetch"), (pod, "server", True, "log of server, previous run")] == [
        (item.pod, item.container, item.previous, item.source) for item in content.items if item.kind is K.LOG
    ]
    assert ("ml", "Deployment", "api", pod, "server") == (
        content.target.namespace, content.target.workload_kind, content.target.workload, content.target.pod,
        content.target.container,
    )  # fmt: skip


def test_with_logs_of_one_pod_only_the_pod_is_the_target(tmp_path: Path) -> None:
    (tmp_path / "web-7d9f8c6b5-x2k4q.log").write_text(LOG)

    assert "web-7d9f8c6b5-x2k4q" == read_bundle(tmp_path).collected.target.pod


def test_a_transcript_becomes_its_parts_with_the_lines_of_the_file(tmp_path: Path) -> None:
    text = (
        f"$ kubectl describe pod api\n{recorded('describe-pod.txt')}$ kubectl get events\n{recorded('events.txt')}"
        f"$ kubectl logs api-7d9f8c6b5-x2k4q -c server --previous\n{LOG}"
    )
    (tmp_path / "session.txt").write_text(text)
    outputs, log = read(tmp_path)
    lines = text.split("\n")

    assert (K.DESCRIBE, "session.txt", K.LOG, "session.txt") == (outputs.kind, outputs.name, log.kind, log.name)
    assert ("api-7d9f8c6b5-x2k4q", "server", True) == (log.pod, log.container, log.previous)
    for item in (outputs, log):
        shown = [(number, line) for number, line in enumerate(item.text.split("\n")) if line]
        assert shown == [(number, line) for number, line in shown if lines[number] == line]
    assert "boom" not in outputs.text
    assert "OOMKilled" not in log.text
    assert "OOMKilled" in outputs.text


def test_a_transcript_of_one_log_is_that_log(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(f"$ kubectl logs web-1 -c server\n{LOG}")

    assert [(K.LOG, "web-1", "server")] == [(item.kind, item.pod, item.container) for item in read(tmp_path)]


def test_an_error_of_kubectl_in_place_of_a_log_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "server.log").write_text("unable to retrieve container logs for containerd://0a1b\n")
    (tmp_path / "pods.txt").write_text(recorded("pods.txt"))

    assert [K.TABLE] == [item.kind for item in read(tmp_path)]
    assert {"server.log": "not-found"} == gaps_of(tmp_path)


def test_files_that_are_no_text_links_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    folder = tmp_path / "evidence"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("x")
    (folder / ".hidden").write_text("x")
    (folder / "core").write_bytes(b"\x7fELF" + bytes(100))
    (folder / "noise").write_bytes(bytes(range(8)) * 100)
    (folder / "link.txt").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)
    (folder / "empty.log").write_text("")
    (folder / "server.log").write_text(LOG)

    assert ["server.log"] == [item.name for item in read(folder)]
    assert {"core": "unsupported", "noise": "unsupported", "link.txt": "invalid"} == gaps_of(folder)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LOG.encode("utf-16"), id="UTF-16, as PowerShell redirects"),
        pytest.param(b"\xfe\xff" + LOG.encode("utf-16-be"), id="UTF-16, big endian"),
        pytest.param(b"\xef\xbb\xbf" + LOG.encode(), id="UTF-8 with a byte order mark"),
        pytest.param(gzip.compress(LOG.encode()), id="gzip, whatever its name"),
    ],
)
def test_other_encodings_of_the_same_text_are_the_same_text(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "server.log").write_bytes(data)

    assert [LOG] == [item.text for item in read(tmp_path)]


def test_bytes_that_are_no_utf_8_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "server.log").write_bytes(b"before \xff\xfe after\n" + LOG.encode())

    assert "before \ufffd\ufffd after" == read(tmp_path)[0].text.split("\n")[0]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_of_a_large_file_the_newest_lines_are_read_under_their_own_numbers(tmp_path: Path, packed: bool) -> None:
    lines = [f"line {number}" for number in range(1, 200_001)]
    data = "\n".join(lines).encode()
    path = tmp_path / "server.log"
    path.write_bytes(gzip.compress(data) if packed else data)
    found = read_file(path, "server.log", Limits(file_bytes=500_000))

    assert isinstance(found, TextFile)
    kept = found.text.split("\n")
    assert len(lines) == len(kept)
    first = next(number for number, line in enumerate(kept) if line)
    assert lines[first:] == kept[first:]
    assert f"lines 1 to {first}: only the newest" in found.cut
    assert 500_000 <= sum(len(line) + 1 for line in kept[first:]) < 800_000


def test_of_large_kubectl_output_the_beginning_is_read(tmp_path: Path) -> None:
    """A list that lost its end still gives its first objects; one that lost its beginning gives nothing."""
    path = tmp_path / "pods.json"
    path.write_text(recorded("pods.json"))
    found = read_file(path, "pods.json", Limits(file_bytes=8_000))

    assert isinstance(found, TextFile)
    assert recorded("pods.json").startswith(found.text)
    assert 7_000 < len(found.text) <= 8_000
    assert f"from line {found.text.count(chr(10)) + 1} on" in found.cut


def test_a_packed_file_that_never_ends_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "bomb.log"
    path.write_bytes(gzip.compress(b"zero\n" * 2_000_000))
    found = read_file(path, "bomb.log", Limits(file_bytes=100_000, unpacked_bytes=3_000_000))

    assert isinstance(found, TextFile)
    assert "unpacking stopped" in found.cut
    assert len(found.text) < 500_000


@pytest.mark.parametrize("data", [b"\x1f\x8b broken", gzip.compress(LOG.encode() * 1000)[:-20]])
def test_a_broken_archive_is_a_gap(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(data)
    found = read_file(path, "a.gz")

    assert isinstance(found, Gap)
    assert ("invalid", "a.gz") == (found.kind, found.what)


def test_a_folder_without_text_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it is empty"):
        read_bundle(tmp_path)
    (tmp_path / "core").write_bytes(b"\x7fELF" + bytes(100))
    with pytest.raises(UsageError, match="core: not text"):
        read_bundle(tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        read_bundle(tmp_path / "core")


@pytest.mark.parametrize("limits", [Limits(files=3), Limits(folder_bytes=3 * len(LOG))], ids=["files", "bytes"])
def test_a_folder_of_too_much_is_cut_with_a_gap(tmp_path: Path, limits: Limits) -> None:
    for number in range(5):
        (tmp_path / f"{number}.log").write_text(LOG)
    *files, gap = read_folder(tmp_path, limits)

    assert ["0.log", "1.log", "2.log"] == [file.name for file in files if isinstance(file, TextFile)]
    assert isinstance(gap, Gap)
    assert ("cut", True) == (gap.kind, "from 3.log on" in gap.reason)
