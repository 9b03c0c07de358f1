"""Which pod a folder's case is about: the alert's, completed by what the folder shows of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from fakes.kubectl_text import recorded
from incident_bot.pipeline import gather_folder
from incident_bot.redaction import Redactor

if TYPE_CHECKING:
    from incident_bot.model import Target

WORST = "api-7d9f8c6b5-x2k4q"


def target_of(folder: Path, **labels: str) -> Target:
    """The target of a folder with one crash-looping, one evicted and one pending pod, and perhaps an alert."""
    (folder / "describe.txt").write_text(recorded("describe-pods.txt"))
    if labels:
        alert = {"status": "firing", "labels": {"alertname": "A", **labels}, "annotations": {}, "fingerprint": "0" * 16,
                 "startsAt": "2026-11-21T10:00:00Z", "endsAt": "0001-01-01T00:00:00Z"}  # fmt: skip
        (folder / "alert.json").write_text(json.dumps({"version": "4", "status": "firing", "alerts": [alert]}))
    return gather_folder(folder, Redactor(b"k" * 32)).incident.target


def test_without_an_alert_it_is_the_pod_that_fails_worst(tmp_path: Path) -> None:
    assert (WORST, "ml") == (target_of(tmp_path).pod, target_of(tmp_path).namespace)


def test_an_alert_about_another_pod_is_believed(tmp_path: Path) -> None:
    found = target_of(tmp_path, pod="waiting", namespace="ml")

    assert ("waiting", "", "") == (found.pod, found.container, found.node)


def test_an_alert_about_the_same_pod_is_completed(tmp_path: Path) -> None:
    found = target_of(tmp_path, pod=WORST, namespace="ml")

    assert ("server", "node-a") == (found.container, found.node)


def test_an_alert_that_names_only_the_namespace_gets_its_pod(tmp_path: Path) -> None:
    assert WORST == target_of(tmp_path, namespace="ml").pod


def test_an_alert_about_another_namespace_gets_nothing(tmp_path: Path) -> None:
    assert "" == target_of(tmp_path, namespace="shop").pod
