"""Whether a text may be what a tool printed at all: most of what is read is a program's log, and costs no more than this."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.outputs.observation import Output

MAX_LINES = 2_000
"""What somebody typed a command for is short; a log has more lines than that, or times before them."""
_SAMPLE_LINES = 40
_FEW_LINES = 3
"""So many documents of JSON, a line each, are a log; an answer is one."""


def read_output(name: str, lines: Sequence[str], now: datetime | None = None) -> Output | None:
    """The tool that printed these lines and what it shows; None where they are no tool's output, or a program's log.

    A file whose `name` calls it a log is one, unless it begins with a tool's output. `now` is the time of the
    evidence, where that is known: without it no certificate is called expired, unless the text holds what `date` printed.
    """
    if len(lines) > MAX_LINES or _is_log(lines):
        return None
    from incident_bot.outputs.reading import read

    return read(name, lines, now)


_LOG_LINE = compile_later(
    r"\s*(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d|\[?\d\d:\d\d:\d\d[ .,\]]|[IWEF]\d{4} \d\d:|time=|ts=|level=|"
    r"\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b[\]: ](?! ?\(gcloud\.|\d{4} \()|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ \S+: |\d+\.\d+\.\d+\.\d+ - )"
)


def _is_log(lines: Sequence[str]) -> bool:
    """Whether most of the first lines begin as records of a log do."""
    sample = list(islice((line for line in lines if line.strip()), _SAMPLE_LINES))
    if len(sample) >= _FEW_LINES and all(line.startswith('{"') for line in sample):
        return True
    return 2 * sum(1 for line in sample if _LOG_LINE.match(line[:200])) > len(sample)
