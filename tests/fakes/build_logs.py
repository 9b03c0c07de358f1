"""Logs of builds and test runs in other languages than those of `log_generators`: one needle each.

Every log has what real ones have: chatter with alarming words that mean nothing, and an end that says only "failed".
"""

from __future__ import annotations

import random

from fakes.log_scenario import Scenario, pick, put, scenario, stamp


@scenario(3000)
def maven_java_with_python(rng: random.Random, count: int) -> Scenario:
    """A Maven build that calls a Python script; the script's reason decides, Maven only reports it."""
    lines = [
        f"[INFO] Downloaded from central: https://repo.example.org/maven2/org/{pick(rng)}/{pick(rng)}/{rng.randrange(9)}.{n}/{pick(rng)}-errors-{n}.jar ({rng.randrange(900)} kB at {rng.random() * 9:.1f} MB/s)"
        if rng.random() < 0.7
        else f"[WARNING] /ci/{pick(rng)}/src/{pick(rng).title()}.java: {pick(rng).title()}Exception is deprecated and will be removed"
        for n in range(count)
    ]
    put(
        lines,
        0.97,
        "[INFO] --- exec-maven-plugin:3.1.0:exec (codegen) @ ledger-api ---",
        "Traceback (most recent call last):",
        '  File "/ci/tools/codegen.py", line 88, in <module>',
        "    main(sys.argv[1:])",
        '  File "/ci/tools/codegen.py", line 61, in main',
        "    schema = load(path)",
        "schemas.LoadError: ledger.avsc: field 'amount' repeats",
        "[ERROR] Command execution failed.",
        "org.apache.commons.exec.ExecuteException: Process exited with an error: 1 (Exit value: 1)",
        *[f"    at org.apache.commons.exec.DefaultExecutor.run{n} (DefaultExecutor.java:{n + 400})" for n in range(25)],
        "[INFO] BUILD FAILURE",
    )
    lines += [
        "[ERROR] Re-run Maven using the -X switch to enable full debug logging.",
        "[ERROR] For more information about the errors and possible solutions, please read the following articles:",
    ]
    return Scenario("maven_java_with_python", lines, ("field 'amount' repeats",))


@scenario(4000)
def gradle_compile(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 2):
        lines += [f"> Task :{pick(rng)}:{rng.choice(('compileJava', 'processResources', 'jar'))} UP-TO-DATE", ""]
        if rng.random() < 0.1:
            lines.append(f"Note: {pick(rng).title()}{n}.java uses unchecked or unsafe operations.")
    put(
        lines,
        0.6,
        "> Task :checkout:compileJava FAILED",
        "/ci/checkout/src/main/java/shop/Basket.java:41: error: incompatible types: Money cannot be converted to long",
        "        long total = basket.total();",
        "                                 ^",
        "1 error",
    )
    lines += [
        "FAILURE: Build failed with an exception.",
        "",
        "* What went wrong:",
        "Execution failed for task ':checkout:compileJava'.",
        "> Compilation failed; see the compiler error output for details.",
        "",
        "* Try:",
        "> Run with --stacktrace option to get the stack trace.",
        "> Run with --info or --debug option to get more log output.",
        "",
        "BUILD FAILED in 2m 14s",
    ]
    return Scenario("gradle_compile", lines, ("Money cannot be converted to long",))


