"""The words of a report: confidence, age, who found it, the short form of a log line. Shared by every rendering."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from incident_bot.model import Case, Cause, Citation, Diagnosis, Engine, Evidence, EvidenceKind, Target, Verdict

_CONFIDENCE_WORDS = ((0.85, "very likely"), (0.65, "likely"), (0.30, "possible"))

VERDICT_WORDS = {
    Verdict.FAILURE: "failure",
    Verdict.RECOVERED: "recovered",
    Verdict.HEALTHY: "no failure found",
    Verdict.INSUFFICIENT_EVIDENCE: "not enough evidence",
}


def confidence(cause: Cause) -> str:
    """Such as "very likely (0.94)": a word to act on and a number to compare."""
    if cause.conjecture:
        return f"conjecture, no line proves it ({cause.confidence:.2f})"
    word = next((word for floor, word in _CONFIDENCE_WORDS if cause.confidence >= floor), "unlikely")
    return f"{word} ({cause.confidence:.2f})"


def model_name(diagnosis: Diagnosis) -> str:
    """The model as people call it."""
    return "Gemini" if diagnosis.model.startswith("gemini") else "the model"


def found_by(cause: Cause, diagnosis: Diagnosis) -> str:
    """Who found a cause, in words."""
    if cause.found_by is Engine.BOTH:
        return f"rules and {model_name(diagnosis)} agree"
    return "rules" if cause.found_by is Engine.RULES else model_name(diagnosis)


def proving(cause: Cause, case: Case) -> list[Citation]:
    """A cause's citations, the most telling first: the one the diagnosis put first, then what programs said, then the rest.

    Lines that say the same but for their numbers are shown once.
    """
    logs = {item.id for item in case.evidence if item.kind is EvidenceKind.LOG}

    def says_little(citation: Citation) -> bool:
        return citation.evidence_id not in logs or citation.quote.lstrip().startswith("Traceback (most recent")

    ordered = [*cause.citations[:1], *sorted(cause.citations[1:], key=says_little)]
    told: dict[str, Citation] = {}
    for citation in ordered:
        told.setdefault(_NUMBERS.sub("0", excerpt(citation.quote)), citation)
    return list(told.values())


_NUMBERS = re.compile(r"\d+")


def advice_against(text: str) -> str:
    """What not to do, without the "Do not" that the page says itself."""
    return re.sub(r"(?i)^\s*(?:do not|don't|never)\s+", "", text)


def duration(seconds: float) -> str:
    """Such as "45 s", "14 min", "3 h 5 min", "2 d 4 h"."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def since(starts_at: datetime, now: datetime) -> str:
    """Such as "firing since 00:38 UTC (14 min)", with the date where it was another day."""
    began, today = utc(starts_at), utc(now)
    form = "%H:%M UTC" if began.date() == today.date() else "%Y-%m-%d %H:%M UTC"
    return f"firing since {began.strftime(form)} ({duration((today - began).total_seconds())})"


def utc(value: datetime) -> datetime:
    """In UTC; a time without a zone is taken for UTC, since an analysis that comes from a file may hold one."""
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return value.replace(tzinfo=UTC)


