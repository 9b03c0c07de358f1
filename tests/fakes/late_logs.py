"""Logs written after line selection was finished and measured once: the honest check (docs/condensing.md)."""

from __future__ import annotations

import json
import random

from fakes.log_scenario import Scenario, hexes, pick, put, scenario, service_lines, stamp


@scenario(3000)
def yarn_frozen_lockfile(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"➤ YN0013: │ {pick(rng)}-errors@npm:{n % 9}.{n % 40}.0 can't be found in the cache and will be fetched"
        for n in range(count)
    ]
    put(lines, 0.6, "➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.")
    lines += ["➤ YN0000: └ Completed in 12s 41ms", "➤ YN0000: Failed with errors in 14s 2ms"]
    return Scenario("yarn_frozen_lockfile", lines, ("lockfile would have been modified",))


@scenario(4000)
def playwright_text(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"  ✓  {n} [chromium] {pick(rng)}.spec.ts:{n % 90}:5 {pick(rng)} shows an error for {pick(rng)} ({n % 9}.{n % 9}s)"
        if n % 9
        else f"  -  {n} [webkit] {pick(rng)}.spec.ts:{n % 90}:5 retry #1 of {pick(rng)}"
        for n in range(count)
    ]
    put(
        lines,
        0.4,
        "  1) [firefox] checkout.spec.ts:41:5 total is shown in euros",
        "    Error: expect(locator).toHaveText(expected)",
        '    Expected string: "Pay 10.25"',
        '    Received string: "Pay 0.00"',
    )
    lines += [
        "  1 failed",
        "    [firefox] checkout.spec.ts:41:5 total is shown in euros",
        f"  {count - 1} passed (4.1m)",
    ]
    return Scenario("playwright_text", lines, ('"Pay 0.00"',))


@scenario(6000)
def terragrunt_units(rng: random.Random, count: int) -> Scenario:
    units = [f"{pick(rng)}-{n}" for n in range(9)]
    lines = [
        f"{stamp(n)} STDOUT [{rng.choice(units)}] terraform: module.{pick(rng)}.aws_{pick(rng)}.error_{pick(rng)}: Refreshing state... [id={hexes(rng, 12)}]"
        for n in range(count)
    ]
    put(
        lines,
        0.5,
        f'{stamp(4)} STDERR [{units[3]}] terraform: │ The argument "retention_days" is not expected here. Did you mean "retention_in_days"?',
    )
    return Scenario("terragrunt_units", lines, ('"retention_days" is not expected here',))


@scenario(3000)
def manifest_schema(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"stdin - {rng.choice(('Service', 'ConfigMap', 'Deployment'))} {pick(rng)}-{n} is valid" for n in range(count)
    ]
    put(
        lines,
        0.6,
        "stdin - Deployment ledger is invalid: problem validating schema: additional properties 'replica' not allowed",
    )
    lines += [f"Summary: {count} resources found - Valid: {count - 1}, Invalid: 1, Errors: 0, Skipped: 0"]
    return Scenario("manifest_schema", lines, ("additional properties 'replica'",))


@scenario(2500)
def cloud_init_packages(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"[{n // 60:>5}.{n:06d}] cloud-init[412]: Get:{n} http://deb.example.org stable/main amd64 lib{pick(rng)}-error-perl all {n % 9}.{n % 40} [{n % 90} kB]"
        for n in range(count)
    ]
    put(lines, 0.7, "[   88.412000] cloud-init[412]: E: Unable to locate package libssl1.1")
    lines += [f"[  {n}.000000] systemd[1]: Reached target {pick(rng)}.target" for n in range(300)]
    return Scenario("cloud_init_packages", lines, ("Unable to locate package libssl1.1",))


@scenario(5000)
def r_package_check(rng: random.Random, count: int) -> Scenario:
    lines = [f"* checking {pick(rng)} {pick(rng)} {n} ... OK" for n in range(count)]
    put(
        lines,
        0.5,
        "* checking examples ... ERROR",
        "Running examples in 'ledger-Ex.R' failed",
        "> close_book(book, 2024)",
        "Error in close_book(book, 2024) : object 'leap_days' not found",
        "Execution halted",
    )
    lines += ["* DONE", "Status: 1 ERROR, 2 NOTEs"]
    return Scenario("r_package_check", lines, ("object 'leap_days' not found",))


