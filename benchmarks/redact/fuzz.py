"""Fuzzes the redactor with atheris: no crash, lines kept, idempotent, sealable, valid UTF-8, bounded work.

uv run --with atheris python benchmarks/redact/fuzz.py --seconds 600
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

with atheris.instrument_imports(include=["incident_bot.redaction"]):
    from incident_bot.redaction import Redactor

from fakes.secret_samples import log_shaped_samples, provider_samples

PIECES = [sample.text for sample in (*provider_samples(3, per_recipe=1), *log_shaped_samples(3, per_shape=1))]


def check(data: bytes) -> None:
    """One text, made of the fuzzer's own bytes and of pieces that hold secrets."""
    provider = atheris.FuzzedDataProvider(data)
    parts = []
    while provider.remaining_bytes() and len(parts) < 40:
        if provider.ConsumeBool():
            parts.append(PIECES[provider.ConsumeIntInRange(0, len(PIECES) - 1)])
        else:
            parts.append(provider.ConsumeUnicodeNoSurrogates(provider.ConsumeIntInRange(0, 200)))
    text = "".join(parts)
    redactor = Redactor(b"fuzz")
    once = redactor.redact(text)
    assert once.count("\n") == text.count("\n"), f"lines are not kept: {text!r}"
    assert redactor.redact(once) == once, f"redacting twice changes something: {text!r}"
    assert redactor.seal(once) == once, f"redacted text does not pass the seal: {text!r}"
    once.encode("utf-8")
    list(redactor.redact_lines(text.split("\n")))


def main() -> None:
    """Runs for a while; exits with libFuzzer's status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
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


if __name__ == "__main__":
    main()
