"""Promise 3, whole: secrets planted in every kind of evidence, the whole job run, everything that left searched.

One test for each exit of every command that reads evidence; the whole job runs once, from files, from a cluster and
as a step of a workflow, whose log is public in a public repository.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from fakes.gemini import FakeGemini, answer, triage_answer
from fakes.github_server import REPOSITORY, TOKEN, GithubModel, github
from fakes.kube_api import KubeApi, LogKey, refuse
from fakes.log_shapes import log_shaped_samples
from fakes.secret_samples import Sample, provider_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

BOT = Path(sys.executable).with_name("incident-bot")
GEMINI_KEY = "A" + "Q.test-key-of-this-run-0123456789abcdefghijklmnop"


def samples() -> list[Sample]:
    """Fifty kinds, one each: provider formats and secrets that only a log's words give away."""
    one_a_kind: dict[str, Sample] = {}
    for sample in [*log_shaped_samples(11, per_shape=1), *provider_samples(11, per_recipe=1)]:
        if len(sample.secret) >= 8:
            one_a_kind.setdefault(sample.kind, sample)
    return list(one_a_kind.values())[:60]


def log_of(texts: list[str]) -> str:
    return "".join(
        f"2026-11-21T02:00:00Z INFO started\n{text}\n2026-11-21T02:00:01Z ERROR it failed\n" for text in texts
    )


def encoded_again(planted: list[Sample]) -> Iterator[str]:
    """The secrets once more, in base64 in the middle of a longer text: nothing but the value itself tells what they are."""
    for sample in planted:
        # A padded value is known with its padding.
        if len(sample.secret) >= 20 and sample.secret.isascii() and f"{sample.secret}=" not in sample.text:
            yield f"2026-11-21T02:00:02Z ERROR rejected payload {base64.b64encode(f'v1 {sample.secret} end'.encode()).decode()}\n"


def write_evidence(folder: Path, planted: list[Sample]) -> None:
    """Every sample stands in one file; the files are of every form that a bundle may hold."""
    texts = [sample.text for sample in planted]
    single = [text for text in texts if "\n" not in text]
    alert = {
        "version": "4",
        "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "ApiDown", "namespace": "shop", "pod": "api-0", "severity": "critical"},
                "annotations": {
                    "summary": single[0],
                    "description": single[1],
                    "runbook_url": "https://runbooks.example/a",
                },
                "startsAt": "2026-11-21T02:00:00Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "fingerprint": "0123456789abcdef",
            }
        ],
    }
    (folder / "alert.json").write_text(json.dumps(alert, indent=1))
    (folder / "pod.txt").write_text(
        "Name:             api-0\nNamespace:        shop\nNode:             node-a/10.0.0.1\nStatus:           Running\n"
        "Containers:\n  server:\n    Image:          registry.example/api:1\n    State:          Waiting\n"
        "      Reason:       CrashLoopBackOff\n    Last State:     Terminated\n      Reason:       Error\n"
        "      Exit Code:    1\n    Ready:          False\n    Restart Count:  7\n    Environment:\n"
        + "".join(f"      SETTING_{number}:  {text}\n" for number, text in enumerate(single[2:12]))
        + "Conditions:\n  Type              Status\n  Ready             False\n"
    )
    (folder / "events.txt").write_text(
        "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n"
        + "".join(
            f"{number}s          Warning   BackOff   pod/api-0   {text}\n" for number, text in enumerate(single[12:20])
        )
    )
    rest = [text for text in texts if text not in single[:20]]
    half = len(rest) // 2
    for name, block in (("api-0.server.log", rest[:half]), ("api-0.server.previous.log", rest[half:])):
        (folder / name).write_text(log_of(block) + "".join(encoded_again(planted)))
    (folder / "note.md").write_text("# Notes of the engineer on call\n\nI tried " + single[20] + "\n")