def counted(number: int, noun: str) -> str:
    """Such as "1 line", "8,930 lines"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def workload(target: Target) -> str:
    """Such as "deployment ml/sentiment" from what is known of the target."""
    name = target.workload or target.pod or target.node
    place = f"{target.namespace}/{name}" if target.namespace and name else name or target.namespace
    kind = (target.workload_kind or "workload") if target.workload else "pod" if target.pod else "node"
    return f"{kind.lower()} {place}" if name else f"namespace {place}" if place else "cluster"


def reference(citation: Citation) -> str:
    """Such as "E2:14": how a line is called everywhere."""
    return f"{citation.evidence_id}:{citation.line}"


# Times that programs put at the start of a line: RFC 3339, Python's logging, log4j, syslog-like clocks; and klog's and
# syslog's with the process and place or the host and program behind them.
_LEADING_TIME = re.compile(
    r"\s*(?:[IWEF]\d{4} (?P<klog>\d\d:\d\d:\d\d)\.\d{1,9} {1,8}\d{1,8} [\w./-]{1,80}:\d{1,6}\] "
    r"|[A-Z][a-z]{2} [ \d]\d (?P<syslog>\d\d:\d\d:\d\d) [\w.-]{1,64} [\w./-]{1,60}(?:\[\d{1,8}\])?: "
    r"|[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d[T ]|[IWEF]\d{4} )?(?P<clock>\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?\s?(?:Z|[+-]\d\d:?\d\d|UTC)?[\])]?[\s:|-]*)"
)
_LEVEL_IN_BRACKET = re.compile(r"^([A-Z]{1,11})\]\s*")
_RULER = re.compile(r"\s*[*=#_-]{8,}\s*$")
_MESSAGE_KEYS = ("message", "msg", "error", "err", "exception", "event", "reason", "log")
_USUAL_KEYS = frozenset(
    {"level", "lvl", "severity", "time", "ts", "timestamp", "@timestamp", "@t", "@l", "t", "date", "datetime", "logger", "logger_name",
     "caller", "thread", "thread_name", "pid", "hostname", "host", "name", "service", "app", "version", "v", "trace_id", "traceid",
     "span_id", "spanid", "request_id", "requestid", "level_value", "@version", "module", "lineno", "funcname"}
)  # fmt: skip
"""Fields of a JSON line that say nothing of what happened."""
_MOST_FIELDS = 6


def evidence_name(item: Evidence) -> str:
    """Where a piece of evidence comes from; an object or table also by its file, since many have the same source."""
    source = item.source or item.name
    return source if item.kind is EvidenceKind.LOG or item.name in source else f"{source}, {item.name}"


def split_time(line: str) -> tuple[str, str]:
    """A line's leading clock time (HH:MM:SS, or empty) and what follows it."""
    clock, rest = "", line
    # Twice: a container runtime's time often stands before the program's own.
    for _ in range(2):
        match = _LEADING_TIME.match(rest)
        if not match or match.end() == len(rest):
            break
        clock, rest = match["klog"] or match["syslog"] or match["clock"], rest[match.end() :]
        # `[09:01:15 ERR] message`: the bracket goes with the time.
        rest = _LEVEL_IN_BRACKET.sub(r"\1 ", rest) if "[" in match[0] and "]" not in match[0] else rest
    return clock, rest


def headline(line: str) -> str:
    """What a line says, for the first screen: clock time, then the message; JSON lines by what they say happened."""
    clock, rest = split_time(line)
    said = " ".join(_json_sayings(rest)) or _RULER.sub("", " ".join(rest.split())) or " ".join(rest.split())
    return f"{clock} {said}" if clock else said


def excerpt(line: str) -> str:
    """What to quote of a line: all but its leading time and runs of blanks; of a JSON line what it says happened."""
    _, rest = split_time(line)
    sayings = _json_sayings(rest)
    is_verbatim = bool(sayings) and all(said in line for said in (sayings[0], *_values(sayings[1:])))
    return " ".join(sayings) if is_verbatim else " ".join(rest.split())


def _values(sayings: Iterable[str]) -> Iterator[str]:
    return (saying.partition("=")[2] for saying in sayings)


def _json_sayings(text: str) -> list[str]:
    """The message of a JSON line, then its other fields as `name=value`, the blaming ones first."""
    if not text.startswith("{") or len(text) > 20_000:
        return []
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(loaded, dict):
        return []
    said = {
        name: " ".join(str(value).split())
        for name, value in loaded.items()
        if isinstance(value, str | int | float) and name.lower() not in _USUAL_KEYS
    }
    message = next((name for name in _MESSAGE_KEYS if isinstance(loaded.get(name), str) and said.get(name)), "")
    if not message:
        return []
    others = sorted((name for name in said if name != message), key=lambda name: name not in _MESSAGE_KEYS)
    return [said[message], *(f"{name}={said[name]}" for name in others[:_MOST_FIELDS] if said[name])]


_RESTARTS = re.compile(r"\s*(?:Restart Count:|\"?restartCount\"?:)\s*(\d{1,7}),?\s*$")
_POD_HEAD = re.compile(r"Name:\s|\s*\"?kind\"?: \"?Pod\"?,?\s*$")


def restarts(case: Case) -> int | None:
    """The highest restart count of a container, where exactly one pod was described; else None."""
    heads, counts = 0, [-1]
    for item in case.evidence:
        if item.kind in {EvidenceKind.DESCRIBE, EvidenceKind.OBJECT}:
            found = [int(match[1]) for line in item.lines if (match := _RESTARTS.match(line))]
            heads += bool(found) and max(1, sum(bool(_POD_HEAD.match(line)) for line in item.lines))
            counts += found
    return max(counts) if heads == 1 and max(counts) >= 0 else None
