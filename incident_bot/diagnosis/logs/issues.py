"""Validation errors that a runtime prints as JSON over many lines: which value was wrong, and how."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log

_MOST_LINES = 200
_ENDS = {"[": "]", "{": "}"}


def read_issue(log: Log, index: int) -> tuple[int, str] | None:
    """The first issue of a list that begins at the end of a line: the kept line that names the value, and its sentence."""
    opening = log.kept[index].text.rstrip()[-1:]
    if opening not in _ENDS:
        return None
    end = min(index + _MOST_LINES, len(log.kept))
    last = next((place for place in range(index + 1, end) if log.kept[place].text.rstrip() == _ENDS[opening]), None)
    if last is None:
        return None
    lines = [log.kept[place].text for place in range(index + 1, last + 1)]
    try:
        body = json.loads("\n".join([opening, *lines]))
    except (ValueError, RecursionError):
        return None
    issue = body[0] if isinstance(body, list) and body else body
    where, why = (issue.get("path"), issue.get("message")) if isinstance(issue, dict) else (None, None)
    name = ".".join(str(part) for part in where) if isinstance(where, list) else where
    if not isinstance(name, str) or not name or not isinstance(why, str):
        return None
    leaf = name.rpartition(".")[2]
    place = next((place for place in range(index + 1, last) if f'"{leaf}"' in log.kept[place].text), index)
    return place, f"{name} is required" if why.lower() == "required" else f"{name}: {why}"
