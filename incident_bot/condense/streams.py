"""Which pod and container a line of a merged log came from, where the log says so.

Merging the lines of 24 pods loses the faulty one: templates are kept apart by stream, and the
budget is dealt to the streams in turn.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incident_bot.condense.templates import StreamOf

_PREFIXES = (
    re.compile(r"\[(pod/[^\]\s]{1,200}|[\w.-]{1,120}/[\w./-]{1,120})\]"),
    re.compile(r"([A-Za-z][\w./-]{0,120}?) {0,40}\| "),
    re.compile(r"((?:[\w.-]{1,80} )?[a-z0-9]+(?:-[a-z0-9]+){1,12}(?: [a-z][a-z0-9-]{0,60})?) (?=[\d{\[\"A-Z])"),
    re.compile(
        r"\[?\d{4}-\d\d-\d\d[T ][\d:.,]{5,20}(?:Z|[+-]\d\d:?\d\d)?\]? \[?([a-z0-9]+(?:-[a-z0-9]+){1,12}(?:[/ ][a-z][a-z0-9-]{0,60})?)\]?:? "
    ),
    re.compile(r"(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (\S{1,120} [\w./-]{1,80})(?:\[\d+\])?: "),
)
"""kubectl --prefix, compose, stern and plain columns, columns after a timestamp, syslog."""
_FIELDS = (
    re.compile(r"\"(?:pod|pod_name|podName|kubernetes\.pod_name|k8s\.pod\.name|pod\.name)\"\s?:\s?\"([^\"]{1,200})\""),
    re.compile(r"(?<![\w.])(?:pod|pod_name)=\"?([\w./-]{1,200})"),
    re.compile(r"\"(?:container|container_name|service|service\.name|service_name|app)\"\s?:\s?\"([^\"]{1,200})\""),
)
_SAMPLE_LINES = 1000
_MOST_STREAMS = 2000
"""More distinct names than this in one log are not pods."""
_SHARE = 0.6


def find_layout(lines: Sequence[str]) -> StreamOf | None:
    """How to read the stream from a line, judged from the first lines; None when the log has one stream or does not say."""
    sample = [line[:2000] for line in lines[:_SAMPLE_LINES] if line.strip()]
    for pattern in _PREFIXES:
        if _separates([match.group(1) for line in sample if (match := pattern.match(line))], len(sample)):
            return _reader(pattern.match)
    for pattern in _FIELDS:
        if _separates([match.group(1) for line in sample if (match := pattern.search(line))], len(sample)):
            return _reader(pattern.search)
    return None


def _separates(names: list[str], lines: int) -> bool:
    """Whether the names found cover most lines, repeat, and are more than one."""
    if len(names) < max(8, lines * _SHARE):
        return False
    counts = Counter(names)
    return 2 <= len(counts) <= max(4, len(names) // 4)


def _reader(match_in: object) -> StreamOf:
    assert callable(match_in)
    seen: set[str] = set()
    last = ""

    def stream_of(line: str) -> str:
        nonlocal last
        match = match_in(line)
        if match is None:
            # A continuation line (a traceback's) belongs to whoever spoke last.
            return last
        name: str = match.group(1)
        if name not in seen:
            if len(seen) >= _MOST_STREAMS:
                return last
            seen.add(name)
        last = name
        return name

    return stream_of
