"""A tracker over issues in memory, with a clock that tests move."""

from __future__ import annotations

import pytest

from fakes.clock import Clock
from fakes.issue_store import MemoryStore
from incident_bot.tracker.lifecycle import IssueLifecycle


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(now=clock)


@pytest.fixture
def tracker(store: MemoryStore, clock: Clock) -> IssueLifecycle:
    return IssueLifecycle(store, now=clock, sleep=clock.slept.append)
