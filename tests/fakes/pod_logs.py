"""Pod logs as they look when things break: needles, cascades, trends, merged pods, retries and leaks."""

from __future__ import annotations

import random
from collections.abc import Callable

from fakes.log_scenario import WORDS, Scenario, hexes, put, scenario, service_lines, stamp


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
