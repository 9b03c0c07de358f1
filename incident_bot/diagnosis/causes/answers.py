"""What commands printed that somebody typed and pasted, of whatever tool: all of it is of one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.targets import Relation
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import Citation

_PROMPT = compile_later(r"[$#] [a-z][\w./-]{1,60}(?: |$)")
_ANSWER_LINES = 200
_REACH = 400


def is_answer(log: Log) -> bool:
    """Whether a text is a command typed by somebody and its short answer."""
    return bool(log.kept) and log.total_lines <= _ANSWER_LINES and _PROMPT.match(log.kept[0].text) is not None


_BAD_STATE = compile_later(
    r"(?:\(|\s\s|\t|\| ?|[:=] ?)(?:RESTARTING|FAILING|FAILED|CRASHED|DEGRADED|UNHEALTHY|UNAVAILABLE|OFFLINE|UNREACHABLE|DOWN|STUCK)(?:\)|\s\s|\t| ?\||\s*$)"
)
"""A cell of a listing, or what stands in brackets behind a name."""


def find_bad_state(scene: Scene) -> Citation | None:
    """The first row of a listing of the target's that says of something that it is not well, whoever prints such listings."""
    for log in scene.logs:
        if log.relation is Relation.NEIGHBOUR or not is_answer(log):
            continue
        for kept in log.kept[1:]:
            text = kept.text[:_REACH]
            # A heading has no small letter.
            if text != text.upper() and _BAD_STATE.search(text):
                return scene.cite(log.evidence_id, kept.line)
    return None
