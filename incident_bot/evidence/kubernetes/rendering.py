"""API objects as the text that becomes evidence: an allow-list of fields, never the values of variables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from incident_bot.kubectl.documents import read_json
from incident_bot.kubectl.events import format_events
from incident_bot.kubectl.objects import read_objects


def object_text(kind: str, body: Mapping[str, Any]) -> str:
    """One object as YAML; `kind` is what was asked for, since members of lists do not say it."""
    return yaml.safe_dump(
        {
            "kind": kind,
            "metadata": {k: body["metadata"].get(k) for k in ("name", "namespace", "uid")},
            "status": body.get("status"),
        },
        sort_keys=False,
    )


def events_text(items: Iterable[Mapping[str, Any]]) -> str:
    """Events as a table in the order of their true last time."""
    listed = {"kind": "EventList", "apiVersion": "v1", "items": list(items)}
    return format_events(read_objects("", read_json(json.dumps(listed))).events)
