"""Values of Kubernetes Secret manifests, whatever their keys are called: YAML, JSON, JSON inside a string."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.values import is_stand_in

KIND = "kubernetes-secret"
MARKS = ("kind: Secret", 'kind":"Secret', 'kind": "Secret', 'kind\\":\\"Secret', 'kind\\": \\"Secret')
REACH = 1 << 16
"""Characters around `kind: Secret` in which its data is looked for; a Secret may hold 1 MiB, a log line does not."""

_NEAR = 4096
"""Characters after the kind in which a JSON manifest's data starts."""

_YAML_BLOCK = compile_later(r"^(?P<indent>[ \t]{0,40}(?:- )?)(?:data|stringData):[ \t]*\r?\n", re.MULTILINE)
_YAML_ENTRY = compile_later(r"(?P<indent>[ \t]{0,60})(?P<key>[\w.\-\"']{1,253}):[ \t]*(?P<value>[^\r\n]*)\r?(?:\n|$)")
_LINE = compile_later(r"(?P<indent>[ \t]{0,60})(?P<value>[^\r\n]*)\r?(?:\n|$)")
_JSON_BLOCK = compile_later(r"\\{0,7}\"(?:data|stringData)\\{0,7}\"[ \t]{0,4}:\s{0,40}\{")
_JSON_ENTRY = compile_later(
    r"\s{0,80}(?P<quote>\\{0,7}\")[\w.\-]{1,253}(?P=quote)[ \t]{0,4}:\s{0,4}(?P=quote)(?P<value>[^\"\\\n]{0,65536})"
)


def find_secret_data(text: str, start: int, end: int, floor: int = 0) -> Iterator[Finding]:
    """The values of the Secret whose kind stands at `start`; before `floor` another one has been read."""
    if text[end : end + 1].isalnum():
        return
    low, high = max(floor, start - REACH), min(len(text), end + REACH)
    if '"' in text[start:end]:
        yield from _json(text, low, high, start)
        return
    break_before = max(
        text.rfind("\n---", low, start), text.rfind("\n- apiVersion", low, start), text.rfind("\nkind:", low, start)
    )
    low = break_before + 1 if break_before >= 0 else low
    break_after = [
        at
        for at in (
            text.find("\n---", end, high),
            text.find("\n- apiVersion", end, high),
            text.find("\nkind:", end, high),
        )
        if at >= 0
    ]
    yield from _yaml(text, low, min(break_after, default=high))


def _yaml(text: str, low: int, high: int) -> Iterator[Finding]:
    for block in _YAML_BLOCK.finditer(text, low, high):
        yield from _yaml_entries(text, block.end(), high, len(block["indent"]))


def _yaml_entries(text: str, at: int, high: int, indent: int) -> Iterator[Finding]:
    scalar_indent = -1
    while at < high:
        line = _LINE.match(text, at)
        if not line or (line["value"] and len(line["indent"]) <= indent):
            return
        entry = _YAML_ENTRY.match(text, at)
        if scalar_indent >= 0 and len(line["indent"]) > scalar_indent:
            yield from _value(line)
        elif entry:
            scalar_indent = len(entry["indent"]) if entry["value"][:1] in {"|", ">"} else -1
            if scalar_indent < 0:
                yield from _value(entry)
        at = max(line.end(), at + 1)


def _value(match: re.Match[str]) -> Iterator[Finding]:
    value = match["value"].rstrip()
    inner = value.strip("\"'")
    if inner and not is_stand_in(inner):
        start = match.start("value") + value.index(inner)
        yield Finding(start, start + len(inner), KIND)


def _json(text: str, low: int, high: int, kind_at: int) -> Iterator[Finding]:
    before = [match.end() for match in _JSON_BLOCK.finditer(text, low, kind_at)][-2:]
    first = _JSON_BLOCK.search(text, kind_at, min(high, kind_at + _NEAR))
    after = [first.end()] if first else []
    for at in (*before, *after):
        entry = _JSON_ENTRY.match(text, at)
        while entry:
            if entry["value"] and not is_stand_in(entry["value"]):
                yield Finding(entry.start("value"), entry.end("value"), KIND)
            comma = re.compile(r"\\{0,7}\"\s{0,8},").match(text, entry.end())
            entry = _JSON_ENTRY.match(text, comma.end()) if comma else None
