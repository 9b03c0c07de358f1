"""Logins of a pod's own probe: what it is refused says nothing about anybody who uses the server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.times import read_time
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.logs.background import ends_of, is_everywhere
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Container, Log, Scene
    from incident_bot.model import KeptLine

_LOGIN = compile_later(
    r"\b(?:role|user|login|database|db)\b.{0,80}\bdoes(?: not|n't) exist\b|\baccess denied for user\b"
    r"|\b(?:password|peer|ident|scram|sasl)? ?authentication failed\b|\blogin failed for user\b|\bunknown database\b",
    re.IGNORECASE,
)
"""How servers refuse a login: PostgreSQL, MySQL, SQL Server, MongoDB."""

_FEWEST = 10
_TOLERANCE = 0.1
"""Kubelet starts a probe at each tick; what it takes and the log's own delay stay far below a tenth of a period."""

_PROBES = ("livenessProbe", "readinessProbe")
_DEFAULT_PERIOD_S = 10
"""Kubernetes' own (API reference, Probe v1)."""


def is_login_of_probe(kept: KeptLine, log: Log, scene: Scene) -> bool:
    """Whether a server refuses a login at the pace of its own container's exec probes, from the log's beginning to its end.

    `pg_isready` and its like log in as whoever they run as. That the server answers at all is what they ask, and the
    container is ready. A client that is refused keeps a pace of its own, or none.
    """
    if kept.count < _FEWEST or not _LOGIN.search(kept.text[:1000]) or not is_everywhere(kept, log):
        return False
    pace_s = _pace_s(kept, log, scene)
    container = scene.container_named(log.container, log.pod)
    if pace_s is None or container is None:
        return False
    periods = list(_exec_periods_s(container))
    together = 1 / sum(1 / period_s for period_s in periods) if periods else 0.0
    return any(abs(pace_s - expected) <= _TOLERANCE * expected for expected in {*periods, together} - {0.0})


def _pace_s(kept: KeptLine, log: Log, scene: Scene) -> float | None:
    """Seconds between two lines of a kind, on average."""
    ends = ends_of(kept, log)
    first, last = (read_time(item.text, near=scene.at) for item in (ends[0], ends[-1]))
    if first is None or last is None:
        return None
    return (last - first).total_seconds() / (kept.count - 1)


def _exec_periods_s(container: Container) -> Iterator[float]:
    for name in _PROBES:
        probe = first_value(container.source.body, f"{container.spec_path}.{name}")
        if isinstance(probe, dict) and "exec" in probe:
            period_s = probe.get("periodSeconds", _DEFAULT_PERIOD_S)
            if isinstance(period_s, int) and period_s > 0:
                yield float(period_s)
