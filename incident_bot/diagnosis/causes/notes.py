"""What somebody wrote beside the evidence: a trouble that a log cannot show, because it begins after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.targets import Relation
from incident_bot.model import EvidenceKind

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log, Scene

_TROUBLE = re.compile(
    r"\b(?:did(?: not|n't)|does(?: not|n't)|could(?: not|n't)|was(?: not|n't)|were(?: not|n't)|missing|down|outage|slow|broken|wrong|hung|hanging|stuck|crash\w*|restart\w*|fail\w*|errors?|complain\w*|unavailable|gone|lost)\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"\b(?:closed|resolved|post-?mortem|nothing (?:is )?open|last (?:week|month|quarter|year)|no repetition|done|fixed in|all (?:is )?(?:fine|well|good))\b",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"\b(?:boot\w*|starting|started|start-?up|start|initiali[sz]ing|listening|is up|up)\b|\blog (?:file )?(?:is )?(?:new|empty|opened|rotated)\b|\bempty log\b",
    re.IGNORECASE,
)
_FIRST_LINES = 3
_REACH = 300


def is_log_too_late(scene: Scene) -> bool:
    """Whether a note tells of a trouble that nobody calls closed, and every log begins with the start of its program."""
    notes = ["\n".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    is_open = any(_TROUBLE.search(note) and not _CLOSED.search(note) for note in notes)
    logs = [log for log in scene.logs if log.relation is not Relation.NEIGHBOUR]
    return is_open and bool(logs) and all(_begins_with_start(log) for log in logs)


def is_question_open(scene: Scene) -> bool:
    """Whether a note tells of a trouble that nobody calls closed, and nothing was read that could say why."""
    notes = ["\n".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    is_open = any((_TROUBLE.search(note) or _ASKED.search(note)) and not _CLOSED.search(note) for note in notes)
    return is_open and not scene.events and sum(log.total_lines for log in scene.logs) < _FEWEST_LINES


_ASKED = re.compile(
    r"\b(?:customers?|users?|product|support|management|they|he|she) (?:says?|said|asks?|asked|reports?|reported|claims?)\b",
    re.IGNORECASE,
)
_FEWEST_LINES = 10


def is_announced_in_note(line: str, scene: Scene) -> bool:
    """Whether a note announces a scan, a test or an exercise from an address that the line names."""
    return any(
        _ON_PURPOSE.search(told) and any(address in line for address in _ADDRESS.findall(told))
        for item in scene.case.evidence
        if item.kind is EvidenceKind.NOTE
        for told in item.lines
    )


_ON_PURPOSE = re.compile(
    r"\b(?:authori[sz]ed|scheduled|planned|announced|regular|daily|nightly|weekly|monthly|yearly)\b.{0,60}"
    r"\b(?:scan\w*|pen(?:etration)?[- ]?test\w*|drill|exercise|load[- ]?test|rehearsal|audit)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?!/\d)")


def _begins_with_start(log: Log) -> bool:
    return any(_STARTS.search(kept.text[:_REACH]) for kept in log.kept[:_FIRST_LINES] if kept.line <= _FIRST_LINES)
