"""The workflows: least privilege, credentials kept apart, and no untrusted text where it would run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from incident_bot.cli.menu import bot
from incident_bot.intake import read_github_event

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
ACTIONS = sorted(ROOT.glob(".github/actions/*/action.yml"))
PRODUCT = ROOT / ".github/workflows/ai-log-analysis.yml"

_EXPRESSION = re.compile(r"\$\{\{(.+?)\}\}", re.DOTALL)


def load(path: Path) -> dict[Any, Any]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def triggers(workflow: dict[Any, Any]) -> dict[str, Any]:
    """YAML 1.1 reads the key `on` as true."""
    found = workflow[True]
    assert isinstance(found, dict)
    return found


def steps_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    loaded = load(path)
    for name, job in loaded.get("jobs", {}).items():
        for step in job.get("steps", ()):
            yield name, step
    for step in loaded.get("runs", {}).get("steps", ()):
        yield "composite", step


def expressions(value: object) -> set[str]:
    return {found.strip() for found in _EXPRESSION.findall(yaml.safe_dump(value, width=10**6))}


def secrets_of(step: dict[str, Any]) -> set[str]:
    return {
        name
        for text in expressions(step)
        for name in re.findall(r"secrets\.(\w+)|(github\.token)", text)
        for name in name
        if name
    }


every_file = pytest.mark.parametrize(
    "path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.parent.name + "/" + path.name
)
every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


@every_file
def test_no_expression_stands_inside_a_script(path: Path) -> None:
    """`${{ }}` is pasted before the shell reads the script: values go through env and are quoted."""
    for _, step in steps_of(path):
        assert not expressions(step.get("run", "")), step
        assert not expressions(step.get("with", {}).get("script", "")), step


@every_file
def test_variables_are_quoted_in_scripts(path: Path) -> None:
    """shellcheck knows the shell; where it is not installed, actionlint's run in CI does."""
    program = Path(sysconfig.get_path("scripts")) / "shellcheck"
    if not program.exists():
        pytest.skip("shellcheck is in the dependency group ci")
    for _, step in steps_of(path):
        if script := step.get("run"):
            checked = subprocess.run(
                [program, "--shell=bash", "-"], input=script, text=True, capture_output=True, check=False
            )
            assert checked.returncode == 0, checked.stdout


@every_file
def test_actions_are_pinned_to_commits_with_their_tag(path: Path) -> None:
    uses = re.findall(
        r"uses: (.+)",
        "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")),
    )

    assert all(re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use) for use in uses), uses


def test_one_commit_an_action() -> None:
    pins: dict[str, set[str]] = {}
    for path in (*WORKFLOWS, *ACTIONS):
        for action, commit in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", path.read_text(encoding="utf-8")):
            pins.setdefault(action, set()).add(commit)

    assert all(len(commits) == 1 for commits in pins.values()), pins


def test_one_version_of_uv_everywhere() -> None:
    """Dependabot does not see it: four files install the same one."""
    files = (ROOT / "Makefile", ROOT / "Dockerfile", PRODUCT, *ACTIONS)
    pins = {
        path.name: re.findall(r"(?:uv==|UV_VERSION:=|UV_VERSION :?= ?|UV_VERSION: \")(\d+\.\d+\.\d+)", path.read_text())
        for path in files
    }

    assert all(len(versions) == 1 for versions in pins.values()), pins
    assert len({versions[0] for versions in pins.values()}) == 1, pins


@every_workflow
def test_nothing_is_allowed_unless_a_job_says_so(path: Path) -> None:
    workflow = load(path)

    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert "permissions" in job, name
        assert job["timeout-minutes"] <= 60, name


@every_workflow
def test_checkouts_leave_no_token_behind(path: Path) -> None:
    for _, step in steps_of(path):
        if "actions/checkout@" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_each_job_of_the_product_may_do_one_thing() -> None:
    permissions = {name: job["permissions"] for name, job in load(PRODUCT)["jobs"].items()}

    assert permissions == {
        "collect": {"contents": "read", "id-token": "write"},
        "diagnose": {"contents": "read"},
        "publish": {"contents": "read", "issues": "write"},
    }


