"""What the conditions look at: the objects, events and logs of one folder, as incident-bot reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import is_listed, listed_in
from incident_bot.diagnosis.targets import Relation
from incident_bot.kubectl import KubeEvent, KubeObject, read
from incident_bot.model import Case, EvidenceKind

_LOG_TAIL = 100
_LOUD = re.compile(r"error|exception|fail")
_CLUSTER_WIDE = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one object. `text` holds what Kubernetes says where the condition quotes it."""

    condition: str
    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Everything that one folder states."""

    objects: Sequence[KubeObject]
    events: Sequence[KubeEvent]
    logs: Sequence[tuple[str, Sequence[str]]]

    def all_of(self, *kinds: str) -> Iterator[KubeObject]:
        return (item for item in self.objects if item.kind in kinds)

    def is_absent(self, kind: str, name: object, near: KubeObject, place: str | None = None) -> bool:
        """Whether a listing of a kind lacks a name. A checker asks the API; here, what was not listed may exist.

        `place`: the namespace, where it is not that of the object which names it.
        """
        if not isinstance(name, str) or not name:
            return False
        pairs = [(item, Relation.RELATED) for item in self.all_of(kind)]
        if place is not None and place != near.namespace:
            listed = listed_in(kind, place, {kind: pairs})
            return listed is not None and name not in listed
        near_by = [item for item, _ in pairs if not near.namespace or item.namespace in (_CLUSTER_WIDE, near.namespace)]
        return is_listed(kind, near, {kind: pairs}) and name not in {item.name for item in near_by}

    def last_event(self, item: KubeObject) -> KubeEvent | None:
        """The newest event about a name; with ages alone, the one seen last."""
        about = [event for event in self.events if event.name == item.name]
        return max(about, key=_newness, default=None)

    def loud_lines(self) -> Iterator[tuple[str, str]]:
        """Of each log the first line among the last 100 that holds `error`, `exception` or `fail`."""
        for name, lines in self.logs:
            line = next((text for text in lines[-_LOG_TAIL:] if _LOUD.search(text)), None)
            if line is not None:
                yield name, line


def _newness(event: KubeEvent) -> tuple[float, float]:
    return (event.last_at.timestamp() if event.last_at else 0.0, -(event.age_s or 0.0))


def read_cluster(case: Case) -> Cluster:
    """The objects, events and logs of a gathered folder."""
    kinds = (EvidenceKind.OBJECT, EvidenceKind.DESCRIBE, EvidenceKind.EVENTS, EvidenceKind.TABLE)
    readings = [read(item) for item in case.evidence if item.kind in kinds]
    return Cluster(
        objects=[item for reading in readings for item in reading.objects],
        events=[event for reading in readings for event in reading.events],
        logs=[(item.name, item.lines) for item in case.evidence if item.kind is EvidenceKind.LOG],
    )


Check = Callable[[Cluster], Iterator[tuple[KubeObject, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that an analyzer reports.

    `says`: when it is reported. `harmless`: why it explains no incident by itself, where it does not; incident-bot stays
    silent about it then. `scenario`: a folder of tests/scenarios where it is met; there incident-bot tells it first and cites its
    line, or is silent. `is_default`: whether its analyzer runs without being asked for.
    """

    name: str
    analyzer: str
    says: str
    scenario: str
    harmless: str = ""
    is_default: bool = True
    check: Check = field(repr=False)

    def find(self, cluster: Cluster) -> Iterator[Finding]:
        for item, text in self.check(cluster):
            place = f"{item.namespace}/" if item.namespace else ""
            yield Finding(self.name, item.kind, item.name, f"{item.kind} {place}{item.name}: {text}")


CONDITIONS: dict[str, Condition] = {}


def condition(
    name: str, analyzer: str, says: str, *, scenario: str, harmless: str = "", is_default: bool = True
) -> Callable[[Check], Check]:
    """Register a check under a name."""

    def register(check: Check) -> Check:
        assert name not in CONDITIONS, name
        CONDITIONS[name] = Condition(
            name=name,
            analyzer=analyzer,
            says=says,
            scenario=scenario,
            harmless=harmless,
            is_default=is_default,
            check=check,
        )
        return check

    return register


def text_at(item: KubeObject, path: str) -> str:
    """A field as text; empty where it is not there."""
    value = first_value(item.body, path)
    return "" if value is None else str(value)


def values_at(item: KubeObject, path: str) -> list[object]:
    """Every value at a path."""
    return [value for _, value in find_values(item.body, path)]


def number_at(item: KubeObject, path: str) -> int | None:
    """A whole number; None where the field is not there or is none."""
    text = text_at(item, path)
    return int(text) if text.isdecimal() else None
