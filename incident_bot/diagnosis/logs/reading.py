"""Reading logs without a rule for the application: which line decides, and what it is about.

Every finding is a candidate of low specificity: it speaks when no rule explains the failure, and
lends its names (host, file, setting) to rules that do.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.complaints.permanence import find_permanence
from incident_bot.diagnosis.complaints.search import find_complaint, find_words, spell_out
from incident_bot.diagnosis.complaints.vague import UNKNOWN_EXCEPTION
from incident_bot.diagnosis.logs.access_lines import read_answer
from incident_bot.diagnosis.logs.announced import is_no_report
from incident_bot.diagnosis.logs.background import is_everywhere, shape_of
from incident_bot.diagnosis.logs.contraries import tells_all_clear
from incident_bot.diagnosis.logs.exceptions import Thrown, find_exceptions, find_root
from incident_bot.diagnosis.logs.findings import Draft, Finding, choose_best
from incident_bot.diagnosis.logs.issues import read_issue
from incident_bot.diagnosis.logs.last_words import draft_last_words, find_reason_of_stop
from incident_bot.diagnosis.logs.loud_lines import draft_loud
from incident_bot.diagnosis.logs.messages import read_text, tell_line, tidy
from incident_bot.diagnosis.logs.onsets import draft_onsets, is_onset
from incident_bot.diagnosis.logs.records import begins_record, find_message_below
from incident_bot.diagnosis.logs.sentences import shorten
from incident_bot.diagnosis.logs.slow_reports import is_slow_report
from incident_bot.diagnosis.logs.titles import fill_title, name_peer, subject_of, text_at
from incident_bot.diagnosis.logs.turns import opens_turn
from incident_bot.model import Category
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from incident_bot.diagnosis.complaints.complaint import Complaint
    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_MAX_LINES = 20_000
_TAIL_LINES = 12
_OFTEN = 5


def read_log(log: Log, baseline: frozenset[str] = frozenset(), *, is_failing: bool = False) -> tuple[Finding, ...]:
    """The findings of one log, best first. `baseline`: templates that healthy siblings log as well; `is_failing`: its container is.

    Weight is 0..1: how sure it is that this line tells why, from what the line calls itself, what it
    says, where it stands (the end of a log that ended, the first of a storm) and how new it is.
    """
    lines = tuple(_bad_lines(log))
    complaints = _complaints(log, [index for index, _ in lines])
    root = _exception(log)
    drafts = [
        _draft_complaint(complaints[index], log, index, _weigh(log, index, level, baseline))
        for index, level in lines
        if index in complaints
    ]
    if root:
        drafts.append(Draft(most=root.weight, index=root.index, write=lambda: root))
    levels = dict(lines)
    told = {index: levels[index] for index in complaints}
    if root:
        # The line above may be the runtime's own heading of it, or the first of its trace's record.
        told |= dict.fromkeys((root.index - 1, root.index, _place_of_head(log, root.index)), int(Level.ERROR))
    drafts += draft_onsets(log, told, subject_of(log), worst=max(levels.values(), default=Level.QUIET))
    drafts += draft_last_words(log, levels, subject_of(log), is_failing=is_failing)
    if find_reason_of_stop(log) is not None:
        # The last line says only that the program stops.
        lines = tuple(pair for pair in lines if pair[0] != len(log.kept) - 1)
    drafts += draft_loud(log, lines, told, partial(_weigh, log, baseline=baseline), subject_of(log))
    return choose_best(drafts)


def read_line(log: Log, index: int) -> Finding:
    """What one line says, loud or not: its complaint, or its own words."""
    complaint = find_complaint(log.kept[index].text[:_LINE_CHARS])
    if complaint is not None:
        what = name_peer(complaint, log.kept[index].text[:_LINE_CHARS], log, index)
        return _write_complaint(complaint, log, index, _ASIDE_WEIGHT, what)
    return Finding(
        kind="other-line",
        category=Category.APPLICATION,
        title=tell_line(subject_of(log), text_at(log, index)),
        hint="It stands out from the rest of the log: see whether the trouble began with it.",
        index=index,
        offset=log.offsets[index],
        weight=_ASIDE_WEIGHT,
        count=log.kept[index].count,
    )


_ASIDE_WEIGHT = 0.2


def find_errors(log: Log) -> Iterator[KeptLine]:
    """The lines that report an error, except in stacks of exceptions that were handled."""
    for index, level in _bad_lines(log):
        kept = log.kept[index]
        if level >= Level.ERROR:
            yield kept


_level_of = lru_cache(maxsize=_MAX_LINES)(grade)
_HEADING = compile_later(r"Traceback \(most recent call last\):\s*$")
_FRAME = compile_later(
    r"(?:#\d{1,3} {1,2}(?:0x|/|\{main\}|\[internal|[\w:~$<>.@\\-]{1,200} ?\()|at (?:[\w.$<>/]+ ?\(|/)|\S{1,200}\.rb:\d{1,6}:in [`']|File \"[^\"]{1,200}\", line \d|\[stacktrace\])"
)
"""A stack frame that a logger printed as a record of its own, with the level of the error."""
_FRAME_SIGNS = ("#", "at ", ".rb:", 'File "', "[stacktrace]")
"""Each form of a frame has one of them."""


def _bad_lines(log: Log) -> Iterator[tuple[int, int]]:
    is_fatal = any(_level_of(kept.text) >= Level.FATAL for kept in log.kept[-_LAST_WORDS:])
    last_words = _LAST_WORDS_BEFORE_FATAL if is_fatal else _LAST_WORDS
    loud = -_BELOW_LINES
    for index, kept in enumerate(log.kept[:_MAX_LINES]):
        if _DOTNET_HEAD.match(kept.text):
            continue
        level = _level_of(kept.text)
        if kept.text[:1] == " " and index and log.kept[index - 1].line == kept.line - 1:
            level = _level_above(log.kept[index - 1].text, default=level)
        if level < Level.WARNING and is_slow_report(kept.text):
            level = Level.WARNING
        if (
            level < Level.WARNING
            and index >= len(log.kept) - last_words
            and _is_complaint(kept.text, is_last=is_fatal or kept.count >= _OFTEN)
        ):
            level = Level.WARNING
        loud = kept.line if level >= Level.ERROR else loud
        level = Level.ERROR if _says_why(kept, level, loud) else level
        if level < Level.WARNING or _HEADING.search(kept.text[:200]) or _is_harmless(kept.text):
            continue
        if len(kept.text.strip()) < _LEAST_CHARS or not any(map(str.isalnum, kept.text)):
            continue
        if not (_is_part_of_stack(kept.text) and _is_set_aside(kept.text, head_of(log, index))):
            yield index, level


_BELOW_LINES = 4
"""An error's further lines often say what its first one leaves open."""


