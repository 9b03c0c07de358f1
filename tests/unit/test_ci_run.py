"""`.ci/run` names every part that ran, and fails when one of them fails or cannot be set up."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = (ROOT / ".ci/run").read_text(encoding="utf-8")
PARTS = {target: name for name, target in re.findall(r'(?m)^part "([^"]+)" make ([\w-]+)', RUN)}


def run(folder: Path, failing: str) -> tuple[int, dict[str, str]]:
    """The exit code and the table, with a `make` of which one target fails."""
    make = folder / "make"
    make.write_text(f'#!/bin/sh\n[ "$1" != "{failing}" ]\n', encoding="utf-8")
    make.chmod(0o755)
    done = subprocess.run(
        [ROOT / ".ci/run"],
        env={"PATH": f"{folder}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    table = re.findall(r"(?m)^(ok|FAILED) +(\S.*?) +\d+ s$", done.stdout.partition("=== parts")[2])
    return done.returncode, {name: result for result, name in table}


def test_when_all_is_well_every_part_is_named(tmp_path: Path) -> None:
    assert {"ci-tools", "test", "demo", "lint", "exam", "alerts", "e2e"} == set(PARTS)
    assert run(tmp_path, "nothing") == (0, dict.fromkeys(PARTS.values(), "ok"))


@pytest.mark.parametrize("target", PARTS)
def test_one_part_that_fails_fails_the_run_and_stops_no_other(tmp_path: Path, target: str) -> None:
    expected = dict.fromkeys(PARTS.values(), "ok") | {PARTS[target]: "FAILED"}

    assert run(tmp_path, target) == (1, expected)


def test_tests_that_need_programs_run_after_these_are_there_and_skip_nothing() -> None:
    order = list(PARTS)

    assert max(order.index("ci-tools"), order.index("alerts")) < order.index("test")
    assert "make test PYTEST_FLAGS=--no-skips" in RUN


def test_a_skipped_test_fails_where_nothing_may_be_skipped(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((ROOT / "tests/conftest.py").read_text(encoding="utf-8").replace("pytest_plugins", "_ours"))
    pytester.makepyfile(
        """
        import pytest

        def test_needs_a_program():
            pytest.skip("it is not here")

        @pytest.mark.covered_by_e2e
        def test_is_made_good_for():
            pytest.skip("it is not here")

        @pytest.mark.xfail
        def test_is_known_to_fail():
            assert False
        """
    )
    pytester.makeini("[pytest]\nmarkers = covered_by_e2e: x")

    pytester.runpytest_inprocess().assert_outcomes(skipped=2, xfailed=1)
    strict = pytester.runpytest_inprocess("--no-skips")
    strict.assert_outcomes(failed=1, skipped=1, xfailed=1)
    strict.stdout.fnmatch_lines(["*it is not here*"])
