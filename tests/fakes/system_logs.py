"""Logs of databases, nodes and less common runtimes, and logs whose decisive line does not look like one."""

from __future__ import annotations

import json
import random

from fakes.log_scenario import WORDS, Scenario, hexes, put, scenario, service_lines, stamp


@scenario(40_000)
def mongodb_json(rng: random.Random, count: int) -> Scenario:
    """Structured logs with one-letter severities and a numeric id a message."""

    def line(at: float, level: str, part: str, number: int, said: str, **attributes: object) -> str:
        return json.dumps(
            {
                "t": {"$date": stamp(at)},
                "s": level,
                "c": part,
                "id": number,
                "ctx": f"conn{rng.randrange(900)}",
                "msg": said,
                "attr": attributes,
            }
        )

    lines = [
        line(n, "I", "NETWORK", 22943, "Connection accepted", remote=f"10.0.0.{n % 250}:{n}", connectionId=n)
        if rng.random() < 0.6
        else line(
            n, "I", "COMMAND", 51803, "Slow query", ns=f"shop.{rng.choice(WORDS)}", errors=0, durationMillis=n % 900
        )
        for n in range(count)
    ]
    put(
        lines,
        0.4,
        line(
            16000,
            "E",
            "WT",
            22435,
            "WiredTiger error message",
            error=-31802,
            message="file:index-7.wt: checksum differs at offset 8192",
        ),
    )
    return Scenario("mongodb_json", lines, ("checksum differs at offset 8192",))


@scenario(60_000)
def journald_node(rng: random.Random, count: int) -> Scenario:
    units = ["kubelet[812]", "containerd[640]", "systemd[1]", "chronyd[455]", "kernel"]
    lines = [
        f"Mar 14 09:{n // 60 % 60:02d}:{n % 60:02d} node-7 {rng.choice(units)}: {rng.choice(('Started', 'Reloaded', 'Synchronised'))} {rng.choice(WORDS)} {n} error_policy=ignore"
        for n in range(count)
    ]
    put(
        lines,
        0.37,
        "Mar 14 09:21:07 node-7 kernel: nvme0n1: I/O Cmd(0x2) @ LBA 771002, 8 blocks, I/O Error (sct 0x2 / sc 0x81)",
        "Mar 14 09:21:07 node-7 kernel: EXT4-fs (nvme0n1p1): Remounting filesystem read-only",
    )
    return Scenario("journald_node", lines, ("Remounting filesystem read-only",))


@scenario(50_000)
def json_in_json(rng: random.Random, count: int) -> Scenario:
    """A collector's JSON around the application's JSON around a message."""

    def line(at: float, level: str, message: str) -> str:
        inner = json.dumps({"severity": level, "message": message, "span": hexes(rng, 16), "thread": rng.randrange(64)})
        return json.dumps(
            {
                "stream": "stdout",
                "time": stamp(at),
                "kubernetes": {"pod_name": "cart-0", "labels": {"app": "cart", "on-error": "retry"}},
                "log": inner + "\n",
            }
        )

    lines = [line(n, "INFO", f"basket {rng.choice(WORDS)} stored, failed=0") for n in range(count)]
    put(lines, 0.5, line(1, "ERROR", "voucher service speaks protocol 3, we speak 2"))
    return Scenario("json_in_json", lines, ("voucher service speaks protocol 3",))


@scenario(20_000)
def elixir_genserver(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 2):
        lines += [
            f"{stamp(n)[11:-1]} request_id=F{hexes(rng, 12)} [info] GET /{rng.choice(WORDS)}/errors/{n}",
            f"{stamp(n)[11:-1]} request_id=F{hexes(rng, 12)} [info] Sent 200 in {rng.randrange(90)}ms",
        ]
    put(
        lines,
        0.6,
        "10:01:13.110 [error] GenServer Shop.Ledger terminating",
        "** (MatchError) no match of right hand side value: {:error, :ledger_sealed}",
        "    (shop 0.9.0) lib/shop/ledger.ex:71: Shop.Ledger.handle_call/3",
        "    (stdlib 5.2) gen_server.erl:1113: :gen_server.try_handle_call/4",
        "Last message (from #PID<0.771.0>): {:post, 41}",
    )
    return Scenario("elixir_genserver", lines, ("{:error, :ledger_sealed}",))


