"""What logs say that stands out: it goes before a cause that is only loud or a symptom, and behind a doubtful one."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.condense.times import read_time
from incident_bot.diagnosis.causes.candidates import Candidate, cited_lines, from_finding, merge_facts
from incident_bot.diagnosis.causes.confidence import SHOWN_FROM, bound
from incident_bot.diagnosis.causes.ranking import MAX_CAUSES
from incident_bot.diagnosis.causes.stride import FROM_A_CLIENT
from incident_bot.diagnosis.causes.succession import OPEN
from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.facts import log_fact
from incident_bot.diagnosis.logs.background import shape_of
from incident_bot.diagnosis.logs.changes import reports_change, tells_what_was_done
from incident_bot.diagnosis.logs.consequences import find_first_error, speaks_of_earlier
from incident_bot.diagnosis.logs.drifts import find_drift, kept_line, read_drift, tell_growth
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.diagnosis.logs.reading import read_line
from incident_bot.diagnosis.logs.records import is_dated
from incident_bot.diagnosis.logs.salience import LEAST, find_salient
from incident_bot.diagnosis.logs.statements import weigh_statement
from incident_bot.diagnosis.logs.titles import subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from incident_bot.diagnosis.complaints.complaint import Complaint
    from incident_bot.diagnosis.logs.salience import SalientLine
    from incident_bot.diagnosis.scene import Scene

_DOUBTFUL = 0.85
"""From here on the first cause holds nine times in ten (docs/evaluation.md)."""

_IN_DOUBT = 0.55
_MORE_A_POINT = 5
"""The surer the first cause, the more another line has to stand out: 2.75 beside one at 0.7."""

_CONFIDENCE_A_POINT = 0.03
_MOST_CONFIDENT = 0.45
_BELOW_FIRST = 0.05


_STANDS_OUT_MORE = 1.0
"""Of 16 failures of the scenarios where a line beat a loud line or a symptom by this much, it decided 14, the other one none."""


def put_reason_first(causes: Sequence[Candidate], scene: Scene) -> tuple[Candidate, ...]:
    """The causes of a failure; where the first is only loud or a symptom and another line stands out clearly more, that line
    is the first, and so is the error that it speaks of itself, or what grew until it was said.

    The symptom goes on as what supports it, so that both are cited.
    """
    if not causes:
        return ()
    is_vague = _is_vague(causes[0])
    first = _read_first_error(causes[0], scene) or (_read_drift(causes[0], scene) if is_vague else None)
    if first is not None:
        return _put_first(first, causes)
    if not (is_vague or _may_have_begun_with(causes[0])):
        return tuple(causes)
    reason = _find_reason(causes[0], scene)
    return _put_first(reason, causes) if reason else tuple(causes)


def _find_reason(cause: Candidate, scene: Scene) -> Candidate | None:
    """What the line says that stands out clearly more than a cause which leaves its reason open."""
    lines = cited_lines(cause)
    found = find_salient(scene, (), least=LEAST)
    symptoms = {line for item in cause.took_over for line in cited_lines(item)}
    shapes = {shape_of(fact.value) for item in cause.took_over for fact in item.facts}
    is_storm = max(fact.count for fact in cause.facts) >= _STORM_COUNT or _is_single(cause)
    began = _beginnings(cause, scene) if is_storm else ({}, None)
    weighed = [
        (item, _weigh_change(item, began, scene))
        for item in found
        if _place_of(item) not in lines | symptoms
        and shape_of(item.log.kept[item.index].text) not in shapes
        and _may_be_reason(item, cause)
    ]
    own = max((item.salience for item in found if _place_of(item) in lines), default=LEAST - 1)
    if cause.id in OPEN or not _is_vague(cause):
        # That nothing is left says enough, however loud; what was changed the moment before says why.
        least = _CHANGE_BEFORE if cause.id in OPEN else _CHANGE_BEFORE + _EXACT
        weighed = [(item, change) for item, change in weighed if change >= least]
        own = LEAST
    best, change = max(weighed, key=lambda pair: pair[0].salience + pair[1], default=(None, 0.0))
    if best is None or best.salience + change < own + _STANDS_OUT_MORE:
        return None
    finding = read_line(best.log, best.index)
    return from_finding(replace(finding, hint=_BEGAN_WITH) if change else finding, best.log, scene)


def _may_have_begun_with(cause: Candidate) -> bool:
    """Whether a change may be the reason of a cause all the same: only logs tell it, and no rule calls it a cause of its own."""
    is_log_only = all(
        fact.source == "log" for fact in (*cause.facts, *(each for one in cause.took_over for each in one.facts))
    )
    return cause.id in OPEN or (is_log_only and (cause.rule is None or cause.specificity < _NAMES_A_CAUSE))


_BEGAN_WITH = "It is said once, and the complaints begin right after it: see what was changed, and by whom."


def _put_first(reason: Candidate, causes: Sequence[Candidate]) -> tuple[Candidate, ...]:
    reason = merge_facts(replace(reason, confidence=causes[0].confidence), causes[:1])
    return (reason, *(item for item in causes[1:] if not cited_lines(item) & cited_lines(reason)))


def _read_first_error(cause: Candidate, scene: Scene) -> Candidate | None:
    """What went wrong first, where the line of a cause says that something before it did."""
    fact = cause.facts[0]
    if fact.source != "log" or fact.citation is None or not speaks_of_earlier(fact.value):
        return None
    log = next((item for item in scene.logs if item.evidence_id == fact.citation.evidence_id), None)
    index = next((place for place, kept in enumerate(log.kept) if str(kept.line) == fact.field), None) if log else None
    first = find_first_error(log, index) if log is not None and index is not None else None
    return from_finding(read_line(log, first), log, scene) if log is not None and first is not None else None


def _read_drift(cause: Candidate, scene: Scene) -> Candidate | None:
    """What the log of a cause counted that grew until the first line of its kind, where the cause leaves open why."""
    if cause.finding is not None and cause.finding.began:
        return None
    for log in scene.logs:
        first = _beginnings(cause, scene)[0].get(log.evidence_id, 0)
        if first > _ENOUGH_BEFORE:
            found = find_drift(log, scene.texts[log.evidence_id].lines, first, subject_of(log))
            return from_finding(found, log, scene) if found else None
    return None


_ENOUGH_BEFORE = 24

_USED_UP = frozenset(
    {
        "oom-killed-container",
        "oom-killed-listed",
        "app-java-oom-heap",
        "app-node-heap-oom",
        "app-fd-limit",
        "app-pid-thread-limit",
    }
)
"""Causes that say what ran out: what grew before says where it went."""


def add_growth(cause: Candidate, scene: Scene) -> Candidate:
    """A cause that says what ran out, with what the log of that run counted that grew until its end."""
    if cause.id not in _USED_UP:
        return cause
    own = [log for log in scene.logs if log.pod in ("", cause.pod) and log.container in ("", cause.container)]
    for log in sorted(own, key=lambda log: not log.previous):
        lines = scene.texts[log.evidence_id].lines
        drift = read_drift(lines, len(lines) + 1)
        index = kept_line(log, drift) if drift else None
        if drift is not None and index is not None:
            quote = log_fact(log, log.offsets[index], log.kept[index].text, count=1, groups={}, scene=scene)
            return replace(cause, supporting=(quote, *cause.supporting), growth=tell_growth(drift))
    return cause


def _beginnings(cause: Candidate, scene: Scene) -> tuple[dict[str, int], datetime | None]:
    """Where in its log and when the first line of the cause's kind was written."""
    for log in scene.logs:
        kinds = {kept.last for kept in log.kept if (log.evidence_id, kept.line) in cited_lines(cause)}
        first = next((kept for kept in log.kept if kept.last in kinds), None)
        if first is not None:
            return {log.evidence_id: first.line}, read_time(first.text, near=scene.at)
    return {}, None


