"""Long lines shortened by field: what was said stays, what identifies and dates it goes first.

Every result is the line's own words in their order, with an ellipsis wherever something was cut,
so that searching the raw log for any piece between two ellipses finds the line.
"""

from __future__ import annotations

import re

from incident_bot.condense.lines import ELLIPSIS
from incident_bot.patterns import compile_later

_JSON_FIELD = compile_later(
    r'\\?"([\w.@$/ -]{1,64})\\?"\s{0,4}:\s{0,4}("(?:[^"\\]|\\.)*"?|-?[\d.]+(?:[eE][+-]?\d+)?|true|false|null|\\"(?:[^"\\]|\\[^"])*\\")'
)
_LOGFMT_FIELD = compile_later(r'(?<![^\s,{(])([A-Za-z_][\w.@-]{0,63})=("(?:[^"\\]|\\.)*"?|[^\s"]*)')
_MOST_FIELDS = 400

_SAYS = compile_later(
    r"(?i)(?:^|[._-])(?:msg|message|log|event|error|err|exception|reason|cause|detail|details|description|failure|panic|fatal|text|title|exc_info|stack|stack_?trace|traceback)$"
    r"|^(?:error|exception|err)\.\w+$|(?-i:[a-z](?:Message|Error|Exception|Reason|Cause)$)"
)
_GRADES = compile_later(
    r"(?i)(?:^|[._-])(?:level|severity|lvl|levelname|loglevel|status|status_?code|code|exit_?code|state|phase|response_?code|alarm)$"
)
_PLACES = compile_later(
    r"(?i)^(?:path|url|uri|method|route|endpoint|host|address|addr|upstream|target|peer|logger|component|service|module|caller|file|name|key|config|model|version|duration\w*|latency\w*|elapsed\w*|took\w*|attempts?|retry|retries|count|size|used\w*|limit\w*|memory\w*|queue\w*|pool\w*)$"
)
_SAYS_NOTHING = frozenset(["null", '""', '"-"', "-", "none", "nil", ""])
_TIME_FIELD = compile_later(
    r"(?i)^(?:ts|time|timestamp|@timestamp|t|date|datetime|asctime|created|eventtime|start_?time|end_?time)$"
)
_NOISE = compile_later(
    r"(?i)(?:^|[._-])(?:trace|span|request|req|correlation|session|transaction|user_?agent|x-\w+|id|uid|uuid|pid|tid|thread\w*|hostname|container_id|image_id|docker|labels|annotations|seq|offset)(?:[._-]?id)?$"
)

_STAMP = compile_later(
    r"^[\[(]?(?:\d{4}[-/.]\d{2}[-/.]\d{2}(?:[T _:]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)?,? ?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2}(?: \d{4})? \d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?: \d{4})?"
    r"|\d{2}/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\d{4}[: ]\d{2}:\d{2}:\d{2}(?: [+-]\d{4})?"
    r"|\d{10}(?:\d{3}|\.\d{1,9})?|\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?)[\])]?(?=[\s|:,-]|$)[\s|:,-]{0,3}"
)
_LOUD = compile_later(
    r"(?i)error|exception|fail|fatal|panic|denied|refused|timed? ?out|cannot|unable|invalid|not found|missing|exceed|killed|abort|undefined|unexpected"
)
_LEAD_CHARS = 24


def stamp_length(text: str) -> int:
    """How many characters at the start are a timestamp and its separators; 0 without one."""
    match = _STAMP.match(text)
    return match.end() if match else 0


_DATED = compile_later(
    r"(?:\d{4}[-/]\d{2}[-/]\d{2}[T ]|\d{2}/[A-Z][a-z]{2}/\d{4}:)(\d{2}:\d{2}:\d{2})(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?(?![\w:])"
)
_STAMP_REACH = 160
_LONG_ID = compile_later(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]{12,})(?![0-9A-Za-z])"
)


def cut_stamp(text: str) -> str:
    """The line with only the time of day of its timestamp: a date costs as much as a sentence."""
    dated = _DATED.search(text, 0, _STAMP_REACH)
    if dated is None:
        return text
    return f"{text[: dated.start()]}{ELLIPSIS}{dated.group(1)}{ELLIPSIS}{text[dated.end() :]}"


def drop_stamp(text: str) -> str:
    """The line without its timestamp, to compare it with others."""
    return _DATED.sub(" ", text, count=1)


