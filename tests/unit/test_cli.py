"""The command line: what it loads, how it fails, what its exit codes say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BOT = Path(sys.executable).with_name("incident-bot")
HEAVY = ("kubernetes", "google.genai", "github", "jinja2", "pydantic", "yaml", "requests", "httpx2")


def run(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": "/usr/bin:/bin", "HOME": str(cwd)}
    return subprocess.run(
        [BOT, *arguments], env=base | environ, cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_loads_no_library_but_click(arguments: list[str]) -> None:
    """`--help` at 3 a.m. must not wait for an SDK."""
    code = (
        "import sys\n"
        "from incident_bot.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("is_bundle", [False, True], ids=["plain files", "a bundle of ours"])
def test_an_offline_diagnosis_of_logs_loads_no_library_but_click(tmp_path: Path, *, is_bundle: bool) -> None:
    """Neither SDKs nor YAML nor the checks of a config file that is not there: they take longer than the diagnosis."""
    (tmp_path / "api.log").write_text("ERROR cannot open /etc/app.conf: permission denied\n")
    item = {"id": "E1", "kind": "log", "name": "api.log", "source": "log of api", "file": "api.log"}
    bundle = {"schema_version": 1, "key": "0" * 16, "alert": {"name": "A"}, "target": {"pod": "api-0"}, "items": [item]}
    if is_bundle:
        (tmp_path / "bundle.json").write_text(json.dumps(bundle))
    code = (
        "import sys\n"
        "from incident_bot.cli import main\n"
        f"try: main(['diagnose', {str(tmp_path)!r}, '--llm', 'none', '--format', 'json'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert done.stderr.splitlines()[-1] == "[]"
    assert json.loads(done.stdout)["verdict"]


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "message", "hint"),
    [
        pytest.param(["nonsense"], {}, 2, "No such command", "", id="unknown command"),
        pytest.param(["triage"], {}, 2, "which alert?", "hint: E.g.", id="no alert"),
        pytest.param(
            ["triage", "--alert-file", "no.json"], {}, 2, "cannot read alert file", "hint:", id="absent alert file"
        ),
        pytest.param(["triage", "--alert-name", "X", "--severity", "loud"], {}, 2, "loud", "", id="unknown severity"),
        pytest.param(
            ["triage", "--alert-name", "X", "--llm", "gpt"],
            {},
            2,
            "'gpt' is not one of",
            "",
            id="unknown model is no default",
        ),
        pytest.param(
            ["triage", "--alert-name", "X", "--pod", "a b;c"], {}, 2, "pod", "hint:", id="a pod name that cannot be one"
        ),
        pytest.param(
            ["triage", "--alert-name", "X", "--pod", "p", "--tracker", "github"],
            {},
            3,
            "GITHUB",
            "hint:",
            id="no GitHub token",
        ),
        pytest.param(
            ["diagnose", ".", "--config", "absent.yaml"], {}, 3, "cannot read config file", "hint:", id="absent config"
        ),
        pytest.param(["diagnose", "nowhere"], {}, 2, "nowhere", "hint:", id="absent folder"),
        pytest.param(["publish", "nothing.json"], {}, 2, "cannot read", "hint:", id="absent analysis"),
        pytest.param(
            ["triage", "--alert-name", "X", "--pod", "p", "--kubeconfig", "absent"],
            {},
            3,
            "kubeconfig",
            "hint:",
            id="absent kubeconfig",
        ),
    ],
)
def test_a_failure_has_its_exit_code_message_and_hint(
    tmp_path: Path, arguments: list[str], environ: dict[str, str], code: int, message: str, hint: str
) -> None:
    done = run(*arguments, cwd=tmp_path, **environ)

    assert code == done.returncode, done.stderr
    assert message in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_error_messages_are_redacted(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    done = run("triage", "--alert-name", "X", "--pod", f"token={secret}", cwd=tmp_path)

    assert done.returncode == 2
    assert secret not in done.stderr


def test_an_alert_on_the_ignore_list_is_nothing_to_do(tmp_path: Path) -> None:
    alert = {"labels": {"alertname": "Watchdog"}, "status": "firing"}
    (tmp_path / "webhook.json").write_text(json.dumps({"version": "4", "status": "firing", "alerts": [alert]}))

    done = run("triage", "--alert-file", "webhook.json", "--tracker", "folder", cwd=tmp_path)

    assert done.returncode == 0
    assert "nothing to do" in done.stderr
    assert not (tmp_path / ".incident-bot/issues").exists()


def test_an_unreachable_cluster_still_files_an_issue_that_says_so(tmp_path: Path) -> None:
    """Promise 1: what cannot be read is a gap, printed with its remedy."""
    (tmp_path / "kubeconfig").write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
        "clusters: [{name: k, cluster: {server: 'https://127.0.0.1:9'}}]\n"
        "users: [{name: u, user: {token: t}}]\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n"
    )
    alert = ["--alert-name", "PodDown", "--namespace", "ml", "--pod", "web-0", "--kubeconfig", "kubeconfig"]

    done = run("triage", *alert, "--tracker", "folder", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    (issue,) = (tmp_path / ".incident-bot/issues").glob("*.md")
    text = issue.read_text()
    assert "Not read" in text
    assert "refuses connections" in text
    assert "GEMINI_API_KEY" in text

    required = run("triage", *alert, "--tracker", "folder", "--require-evidence", cwd=tmp_path)
    assert required.returncode == 4
    required = run("triage", *alert, "--tracker", "folder", "--require-llm", cwd=tmp_path)
    assert required.returncode == 5


def test_inside_actions_a_wrong_kubeconfig_still_gets_the_alert_its_issue(tmp_path: Path) -> None:
    """A rotated secret must not turn an alert into a red run that nobody reads."""
    event = {"inputs": {"alert_name": "PodDown", "namespace": "ml", "pod_name": "web-0", "severity": "critical"}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    environ = {"GITHUB_EVENT_PATH": "event.json", "GITHUB_EVENT_NAME": "workflow_dispatch"}

    collected = run(
        "collect", "--out", "bundle", cwd=tmp_path, INCIDENT_BOT_KUBECONFIG_DATA="not a kubeconfig", **environ
    )
    diagnosed = run("diagnose", "bundle", "--out", "analysis.json", cwd=tmp_path)
    published = run("publish", "analysis.json", "--tracker", "folder", cwd=tmp_path)

    assert (0, 0, 0) == (collected.returncode, diagnosed.returncode, published.returncode), collected.stderr
    assert "::warning::" in collected.stderr
    (issue,) = (tmp_path / ".incident-bot/issues").glob("*.md")
    assert "kubeconfig" in issue.read_text()


def test_the_three_steps_make_the_same_issue_as_triage(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case/web-0.log").write_text("INFO start\nTraceback (most recent call last):\nKeyError: 'MODEL_DIR'\n")

    first = run("diagnose", "case", "--llm", "none", "--out", "analysis.json", "--format", "json", cwd=tmp_path)
    second = run("publish", "analysis.json", "--tracker", "folder", cwd=tmp_path)
    third = run("publish", "analysis.json", "--tracker", "folder", cwd=tmp_path)

    assert (first.returncode, second.returncode, third.returncode) == (0, 0, 0), second.stderr
    top = json.loads(first.stdout)["causes"][0]
    assert any("KeyError" in citation["quote"] for citation in top["citations"])
    assert top["citations"][0]["evidence"] == "web-0.log"
    assert "created" in second.stdout
    assert len(list((tmp_path / ".incident-bot/issues").glob("*.md"))) == 1


def test_github_out_of_reach_keeps_the_report_and_says_how_to_file_it(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case/web-0.log").write_text("INFO start\nERROR cannot open /models/v7/config.json: no such file\n")
    environ = {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "a/b", "GITHUB_API_URL": "http://127.0.0.1:9"}

    done = run("triage", "--bundle", "case", "--llm", "none", "--tracker", "github", cwd=tmp_path, **environ)

    assert done.returncode == 6, done.stderr
    (kept,) = (tmp_path / ".incident-bot/reports").glob("*.json")
    assert f"incident-bot publish {kept.relative_to(tmp_path)}" in done.stderr
    again = run("publish", str(kept), "--tracker", "folder", cwd=tmp_path)
    assert again.returncode == 0, again.stderr


def test_the_demo_files_one_issue_and_updates_it(tmp_path: Path) -> None:
    first = run("demo", cwd=tmp_path)
    again = run("demo", cwd=tmp_path)

    for done in (first, again):
        assert done.returncode == 0, done.stderr
        assert "Created issue #1" in done.stdout
        assert "updated issue #1" in done.stdout
        assert "OOM" in done.stdout
    assert len(list((tmp_path / ".incident-bot/demo/issues").glob("*.md"))) == 1


def test_the_demo_empties_no_folder_that_it_did_not_make(tmp_path: Path) -> None:
    precious = tmp_path / "mine" / "precious.txt"
    precious.parent.mkdir()
    precious.write_text("x")

    done = run("demo", "--out", "mine", cwd=tmp_path)

    assert done.returncode == 2
    assert precious.exists()


@pytest.mark.parametrize(
    ("files", "arguments", "code", "words"),
    [
        ({}, ["diagnos", "case"], 2, "Did you mean 'diagnose'?"),
        ({"web.log": b"x\n"}, ["diagnose", "web.log"], 2, "web.log is a file\nhint: Put the file into a folder"),
        ({"case/x.bin": bytes(range(256)) * 20}, ["diagnose", "case"], 2, "x.bin: not text"),
        ({"a.json": b'{"a": 1}'}, ["triage", "--alert-file", "a.json"], 2, "error: a.json: names no alert"),
        ({"c.yaml": b"a: [b\n"}, ["diagnose", ".", "--config", "c.yaml"], 3, "c.yaml is not valid YAML: line 2, column 1"),
        ({"c.yaml": b"issue: 5\n"}, ["diagnose", ".", "--config", "c.yaml"], 3, "`issue`: expected a section with keys"),
        ({"c.yaml": b"- 1\n"}, ["diagnose", ".", "--config", "c.yaml"], 3, "hint: E.g. `issue:`"),
        ({"r/x.yaml": b"a: [b\n"}, ["rules", "test", "--rules-dir", "r"], 3, "x.yaml: not YAML: line 2"),
        ({}, ["rules", "list", "--category", "disk"], 2, "'storage'"),
        ({"case/a.log": b"x\n"}, ["triage", "--alert-name", "X", "--tracker", "github", "--bundle", "case"], 3, "--dry-run"),
    ],
    ids=lambda value: "-".join(value)[:40] if isinstance(value, list) else "",
)  # fmt: skip
def test_bad_input_is_named_with_its_remedy(
    tmp_path: Path, files: dict[str, bytes], arguments: list[str], code: int, words: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    done = run(*arguments, cwd=tmp_path)

    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
