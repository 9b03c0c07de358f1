"""`read`: one piece of evidence into objects and events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from incident_bot.kube_kinds import CLUSTER_SCOPED
from incident_bot.kubectl.blocks import Block, Form, command_of, find_blocks
from incident_bot.kubectl.describe import read_descriptions
from incident_bot.kubectl.documents import read_json, read_yaml
from incident_bot.kubectl.events import read_event_table
from incident_bot.kubectl.objects import read_objects
from incident_bot.kubectl.origin import is_selective, kind_asked_for, subject_of_command
from incident_bot.kubectl.reading import Reading
from incident_bot.kubectl.releases import read_rollout, read_status
from incident_bot.kubectl.status_tables import read_status_table
from incident_bot.model import Evidence, EvidenceKind
from incident_bot.patterns import compile_later

_UNREAD = (EvidenceKind.LOG, EvidenceKind.NOTE, EvidenceKind.ALERT)
"""What a program or a person wrote states nothing about the cluster, even where it quotes kubectl."""


def read(evidence: Evidence) -> Reading:
    """The objects and events that kubectl output states. Never raises: what cannot be read is left out."""
    return read_lines(evidence.id, evidence.kind, evidence.lines)


def read_lines(evidence_id: str, kind: EvidenceKind, lines: Sequence[str]) -> Reading:
    """`read` for lines that are not (yet) evidence, e.g. to learn what a folder is about before it is redacted."""
    if kind in _UNREAD:
        return Reading()
    blocks = list(find_blocks(lines)) or _whole(kind, lines)
    readings = [_complete(_read_block(evidence_id, lines, block), _command_above(lines, block)) for block in blocks]
    return Reading(
        objects=tuple(item for reading in readings for item in reading.objects),
        events=tuple(event for reading in readings for event in reading.events),
    )


def _command_above(lines: Sequence[str], block: Block) -> str:
    """The command of the prompt right above a block, if there is one."""
    above = next((line for line in reversed(lines[max(0, block.first - _NEAR) : block.first]) if line.strip()), "")
    return command_of(above)


_NEAR = 3


def _complete(reading: Reading, command: str) -> Reading:
    """What the command says and its output does not: the namespace, and whom a description that was cut is about."""
    if not command:
        return reading
    namespace, kind, name = subject_of_command(command)
    objects = tuple(
        replace(item, namespace=namespace)
        if namespace and not item.namespace and item.kind not in CLUSTER_SCOPED
        else item
        for item in reading.objects
    )
    events = tuple(
        replace(
            event,
            kind=event.kind or kind,
            name=event.name or name,
            namespace=event.namespace or ("" if (event.kind or kind) in CLUSTER_SCOPED else namespace),
        )
        for event in reading.events
    )
    return Reading(objects=objects, events=events)


def _whole(kind: EvidenceKind, lines: Sequence[str]) -> list[Block]:
    """A document that does not begin as kubectl would print it, e.g. with its keys in another order."""
    if kind is not EvidenceKind.OBJECT:
        return []
    opening = next((line.lstrip()[0] for line in lines if line.strip()), "")
    return [Block(Form.JSON if opening in "{[" else Form.YAML, 0, len(lines))]


_ELISION = compile_later(
    r"[\[(<. ]{0,5}(?:\.{3,}|\u2026|snip(?:ped)?|truncated|omitted|(?:and )?\d{1,6} more(?: \w{1,20})?)[\])>. ]*",
    re.IGNORECASE,
)
"""A line that stands for others that somebody left out of a table."""
_ELISION_CHARS = 60


def _is_cut(lines: Sequence[str], block: Block) -> bool:
    """Whether a table, or the line below it, says that rows were left out."""
    return any(_ELISION.fullmatch(line.strip()[:_ELISION_CHARS]) for line in lines[block.first + 1 : block.end + 1])


def _read_block(evidence_id: str, lines: Sequence[str], block: Block) -> Reading:
    inside = lines[block.first : block.end]
    numbered = list(enumerate(inside, start=block.first + 1))
    if block.form is Form.YAML:
        return read_objects(evidence_id, read_yaml("\n".join(inside), block.first + 1))
    if block.form is Form.JSON:
        return read_objects(evidence_id, read_json("\n".join(inside), block.first + 1))
    if block.form is Form.EVENTS:
        return Reading(events=tuple(read_event_table(evidence_id, numbered)))
    if block.form in (Form.RELEASE, Form.ROLLOUT):
        read_release = read_status if block.form is Form.RELEASE else read_rollout
        return Reading(objects=tuple(read_release(evidence_id, numbered)))
    if block.form is Form.TABLE:
        command = _command_above(lines, block)
        asked, is_selected = kind_asked_for(command), is_selective(command) or _is_cut(lines, block)
        return Reading(objects=tuple(read_status_table(evidence_id, numbered, asked, is_selected=is_selected)))
    _, kind, name = subject_of_command(_command_above(lines, block))
    return read_descriptions(evidence_id, numbered, about=(kind, name))
