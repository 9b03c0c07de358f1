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


def _begins_with_start(log: Log) -> bool:
    return any(_STARTS.search(kept.text[:_REACH]) for kept in log.kept[:_FIRST_LINES] if kept.line <= _FIRST_LINES)
