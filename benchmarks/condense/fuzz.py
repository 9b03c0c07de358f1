"""Fuzzes the condenser with atheris: no crash, budget and order kept, kept texts stand in their lines, bounded work.

uv run --with atheris python -m benchmarks.condense.fuzz --seconds 600
"""

from __future__ import annotations

import atheris

with atheris.instrument_imports(include=["incident_bot.condense"]):
    from incident_bot.condense import condense, estimate_tokens, render_text
    from incident_bot.condense.lines import clean

from benchmarks.fuzzing import fuzz, make_text
from incident_bot.model import Evidence, EvidenceKind, SafeText
from incident_bot.redaction import split_lines

PIECES = [
    "2026-03-14T09:26:53.589Z ", "I1120 10:01:02.000003 1 a.go:7] ", "2026-03-14T09:26:53.5Z stdout F ", '{"log":"', '","stream":"stderr"}\n',
    "ERROR ", "Traceback (most recent call last):\n", '  File "/a.py", line 3, in f\n', "ValueError: x\n", "\tat a.B.c(B.java:1)\n",
    "Caused by: java.io.IOException: disk\n", "panic: nil map\n", "goroutine 1 [running]:\n", "level=warn msg=", '{"level":"error","msg":"', "##[error]",
    "\x1b[31m", "\r", "\0", "…", "\n", "\ufeff", "\u2028", "exited with code 1\n", "word " * 60,
]  # fmt: skip


def check(data: bytes) -> None:
    """One log, made of the fuzzer's own bytes and of pieces that mean something to the condenser."""
    provider = atheris.FuzzedDataProvider(data)
    budget_tokens = provider.ConsumeIntInRange(1, 4000)
    text = make_text(provider, PIECES, most_parts=80, part_chars=60)
    lines = split_lines(text * provider.ConsumeIntInRange(1, 4))
    log = Evidence(id="E1", kind=EvidenceKind.LOG, name="a", source="b", lines=tuple(map(SafeText, lines)))
    (excerpt,) = condense([log], budget_tokens=budget_tokens)
    text = render_text(excerpt, budget_tokens=budget_tokens)
    text.encode("utf-8")
    assert estimate_tokens(text) <= budget_tokens, "the budget is overrun"
    numbers = [kept.line for kept in excerpt.kept]
    assert numbers == sorted(set(numbers)), "lines are out of order"
    for kept in excerpt.kept:
        line, at = clean(lines[kept.line - 1]), 0
        for piece in map(str.strip, kept.text.split("…")):
            at = line.find(piece, at) + len(piece)
            assert at >= len(piece), f"not in its line: {kept.text!r} of {line!r}"


if __name__ == "__main__":
    fuzz(check, __doc__ or "")
