"""The receiver under a load of real Alertmanager bodies, against plain Flask servers under the same load.

    .venv/bin/python -m benchmarks.receiver.load [--seconds 5] [--rounds 3] [--workers 2]

Every body announces an incident that was not seen before, so each costs a dispatch to a loopback
GitHub; repeats, which the receiver answers from memory, are measured on their own.

The echo returns the body, under gunicorn's own threaded worker and, once more, under that of `serve`;
the relay, under that of `serve`, sends the body on, unread, by one call of `requests`. All have as
many workers and threads and pay for the same load generator, which shares the machine's cores with
them; receiver and relay pay for the loopback GitHub besides, and the echoes do not.
CPU is user and system time by /proc, so other work on the machine counts little there.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.receiver.servers import TOKEN, echo, github, plain, receiver

PAYLOADS = Path(__file__).parents[2] / "tests/unit/intake/payloads"
CONNECTIONS = 16


def bodies() -> list[dict[str, object]]:
    loaded = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(PAYLOADS.glob("*.json"))]
    return [body for body in loaded if isinstance(body, dict) and body.get("version") == "4"]


def requests(*, distinct: bool) -> Iterator[bytes]:
    """Requests for ever; `distinct` ones are about another deployment each."""
    templates = []
    for body in bodies():
        for alert in body["alerts"]:  # type: ignore[attr-defined]  # a webhook body is plain JSON
            alert["labels"]["deployment"] = "app-@@"
        templates.append(json.dumps(body))
    for number in itertools.count():
        text = templates[number % len(templates)].replace("@@", f"{number:07d}" if distinct else "0000000").encode()
        head = (
            f"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nUser-Agent: Alertmanager/0.34.0\r\n"
            f"Content-Type: application/json\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        yield head.encode() + text


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().find(b"content-length:")
    await reader.readexactly(int(head[at + 15 :].split(b"\r\n", 1)[0]))
    return int(head[9:12])


async def saturate(port: int, seconds: float, source: Iterator[bytes]) -> tuple[float, int, int]:
    """Answers a second with every connection always busy, how many in all, and how many of them no 2xx."""
    end = time.perf_counter() + seconds
    done = failed = 0

    async def one() -> None:
        nonlocal done, failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            status = await ask(reader, writer, next(source))
            done += 1
            failed += not 200 <= status < 300
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return done / (time.perf_counter() - started), done, failed


async def pace(port: int, seconds: float, rate: float, source: Iterator[bytes]) -> list[float]:
    """Latencies in seconds at a fixed rate, counted from when each request was due."""
    latencies: list[float] = []
    waiting: asyncio.Queue[float] = asyncio.Queue()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (due := await waiting.get()) >= 0:
            await ask(reader, writer, next(source))
            latencies.append(time.perf_counter() - due)
        writer.close()

    senders = [asyncio.create_task(one()) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        waiting.put_nowait(due)
    for _ in senders:
        waiting.put_nowait(-1)
    await asyncio.gather(*senders)
    return latencies


def worker_memory_mb(parent: int) -> list[tuple[float, float]]:
    """Resident and proportional memory of each worker process."""
    found = []
    for child in children(parent):
        rows = dict(
            line.split(":", 1)
            for line in Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()[1:]
            if ":" in line
        )
        found.append((int(rows["Rss"].split()[0]) / 1024, int(rows["Pss"].split()[0]) / 1024))
    return found


def cpu_s(pids: list[int]) -> float:
    """User and system time of these processes so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


