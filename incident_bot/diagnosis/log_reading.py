"""Reading logs without a rule for the application: which line decides, and what it is about.

Every finding is a candidate of low specificity: it speaks when no rule explains the failure, and
lends its names (host, file, setting) to rules that do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.complaints import COMPLAINTS, Complaint
from incident_bot.diagnosis.dependencies import find_address, find_path, find_quoted, find_setting
from incident_bot.diagnosis.exceptions import Thrown, find_exceptions, find_root
from incident_bot.diagnosis.log_outcome import shape_of
from incident_bot.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Log

_MESSAGE_CHARS = 140
_MAX_LINES = 20_000
_TAIL_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a generic reader made of one line (`index` into the log's kept lines)."""

    kind: str
    category: Category
    title: str
    hint: str
    index: int
    offset: int
    weight: float
    count: int
    is_exception: bool = False


def read_log(log: Log, baseline: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """The findings of one log, best first. `baseline`: templates that healthy siblings log as well.

    Weight is 0..1: how sure it is that this line tells why, from what the line calls itself, what it
    says, where it stands (the end of a log that ended, the first of a storm) and how new it is.
    """
    lines = tuple(_bad_lines(log))
    findings = [finding for index, level in lines if (finding := _complaint(log, index, level, baseline))]
    root = _exception(log)
    if root:
        findings.append(root)
    if not findings:
        worst = max((level for _, level in lines), default=Level.QUIET)
        findings = [_plain(log, index, level, baseline) for index, level in lines if level >= min(worst, Level.ERROR)]
    best: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.kind, finding.title)
        if key not in best or finding.weight > best[key].weight:
            best[key] = finding
    return tuple(sorted(best.values(), key=lambda item: (-item.weight, item.index))[:8])


def level_of(line: str) -> int:
    """What a line says about its own badness (`condense.severity.Level`)."""
    return grade(line)


_HEADING = re.compile(r"Traceback \(most recent call last\):\s*$")
_ACCESS_OK = re.compile(r"\"?(?:GET|POST|PUT|DELETE|HEAD|PATCH|OPTIONS) \S{1,400}[^\n]{0,40}?\"?\s[123]\d\d\b")


def _bad_lines(log: Log) -> Iterator[tuple[int, int]]:
    for index, kept in enumerate(log.kept[:_MAX_LINES]):
        level = grade(kept.text)
        if level >= Level.WARNING and not _HEADING.search(kept.text[:200]) and not _ACCESS_OK.search(kept.text[:600]):
            yield index, level


def _complaint(log: Log, index: int, level: int, baseline: frozenset[str]) -> Finding | None:
    line = log.kept[index].text[:2000]
    for complaint in COMPLAINTS:
        match = complaint.search(line)
        if match:
            what = _name(complaint, line) or _name_nearby(complaint, log, index)
            return Finding(
                kind=complaint.kind,
                category=complaint.category,
                title=complaint.title.replace("{container}", _subject(log)).replace("{what}", _fit(what, complaint)),
                hint=complaint.hint,
                index=index,
                offset=log.offsets[index],
                weight=_weigh(log, index, level, baseline) + 0.05 * bool(what),
                count=log.kept[index].count,
            )
    return None


def _subject(log: Log) -> str:
    return log.container or "The container"


def _fit(what: str, complaint: Complaint) -> str:
    if not what:
        return complaint.fallback
    return f" ({what})" if not complaint.fallback else what


def _name(complaint: Complaint, line: str) -> str:
    if complaint.names == "address":
        return find_address(line)
    if complaint.names == "path":
        return find_path(line) or find_quoted(line)
    if complaint.names == "setting":
        return find_setting(line) or find_quoted(line)
    return find_quoted(line) or find_path(line) if complaint.names == "quoted" else ""


def _name_nearby(complaint: Complaint, log: Log, index: int) -> str:
    """Loggers often print the address one line before or after the error."""
    if complaint.names != "address":
        return ""
    for near in (index - 1, index + 1):
        if 0 <= near < len(log.kept) and abs(log.kept[near].line - log.kept[index].line) <= 2:
            found = find_address(log.kept[near].text)
            if found:
                return found
    return ""


def _weigh(log: Log, index: int, level: int, baseline: frozenset[str]) -> float:
    weight = {Level.WARNING: 0.35, Level.ERROR: 0.5, Level.FATAL: 0.62}.get(Level(level), 0.35)
    if index >= len(log.kept) - _TAIL_LINES and log.previous:
        weight += 0.15
    elif index >= len(log.kept) - _TAIL_LINES:
        weight += 0.05
    if log.kept[index].count >= 5:
        weight += 0.05
    if shape_of(log.kept[index].text) in baseline:
        weight -= 0.25
    return weight


