"""Logs of compilers, package managers and checkers of many languages: one needle each, often without the word error."""

from __future__ import annotations

import random

from fakes.log_scenario import Scenario, hexes, pick, put, scenario


@scenario(6000)
def xcodebuild_swift(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 3):
        name = pick(rng).title()
        lines += [
            f"CompileSwift normal arm64 /ci/App/{name}/{name}{n}.swift (in target 'App' from project 'App')",
            "    cd /ci/App",
            f"    builtin-swiftTaskExecution -- /Applications/Xcode.app/swift-frontend -c /ci/App/{name}{n}.swift -Werror -module-name App -o {hexes(rng, 8)}.o",
        ]
        if n % 9 == 0:
            lines.append(
                f"/ci/App/{name}/{name}{n}.swift:{n % 400}:{n % 60}: warning: 'init(error:)' was deprecated in iOS 16"
            )
    put(
        lines,
        0.52,
        "/ci/App/Cart/Checkout.swift:88:24: error: value of optional type 'Price?' must be unwrapped to a value of type 'Price'",
        "        total += line.price",
        "                      ^",
    )
    lines += [
        "** BUILD FAILED **",
        "",
        "The following build commands failed:",
        "\tSwiftCompile normal arm64 Compiling\\ Checkout.swift (in target 'App' from project 'App')",
        "(1 failure)",
    ]
    return Scenario("xcodebuild_swift", lines, ("value of optional type 'Price?' must be unwrapped",))


@scenario(6000)
def dotnet_test_assert(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"  Passed Shop.Tests.{pick(rng).title()}Tests.{pick(rng).title()}_fails_with_error_{n} [{n % 90} ms]"
        if n % 8
        else f"[xUnit.net 00:00:{n % 60:02d}.41]     Shop.Tests.{pick(rng).title()}Tests.{pick(rng)} [SKIP]"
        for n in range(count)
    ]
    put(
        lines,
        0.3,
        "  Failed Shop.Tests.CartTests.Totals_are_rounded(currency: EUR) [14 ms]",
        "  Error Message:",
        "   Assert.Equal() Failure: Values differ",
        "Expected: 10.25",
        "Actual:   10.24",
        "  Stack Trace:",
        "     at Shop.Tests.CartTests.Totals_are_rounded(String currency) in /ci/tests/CartTests.cs:line 41",
    )
    lines += ["Test Run Failed.", f"Total tests: {count}", f"     Passed: {count - 1}", "     Failed: 1"]
    return Scenario("dotnet_test_assert", lines, ("CartTests.Totals_are_rounded", "Actual:   10.24"))