@dataclass
class Server:
    """Where a server listens, the processes to count, and what each round found."""

    name: str
    port: int
    pid: int
    rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    github_ms: list[float] = field(default_factory=list)
    load_ms: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def measure(self, seconds: float, source: Iterator[bytes], github_pid: int) -> None:
        """One round."""
        workers = children(self.pid)
        before = cpu_s(workers), cpu_s([github_pid]), time.process_time()
        rate, done, failed = asyncio.run(saturate(self.port, seconds, source))
        after = cpu_s(workers), cpu_s([github_pid]), time.process_time()
        assert not failed, f"{failed} answers of {self.name} were no 2xx"
        self.rates.append(rate)
        for kept, start, end in zip((self.cpu_ms, self.github_ms, self.load_ms), before, after, strict=True):
            kept.append((end - start) / done * 1000)

    def all_ms(self) -> list[float]:
        """CPU time a request of every process involved, in ms."""
        return [sum(parts) for parts in zip(self.cpu_ms, self.github_ms, self.load_ms, strict=True)]

    def row(self) -> str:
        """The medians of all rounds."""
        medians = (statistics.median(kept) for kept in (self.rates, self.cpu_ms, self.github_ms, self.load_ms))
        return f"{self.name:<22}{next(medians):>12.0f}" + "".join(f"{value:>12.2f}" for value in medians)


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median over rounds, each of which met the same machine."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    new, same = requests(distinct=True), requests(distinct=False)

    with (
        github() as (url, github_pid),
        receiver(url, given.workers) as at,
        echo(given.workers) as echo_at,
        plain("echo", given.workers) as ours_at,
        plain("relay", given.workers, url) as relay_at,
    ):
        bot, repeats = Server("receiver, new", *at), Server("receiver, repeats", *at)
        bare, relay = Server("Flask echo", *echo_at), Server("Flask relay", *relay_at)
        ours = Server("echo, our worker", *ours_at)
        for server in (bot, bare, ours, relay):
            asyncio.run(saturate(server.port, 1, new))
        for _ in range(given.rounds):  # alternating, so that the machine's own drift cancels out
            for server in (bot, bare, ours, relay):
                server.measure(given.seconds, new, github_pid)
            repeats.measure(given.seconds, same, github_pid)
        half = statistics.median(bot.rates) / 2
        for _ in range(given.rounds):
            for server in (bot, bare, relay):
                server.waits += asyncio.run(pace(server.port, given.seconds, half, new))
        memory, echo_memory = worker_memory_mb(bot.pid), worker_memory_mb(bare.pid)

    print(
        f"{given.workers} workers, {CONNECTIONS} connections, {given.rounds} rounds of {given.seconds:.0f} s; ", end=""
    )
    print("CPU in ms a request\n")
    print(f"{'':<22}{'requests/s':>12}{'workers':>12}{'GitHub':>12}{'load':>12}")
    for server in (bare, ours, relay, bot, repeats):
        print(server.row())
    print(f"\nthroughput: {ratio(bot.rates, bare.rates):.2f} of the echo's (target >= 0.5), "
          f"{ratio(bot.rates, ours.rates):.2f} of the echo's in our worker, {ratio(bot.rates, relay.rates):.2f} of the "
          f"relay's; repeats {ratio(repeats.rates, bare.rates):.2f}")  # fmt: skip
    print(f"CPU of the workers: {ratio(bot.cpu_ms, bare.cpu_ms):.2f} times the echo's, "
          f"{ratio(bot.cpu_ms, relay.cpu_ms):.2f} times the relay's; of everything, load and GitHub included, "
          f"{ratio(bot.all_ms(), bare.all_ms()):.2f} times the echo's: {ratio(bare.all_ms(), bot.all_ms()):.2f} of its "
          "throughput where nothing else runs")  # fmt: skip
    print(f"at {half:.0f} requests/s, half of our saturation (target: p99 < 50 ms):")
    for server in (bot, bare, relay):
        waits = sorted(server.waits)
        quantiles = (f"p{share * 100:.0f} {waits[int(len(waits) * share)] * 1000:.1f} ms" for share in (0.5, 0.9, 0.99))
        print(f"  {server.name:<20}{', '.join(quantiles)}")
    print(f"memory of a worker: {max(rss for rss, _ in memory):.1f} MB resident, {max(pss for _, pss in memory):.1f} MB "
          f"proportional (target < 80); echo {max(rss for rss, _ in echo_memory):.1f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
