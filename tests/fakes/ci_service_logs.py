"""Logs as build services write them: time stamps, folds and section marks around a tool's own output.

The end is a long clean-up with alarming words in it; the deciding line is earlier and often quiet.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from fakes.log_scenario import Scenario, hexes, pick, put, scenario, stamp


def actions(lines: Iterable[str], start: float = 0.0) -> list[str]:
    return [f"{stamp(start + n * 0.07)[:-1]}4567Z {line}" for n, line in enumerate(lines)]


def cache_upload(rng: random.Random, count: int) -> list[str]:
    return [
        rng.choice(
            (
                f"Cache saved with key: linux-{hexes(rng, 12)}",
                f"Uploaded {n * 65536} of {count * 65536} ({n / count:.1%}), {rng.random() * 90:.1f} MBs/sec",
                f"[command]/usr/bin/git config --local --unset-all http.https://git.example.org/{pick(rng)}.extraheader",
                f"Temporarily overriding HOME='/home/runner/_temp/{hexes(rng, 8)}' before making global git config changes",
                f"warning: {pick(rng)}/{n}.log: no files were found with the provided path, nothing was uploaded",
                f"Stopping service container {hexes(rng, 12)}, error codes are ignored",
            )
        )
        for n in range(count)
    ]


@scenario(4000)
def actions_eslint(rng: random.Random, count: int) -> Scenario:
    """One problem of level error among hundreds of warnings of the same linter."""
    lint: list[str] = []
    for n in range(count // 5):
        lint += ["", f"/home/runner/work/shop/src/{pick(rng)}/{pick(rng)}{n}.ts"]
        for _ in range(rng.randrange(1, 4)):
            lint.append(
                f"  {rng.randrange(1, 400):>4}:{rng.randrange(1, 80):<3} warning  {rng.choice(('Unexpected any. Specify a different type', 'Missing return type on function', 'Unexpected console statement', 'Async method has no error handling'))}  {rng.choice(('no-explicit-any', 'no-console', 'explicit-return', 'handle-errors'))}"
            )
    put(lint, 0.41, "   88:11 error    React Hook useTotals is called conditionally  react-hooks/rules-of-hooks")
    lines = actions(
        [
            "##[group]Run npm run lint",
            "npm run lint",
            "shell: /usr/bin/bash -e {0}",
            "##[endgroup]",
            "> shop@4.1.0 lint",
            "> eslint src",
            *lint,
            "",
            f"✖ {count // 3} problems (1 error, {count // 3 - 1} warnings)",
            "",
            "##[error]Process completed with exit code 1.",
            "Post job cleanup.",
            *cache_upload(rng, count // 4),
        ]
    )
    return Scenario("actions_eslint", lines, ("useTotals is called conditionally",))


@scenario(5000)
def gitlab_formatter(rng: random.Random, count: int) -> Scenario:
    """A format check names one file between section marks and says nothing louder."""
    install = [
        f"Collecting {pick(rng)}-{pick(rng)}=={n % 9}.{n % 30}"
        if n % 3
        else f"  Downloading {pick(rng)}_errors-{n}.0-py3-none-any.whl ({rng.randrange(900)} kB)"
        for n in range(count // 2)
    ]
    upload = [
        f"WARNING: {pick(rng)}/report-{n}.xml: no matching files. Ensure that the artifact path is relative"
        if n % 2
        else f"Uploading artifacts... {hexes(rng, 20)} ok"
        for n in range(count // 2)
    ]
    lines = [
        "\x1b[0KRunning with gitlab-runner 16.9.1 (782c6ecb)\x1b[0;m",
        'section_start:1773480413:step_script\r\x1b[0K\x1b[0K\x1b[36;1mExecuting "step_script" stage of the job script\x1b[0;m',
        "\x1b[32;1m$ pip install -r requirements-dev.txt\x1b[0;m",
        *install,
        "\x1b[32;1m$ black --check src tests\x1b[0;m",
        "\x1b[1mwould reformat src/billing/ledger.py\x1b[0m",
        "\x1b[1mOh no! 💥 💔 💥\x1b[0m",
        "\x1b[34m\x1b[1m1 file \x1b[0m\x1b[1mwould be reformatted\x1b[0m, \x1b[34m833 files \x1b[0mwould be left unchanged.",
        "section_end:1773480520:step_script\r\x1b[0K",
        "section_start:1773480520:upload_artifacts_on_failure\r\x1b[0K\x1b[0KUploading artifacts for failed job",
        *upload,
        "section_end:1773480529:upload_artifacts_on_failure\r\x1b[0K",
        "\x1b[31;1mERROR: Job failed: exit code 1\x1b[0;m",
    ]
    return Scenario("gitlab_formatter", lines, ("would reformat src/billing/ledger.py",))


@scenario(9000)
def travis_tox(rng: random.Random, count: int) -> Scenario:
    """One of three environments fails early; the next ones pass for thousands of lines after it."""

    def tests(env: str, many: int) -> list[str]:
        return [
            f"[gw{n % 4}] [ {n * 100 // many:>2}%] PASSED tests/test_{pick(rng)}.py::test_{pick(rng)}_error_{n} "
            if n % 7
            else f"{env}: tests/test_{pick(rng)}.py:{n}: DeprecationWarning: {pick(rng)} will raise an exception in future"
            for n in range(many)
        ]

    lines = [
        "travis_fold:start:install\r\x1b[0K$ pip install tox",
        "travis_time:end:0b1f:start=1773480413,finish=1773480420\r\x1b[0K",
        "travis_fold:end:install\r\x1b[0K",
        "$ tox",
        "py311 run-test: commands[0] | pytest -n 4",
        *tests("py311", count // 3),
        "_________________________ test_settlement_of_a_leap_day _________________________",
        "[gw2] linux -- Python 3.11.8 /home/travis/build/.tox/py311/bin/python",
        "    def test_settlement_of_a_leap_day():",
        ">       assert settle(date(2024, 2, 29)).days == 366",
        "E       assert 365 == 366",
        "E        +  where 365 = Settlement(days=365).days",
        "tests/test_settle.py:41: AssertionError",
        f"======= 1 failed, {count // 3} passed, 12 warnings in 61.20s =======",
        "py311: exit 1 (61.90 seconds) /home/travis/build> pytest -n 4 pid=4411",
        "py312 run-test: commands[0] | pytest -n 4",
        *tests("py312", count // 3),
        f"======= {count // 3} passed, 12 warnings in 60.01s =======",
        "py313 run-test: commands[0] | pytest -n 4",
        *tests("py313", count // 3),
        f"======= {count // 3} passed, 12 warnings in 59.44s =======",
        "  py311: FAIL code 1 (64.11 seconds)",
        "  py312: OK (62.20 seconds)",
        "  py313: OK (61.00 seconds)",
        "  evaluation failed :( (187.42 seconds)",
        'The command "tox" exited with 1.',
        "Done. Your build exited with 1.",
    ]
    return Scenario("travis_tox", lines, ("assert 365 == 366",))


@scenario(8000)
def jenkins_reactor(rng: random.Random, count: int) -> Scenario:
    """A unit test fails in the second of twelve modules; --fail-at-end builds the others."""

    def module(name: str, many: int) -> list[str]:
        return [
            f"[INFO] ---------------------< org.example:{name} >----------------------",
            *(
                f"[INFO] Tests run: {n % 40}, Failures: 0, Errors: 0, Skipped: {n % 2}, Time elapsed: {n % 9}.{n % 99} s -- in org.example.{name}.{pick(rng).title()}FailureTest"
                if n % 4
                else f"{n % 24:02d}:26:53.123 [main] ERROR org.example.{name}.{pick(rng).title()} -- Simulated fault {n} for the test"
                for n in range(many)
            ),
        ]

    body = [
        *module("ledger-api", count // 12),
        "[INFO] Running org.example.core.RoundingTest",
        "[ERROR] Tests run: 9, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.041 s <<< FAILURE! -- in org.example.core.RoundingTest",
        "[ERROR] org.example.core.RoundingTest.halfCentsGoToTheHouse -- Time elapsed: 0.002 s <<< FAILURE!",
        "org.opentest4j.AssertionFailedError: expected: <10.25> but was: <10.24>",
        "\tat org.junit.jupiter.api.AssertionUtils.fail(AssertionUtils.java:55)",
        "\tat org.example.core.RoundingTest.halfCentsGoToTheHouse(RoundingTest.java:88)",
        "",
        "[INFO] Results:",
        "[ERROR] Failures:",
        "[ERROR]   RoundingTest.halfCentsGoToTheHouse:88 expected: <10.25> but was: <10.24>",
    ]
    for n in range(10):
        body += module(f"{pick(rng)}-service-{n}", count // 12)
    body += [
        "[INFO] Reactor Summary for ledger 4.1.0:",
        *[f"[INFO] {pick(rng)} {'.' * 40} SUCCESS [ 12.{n:03d} s]" for n in range(11)],
        f"[INFO] core {'.' * 40} FAILURE [ 41.882 s]",
        "[INFO] BUILD FAILURE",
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.2.5:test (default-test) on project core: There are test failures.",
        "[Pipeline] }",
        "[Pipeline] // stage",
        "[Pipeline] End of Pipeline",
        "ERROR: script returned exit code 1",
        "Finished: FAILURE",
    ]
    lines = [f"[{stamp(n * 0.1)}] {line}" for n, line in enumerate(body)]
    return Scenario("jenkins_reactor", lines, ("expected: <10.25> but was: <10.24>",))


@scenario(6000)
def actions_pnpm_workspace(rng: random.Random, count: int) -> Scenario:
    """Twelve packages build side by side; one has a type error."""
    packages = [f"packages/{pick(rng)}-{n}" for n in range(12)]
    body = []
    for n in range(count):
        package = rng.choice(packages)
        body.append(
            f"{package} build: "
            + rng.choice(
                (
                    f"dist/{pick(rng)}-{hexes(rng, 8)}.js  {rng.random() * 90:.2f} kB │ gzip: {rng.random() * 9:.2f} kB",
                    f"✓ {n} modules transformed.",
                    f"(!) Some chunks are larger than 500 kB after minification: {pick(rng)}Error-{hexes(rng, 6)}.js",
                    f"src/{pick(rng)}.ts ({n},1): 'failed' is imported but unused",
                )
            )
        )
    put(
        body,
        0.55,
        f"{packages[4]} build: src/cart/price.ts(12,5): error TS2345: Argument of type 'string | undefined' is not assignable to parameter of type 'Money'.",
        f"{packages[4]} build: Failed",
    )
    body += [
        "/home/runner/work/shop/packages/ui:",
        f" ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL  {packages[4]} build: `tsc -p .`",
        "Exit status 2",
        "##[error]Process completed with exit code 2.",
        *cache_upload(rng, 300),
    ]
    return Scenario("actions_pnpm_workspace", actions(body), ("is not assignable to parameter of type 'Money'",))


@scenario(5000)
def actions_coverage_gate(rng: random.Random, count: int) -> Scenario:
    """All tests pass; a percentage is below its gate, and a long upload follows."""
    body = [
        f"tests/{pick(rng)}/test_{pick(rng)}_{n}.py {'.' * (n % 30)} [{n * 100 // count:>3}%]"
        for n in range(count // 2)
    ]
    body += [
        "---------- coverage: platform linux, python 3.12.2-final-0 -----------",
        *[f"src/{pick(rng)}/{pick(rng)}{n}.py {n % 300:>5} {n % 40:>5} {100 - n % 40:>4}%" for n in range(count // 4)],
        "FAIL Required test coverage of 85% not reached. Total coverage: 84.31%",
        "============ 2211 passed, 14 skipped in 201.11s (0:03:21) ============",
        "##[error]Process completed with exit code 1.",
        "##[group]Run codecov/codecov-action@v4",
        *[
            f"[info] {stamp(n)} {rng.choice(('Found file', 'error report not found for', 'Skipping failed upload of'))} {pick(rng)}/{hexes(rng, 8)}.xml"
            for n in range(count // 4)
        ],
        "Cleaning up orphan processes",
    ]
    return Scenario("actions_coverage_gate", actions(body), ("Required test coverage of 85% not reached",))


@scenario(6000)
def azure_disk_full(rng: random.Random, count: int) -> Scenario:
    """The disk fills up in the middle of a restore; what follows is hundreds of follow-up errors."""
    body = ["##[section]Starting: Restore and publish"]
    body += [
        f"  Restored D:\\a\\1\\s\\{pick(rng)}\\{pick(rng)}.{n}.csproj (in {rng.random() * 9:.2f} sec)."
        if n % 4
        else f"  GET https://pkgs.example.org/v3/flat2/{pick(rng)}.errors/{n}.0/index.json {rng.randrange(90)}ms"
        for n in range(count // 2)
    ]
    body.append("tar: ./layers/base/vfs.tar: Cannot write: No space left on device")
    body += [
        f'D:\\a\\1\\s\\{pick(rng)}{n}.targets(88,5): error MSB3021: Unable to copy file "obj\\{pick(rng)}.dll" to "bin\\{pick(rng)}{n}.dll".'
        for n in range(count // 3)
    ]
    body += ["##[error]Bash exited with code '2'.", "##[section]Finishing: Restore and publish"]
    body += cache_upload(rng, count // 6)
    return Scenario("azure_disk_full", actions(body), ("No space left on device",))


@scenario(5000)
def gitlab_unbound_variable(rng: random.Random, count: int) -> Scenario:
    """A shell script stops at a variable that nobody set; traps print a long state dump after it."""
    lines = [
        f"+ kubectl --namespace {pick(rng)}-{n} get configmap {pick(rng)}-errors -o name"
        if n % 2
        else f"configmap/{pick(rng)}-errors"
        for n in range(count // 2)
    ]
    lines.append("./deploy/promote.sh: line 41: RELEASE_CHANNEL: unbound variable")
    lines += ["+ on_exit", "+ echo '--- state ---'"]
    lines += [
        f"pod/{pick(rng)}-{hexes(rng, 8)}-{n}   1/1   Running   {n % 3}   {n % 30}d"
        if n % 5
        else f"Warning: event Unhealthy of pod {pick(rng)}-{n} (x{n % 9} over 3h): Readiness probe failed"
        for n in range(count // 2)
    ]
    lines += ["section_end:1773480520:step_script\r\x1b[0K", "ERROR: Job failed: exit code 1"]
    return Scenario("gitlab_unbound_variable", lines, ("RELEASE_CHANNEL: unbound variable",))


@scenario(5000)
def jenkins_flaky_retry(rng: random.Random, count: int) -> Scenario:
    """Many downloads fail once and succeed again; the step that ends the build fails in another way."""
    body = []
    for n in range(count // 3):
        body += [f"Fetching https://mirror.example.org/{pick(rng)}/{pick(rng)}-{n}.tar.zst"]
        if n % 6 == 0:
            body += [
                f"curl: (56) Recv failure: Connection reset by peer ({pick(rng)}-{n})",
                f"error: download of {pick(rng)}-{n} failed, retrying in {n % 9} s (attempt 1 of 3)",
            ]
        body += [f"ok {pick(rng)}-{n} sha256 matches"]
    put(body, 0.6, "signing key 0x4B7C21 of repository 'vendor-stable' expired 2026-03-13; refusing its index")
    body += [
        "step 'bootstrap' ended with status 78",
        *[f"removing intermediate file {pick(rng)}/{hexes(rng, 10)}.part" for _ in range(count // 4)],
        "[Pipeline] End of Pipeline",
        "Finished: FAILURE",
    ]
    lines = [f"09:{n // 60 % 60:02d}:{n % 60:02d}  {line}" for n, line in enumerate(body)]
    return Scenario("jenkins_flaky_retry", lines, ("expired 2026-03-13; refusing its index",))
