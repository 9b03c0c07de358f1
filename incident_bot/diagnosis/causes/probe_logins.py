"""Logins of a pod's own probe: what it is refused says nothing about anybody who uses the server."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from incident_bot.condense.times import read_time
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.logs.background import is_everywhere, shape_of
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
    if pace_s is None:
        return False
    periods = list(_exec_periods_s(container) if container else ()) or list(_described_periods_s(scene))
    together = 1 / sum(1 / period_s for period_s in periods) if periods else 0.0
    return any(abs(pace_s - expected) <= _TOLERANCE * expected for expected in {*periods, together} - {0.0})


def _pace_s(kept: KeptLine, log: Log, scene: Scene) -> float | None:
    """Seconds between two lines of a kind: the middle one of all gaps, since a probe that waits for a checkpoint comes late once."""
    shape = shape_of(kept.text)
    lines = scene.texts[log.evidence_id].lines[:_MOST_LINES]
    times = [read_time(line, near=scene.at) for line in lines if shape_of(line) == shape]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times) if earlier and later]
    return median(gaps) if gaps else None


_MOST_LINES = 2000
_DESCRIBED = compile_later(r"^\s*(?:Liveness|Readiness):\s+exec \[.{1,300}\] .{0,80}\bperiod=(\d{1,5})s")


def _described_periods_s(scene: Scene) -> Iterator[float]:
    """The periods of exec probes in lines of `kubectl describe pod`, where all else of the description was cut away."""
    found = (_DESCRIBED.match(line) for item in scene.case.evidence for line in item.lines[:_MOST_LINES])
    return (float(match[1]) for match in found if match is not None and int(match[1]) > 0)


def _exec_periods_s(container: Container) -> Iterator[float]:
    for name in _PROBES:
        probe = first_value(container.source.body, f"{container.spec_path}.{name}")
        if isinstance(probe, dict) and "exec" in probe:
            period_s = probe.get("periodSeconds", _DEFAULT_PERIOD_S)
            if isinstance(period_s, int) and period_s > 0:
                yield float(period_s)
