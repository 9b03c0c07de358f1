"""The receiver under a load of real Alertmanager bodies, against a bare Flask echo under the same load.

    .venv/bin/python -m benchmarks.receiver.load [--seconds 5] [--rounds 3] [--workers 2]

Every body announces an incident that was not seen before, so each costs a dispatch to a loopback
GitHub; repeats, which the receiver answers from memory, are measured on their own. Load, GitHub and
receiver share the machine's cores, which counts against the receiver and not against the echo.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.receiver.servers import TOKEN, bare_echo, github, receiver

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


async def saturate(port: int, seconds: float, source: Iterator[bytes]) -> tuple[float, int]:
    """Answers a second with every connection always busy, and how many were no 2xx."""
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
    return done / (time.perf_counter() - started), failed


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
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        rows = dict(
            line.split(":", 1)
            for line in Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()[1:]
            if ":" in line
        )
        found.append((int(rows["Rss"].split()[0]) / 1024, int(rows["Pss"].split()[0]) / 1024))
    return found


def rounds_of(count: int, measure: Callable[[int], tuple[float, int]], ports: list[int]) -> list[list[float]]:
    """Rates by port, alternating, so that the machine's own drift cancels out."""
    rates: list[list[float]] = [[] for _ in ports]
    for _ in range(count):
        for at, port in enumerate(ports):
            rate, failed = measure(port)
            assert not failed, f"{failed} answers were no 2xx"
            rates[at].append(rate)
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    new, same = requests(distinct=True), requests(distinct=False)

    with (
        github() as url,
        receiver(url, given.workers) as (port, pid),
        bare_echo(given.workers) as (echo_port, echo_pid),
    ):
        for warm in (port, echo_port):
            asyncio.run(saturate(warm, 1, new))
        rates, echo_rates = rounds_of(
            given.rounds, lambda at: asyncio.run(saturate(at, given.seconds, new)), [port, echo_port]
        )
        ratio = statistics.median(ours / theirs for ours, theirs in zip(rates, echo_rates, strict=True))
        saturation = statistics.median(rates)
        latencies = sorted(asyncio.run(pace(port, given.seconds * 2, saturation / 2, new)))
        repeats, _ = asyncio.run(saturate(port, given.seconds, same))
        memory, echo_memory = worker_memory_mb(pid), worker_memory_mb(echo_pid)

    print(
        f"workers              {given.workers}, {CONNECTIONS} connections, {given.rounds} rounds of {given.seconds:.0f} s"
    )
    print(f"bare Flask echo      {statistics.median(echo_rates):8.0f} requests/s")
    print(f"receiver, dispatch   {saturation:8.0f} requests/s, each handed over")
    print(f"receiver, repeats    {repeats:8.0f} requests/s")
    print(f"ratio                {ratio:8.2f} of the echo (target >= 0.5)")
    print(f"p50 at half          {latencies[len(latencies) // 2] * 1000:8.1f} ms")
    print(f"p99 at half          {latencies[int(len(latencies) * 0.99)] * 1000:8.1f} ms (target < 50)")
    print(f"memory of a worker   {max(rss for rss, _ in memory):8.1f} MB resident, {max(pss for _, pss in memory):.1f} MB "
          f"proportional (target < 80); echo {max(rss for rss, _ in echo_memory):.1f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