def templates_of(log: Log) -> frozenset[str]:
    """The shapes of a log's lines: what a healthy sibling says is no news."""
    return frozenset(shape_of(kept.text) for kept in log.kept[:_MAX_LINES])


def _exception(log: Log) -> Finding | None:
    thrown = list(find_exceptions(log.text, log.lowered))
    root = find_root([item for item in thrown if not _is_quiet(log, item)], log.text)
    if root is None:
        return None
    index = log.index_at(root.offset)
    named = next((item for item in COMPLAINTS if item.search(f"{root.type}: {root.message}")), None)
    name = root.type.rpartition(".")[2] or root.language
    message = shorten(root.message)
    says = f"{name}: {message}" if message else name
    at_end = index >= len(log.kept) - 3 * _TAIL_LINES
    return Finding(
        kind=f"{root.language.lower().strip('.')}-exception" if named is None else named.kind,
        category=named.category if named else Category.APPLICATION,
        title=f"{_subject(log)} stops on {says}"
        if log.previous or root.is_fatal
        else f"{_subject(log)} fails on {says}",
        hint=named.hint if named else "Read the frames around the line; compare with the last release.",
        index=index,
        offset=root.offset,
        weight=0.62 + 0.15 * (log.previous and at_end) + 0.05 * bool(message),
        count=log.kept[index].count,
        is_exception=True,
    )


def shorten(text: str) -> str:
    """The first sentence of a long message, at most `_MESSAGE_CHARS`, cut between words."""
    if len(text) <= _MESSAGE_CHARS:
        return text
    sentence = text[:_MESSAGE_CHARS].rpartition(". ")[0]
    return sentence or text[:_MESSAGE_CHARS].rpartition(" ")[0] or text[:_MESSAGE_CHARS]


def _is_quiet(log: Log, item: Thrown) -> bool:
    """An exception that the line itself files under INFO or WARNING was handled."""
    line = log.kept[log.index_at(item.offset)].text
    return not line.startswith((item.type[:20], "Caused by", " ", "\t")) and Level.INFO < grade(line) < Level.ERROR


def _plain(log: Log, index: int, level: int, baseline: frozenset[str]) -> Finding:
    text = _message(log.kept[index].text)
    return Finding(
        kind="error-line",
        category=Category.APPLICATION,
        title=f"{_subject(log)} logs: {text}",
        hint="Read the lines before it.",
        index=index,
        offset=log.offsets[index],
        weight=_weigh(log, index, level, baseline) - 0.05,
        count=log.kept[index].count,
    )


_PREFIX = re.compile(
    r"^(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(?:Z|[+-]\d\d:?\d\d)?\]?[\s|,-]*|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ \S+\] "
    r"|\[?(?:ERROR|FATAL|WARN(?:ING)?|CRITICAL|SEVERE|ERR|PANIC)\]?[\s:|-]+)+",
    re.IGNORECASE,
)
_JSON_MESSAGE = re.compile(r"\"(?:msg|message|error|err)\"\s?:\s?\"((?:[^\"\\]|\\.){1,300})\"")


def _message(line: str) -> str:
    """A line without its time and level; the message field of a JSON line."""
    match = _JSON_MESSAGE.search(line[:4000]) if line.lstrip().startswith("{") else None
    return shorten((match[1] if match else _PREFIX.sub("", line[:600])).strip())


_CHANGE = re.compile(
    r"\b(?:config(?:uration)?|settings?|feature ?flags?|flag|rules?|certificates?|secrets?|schema|endpoints?|backend|upstream|leader|primary|master|mode|version|model)\b"
    r".{0,60}\b(?:reloaded|changed|updated|switched|rotated|enabled|disabled|replaced|set to|now|promoted|migrated|applied)\b"
    r"|\b(?:reload(?:ed|ing)|switch(?:ed|ing) to|fail(?:ed|ing)?[- ]?over|promot(?:ed|ing)|roll(?:ed|ing) (?:out|back)|deploy(?:ed|ing)|using (?:staging|fallback|default))\b",
    re.IGNORECASE,
)
_LOOK_BACK_LINES = 25


def find_change_before(log: Log, index: int) -> int | None:
    """The rare line before the storm: a change that the log reports once, shortly before the line at `index`."""
    for before in range(index - 1, max(-1, index - 1 - _LOOK_BACK_LINES), -1):
        kept = log.kept[before]
        if kept.count <= 2 and _CHANGE.search(kept.text[:600]) and grade(kept.text) < Level.ERROR:
            return before
    return None