@scenario(2500)
def npm_resolution(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"npm WARN deprecated {pick(rng)}-{pick(rng)}@{rng.randrange(9)}.{n % 20}.0: this version has known failures, upgrade"
        if rng.random() < 0.4
        else f"npm http fetch GET 200 https://registry.example.org/{pick(rng)}-{n} {rng.randrange(900)}ms (cache miss)"
        for n in range(count)
    ]
    lines += [
        "npm ERR! code ERESOLVE",
        "npm ERR! ERESOLVE unable to resolve dependency tree",
        "npm ERR! ",
        "npm ERR! While resolving: storefront@4.1.0",
        "npm ERR! Found: widgets@18.2.0",
        "npm ERR! Could not resolve dependency:",
        'npm ERR! peer widgets@"^17.0.0" from carousel@3.9.1',
        "npm ERR! Fix the upstream dependency conflict, or retry",
        "npm ERR! A complete log of this run can be found in:",
        "npm ERR!     /root/.npm/_logs/2026-03-14T09_26_53_589Z-debug-0.log",
        "##[error]Process completed with exit code 1.",
        *[f"Post job cleanup step {n}: removing {pick(rng)}" for n in range(120)],
    ]
    return Scenario("npm_resolution", lines, ('peer widgets@"^17.0.0" from carousel@3.9.1',))


@scenario(2000)
def yarn_typecheck(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"➤ YN0013: │ {pick(rng)}-{pick(rng)}@npm:{rng.randrange(9)}.{n}.1 can't be found in the cache and will be fetched"
        for n in range(count)
    ]
    lines += [
        "➤ YN0000: └ Completed in 41s 210ms",
        "$ tsc --noEmit -p .",
        "src/routes/cart.tsx(118,23): error TS2345: Argument of type 'string | undefined' is not assignable to parameter of type 'Sku'.",
        "  Type 'undefined' is not assignable to type 'Sku'.",
        "error Command failed with exit code 2.",
        "info Visit https://yarn.example.org/en/docs/cli/run for documentation about this command.",
    ]
    return Scenario("yarn_typecheck", lines, ("is not assignable to parameter of type 'Sku'",))


@scenario(2500)
def cargo_borrow(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 6):
        lines += [
            f"   Compiling {pick(rng)}-error v{rng.randrange(3)}.{n}.0",
            f"warning: unused variable: `err_{pick(rng)}`",
            f"  --> crates/{pick(rng)}/src/lib.rs:{n}:9",
            "   |",
            f"{n} |     let err_{pick(rng)} = Error::new();",
            "   |         ^^^^ help: if this is intentional, prefix it with an underscore",
        ]
    lines += [
        "error[E0502]: cannot borrow `ledger` as mutable because it is also borrowed as immutable",
        "   --> crates/book/src/post.rs:212:9",
        "    |",
        "210 |     let head = &ledger.entries[0];",
        "    |                 -------------- immutable borrow occurs here",
        "212 |         ledger.push(entry);",
        "    |         ^^^^^^^^^^^^^^^^^^ mutable borrow occurs here",
        "",
        "For more information about this error, try `rustc --explain E0502`.",
        "warning: `book` (lib) generated 41 warnings",
        "error: could not compile `book` (lib) due to 1 previous error; 41 warnings emitted",
        "warning: build failed, waiting for other jobs to finish...",
    ]
    return Scenario("cargo_borrow", lines, ("cannot borrow `ledger` as mutable",))


@scenario(5000)
def go_test(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 3):
        name = f"Test{pick(rng).title()}Error{n}"
        lines += [f"=== RUN   {name}", f"--- PASS: {name} (0.{n % 90:02d}s)"]
        if rng.random() < 0.2:
            lines.append(f"    retry_test.go:{n}: simulated failure, expected error: connection refused")
    put(
        lines,
        0.48,
        "=== RUN   TestSettlementRounding",
        "    settle_test.go:77: settle(3, EUR/JPY) = 412, want 413",
        "--- FAIL: TestSettlementRounding (0.01s)",
    )
    lines += [
        "FAIL",
        "FAIL\tshop.example/settle\t12.480s",
        *[f"ok  \tshop.example/{pick(rng)}{n}\t0.{n:03d}s" for n in range(60)],
        "FAIL",
    ]
    return Scenario("go_test", lines, ("settle(3, EUR/JPY) = 412, want 413",))


