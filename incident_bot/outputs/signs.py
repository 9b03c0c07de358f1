"""The table of what is telling, tool by tool: data, in `signs/`, loaded only where a text may hold such output.

An entry says which tool it is about, how its output is recognised, and which values are telling:

- `marker`: a text without which the output cannot be this; looked for first.
- `has`: the columns or keys that make it this tool's (`a|b` are names of the same thing in different versions);
  or `pattern`: the form of a line, whose named groups are read like columns. `shape: pairs` reads keys and values.
- `when`: what has to hold of those values, all of it: a pattern for the whole value, or a comparison (`Test`).
- `unless_later`, `unless_beside`: the form of a line that takes it back, after it or anywhere in the same answer.
- `listing`: its lines are cells of a listing, as rows always are, and no sentences.
- `thing` and `figure`: the words of the finding. `sign` is its kind; an entry without one names the tool and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from incident_bot import libyaml

AREAS: Mapping[str, tuple[str, ...]] = {
    "machine": (
        "Use%", "Mounted on", "IUse%", "buff/cache", "memory.max", "memory.limit_in_bytes", "oom_kill", "pids.max",
        "Max open files", "open files", "NVIDIA-SMI has failed", "No devices were found",
        "Unable to determine the device handle", "MiB /", "%MEM", "TIME+", "uid=", "PATH=", "Leap status", "System clock synchronized",
        "No space left on device", "Read-only file system", "rw", "\t/",
    ),
    "network": (
        "** server can't find", "not found: ", "->>HEADER<<-", "no servers could be reached",
        "communications error to", "curl: (", "< HTTP/", "HTTP/", "Connection refused", "timed out", "packet loss",
        "Recv-Q", "http_code", "wget: ", "NOT_SERVING", "telnet: ", "Ready: False, Reason: ", "notAfter=", "Not After", "; NotAfter: ", "Verify return code:",
    ),
    "data": (
        "idle in transaction", "wait_event_type", "granted", "max_connections", "too many clients already",
        "wal_status", " lock ", "Threads_connected", "_SQL_Running", "_IO_Running", "Seconds_Behind_",
        "maxmemory", "master_link_status", "rdb_last_bgsave_status", "(error)", "PONG", "stateStr", "consumers",
        "alarm", "LOG-END-OFFSET", "Leader: ", "Isr: ", "Host ID", "NOSPACE", "is unhealthy", "Seal Type", "Protocol",
        " - ", "replay_lag", "cluster_state", "latency", "unassign", "Could not connect to Redis at", "failed: ", "ERROR 2003 (HY000)", "ERROR 1040", "MongoServerSelectionError",
        "unable to perform an operation on node", " row", " in set", "docs.count", "disk.percent",
    ),
    "cluster": (
        "ISTIOD", "upstream_rq_pending_overflow", "Cluster health:", "IPAM:", "An error occurred (", "ERROR: (gcloud.", "Code: ", "│ Error: ",
        "Error response from daemon", "ctr: ", "FATA[", "POD ID",
    ),
}  # fmt: skip
"""The files of the table, and the markers of their entries: a text without any of them is never compared with one."""

_FOLDER = Path(__file__).parent / "signs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """What has to hold of one value.

    `pattern` fits the whole value, `excluded` must not; `least` and `most` bound it, as a share of the value called
    `share_of` where that is given; `fewer_than` names a list that must be longer; `is_past` asks for a date gone by.
    """

    pattern: str = ""
    excluded: str = ""
    least: float | None = None
    most: float | None = None
    share_of: str = ""
    fewer_than: str = ""
    is_past: bool = False
    is_any: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One entry of the table."""

    tool: str
    name: str
    marker: str
    shape: Literal["rows", "pairs", "lines"]
    has: tuple[str, ...]
    pattern: str
    when: Mapping[str, Test]
    is_listing: bool
    unless_later: str
    unless_beside: str
    thing: str
    figure: str


def find_signs(text: str) -> tuple[Sign, ...]:
    """The entries whose marker stands in a text."""
    areas = [area for area, markers in AREAS.items() if any(marker in text for marker in markers)]
    return tuple(sign for area in areas for sign in load_signs(area) if sign.marker in text)


@lru_cache(maxsize=len(AREAS))
def load_signs(area: str) -> tuple[Sign, ...]:
    """The entries of one file of the table, in their order."""
    return tuple(map(_read_sign, libyaml.load((_FOLDER / f"{area}.yaml").read_text(encoding="utf-8"))))


def _read_sign(entry: Mapping[str, Any]) -> Sign:
    pattern = entry.get("pattern", "")
    shape: Literal["rows", "pairs", "lines"] = (
        "lines" if pattern else "pairs" if entry.get("shape") == "pairs" else "rows"
    )
    return Sign(
        tool=entry["tool"],
        name=entry.get("sign", ""),
        marker=entry["marker"],
        shape=shape,
        has=tuple(entry.get("has", ())),
        pattern=pattern,
        when={str(name): _read_test(test) for name, test in entry.get("when", {}).items()},
        is_listing=shape == "rows" or bool(entry.get("listing")),
        unless_later=entry.get("unless_later", ""),
        unless_beside=entry.get("unless_beside", ""),
        thing=entry.get("thing", ""),
        figure=entry.get("figure", ""),
    )


_PARTS = {"not": "excluded", "at_least": "least", "at_most": "most", "any": "pattern"}


def _read_test(test: str | Mapping[str, Any]) -> Test:
    if isinstance(test, str):
        return Test(pattern=test)
    return Test(**{_PARTS.get(name, name): value for name, value in test.items()}, is_any="any" in test)


def alternatives(name: str) -> Sequence[str]:
    """The names that a column or key has in different versions of a tool."""
    return name.split("|")