def _says_why(kept: KeptLine, level: int, loud: int) -> bool:
    """Whether a quiet line just below an error (in line `loud`), no frame and no record of its own, states what does not heal."""
    text = kept.text
    is_further = level < Level.WARNING and kept.line - loud <= _BELOW_LINES
    is_message = is_further and not (begins_record(text) or states_level(text) or _FRAME.match(text.strip()))
    return is_message and find_permanence(text) is not None


_LEAST_CHARS = 3
"""As grounding asks of a quote."""

_LAST_WORDS = 2
"""Scripts say without a level why they stop, and stop."""


_LAST_WORDS_BEFORE_FATAL = 6
"""Before its fatal line a program often says as plain information what it met."""

_DOTNET_HEAD = compile_later(r"(?:info|warn|fail|crit|dbug|trce): [\w.]{1,120}\[\d{1,6}\]$")
"""Microsoft.Extensions.Logging's console prints level and category in a line, and the message indented below."""


def _level_above(head: str, *, default: int) -> int:
    return _level_of(head) if _DOTNET_HEAD.match(head) else default


def _is_complaint(text: str, *, is_last: bool) -> bool:
    return (is_last or not states_level(text)) and find_complaint(text[:_LINE_CHARS]) is not None


@lru_cache(maxsize=_MAX_LINES)
def _is_harmless(text: str) -> bool:
    """Answers that are no server errors, and frames of a stack whose first line counts."""
    head = text[:300]
    if any(sign in head for sign in _FRAME_SIGNS) and _FRAME.search(head) and _FRAME.match(read_text(head)):
        return True
    answer = read_answer(text)
    return (answer is not None and answer.status < _CLIENT_ERROR) or is_no_report(text) or tells_all_clear(text)


_CLIENT_ERROR = 400


def _complaints(log: Log, indexes: Iterable[int]) -> dict[int, Complaint]:
    """What lines complain about; the first and the last line of a template (same `last`) complain of the same."""
    lines = {index: log.kept[index] for index in indexes}
    twins = {index: kept.last if kept.count > 1 else -kept.line for index, kept in lines.items()}
    texts = {twin: spell_out(lines[index].text[:_LINE_CHARS]) for index, twin in reversed(twins.items())}
    words = find_words("\n".join(texts.values()))
    known = {twin: find_complaint(text, words) for twin, text in texts.items()}
    return {index: complaint for index, twin in twins.items() if (complaint := known[twin]) is not None}


