"""Pod logs as they look when things break, each with the needle that a reader must get to see.

Every generator is deterministic by its seed. A needle is a piece of the deciding line that a condensed
log must still contain; where several are given, all of them must survive.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
WORDS = [
    "alpha",
    "bravo",
    "cargo",
    "delta",
    "ember",
    "flint",
    "grove",
    "hazel",
    "index",
    "jetty",
    "karma",
    "linen",
    "maple",
    "north",
    "ocean",
    "pearl",
    "quilt",
    "raven",
    "solar",
    "tulip",
]


@dataclass(frozen=True)
class Scenario:
    """A generated log; `baseline` is a healthy sibling's log where the scenario has one."""

    name: str
    lines: list[str]
    needles: tuple[str, ...]
    baseline: list[str] = field(default_factory=list)


Generator = Callable[[random.Random, int], Scenario]
GENERATORS: dict[str, tuple[Generator, int]] = {}


def scenario(lines: int) -> Callable[[Generator], Generator]:
    def register(generate: Generator) -> Generator:
        GENERATORS[generate.__name__] = (generate, lines)
        return generate

    return register


def generate(name: str, *, seed: int = 7, lines: int | None = None) -> Scenario:
    """One scenario by name, at its own length or another."""
    make, usual = GENERATORS[name]
    return make(random.Random(f"{name}/{seed}"), lines or usual)


