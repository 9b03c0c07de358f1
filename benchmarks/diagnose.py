"""What offline `diagnose` takes, each figure beside its target and a baseline of the same run.

    .venv/bin/python benchmarks/diagnose.py [--lines 100000] [--runs 5]

Processor time (the machine may be shared), medians, measured and baseline in turns. Whole processes: `diagnose`
of one line against a bare start of Python; of an ordinary log of 100,000 lines, and of a storm, as many lines that
are all errors, of 3,000 kinds that are told apart, each full of words that complaints look for; both against what
anybody would type first, `grep -nEi 'error|exception|fatal'` over the same log. Parts, in a process of their own:
loading the rules against reading their index as JSON; facts and rules on the digests of 30 pods against one regular
expression of alarming words over the same digests.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import incident_bot

BOT = Path(sys.executable).with_name("incident-bot")
MAX_MB = 200


def write_case(folder: Path, lines: int) -> Path:
    """A pod that dies because its database refuses it, said once in a long log of ordinary requests."""
    words = random.Random(7)
    paths = ["/v1/predict", "/v1/models", "/healthz", "/v1/embeddings", "/metrics"]
    log = folder / "api-7d9f8c6b5d-x2k4q.server.log"
    with log.open("w", encoding="utf-8") as stream:
        for number in range(lines):
            if number == lines * 2 // 3:
                stream.write(
                    '2026-11-21T02:00:00.000Z ERROR db pool: connection to "postgres.prod.svc:5432" failed: '
                    'FATAL: password authentication failed for user "api"\n'
                )
            stream.write(
                f"2026-11-21T02:{number // 6000 % 60:02d}:{number // 100 % 60:02d}.{number % 1000:03d}Z INFO http "
                f'request_id={words.getrandbits(64):016x} method=POST path="{words.choice(paths)}" status=200 '
                f"duration_ms={words.randint(2, 900)} bytes={words.randint(100, 90000)} "
                f'user_agent="client/{words.randint(1, 9)}.{words.randint(0, 20)}" upstream=10.0.{words.randint(0, 255)}.'
                f"{words.randint(0, 255)}:8080 cache=miss\n"
            )
    write_pod(folder)
    return log


def write_pod(folder: Path) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "api-7d9f8c6b5d-x2k4q", "namespace": "prod"},
        "spec": {"containers": [{"name": "server", "image": "registry.example/api:1"}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [
                {
                    "name": "server",
                    "ready": False,
                    "restartCount": 4,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"reason": "Error", "exitCode": 1}},
                }
            ],
        },
    }
    (folder / "pod.json").write_text(json.dumps(pod, indent=1))


_TRIED = ("connect", "read", "write", "open", "parse", "load", "send", "fetch", "resolve", "lock")
_WHY = (
    "connection refused", "timeout after", "permission denied", "no such file or directory", "invalid value",
    "unexpected end of input", "failed to commit", "not found", "was rejected", "cannot be decoded",
)  # fmt: skip


def write_storm(folder: Path, lines: int, kinds: int = 3000) -> Path:
    """A pod whose log holds nothing but errors, of many kinds."""
    random_words = random.Random(3)

    def name() -> str:
        return "".join(random_words.choice("bcdfglmnprstvz") + random_words.choice("aeiou") for _syllable in range(4))

    said = [
        f"ERROR [{name()}] failed to {random_words.choice(_TRIED)} the {name()}: {random_words.choice(_WHY)} while "
        f"handling error in {name()} for {name()} retry failed"
        for _kind in range(kinds)
    ]
    log = folder / "api-7d9f8c6b5d-x2k4q.server.log"
    with log.open("w", encoding="utf-8") as stream:
        for number in range(lines):
            at = f"2026-11-21T02:{number // 6000 % 60:02d}:{number // 100 % 60:02d}.{number % 1000:03d}Z"
            stream.write(f"{at} {random_words.choice(said)} {number}\n")
    write_pod(folder)
    return log


_PARTS = """
import gc, json, re, sys, time
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from incident_bot import condense, diagnosis, pipeline
from incident_bot.cli import COLLECT_EVERY
from incident_bot.redaction import Redactor
gc.set_threshold(COLLECT_EVERY)
def timed(work):
    began = time.process_time()
    result = work()
    return result, (time.process_time() - began) * 1000
