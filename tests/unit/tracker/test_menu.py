"""The menu of trackers and the console."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.drafts import KEY, draft
from incident_bot.config import IssueConfig
from incident_bot.errors import ConfigurationError
from incident_bot.model import FiledAction, SafeText
from incident_bot.tracker import TRACKERS, TrackerOptions, open_tracker


def options(**fields: object) -> TrackerOptions:
    return TrackerOptions(
        now=lambda: datetime(2026, 11, 21, tzinfo=UTC), stream=io.StringIO(), config=IssueConfig(), **fields
    )  # type: ignore[arg-type]  # a test gives the fields of one tracker


def test_every_tracker_opens(tmp_path: Path) -> None:
    for name in TRACKERS:
        assert open_tracker(name, options(repository="a/b", token="t", folder=tmp_path))


def test_an_unknown_tracker_is_refused_with_the_menu() -> None:
    with pytest.raises(ConfigurationError, match="jira") as caught:
        open_tracker("jira", options())

    assert "github, folder, console" in caught.value.hint


def test_the_folder_tracker_files(tmp_path: Path) -> None:
    filed = open_tracker("folder", options(folder=tmp_path)).file(draft())

    assert Path(filed.url).is_file()


def test_the_console_shows_what_would_be_filed() -> None:
    chosen = options()
    tracker = open_tracker("console", chosen)

    assert tracker.file(draft()).action is FiledAction.CREATED
    assert tracker.resolve(KEY, SafeText("It stopped.")).action is FiledAction.RESOLVED
    shown = chosen.stream.getvalue()  # type: ignore[attr-defined]
    assert "# [PRODUCTION ALERT] ModelPodOOMKilled - api" in shown
    assert "Labels: production-alert, ai-analysis, critical, cause/resources" in shown
    assert "The memory limit is too small." in shown
    assert f"Comment for incident {KEY}:\n\nIt stopped." in shown


def test_the_token_does_not_show_in_a_repr() -> None:
    assert "hidden-value" not in repr(options(token="hidden-value"))


def test_importing_the_trackers_imports_no_sdk() -> None:
    code = "import sys, incident_bot.tracker; sys.exit('github' in sys.modules or 'requests' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
