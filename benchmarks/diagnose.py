"""Offline `diagnose` of a bundle with a 100,000-line log: seconds and peak memory of the whole process.

    .venv/bin/python benchmarks/diagnose.py [--lines 100000] [--runs 5]

The baseline of the same run is what anybody would type first, `grep -nE 'error|exception|fatal'`
over the same log, and Python reading the file line by line.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BOT = Path(sys.executable).with_name("incident-bot")
TARGET_S, TARGET_MB = 2.0, 200


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
    return log


def run(command: list[str]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return time.perf_counter() - started, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        log = write_case(folder, options.lines)
        diagnose = [str(BOT), "diagnose", str(folder), "--llm", "none", "--format", "json"]
        grep = ["grep", "-nEi", "error|exception|fatal", str(log)]
        read = [sys.executable, "-c", f"sum(1 for line in open({str(log)!r}))"]
        _, output = run(diagnose)
        seconds = [(run(diagnose)[0], run(grep)[0], run(read)[0]) for _ in range(options.runs)]
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        size_mb = log.stat().st_size / 1e6
    top = json.loads(output)["causes"][0]
    ours, grepped, python = (statistics.median(column) for column in zip(*seconds, strict=True))
    print(f"log: {options.lines:,} lines, {size_mb:.1f} MB; medians of {options.runs} runs")
    print(
        f"incident-bot diagnose  {ours:6.2f} s   (target < {TARGET_S} s)   peak {peak_mb:.0f} MB (target < {TARGET_MB} MB)"
    )
    print(f"grep -nEi              {grepped:6.2f} s   ours / grep {ours / grepped:.1f}")
    print(f"python, read lines     {python:6.2f} s   ours / read {ours / python:.1f}")
    print(f"top cause: {top['title']} ({top['citations'][0]['line'] if top['citations'] else 'no line'})")


if __name__ == "__main__":
    main()