@scenario(3000)
def pytest_assertion(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"tests/{pick(rng)}/test_{pick(rng)}_failure.py::test_error_{n} PASSED [{n * 100 // count:3d}%]"
        for n in range(count)
    ]
    lines += [
        "=================================== FAILURES ===================================",
        "______________________________ test_tax_of_basket ______________________________",
        "",
        "basket = Basket(items=3)",
        "",
        "    def test_tax_of_basket(basket):",
        ">       assert basket.tax() == Decimal('7.60')",
        "E       AssertionError: assert Decimal('7.59') == Decimal('7.60')",
        "E        +  where Decimal('7.59') = <bound method Basket.tax>()",
        "",
        "tests/shop/test_tax.py:31: AssertionError",
        "------------------------------ Captured log call -------------------------------",
        *[f"WARNING  shop.{pick(rng)}:cache.py:{n} retrying, timeout {n}" for n in range(300)],
        "=============================== warnings summary ===============================",
        *[f"tests/{pick(rng)}/test_x.py::test_{n}: DeprecationWarning: failUnless is deprecated" for n in range(200)],
        "=========================== short test summary info ============================",
        "FAILED tests/shop/test_tax.py::test_tax_of_basket",
        f"================= 1 failed, {count} passed, 200 warnings in 91.02s =================",
    ]
    return Scenario("pytest_assertion", lines, ("assert Decimal('7.59') == Decimal('7.60')",))


