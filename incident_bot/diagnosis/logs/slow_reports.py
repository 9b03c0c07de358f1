"""What databases and virtual machines report as information, and what is none: waits of seconds."""

from __future__ import annotations

import re

_SLOW = re.compile(
    r"\bduration: \d{4,9}\.\d{1,3} ms\b|\bQuery_time: [1-9]|\bprocess \d{1,9} still waiting for \w{1,40}Lock\b"
    r"|\bPause (?:Full|Young|Remark|Cleanup)\b.{0,160}[ ,]\d{4,7}\.\d{1,3} ?ms$|\[Full GC .{0,200}, (?:[1-9]|\d\d)\.\d{1,9} secs"
    r"|\bidle in transaction\b.{0,80}\b\d\d:\d\d"
)
"""Statements, waits and pauses of a second or more. Nobody sets the thresholds of PostgreSQL and MySQL there for fun."""
_REACH = 400


def is_slow_report(line: str) -> bool:
    """Whether a line reports a wait of seconds, whatever level it calls itself."""
    return _SLOW.search(line[:_REACH]) is not None
