"""What a log line says, without what its logger put around it: time, level, process, logger name, JSON fields.

Titles and first sentences are made of messages; whole lines are only cited.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.lines import clean
from incident_bot.diagnosis.logs.sentences import close_brackets, shorten
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_REACH = 4000
_MAX_LEADS = 10

_LEVELS = (
    r"(?:TRACE|DEBUG|INFO(?:RMATION)?|NOTICE|WARN(?:ING)?|ERR(?:OR)?|FATAL|CRIT(?:ICAL)?|SEVERE|PANIC|ALERT|EMERG(?:ENCY)?|FAIL"
    r"|FEHLER|WARNUNG|SCHWERWIEGEND|ERREUR|AVERTISSEMENT|GRAVE|ERRO|ОШИБКА|错误|エラー|오류)"
)
_LEAD = compile_later(
    r"""(?:
      [DIWEFA],[ ]\[\d{4}-[\d:.T-]{5,30}[ ]\#\d{1,8}\]\s{1,3}[A-Z]{3,7}[ ]--[ ][\w-]{0,40}:
    | \[\d\d:\d\d:\d\d(?:[.,]\d{1,6})?[ ](?i:VRB|DBG|INF|WRN|ERR|FTL|LEVELS)\]
    | \[\d{4}-\d\d-\d\d[ ]\d\d:\d\d:\d\d[,.\d]{0,8}:[ ](?:LEVELS)/[\w()-]{1,40}\](?:[ ](?:consumer|mingle|beat):)?
    | [\[(<"]?\d{4}[-/.]\d\d[-/.]\d\d[T ,_]\s?\d\d:\d\d(?::\d\d)?[.,:\d]{0,12}\s?(?:Z|UTC|GMT|[+-]\d\d:?\d\d|[A-Z]{3,4}(?=\s))?[\])>"]?
    | [\[(]?\d\d?[/.-](?:\d\d?|[A-Z][a-z]{2})[/.-]\d{2,4}[ :T,]{1,2}\d\d:\d\d(?::\d\d)?[.,\d]{0,10}(?:[ ]?[AP]M)?(?:[ ](?:[+-]\d{4}|UTC|GMT|[A-Z]\w{2,20}/[A-Z]\w{2,30}))?[\])]?
    | [\[(]?(?:[A-Z][a-z]{2},?[ ])?[A-Z][a-z]{2}[ ]{1,2}\d{1,2}[ ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:[ ]\d{4})?[\])]?(?:[ ][\w.-]{1,64}[ ](?=[\w./-]{1,40}(?:\[\d{1,8}\])?:[ ]))?
    | [\[(<]?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?[\])>]?(?=[\s|])
    | [IWEFD]\d{4}[ ]\d\d:\d\d:\d\d\.\d{1,9}\s{1,8}\d{1,8}[ ][\w./-]{1,80}:\d{1,6}\]
    | [IWEF]\d{6}[ ]\d\d:\d\d:\d\d\.\d{6}[ ]\d{1,8}[ ][\w./@-]{1,80}:\d{1,6}[ ](?:⋮[ ])?\[[^\]\n]{0,80}\](?:[ ]{1,2}\d{1,9})?
    | \d{1,7}:[A-Z][ ]\d\d[ ][A-Z][a-z]{2}[ ]\d{4}[ ][\d:.]{8,15}[ ][*\#.-]
    | \[?\d{10}(?:\d{3})?(?:\.\d{1,9})?\]?(?=\s)
    | \[\s{0,6}\d{1,7}\.\d{1,6}\]
    | <\d{1,3}>(?:\d[ ])?
    | <\d{1,6}\.\d{1,6}\.\d{1,6}>
    | \d{1,8}\#\d{1,8}:(?:[ ]\*\d{1,12})?
    | (?!FAIL:[ ]Test)[\[(]?\b(?i:LEVELS)\b[\])]?(?:/\w{1,40})?(?:\[\d{1,6}\])?\s{0,8}[:|>-]{1,3}(?=\s)
    | (?:[\[(](?i:LEVELS)[\])]|LEVELS(?=[\s\[]))
    | (?:pid|tid|thread|jid|request_id|requestid|req_id|trace_id|traceid|span_id|correlation_id|class|caller|logger|ts|time|level)=\S{1,120}
    | [\[(][ ]{0,20}(?![A-Z]{2,6}-?\d{3,6}\b)[\w.:/@$\#*,-]{1,90}[ ]{0,20}[\])](?=[\s\[:(-])
    | \d{1,8}:\d{8}:\d{6}\.\d{3}(?=\s)
    | [DIWEF](?:!(?=[ ])|[ ]\|(?=[ ][\w/-]{1,40}:[ ]))
    | \#\d{1,2}(?=[ ]\[)
    | \[[DIWEFC][ ]\d{2,4}-?\d\d-?\d\d[ ]\d\d:\d\d:\d\d[.\d]{0,7}[ ][^\]\n]{1,80}\]
    | \#PID<[\d.]{3,20}>[ ]running[ ]\S{1,80}(?:[ ]\([^)\n]{1,120}\))?[ ]terminated:?
    | ThreadId\(\d{1,6}\)(?=\s)
    | \(\w{1,40}[ ]pid=\d{1,8}\)
    | (?:\[pool[ ]\S{1,40}\][ ])?(?:child[ ]\d{1,8}[ ]said[ ]into[ ]std(?:err|out):[ ]"?)(?:NOTICE:[ ])?(?:PHP[ ]message:[ ])?
    | PHP[ ](?:message|(?:Fatal|Parse)[ ]error|Warning|Notice|Deprecated):
    | (?:Supervisor|Context):[ ]\S{1,80}\.(?=\s)
    | \d{1,7}[ ]---
    | \d{1,7}(?=[ ]\[(?:ERROR|Warning|System|Note)\])
    | (?:[a-z_][\w$-]{0,40}\.){1,8}[A-Za-z_$][\w$]{0,60}(?<!Error)(?<!Exception)\s{0,40}(?::|-|\[-\]|\[\][ ]-)(?=\s)
    | (?:[a-z_][\w$-]{0,40}\.){2,8}[A-Z][\w$]{0,60}\.[a-z]\w{0,40}(?=\s)
    | [\w./-]{1,40}\[\d{1,8}\]:(?=\s)
    | (?:[A-Z]\w{0,40}\.){1,8}[A-Z]\w{0,60}\[\d{1,5}\](?=\s)
    | (?:[a-z_]\w{0,40}::){1,6}[a-z_]\w{0,40}:(?=\s)
    | [A-Z]\w{0,60}\.(?:java|scala|kt):\d{1,6}[ ]-(?=\s)
    | [a-z][\w.-]{0,40}[ ]{1,30}\|(?=[ ][^|\n]{1,4000}$)
    | \*{2,3}(?=\s)
    | (?:LEVELS|[\w.$]{1,80})\|(?=\S)
    | (?:log_channel\(\w{1,20}\)[ ]log|cluster|audit)[ ]\[(?:ERR|WRN|INF|DBG)\](?:[ ]:)?
    | \|
    | [:·•>=-]{1,3}(?=\s)
    )\s{0,40}""".replace("LEVELS", _LEVELS),
    re.VERBOSE,
)  # fmt: skip


def read_message(line: str) -> str:
    """What a line says, at most a sentence: the message and error of JSON or logfmt, else the text behind its prefixes.

    The bare name of an event, such as `call_failed`, says little: the other fields of its record follow, and so they do
    where they say what a setting was and what it is now. A record without any message is told by its fields.
    """
    text = read_text(line)
    if text.startswith("{") and (fields := read_details(line)):
        return fields
    told = shorten(tidy(text))
    details = read_details(line) if told and (" " not in told or _SAYS_BOTH.search(line)) else ""
    return f"{told} ({details})" if details else told


def tell_line(subject: str, line: str) -> str:
    """`api logs: the pool is empty`; the name once, where the line begins with it too."""
    told = read_message(line)
    own = f"{subject}: "
    return f"{subject} logs: {told[len(own) :] if told.lower().startswith(own.lower()) else told}"


@lru_cache(maxsize=256)
def read_text(line: str) -> str:
    """The whole of what a line says, for readers that look for names in it."""
    text = clean(line[:_REACH]).strip()
    bare = _strip_leads(text)
    fields = dict(_fields(text) or _fields(bare))
    told = _from_fields(fields) if fields else ""
    if told:
        return _strip_leads(told)
    is_quoted = bare[:1] == bare[-1:] == '"' and bare.count('"') == 2
    return bare[1:-1] if is_quoted else bare


def tidy(text: str) -> str:
    """A message, or the piece of a line that holds it, without the rest of a JSON record or of a stack."""
    told = clean(text[:_REACH]).strip()
    if _TIME_FIRST.match(told):
        told = _strip_leads(told)
    told = _SDK.sub(": ", told)
    told = _TAIL.sub("", _ANSWER.sub(r": \g<inner>", told)).strip()
    told = told[match.end() :] if (match := _CAUSED.match(told)) else told
    told = _INNER_LEVEL.sub("", _WRAPPED.sub("", _HRESULT.sub("", _PACKAGE.sub("", told))))
    return close_brackets(_BLANKS.sub(" ", told))


_TAIL = compile_later(
    r"""(?:
      \\?["']\}+[\]}]*\s*$                                    # the end of a JSON object
    | (?<=[\w.'")\]])\\?",\s?\\?"[\w.@-]{1,40}\\?":.*$        # its next field
    | ,?\s\{?\\?"(?:exception|stack|trace|context)\\?":.*$    # a context that a logger appends
    | \s\{\\?"\w.*$
    | ,\sclient:\s.*$                                         # nginx appends the request
    | \\n.*$
    | \.\sOffender:\s.*$                                        # Erlang's supervisors
    | :\scurrent\stime\s\S+\sis\s.*$                           # Go's x509 says when it looked
    | \s\((?:[\w.$]+\.(?:java|scala|kt|go|py|rb|cs)):\d+\).*$
    | (?:\s(?:request_?id|trace_?id|span_?id|req_id|correlation_?id|ts|caller|pid|goroutine)[=:]\s?\S+)+$
    | \s\(\#\d+\)$
    | (?:\s\[\])+$                                            # Monolog's empty context and extra
    | \s{2,}\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d.*$             # the last column of a table
    )""",
    re.VERBOSE | re.DOTALL,
)  # fmt: skip
_ANSWER = compile_later(
    r"[ :=.]{0,3}\{(?:[\"']|:\w)[^\n]{0,400}?(?:[\"'](?:error|message|reason|detail|msg)[\"']\s?(?::|=>)|:(?:error|message|reason|detail|msg)\s?=>)\s?[\"'](?P<inner>[^\n]{3,300}?)(?<!\\)[\"'](?=[,}]|\s*$).*$"
)
"""What a service answered, in JSON or as Python and Ruby print it, behind the program's own words: its error is the news."""
_TIME_FIRST = compile_later(
    r"[\[(<\"]?\d{1,4}[-/.:](?:\d\d?|[A-Z][a-z]{2})[-/.:]\d|[IWEF]\d{4}(?:\d\d)? \d|(?:FATAL|ERROR|WARN(?:ING)?|INFO|CRITICAL)[ :]"
)
_PACKAGE = compile_later(
    r"(?<![\w/.@-])(?:[A-Za-z_][\w$]{0,60}\.){2,10}(?=[A-Z]\w*(?:Exception|Error|Failure|Fault)\b)"
)
_CAUSED = compile_later(r"(?:Caused by: |-{2,3}> )+")
_HRESULT = compile_later(r"(?<=Exception) \(0x[0-9A-Fa-f]{8}\)(?=: )")
""".NET's number of an exception, which its type says too."""
_WRAPPED = compile_later(r"(?<=: )\((?:[a-z_]\w{0,40}\.){1,4}[A-Z]\w{0,60}\) ")
"""SQLAlchemy's `ProgrammingError: (psycopg2.errors.DuplicateColumn) column ...`."""
_INNER_LEVEL = compile_later(r"(?<=: )(?:ERROR|FATAL|PANIC): {1,3}")
"""The level that a PostgreSQL puts before what another one of its processes or servers told it."""
_SDK = compile_later(r", https response error StatusCode: \d{1,3}, RequestID: [\w-]*,(?: HostID: [^,\s]*,)? ")
"""What AWS's SDK for Go puts between the operation and what was wrong with it."""
_BLANKS = compile_later(r"[ \t]{2,}")


def _strip_leads(text: str) -> str:
    for _ in range(_MAX_LEADS):
        match = _LEAD.match(text)
        if match is None or not match[0] or match.end() >= len(text):
            break
        text = text[match.end() :]
    return text


_LOGFMT = compile_later(
    r"(?:^|\s)([A-Za-z][\w.@-]{0,40})=(\"(?:[^\"\\]|\\.|\"(?!\s{1,4}[A-Za-z][\w.@-]{0,40}=|\s*$)){0,2000}\"|[^\s\"]{1,400})"
)
"""A quotation ends where the next name or the line's end follows: many writers forget to escape the quotes inside."""
_SAYING = ("message", "msg", "m", "@m", "text", "event", "ev", "evt", "log", "short_message", "body", "rendered_message", "@mt",
           "renderedmessage", "textpayload", "mensaje", "nachricht", "description")  # fmt: skip
_BLAMING = ("error", "err", "exception", "exc_info", "exc", "cause", "reason", "@x", "stack_trace", "stacktrace", "stack",
            "fehler", "detail", "details", "root_cause", "failure", "response_body", "upstream_body", "response", "answer")  # fmt: skip
_ANSWERED = ("body", "response_body", "upstream_body", "response", "answer")
"""Where a record quotes what somebody answered."""


def _fields(text: str) -> list[tuple[str, str]]:
    """The named texts of a structured line, names in lower case; nothing for plain text."""
    start = text.find("{")
    if 0 <= start <= _JSON_STARTS_WITHIN and text.rstrip().endswith("}"):
        try:
            body = json.loads(text[start:])
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, dict) and _is_record(body, is_whole=start == 0):
            return list(_flatten(body))
        if isinstance(body, dict) and text[start - 1] == "\t" and any(name in body for name in _BLAMING):
            # zap's console: time, level, logger, message and a record of the rest, between tabs.
            return [("msg", text[:start].rstrip().rpartition("\t")[2]), *_flatten(body)]
    if "=" not in text:
        return []
    quoted = _KLOG_MESSAGE.match(text)
    pairs = _LOGFMT.findall(text)
    names = {name.lower() for name, _ in pairs}
    if not quoted and (len(pairs) < _FEW_PAIRS or not names & {"msg", "message", "level", "lvl"}):
        return []
    told = [("msg", quoted[1])] if quoted else []
    return told + [(name.lower(), _unquote(value)) for name, value in pairs]


def _unquote(value: str) -> str:
    bare = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value.strip('"')
    return bare.replace('\\"', '"').replace("\\n", "\n")


_JSON_STARTS_WITHIN = 120
_FEW_PAIRS = 2
_KLOG_MESSAGE = compile_later(r"\"((?:[^\"\\]|\\.){3,300})\" (?=[A-Za-z][\w.]{0,40}=)")


def _is_record(body: dict[str, object], *, is_whole: bool) -> bool:
    names = {name.lower() for name in body}
    return is_whole or bool(names & {*_SAYING[:4], "log"})


def _flatten(body: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if isinstance(value, str):
            yield name.lower(), value
        elif isinstance(value, dict):
            key = next((key for key in (*_SAYING, *_BLAMING) if isinstance(value.get(key), str)), "")
            if key:
                kind = f"{value['type']}: " if isinstance(value.get("type"), str) else ""
                yield name.lower() if name.lower() in _BLAMING else key, f"{kind}{value[key]}"


def _read_answers(fields: dict[str, str]) -> dict[str, str]:
    """The fields, with the error that an answer in JSON names in its place."""
    quoted = {name: match["inner"] for name in _ANSWERED if (match := _ANSWER.search(fields.get(name, "")))}
    told = fields | quoted
    if "body" in quoted and any(fields.get(name) for name in _SAYING if name != "body"):
        told["response_body"] = told.pop("body")
    return told


def _from_fields(fields: dict[str, str]) -> str:
    fields = _read_answers(fields)
    said = next((_last_words(fields[name]) for name in _SAYING if fields.get(name)), "")
    blamed = next((_last_words(fields[name]) for name in _blaming_names(fields) if fields[name]), "")
    said, blamed = _strip_leads(said), _strip_leads(blamed)
    if said and not blamed and " " not in said:
        blamed = next((_last_words(fields[name]) for name in _SAYING if " " in fields.get(name, "")), "")
    if not said or not blamed or blamed.lower() in said.lower():
        return said or blamed
    if said.lower() in blamed.lower():
        return blamed
    return f"{said.rstrip('.:')}: {blamed}"


_BLAMED_PART = compile_later(
    r"(?:err|error|exception|exc|cause|failure)[._](?:message|msg|detail|reason|type|kind|name|stack\w*)"
)
"""OpenTelemetry's and pino's flat fields: `exception.message`, `err.type`."""


_EMPTY = compile_later(
    r"(?:an? )?(?:unknown|internal|unexpected|server|internal server)? ?(?:error|failure|problem)?\.?", re.IGNORECASE
)
"""What a library says where it does not know the error that it passes on in another field."""


def _blaming_names(fields: dict[str, str]) -> list[str]:
    exact = [name for name in _BLAMING if name in fields]
    dotted = [name for name in fields if _BLAMED_PART.fullmatch(name)]
    dotted.sort(
        key=lambda name: (_EMPTY.fullmatch(fields[name]) is not None, "message" not in name and "msg" not in name)
    )
    return (
        exact
        or dotted
        or [name for name in fields if name.rpartition(".")[2] in _BLAMING or name.startswith(("error", "exc"))]
    )


def _last_words(text: str) -> str:
    """Of a stack trace the line that names the error: Python's last, everybody else's first, and what a heading heads."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    if lines[0].startswith("Traceback"):
        return lines[-1]
    is_headed = len(lines) > 1 and " " in lines[0] and ": " in lines[1] and not _FRAME_WORDS.match(lines[1])
    return f"{lines[0].rstrip(':')}: {lines[1]}" if is_headed else lines[0]


_FRAME_WORDS = compile_later(r"at |File |goroutine |Caused by|\S+\(|\S+\.\w{1,4}:\d")


_USUAL_FIELDS = frozenset(
    {*_SAYING, *_BLAMING, "level", "lvl", "severity", "time", "ts", "timestamp", "@timestamp", "at", "pid", "hostname", "host",
     "name", "service", "logger", "caller", "component", "thread", "v", "app", "trace_id", "span_id", "request_id", "log.level"}
)  # fmt: skip
_MOST_DETAILS = 4


def read_details(line: str) -> str:
    """What a structured record says beside its message, as `name=value`: the settings of a change stand there."""
    text = clean(line[:_REACH]).strip()
    start = text.find("{")
    fields: Iterable[tuple[str, object]] = _LOGFMT.findall(text) if re.search(r"\bmsg=", text) else ()
    if 0 <= start <= _JSON_STARTS_WITHIN and text.endswith("}"):
        try:
            body = json.loads(text[start:])
        except (ValueError, RecursionError):
            return ""
        fields = body.items() if isinstance(body, dict) else ()
    told = [part for name, value in fields if name.lower() not in _USUAL_FIELDS for part in _tell_field(name, value)]
    return shorten(", ".join(told[:_MOST_DETAILS]))


_SAYS_BOTH = compile_later(
    r" -> |\b(?:previous|old)\w{0,10}=|\"(?:from|old|before|was|new)\w{0,20}\": ?[^\n]{1,400}\"(?:to|new|after|is|old)\w{0,20}\": ?"
)
_TURNED = (("from", "to"), ("old", "new"), ("before", "after"), ("was", "is"))
_DEEPEST = 2
_MOST_ITEMS = 3


def _find_pair(value: dict[str, object]) -> tuple[str, str] | None:
    """`oldState` and `newState`: two names of one thing, before and after."""
    names = {name.lower(): name for name in value}
    rests = ((old, new, name[len(old) :]) for name in names for old, new in _TURNED if name.startswith(old))
    return next(
        ((names[old + rest], names[new + rest]) for old, new, rest in rests if rest and new + rest in names), None
    )


def _tell_field(name: str, value: object, depth: int = 0) -> Iterator[str]:
    """A field as `name=value`; of one that holds others these, and `name: old -> new` where it says what was changed."""
    if isinstance(value, bool):
        yield f"{name}={str(value).lower()}"
    elif isinstance(value, str | int | float):
        yield f"{name}={value}"
    elif isinstance(value, list) and value and all(isinstance(item, str | int | float) for item in value):
        yield f"{name}: {'; '.join(map(str, value[:_MOST_ITEMS]))}"
    elif isinstance(value, dict):
        pair = next((pair for pair in _TURNED if value.keys() >= {*pair}), None) or _find_pair(value)
        old, new = (value[key] for key in pair) if pair else (None, None)
        if pair and not isinstance(old, dict | list) and not isinstance(new, dict | list):
            yield f"{name}: {json.dumps(old)} -> {json.dumps(new)}"
        elif isinstance(old, dict) and isinstance(new, dict):
            changed = (key for key in new if old.get(key) != new[key] and not isinstance(new[key], dict | list))
            yield from (f"{name}.{key}: {json.dumps(old.get(key))} -> {json.dumps(new[key])}" for key in changed)
        elif depth < _DEEPEST:
            for key, inner in value.items():
                yield from _tell_field(key, inner, depth + 1)
