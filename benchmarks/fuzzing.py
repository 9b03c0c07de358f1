"""What the fuzzers share: a text out of the fuzzer's bytes, and the run of libFuzzer with its bounds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

import atheris


def make_text(provider: atheris.FuzzedDataProvider, pieces: Sequence[str], *, most_parts: int, part_chars: int) -> str:
    """The fuzzer's own characters, up to `part_chars` at a time, among pieces that mean something to the code under test."""
    parts: list[str] = []
    while provider.remaining_bytes() and len(parts) < most_parts:
        if provider.ConsumeBool():
            parts.append(pieces[provider.ConsumeIntInRange(0, len(pieces) - 1)])
        else:
            parts.append(provider.ConsumeUnicodeNoSurrogates(provider.ConsumeIntInRange(0, part_chars)))
    return "".join(parts)


def fuzz(check: Callable[[bytes], None], about: str) -> None:
    """Runs `check` on made-up bytes for a while; exits with libFuzzer's status. `about` is the help's text."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("inputs", nargs="*", help="Inputs to try again instead, e.g. a crash file.")
    options = parser.parse_args()
    flags = [
        *options.inputs,
        f"-max_total_time={options.seconds}",
        "-timeout=10",
        "-rss_limit_mb=1024",
        "-max_len=4096",
    ]
    atheris.Setup([sys.argv[0], *flags], check)
    atheris.Fuzz()