def test_each_credential_reaches_one_step() -> None:
    holders = [(job, step["name"], secrets_of(step)) for job, step in steps_of(PRODUCT) if secrets_of(step)]

    assert holders == [
        ("collect", "Collect", {"KUBECONFIG_DATA"}),
        ("diagnose", "Diagnose", {"GEMINI_API_KEY"}),
        ("publish", "Publish", {"github.token"}),
    ]
    workflow = load(PRODUCT)
    outside_steps = {"env": workflow["env"], "jobs": [job.get("env") for job in workflow["jobs"].values()]}
    assert "secrets" not in str(outside_steps)


def test_untrusted_text_stays_out_of_expressions_that_act() -> None:
    """Payloads may name the run and group runs; elsewhere they are read from the event file by our code."""
    workflow = load(PRODUCT)
    assert "client_payload" in workflow["concurrency"]["group"]
    del workflow["concurrency"], workflow["run-name"]

    assert "client_payload" not in str(workflow)
    assert "github.event" not in str(workflow)


def test_runs_of_one_incident_wait_for_each_other() -> None:
    concurrency = load(PRODUCT)["concurrency"]

    assert concurrency["cancel-in-progress"] is False
    assert concurrency["group"].rstrip().endswith("|| github.run_id }}")


def test_the_inputs_of_the_form_are_the_fields_that_intake_reads() -> None:
    form = triggers(load(PRODUCT))["workflow_dispatch"]["inputs"]
    call = triggers(load(PRODUCT))["workflow_call"]["inputs"]
    values = {"alert_name": "A", "severity": "critical", "workload": "deployment/api", "dry_run": "true"}
    inputs = {name: values.get(name, name.replace("_", "-")) for name in form}

    (incident,) = read_github_event("workflow_dispatch", {"inputs": inputs})

    assert {*form, "package"} == set(call)
    assert form["severity"]["options"] == ["critical", "warning", "info"]
    assert incident.alert.severity == "critical"
    target = incident.target
    assert (target.pod, target.namespace, target.container, target.cluster, target.workload) == (
        "pod-name",
        "namespace",
        "container",
        "cluster",
        "api",
    )


def test_the_dispatch_type_is_the_one_that_alertmanager_sends() -> None:
    example = yaml.safe_load((ROOT / "alerts/alertmanager.direct.yaml").read_text(encoding="utf-8"))
    sent = example["receivers"][1]["webhook_configs"][0]["payload"]["event_type"]

    assert triggers(load(PRODUCT))["repository_dispatch"]["types"] == [sent]


@every_file
def test_commands_and_options_exist(path: Path) -> None:
    """A renamed option must not be found out by the first alert."""
    for _, step in steps_of(path):
        for line in re.findall(r"(?m)^\s*(?:incident-bot|\"\$BOT\") (\w.*)", step.get("run", "")):
            name, *words = line.split()
            command = bot.get_command(click.Context(bot), name)
            assert command is not None, line
            known = {option for parameter in command.params for option in parameter.opts}
            used = {word for word in words if word.startswith("--")}
            used |= set(re.findall(r"(?<=\s)--[a-z-]+", step["run"])) if "set -- " in step["run"] else set()
            assert used <= known, used - known


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("actionlint", ["-shellcheck=", *WORKFLOWS]),
        ("zizmor", ["--offline", "--no-progress", "--quiet", ROOT / ".github"]),
        ("check-jsonschema", ["--builtin-schema", "vendor.github-workflows", *WORKFLOWS]),
        ("check-jsonschema", ["--builtin-schema", "vendor.github-actions", *ACTIONS]),
    ],
)
def test_linters_find_nothing(program: str, arguments: list[object]) -> None:
    found = shutil.which(program, path=sysconfig.get_path("scripts"))
    if found is None:
        pytest.skip(f"{program} is in the dependency group ci")

    checked = subprocess.run([found, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)

    assert checked.returncode == 0, checked.stdout + checked.stderr