@scenario(5000)
def submodule_checkout(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"remote: Counting objects: {n * 100 // count:>3}% ({n}/{count})\rremote: Compressing errors/{pick(rng)}"
        for n in range(count)
    ]
    put(
        lines,
        0.5,
        "fatal: remote error: upload-pack: not our ref 9f1c77aa0b3e",
        "Fetched in submodule path 'vendor/rates', but it did not contain 9f1c77aa0b3e.",
    )
    lines += [f"Removing {pick(rng)}/failure-{n}.tmp" for n in range(800)]
    return Scenario("submodule_checkout", lines, ("'vendor/rates', but it did not contain",))


@scenario(4000)
def licence_check(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"{pick(rng)}-{pick(rng)} {n % 9}.{n % 40}.0 {rng.choice(('MIT', 'Apache-2.0', 'BSD-3-Clause', 'ISC'))}"
        for n in range(count)
    ]
    put(lines, 0.5, "tulip-charts 4.1.0 AGPL-3.0-only")
    lines += ["1 package has a licence outside of the list of this project"]
    return Scenario("licence_check", lines, ("AGPL-3.0-only",))


@scenario(4000)
def generated_code_differs(rng: random.Random, count: int) -> Scenario:
    lines = [f"protoc --go_out=. {pick(rng)}/errors/{pick(rng)}_{n}.proto" for n in range(count)]
    lines += [
        "git diff --exit-code",
        "diff --git a/gen/ledger.pb.go b/gen/ledger.pb.go",
        "index 88aa1f..9f1c77 100644",
        "@@ -41,3 +41,3 @@",
        "-\tSettledAt int64",
        "+\tSettledAt *timestamppb.Timestamp",
        "make: *** [generate-check] Error 1",
    ]
    lines += [f"docker rm -f {hexes(rng, 12)}" for _ in range(900)]
    return Scenario("generated_code_differs", lines, ("a/gen/ledger.pb.go",))


@scenario(7000)
def rspec_parallel(rng: random.Random, count: int) -> Scenario:
    lines = [f"[worker {n % 6}] {pick(rng)} rejects {pick(rng)} with an error ({n % 90}ms)" for n in range(count)]
    put(
        lines,
        0.3,
        "[worker 4]   1) Ledger closes in a leap year",
        "[worker 4]      Failure/Error: expect(book.days).to eq(366)",
        "[worker 4]        expected: 366",
        "[worker 4]             got: 365",
    )
    lines += [f"{count} examples, 1 failure, 3 pendings"]
    return Scenario("rspec_parallel", lines, ("got: 365",))


@scenario(40_000)
def flink_checkpoint(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"{stamp(n)} {rng.choice(('INFO ', 'INFO ', 'WARN '))} o.a.flink.runtime.{pick(rng)} [] - "
        + rng.choice(
            (
                f"Completed checkpoint {n} for job {hexes(rng, 32)} ({n} bytes, checkpointDuration={n % 900} ms)",
                f"Triggering checkpoint {n} (type=CheckpointType) for job {hexes(rng, 32)}",
                f"The operator name {pick(rng)} exceeded the 80 characters length limit and was truncated",
            )
        )
        for n in range(count)
    ]
    put(
        lines,
        0.6,
        f"{stamp(9)} INFO  o.a.flink.runtime.executiongraph [] - Source: rates -> Map (3/8) switched from RUNNING to FAILED on 10.4.0.9: heap budget of state backend used up",
    )
    return Scenario("flink_checkpoint", lines, ("heap budget of state backend used up",))


@scenario(30_000)
def php_shop(rng: random.Random, count: int) -> Scenario:
    lines = [
        f'[14-Mar-2026 09:{n // 60 % 60:02d}:{n % 60:02d} UTC] PHP {rng.choice(("Deprecated", "Notice", "Warning"))}:  {rng.choice(("Undefined array key", "Creation of dynamic property"))} "{pick(rng)}" in /var/www/{pick(rng)}.php on line {n % 900}'
        for n in range(count)
    ]
    put(
        lines,
        0.4,
        "[14-Mar-2026 10:01:00 UTC] PHP Warning:  mysqli::real_connect(): (HY000/1040): Too many connections in /var/www/db.php on line 41",
    )
    return Scenario("php_shop", lines, ("Too many connections",))


