"""Pod logs of many runtimes and collectors: JSON, CRI, tracebacks in seven languages, interleaved threads."""

from __future__ import annotations

import json
import random

from fakes.log_scenario import WORDS, Scenario, hexes, put, scenario, service_lines, stamp


def _json_line(rng: random.Random, at: float, level: str, message: str, **more: object) -> str:
    body: dict[str, object] = {
        "@timestamp": stamp(at),
        "level": level,
        "logger": f"com.example.{rng.choice(WORDS)}.{rng.choice(WORDS).title()}Service",
        "thread": f"exec-{rng.randrange(40)}",
        "trace": {"trace_id": hexes(rng), "span_id": hexes(rng, 16), "sampled": True},
        "kubernetes": {
            "namespace": "shop",
            "labels": {"app": "orders", "pod-template-hash": "5f6d7c8b9"},
            "host": "node-7",
        },
        "message": message,
    }
    return json.dumps(body | more)


@scenario(80_000)
def json_nested(rng: random.Random, count: int) -> Scenario:
    lines = [
        _json_line(rng, number * 0.2, "INFO", f"order {rng.randrange(10**6)} accepted", duration_ms=rng.randrange(90))
        for number in range(count)
    ]
    failure = _json_line(
        rng,
        9000,
        "ERROR",
        "order could not be priced",
        error={"type": "TariffMissing", "detail": "no tariff for region EU-7"},
        attempt=3,
    )
    put(lines, 0.47, failure)
    return Scenario("json_nested", lines, ("no tariff for region EU-7", "order could not be priced"))


