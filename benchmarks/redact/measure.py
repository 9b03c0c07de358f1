"""Recall, cost and speed of the redactor beside six naive regexes.

    .venv/bin/python benchmarks/redact/measure.py --logs DIR

DIR holds gzip-compressed logs and `labels.jsonl` (`log`, `decisive`: the lines that matter); it may also
come from INCIDENT_BOT_BENCH_LOGS. Without it the cost is not measured. Nothing of it is copied.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from fakes.benign_lines import benign_lines
from fakes.blind_samples import blind_samples
from fakes.hostile_texts import hostile_texts
from fakes.log_shapes import log_shaped_samples
from fakes.secret_samples import Sample, provider_samples
from incident_bot.redaction import Redactor

NAIVE = [
    re.compile(r"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key)[\"']?\s*[:=]\s*[\"']?[^\s\"']+"),
    re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL),
    re.compile(r"(?i)bearer\s+[\w.~+/-]+=*"),
    re.compile(r"://[^\s:/@]+:[^\s/@]+@"),
    re.compile(
        r"\b(?:AKIA[A-Z0-9]{16}|gh[pousr]_\w{36}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}|sk-\w{20,}|glpat-[\w-]{20})"
    ),
]

Redact = Callable[[str], str]


def ours(text: str) -> str:
    return Redactor(b"benchmark").redact(text)


def naive(text: str) -> str:
    for pattern in NAIVE:
        text = pattern.sub(lambda match: "[REDACTED]" + "\n" * match[0].count("\n"), text)
    return text


def recall(samples: Iterable[Sample], redact: Redact) -> float:
    found = [not sample.leaks(redact(sample.text)) for sample in samples]
    return 100 * sum(found) / len(found)


def read_logs(folder: Path) -> list[tuple[str, set[str]]]:
    logs = []
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        with gzip.open(folder / label["log"], "rt", encoding="utf-8", errors="replace", newline="\n") as stream:
            logs.append((stream.read(), {" ".join(text.split()) for text in label["decisive"]}))
    return logs


def cost(logs: list[tuple[str, set[str]]], redact: Redact) -> tuple[float, float]:
    """Per cent of decisive and of all lines that were touched."""
    decisive = decisive_touched = lines = touched = 0
    colour = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
    for text, labels in logs:
        for before, after in zip(text.split("\n"), redact(text).split("\n"), strict=True):
            lines += 1
            touched += before != after
            if " ".join(colour.sub("", before).split()) in labels:
                decisive += 1
                decisive_touched += before != after
    return 100 * decisive_touched / max(1, decisive), 100 * touched / lines


def touched(lines: list[str], redact: Redact) -> int:
    return sum(before != after for before, after in zip(lines, redact("\n".join(lines)).split("\n"), strict=True))


def pod_log(size: int) -> str:
    """Benign lines of a pod's log, seeded."""
    rng = random.Random(7)
    lines, total = [], 0
    while total < size:
        ident = f"{rng.getrandbits(128):032x}"
        line = rng.choice([
            f'{{"ts":"2026-11-20T10:{rng.randrange(60):02}:{rng.randrange(60):02}Z","level":"info","trace_id":"{ident}","msg":"handled request","path":"/v1/items/{rng.randrange(10**6)}","status":200,"ms":{rng.randrange(900)}}}',
            f"2026-11-20 10:{rng.randrange(60):02}:{rng.randrange(60):02},{rng.randrange(1000):03} INFO  [worker-{rng.randrange(16)}] com.example.batch.ShardReader - read shard {rng.randrange(10**4)} of model weights in {rng.randrange(5000)} ms, queue depth {rng.randrange(200)}",
            f"I1120 10:{rng.randrange(60):02}:{rng.randrange(60):02}.{rng.randrange(10**6):06} 1 reconciler.go:{rng.randrange(900)}] reconciled pod model-server-{rng.getrandbits(40):010x}-x2x7k uid={ident[:8]} tokens={rng.randrange(4096)} generation={rng.randrange(90)}",
        ])  # fmt: skip
        lines.append(line)
        total += len(line) + 1
    return "\n".join(lines)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--logs", type=Path, default=os.environ.get("INCIDENT_BOT_BENCH_LOGS"))
    parser.add_argument("--megabytes", type=int, default=25)
    parser.add_argument("--hostile", type=int, default=20, help="how many of the slowest hostile texts are shown")
    options = parser.parse_args()
    logs = read_logs(Path(options.logs)) if options.logs else []
    text = pod_log(options.megabytes * 1_000_000)
    ours("")
    print(f"{'':34}{'ours':>10}{'six regexes':>14}")
    generators = (
        ("provider recall %", provider_samples),
        ("log-shaped recall %", log_shaped_samples),
        ("shapes written blind, recall %", blind_samples),
    )
    for name, make in generators:
        print(f"{name:34}{recall(make(11), ours):10.2f}{recall(make(11), naive):14.2f}")
    lookalikes = [line for _, line in benign_lines(11)]
    shares = [100 * touched(lookalikes, redact) / len(lookalikes) for redact in (ours, naive)]
    print(f"{'lookalike lines touched %':34}{shares[0]:10.2f}{shares[1]:14.2f}")
    if logs:
        for name, pair in zip(
            ("decisive lines touched %", "lines touched %"),
            zip(cost(logs, ours), cost(logs, naive), strict=True),
            strict=True,
        ):
            print(f"{name:34}{pair[0]:10.2f}{pair[1]:14.2f}")
        joined = "\n".join(log for log, _ in logs)
        print(
            f"{'CI logs, MB/s':34}{len(joined) / 1e6 / seconds(lambda: ours(joined)):10.1f}{len(joined) / 1e6 / seconds(lambda: naive(joined)):14.1f}"
        )
    print(
        f"{f'pod log of {options.megabytes} MB, MB/s':34}{len(text) / 1e6 / seconds(lambda: ours(text)):10.1f}{len(text) / 1e6 / seconds(lambda: naive(text)):14.1f}"
    )
    outgoing = text[:131_072]
    redactor = Redactor(b"benchmark")
    print(f"{'seal of 128 KiB, ms':34}{1000 * min(seconds(lambda: redactor.seal(outgoing)) for _ in range(5)):10.1f}")
    print("\nhostile text: MB/s of 800 KB, and its time over that of 50 KB (16 is linear), slowest first")
    for speed, ratio, name in sorted(hostile_speeds())[: options.hostile]:
        print(f"  {name:44}{speed:8.2f}{ratio:8.1f}")


def hostile_speeds() -> Iterator[tuple[float, float, str]]:
    """MB/s, growth and name of every hostile text."""
    small, large = hostile_texts(50_000), hostile_texts(800_000)
    for name, text in large.items():
        took = cpu_seconds(lambda text=text: ours(text))
        yield len(text) / 1e6 / took, took / cpu_seconds(lambda name=name: ours(small[name])), name


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return max(time.process_time() - start, 1e-6)


if __name__ == "__main__":
    main()
