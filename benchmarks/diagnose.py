"""Offline `diagnose` of a bundle with a 100,000-line log, and what its parts take.

    .venv/bin/python benchmarks/diagnose.py [--lines 100000] [--runs 5]

Processor seconds of whole processes (the machine may be shared) and peak memory. The baselines of the same
run are what anybody would type first, `grep -nE 'error|exception|fatal'` over the same log, and Python
reading the file line by line. Then, in a process of their own: loading the rules (baseline: reading the
index they come from as JSON), and facts and rules on the digests of 30 pods (baseline: one regular
expression of alarming words over the same digests). Last, a storm: the same command on a log of as many lines
that are all errors, of 3,000 kinds that are told apart, each full of words that complaints look for.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

BOT = Path(sys.executable).with_name("incident-bot")
TARGET_S, TARGET_MB = 1.3, 200


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


def write_storm(folder: Path, lines: int, kinds: int = 3000) -> None:
    """A pod whose log holds nothing but errors, of many kinds."""
    random_words = random.Random(3)

    def name() -> str:
        return "".join(random_words.choice("bcdfglmnprstvz") + random_words.choice("aeiou") for _syllable in range(4))

    said = [
        f"ERROR [{name()}] failed to {random_words.choice(_TRIED)} the {name()}: {random_words.choice(_WHY)} while "
        f"handling error in {name()} for {name()} retry failed"
        for _kind in range(kinds)
    ]
    with (folder / "api-7d9f8c6b5d-x2k4q.server.log").open("w", encoding="utf-8") as stream:
        for number in range(lines):
            at = f"2026-11-21T02:{number // 6000 % 60:02d}:{number // 100 % 60:02d}.{number % 1000:03d}Z"
            stream.write(f"{at} {random_words.choice(said)} {number}\n")
    write_pod(folder)


_PARTS = """
import json, re, sys, time
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from incident_bot import condense, diagnosis, pipeline
from incident_bot.redaction import Redactor
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "one"
        folder.mkdir()
        log = write_case(folder, options.lines)
        diagnose = [str(BOT), "diagnose", str(folder), "--llm", "none", "--format", "json"]
        grep = ["grep", "-nEi", "error|exception|fatal", str(log)]
        read = [sys.executable, "-c", f"sum(1 for line in open({str(log)!r}))"]
        _, peak_mb, output = run(diagnose)
        seconds = [(run(diagnose)[0], run(grep)[0], run(read)[0]) for _ in range(options.runs)]
        size_mb = log.stat().st_size / 1e6
        storm = Path(scratch) / "storm"
        storm.mkdir()
        write_storm(storm, options.lines)
        stormy = [BOT, "diagnose", storm, "--llm", "none", "--format", "json"]
        storm_s = statistics.median(run([str(part) for part in stormy])[0] for _ in range(options.runs))
        fleet = Path(scratch) / "fleet"
        fleet.mkdir()
        write_pods(fleet, 30)
        parts = [json.loads(run([sys.executable, "-c", _PARTS, str(fleet)])[2]) for _ in range(options.runs)]
    top = json.loads(output)["causes"][0]
    ours, grepped, python = (statistics.median(column) for column in zip(*seconds, strict=True))
    load_ms, plain_ms, rules_ms, search_ms = (statistics.median(part[n] for part in parts) for n in range(4))
    print(f"log: {options.lines:,} lines, {size_mb:.1f} MB; processor time, medians of {options.runs} runs")
    print(
        f"incident-bot diagnose  {ours:6.2f} s   (target < {TARGET_S} s)   peak {peak_mb:.0f} MB (target < {TARGET_MB} MB)"
    )
    print(f"grep -nEi              {grepped:6.2f} s   ours / grep {ours / grepped:.1f}")
    print(f"python, read lines     {python:6.2f} s   ours / read {ours / python:.1f}")
    print(f"top cause: {top['title']} ({top['citations'][0]['line'] if top['citations'] else 'no line'})")
    print(
        f"loading the rules      {load_ms:6.0f} ms  (target < 50 ms)   the index as JSON {plain_ms:.0f} ms, ratio {load_ms / plain_ms:.1f}"
    )
    print(
        f"facts and rules        {rules_ms:6.0f} ms  (target < 100 ms, {parts[0][4]} pods)   one expression over the digests {search_ms:.1f} ms, ratio {rules_ms / search_ms:.0f}"
    )
    print(f"top cause: {parts[0][5]}")
    print(f"storm of errors        {storm_s:6.2f} s   storm / ordinary log {storm_s / ours:.1f}")


if __name__ == "__main__":
    main()
