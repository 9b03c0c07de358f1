"""Fuzzes the redactor with atheris: no crash, lines kept, idempotent, sealable, valid UTF-8, bounded work.

uv run --with atheris python -m benchmarks.redact.fuzz --seconds 600
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

with atheris.instrument_imports(include=["incident_bot.redaction"]):
    from incident_bot.redaction import Redactor

from benchmarks.fuzzing import fuzz, make_text
from fakes.log_shapes import log_shaped_samples
from fakes.secret_samples import provider_samples

PIECES = [sample.text for sample in (*provider_samples(3, per_recipe=1), *log_shaped_samples(3, per_shape=1))]


def check(data: bytes) -> None:
    """One text, made of the fuzzer's own bytes and of pieces that hold secrets."""
    text = make_text(atheris.FuzzedDataProvider(data), PIECES, most_parts=40, part_chars=200)
    redactor = Redactor(b"fuzz")
    once = redactor.redact(text)
    assert once.count("\n") == text.count("\n"), f"lines are not kept: {text!r}"
    assert redactor.redact(once) == once, f"redacting twice changes something: {text!r}"
    assert redactor.seal(once) == once, f"redacted text does not pass the seal: {text!r}"
    once.encode("utf-8")
    list(redactor.redact_lines(text.split("\n")))


if __name__ == "__main__":
    fuzz(check, __doc__ or "")
