"""The folder store: files people can read, edits they may make, kills and damage it must survive."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.drafts import KEY, draft
from incident_bot.errors import TrackerError
from incident_bot.model import FiledAction, SafeText
from incident_bot.tracker.folder import FolderStore
from incident_bot.tracker.lifecycle import IssueLifecycle


def now() -> datetime:
    return datetime(2026, 11, 21, 12, tzinfo=UTC)


def tracker(folder: Path) -> IssueLifecycle:
    return IssueLifecycle(FolderStore(folder, now=now), now=now, sleep=lambda _s: None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_files_are_named_for_people(tmp_path: Path) -> None:
    filed = tracker(tmp_path / "new" / "issues").file(draft())
    tracker(tmp_path / "new" / "issues").resolve(KEY, SafeText("It stopped."))

    stem = "0001-modelpodoomkilled-api"
    assert names(tmp_path / "new" / "issues") == [f"{stem}.comment-01.md", f"{stem}.json", f"{stem}.md"]
    assert filed.url == str(tmp_path / "new" / "issues" / f"{stem}.md")
    assert Path(filed.url).read_text(encoding="utf-8").startswith(draft().marker)


@pytest.mark.parametrize("title", ["", "../../etc/passwd", "ü" * 300, "a/b\\c\x00d", "-" * 500, "."])
def test_no_title_escapes_the_folder(tmp_path: Path, title: str) -> None:
    folder = tmp_path / "issues"

    tracker(folder).file(draft(title=title))

    assert {path.parent for path in tmp_path.rglob("*.md")} == {folder}
    assert tracker(folder).file(draft(title=title)).action is FiledAction.UNCHANGED


def test_a_body_edited_by_hand_is_what_counts(tmp_path: Path) -> None:
    path = Path(tracker(tmp_path).file(draft("- [ ] Roll back")).url)
    path.write_text(path.read_text(encoding="utf-8").replace("[ ]", "[x]"), encoding="utf-8")

    tracker(tmp_path).file(draft("- [ ] Roll back\n- [ ] Page"))

    assert "- [x] Roll back\n- [ ] Page" in path.read_text(encoding="utf-8")


def test_numbers_go_on_after_the_highest(tmp_path: Path) -> None:
    for key in ("a" * 16, "b" * 16, "c" * 16):
        tracker(tmp_path).file(draft(key=key, title=key))

    assert [name[:4] for name in names(tmp_path) if name.endswith(".json")] == ["0001", "0002", "0003"]


def test_a_body_without_its_json_is_no_issue(tmp_path: Path) -> None:
    """What a kill between the two files leaves: the number is used again."""
    tmp_path.joinpath("0001-left-by-a-kill.md").write_text(draft().body, encoding="utf-8")

    assert tracker(tmp_path).file(draft()).number == 1
    assert names(tmp_path) == ["0001-modelpodoomkilled-api.json", "0001-modelpodoomkilled-api.md"]


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    for name in ("README.md", "0001-notes.json.bak", "x-0001.json", "package.json"):
        tmp_path.joinpath(name).write_text("{}", encoding="utf-8")

    tracker(tmp_path).file(draft())

    assert {"README.md", "0001-notes.json.bak", "x-0001.json", "package.json"} < set(names(tmp_path))


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"number": "one"}', "\x00"])
def test_damage_is_named_and_not_written_over(tmp_path: Path, damage: str) -> None:
    tmp_path.joinpath("0001-broken.json").write_text(damage, encoding="utf-8")

    with pytest.raises(TrackerError, match=r"0001-broken\.json is damaged"):
        tracker(tmp_path).file(draft())


def test_a_folder_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("", encoding="utf-8")

    with pytest.raises(TrackerError, match="cannot use the issue folder") as caught:
        tracker(tmp_path / "file").file(draft())

    assert caught.value.hint


def test_parallel_incidents_get_numbers_of_their_own(tmp_path: Path) -> None:
    threads = [threading.Thread(target=lambda n=n: tracker(tmp_path).file(draft(key=f"{n:016x}"))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [int(name[:4]) for name in names(tmp_path) if name.endswith(".json")] == list(range(1, 13))


WRITER = """
import sys, itertools
from datetime import UTC, datetime
from pathlib import Path
from fakes.drafts import draft
from incident_bot.tracker.folder import FolderStore
from incident_bot.tracker.lifecycle import IssueLifecycle

now = lambda: datetime.now(UTC)
tracker = IssueLifecycle(FolderStore(Path(sys.argv[1]), now=now), now=now, sleep=lambda _s: None)
print("ready", flush=True)
for n in itertools.count():
    tracker.file(draft(f"Report {n}. " + "x" * 20_000))
"""


def test_a_writer_killed_at_any_moment_leaves_whole_files_and_no_lock(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "issues")],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.05))
        child.send_signal(signal.SIGKILL)
        child.communicate()

        filed = tracker(tmp_path / "issues").file(draft("The last report."))
        body = Path(filed.url).read_text(encoding="utf-8")
        assert filed.number == 1
        assert "The last report." in body
        assert body.rstrip().endswith("<!-- incident-bot:end -->")
