"""Events as the text that becomes evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from incident_bot.kubectl import format_events, read_lines
from incident_bot.model import EvidenceKind

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def events_text(items: Iterable[Mapping[str, Any]]) -> str:
    """Events as a table, oldest first by the last time that they were seen.

    The scheduler fills only `eventTime`, others only `lastTimestamp`; reading them as `kubectl`
    output takes whichever is newest.
    """
    listed = json.dumps({"kind": "EventList", "apiVersion": "v1", "items": list(items)})
    events = read_lines("", EvidenceKind.OBJECT, [listed]).events
    return format_events(sorted(events, key=lambda event: event.last_at or _LONG_AGO))
