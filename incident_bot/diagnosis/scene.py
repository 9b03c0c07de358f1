"""Who is who in the evidence: pods of the target and of others, containers and their roles, logs, times.

A `Scene` is the evidence read once. Everything later (facts, health, ranking, text) looks at it and
never at raw text again, except for quotes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from incident_bot.model import Case, Citation, Evidence, KeptLine, SafeText, Target

if TYPE_CHECKING:
    from incident_bot import kubectl
    from incident_bot.diagnosis.joins.join import Join
    from incident_bot.diagnosis.targets import Relation
    from incident_bot.diagnosis.vocabulary import Vocabulary
    from incident_bot.outputs.observation import Observation

QUOTE_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of one pod. `status` is its containerStatuses entry, with its specification under `spec`."""

    pod: str
    name: str
    role: str
    relation: Relation
    status: Mapping[str, Any]
    source: kubectl.KubeObject
    status_path: str
    spec_path: str
    is_guarded: bool
    """Whether its facts never fire a rule: containers of pods that Succeeded, sidecars of a terminating pod.

    Source: failure-modes.md, "Guards that hold everywhere".
    """

    def line_of(self, path: str) -> int:
        """The line of a path relative to this container."""
        if path.startswith("pod."):
            return self.source.line_of(path.removeprefix("pod."))
        if path == "spec" or path.startswith("spec."):
            return self.source.line_of(f"{self.spec_path}{path.removeprefix('spec')}")
        return self.source.line_of(f"{self.status_path}.{path}" if path else self.status_path)

    @property
    def has_status(self) -> bool:
        """Whether the evidence says how the container is, not only how it was meant."""
        return any(key in self.status for key in ("state", "ready", "restartCount", "lastState"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Log:
    """The distinct lines of one container run's log, as one text that patterns search. Equal only to itself."""

    evidence_id: str
    pod: str
    container: str
    role: str
    relation: Relation
    previous: bool
    kept: tuple[KeptLine, ...]
    total_lines: int
    text: str
    offsets: tuple[int, ...]
    lowered: str
    words: Vocabulary
    node: str | None = None
    """The machine whose journal it is, "" where that is not said; None for a program's log."""

    def index_at(self, offset: int) -> int:
        """Which kept line holds the character at `offset`."""
        return max(0, bisect_right(self.offsets, offset) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod as one piece of evidence shows it."""

    name: str
    namespace: str
    relation: Relation
    source: kubectl.KubeObject

    @property
    def body(self) -> Mapping[str, Any]:
        """The API-shaped object."""
        return self.source.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the output of a tool shows that is not as it should be, and whom it is about as far as that is known."""

    observation: Observation
    evidence_id: str
    pod: str
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The evidence, read."""

    case: Case
    target: Target
    pods: tuple[Pod, ...]
    containers: tuple[Container, ...]
    objects: tuple[tuple[kubectl.KubeObject, Relation], ...]
    events: tuple[tuple[kubectl.KubeEvent, Relation], ...]
    places_of_events: Mapping[str, Sequence[int]]
    """Where in `events` those of each reason stand."""
    logs: tuple[Log, ...]
    joins: tuple[Join, ...]
    restart_ages_s: Mapping[str, float]
    at: datetime
    is_live: bool
    newest_event_s: float = 0.0
    """Age of the newest event of which an age is known."""
    cronjob_age_s: Mapping[str, float] = field(default_factory=dict)
    """Age of each CronJob's newest event, by its name."""
    texts: Mapping[str, Evidence] = field(default_factory=dict)
    observed: tuple[Observed, ...] = ()
    """What somebody looked up with another tool than kubectl."""
    listed: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By evidence, the lines that are rows of such a tool's listing: they are no lines of a log."""

    def is_listed(self, log: Log, kept: KeptLine) -> bool:
        """Whether a line of what was taken for a log is the row of a listing."""
        return kept.line in self.listed.get(log.evidence_id, ())

    def cite(self, evidence_id: str, line: int, around: str = "") -> Citation | None:
        """A citation of a line, its quote cut around `around` when the line is long; None when there is no such line."""
        evidence = self.texts.get(evidence_id)
        quote = evidence.quote(line) if evidence else None
        if quote is None or not quote.strip():
            return None
        return Citation(evidence_id=evidence_id, line=line, quote=_cut_quote(quote, around))

    def container_named(self, name: str, pod: str = "") -> Container | None:
        """The nearest container of that name that has a status."""
        found = [item for item in self.containers if item.name == name and (not pod or item.pod == pod)]
        return min(found, key=lambda item: (item.relation, not item.has_status), default=None)


def _cut_quote(quote: SafeText, around: str) -> SafeText:
    if len(quote) <= QUOTE_CHARS:
        return SafeText(quote.strip())
    start = max(0, quote.find(around[:80]) - 60) if around else 0
    return SafeText(quote[start : start + QUOTE_CHARS].strip())


_MIN_QUOTE_CHARS = 3


def is_quotable(quote: str) -> bool:
    """Whether a text says enough to prove anything."""
    return len(quote) >= _MIN_QUOTE_CHARS and any(map(str.isalnum, quote))
