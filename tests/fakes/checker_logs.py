"""Logs of linters, format checks and document builds: findings that end a build without the word error."""

from __future__ import annotations

import random

from fakes.log_scenario import Scenario, pick, put, scenario


@scenario(4000)
def latex_document(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 2):
        lines += [
            f"Overfull \\hbox ({rng.random() * 90:.5f}pt too wide) in paragraph at lines {n}--{n + 4}",
            f"(/usr/share/texlive/texmf-dist/tex/latex/{pick(rng)}/{pick(rng)}error.sty) [{n}]",
        ]
    put(lines, 0.6, "! Undefined control sequence.", "l.413 ...due to \\settlementdate", "{} of the ledger.")
    lines += ["!  ==> Fatal error occurred, no output PDF file produced!", "Transcript written on book.log."]
    return Scenario("latex_document", lines, ("\\settlementdate",))


@scenario(4000)
def sphinx_strict(rng: random.Random, count: int) -> Scenario:
    lines = [f"reading sources... [{n * 100 // count:>3}%] api/{pick(rng)}.errors.{pick(rng)}{n}" for n in range(count)]
    put(lines, 0.8, "/ci/docs/ledger.rst:41: WARNING: undefined label: 'settlement-rules' [ref.ref]")
    lines += [f"writing output... [{n % 100:>3}%] api/{pick(rng)}.failure{n}" for n in range(count // 2)]
    lines += ["build finished with problems, 1 warning (with warnings treated as errors)."]
    return Scenario("sphinx_strict", lines, ("undefined label: 'settlement-rules'",))


@scenario(4000)
def android_lint(rng: random.Random, count: int) -> Scenario:
    lines = []
    for n in range(count // 3):
        lines += [
            f"/ci/app/src/main/res/layout/{pick(rng)}{n}.xml:{n % 300}: Warning: Possible overdraw: Root element paints background @color/error [Overdraw]",
            f'    android:background="@color/{pick(rng)}"',
            "    ~~~~~~~~~~~~~~~~~~",
        ]
    put(
        lines,
        0.37,
        '/ci/app/src/main/res/values/strings.xml:41: Error: "checkout_title" is not translated in "de" (German) [MissingTranslation]',
        '    <string name="checkout_title">Checkout</string>',
        "            ~~~~~~~~~~~~~~~~~~~~~",
    )
    lines += [
        f"1 errors, {count // 3} warnings",
        "> Task :app:lintDebug FAILED",
        "FAILURE: Build failed with an exception.",
        "* What went wrong:",
        "Execution failed for task ':app:lintDebug'.",
        "> Lint found errors in the project; aborting build.",
        "BUILD FAILED in 1m 2s",
    ]
    return Scenario("android_lint", lines, ('"checkout_title" is not translated',))


@scenario(5000)
def cargo_fmt_diff(rng: random.Random, count: int) -> Scenario:
    """A format check that prints a diff and ends; the tests that ran beside it say far more."""
    lines = [
        f"test {pick(rng)}::{pick(rng)}::returns_error_{n} ... ok"
        if n % 9
        else f"   Compiling {pick(rng)}-error v0.{n}.0"
        for n in range(count)
    ]
    put(
        lines,
        0.7,
        "Diff in /ci/crates/ledger/src/close.rs:88:",
        "     let total = lines",
        "-        .iter().map(|line| line.cents).sum();",
        "+        .iter()",
        "+        .map(|line| line.cents)",
        "+        .sum();",
    )
    lines += ["make: *** [Makefile:12: fmt] Error 1", "make: Target 'ci' not remade because of errors."]
    return Scenario("cargo_fmt_diff", lines, ("Diff in /ci/crates/ledger/src/close.rs",))


@scenario(4000)
def pre_commit_types(rng: random.Random, count: int) -> Scenario:
    """Twenty hooks; one prints its finding between the names of those that pass."""
    lines = [
        f"[INFO] Installing environment for https://git.example.org/{pick(rng)}/{pick(rng)}-{n}."
        for n in range(count // 2)
    ]
    lines += [f"{f'check {pick(rng)} {pick(rng)}'.ljust(60, '.')}Passed" for _ in range(9)]
    lines += [
        f"{'static types'.ljust(60, '.')}Failed",
        "- hook id: types",
        "- exit code: 1",
        "",
        'src/ledger/book.py:88: error: Argument 1 to "settle" has incompatible type "str"; expected "Cents"  [arg-type]',
        "Found 1 error in 1 file (checked 412 source files)",
        "",
    ]
    lines += [f"{f'fix {pick(rng)} {pick(rng)}'.ljust(60, '.')}Passed" for _ in range(9)]
    lines += [f"diff --git a/{pick(rng)}{n}.py b/{pick(rng)}{n}.py: unchanged" for n in range(count // 2)]
    return Scenario("pre_commit_types", lines, ('expected "Cents"',))