def make_cluster(planted: list[Sample]) -> KubeApi:
    """A crash-looping pod whose object, events and logs hold every sample."""
    texts = [sample.text for sample in planted]
    meta = {"name": "api-0", "namespace": "shop", "uid": "11111111-2222-4333-8444-555555555555"}
    ended = {"exitCode": 1, "reason": "Error", "message": texts[0], "finishedAt": "2026-11-21T02:00:00Z"}
    pod = {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {**meta, "annotations": {f"example.com/note-{number}": text for number, text in enumerate(texts)}},
        "spec": {
            "containers": [
                {
                    "name": "server",
                    "image": "registry.example/api:1",
                    "args": texts[1:9],
                    "env": [{"name": f"SETTING_{number}", "value": text} for number, text in enumerate(texts)],
                }
            ]
        },
        "status": {
            "phase": "Running",
            "message": texts[9],
            "containerStatuses": [
                {
                    "name": "server",
                    "image": "registry.example/api:1",
                    "imageID": "",
                    "ready": False,
                    "restartCount": 7,
                    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": texts[10]}},
                    "lastState": {"terminated": ended},
                }
            ],
        },
    }
    events = [
        {
            "kind": "Event",
            "apiVersion": "v1",
            "metadata": {"name": f"api-0.{number}", "namespace": "shop"},
            "involvedObject": {"kind": "Pod", "name": "api-0", "namespace": "shop", "uid": meta["uid"]},
            "type": "Warning",
            "reason": "BackOff",
            "message": text,
            "lastTimestamp": "2026-11-21T02:00:00Z",
        }
        for number, text in enumerate(texts[11:30])
    ]
    half = len(texts) // 2
    logs = {
        LogKey("api-0", "server", previous): "".join(f"{text}\nERROR it failed\n" for text in block).encode()
        for previous, block in ((False, texts[:half]), (True, texts[half:]))
    }
    return KubeApi(objects=[pod, *events], logs=dict(logs))


def variants(value: str) -> Iterator[str]:
    """The value raw, URL-encoded, and in base64 at each of the three alignments (their common middle)."""
    yield value
    yield quote(value, safe="")
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + value.encode()).decode().rstrip("=")
        yield encoded[4:-4] if len(encoded) > 16 else encoded


def run_as_job(folder: Path, planted: list[Sample], cluster: KubeApi) -> dict[str, str]:
    """The environment of a workflow run whose event carries secrets, and whose cluster names one when it refuses."""
    single = [sample.text for sample in planted if "\n" not in sample.text]
    labels = {"alertname": "ApiDown", "namespace": "shop", "pod": "api-0"}
    annotations = {"summary": single[3], "description": single[4], "note": single[5]}
    alert = {"status": "firing", "labels": labels, "annotations": annotations, "startsAt": "2026-11-21T02:00:00Z"}
    message = {"version": "4", "status": "firing", "alerts": [alert], "generatorURL": single[6]}
    event = folder / "event.json"
    event.write_text(json.dumps({"action": "production-alert", "client_payload": {"alertmanager": message}}))
    cluster.fail("/events", refuse(403, f"events is forbidden: {single[7]}"))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "repository_dispatch",
        "GITHUB_EVENT_PATH": str(event),
        "INCIDENT_BOT_KUBECONFIG_DATA": cluster.kubeconfig(),
    }


EXITS = (
    "prompt", "issue", "comment", "labels", "analysis", "kept report", "issue folder", "job summary",
    "stdout of triage", "stderr of triage", "stdout of diagnose", "stderr of diagnose",
    "bundle", "stdout of collect", "stderr of collect", "job log", "history", "stdout of publish", "stderr of publish",
    "scenario", "stdout of eval", "stderr of eval", "stdout of redact", "stderr of redact", "stdout of condense", "stderr of condense",
)  # fmt: skip


@pytest.fixture(scope="module")
def planted() -> list[Sample]:
    return samples()


@dataclass
class Job:
    """One whole job as a user runs it, and everything that left the process on the way, by exit."""

    folder: Path
    environ: dict[str, str]
    exits: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [BOT, *arguments],
            env=self.environ | more,
            input=stdin,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.add(f"stdout of {arguments[0]}", done.stdout)
        self.add(f"stderr of {arguments[0]}", done.stderr)
        assert done.returncode in {0, 6}, done.stderr
        return done

    def add(self, name: str, text: str) -> None:
        self.exits[name] = self.exits.get(name, "") + text


def run_on_evidence(job: Job, evidence: Path, out: Path, planted: list[Sample]) -> None:
    """Every command that reads a folder or a stream."""
    job.run("triage", "--bundle", str(evidence), "--tracker", "github")
    job.run("diagnose", str(evidence), "--llm", "gemini", "--out", str(out / "analysis.json"), "--format", "json")
    job.run("diagnose", str(evidence), "--llm", "none", "--format", "text")
    job.run("publish", str(out / "analysis.json"), "--tracker", "github")
    job.run("eval", "record", str(evidence), "--out", str(out / "scenarios"))
    whole = log_of([sample.text for sample in planted]) + "".join(encoded_again(planted))
    job.run("redact", stdin=whole)
    job.run("condense", "--budget-tokens", "8000", stdin=whole)
    triage = ("triage", "--bundle", str(evidence), "--llm", "none")
    job.run(*triage, "--dry-run", "--format", "json")
    job.run(*triage, "--tracker", "folder", "--tracker-dir", str(out / "issues"))
    job.run(*triage, "--tracker", "github", "--out", str(out), GITHUB_TOKEN="refused")
    job.run(*triage, "--tracker", "github")


