"""YAML is read alike where PyYAML came without libyaml, as a build from source may."""

from __future__ import annotations

import subprocess
import sys

import pytest

from incident_bot import kubectl

READ = """
import yaml, sys
from incident_bot import kubectl, libyaml
from incident_bot.model import EvidenceKind
if sys.argv[1] == "without":
    del yaml.CSafeLoader, yaml.CBaseLoader
(pod,) = kubectl.read_lines("E1", EvidenceKind.OBJECT, sys.stdin.read().split("\\n")).objects
print(pod.kind, pod.name, pod.lines)
print(libyaml.load("port: 80"), kubectl.load_alert("startsAt: 2026-05-01"))
"""
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web-0
spec:
  containers:
  - name: web
"""


def read(how: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", READ, how], input=POD, capture_output=True, text=True, check=True
    ).stdout


def test_a_pod_and_an_alert_are_read_without_libyaml() -> None:
    shown = read("without")

    assert shown == read("with")
    assert "Pod web-0" in shown
    assert "{'port': 80} {'startsAt': '2026-05-01'}" in shown


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 20_000, "a: [1"])
def test_what_is_no_alert_says_so(text: str) -> None:
    """Nesting deeper than Python's stack, too: `bundle.json` may call anything an alert."""
    with pytest.raises(ValueError, match=r"no alert|Expecting value"):
        kubectl.load_alert(text)
