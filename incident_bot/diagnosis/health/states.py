"""What can be said of the health of a thing, and the sign that says it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incident_bot.diagnosis.targets import Relation
    from incident_bot.model import Citation


class State(StrEnum):
    """What a container, pod or object is like now."""

    FAILING = "failing"
    RECOVERED = "recovered"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """One sign that something is or was wrong, in words, with its line."""

    text: str
    state: State
    relation: Relation
    pod: str = ""
    container: str = ""
    kind: str = ""
    name: str = ""
    citation: Citation | None = None
