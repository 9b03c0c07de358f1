"""How long `incident-bot --help` takes against a bare `python -c pass`: the target is at most 4 times.

    .venv/bin/python benchmarks/startup.py [--runs 40]

Pairs, alternating, medians: the machine's own drift cancels out.
"""

from __future__ import annotations

import argparse
import compileall
import statistics
import subprocess
import sys
import time
from pathlib import Path

import incident_bot

BOT = Path(sys.executable).with_name("incident-bot")


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    # Installed packages are byte-compiled; an editable checkout may not be.
    compileall.compile_dir(str(Path(incident_bot.__file__).parent), quiet=1)
    bare, bot = [sys.executable, "-c", "pass"], [str(BOT), "--help"]
    timed(bare), timed(bot)
    pairs = [(timed(bare), timed(bot)) for _ in range(runs)]
    bare_ms = statistics.median(pair[0] for pair in pairs) * 1000
    bot_ms = statistics.median(pair[1] for pair in pairs) * 1000
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(f"python -c pass       {bare_ms:6.1f} ms (median of {runs})")
    print(f"incident-bot --help  {bot_ms:6.1f} ms")
    print(f"ratio                {ratio:6.2f}    (target <= 4)")


if __name__ == "__main__":
    main()