@scenario(60_000)
def json_message_last(rng: random.Random, count: int) -> Scenario:
    """The message stands behind 600 characters of labels: cutting at a length loses it."""

    def line(level: str, message: str) -> str:
        return json.dumps({"labels": {word: hexes(rng, 20) for word in WORDS}, "severity": level, "msg": message})

    lines = [line("info", f"tick {number}") for number in range(count // 4)]
    put(lines, 0.52, line("error", "lease lost to instance b, standing down"))
    return Scenario("json_message_last", lines, ("lease lost to instance b",))


@scenario(50_000)
def docker_json_file(rng: random.Random, count: int) -> Scenario:
    def wrap(text: str, stream: str = "stdout") -> str:
        return json.dumps({"log": text + "\n", "stream": stream, "time": stamp(rng.random() * 9000)})

    lines = [wrap(line) for line in service_lines(rng, count)]
    put(
        lines,
        0.4,
        wrap("thread 'main' panicked at src/ring.rs:88:9: slot 12 written twice", "stderr"),
        wrap("note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace", "stderr"),
    )
    return Scenario("docker_json_file", lines, ("slot 12 written twice",))


@scenario(60_000)
def cri_python_traceback(rng: random.Random, count: int) -> Scenario:
    lines = [f"{stamp(number * 0.1)} stdout F {line}" for number, line in enumerate(service_lines(rng, count))]
    trace = [
        "Traceback (most recent call last):",
        '  File "/app/serve.py", line 212, in load_model',
        "    state = torch.load(path)",
        '  File "/usr/lib/python3.11/site-packages/torch/serialization.py", line 1040, in load',
        "    return _load(opened_zipfile)",
        "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory",
    ]
    put(lines, 0.62, *[f"{stamp(9000)} stderr F {line}" for line in trace])
    return Scenario("cri_python_traceback", lines, ("failed finding central directory",))


@scenario(60_000)
def java_caused_by(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    frames = [
        f"\tat com.example.{rng.choice(WORDS)}.{rng.choice(WORDS).title()}.{rng.choice(WORDS)}({rng.choice(WORDS).title()}.java:{rng.randrange(400)})"
        for _ in range(45)
    ]
    trace = [
        f"{stamp(9000)} ERROR [main] o.s.boot.SpringApplication - Application run failed",
        "org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'ledgerRepository'",
        *frames[:20],
        "Caused by: org.hibernate.HibernateException: Unable to build Hibernate SessionFactory",
        *frames[20:40],
        "\t... 23 more",
        "Caused by: org.postgresql.util.PSQLException: FATAL: role ledger_rw does not exist",
        *frames[40:],
        "\t... 41 more",
    ]
    put(lines, 0.9, *trace)
    return Scenario("java_caused_by", lines, ("role ledger_rw does not exist",))


@scenario(40_000)
def go_panic(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    lines += [
        "panic: runtime error: index out of range [5] with length 5",
        "",
        "goroutine 88 [running]:",
        "example.com/svc/shard.(*Router).pick(0xc0004a2000, {0xc0001b8000, 0x24})",
        "\t/src/shard/router.go:131 +0x1c5",
        "created by example.com/svc/shard.Start in goroutine 1",
        "\t/src/shard/start.go:44 +0x9f",
        "exit status 2",
    ]
    return Scenario("go_panic", lines, ("index out of range [5] with length 5",))


@scenario(40_000)
def threads_interleaved(rng: random.Random, count: int) -> Scenario:
    """Two Python threads fail at once: their tracebacks arrive shuffled into each other and into other lines."""
    lines = list(service_lines(rng, count))
    first = [
        "Traceback (most recent call last):",
        '  File "/app/a.py", line 10, in fetch',
        "    raise StaleToken(name)",
        "app.errors.StaleToken: token for tenant kilo is stale",
    ]
    second = [
        "Traceback (most recent call last):",
        '  File "/app/b.py", line 20, in store',
        "    cursor.execute(sql)",
        "psycopg2.errors.DeadlockDetected: deadlock detected on relation ledger_entries",
    ]
    mixed: list[str] = []
    for one, two in zip(first, second, strict=True):
        mixed += [f"[thread-4] {one}", *[next(service_lines(rng, 1))], f"[thread-9] {two}"]
    put(lines, 0.55, *mixed)
    return Scenario(
        "threads_interleaved", lines, ("token for tenant kilo is stale", "deadlock detected on relation ledger_entries")
    )


@scenario(60_000)
def mixed_languages(rng: random.Random, count: int) -> Scenario:
    lines = []
    for number, line in enumerate(service_lines(rng, count)):
        lines.append(
            (
                line,
                _json_line(rng, number, "info", "served"),
                f"I0314 09:26:{number % 60:02d}.{number % 10**6:06d}       1 controller.go:{number % 900}] synced item {number}",
                f'level=info ts={stamp(number)} caller=head.go:{number % 700} msg="compaction done" took={number % 90}ms',
            )[number % 4]
        )
    put(
        lines,
        0.45,
        "E0314 09:41:02.123456       1 leaderelection.go:369] Failed to update lock: etcdserver: request timed out, waiting for the applied index took too long",
    )
    put(
        lines,
        0.75,
        f'level=error ts={stamp(9000)} caller=db.go:910 msg="opening block failed" block=01HQ err="index crc mismatch"',
    )
    return Scenario("mixed_languages", lines, ("waiting for the applied index took too long", "index crc mismatch"))


@scenario(50_000)
def syslog_hosts(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"<30>Mar 14 09:{number // 60 % 60:02d}:{number % 60:02d} node-{number % 5} kubelet[{900 + number % 5}]: probe of pod {rng.choice(WORDS)} succeeded in {rng.randrange(90)} ms"
        for number in range(count)
    ]
    put(
        lines,
        0.3,
        "<27>Mar 14 09:30:11 node-3 kernel[0]: nvme0n1: I/O timeout, controller reset, 14 queued commands gone",
    )
    return Scenario("syslog_hosts", lines, ("14 queued commands gone",))


@scenario(40_000)
def dotnet_trace(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    put(
        lines,
        0.5,
        "fail: Shop.Billing.InvoiceJob[0]",
        "      Invoice run stopped",
        "      System.InvalidOperationException: Sequence contains no matching element",
        "       ---> System.IO.FileNotFoundException: Could not find file '/mnt/rates/2026-03.csv'.",
        "         at Shop.Billing.Rates.Load(String month) in /src/Rates.cs:line 41",
        "         --- End of inner exception stack trace ---",
        "         at Shop.Billing.InvoiceJob.Run() in /src/InvoiceJob.cs:line 88",
    )
    return Scenario("dotnet_trace", lines, ("/mnt/rates/2026-03.csv",))


@scenario(30_000)
def node_unhandled(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    lines += [
        "/app/node_modules/pg-pool/index.js:45",
        "    throw err",
        "    ^",
        "",
        "Error: getaddrinfo ENOTFOUND primary.db.shop.internal",
        "    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:107:26) {",
        "  errno: -3008,",
        "  code: 'ENOTFOUND',",
        "  hostname: 'primary.db.shop.internal'",
        "}",
        "",
        "Node.js v20.11.0",
    ]
    return Scenario("node_unhandled", lines, ("getaddrinfo ENOTFOUND primary.db.shop.internal",))


@scenario(30_000)
def cpp_sanitizer(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    put(
        lines,
        0.97,
        "terminate called after throwing an instance of 'std::length_error'",
        "  what():  vector::_M_default_append: shard map of 0 entries",
        "*** Aborted at 1773480413 (unix time) ***",
        "    #0 0x7f11 in raise",
        "    #1 0x55d0 in grow /src/shard_map.cc:77:3",
    )
    return Scenario("cpp_sanitizer", lines, ("shard map of 0 entries",))


@scenario(40_000)
def progress_bars(rng: random.Random, count: int) -> Scenario:
    lines = [next(service_lines(rng, 1)) for _ in range(count // 10)]
    bar = "\r".join(
        f"\x1b[32mDownloading weights: {percent:3d}%|{'#' * (percent // 4)}| {percent * 41} MB\x1b[0m"
        for percent in range(101)
    )
    put(lines, 0.5, bar, "\x1b[31mOSError: [Errno 28] No space left on device: '/models/shard-0003.bin'\x1b[0m")
    return Scenario("progress_bars", lines, ("'/models/shard-0003.bin'",))


@scenario(50_000)
def noisy_errors(rng: random.Random, count: int) -> Scenario:
    """Thousands of harmless errors of many shapes, one that matters, at FATAL."""
    lines = []
    for number in range(count):
        word, other = rng.choice(WORDS), rng.choice(WORDS)
        lines.append(
            f"{stamp(number)} ERROR [{word}] could not refresh {other} feed: connection reset by peer, will retry"
        )
    put(lines, 0.6, f"{stamp(9000)} FATAL [store] tablet 77 is unreadable on every replica, giving up")
    return Scenario("noisy_errors", lines, ("unreadable on every replica",))


@scenario(60_000)
def baseline_novel(rng: random.Random, count: int) -> Scenario:
    """One INFO line among hundreds of rare INFO lines: only the healthy sibling's log tells which is new."""

    def routine(salt: int) -> list[str]:
        lines = list(service_lines(random.Random(salt), count // 2))
        for one in WORDS:
            for two in WORDS:
                put(
                    lines,
                    rng.random(),
                    f"{stamp(rng.random() * 9000)} INFO  [plugin] {one} {two} module enabled for tenant {one}",
                )
        return lines

    lines, healthy = routine(1), routine(2)
    put(lines, 0.5, f"{stamp(9000)} INFO  [plugin] legacy billing module enabled for tenant zulu")
    return Scenario("baseline_novel", lines, ("legacy billing module",), healthy)


@scenario(40_000)
def restart_marker(rng: random.Random, count: int) -> Scenario:
    """The process starts again in the middle of its log: the lines before the banner are its last words."""
    lines = list(service_lines(rng, count))
    put(
        lines,
        0.5,
        f"{stamp(8999)} INFO  [main] received signal 15, draining 214 connections",
        f"{stamp(9004)} INFO  [main] starting shop-orders 4.2.1 build 991",
    )
    return Scenario("restart_marker", lines, ("received signal 15", "starting shop-orders 4.2.1"))


@scenario(30_000)
def tail_message(rng: random.Random, count: int) -> Scenario:
    """No alarming word at all: the last line tells."""
    lines = [*service_lines(rng, count), "model registry says checkpoint sentiment-v9 belongs to another tokenizer"]
    return Scenario("tail_message", lines, ("belongs to another tokenizer",))


@scenario(50_000)
def no_error(rng: random.Random, count: int) -> Scenario:
    """Nothing is wrong: both ends must be there and nothing may be called an error."""
    lines = [
        f"{stamp(number)} INFO  [{rng.choice(('http', 'cache', 'worker'))}] {rng.choice(('served', 'stored', 'sent'))} item {rng.randrange(10**6)} in {rng.randrange(90)} ms, errors=0"
        for number in range(count)
    ]
    put(lines, 0.0, f"{stamp(0)} INFO  [main] listening on 0.0.0.0:8080")
    return Scenario("no_error", lines, ("listening on 0.0.0.0:8080",))