@scenario(20_000)
def erlang_report(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"{stamp(n)} [info] <0.{rng.randrange(9000)}.0> accepting AMQP connection <0.{n}.0> (10.0.0.{n % 250}:{n} -> 10.0.1.4:5672), error_handler on"
        for n in range(count)
    ]
    put(
        lines,
        0.7,
        f"{stamp(14000)} [error] <0.412.0> ** Generic server queue_master terminating",
        f"{stamp(14000)} [error] <0.412.0> ** Reason for termination == ",
        f'{stamp(14000)} [error] <0.412.0> ** {{bad_segment,{{"orders",117}},truncated_entry}}',
    )
    return Scenario("erlang_report", lines, ("bad_segment",))


@scenario(20_000)
def ruby_worker(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"I, [{stamp(n)[:-1]} #{rng.randrange(90)}]  INFO -- : [{hexes(rng, 16)}] {rng.choice(WORDS).title()}Job done: 0 failures, {rng.randrange(900)} ms"
        for n in range(count)
    ]
    put(
        lines,
        0.5,
        "E, [2026-03-14T11:40:01.771 #12] ERROR -- : Psych::DisallowedClass: Tried to load unspecified class: Symbol",
        *[f"/app/vendor/bundle/gems/worker-7/lib/w/{rng.choice(WORDS)}.rb:{n}:in `call'" for n in range(40)],
    )
    return Scenario("ruby_worker", lines, ("Tried to load unspecified class: Symbol",))


@scenario(60_000)
def asan_in_service(rng: random.Random, count: int) -> Scenario:
    lines = list(service_lines(rng, count))
    put(
        lines,
        0.45,
        "=================================================================",
        "==1==ERROR: AddressSanitizer: stack-buffer-underflow on address 0x7ffd0 at pc 0x55d1 bp 0x7ffd sp 0x7ffc",
        "READ of size 8 at 0x7ffd0 thread T7",
        *[
            f"    #{n} 0x55d{n:03x} in quote::{rng.choice(WORDS)}(Order const&) /src/quote.cc:{n + 9}"
            for n in range(25)
        ],
        "SUMMARY: AddressSanitizer: stack-buffer-underflow /src/quote.cc:9 in quote::fold(Order const&)",
    )
    return Scenario("asan_in_service", lines, ("AddressSanitizer: stack-buffer-underflow on address",))


@scenario(30_000)
def plain_info_decides(rng: random.Random, count: int) -> Scenario:
    """No bad word in the deciding line; warnings in every tenth of the others."""
    lines = list(service_lines(rng, count))
    put(lines, 0.44, f"{stamp(6000)} INFO  [leader] lease handed to replica 2 by replica 0 at term 88")
    return Scenario("plain_info_decides", lines, ("lease handed to replica 2",))


@scenario(30_000)
def middle_among_failure_words(rng: random.Random, count: int) -> Scenario:
    """Every line has a failure word; the one that decides is another kind of error in the middle third."""
    lines = []
    for n in range(count):
        word = rng.choice(WORDS)
        lines.append(
            rng.choice(
                (
                    f"{stamp(n)} WARN  [sync] could not refresh {word} {n}: timed out, retry {n % 5} of 5",
                    f"{stamp(n)} ERROR [probe] check {word} failed: connection refused (attempt {n})",
                    f"{stamp(n)} INFO  [sync] exception list for {word} reloaded, {n % 7} failures ignored",
                    f"{stamp(n)} ERROR [mail] cannot deliver notice {n} to {word}: mailbox full",
                )
            )
        )
    put(
        lines,
        0.5,
        f"{stamp(15000)} ERROR [vault] seal status changed: keyring rotated to generation 9, old leases void",
    )
    return Scenario("middle_among_failure_words", lines, ("keyring rotated to generation 9",))


