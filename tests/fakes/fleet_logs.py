"""Merged logs of many pods of which one differs, and logs of data and training jobs."""

from __future__ import annotations

import json
import random

from fakes.log_scenario import Scenario, hexes, pick, put, scenario, stamp


def _spark(rng: random.Random, n: int) -> str:
    return f"26/03/14 09:{n // 60 % 60:02d}:{n % 60:02d} " + rng.choice((
        f"INFO TaskSetManager: Finished task {n}.0 in stage {n // 400}.0 (TID {n}) in {n % 900} ms on 10.4.0.{n % 40} (executor {n % 12}) ({n % 400}/400)",
        f"WARN TaskSetManager: Lost task {n}.0 in stage {n // 400}.0 (TID {n}) (10.4.0.{n % 40} executor {n % 12}): FetchFailed(null, shuffleId={n % 9}, mapIndex=-1, mapId=-1, reduceId={n % 99})",
        f"INFO BlockManagerInfo: Removed broadcast_{n}_piece0 on 10.4.0.{n % 40}:{n % 65000} in memory (size: {n % 90}.1 KiB, free: 2.1 GiB)",
        f"ERROR TransportRequestHandler: Error while invoking RpcHandler#receive() on RPC id {hexes(rng, 12)}",
    ))  # fmt: skip


@scenario(60_000)
def spark_executor(rng: random.Random, count: int) -> Scenario:
    lines = [_spark(rng, n) for n in range(count)]
    put(
        lines,
        0.41,
        "26/03/14 10:31:00 ERROR TaskSchedulerImpl: Lost executor 7 on 10.4.0.31: Container from a bad node: exceeded physical memory limit 8.5 GB of 8 GB. Consider boosting executor memoryOverhead.",
    )
    return Scenario("spark_executor", lines, ("exceeded physical memory limit 8.5 GB of 8 GB",))