def _weigh_change(item: SalientLine, began: tuple[dict[str, int], datetime | None], scene: Scene) -> float:
    """How much more a line counts that reports a change just before a storm, and what it was and is now."""
    if not _is_change_before(item, began, scene):
        return 0.0
    text = item.log.kept[item.index].text
    return _CHANGE_BEFORE + _EXACT * tells_what_was_done(text)


def _is_change_before(item: SalientLine, began: tuple[dict[str, int], datetime | None], scene: Scene) -> bool:
    """Whether a line that was said once and reports a change stands just before the beginning, by lines in the same log, by time in another."""
    kept = item.log.kept[item.index]
    if kept.count > 1 or grade(kept.text) >= Level.WARNING:
        return False
    if not (reports_change(kept.text) or weigh_statement(kept.text) >= _TELLS):
        return False
    lines, at = began
    line = lines.get(item.log.evidence_id)
    if line is not None:
        return 0 < line - kept.line <= _AT_ONCE_LINES
    told = read_time(kept.text, near=scene.at)
    return at is not None and told is not None and timedelta(0) <= _in_utc(at) - _in_utc(told) <= _SOON


def _in_utc(at: datetime) -> datetime:
    """A time that names no zone is taken for UTC: within minutes of one that does, it is."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _is_single(cause: Candidate) -> bool:
    """Whether a complaint is of a kind that is said once, however much follows from it."""
    return cause.finding is not None and cause.finding.kind in _OPEN_KINDS


_CHANGE_BEFORE = 1.5
_EXACT = 2.5
"""Who writes down a value before and after has changed it, and who says what is taken away takes it: nothing else is as sure."""
_STORM_COUNT = 5
"""What was said less often is no storm that a change began: it is as likely what the change led to first."""

_TELLS = 0.8
_SOON = timedelta(minutes=3)


def _is_vague(item: Candidate) -> bool:
    """Whether a line of a log is told because it is loud, or says only that something was late, gone or failing."""
    if item.finding is not None:
        return not item.finding.is_known or _leaves_open(item.finding.complaint)
    is_log_only = all(fact.source == "log" for fact in item.facts)
    is_open = item.rule is not None and item.specificity < _NAMES_A_CAUSE and is_log_only
    return is_open and _leaves_open(find_complaint(item.facts[0].value[:_REACH]))


_NAMES_A_CAUSE = 3


def _leaves_open(complaint: Complaint | None) -> bool:
    """Whether a complaint says what happened and not why."""
    return complaint is not None and (complaint.is_symptom or complaint.kind in _OPEN_KINDS)


_REACH = 600
_OPEN_KINDS = frozenset({"leader-election"})
"""Kinds of complaints that say what was lost and leave open why."""


_RESULT = re.compile(
    r"\b(?:mark|sett)(?:ed|ing)? (?:the )?\w{2,20} (?:as|to) (?:failed|up_for_retry|error\w*)\b", re.IGNORECASE
)
"""What an orchestrator notes about a run that failed: `Marking task as FAILED` (Airflow's TaskInstance)."""


def _may_be_reason(item: SalientLine, cause: Candidate) -> bool:
    """Whether a line can be the reason of a cause that leaves it open.

    That is no row of a listing, no caller who left, no notice of what will change one day, nothing that came again before it without consequence, no second
    witness of the same, no other symptom of the same log, no complaint of another log whose complaints it accounts for,
    and no result of the run that it ended.
    """
    kept = item.log.kept[item.index]
    beside = [line for evidence, line in cited_lines(cause) if evidence == item.log.evidence_id]
    began = (beside and cause.finding and cause.finding.began) or min(beside, default=0)
    is_behind = not beside and any(
        evidence == item.log.evidence_id for each in cause.took_over for evidence, _ in cited_lines(each)
    )
    is_of_no_consequence = kept.count > 1 and max(kept.line, kept.last) < began and began - kept.line > _AT_ONCE_LINES
    is_result = (kept.line > began and _RESULT.search(kept.text[:_REACH]) is not None) or (
        is_behind and grade(kept.text) >= Level.WARNING
    )
    if is_of_no_consequence or is_result or not is_dated(item.log) or _is_idle(item):
        return False
    complaint = find_complaint(kept.text[:_REACH])
    is_witness = complaint is not None and cause.finding is not None and complaint.kind == cause.finding.kind
    return not is_witness and not (beside and _leaves_open(complaint))


_AT_ONCE_LINES = 20


def _place_of(item: SalientLine) -> tuple[str, int]:
    return item.log.evidence_id, item.log.kept[item.index].line


def add_readings(causes: Sequence[Candidate], scene: Scene) -> tuple[Candidate, ...]:
    """The causes of a failure, up to three, with the lines that stand out most and are not cited yet where the first is in doubt.

    The last of three gives way where it is only loud or a symptom, and a line stands out more that says something else.
    """
    if not causes or causes[0].confidence >= _DOUBTFUL:
        return tuple(causes)
    found = _choose_readings(causes, scene)
    kept = causes
    if len(causes) == MAX_CAUSES and found and _gives_way(causes[-1], found[0], scene):
        kept = causes[:-1]
    return (*kept, *(_read(item, kept[-1].confidence, scene) for item in found[: MAX_CAUSES - len(kept)]))


def _choose_readings(causes: Sequence[Candidate], scene: Scene) -> list[SalientLine]:
    """What stands out and says another thing than the causes, and than what stands out more."""
    facts = [fact for item in causes for fact in (*item.facts, *item.supporting)]
    told = {(fact.citation.evidence_id, fact.citation.line) for fact in facts if fact.citation}
    least = LEAST + _MORE_A_POINT * max(0, causes[0].confidence - _IN_DOUBT)
    survived = math.inf if _ended_run(causes[0]) else _salience_of(causes[0], scene) - _NO_RIVAL
    kinds = {kind for item in causes for kind in _kinds_of(item)}
    said = [_words_of(fact.value) for item in causes for fact in item.facts if fact.source == "log"]
    chosen: list[SalientLine] = []
    for item in find_salient(scene, told, least=least):
        words = _words_of(item.log.kept[item.index].text)
        if (
            (item.salience >= survived or _is_error(item))
            and not _is_idle(item)
            and not _RESULT.search(item.log.kept[item.index].text[:_REACH])
            and _kind_of(item) not in kinds
            and not any(_is_alike(words, other) for other in said)
        ):
            chosen.append(item)
            said.append(words)
    return chosen


def _gives_way(cause: Candidate, item: SalientLine, scene: Scene) -> bool:
    """Whether a cause says no more than that something is loud or late, and a line stands out more."""
    own = [each.salience for each in find_salient(scene, (), least=0.0) if _place_of(each) in cited_lines(cause)]
    return _is_vague(cause) and item.salience >= max(own, default=0.0) + _STANDS_OUT_MORE


def _words_of(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(read_text(text[:_REACH])))


def _is_alike(words: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two lines say the same about different things: most words of the shorter one are in the other."""
    return len(words & other) >= _SAME_SHARE * max(1, min(len(words), len(other)))


_WORD = re.compile(r"[^\W\d_]{3,}")
_SAME_SHARE = 0.7


_IDLE = re.compile(
    r"\bdeprecat\w+|RemovedIn\w{1,30}Warning|FutureWarning|will be removed in|\b(?:has been|was|ran|is) success\w*|\bsuccessfully\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r"[A-Z0-9_/%()-]+(?:\s+[A-Z0-9_/%()-]+){3,}\s*$")


def _is_idle(item: SalientLine) -> bool:
    """Whether a line only announces what will change one day, reports a success, heads a listing or is about a caller who left."""
    text = item.log.kept[item.index].text[:_REACH]
    is_quiet = grade(text) < Level.ERROR and _IDLE.search(text) is not None
    return is_quiet or _HEADING.match(text) is not None or FROM_A_CLIENT.search(text) is not None


def _kinds_of(item: Candidate) -> Iterator[tuple[str, str]]:
    """The kinds of complaints that a cause and what it accounts for are, each with its log."""
    for each in (item, *item.took_over):
        citation = each.facts[0].citation
        if each.finding and each.finding.complaint and citation:
            yield citation.evidence_id, each.finding.complaint.kind


def _kind_of(item: SalientLine) -> tuple[str, str] | None:
    complaint = find_complaint(item.log.kept[item.index].text[:_REACH])
    return (item.log.evidence_id, complaint.kind) if complaint else None


_NO_RIVAL = 3.0
"""A warning that stands out by so much less than the first cause is no other reading of the same trouble."""


def _salience_of(cause: Candidate, scene: Scene) -> float:
    """How much the line of a cause stands out that is told because it does; 0 where a cause is of a known kind."""
    lines = cited_lines(cause) if _is_vague(cause) else ()
    found = find_salient(scene, (), least=LEAST) if lines else ()
    return max((item.salience for item in found if _place_of(item) in lines), default=0.0)


def _is_error(item: SalientLine) -> bool:
    return grade(item.log.kept[item.index].text) >= Level.ERROR


def _ended_run(cause: Candidate) -> bool:
    """Whether a line of a log says why a container or Job stopped: status shows the end, and the line accounts for it.

    Whatever the program only warned of before that, it survived.
    """
    is_from_log = cause.facts[0].source == "log"
    return is_from_log and any(fact.source != "log" for item in cause.took_over for fact in item.facts)


def _read(item: SalientLine, above: float, scene: Scene) -> Candidate:
    candidate = from_finding(read_line(item.log, item.index), item.log, scene)
    confidence = min(SHOWN_FROM + _CONFIDENCE_A_POINT * item.salience, _MOST_CONFIDENT, above - _BELOW_FIRST)
    return replace(candidate, confidence=bound(confidence))
