"""What the kubectl room hands out: objects and events in the shape of the API, each with its line numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SELECTED = "isSelected"
"""Marks an object of a table that lists only what its command named or selected: what is not there may exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeObject:
    """One Kubernetes object. `body` has the API's shape and camelCase, whatever the text was.

    Only what the text states is in `body`: a field that a describe or a table does not show is
    absent, not guessed. Objects that come from a table also carry its cells under `body["table"]`.

    `lines` maps a dotted path to the 1-based line that states it. List items are named by their
    `name`, else `type`, else `key`, else their index:
    `status.containerStatuses[server].lastState.terminated.reason`, `status.conditions[Ready].message`.
    """

    evidence_id: str
    kind: str
    name: str
    namespace: str
    body: Mapping[str, Any]
    lines: Mapping[str, int]

    def line_of(self, path: str) -> int:
        """The line of a path, else of its nearest known ancestor, else the object's first line."""
        while path:
            if (line := self.lines.get(path)) is not None:
                return line
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get("", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeEvent:
    """One event about the object `kind`/`name`.

    `line` is the line with the message. `first_at` and `last_at` are absolute where the text has
    dates; a table or a describe has only ages: then `age_s` is the seconds since it was last seen,
    counted from when the text was made. `source` is the component that reported it.
    """

    evidence_id: str
    line: int
    type: str
    reason: str
    message: str
    kind: str
    name: str
    namespace: str
    container: str
    source: str
    count: int
    first_at: datetime | None
    last_at: datetime | None
    age_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything that one piece of evidence states about the cluster."""

    objects: tuple[KubeObject, ...] = ()
    events: tuple[KubeEvent, ...] = ()