@scenario(1500)
def rspec_failure(rng: random.Random, count: int) -> Scenario:
    lines = ["." * rng.randrange(40, 80) for _ in range(count // 10)]
    lines += [
        f"DEPRECATION WARNING: {pick(rng)}_error! is deprecated (called from {pick(rng)} at app/models/{pick(rng)}.rb:{n})"
        for n in range(count)
    ]
    lines += [
        "Failures:",
        "",
        "  1) Invoice#void returns the credit note",
        "     Failure/Error: expect(invoice.void.number).to eq 'CN-204'",
        "",
        '       expected: "CN-204"',
        "            got: nil",
        "",
        "     # ./spec/models/invoice_spec.rb:57:in `block (3 levels) in <top (required)>'",
        "     # ./vendor/bundle/ruby/3.3.0/gems/runner/lib/core.rb:121:in `run'",
        "",
        "Finished in 2 minutes 3.1 seconds (files took 9.2 seconds to load)",
        "1873 examples, 1 failure, 12 pending",
        "",
        "Failed examples:",
        "",
        "rspec ./spec/models/invoice_spec.rb:55 # Invoice#void returns the credit note",
    ]
    return Scenario("rspec_failure", lines, ("expect(invoice.void.number).to eq 'CN-204'",))


@scenario(4000)
def gtest_in_ctest(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 2):
        name = f"{pick(rng).title()}ErrorTest.Fails{n}"
        lines += [f"{n % 40}: [ RUN      ] {name}", f"{n % 40}: [       OK ] {name} ({rng.randrange(50)} ms)"]
    put(
        lines,
        0.35,
        "12: [ RUN      ] RingBuffer.WrapsAtCapacity",
        "12: /ci/src/ring_test.cc:88: Failure",
        "12: Expected equality of these values:",
        "12:   ring.front()",
        "12:     Which is: 41",
        "12:   42",
        "12: [  FAILED  ] RingBuffer.WrapsAtCapacity (0 ms)",
    )
    lines += [
        "97% tests passed, 1 tests failed out of 40",
        "The following tests FAILED:",
        "\t 12 - ring_test (Failed)",
        "Errors while running CTest",
        "make: *** [Makefile:141: test] Error 8",
    ]
    return Scenario("gtest_in_ctest", lines, ("ring_test.cc:88: Failure",))


@scenario(3000)
def bazel_linker(rng: random.Random, count: int) -> Scenario:
    lines = [
        f"\x1b[32m[{n:,} / {count:,}]\x1b[0m Compiling {pick(rng)}/{pick(rng)}_error.cc; {rng.randrange(9)}s remote ... (8 actions running)"
        for n in range(count)
    ]
    put(
        lines,
        0.9,
        "\x1b[31m\x1b[1mERROR: \x1b[0m/ci/gateway/BUILD.bazel:14:10: Linking gateway/gateway failed: (Exit 1): gcc failed: error executing CppLink command",
        "ld.lld: error: undefined symbol: absl::StatusBuilder::LogWarning()",
        ">>> referenced by route.cc:118 (gateway/route.cc:118)",
        "collect2: error: ld returned 1 exit status",
    )
    lines += [
        "INFO: Elapsed time: 311.204s, Critical Path: 88.10s",
        "FAILED: Build did NOT complete successfully",
        "FAILED: 1 target was skipped due to failures",
    ]
    return Scenario("bazel_linker", lines, ("undefined symbol: absl::StatusBuilder::LogWarning()",))


@scenario(6000)
def phpunit_run(rng: random.Random, count: int) -> Scenario:
    lines = [
        f'[{stamp(n)}] local.{rng.choice(("INFO", "DEBUG", "NOTICE"))}: {pick(rng)} ErrorBag cleared for basket {n} {{"exception":null}}'
        for n in range(count)
    ]
    put(
        lines,
        0.52,
        "PHP Fatal error:  Uncaught TypeError: Shop\\Tax::rate(): Argument #1 ($country) must be of type string, null given, called in /app/src/Basket.php on line 61 and defined in /app/src/Tax.php:19",
        "Stack trace:",
        "#0 /app/src/Basket.php(61): Shop\\Tax->rate(NULL)",
        "#1 /app/src/Checkout.php(140): Shop\\Basket->total()",
        "#2 {main}",
        "  thrown in /app/src/Tax.php on line 19",
    )
    return Scenario("phpunit_run", lines, ("Argument #1 ($country) must be of type string, null given",))


@scenario(3000)
def perl_prove(rng: random.Random, count: int) -> Scenario:
    lines = [f"t/{n:04d}-{pick(rng)}-errors.t .. ok" for n in range(count)]
    put(
        lines,
        0.41,
        "#   Failed test 'round trip of euro sign'",
        "#   at t/utf8.t line 33.",
        "#          got: '?'",
        "#     expected: '€'",
        "# Looks like you failed 1 test of 12.",
        "t/utf8.t .. Dubious, test returned 1 (wstat 256, 0x100)",
        "Failed 1/12 subtests",
    )
    lines += [
        "Test Summary Report",
        "-------------------",
        "t/utf8.t (Wstat: 256 Tests: 12 Failed: 1)",
        "  Failed test:  7",
        "Result: FAIL",
    ]
    return Scenario("perl_prove", lines, ("round trip of euro sign",))


@scenario(3000)
def windows_msbuild(rng: random.Random, count: int) -> Scenario:
    """CRLF ends, drive letters, hundreds of warnings."""
    lines = [
        f"C:\\ci\\{pick(rng)}\\{pick(rng).title()}.cs({n},{n % 80}): warning CS8602: Dereference of a possibly null reference. [C:\\ci\\{pick(rng)}\\Errors.csproj]\r"
        if rng.random() < 0.5
        else f'  Copying file from "C:\\ci\\obj\\{pick(rng)}{n}.dll" to "C:\\ci\\bin\\{pick(rng)}{n}.dll".\r'
        for n in range(count)
    ]
    put(
        lines,
        0.55,
        "C:\\ci\\billing\\Invoice.cs(204,17): error CS0029: Cannot implicitly convert type 'decimal' to 'int' [C:\\ci\\billing\\Billing.csproj]\r",
    )
    lines += ["    611 Warning(s)\r", "    1 Error(s)\r", "Time Elapsed 00:02:11.30\r"]
    return Scenario("windows_msbuild", lines, ("Cannot implicitly convert type 'decimal' to 'int'",))