_LINE_CHARS = 2000
_NAMED_WEIGHT = 0.05


def _draft_complaint(complaint: Complaint, log: Log, index: int, weight: float) -> Draft:
    most = weight + _NAMED_WEIGHT * (complaint.names is not None)
    return Draft(most=most, index=index, write=partial(_name_draft, complaint, log, index, weight))


def _name_draft(complaint: Complaint, log: Log, index: int, weight: float) -> Draft:
    line = log.kept[index].text[:_LINE_CHARS]
    what = name_peer(complaint, line, log, index)
    weight += _NAMED_WEIGHT * bool(what)
    return Draft(most=weight, index=index, write=partial(_write_complaint, complaint, log, index, weight, what))


def _write_complaint(complaint: Complaint, log: Log, index: int, weight: float, what: str) -> Finding:
    return Finding(
        kind=complaint.kind,
        category=complaint.category,
        title=fill_title(complaint, what, text_at(log, index)[:_LINE_CHARS], log),
        hint=complaint.hint,
        index=index,
        offset=log.offsets[index],
        weight=weight,
        count=log.kept[index].count,
        complaint=complaint,
        is_lasting=_lasts(complaint, log.kept[index], log),
    )


def _lasts(complaint: Complaint, kept: KeptLine, log: Log) -> bool:
    """Whether a complaint is more than a slip: made time and again, and not a warning that its program lives with all along."""
    level = _level_of(kept.text)
    is_new = complaint.is_lack or level >= Level.ERROR or not is_everywhere(kept, log)
    return kept.count >= _OFTEN and level >= Level.WARNING and is_new


def _weigh(log: Log, index: int, level: int, baseline: frozenset[str]) -> float:
    weight = {Level.WARNING: 0.35, Level.ERROR: 0.5, Level.FATAL: 0.62}.get(Level(level), 0.35)
    if level == Level.WARNING and not states_level(log.kept[index].text):
        weight += 0.1
    if index >= len(log.kept) - _TAIL_LINES and log.previous:
        weight += 0.15
    elif index >= len(log.kept) - _TAIL_LINES:
        weight += 0.05
    if log.kept[index].count >= _OFTEN:
        weight += 0.05
    if level == Level.WARNING and _MEASURED.search(log.kept[index].text[:600]):
        weight += 0.15
    if level == Level.WARNING and (is_onset(log.kept[index], log) or opens_turn(log.kept[index], log)):
        weight += 0.15
    if level >= Level.ERROR and _level_of(log.kept[index].text) < Level.WARNING:
        # A further line says what the first one of its record leaves open.
        weight += 0.1
    if baseline and shape_of(log.kept[index].text) in baseline:
        weight -= 0.25
    return round(weight, 2)


_MEASURED = compile_later(
    r"\b(?:threshold|limit|budget|exceed\w*|slow \w+)\b.{0,60}?\b\d+(?:\.\d+)? ?(?:ms|s|sec|seconds|m|min)\b",
    re.IGNORECASE,
)
"""A warning that states what was measured against a bound: nobody logs that about what is well."""


def templates_of(log: Log) -> frozenset[str]:
    """The shapes of a log's lines: what a healthy sibling says is no news."""
    return frozenset(shape_of(kept.text) for kept in log.kept[:_MAX_LINES])


def _exception(log: Log) -> Finding | None:
    thrown = list(find_exceptions(log.text, log.words))
    root = find_root([item for item in thrown if not _is_quiet(log, item)], log.text)
    if root is None:
        return None
    index = log.index_at(root.offset)
    if not root.message:
        index, root = _with_message_below(log, index, root)
    issue = read_issue(log, index) if root.message in ("[", "{") else None
    if issue is not None:
        index, root = issue[0], replace(root, message=issue[1], offset=log.offsets[issue[0]])
    named = find_complaint(f"{root.type}: {root.message}")
    at_end = index >= len(log.kept) - 3 * _TAIL_LINES
    ends = log.previous or root.is_fatal
    return Finding(
        kind=f"{root.language.lower().strip('.')}-exception" if named is None else named.kind,
        category=named.category if named else Category.APPLICATION,
        title=_title_of(root, named, log, index, "stops" if ends else "fails"),
        hint=named.hint if named else "Read the frames around the line; compare with the last release.",
        index=index,
        offset=root.offset,
        weight=0.62 + 0.15 * (log.previous and at_end) + 0.05 * bool(root.message),
        count=log.kept[index].count,
        complaint=named or UNKNOWN_EXCEPTION,
    )


