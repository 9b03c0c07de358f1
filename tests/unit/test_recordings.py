"""The descriptions that `e2e.kube.record_cases` records: complete, distinct, and each with its recording."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from e2e.kube.cases import FORMS, Case, load_cases
from e2e.kube.record_cases import shows

SCENARIOS = Path(__file__).parents[1] / "scenarios"
CASES = load_cases()
POD = {
    "kind": "Pod",
    "metadata": {"name": "a", "creationTimestamp": "2026-11-21T12:00:00Z"},
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "a",
                "ready": False,
                "restartCount": 2,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
            }
        ],
    },
}
EVENT = {"kind": "Event", "reason": "Failed", "message": "no such image"}


def test_no_two_cases_share_a_namespace() -> None:
    """They run side by side; events of one must not be read as evidence of another."""
    assert [name for name, count in Counter(case.namespace for case in CASES).items() if count > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_is_recorded_with_the_answer_of_its_description(case: Case) -> None:
    recorded = yaml.safe_load((SCENARIOS / f"recorded-{case.name}" / "expected.yaml").read_text())

    assert case.form in FORMS
    assert recorded["verdict"] == case.expected["verdict"]
    assert recorded["cause"] == case.expected.get("cause", [])
    assert next(case.manifests())["kind"] == "Namespace"


@pytest.mark.parametrize(
    "wanted",
    [
        {"restarts": 2},
        {"last_reason": "OOMKilled"},
        {"exit_code": 137, "ready": False},
        {"waiting": ["ImagePullBackOff", "CrashLoopBackOff"]},
        {"event": "no such image", "phase": "Running"},
    ],
)
def test_a_state_that_is_there_is_seen(wanted: dict[str, object]) -> None:
    assert shows(wanted, [POD, EVENT])


@pytest.mark.parametrize(
    "wanted",
    [
        {"restarts": 3},
        {"last_reason": "Error"},
        {"exit_code": 1},
        {"waiting": "ImagePullBackOff"},
        {"event": "BackOff"},
        {"event": "no such image", "ready": True},
        {"pods": 2},
    ],
)
def test_a_state_that_is_not_there_is_waited_for(wanted: dict[str, object]) -> None:
    assert not shows(wanted, [POD, EVENT])
