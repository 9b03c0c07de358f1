"""What form a text has. Content decides; the file's name is the second opinion."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from incident_bot.kubectl.alerts import is_alert, is_alert_yaml
from incident_bot.kubectl.blocks import Form, banner_of, command_of, find_blocks, form_at
from incident_bot.model import EvidenceKind
from incident_bot.patterns import compile_later

_KIND_OF_FORM = {
    Form.TABLE: EvidenceKind.TABLE,
    Form.EVENTS: EvidenceKind.EVENTS,
    Form.DESCRIBE: EvidenceKind.DESCRIBE,
    Form.RELEASE: EvidenceKind.DESCRIBE,
    Form.ROLLOUT: EvidenceKind.DESCRIBE,
    Form.YAML: EvidenceKind.OBJECT,
    Form.JSON: EvidenceKind.OBJECT,
}
_PREAMBLE_LINES = 3
"""kubectl may print a warning or two before its output; a log that shows a table later has more before it."""

_MIN_SHARE = 0.5
_SAMPLE_LINES = 200
_EMPTY_ANSWER = compile_later(
    r"No resources found(?: in \S+ namespace)?\.?|No events found(?: in \S+ namespace)?\.?|No rollout history found"
)
_LOG_LINE = compile_later(
    r"\s*(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]|\[?\d\d:\d\d:\d\d|[IWEF]\d{4} \d\d:|time=|ts=|level=|\{\"|\[?(?i:"
    r"trace|debug|info|notice|warn|warning|error|fatal|panic|critical)\b[\]: ]|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |"
    r"\d+\.\d+\.\d+\.\d+ - |Traceback \(most|  File \"|\tat )"
)
_PROSE_NAME = compile_later(
    r"(?:^|[^a-z])(?:notes?|questions?|readme|timeline|context|summary|incident|runbook|slack|chat|handover)"
)
_SETTINGS_ENDING = (".yaml", ".yml", ".toml", ".ini", ".conf", ".cfg", ".properties")
"""Settings beside the evidence are no log, whatever words of failure they hold."""
_PROSE_ENDING = (".md", ".markdown", ".rst", ".adoc")
_CODE_ENDING = (
    ".py", ".go", ".java", ".kt", ".js", ".ts", ".rb", ".rs", ".c", ".h", ".cpp", ".cs", ".php", ".tf", ".lua", ".scala"
)  # fmt: skip
"""Source code speaks of every failure that it handles, and reports none."""


def recognise(name: str, text: str) -> EvidenceKind:
    """The kind of a piece of evidence from its file name and its text, before redaction. Never raises."""
    shown = _SHOWN.search(text)
    if shown is None:
        return _kind_of_name(name) or EvidenceKind.LOG
    start = text.rfind("\n", 0, shown.start()) + 1
    first = first_lines(text[start:], 1)[0]
    if shown[0] in "{[" and (found := _recognise_json(text, first)) is not None:
        return found
    if is_alert_yaml(text, first):
        return EvidenceKind.ALERT
    if _is_note_name(name):
        return EvidenceKind.NOTE
    # Only kubectl's output is read to its end: a log may have millions of lines.
    head = first_lines(text, _HEAD_LINES)
    found = _recognise_output(_split(text)) if _starts_with_output(head) else None
    return found or _recognise_rest(name, head)


_SHOWN = compile_later(r"\S")
_HEAD_LINES = 2_000


def first_lines(text: str, most: int) -> list[str]:
    """The first lines of a text, at most so many, without looking at the rest."""
    end = -1
    for _ in range(most):
        end = text.find("\n", end + 1)
        if end < 0:
            return _split(text)
    return _split(text[:end])


def _split(text: str) -> list[str]:
    return [line.removesuffix("\r") for line in text.split("\n")]


def _recognise_json(text: str, first_line: str) -> EvidenceKind | None:
    """ALERT or OBJECT for a JSON document; None for a log of JSON lines and for anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return EvidenceKind.OBJECT if _is_cut_object(text) else _recognise_json_lines(first_line)
    if is_alert(document):
        return EvidenceKind.ALERT
    return EvidenceKind.OBJECT if _is_object(document) else None


