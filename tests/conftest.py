"""Fixtures for every suite; those that start real servers do so only when a test asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = ["pytester", "e2e.kube.fixtures", "e2e.chain.fixtures", "e2e.chain.storm", "e2e.pods.fixtures"]

# How long one example takes says nothing about the code: tests run on busy machines too.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a test that is skipped has failed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where `.ci/run` has set up every program, a skipped test is one that nobody runs."""
    report = yield
    may_skip = item.get_closest_marker("covered_by_e2e") or hasattr(report, "wasxfail")
    if report.skipped and not may_skip and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"skipped: {report.longrepr[2]}"
    return report