def message_of(text: str) -> str:
    """What a line says, without time, level and wrapping where its form shows them."""
    if '"' in text and (text.startswith("{") or "{" in text[:_STAMP_REACH]):
        for match in _JSON_FIELD.finditer(text[:_MESSAGE_REACH]):
            if _MESSAGE.match(match.group(1)):
                return match.group(2).strip('\\"')
    if "msg=" in text or "message=" in text:
        for match in _LOGFMT_FIELD.finditer(text[:_MESSAGE_REACH]):
            if _MESSAGE.match(match.group(1)):
                return match.group(2).strip('"')
    return text


_MESSAGE = compile_later(r"(?i)(?:msg|message|log|event|text)$")
_MESSAGE_REACH = 4000


def cut_ids(text: str) -> str:
    """The line without its long ids: they tell lines apart, which nobody asked of this one."""
    return _LONG_ID.sub(ELLIPSIS, text)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of a line (but never fewer than 40), the message kept before all else."""
    limit = max(limit, 40)
    if len(text) <= limit:
        return text
    if text.count('"') >= 8 and "{" in text:
        fields = _fields(_JSON_FIELD, text)
    elif text.count("=") >= 4:
        fields = _fields(_LOGFMT_FIELD, text)
    else:
        fields = []
    if len(fields) >= 3 and any(rank == 0 for rank, _, _ in fields):
        return _join_fields(text, fields, limit)
    return cut_middle(text, limit)


def _fields(pattern: re.Pattern[str], text: str) -> list[tuple[int, int, int]]:
    """(rank, start, end) of a line's fields; rank 0 says what happened, 5 only identifies."""
    found = []
    for match in pattern.finditer(text):
        found.append((_rank(match.group(1), match.group(2)), match.start(), match.end()))
        if len(found) >= _MOST_FIELDS:
            break
    return found


def _rank(name: str, value: str) -> int:
    if value.lower() in _SAYS_NOTHING:
        return 5
    for rank, pattern in enumerate((_SAYS, _GRADES, _PLACES)):
        if pattern.match(name):
            return rank
    if _TIME_FIELD.match(name):
        return 4
    return 5 if _NOISE.search(name) else 3


def _join_fields(text: str, fields: list[tuple[int, int, int]], limit: int) -> str:
    """The best fields that fit, in the line's order, and the text before the first field where it is short."""
    start = fields[0][1]
    spans: list[tuple[int, int]] = [(0, start)] if start <= limit // 3 else []
    room = limit - sum(end - begin for begin, end in spans) - 2
    says = sum(rank == 0 for rank, _, _ in fields)
    for rank, begin, end in sorted(fields, key=lambda field: (field[0], field[1])):
        if rank >= 4:
            continue
        allowed = room if rank else max(room // max(says, 1), min(room, 60))
        says -= rank == 0
        if end - begin + 3 <= allowed:
            spans.append((begin, end))
            room -= end - begin + 3
        elif rank == 0 and allowed >= 20:
            spans.append((begin, begin + allowed - 4))
            room -= allowed
    return _join_spans(text, sorted(spans))


def _join_spans(text: str, spans: list[tuple[int, int]]) -> str:
    """Pieces of a text in order; between two that do not touch, an ellipsis."""
    pieces = []
    at = 0
    for begin, end in spans:
        if begin > at and text[at:begin].strip(" ,"):
            pieces.append(ELLIPSIS)
        elif begin > at:
            pieces.append(text[at:begin])
        pieces.append(text[begin:end])
        at = end
    if text[at:].strip(" ,}]"):
        pieces.append(ELLIPSIS)
    return "".join(pieces)


def cut_middle(text: str, limit: int) -> str:
    """A line's start and end, and the surroundings of its first loud word where the cut would lose them."""
    room = limit - 2
    tail = min(room // 4, 60)
    head = room - tail
    loud = _LOUD.search(text, head)
    if loud is None or loud.start() >= len(text) - tail:
        return f"{text[:head]}{ELLIPSIS}{text[-tail:]}"
    middle = room * 2 // 3
    head = room - middle
    begin = max(head, loud.start() - min(_LEAD_CHARS, middle // 4))
    end = begin + middle
    between = ELLIPSIS if begin > head else ""
    return f"{text[:head]}{between}{text[begin:end]}{ELLIPSIS if end < len(text) else ''}"