def _with_message_below(log: Log, index: int, root: Thrown) -> tuple[int, Thrown]:
    """Some clients print the type alone, and what went wrong a few lines below it."""
    for place in range(index + 1, min(index + 1 + _MESSAGE_WITHIN, len(log.kept))):
        text = log.kept[place].text.strip()
        if find_complaint(text) and not _FRAME.match(text):
            return place, replace(root, message=text, offset=log.offsets[place])
    return index, root


_MESSAGE_WITHIN = 6


def _title_of(root: Thrown, named: Complaint | None, log: Log, index: int, verb: str) -> str:
    """The complaint with its name, where that says more than the exception's own words."""
    name = re.split(r"[.\\]|::", root.type)[-1] or root.language
    below = () if _NAMES.search(root.message) else find_message_below(log, index)
    further = next((log.kept[place].text.strip() for place in below), "")
    message = ": ".join(part for part in (tidy(root.message).rstrip(":"), tidy(further)) if part)
    if further and len(message) > _HEADED_CHARS:
        message = f"… {tidy(further)}"
    is_unnamed = root.type in _NO_NAMES or root.language == "shell"
    says = message if is_unnamed else f"{name}: {message}" if message else name
    if named:
        return fill_title(named, name_peer(named, root.message or root.type, log, index), says, log)
    return f"{subject_of(log)} {verb}{':' if is_unnamed else ' on'} {shorten(says)}"


_HEADED_CHARS = 90
"""Beside the type of an exception: where its heading and what stands below it do not fit, the heading goes."""
_NAMES = compile_later(r"[\"'`/\d]")
_NO_NAMES = frozenset({"panic", "fatal error", "ERROR", "FATAL", "PANIC", ""})
"""What a runtime prints before every message, not the type of an error."""


def _is_quiet(log: Log, item: Thrown) -> bool:
    """An exception that the line itself files under INFO or WARNING was handled, and one below a debugging line."""
    index = log.index_at(item.offset)
    line = log.kept[index].text
    if not line.startswith((item.type[:20], "Caused by", " ", "\t", "--->")):
        return _DEBUG.search(line[:200]) is not None or Level.INFO < grade(line) < Level.ERROR
    return _is_handled(head_of(log, index))


def _is_handled(head: str) -> bool:
    """Whether the record that a stack trace belongs to says that nothing came of it."""
    return bool(_DEBUG.search(head[:200]) or (_SET_ASIDE.search(head[:600]) and grade(head) < Level.ERROR))


def head_of(log: Log, index: int) -> str:
    """The record that a stack trace belongs to: the line before it that is no part of a stack; empty when there is none."""
    place = _place_of_head(log, index)
    return log.kept[place].text if place < index else ""


def _place_of_head(log: Log, index: int) -> int:
    places = range(index - 1, max(-1, index - _STACK_LINES), -1)
    return next((place for place in places if not _is_part_of_stack(log.kept[place].text)), index)


def _is_set_aside(text: str, head: str) -> bool:
    """Whether a further line belongs to a record that was handled, or, indented below it, to one that calls itself information."""
    return _is_handled(head) or (text[:1] in " \t" and states_level(head) and grade(head) < Level.WARNING)


def _is_part_of_stack(text: str) -> bool:
    """Some servers pad the process id before the time of every record: what is indented may begin one."""
    is_indented_json = text[:1] in " \t" and text.lstrip()[:1] == "{"
    return _PART_OF_STACK.match(text) is not None and (is_indented_json or not begins_record(text))


_STACK_LINES = 120
_PART_OF_STACK = compile_later(
    r"\s|Traceback \(|Caused by|Suppressed: |The above exception|During handling of|\.\.\. \d|--->|(?:[\w$]+\.)*[A-Z][\w$]*(?:Exception|Error)\b"
)
_DEBUG = compile_later(
    r"(?<![\w./-])(?:DEBUG|TRACE|VERBOSE|FINE|FINER|FINEST|DBG|VRB)(?![\w/-])|\[(?:debug|trace)\]|^(?:dbug|trce|debug|trace): |\b(?:level|lvl)\"?[=:]\s?\"?(?:debug|trace)\b"
)
_SET_ASIDE = compile_later(
    r"\b(?:ignor(?:ed|ing)|handled|expected|skipp(?:ed|ing)|fall(?:ing|s)? back|re-?try(?:ing)?|will try again|swallow\w*|suppress\w*|non-fatal|using (?:the )?default)\b",
    re.IGNORECASE,
)