index = resources.files("incident_bot.diagnosis").joinpath("rules", "index.json").read_bytes()
_, plain_ms = timed(lambda: json.loads(index))
rules, load_ms = timed(diagnosis.load_rules)
case = pipeline.gather_folder(Path(sys.argv[1]), Redactor(b"0" * 32))
digests = {item.id: condense.digest(item) for item in case.evidence if item.name.endswith(".log")}
found, rules_ms = timed(lambda: diagnosis.diagnose(case, digests=digests, rules=rules, now=datetime.now(UTC)))
words = re.compile("(?i)error|exception|fatal")
lines = [kept.text for digest in digests.values() for kept in digest.kept]
_, search_ms = timed(lambda: [line for line in lines if words.search(line)])
print(json.dumps([load_ms, plain_ms, rules_ms, search_ms, len(digests), found.causes[0].title if found.causes else ""]))
"""


def write_pods(folder: Path, pods: int) -> None:
    """Replicas of which the seventh may not connect, each with 2,000 lines."""
    for number in range(pods):
        one = folder / f"pod-{number}"
        one.mkdir()
        log = write_case(one, 2000)
        text = log.read_text()
        if number != 6:
            text = "".join(line for line in text.splitlines(keepends=True) if " ERROR " not in line)
        (folder / f"api-7d9f8c6b5d-x{number:02d}.server.log").write_text(text)
        pod = json.loads((one / "pod.json").read_text())
        pod["metadata"]["name"] = f"api-7d9f8c6b5d-x{number:02d}"
        if number != 6:
            pod["status"]["containerStatuses"][0] |= {
                "ready": True,
                "restartCount": 0,
                "state": {"running": {}},
                "lastState": {},
            }
        (folder / f"pod-{number}.json").write_text(json.dumps(pod))
        log.unlink()
        (one / "pod.json").unlink()
        one.rmdir()


def run(command: list[str]) -> tuple[float, float, str]:
    """Processor seconds, peak megabytes and output of a process."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read().decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table: medians of ours and of the baseline, in milliseconds."""

    name: str
    ours_ms: float
    target_ms: float
    baseline: str
    baseline_ms: float

    def __str__(self) -> str:
        """As printed."""
        ratio = self.ours_ms / self.baseline_ms
        return (
            f"{self.name:<34} {self.ours_ms:7.0f} ms  target < {self.target_ms:5.0f}"
            f"   {self.baseline:<28} {self.baseline_ms:7.1f} ms  ratio {ratio:5.1f}"
        )


def measure_process(name: str, folder: Path, target_ms: float, baseline: str, command: list[str], runs: int) -> Figure:
    """`diagnose` of a folder and a baseline command, in turns after one run that warms the caches."""
    diagnose = [str(BOT), "diagnose", str(folder), "--llm", "none", "--format", "json"]
    _, peak_mb, output = run(diagnose)
    pairs = [(run(diagnose)[0] * 1000, run(command)[0] * 1000) for _ in range(runs)]
    ours_ms, baseline_ms = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{name}: peak {peak_mb:.0f} MB (target < {MAX_MB}); {_top_cause(output)}")
    return Figure(name=name, ours_ms=ours_ms, target_ms=target_ms, baseline=baseline, baseline_ms=baseline_ms)


def _top_cause(output: str) -> str:
    found = json.loads(output)
    if not found["causes"]:
        return str(found["verdict"])
    top = found["causes"][0]
    return f"{top['title']} ({top['citations'][0]['line'] if top['citations'] else 'no line'})"


def measure_parts(folder: Path, runs: int) -> list[Figure]:
    """What loading the rules, and matching them, takes inside a process."""
    parts = [json.loads(run([sys.executable, "-c", _PARTS, str(folder)])[2]) for _ in range(runs)]
    load_ms, json_ms, rules_ms, search_ms = (statistics.median(part[number] for part in parts) for number in range(4))
    print(f"facts and rules of {parts[0][4]} pods: {parts[0][5]}")
    return [
        Figure(name="loading the rules", ours_ms=load_ms, target_ms=50, baseline="index as JSON", baseline_ms=json_ms),
        Figure(
            name="facts and rules of 30 pods",
            ours_ms=rules_ms,
            target_ms=100,
            baseline="one expression over digests",
            baseline_ms=search_ms,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    # Installed packages are byte-compiled; an editable checkout may not be, and compiling takes longer than a diagnosis.
    compileall.compile_dir(str(Path(incident_bot.__file__).parent), quiet=1)
    with tempfile.TemporaryDirectory() as scratch:
        line, ordinary, storm, fleet = folders = [
            Path(scratch) / name for name in ("line", "ordinary", "storm", "fleet")
        ]
        for folder in folders:
            folder.mkdir()
        (line / "api.log").write_text("ERROR cannot open /etc/api.conf: permission denied\n")
        write_pods(fleet, 30)
        bare = [sys.executable, "-c", "pass"]
        logs = {
            folder: write(folder, options.lines) for folder, write in ((ordinary, write_case), (storm, write_storm))
        }
        greps = {folder: ["grep", "-nEi", "error|exception|fatal", str(log)] for folder, log in logs.items()}
        figures = [
            measure_process("diagnose: one line (start-up)", line, 300, "python -c pass", bare, options.runs),
            measure_process("diagnose: ordinary log", ordinary, 1300, "grep -nEi", greps[ordinary], options.runs),
            measure_process("diagnose: storm of errors", storm, 2000, "grep -nEi", greps[storm], options.runs),
            *measure_parts(fleet, options.runs),
        ]
        size_mb = logs[ordinary].stat().st_size / 1e6
    start, whole = figures[0], figures[1]
    less = Figure(
        name="ordinary log without start-up",
        ours_ms=whole.ours_ms - start.ours_ms,
        target_ms=1000,
        baseline=whole.baseline,
        baseline_ms=whole.baseline_ms,
    )
    print(f"\n{options.lines:,} lines, {size_mb:.1f} MB; processor time, medians of {options.runs} runs")
    for figure in (start, whole, less, *figures[2:]):
        print(figure)


if __name__ == "__main__":
    main()