@scenario(6000)
def sbt_scalatest(rng: random.Random, count: int) -> Scenario:
    """The failing expectation is printed at [info] like everything that passes."""
    lines = []
    for n in range(count // 3):
        lines += [
            f"[info] {pick(rng).title()}Spec:",
            f"[info] - should reject {pick(rng)} {n} with an error",
            f"[info] - should fail when {pick(rng)} is missing ({n % 90} milliseconds)",
        ]
        if n % 20 == 0:
            lines.append(f"[warn] /ci/src/{pick(rng)}.scala:{n}:9: match may not be exhaustive.")
    put(
        lines,
        0.47,
        "[info] LedgerSpec:",
        "[info] - should settle twice *** FAILED ***",
        "[info]   3 did not equal 4 (LedgerSpec.scala:41)",
    )
    lines += [
        f"[info] Tests: succeeded {count // 3 * 2}, failed 1, canceled 0, ignored 2, pending 0",
        "[info] *** 1 TEST FAILED ***",
        "[error] Failed tests:",
        "[error] \torg.example.LedgerSpec",
        "[error] (Test / test) sbt.TestsFailedException: Tests unsuccessful",
        "[error] Total time: 88 s, completed Mar 14, 2026, 9:26:53 AM",
    ]
    return Scenario("sbt_scalatest", lines, ("3 did not equal 4",))


@scenario(3000)
def composer_platform(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"  - Downloading {pick(rng)}/{pick(rng)}-exception ({n % 9}.{n % 40}.0)"
        if n % 5
        else f"Deprecated: {pick(rng)}\\Error::{pick(rng)}(): Implicitly marking parameter as nullable in vendor/{pick(rng)}.php on line {n}"
        for n in range(count)
    ]
    put(
        lines,
        0.9,
        "Your requirements could not be resolved to an installable set of packages.",
        "",
        "  Problem 1",
        "    - Root composer.json requires acme/ledger ^2.1 -> satisfiable by acme/ledger[2.1.0].",
        "    - acme/ledger 2.1.0 requires php ^8.3 -> your php version (8.1.27) does not satisfy that requirement.",
    )
    return Scenario("composer_platform", lines, ("your php version (8.1.27) does not satisfy",))


@scenario(4000)
def mix_exunit(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 2):
        lines += [
            "." * rng.randrange(5, 70),
            f"{n % 24:02d}:26:53.{n % 1000:03d} [error] GenServer {pick(rng)}_{n} terminating on purpose in test",
        ]
    put(
        lines,
        0.5,
        "  1) test settles twice (Ledger.SettleTest)",
        "     test/ledger/settle_test.exs:41",
        "     Assertion with == failed",
        "     code:  assert Ledger.settle(book) == 413",
        "     left:  412",
        "     right: 413",
        "     stacktrace:",
        "       test/ledger/settle_test.exs:44: (test)",
    )
    lines += [
        "",
        "Finished in 12.1 seconds (9.0s async, 3.1s sync)",
        f"{count} tests, 1 failure",
        "",
        "Randomized with seed 41",
    ]
    return Scenario("mix_exunit", lines, ("test settles twice", "left:  412"))


@scenario(8000)
def jest_in_the_middle(rng: random.Random, count: int) -> Scenario:
    """Passing tests print console.error blocks all the time; one expectation fails among them."""
    lines = []
    for n in range(count // 7):
        if n % 3:
            lines.append(f"PASS src/{pick(rng)}/{pick(rng)}.{n}.test.tsx ({n % 9}.{n % 99} s)")
        else:
            lines += [
                "  console.error",
                f"    Warning: An update to {pick(rng).title()} inside a test was not wrapped in act(...).",
                "",
                f"      at printWarning (node_modules/react-dom/cjs/react-dom.development.js:{n}:30)",
                f"      at error (node_modules/react-dom/cjs/react-dom.development.js:{n}:7)",
                "",
            ]
    put(
        lines,
        0.44,
        "FAIL src/cart/totals.test.tsx",
        "  ● cart totals \u203a rounds half cents up",
        "",
        "    expect(received).toBe(expected) // Object.is equality",
        "",
        "    Expected: 1025",
        "    Received: 1024",
        "",
        "      40 |     const total = sum(lines);",
        "    > 41 |     expect(total).toBe(1025);",
        "         |                   ^",
    )
    lines += [
        f"Test Suites: 1 failed, {count // 9} passed",
        "Tests:       1 failed, 4120 passed, 4121 total",
        "Time:        88.1 s",
        "Ran all test suites.",
    ]
    return Scenario("jest_in_the_middle", lines, ("Received: 1024",))


@scenario(8000)
def parallel_make_linker(rng: random.Random, count: int) -> Scenario:
    """`make -j` goes on for thousands of lines after the linker has failed."""
    lines = [
        f"[{n * 100 // count:>3}%] Building CXX object src/CMakeFiles/{pick(rng)}.dir/{pick(rng)}_error{n}.cc.o"
        if n % 6
        else f"/ci/src/{pick(rng)}.cc:{n}:9: warning: ignoring return value of 'int try_fail()' [-Wunused-result]"
        for n in range(count)
    ]
    put(
        lines,
        0.35,
        "[ 35%] Linking CXX executable bin/settle",
        "/usr/bin/ld: CMakeFiles/settle.dir/ledger.cc.o: in function `Ledger::close()':",
        "ledger.cc:(.text+0x41): undefined reference to `audit_v2'",
        "collect2: error: ld returned 1 exit status",
        "gmake[2]: *** [src/CMakeFiles/settle.dir/build.make:97: bin/settle] Error 1",
        "gmake[1]: *** [CMakeFiles/Makefile2:882: src/CMakeFiles/settle.dir/all] Error 2",
        "gmake[1]: *** Waiting for unfinished jobs....",
    )
    lines += ["gmake: *** [Makefile:146: all] Error 2"]
    return Scenario("parallel_make_linker", lines, ("undefined reference to `audit_v2'",))


@scenario(4000)
def configure_script(rng: random.Random, count: int) -> Scenario:
    """The script's own error is one line; its config.log, printed after it, is full of compiler errors."""
    lines = [f"checking for {pick(rng)}_{pick(rng)}{n}.h... {rng.choice(('yes', 'no'))}" for n in range(count // 2)]
    lines += ["checking for libpq >= 14... no", "configure: error: libpq 14 or newer is required, found 12.9"]
    lines += ["+ cat config.log"]
    for n in range(count // 6):
        lines += [
            f"configure:{n}: gcc -o conftest -g -O2 conftest.c -l{pick(rng)} >&5",
            f"conftest.c:{n % 90}:10: fatal error: {pick(rng)}{n}.h: No such file or directory",
            f"configure:{n}: $? = 1",
        ]
    return Scenario("configure_script", lines, ("libpq 14 or newer is required",))


@scenario(12000)
def bitbake_fetch(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"NOTE: recipe {pick(rng)}-{pick(rng)}-{n % 9}.{n % 40}-r0: task do_{rng.choice(('compile', 'install', 'package', 'configure'))}: {rng.choice(('Started', 'Succeeded'))}"
        if n % 12
        else f"WARNING: {pick(rng)}-native-{n}-r0 do_fetch: Failed to fetch URL https://src.example.org/{pick(rng)}{n}.tar.gz, attempting MIRRORS if available"
        for n in range(count)
    ]
    put(
        lines,
        0.66,
        "ERROR: modem-firmware-3.0-r0 do_fetch: Unable to find revision 9f1c77aa in branch main even from upstream",
        "ERROR: Logfile of failure stored in: /build/tmp/work/modem-firmware/3.0-r0/temp/log.do_fetch.4411",
        "NOTE: recipe modem-firmware-3.0-r0: task do_fetch: Failed",
    )
    lines += [f"NOTE: Tasks Summary: Attempted {count} tasks of which 12 didn't need to be rerun and 1 failed."]
    return Scenario("bitbake_fetch", lines, ("Unable to find revision 9f1c77aa in branch main",))


@scenario(3000)
def haskell_types(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"[{n:>4} of {count}] Compiling Ledger.{pick(rng).title()}.Error{n}"
        if n % 5
        else f"src/Ledger/{pick(rng).title()}{n}.hs:{n % 300}:1: warning: [-Wunused-imports]"
        for n in range(count)
    ]
    put(
        lines,
        0.95,
        "src/Ledger/Close.hs:88:24: error: [GHC-83865]",
        "    • Couldn't match expected type \u2018Cents\u2019 with actual type \u2018Text\u2019",
        "    • In the first argument of \u2018settle\u2019, namely \u2018name\u2019",
        "   |",
        "88 |     settle name book",
        "   |            ^^^^",
    )
    lines += [f"Progress {n}/412: {pick(rng)}" for n in range(60)]
    return Scenario("haskell_types", lines, ("Couldn't match expected type \u2018Cents\u2019",))


@scenario(3000)
def nix_hash(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"copying path '/nix/store/{hexes(rng, 32)}-{pick(rng)}-errors-{n}' from 'https://cache.example.org'..."
        for n in range(count)
    ]
    put(
        lines,
        0.5,
        "error: hash mismatch in fixed-output derivation '/nix/store/0f9a-vendor-firmware.tar.xz.drv':",
        "         specified: sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "            got:    sha256-" + "q7Zr" * 10 + "abc=",
    )
    lines += [f"building '/nix/store/{hexes(rng, 32)}-{pick(rng)}.drv'..." for _ in range(count // 3)]
    lines += [
        f"error: {n} dependencies of derivation '/nix/store/{hexes(rng, 32)}-{pick(rng)}.drv' failed to build"
        for n in range(1, 40)
    ]
    return Scenario("nix_hash", lines, ("hash mismatch in fixed-output derivation",))


@scenario(7000)
def flutter_expectation(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"00:{n // 100 % 60:02d} +{n}: /ci/test/{pick(rng)}_test.dart: shows error {pick(rng)} {n}"
        for n in range(count)
    ]
    put(
        lines,
        0.33,
        "00:41 +312 -1: /ci/test/cart_test.dart: cart totals are rounded [E]",
        "  Expected: <1025>",
        "    Actual: <1024>",
        "  package:matcher expect",
        "  test/cart_test.dart 41:5  main.<fn>",
    )
    lines += [f"00:59 +{count} -1: Some tests failed."]
    return Scenario("flutter_expectation", lines, ("cart totals are rounded [E]", "Actual: <1024>"))


@scenario(5000)
def go_race(rng: random.Random, count: int) -> Scenario:
    """A data race in a test whose own assertions pass."""
    lines = []
    for n in range(count // 3):
        name = f"Test{pick(rng).title()}{pick(rng).title()}Error{n}"
        lines += [
            f"=== RUN   {name}",
            f"    {pick(rng)}_test.go:{n}: expected error: connection refused",
            f"--- PASS: {name} (0.{n % 99:02d}s)",
        ]
    put(
        lines,
        0.58,
        "=== RUN   TestLedgerClose",
        "==================",
        "WARNING: DATA RACE",
        "Write at 0x00c0001a2b40 by goroutine 41:",
        "  example.org/ledger.(*Book).close()",
        "      /ci/ledger/book.go:88 +0x44",
        "Previous read at 0x00c0001a2b40 by goroutine 38:",
        "  example.org/ledger.(*Book).Total()",
        "      /ci/ledger/book.go:61 +0x3c",
        "==================",
        "    testing.go:1398: race detected during execution of test",
        "--- FAIL: TestLedgerClose (0.04s)",
    )
    lines += [
        "FAIL",
        "FAIL\texample.org/ledger\t12.411s",
        *[f"ok  \texample.org/{pick(rng)}/{pick(rng)}{n}\t{n % 9}.{n % 999:03d}s" for n in range(400)],
        "FAIL",
    ]
    return Scenario("go_race", lines, ("WARNING: DATA RACE", "ledger/book.go:88"))