def run_on_cluster(job: Job, out: Path, planted: list[Sample]) -> None:
    """Every command that reads a cluster, by hand and within GitHub Actions."""
    cluster = make_cluster(planted)
    about = ("--alert-name", "ApiDown", "--namespace", "shop", "--pod", "api-0")
    collect = ("collect", "--out", str(out / "bundle"))
    with cluster.serve():
        job.run(*collect, *about, INCIDENT_BOT_KUBECONFIG_DATA=cluster.kubeconfig())
        job.run("diagnose", str(out / "bundle"), "--llm", "none", "--format", "markdown")
        in_actions = run_as_job(job.folder, planted, cluster)
        for arguments in (("triage", "--llm", "none", "--tracker", "console"), collect):
            done = job.run(*arguments, **in_actions)
            job.add("job log", done.stdout + done.stderr)


def read_files(job: Job, out: Path) -> None:
    """What lies on the disk afterwards."""
    job.add("job summary", (job.folder / "summary.md").read_text())
    known = {"analysis.json": "analysis", "issues": "issue folder", "bundle": "bundle", "scenarios": "scenario"}
    for path in sorted(out.rglob("*")):
        if path.is_file():
            job.add(known.get(path.relative_to(out).parts[0], "kept report"), path.read_text())


@pytest.fixture(scope="module")
def exits(tmp_path_factory: pytest.TempPathFactory, planted: list[Sample]) -> dict[str, str]:
    """Everything that left the process in one whole job, by exit."""
    tmp_path = tmp_path_factory.mktemp("job")
    evidence, out = tmp_path / "evidence", tmp_path / "out"
    evidence.mkdir()
    write_evidence(evidence, planted)
    model = GithubModel()
    with FakeGemini() as gemini, github(model) as api_url:
        # A model that repeats what it read, as models do: its answer is an exit, too.
        echo = " ".join(sample.text.replace("\n", " ") for sample in planted[:5])
        gemini.enqueue(answer(triage_answer(summary=f"It fails. {echo}", impact=echo)), answer(triage_answer()))
        environ = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": api_url,
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "GEMINI_API_KEY": GEMINI_KEY,
            "GOOGLE_GEMINI_BASE_URL": gemini.url,
        }
        job = Job(tmp_path, environ)
        run_on_evidence(job, evidence, out, planted)
        run_on_cluster(job, out, planted)
        job.add("prompt", json.dumps([request.body for request in gemini.requests], ensure_ascii=False))
        for name, stored in (("issue", model.issues), ("comment", model.comments), ("labels", model.labels)):
            job.add(name, json.dumps(stored, ensure_ascii=False))
        job.add("history", "\n".join(model.sent))
        assert len(gemini.requests) == 2, "the model was not asked: " + job.exits["stderr of triage"]
    assert len(model.open_issues()) == 1
    read_files(job, out)
    return job.exits


def test_fifty_kinds_are_planted(planted: list[Sample]) -> None:
    assert len(planted) >= 50


def test_no_exit_is_unknown(exits: dict[str, str]) -> None:
    """A new exit must be named here, so that it is searched."""
    assert set(exits) == set(EXITS)


@pytest.mark.parametrize("name", EXITS)
def test_nothing_planted_leaves(name: str, exits: dict[str, str], planted: list[Sample]) -> None:
    """Raw, URL-encoded or in base64."""
    text = exits[name]
    leaks = [
        sample.kind
        for sample in planted
        for value in (sample.secret, *sample.also)
        if any(variant in text for variant in variants(value))
    ]

    assert [] == leaks
    assert GEMINI_KEY not in text


@pytest.mark.parametrize(
    "name",
    [
        "prompt",
        "issue",
        "analysis",
        "kept report",
        "issue folder",
        "stdout of triage",
        "bundle",
        "job log",
        "history",
        "scenario",
        "stdout of redact",
        "stdout of condense",
    ],
)
def test_what_was_taken_out_leaves_its_placeholder(name: str, exits: dict[str, str]) -> None:
    """The exits do carry the evidence in which the secrets stood: an empty exit would pass the test above."""
    assert "[REDACTED:" in exits[name]