@scenario(60_000)
def haproxy_backend(rng: random.Random, count: int) -> Scenario:
    lines = [
        f'Mar 14 09:{n // 60 % 60:02d}:{n % 60:02d} lb-1 haproxy[41]: 10.2.0.{n % 255}:{n % 65000} [14/Mar/2026:09:26:53.{n % 1000:03d}] web~ shop/shop-{n % 9} 0/0/1/{n % 90}/{n % 99} {200 if n % 9 else 304} {n % 9000} - - ---- {n % 90}/{n % 80}/0/0/0 0/0 "GET /{pick(rng)}/error/{n} HTTP/1.1"'
        for n in range(count)
    ]
    put(
        lines,
        0.7,
        "Mar 14 10:31:00 lb-1 haproxy[41]: Server shop/shop-4 is DOWN, reason: Layer7 wrong status, code: 503, check duration: 3ms. 8 active and 0 backup servers left.",
    )
    return Scenario("haproxy_backend", lines, ("Server shop/shop-4 is DOWN",))


@scenario(50_000)
def elastic_watermark(rng: random.Random, count: int) -> Scenario:
    def line(n: int, level: str, text: str) -> str:
        return json.dumps(
            {
                "@timestamp": stamp(n),
                "log.level": level,
                "message": text,
                "ecs.version": "1.2.0",
                "process.thread.name": f"elasticsearch[es-{n % 3}][{pick(rng)}][T#{n % 9}]",
                "log.logger": f"org.elasticsearch.{pick(rng)}",
                "elasticsearch.cluster.uuid": "q7Zr41",
                "elasticsearch.node.name": f"es-{n % 3}",
            }
        )

    lines = [
        line(
            n,
            *rng.choice(
                (
                    ("INFO", f"[{pick(rng)}-{n}] creating index, cause [auto(bulk api)], templates [errors]"),
                    ("WARN", f"[gc][{n}] overhead, spent [{n % 900}ms] collecting in the last [1s]"),
                    ("INFO", f"updating [index.blocks] for [{pick(rng)}-{n}] failed over"),
                )
            ),
        )
        for n in range(count)
    ]
    put(
        lines,
        0.5,
        line(
            9000,
            "WARN",
            "flood stage disk watermark [95%] exceeded on [es-1][/data] free: 4.1gb[4.8%], all indices on this node will be marked read-only",
        ),
    )
    return Scenario("elastic_watermark", lines, ("flood stage disk watermark",))


@scenario(40_000)
def rabbit_alarm(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"{stamp(n)[:-1].replace('T', ' ')} [{rng.choice(('info', 'info', 'warning', 'error'))}] <0.{n}.0> {rng.choice((f'accepting AMQP connection <0.{n}.0> (10.2.0.{n % 255}:{n % 65000} -> 10.4.0.2:5672)', f'closing AMQP connection <0.{n}.0>: client unexpectedly closed TCP connection', 'connection timed out: heartbeat missed'))}"
        for n in range(count)
    ]
    put(
        lines,
        0.5,
        "2026-03-14 10:31:00.412 [info] <0.441.0> vm_memory_high_watermark set. Memory used:4161536000 allowed:4000000000",
    )
    return Scenario("rabbit_alarm", lines, ("vm_memory_high_watermark set",))


@scenario(30_000)
def nan_in_json_training(rng: random.Random, count: int) -> Scenario:
    lines = [
        json.dumps(
            {
                "step": n,
                "loss": round(2.5 - n / count, 4),
                "grad_norm": round(rng.random(), 3),
                "scale": 65536.0,
                "lr": 0.0003,
            }
        )
        for n in range(count)
    ]
    put(
        lines,
        0.6,
        json.dumps({"step": 18000, "event": "scaler", "note": "no finite gradient in 40 steps, scale is 1.0"}),
    )
    return Scenario("nan_in_json_training", lines, ("no finite gradient in 40 steps",))


