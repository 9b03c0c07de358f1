"""The README is followed to the letter: its commands run as they stand, its settings are the workflow's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WORKFLOW = ROOT / ".github/workflows/ai-log-analysis.yml"

KUBECTL = """#!/bin/sh
case "$*" in
"describe pod web-0")
    printf 'Name:             web-0\\nNamespace:        shop\\nStatus:           Running\\nContainers:\\n  web:\\n'
    printf '    State:          Waiting\\n      Reason:       CrashLoopBackOff\\n    Last State:     Terminated\\n'
    printf '      Reason:       Error\\n      Exit Code:    1\\n    Ready:          False\\n    Restart Count:  7\\n' ;;
"get events")
    printf 'LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\\n'
    printf '2m          Warning   BackOff   pod/web-0   Back-off restarting failed container web in pod web-0_shop\\n' ;;
"logs web-0" | "logs web-0 --previous")
    echo '2026-11-28T04:00:00Z ERROR dial tcp 10.0.0.5:5432: connect: connection refused' ;;
*) exit 1 ;;
esac
"""
"""A cluster in which the README's pod crashes; it knows no other question."""


def section(title: str) -> str:
    return re.split(rf"(?m)^## {re.escape(title)}$", README)[1].split("\n## ")[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a new user stands: a checkout with its `.venv`, and a kubectl."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/incident-bot").symlink_to(Path(sys.executable).with_name("incident-bot"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/kubectl").write_text(KUBECTL, encoding="utf-8")
    (tmp_path / "bin/kubectl").chmod(0o755)
    return tmp_path


def follow(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{folder / 'bin'}:{os.defpath}", "HOME": str(folder)}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_its_commands_work_as_they_stand(folder: Path) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", section("On your own machine"), re.DOTALL)
    # The one command that needs a cluster has suites of its own.
    script = re.sub(r"(?m)^incident-bot triage .*\n", "", block)
    assert script != block

    done = follow(script, folder)

    assert done.returncode == 0, done.stderr
    assert "FAILURE: web is refused by 10.0.0.5:5432" in done.stdout
    assert "1: 2026-11-28T04:00:00Z ERROR dial tcp" in done.stdout
    assert "redact: 1 line, 0 values replaced" in done.stderr


def test_without_a_cluster_its_first_command_says_what_to_set(folder: Path) -> None:
    (command,) = re.findall(r"(?m)^incident-bot triage .*$", section("On your own machine"))

    done = follow(f'export PATH="$PWD/.venv/bin:$PATH"; {command}', folder)

    assert done.returncode == 3, done.stderr
    assert "KUBECONFIG" in done.stderr


def test_the_install_names_what_the_workflow_reads() -> None:
    steps = section("Install it in your repository in five minutes")
    workflow = WORKFLOW.read_text(encoding="utf-8")
    names = set(re.findall(r"`([A-Z][A-Z_]{5,})`", steps))

    assert names == {"INCIDENT_BOT_PACKAGE", "KUBECONFIG_DATA", "GEMINI_API_KEY"}
    assert "vars.INCIDENT_BOT_PACKAGE" in workflow
    assert set(re.findall(r"\bsecrets\.([A-Z_]+)", workflow)) == names - {"INCIDENT_BOT_PACKAGE"}
    assert f"*{yaml.safe_load(workflow)['name']}*" in steps


def test_every_variable_of_the_workflow_is_documented() -> None:
    documented = (ROOT / "docs/workflow.md").read_text(encoding="utf-8")
    read = set(re.findall(r"\b(?:vars|secrets)\.([A-Z_]+)", WORKFLOW.read_text(encoding="utf-8")))

    assert not {name for name in read if f"`{name}`" not in documented}
