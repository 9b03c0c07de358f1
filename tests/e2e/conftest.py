"""The chain's fixtures, and the table that `make e2e` ends with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from e2e.chain.chance import SEED

_LEDGER = pytest.StashKey["Ledger"]()


@dataclass
class Entry:
    """One row of the table."""

    scenario: str
    result: str
    seconds: float
    calls: int | None


@dataclass
class Ledger:
    """What each scenario came to."""

    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def book(self, scenario: str, calls: Callable[[], int] | None = None) -> Iterator[Entry]:
        """Book the block under a name, with the number of API calls counted at its end where they can be told.

        A block that looks at what was done before sets the entry's `seconds` to what that took.
        """
        entry, started = Entry(scenario, "FAILED", 0.0, None), time.monotonic()
        self.entries.append(entry)
        try:
            yield entry
            entry.result = "ok"
        finally:
            entry.seconds = entry.seconds or time.monotonic() - started
            if calls:
                entry.calls = calls()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_LEDGER] = Ledger()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The cleanup test starts a node of its own, so it goes before the shared one; the chain goes before
    the scenarios, whose pods crash beside everything that follows."""
    order = {"test_node_cleanup": 0, "test_node_kind": 0, "test_chain": 1, "test_stories": 2}
    items.sort(key=lambda item: order.get(item.path.stem, 3))


@pytest.fixture(scope="session")
def ledger(pytestconfig: pytest.Config) -> Ledger:
    """Where tests book what the table shows."""
    return pytestconfig.stash[_LEDGER]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, when there is something to show."""
    booked = config.stash[_LEDGER]
    if not booked.entries:
        return
    width = max(len(entry.scenario) for entry in booked.entries)
    terminalreporter.section("scenarios")
    terminalreporter.write_line(f"{'scenario':{width}}  result  seconds  API calls")
    for entry in booked.entries:
        calls = "" if entry.calls is None else entry.calls
        terminalreporter.write_line(f"{entry.scenario:{width}}  {entry.result:6}  {entry.seconds:7.1f}  {calls:>9}")
    terminalreporter.write_line(f"random points: INCIDENT_BOT_E2E_SEED={SEED} repeats them")
    for note in booked.notes:
        terminalreporter.write_line(note)