@scenario(8000)
def airflow_task(rng: random.Random, count: int) -> Scenario:
    def line(n: int, level: str, text: str) -> str:
        return f"[2026-03-14, 09:{n // 60 % 60:02d}:{n % 60:02d} UTC] {{{pick(rng)}_operator.py:{n % 900}}} {level} - {text}"

    lines = [
        line(
            n,
            *rng.choice(
                (
                    ("INFO", f"Executing batch {n} of {pick(rng)}_errors"),
                    ("INFO", f"[{n}] rows copied to staging"),
                    ("WARNING", f"{pick(rng)} hook: retryable error, attempt 1"),
                )
            ),
        )
        for n in range(count)
    ]
    lines += [
        line(1, "ERROR", "Task failed with exception"),
        "Traceback (most recent call last):",
        *[
            text
            for n in range(22)
            for text in (
                f'  File "/opt/airflow/lib/{pick(rng)}.py", line {n + 40}, in {pick(rng)}',
                f"    return self._{pick(rng)}(context)",
            )
        ],
        'psycopg2.errors.UndefinedColumn: column "settled_at" does not exist',
        "LINE 1: insert into closing (id, settled_at) values (1, now())",
        "                                 ^",
        line(2, "INFO", "Marking task as FAILED. dag_id=closing, task_id=load, run_id=scheduled__2026-03-14"),
        line(3, "INFO", "Task exited with return code 1"),
        *[
            line(
                n,
                "INFO",
                f"{n} downstream tasks scheduled from follow-on schedule check for failure handling of {pick(rng)}",
            )
            for n in range(count // 4)
        ],
    ]
    return Scenario("airflow_task", lines, ('column "settled_at" does not exist',))


@scenario(40_000)
def celery_pool(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"[2026-03-14 09:{n // 60 % 60:02d}:{n % 60:02d},123: "
        + rng.choice((
            f"INFO/MainProcess] Task shop.{pick(rng)}.send[{hexes(rng, 32)}] received",
            f"INFO/ForkPoolWorker-{n % 8}] Task shop.{pick(rng)}.send[{hexes(rng, 32)}] succeeded in {n % 9}.41s: None",
            f"WARNING/ForkPoolWorker-{n % 8}] Task shop.{pick(rng)}.fetch[{hexes(rng, 32)}] retry: Retry in {n % 60}s: ConnectionError('timed out')",
        ))
        for n in range(count)
    ]  # fmt: skip
    put(
        lines,
        0.55,
        "[2026-03-14 09:55:01,123: ERROR/MainProcess] Process 'ForkPoolWorker-41' pid:4411 exited with 'signal 11 (SIGSEGV)'",
    )
    return Scenario("celery_pool", lines, ("exited with 'signal 11 (SIGSEGV)'",))


@scenario(30_000)
def training_loss(rng: random.Random, count: int) -> Scenario:
    """The loss becomes nan at INFO and stays so; the job ends much later in another place."""
    lines = []
    for n in range(count):
        loss = f"{2.5 - n / count:.4f}" if n < count * 0.6 else "nan"
        lines.append(
            f"INFO:train:step {n} epoch {n // 1000} loss={loss} lr=3.0e-04 grad_norm={rng.random() * 3:.3f} tok/s={rng.randrange(9000, 9900)}"
        )
        if n % 50 == 0:
            lines.append(f"WARNING:data:shard {n}: {n % 9} samples skipped, decode error")
    lines += ["INFO:eval:accuracy 0.0000", "INFO:train:saved checkpoint /ckpt/last.pt", "INFO:train:done"]
    return Scenario("training_loss", lines, ("loss=nan",))


@scenario(40_000)
def volume_fills_slowly(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count):
        if n % 400 == 0:
            lines.append(f"{stamp(n)} INFO  [volume] data used={61 + n * 39 // count}% inodes={n % 9 + 3}%")
        lines.append(
            f"{stamp(n)} INFO  [{pick(rng)}] compacted error segment {n} in {n % 90} ms, {rng.randrange(99)} % saved"
        )
    return Scenario("volume_fills_slowly", lines, ("data used=61%", "data used=99%"))


@scenario(48_000)
def one_pod_of_an_older_release(rng: random.Random, count: int) -> Scenario:
    """Eleven replicas start 2.4.1, one starts 2.3.9; nothing else differs."""
    pods = [f"ledger-7d9f6c5b8-{hexes(rng, 5)}" for _ in range(12)]
    lines = [
        f"[pod/{pod}/app] {stamp(n)} INFO ledger release {'2.3.9' if n == 7 else '2.4.1'} schema {'r81' if n == 7 else 'r88'} ready"
        for n, pod in enumerate(pods)
    ]
    lines += [
        f"[pod/{rng.choice(pods)}/app] {stamp(n)} "
        + rng.choice(
            (
                f"INFO closed book {n} in {n % 90} ms",
                f"DEBUG {pick(rng)} cache error ratio 0.0{n % 9}",
                f"WARN {pick(rng)} slow by {n % 900} ms",
            )
        )
        for n in range(count)
    ]
    return Scenario("one_pod_of_an_older_release", lines, ("ledger release 2.3.9",))


@scenario(60_000)
def fleet_as_json_lines(rng: random.Random, count: int) -> Scenario:
    """A collector's JSON with the pod in a nested field; one pod quietly uses another source."""
    pods = [f"rates-{n}" for n in range(16)]

    def line(n: int, pod: str, message: str) -> str:
        return json.dumps(
            {
                "@timestamp": stamp(n),
                "stream": "stderr",
                "kubernetes": {
                    "namespace_name": "prod",
                    "pod_name": pod,
                    "container_name": "app",
                    "labels": {"app": "rates"},
                },
                "log": {"level": "info", "logger": f"rates.{pick(rng)}", "message": message},
            }
        )

    lines = [
        line(
            n,
            rng.choice(pods),
            rng.choice(
                (f"quoted pair {n} in {n % 90} ms", f"error budget {n % 99} left", f"refreshed {pick(rng)} table")
            ),
        )
        for n in range(count)
    ]
    put(lines, 0.37, line(9000, pods[9], "using bundled table of 2024-11-02 because feed handshake gave no answer"))
    return Scenario("fleet_as_json_lines", lines, ("using bundled table of 2024-11-02",))


@scenario(60_000)
def fleet_storm_of_the_downstream(rng: random.Random, count: int) -> Scenario:
    """Twenty pods of four services; a database's pod logs the cause once, its callers log thousands of symptoms."""
    services = ["front", "cart", "price", "mail"]
    lines = []
    for n in range(count):
        service = rng.choice(services)
        late = n > count * 0.4
        lines.append(
            f"{service}-{n % 5} {service} {stamp(n)} "
            + (
                rng.choice(
                    (
                        f"ERROR call to store failed: context deadline exceeded after {n % 9} s",
                        f"ERROR {pick(rng)} handler gave 503 for /{pick(rng)}/{n}",
                        "WARN circuit to store is open",
                    )
                )
                if late and rng.random() < 0.6
                else f"INFO served /{pick(rng)}/{n} in {n % 90} ms"
            )
        )
    put(
        lines,
        0.4,
        f"store-0 store {stamp(9000)} LOG standby promoted: timeline 7 begins at 0/A41F88, writes on old primary discarded",
    )
    return Scenario("fleet_storm_of_the_downstream", lines, ("standby promoted: timeline 7",))


@scenario(20_000)
def two_threads_interleave_exceptions(rng: random.Random, count: int) -> Scenario:
    lines = [f"{stamp(n)} [pool-3-thread-{n % 9}] INFO  o.e.Ledger - error list {n} is empty" for n in range(count)]
    first = [
        "java.lang.IllegalStateException: page 88 of book 41 is sealed",
        *[f"\tat org.example.Ledger.{pick(rng)}(Ledger.java:{n})" for n in range(14)],
    ]
    second = [
        "java.util.concurrent.TimeoutException: no slot after 30 s",
        *[f"\tat org.example.Slots.{pick(rng)}(Slots.java:{n})" for n in range(14)],
    ]
    mixed = [
        f"{stamp(8000)} [pool-3-thread-{which}] ERROR o.e.Ledger - {text}"
        for pair in zip(first, second, strict=True)
        for which, text in enumerate(pair)
    ]
    put(lines, 0.5, *mixed)
    return Scenario("two_threads_interleave_exceptions", lines, ("page 88 of book 41 is sealed", "no slot after 30 s"))
