"""How fast `incident-bot redact` filters varied logs: processor time of the whole command, start-up included, and by the clock.

    .venv/bin/python benchmarks/redact/speed.py --logs DIR [--beside CHECKOUT]

Prints MB/s of processor time with the `fast` extra and without it, in brackets those by the clock, and of another checkout
in the same run if one is given: on a machine that others use, only the ratio of the first holds. DIR holds gzip-compressed logs, read as one.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from varied_logs import KINDS, varied_log

ROOT = Path(__file__).parents[2]
START = "from incident_bot.cli import main; main(['redact'])"
WITHOUT_EXTRA = "import sys; sys.modules['hyperscan'] = None; " + START
"""A module that is None cannot be imported, as if it were not installed."""


def seconds(checkout: Path, program: str, log: Path) -> tuple[float, float]:
    """User and system time of one run, and its time by the clock, with compiled modules, as an installed package has them."""
    began = time.perf_counter()
    with log.open("rb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=stream,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": ""},
            cwd=checkout,
        )
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"redact failed in {checkout}: status {status}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began


def logs(folder: Path | None, size: int) -> Iterator[tuple[str, bytes]]:
    if folder:
        joined = b"".join(gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.gz")))
        yield "CI logs", joined[:size]
    for kind in KINDS:
        yield kind, varied_log(kind, size).encode()


def main() -> None:
    """Prints one row for each kind of log."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--logs", type=Path, default=os.environ.get("INCIDENT_BOT_BENCH_LOGS"))
    parser.add_argument("--megabytes", type=int, default=25)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the fastest counts")
    parser.add_argument("--beside", type=Path, help="another checkout to run in turns with this one")
    options = parser.parse_args()
    programs = {"with extra": (ROOT, START), "without": (ROOT, WITHOUT_EXTRA)}
    if options.beside:
        programs["beside"] = (options.beside, START)
    print(f"{'':30}" + "".join(f"{name:>16}" for name in programs) + "   MB/s (by the clock)")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        log.write_bytes(b"x\n")
        rows = [("start-up, ms", 0, log.read_bytes())]
        rows += [
            (kind, len(raw), raw) for kind, raw in logs(options.logs and Path(options.logs), options.megabytes * 10**6)
        ]
        for kind, size, raw in rows:
            log.write_bytes(raw)
            took = dict.fromkeys(programs, (1000000000.0, 1000000000.0))
            for _ in range(options.runs):
                for name, (checkout, program) in programs.items():
                    cpu, clock = seconds(checkout, program, log)
                    took[name] = min(took[name][0], cpu), min(took[name][1], clock)
            shown = [[size / 1e6 / each if size else 1000 * each for each in pair] for pair in took.values()]
            print(f"{kind:30}" + "".join(f"{cpu:8.1f} ({clock:5.1f})" for cpu, clock in shown), flush=True)


if __name__ == "__main__":
    main()
