"""Logs of well-known servers when they break, in their own layouts, among their own everyday complaints."""

from __future__ import annotations

import json
import random

from fakes.log_scenario import Scenario, hexes, pick, put, scenario, service_lines, stamp


@scenario(40_000)
def jvm_collects_to_death(rng: random.Random, count: int) -> Scenario:
    """Pauses grow until the heap stays full; the last words come before a long thread dump."""
    lines = []
    for n in range(count):
        used = min(4090, 900 + n * 3190 // count + rng.randrange(90))
        kind = "Full (G1 Compaction Pause)" if n > count * 0.9 else "Young (Normal) (G1 Evacuation Pause)"
        lines.append(
            f"[{stamp(n)}][info][gc] GC({n}) Pause {kind} {used}M->{used - 40}M(4096M) {rng.random() * 90:.3f}ms"
        )
        if n % 4 == 0:
            lines.append(
                f"{stamp(n)} INFO 1 --- [exec-{n % 16}] o.e.shop.Orders : error rate window {n} closed, 0 failures"
            )
    lines.append("java.lang.OutOfMemoryError: Java heap space: failed reallocation of scalar replaced objects")
    for n in range(120):
        lines += [
            f'"exec-{n}" #{n} daemon prio=5 os_prio=0 tid=0x{hexes(rng, 12)} waiting on condition',
            "   java.lang.Thread.State: WAITING (parking)",
        ]
        lines += [f"\tat org.example.shop.{pick(rng)}.Loop.run(Loop.java:{m})" for m in range(12)]
    return Scenario("jvm_collects_to_death", lines, ("OutOfMemoryError: Java heap space",))


@scenario(5000)
def go_dump_of_300_goroutines(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    lines += [
        "fatal error: concurrent map iteration and map write",
        "",
        "goroutine 4411 [running]:",
        "example.org/ledger.(*Book).flush(0xc000)",
        "\t/src/ledger/book.go:88 +0x44",
    ]
    for n in range(300):
        lines += [
            "",
            f"goroutine {n} [{rng.choice(('select', 'IO wait', 'chan receive, 9 minutes', 'sync.Mutex.Lock'))}]:",
        ]
        for _ in range(rng.randrange(3, 8)):
            lines += [
                f"example.org/{pick(rng)}.(*{pick(rng).title()}).{pick(rng)}(0x{hexes(rng, 8)})",
                f"\t/src/{pick(rng)}/error_{pick(rng)}.go:{rng.randrange(400)} +0x{hexes(rng, 2)}",
            ]
    return Scenario("go_dump_of_300_goroutines", lines, ("concurrent map iteration and map write",))


@scenario(20_000)
def rust_panic_backtrace(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"{stamp(n)}  {rng.choice(('INFO', 'DEBUG', ' WARN'))} ledger::{pick(rng)}: request{{id={hexes(rng, 12)}}}: {rng.choice(('closed', 'retrying after error', 'finished'))} elapsed_ms={rng.randrange(99)}"
        for n in range(count)
    ]
    put(
        lines,
        0.4,
        "thread 'tokio-runtime-worker' panicked at src/settle.rs:88:14:",
        "called `Option::unwrap()` on a `None` value",
        "stack backtrace:",
        *[
            text
            for n in range(40)
            for text in (
                f"  {n:>2}: 0x{hexes(rng, 12)} - ledger::{pick(rng)}::{pick(rng)}::h{hexes(rng, 16)}",
                f"             at /src/{pick(rng)}.rs:{n + 9}:14",
            )
        ],
    )
    return Scenario(
        "rust_panic_backtrace", lines, ("panicked at src/settle.rs:88:14", "`Option::unwrap()` on a `None`")
    )


@scenario(20_000)
def php_fpm_children(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"[14-Mar-2026 09:{n // 60 % 60:02d}:{n % 60:02d}] "
        + rng.choice(
            (
                f"NOTICE: [pool www] child {n} exited with code 0 after {n}.41 seconds from start",
                f"NOTICE: [pool www] child {n + 9} started",
                f'WARNING: [pool www] child {n} said into stderr: "NOTICE: PHP message: PHP Deprecated: error_{pick(rng)}() is deprecated"',
            )
        )
        for n in range(count)
    ]
    put(
        lines,
        0.5,
        "[14-Mar-2026 09:31:07] WARNING: [pool www] server reached pm.max_children setting (50), consider raising it",
    )
    return Scenario("php_fpm_children", lines, ("reached pm.max_children setting (50)",))


@scenario(60_000)
def nginx_one_upstream(rng: random.Random, count: int) -> Scenario:
    """Clients that hang up fill the error log; one upstream's certificate name is wrong."""
    lines = []
    for n in range(count):
        at = f"2026/03/14 09:{n // 60 % 60:02d}:{n % 60:02d}"
        lines.append(
            f'{at} [info] {n % 64}#{n % 64}: *{n} client prematurely closed connection, so upstream connection is closed too while sending request to upstream, client: 10.2.{n % 255}.9, server: _, request: "GET /{pick(rng)} HTTP/1.1", upstream: "http://10.4.0.{n % 9}:8080/{pick(rng)}"'
            if n % 3
            else f"{at} [warn] {n % 64}#{n % 64}: *{n} a client request body is buffered to a temporary file /var/cache/nginx/{n:010d}, client: 10.2.{n % 255}.9"
        )
    put(
        lines,
        0.6,
        '2026/03/14 09:44:01 [error] 41#41: *88 upstream SSL certificate does not match "ledger.internal" while SSL handshaking to upstream, client: 10.2.0.9, server: _, request: "POST /close HTTP/1.1", upstream: "https://10.4.0.77:8443/close"',
    )
    return Scenario("nginx_one_upstream", lines, ('upstream SSL certificate does not match "ledger.internal"',))


@scenario(30_000)
def postgres_setting_before_storm(rng: random.Random, count: int) -> Scenario:
    """A setting changes at level LOG; hours later clients are refused by the thousand."""
    lines = []
    for n in range(count):
        at = f"{stamp(n)[:-1].replace('T', ' ')} UTC [{n % 900}]"
        if n < count // 2:
            lines.append(
                rng.choice(
                    (
                        f"{at} LOG:  checkpoint complete: wrote {n % 900} buffers (2.1%); 0 WAL file(s) added",
                        f'{at} ERROR:  duplicate key value violates unique constraint "{pick(rng)}_pkey"',
                        f"{at} LOG:  duration: {n % 900}.41 ms  statement: select {pick(rng)} from errors where id = {n}",
                    )
                )
            )
        else:
            lines.append(
                rng.choice(
                    (
                        f"{at} FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
                        f"{at} ERROR:  canceling statement due to user request",
                        f"{at} LOG:  could not send data to client: Broken pipe",
                    )
                )
            )
    put(
        lines,
        0.45,
        f'{stamp(9000)[:-1].replace("T", " ")} UTC [1] LOG:  parameter "idle_session_timeout" removed from configuration file, reset to default',
    )
    return Scenario("postgres_setting_before_storm", lines, ('"idle_session_timeout" removed',))


@scenario(50_000)
def kafka_log_directory(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"[{stamp(n)[:-1].replace('T', ' ').replace('.', ',')}] "
        + rng.choice(
            (
                f"INFO [GroupCoordinator 3]: Preparing to rebalance group {pick(rng)} in state PreparingRebalance (kafka.coordinator.group.GroupCoordinator)",
                f"INFO [UnifiedLog partition={pick(rng)}-{n % 40}, dir=/var/lib/kafka/data-0] Deleted segment {n} due to retention failure threshold (kafka.log.UnifiedLog)",
                f"WARN [ReplicaFetcher replicaId=3, leaderId={n % 3}, fetcherId=0] Error in response for fetch request (type=FetchRequest, replicaId=3) (kafka.server.ReplicaFetcherThread)",
                f"ERROR [KafkaApi-3] Error when handling request: clientId={pick(rng)}, correlationId={n}, api=METADATA (kafka.server.KafkaApis)",
            )
        )
        for n in range(count)
    ]
    put(
        lines,
        0.52,
        "[2026-03-14 10:41:00,123] WARN [ReplicaManager broker=3] Stopping serving replicas in dir /var/lib/kafka/data-1 (kafka.server.ReplicaManager)",
    )
    return Scenario("kafka_log_directory", lines, ("Stopping serving replicas in dir /var/lib/kafka/data-1",))


@scenario(150_000)
def redis_fork(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"1:M 14 Mar 2026 09:{n // 60 % 60:02d}:{n % 60:02d}.{n % 1000:03d} "
        + rng.choice(
            (
                f"* {n % 900} changes in 300 seconds. Saving...",
                f"* Background saving started by pid {n}",
                "* Background saving terminated with success",
                f"* DB saved on disk, {n} keys",
                f"- Accepted 10.2.0.{n % 255}:{n % 65000}",
                "# Client closed connection with error flag set",
            )
        )
        for n in range(count)
    ]
    put(lines, 0.7, "1:M 14 Mar 2026 11:20:00.412 # Can't save in background: fork: Cannot allocate memory")
    return Scenario("redis_fork", lines, ("fork: Cannot allocate memory",))


@scenario(40_000)
def etcd_alarm(rng: random.Random, count: int) -> Scenario:
    """Slow disks are reported all day; one line says that the store has become read-only."""

    def line(n: int, level: str, message: str, **more: object) -> str:
        return json.dumps(
            {"level": level, "ts": stamp(n), "caller": f"etcdserver/{pick(rng)}.go:{n % 900}", "msg": message, **more}
        )

    lines = [
        line(
            n,
            "warn",
            "apply request took too long",
            took=f"{100 + n % 900}.41ms",
            **{
                "expected-duration": "100ms",
                "prefix": "read-only range ",
                "request": f'key:"/registry/{pick(rng)}/{hexes(rng, 8)}" ',
            },
            error="context canceled" if n % 5 == 0 else "",
        )
        if n % 3
        else line(n, "info", "compacted Raft logs", **{"compact-index": n * 100})
        for n in range(count)
    ]
    put(lines, 0.61, line(9000, "warn", "alarm raised", alarm="NOSPACE", **{"from": "8e9e05c52164694d"}))
    return Scenario("etcd_alarm", lines, ("NOSPACE",))


@scenario(30_000)
def coredns_reload(rng: random.Random, count: int) -> Scenario:
    """Lookups of outside names fail now and then; a changed file starts the trouble and says so at INFO."""
    lines = [
        f'[INFO] 10.2.{n % 255}.{n % 200}:{n % 65000} - {n} "A IN {pick(rng)}.{pick(rng)}.svc.cluster.local. udp 62 false 512" {rng.choice(("NOERROR", "NXDOMAIN"))} qr,aa,rd 120 0.000{n % 999:03d}s'
        if n % 9
        else f"[ERROR] plugin/errors: 2 {pick(rng)}{n}.example.com. A: read udp 10.4.0.{n % 255}:{n % 65000}->10.0.0.2:53: i/o timeout"
        for n in range(count)
    ]
    put(
        lines,
        0.3,
        '[INFO] plugin/file: Successfully reloaded zone "corp.internal." in "/etc/coredns/corp.db" with 0 SOA serial',
    )
    return Scenario("coredns_reload", lines, ('reloaded zone "corp.internal."',))


@scenario(30_000)
def kubelet_image_disk(rng: random.Random, count: int) -> Scenario:
    def klog(n: int, level: str, text: str) -> str:
        return f"{level}0314 09:{n // 60 % 60:02d}:{n % 60:02d}.{n % 10**6:06d}    4411 {text}"

    lines = [
        klog(
            n,
            *rng.choice(
                (
                    (
                        "I",
                        f'kubelet.go:2421] "SyncLoop (PLEG): event for pod" pod="prod/{pick(rng)}-{hexes(rng, 8)}" event={{"ID":"{hexes(rng, 12)}","Type":"ContainerStarted"}}',
                    ),
                    (
                        "E",
                        f'remote_runtime.go:432] "ContainerStatus from runtime service failed" err="rpc error: code = NotFound desc = could not find container \\"{hexes(rng, 12)}\\"" containerID="{hexes(rng, 12)}"',
                    ),
                    ("I", f'scope.go:117] "RemoveContainer" containerID="{hexes(rng, 32)}"'),
                    (
                        "W",
                        f'watcher.go:93] Error while processing event ("/sys/fs/cgroup/{pick(rng)}": 0x40000100 == IN_CREATE|IN_ISDIR): no such file or directory',
                    ),
                )
            ),
        )
        for n in range(count)
    ]
    put(
        lines,
        0.64,
        klog(
            4411,
            "E",
            'kubelet.go:1442] "Image garbage collection failed multiple times in a row" err="wanted to free 9223372 bytes, but freed 0 bytes space with errors in image deletion"',
        ),
    )
    return Scenario("kubelet_image_disk", lines, ("Image garbage collection failed multiple times",))


@scenario(60_000)
def mesh_json_access(rng: random.Random, count: int) -> Scenario:
    """JSON access lines of a sidecar: one upstream's certificate is refused, all else is 200 or a client's 404."""

    def line(n: int, code: int, flags: str, reason: str | None) -> str:
        return json.dumps({
            "start_time": stamp(n), "method": "GET", "path": f"/{pick(rng)}/{n}", "protocol": "HTTP/2", "response_code": code, "response_flags": flags,
            "response_code_details": "via_upstream", "upstream_transport_failure_reason": reason, "bytes_sent": n % 900, "duration": n % 90,
            "x_forwarded_for": None, "request_id": hexes(rng, 32), "authority": f"{pick(rng)}:8080", "upstream_host": f"10.4.0.{n % 255}:8080", "upstream_cluster": f"outbound|8080||{pick(rng)}.prod.svc.cluster.local",
        })  # fmt: skip

    lines = [line(n, 200 if n % 7 else 404, "-", None) for n in range(count)]
    put(
        lines,
        0.48,
        line(9000, 503, "UF,URX", "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"),
    )
    return Scenario("mesh_json_access", lines, ("CERTIFICATE_VERIFY_FAILED",))


@scenario(50_000)
def container_restarts_forty_times(rng: random.Random, count: int) -> Scenario:
    """The same start again and again; the line before each exit has neither level nor alarming word."""
    lines = []
    for n in range(40):
        lines += [
            f"{stamp(n * 300)} starting ledger 4.1.0 pid=1",
            f"{stamp(n * 300 + 1)} loaded {n % 3 + 90} error templates",
        ]
        lines += [
            f"{stamp(n * 300 + m / 9)} {rng.choice(('warm-up of', 'reading', 'indexing', 'failed over list for'))} {pick(rng)} {m} done"
            for m in range(count // 40)
        ]
        lines += ["ledger: LEDGER_URL must not be empty"]
    return Scenario("container_restarts_forty_times", lines, ("LEDGER_URL must not be empty",))


@scenario(60_000)
def flag_before_the_cascade(rng: random.Random, count: int) -> Scenario:
    """A flag is switched at INFO; two hundred kinds of error follow, in many words."""
    lines = list(service_lines(rng, count // 2))
    lines.append(f"{stamp(6000)} INFO  [flags] settlement.v2 switched on by deploy-bot for 100 % of tenants")
    kinds = [
        f"{pick(rng)} {pick(rng)} {rng.choice(('failed', 'timed out', 'was refused', 'threw IllegalStateException', 'cannot be parsed'))} {pick(rng)}"
        for _ in range(200)
    ]
    lines += [
        f"{stamp(6000 + n)} {rng.choice(('ERROR', 'ERROR', 'WARN '))} [{pick(rng)}] {rng.choice(kinds)} id={n}"
        for n in range(count // 2)
    ]
    return Scenario("flag_before_the_cascade", lines, ("settlement.v2 switched on",))