def stamp(at: float) -> str:
    return (START + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def hexes(rng: random.Random, length: int = 32) -> str:
    return f"{rng.getrandbits(length * 4):0{length}x}"


def service_lines(rng: random.Random, count: int) -> Iterator[str]:
    """The chatter of a healthy HTTP service."""
    for number in range(count):
        at = stamp(number * 0.2)
        kind = rng.random()
        if kind < 0.6:
            yield f"{at} INFO  [http-{rng.randrange(16)}] handled GET /api/v1/items/{rng.randrange(10**6)} status=200 in {rng.randrange(2, 90)} ms trace_id={hexes(rng)}"
        elif kind < 0.85:
            yield f"{at} DEBUG [cache] hit key=item:{rng.randrange(10**6)} size={rng.randrange(10**4)} bytes"
        elif kind < 0.97:
            yield f"{at} INFO  [worker-{rng.randrange(8)}] job {hexes(rng, 12)} done in {rng.random() * 3:.3f}s"
        else:
            yield f"{at} WARN  [http-{rng.randrange(16)}] slow request GET /api/v1/search?q={rng.choice(WORDS)} took {rng.randrange(900, 1900)} ms"


def put(lines: list[str], where: float, *new: str) -> None:
    at = int(len(lines) * where)
    lines[at:at] = new


@scenario(150_000)
def needle_error(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    put(lines, 0.43, f"{stamp(9000)} ERROR [store] write of segment 4411 failed: checksum of block 77 differs")
    return Scenario("needle_error", lines, ("checksum of block 77 differs",))


@scenario(150_000)
def needle_info(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    put(
        lines, 0.31, f"{stamp(9100)} INFO  [config] endpoint for payments set to https://payments.staging.internal:8443"
    )
    return Scenario("needle_info", lines, ("payments.staging.internal",))


@scenario(100_000)
def access_log_500(rng: random.Random, count: int) -> Scenario:
    def line(status: int, size: int) -> str:
        return f'10.2.{rng.randrange(255)}.{rng.randrange(255)} - - [14/Mar/2026:09:{rng.randrange(60):02d}:{rng.randrange(60):02d} +0000] "POST /v2/orders HTTP/1.1" {status} {size} "-" "okhttp/4.12.0"'

    lines = [line(200, rng.randrange(100, 9000)) for _ in range(count)]
    put(lines, 0.57, line(500, 62))
    return Scenario("access_log_500", lines, ('"POST /v2/orders HTTP/1.1" 500',))


@scenario(60_000)
def envoy_upstream_reset(rng: random.Random, count: int) -> Scenario:
    def line(code: int, flags: str) -> str:
        return f'[{stamp(rng.random() * 9000)}] "GET /catalog/{rng.randrange(9999)} HTTP/2" {code} {flags} 0 {rng.randrange(9000)} {rng.randrange(90)} {rng.randrange(80)} "-" "grpc-go/1.60" "{hexes(rng, 8)}-1111-4222-8333-{hexes(rng, 12)}" "catalog:8080" "10.4.0.{rng.randrange(255)}:8080"'

    lines = [line(200, "-") for _ in range(count)]
    put(lines, 0.7, line(503, "UC,URX"))
    return Scenario("envoy_upstream_reset", lines, ("503 UC,URX",))


@scenario(80_000)
def cascade(rng: random.Random, count: int) -> Scenario:
    """The first error is the cause; thousands of symptoms follow it."""
    lines = list(service_lines(rng, count // 2))
    lines.append(
        f"{stamp(8000)} ERROR [ldap] bind to directory.corp.internal:636 failed: certificate expired 2026-03-14"
    )
    for number in range(count // 2):
        at = stamp(8000 + number * 0.1)
        lines.append(
            f"{at} ERROR [auth] cannot authenticate user u{rng.randrange(10**5)}: directory unavailable"
            if number % 3
            else f"{at} ERROR [http-{rng.randrange(16)}] handled GET /api/v1/me status=503 in {rng.randrange(9)} ms trace_id={hexes(rng)}"
        )
    return Scenario("cascade", lines, ("certificate expired 2026-03-14",))


@scenario(60_000)
def trend_to_timeout(rng: random.Random, count: int) -> Scenario:
    lines = []
    for number in range(count):
        took = 100 + int(29_900 * (number / count) ** 3)
        lines.append(f"{stamp(number * 0.3)} INFO query orders_by_day finished in {took} ms rows={rng.randrange(500)}")
        if number % 5 == 0:
            lines.append(f"{stamp(number * 0.3)} DEBUG pool idle={rng.randrange(10)} busy={rng.randrange(10)}")
    return Scenario("trend_to_timeout", lines, ("finished in 100 ms", "finished in 2998"))


@scenario(50_000)
def trend_to_oom(rng: random.Random, count: int) -> Scenario:
    lines = []
    for number in range(count):
        used = 100 + int(3900 * number / count)
        lines.append(f"{stamp(number)} INFO heap after collection {used} MB of 4096 MB")
        lines.append(f"{stamp(number)} INFO batch {number} of {rng.choice(WORDS)} processed")
    lines.append("Killed")
    return Scenario("trend_to_oom", lines, ("heap after collection 100 MB", "heap after collection 3999 MB", "Killed"))


@scenario(90_000)
def config_reload(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    put(lines, 0.66, f"{stamp(11000)} INFO  [config] reloaded from /etc/app/config.yaml: max_connections 200 -> 2")
    return Scenario("config_reload", lines, ("max_connections 200 -> 2",))


def _pods(rng: random.Random, count: int, names: list[str], form: Callable[[str, str], str]) -> list[str]:
    return [form(names[number % len(names)], line) for number, line in enumerate(service_lines(rng, count))]


@scenario(120_000)
def one_of_24_prefix(rng: random.Random, count: int) -> Scenario:
    """kubectl logs --prefix: one StatefulSet replica logs what the other 23 do not; its words are everybody's words."""
    names = [f"ledger-{number}" for number in range(24)]
    lines = _pods(rng, count, names, lambda pod, line: f"[pod/{pod}/ledger] {line}")
    put(
        lines,
        0.5,
        f"[pod/ledger-17/ledger] {stamp(9000)} ERROR [raft] log index 88213 has term 4 but leader says 7, refusing entries",
    )
    return Scenario("one_of_24_prefix", lines, ("has term 4 but leader says 7",))


@scenario(100_000)
def one_of_24_quiet(rng: random.Random, count: int) -> Scenario:
    """One pod of 24 repeats a line at INFO that no other pod has."""
    names = [f"edge-7c9d8f6b5-{hexes(rng, 5)}" for _ in range(24)]
    lines = _pods(rng, count, names, lambda pod, line: f"{pod} proxy {line}")
    for number in range(40):
        put(
            lines,
            0.2 + number / 60,
            f"{names[11]} proxy {stamp(9000 + number)} INFO  [ring] taking over partition {number} from absent peer",
        )
    return Scenario("one_of_24_quiet", lines, ("from absent peer",))


@scenario(70_000)
def stern_columns(rng: random.Random, count: int) -> Scenario:
    names = ["web-0", "web-1", "web-2", "jobs-5f6d7c8b9-x2x4z"]
    lines = _pods(rng, count, names, lambda pod, line: f"{pod} app {line}")
    put(lines, 0.8, f"web-2 app {stamp(9000)} ERROR [disk] append to /data/wal/0007 failed: No space left on device")
    return Scenario("stern_columns", lines, ("No space left on device",))


@scenario(60_000)
def compose_interleaved(rng: random.Random, count: int) -> Scenario:
    names = ["api-1    ", "worker-1 ", "broker-1 "]
    lines = _pods(rng, count, names, lambda pod, line: f"{pod} | {line}")
    put(
        lines, 0.35, f"broker-1  | {stamp(9000)} INFO  [quorum] stepping aside as controller, epoch 12 fenced by node 3"
    )
    return Scenario("compose_interleaved", lines, ("epoch 12 fenced by node 3",))


@scenario(50_000)
def flapping(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    for number in range(60):
        put(
            lines,
            (number + 1) / 62,
            f"{stamp(number * 100)} INFO  [peer] link to replica-b is {'up' if number % 2 else 'down'}",
        )
    return Scenario("flapping", lines, ("link to replica-b is down", "link to replica-b is up"))


@scenario(80_000)
def rate_limit(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    for number in range(200):
        put(
            lines,
            0.5 + number / 500,
            f"{stamp(9000 + number)} WARN  [mail] provider answered 429 Too Many Requests, next try in {2 ** (number % 7)} s",
        )
    return Scenario("rate_limit", lines, ("429 Too Many Requests",))


@scenario(80_000)
def pool_exhaustion(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    for number in range(300):
        put(
            lines,
            0.6 + number / 800,
            f"{stamp(9000 + number)} ERROR [db] HikariPool-1 - Connection is not available, request timed out after {30000 + number} ms (total=10, active=10, idle=0, waiting={number})",
        )
    return Scenario("pool_exhaustion", lines, ("Connection is not available", "active=10"))


@scenario(60_000)
def goroutine_leak(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    for number in range(100):
        put(
            lines,
            (number + 1) / 102,
            f"{stamp(number * 60)} INFO  [stats] goroutines={40 + number * 911} fds={30 + number * 7}",
        )
    return Scenario("goroutine_leak", lines, ("goroutines=40 ", f"goroutines={40 + 99 * 911} "))


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
