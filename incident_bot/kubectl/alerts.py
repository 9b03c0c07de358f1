"""Alerts that lie beside kubectl's output: Alertmanager's webhook or API, Prometheus' API, a GitHub event, or ours."""

from __future__ import annotations

import json
import re
from typing import Any

from incident_bot import libyaml

_FIRST_KEY = re.compile(
    r"(?:- )?(?:alerts|annotations|commonLabels|endsAt|externalURL|fingerprint|groupKey|groupLabels|labels|receiver|startsAt|"
    r"status|version):(?:\s|$)"
)
_MOST_YAML_CHARS = 400_000


def load_alert(text: str) -> object:
    """An alert that was saved as JSON or as YAML; of the latter all values stay the text that they are.

    Raises `ValueError` when it is neither.
    """
    import yaml

    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else libyaml.load_text(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"no alert: {error}") from error


def is_alert_yaml(text: str, first_line: str) -> bool:
    """Whether a text that begins with this line is an alert saved as YAML."""
    if not _FIRST_KEY.match(first_line) or "alertname:" not in text or len(text) > _MOST_YAML_CHARS:
        return False
    try:
        return is_alert(load_alert(text))
    except ValueError:
        return False


def is_alert(document: Any) -> bool:
    """Whether a JSON value is an alert, or several."""
    if isinstance(document, list):
        return bool(document) and isinstance(document[0], dict) and _is_item(document[0])
    if not isinstance(document, dict):
        return False
    data = document.get("data")
    return (
        (isinstance(document.get("alerts"), list) and "kind" not in document)
        or "client_payload" in document
        or (isinstance(document.get("inputs"), dict) and "alert_name" in document["inputs"])
        or (isinstance(data, dict) and isinstance(data.get("alerts"), list))
        or isinstance(document.get("alert"), dict)
        or isinstance(document.get("incident"), dict)
        or _is_item(document)
    )


def _is_item(item: dict[str, Any]) -> bool:
    labels = item.get("labels")
    if isinstance(item.get("alerts"), list):
        return True
    return isinstance(labels, dict) and (
        "alertname" in labels or {"startsAt", "activeAt", "fingerprint"} & set(item) != set()
    )
