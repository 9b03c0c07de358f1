"""Speed and peak memory of `incident-bot condense` on a generated log of 24 pods, a quarter of it JSON.

Beside it, on the same file: the same without redaction, and `grep`. Processor time of the whole process is
what counts (the machine may be shared); growth is each size's seconds per megabyte against the smallest's.

Run: python -m benchmarks.condense.throughput --sizes-mb 1 10 100 1000
With --data FOLDER the log is made of that folder's CI logs, over and over with other numbers: few lines return.
With --log names no line returns at all: each has names of its own; with --log long each has 40,000 characters besides.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.condense.incidents import read_incidents
from incident_bot.condense import digest
from incident_bot.model import Evidence, EvidenceKind, SafeText

_WORDS = [
    "amber",
    "basil",
    "cedar",
    "daisy",
    "elder",
    "fennel",
    "ginger",
    "holly",
    "iris",
    "juniper",
    "kale",
    "lotus",
    "mint",
    "nettle",
    "olive",
    "poppy",
    "rue",
    "sage",
    "thyme",
    "vetch",
]
_START = datetime(2026, 3, 14, tzinfo=UTC)


def pod_lines(rng: random.Random) -> Iterator[str]:
    """An endless merged log: 24 pods, 25 % JSON with trace ids, a few thousand kinds of line."""
    pods = [
        f"shop-{_WORDS[number % 20]}-{rng.getrandbits(36):09x}-{_WORDS[number % 20][:3]}{number:02d}"
        for number in range(24)
    ]
    number = 0
    while True:
        number += 1
        pod = pods[rng.randrange(24)]
        at = (_START + timedelta(milliseconds=7 * number)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        one, two = _WORDS[rng.randrange(20)], _WORDS[rng.randrange(6)]
        if number % 4 == 0:
            body: dict[str, object] = {
                "ts": at,
                "level": "info",
                "logger": f"com.shop.{one}.{two}",
                "msg": f"{one} {two} stored",
                "trace_id": f"{rng.getrandbits(128):032x}",
            }
            body |= {
                "duration_ms": rng.randrange(900),
                "bytes": rng.randrange(10**6),
                "thread": f"exec-{rng.randrange(64)}",
                "path": f"/v1/{two}/{rng.randrange(10**6)}",
            }
            yield f"[pod/{pod}/app] {json.dumps(body)}"
        elif number % 50_000 == 1:
            yield f"[pod/{pod}/app] {at} ERROR [{one}] {two} replica {rng.randrange(9)} refused the write: term {number} is stale"
        else:
            yield (
                f"[pod/{pod}/app] {at} INFO  [worker-{rng.randrange(32)}] {one} request {rng.randrange(10**7)} for {two} answered 200 in "
                f"{rng.randrange(900)} ms, cache age {rng.randrange(10**5)} s, queue {rng.randrange(50)}, upstream 10.0.{rng.randrange(256)}.{rng.randrange(256)}:8080, "
                f"sent {rng.randrange(10**6)} bytes over connection {rng.randrange(10**5)} of pool {one}-{two} attempt {rng.randrange(3)} budget {rng.random():.4f} region eu-central zone b"
            )


def _word(rng: random.Random, letters: int) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=letters))


def name_lines(rng: random.Random) -> Iterator[str]:
    """A web server's log in which every line has names that no other line has."""
    number = 0
    while True:
        number += 1
        at = (_START + timedelta(milliseconds=100 * number)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        yield (
            f"{at} INFO  [http-{number % 16}] request from user {_word(rng, 9)} for /api/v1/{_word(rng, 6)}/{_word(rng, 8)} answered with 200 in "
            f"{rng.randrange(900)} ms, cache {_word(rng, 5)} region eu-central session {_word(rng, 20)} agent probe/{number % 7} sent "
            f"{rng.randrange(10**6)} bytes on connection {rng.randrange(10**5)} of the pool {_word(rng, 4)}"
        )


def long_lines(rng: random.Random) -> Iterator[str]:
    """JSON lines whose messages are payloads of forty thousand characters, each another."""
    vocabulary = [_word(rng, rng.randrange(3, 10)) for _ in range(4000)]
    number = 0
    while True:
        number += 1
        at = (_START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        payload = " ".join(rng.choices(vocabulary, k=5700))
        yield json.dumps({"time": at, "level": "info", "msg": f"payload {payload}", "n": number})


_NUMBER = re.compile(r"\d+")


def varied_lines(rng: random.Random, folder: Path) -> Iterator[str]:
    """The folder's CI logs one after the other, for ever, each time with other numbers in them."""
    logs = [incident.lines for incident in read_incidents(folder)]
    while True:
        for lines in logs:
            yield from _NUMBER.sub(lambda found: str(rng.getrandbits(30))[: len(found[0])], "\n".join(lines)).split(
                "\n"
            )


_LOGS = {"pods": pod_lines, "names": name_lines, "long": long_lines}


def write_log(path: Path, size_mb: float, source: Iterator[str]) -> int:
    room = int(size_mb * 1_000_000)
    count = 0
    with path.open("w", encoding="utf-8", errors="replace") as out:
        for line in source:
            out.write(line + "\n")
            count += 1
            room -= len(line) + 1
            if room <= 0:
                return count
    return count


_WITHOUT_REDACTION = """
import sys
from pathlib import Path
from incident_bot.cli.log_blocks import read_blocks, split_block
from incident_bot.condense import Condenser, render_text
condenser = Condenser()
for block in read_blocks(Path("-")):
    condenser.feed(split_block(block))
sys.stdout.write(render_text(condenser.excerpt(8000), budget_tokens=8000))
"""
COMMANDS = {
    "condense": [str(Path(sys.executable).with_name("incident-bot")), "condense", "--budget-tokens", "8000"],
    "no redaction": [sys.executable, "-c", _WITHOUT_REDACTION],
    "grep": ["grep", "-cEi", "error|exception|fatal"],
}


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock and on the processor, and peak resident megabytes, of one process."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def measure(command: Sequence[str], path: Path) -> Cost:
    started = time.perf_counter()
    # Not to /dev/null: grep notices, and stops at the first match.
    with path.open("rb") as log, tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdin=log, stdout=out)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and command[0] != "grep":  # which finds nothing in a calm log
        raise SystemExit(f"{command[0]} exited with {process.returncode}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def time_digest(lines: int) -> tuple[float, float, int]:
    """Megabytes, seconds and kept lines of `digest` over evidence in memory."""
    source = pod_lines(random.Random(5))
    text = tuple(SafeText(next(source)) for _ in range(lines))
    evidence = Evidence(id="E1", kind=EvidenceKind.LOG, name="log", source="log", lines=text)
    started = time.perf_counter()
    kept = len(digest(evidence).kept)
    return sum(map(len, text)) / 1e6, time.perf_counter() - started, kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes-mb", type=float, nargs="+", default=[1, 10, 25, 100, 1000])
    parser.add_argument("--data", type=Path, help="folder of CI logs as for benchmarks.condense.ci_logs")
    parser.add_argument("--log", choices=sorted(_LOGS), default="pods", help="what the generated log looks like")
    arguments = parser.parse_args()
    print(f"{'MB':>6}{'lines':>10}  {'command':<14}{'wall s':>8}{'cpu s':>8}{'MB/s':>8}{'growth':>8}{'peak MB':>9}")
    smallest: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size_mb in arguments.sizes_mb:
            path = Path(folder) / "pods.log"
            rng = random.Random(11)
            source = varied_lines(rng, arguments.data) if arguments.data else _LOGS[arguments.log](rng)
            lines = write_log(path, size_mb, source)
            for name, command in COMMANDS.items():
                cost = measure(command, path)
                growth = cost.cpu_s / size_mb / smallest.setdefault(name, cost.cpu_s / size_mb)
                print(
                    f"{size_mb:>6.0f}{lines:>10}  {name:<14}{cost.wall_s:>8.2f}{cost.cpu_s:>8.2f}{size_mb / cost.cpu_s:>8.1f}{growth:>8.2f}{cost.peak_mb:>9.0f}",
                    flush=True,
                )
            path.unlink()
    size_mb, seconds, kept = time_digest(100_000)
    print(f"digest of 100,000 lines ({size_mb:.0f} MB) in memory: {seconds:.2f} s, {kept} lines kept")


if __name__ == "__main__":
    main()
