"""What is left after a storm through the real Alertmanager and receiver (chain/storm.py): one issue an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e.chain.storm import KILL_POINTS, play_great_storm, play_storm_of_kills

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from e2e.chain.storm import Storm
    from e2e.conftest import Ledger

pytestmark = pytest.mark.e2e


def test_ten_thousand_alerts_in_a_storm_become_one_issue_an_incident(
    storms: Mapping[str, Future[Storm]], ledger: Ledger
) -> None:
    """500 groups of 20 alerts; none is lost and none is filed twice, whatever GitHub does."""
    with ledger.book("storm: 10,000 alerts, 500 groups, 30 % of calls fail") as entry:
        storm = storms[play_great_storm.__name__].result()
        entry.seconds, entry.calls = storm.worked_s, len(storm.front.seen)

        check_issues(storm, groups=500, pods=20)
        assert 0.25 < storm.failed_calls() / len(storm.front.seen) < 0.35
        assert storm.front.count("/dispatches$") > 500, "no dispatch failed"
        ledger.notes.append(
            f"storm: {storm.front.count('/dispatches$')} dispatches for 500 incidents, "
            f"{storm.failed_calls()} of {len(storm.front.seen)} calls failed, "
            f"{storm.filing.failed_runs} runs of the tracker failed and were run again"
        )


def test_a_receiver_that_is_killed_again_and_again_loses_nothing(
    storms: Mapping[str, Future[Storm]], ledger: Ledger
) -> None:
    """Killed with -9 at random points of a storm, and started again: every incident has one issue."""
    ledger.notes.append(f"storm: receiver killed after {KILL_POINTS} of 60 incidents were handed over")
    with ledger.book("storm: receiver killed five times, 60 groups") as entry:
        storm = storms[play_storm_of_kills.__name__].result()
        entry.seconds, entry.calls = storm.worked_s, len(storm.front.seen)

        check_issues(storm, groups=60, pods=2)


def check_issues(storm: Storm, groups: int, pods: int) -> None:
    """One open issue an incident, about all of its alerts, and none besides."""
    assert len(storm.dispatched()) == groups
    assert set(storm.open_issues()) == set(storm.dispatched())
    assert set(storm.open_issues().values()) == {1}
    assert all(f"{pods} alerts." in issue["body"] for issue in storm.model.open_issues())