@scenario(20_000)
def decisive_near_copies(rng: random.Random, count: int) -> Scenario:
    """The deciding message is repeated thousands of times with other numbers: one copy is enough, and must be there."""
    lines = list(service_lines(rng, count // 2))
    for n in range(count // 2):
        lines.insert(
            rng.randrange(len(lines)),
            f"{stamp(n)} ERROR [shard-{n % 64}] index {n} rejected write {hexes(rng, 16)}: disk flood stage watermark exceeded on {rng.choice(WORDS)}-{n % 9}",
        )
    return Scenario("decisive_near_copies", lines, ("disk flood stage watermark exceeded",))


@scenario(30_000)
def postgres_multiline(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 3):
        lines += [
            f"{stamp(n)[:-1]} UTC [{n % 900}] LOG:  duration: {rng.random() * 90:.3f} ms  execute <unnamed>: SELECT error_code FROM {rng.choice(WORDS)} WHERE id = $1",
            f"{stamp(n)[:-1]} UTC [{n % 900}] DETAIL:  parameters: $1 = '{n}'",
            f"{stamp(n)[:-1]} UTC [{n % 900}] LOG:  checkpoint complete: wrote {n} buffers; 0 errors",
        ]
    put(
        lines,
        0.58,
        f"{stamp(9)[:-1]} UTC [771] PANIC:  could not locate a valid checkpoint record",
        f"{stamp(9)[:-1]} UTC [1] LOG:  startup process (PID 771) was terminated by signal 6: Aborted",
    )
    return Scenario("postgres_multiline", lines, ("could not locate a valid checkpoint record",))


@scenario(20_000)
def java_and_python_mixed(rng: random.Random, count: int) -> Scenario:
    """Two runtimes in one log; both fail, the Python one first and only once."""
    lines = list(service_lines(rng, count))
    put(
        lines,
        0.3,
        "Traceback (most recent call last):",
        '  File "/app/feature_store.py", line 40, in read',
        "    return table[key]",
        "KeyError: 'customer_tier'",
    )
    for n in range(300):
        put(
            lines,
            0.3 + n * 0.002,
            f"{stamp(6000 + n)} ERROR [scorer] scoring failed for order {n}",
            "com.example.score.FeatureMissingException: no value from feature store",
            "\tat com.example.score.Scorer.score(Scorer.java:81)",
            "\tat com.example.http.Route.handle(Route.java:22)",
        )
    return Scenario("java_and_python_mixed", lines, ("KeyError: 'customer_tier'", "no value from feature store"))


def _noise(rng: random.Random, count: int) -> list[str]:
    """Hundreds of kinds of error that everybody has got used to."""
    return [
        f"{stamp(n)} ERROR [{rng.choice(WORDS)}] {rng.choice(WORDS)} {rng.choice(WORDS)} lookup failed for tenant {n}"
        for n in range(count)
    ]


@scenario(20_000)
def errors_as_in_the_sibling(rng: random.Random, count: int) -> Scenario:
    """Thousands of kinds of error; the healthy sibling has nearly all of them, and none with these words."""
    lines, healthy = _noise(rng, count), _noise(rng, count)
    put(lines, 0.45, f"{stamp(9000)} ERROR [maple] ledger signature lookup failed for tenant 9000")
    return Scenario("errors_as_in_the_sibling", lines, ("ledger signature lookup failed",), healthy)


@scenario(20_000)
def setting_new_since_yesterday(rng: random.Random, count: int) -> Scenario:
    """Thousands of settings are printed at start; one is not among those of the window before."""
    names = [f"{one}.{two}.{three}" for one in WORDS for two in WORDS for three in WORDS[:10]]
    healthy = [f"{stamp(n)} INFO  [settings] {name} = {rng.choice(('on', 'off'))}" for n, name in enumerate(names)]
    lines = [*healthy, *service_lines(rng, count)]
    lines[1700] = f"{stamp(1700)} INFO  [settings] quilt.legacy.checkout = on"
    return Scenario(
        "setting_new_since_yesterday", lines, ("quilt.legacy.checkout = on",), [*healthy, *service_lines(rng, 4000)]
    )
