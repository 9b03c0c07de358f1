"""Logs of deployments: plays, plans, image builds and chart upgrades that fail."""

from __future__ import annotations

import random

from fakes.log_scenario import Scenario, pick, put, scenario


@scenario(3000)
def ansible_play(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 4):
        lines += [
            f"TASK [{pick(rng)} : ensure {pick(rng)} error handler {n}] " + "*" * 40,
            f"ok: [node-{n % 9}.prod.example]",
            f"skipping: [node-{(n + 1) % 9}.prod.example]",
            "",
        ]
    put(
        lines,
        0.66,
        "TASK [database : migrate schema] " + "*" * 40,
        'fatal: [node-3.prod.example]: FAILED! => {"changed": true, "cmd": ["migrate", "up"], "delta": "0:00:02.1", "msg": "non-zero return code", "rc": 2, "stderr": "migration 0042 locked by pid 771 on node-5", "stdout": ""}',
    )
    lines += ["PLAY RECAP " + "*" * 60]
    lines += [
        f"node-{n}.prod.example : ok={rng.randrange(90)} changed=4 unreachable=0 failed={int(n == 3)} skipped=11 rescued=0 ignored=0"
        for n in range(9)
    ]
    return Scenario("ansible_play", lines, ("migration 0042 locked by pid 771",))


@scenario(2500)
def terraform_apply(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"module.{pick(rng)}.cloud_alarm.error_rate_{n}: Refreshing state... [id={pick(rng)}-failed-{n}]"
        if n % 2
        else f"module.{pick(rng)}.cloud_subnet.private[{n}]: Still creating... [{n % 60}s elapsed]"
        for n in range(count)
    ]
    lines += [
        "╷",
        "│ Error: creating cluster (ledger): operation error: InvalidSubnet, subnets sub-1 and sub-2 are in the same zone",
        "│ ",
        "│   with module.db.cloud_cluster.ledger,",
        '│   on modules/db/main.tf line 14, in resource "cloud_cluster" "ledger":',
        '│   14: resource "cloud_cluster" "ledger" {',
        "│ ",
        "╵",
        "Releasing state lock. This may take a few moments...",
        "Error: Terraform exited with code 1.",
    ]
    return Scenario("terraform_apply", lines, ("subnets sub-1 and sub-2 are in the same zone",))


@scenario(1500)
def docker_build(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"#9 {n * 0.11:.3f} Get:{n} http://deb.example.org/debian stable/main amd64 lib{pick(rng)}-error-perl all 1.{n} [{rng.randrange(99)} kB]"
        for n in range(count)
    ]
    lines += [
        "#11 [builder 5/7] RUN make dist",
        "#11 0.402 make: *** No rule to make target 'assets/logo.svg', needed by 'dist'.  Stop.",
        '#11 ERROR: process "/bin/sh -c make dist" did not complete successfully: exit code: 2',
        "------",
        " > [builder 5/7] RUN make dist:",
        "------",
        "Dockerfile:22",
        "--------------------",
        "  20 |     COPY . .",
        "  22 | >>> RUN make dist",
        "--------------------",
        'ERROR: failed to solve: process "/bin/sh -c make dist" did not complete successfully: exit code: 2',
    ]
    return Scenario("docker_build", lines, ("No rule to make target 'assets/logo.svg'",))


@scenario(800)
def helm_upgrade(rng: random.Random, count: int) -> Scenario:
    lines = [
        f'client.go:{400 + n % 90}: [debug] {rng.choice(("Patch", "Looks like there are no changes for", "Created a new"))} {rng.choice(("Deployment", "ConfigMap", "Service"))} "{pick(rng)}-{n}" in namespace shop'
        for n in range(count)
    ]
    lines += [
        "wait.go:66: [debug] beginning wait for 214 resources with timeout of 5m0s",
        *[
            f"ready.go:287: [debug] Deployment is not ready: shop/cart. {n % 3} out of 3 expected pods are ready"
            for n in range(200)
        ],
        'Error: UPGRADE FAILED: cannot patch "cart" with kind Deployment: admission webhook "policy.example" denied the request: image tag latest is not allowed',
        "helm.go:84: [debug] cannot patch",
        *[f"\thelm.sh/helm/cmd/helm/root.go:{n}" for n in range(30)],
        "##[error]Process completed with exit code 1.",
    ]
    return Scenario("helm_upgrade", lines, ("image tag latest is not allowed",))
