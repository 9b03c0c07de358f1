"""Evidence from outside: one file or package an outside source, each knowing nothing of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from incident_bot.model import Gap, Incident, RawEvidence, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a source found, what it could not find, and what the alert turned out to point at."""

    items: tuple[RawEvidence, ...]
    gaps: tuple[Gap, ...]
    target: Target


class Source(Protocol):
    """Something that evidence about an incident can be asked of."""

    def collect(self, incident: Incident) -> Collected:
        """Gather what there is; what cannot be had is a `Gap`, never an exception."""
        ...