@scenario(40_000)
def kubelet_device_plugin(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"I0314 09:{n // 60 % 60:02d}:{n % 60:02d}.{n % 10**6:06d}    4411 {rng.choice((f'operation_generator.go:{n % 900}] MountVolume.SetUp succeeded for volume {pick(rng)} pod {hexes(rng, 8)}', f'prober.go:107] Probe failed probeType=Readiness pod=prod/{pick(rng)}-{n} probeResult=failure', f'reconciler.go:{n % 300}] operationExecutor.UnmountVolume started for volume {pick(rng)}'))}"
        for n in range(count)
    ]
    put(
        lines,
        0.6,
        "I0314 10:31:00.412000    4411 manager.go:230] Endpoint for device nvidia.com/gpu got unregistered: plugin socket vanished",
    )
    return Scenario("kubelet_device_plugin", lines, ("plugin socket vanished",))


@scenario(48_000)
def one_pod_of_another_zone(rng: random.Random, count: int) -> Scenario:
    """Every replica tells where it reads from; one reads from elsewhere, among as many warnings as the others have."""
    pods = [f"rates-{hexes(rng, 5)}" for _ in range(20)]
    lines = [
        f"{pod} app {stamp(n)} {rng.choice(('INFO', 'WARN', 'ERROR'))} {rng.choice((f'quote {n} late by {n % 90} ms', f'feed {pick(rng)} hiccup {n}', f'client {n} went away'))}"
        for n in range(count)
        for pod in (rng.choice(pods),)
    ]
    for n, pod in enumerate(pods):
        put(
            lines,
            0.1 + n / 100,
            f"{pod} app {stamp(n)} INFO reading rates from {'archive' if n == 13 else 'exchange'} host {n % 3}",
        )
    return Scenario("one_pod_of_another_zone", lines, ("reading rates from archive",))


@scenario(60_000)
def clock_before_tokens(rng: random.Random, count: int) -> Scenario:
    """A step of the clock at INFO; an hour later tokens are refused everywhere."""
    lines = list(service_lines(rng, count // 2))
    put(lines, 0.8, f"{stamp(5000)} INFO  [ntp] system clock stepped by -3722 s, source 10.0.0.9")
    lines += [
        f"{stamp(6000 + n)} {rng.choice(('ERROR', 'WARN '))} [{pick(rng)}] {rng.choice(('token is not yet valid', 'signature rejected', 'session refused'))} for {pick(rng)} {hexes(rng, 8)}"
        for n in range(count // 2)
    ]
    return Scenario("clock_before_tokens", lines, ("system clock stepped by -3722 s",))


@scenario(30_000)
def queue_slows_down(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count):
        lines.append(f'level=info ts={stamp(n)} msg="handled" route=/{pick(rng)} took={rng.randrange(90)}ms')
        if n % 300 == 0:
            lines.append(
                f'level=info ts={stamp(n)} msg="backlog" topic=orders waiting={3 + n * n // 9000} workers={n % 3 + 8}'
            )
    return Scenario("queue_slows_down", lines, ("waiting=3 ", f"waiting={3 + (count - 300) ** 2 // 9000} "))


@scenario(20_000)
def powershell_deploy(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"VERBOSE: Copying C:\\agent\\{pick(rng)}\\errors\\{pick(rng)}{n}.dll to \\\\web-{n % 9}\\site"
        for n in range(count)
    ]
    put(
        lines,
        0.5,
        "Start-Service : Service 'Ledger (ledger)' cannot be started due to the following error: Cannot start service ledger on computer '.'.",
        "At C:\\agent\\deploy.ps1:41 char:1",
        "+ Start-Service ledger",
        "+ ~~~~~~~~~~~~~~~~~~~~",
        "    + CategoryInfo          : OpenError: (System.ServiceProcess.ServiceController:ServiceController) [Start-Service], ServiceCommandException",
    )
    return Scenario("powershell_deploy", lines, ("Service 'Ledger (ledger)' cannot be started",))


@scenario(30_000)
def go_logfmt_deadline(rng: random.Random, count: int) -> Scenario:
    """Deadlines are exceeded all day for small reasons; the pool says once how many connections it has."""
    lines = [
        f'ts={stamp(n)} level={rng.choice(("info", "error"))} caller={pick(rng)}.go:{n % 900} msg="{rng.choice(("request done", "context deadline exceeded", "retrying"))}" id={hexes(rng, 16)} took={n % 900}ms'
        for n in range(count)
    ]
    put(
        lines,
        0.2,
        f'ts={stamp(3)} level=info caller=pool.go:41 msg="pool opened" max_open=1 max_idle=1 dsn_host=orders-db',
    )
    return Scenario("go_logfmt_deadline", lines, ("max_open=1",))