def _is_cut_object(text: str) -> bool:
    """Pretty-printed output of `kubectl get -o json` that lost its end, or several documents in a row."""
    head = text.lstrip()[:20_000]
    return bool(re.match(r"[{\[]\s*\n", head)) and '"apiVersion":' in head


def _recognise_json_lines(first_line: str) -> EvidenceKind | None:
    try:
        document = json.loads(first_line)
    except (ValueError, RecursionError):
        return None
    if is_alert(document):
        return EvidenceKind.ALERT
    return EvidenceKind.OBJECT if _is_object(document) else None


def _is_object(document: Any) -> bool:
    if isinstance(document, list):
        return bool(document) and _is_object(document[0])
    return isinstance(document, dict) and isinstance(document.get("kind"), str) and "apiVersion" in document


def _recognise_output(lines: Sequence[str]) -> EvidenceKind | None:
    """The dominant form of the kubectl output in a text."""
    weights: dict[EvidenceKind, int] = {}
    for block in find_blocks(lines):
        kind = _KIND_OF_FORM[block.form]
        weight = sum(1 for line in lines[block.first : block.end] if line.strip())
        weights[kind] = weights.get(kind, 0) + weight
    total = sum(1 for line in lines if line.strip() and not command_of(line) and not banner_of(line))
    if not weights or sum(weights.values()) < _MIN_SHARE * total:
        return None
    return max(weights, key=lambda kind: weights[kind])


def _starts_with_output(lines: Sequence[str]) -> bool:
    seen = 0
    for index, line in enumerate(lines[:400]):
        if not line.strip():
            continue
        if form_at(lines, index) is not None:
            return True
        if not (command_of(line) or banner_of(line)):
            seen += 1
        if seen > _PREAMBLE_LINES:
            return False
    return False


def _recognise_rest(name: str, lines: Sequence[str]) -> EvidenceKind:
    sample = [line for line in lines[:_HEAD_LINES] if line.strip()][:_SAMPLE_LINES]
    if len(sample) <= _PREAMBLE_LINES and any(_EMPTY_ANSWER.match(line) for line in sample):
        return EvidenceKind.EVENTS if "event" in name.lower() else EvidenceKind.TABLE
    if name.lower().endswith(_SETTINGS_ENDING) and not any(_LOG_LINE.match(line[:200]) for line in sample):
        return EvidenceKind.NOTE
    named = _kind_of_name(name)
    if named in (EvidenceKind.LOG, EvidenceKind.NOTE):
        return named
    return EvidenceKind.NOTE if _is_prose(sample) else EvidenceKind.LOG


def _is_note_name(name: str) -> bool:
    return name.lower().endswith(_PROSE_ENDING + _CODE_ENDING)


def _kind_of_name(name: str) -> EvidenceKind | None:
    base = name.lower().rsplit("/", 1)[-1]
    if _is_note_name(base):
        return EvidenceKind.NOTE
    if base.endswith((".log", ".log.gz", ".out", ".err")) or re.search(r"(?:^|[^a-z])logs?(?:[^a-z]|$)", base):
        return EvidenceKind.LOG
    return EvidenceKind.NOTE if _PROSE_NAME.search(base) else None


def _is_prose(sample: Sequence[str]) -> bool:
    """Sentences rather than log records: most lines have no time or level and look written by a person."""
    if any(_LOG_LINE.match(line[:200]) for line in sample) or (sample and _PROMPT.match(sample[0])):
        return False
    return sum(1 for line in sample if _is_sentence(line.strip()[:2_000])) * 2 > len(sample)


_PROMPT = compile_later(r"[$#] (?:sudo )?[a-z][\w.-]{1,30} \S")
"""A command and its answer, as copied from a terminal."""
_MAIL_HEADER = compile_later(r"(?:From|To|Cc|Subject|Date|Sent|Reply-To): \S")


def _is_sentence(line: str) -> bool:
    words = line.split()
    if _MAIL_HEADER.match(line):
        return True
    if line.startswith(("#", "- ", "* ", "> ")):
        return len(words) >= 2
    return len(words) >= 6 and line[:1].isupper() and line[-1:] in ".!?:,;" and all(len(word) < 40 for word in words)
