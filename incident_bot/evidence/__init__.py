"""Evidence from outside: one file or package an outside source, each knowing nothing of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from incident_bot.model import Gap, Incident, RawEvidence, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a source found, what it could not find, and what the alert turned out to point at."""

    items: tuple[RawEvidence, ...]
    gaps: tuple[Gap, ...]
    target: Target
    collected_at: datetime | None = None
    """When a cluster was asked; None where nobody knows."""


class Source(Protocol):
    """Something that evidence about an incident can be asked of."""

    def collect(self, incident: Incident) -> Collected:
        """Gather what there is; what cannot be had is a `Gap`, never an exception."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class NoSource:
    """Stands in for a source that cannot be opened: it gives the reason, so that an alert still gets its issue."""

    gap: Gap

    def collect(self, incident: Incident) -> Collected:
        """Nothing but the gap."""
        return Collected(items=(), gaps=(self.gap,), target=incident.target)

    def close(self) -> None:
        """Nothing was opened."""
