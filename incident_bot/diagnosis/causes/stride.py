"""What a program takes in its stride: complaints of a log that the same log shows to be of no consequence.

Only where no status says otherwise: a log alone has to tell a slip from a failure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.condense.times import read_time
from incident_bot.diagnosis.causes.asked_names import is_asked_by_name
from incident_bot.diagnosis.complaints.permanence import find_permanence
from incident_bot.diagnosis.logs.access_lines import SERVER_ERROR, is_turned_away, read_answer
from incident_bot.diagnosis.logs.announced import is_announced
from incident_bot.diagnosis.logs.background import (
    ends_of,
    is_background,
    is_everywhere,
    is_kind_everywhere,
    is_lost_race,
    is_routine,
    kind_of,
)
from incident_bot.diagnosis.logs.changes import is_change_refused
from incident_bot.diagnosis.logs.onsets import TAKES_NO_MORE, is_onset
from incident_bot.diagnosis.logs.outcome import has_finished
from incident_bot.diagnosis.logs.reading import find_errors, head_of
from incident_bot.diagnosis.logs.records import begins_record, is_dated
from incident_bot.diagnosis.logs.slips import is_harmless
from incident_bot.diagnosis.logs.turns import opens_turn
from incident_bot.diagnosis.targets import Relation
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

_CALM_LINES = 5
"""As many lines without a word of trouble show that the program goes on."""

_FEW_SHARE = 0.01
_FEW = 2
_TAIL_SHARE = 0.2
_STORM_LINES = 5
_LAST_LINES = 3
_NAMES_A_CAUSE = 3

FROM_A_CLIENT = compile_later(
    r"TLS handshake error from |ClientAbortException|client (?:unexpectedly )?(?:disconnected|closed|aborted|went away|gone|prematurely closed|canceled|cancelled)"
    r"|Invalid HTTP(?: request|_HOST)|\bBlocked hosts?: |open\(\) \"[^\"]{1,300}\" failed \(2: |peer closed connection|could not receive data from client"
    r"|EOF on client connection|(?:\d{1,3}\.){3}\d{1,3}:\d{4,5}\b.{0,60}\b(?:TLS|SSL) handshake (?:error|failed|failure): (?:EOF|unexpected EOF|i/o timeout|connection reset)|writing response to client|downstream_remote_disconnect"
    r"|error from /?\d{1,3}(?:\.\d{1,3}){3}\b.{0,120}closing connection|no pg_hba\.conf entry for host"
    r"|invalid length of startup packet|IP address '[^']{1,60}' could not be resolved|unsupported frontend protocol|bad protocol version identification"
    r"|\b(?:failed|invalid) (?:password|user|log-?in|publickey|keyboard-interactive)\b.{0,120}\bfrom (?:[\da-f]{0,4}[.:]){2,7}[\da-f]|\bauthenticating user\b|\[preauth\]|maximum authentication attempts"
    r"|\b(?:login|sign-?in|authentication|auth)\b.{0,40}\b(?:failed|failure|incorrect|wrong|denied)\b.{0,80}\b(?:from|client|client_?ip|ip|rhost|remote|addr)\b[ =:\"]{1,4}(?:\d{1,3}\.){3}\d"
    r"|RoutingError \(No route matches|\bNo route matches \[|InvalidAuthenticityToken|CSRF (?:token|verification|cookie)|DisallowedHost|MethodNotAllowedHttpException|NotFoundHttpException"
    r"|\btype=\"?\w{3,40}_ERROR\b.{0,400}\bipAddress="
    r"|\[(?:\d{1,3}\.){3}\d{1,3}\]: (?:SASL|auth\w*|login)\b|ModSecurity: Access denied|\b(?:blocked|banned) (?:by rule\b|ip\b|(?:\d{1,3}\.){3}\d)",
    re.IGNORECASE,
)
"""What a server logs about callers who leave, whose login fails (Keycloak's events, too), who try doors and pages, speak nonsense, or ask for files that do not exist."""

_GOES_WELL = compile_later(
    r"\b(?:succeeded|success(?:ful(?:ly)?)?|ok|connected|ready|listening|started|up and running|is up|accepting connections|200)\b",
    re.IGNORECASE,
)
_DEBUG_LEVEL = compile_later(
    r"(?<![\w./-])(?:DEBUG|TRACE|VERBOSE|FINE|FINER|FINEST|DBG|VRB)(?![\w/-])|\[(?:debug|trace)\]|^(?:dbug|trce|debug|trace): "
    r"|\b(?:level|lvl|severity)\"?[=:]\s?\"?(?:debug|trace)\b"
)


def is_taken_in_stride(facts: Sequence[Fact], scene: Scene, *, specificity: int) -> bool:
    """Whether every fact is a log line that came to nothing, by its level and by what follows it.

    A warning that a rule of the highest specificity knows by name is believed all the same, and so is
    every line while another log has errors.
    """
    found = find_lines(facts, scene)
    ids = {log.evidence_id for _, log in found}
    if any(log.evidence_id not in ids and any(find_errors(log)) for log in scene.logs):
        return False
    bound = Level.NOTICE if specificity >= _NAMES_A_CAUSE else Level.WARNING
    return bool(found) and all(_is_minor(index, log, bound) for index, log in found)


_ANOTHER_TIME = timedelta(days=7)


def is_of_another_time(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether the logs that facts stand in were kept from an old incident."""
    logs = [log for _, log in find_lines(facts, scene)]
    return bool(logs) and all(is_old(log, scene) for log in logs)


def is_old(log: Log, scene: Scene) -> bool:
    """Whether a log ended a week before another one, which is calm. Both have dates, not only times of day."""
    ended = _ended_on(log, scene)
    if ended is None:
        return False
    others = (other for other in scene.logs if other is not log and other.total_lines >= _ENOUGH_LINES)
    later = (other for other in others if (at := _ended_on(other, scene)) and at - ended >= _ANOTHER_TIME)
    return any(not any(find_errors(other)) for other in later)


_ENOUGH_LINES = 10


def ended_before_alert(scene: Scene) -> datetime | None:
    """When the last log of the target ended, where that was too long before the alert began to show its trouble."""
    began = scene.case.incident.alert.starts_at
    own = [log for log in scene.logs if log.relation is not Relation.NEIGHBOUR]
    ends = [(at, _ZONED.search(log.kept[-1].text[:_STAMP_CHARS])) for log in own if (at := _ended_on(log, scene))]
    if began is None or not own or len(ends) < len(own):
        return None
    is_early = all(began - at > (_EARLY if zone else _EARLY_ANYWHERE) for at, zone in ends)
    return max(at for at, _ in ends) if is_early else None


_ZONED = compile_later(r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)")
_EARLY = timedelta(hours=1)
"""An alert waits some minutes before it fires; a log that ended an hour before holds nothing of its trouble."""
_EARLY_ANYWHERE = timedelta(hours=15)
"""The same for a log in local time, in whatever zone."""


def _ended_on(log: Log, scene: Scene) -> datetime | None:
    """When the last line of a log was written, if it says a date."""
    dates = (read_time(kept.text[:_STAMP_CHARS], near=scene.at) for kept in reversed(log.kept[-_CALM_LINES:]))
    return next((at for at in dates if at), None)


_STAMP_CHARS = 60
"""A line's own time stands at its beginning; what stands later is what it speaks of."""


_LONG_AGO = timedelta(hours=6)


def is_long_ago(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether what a machine's journal tells was last said hours before it ends: journals are kept for weeks."""
    found = [(index, log) for index, log in find_lines(facts, scene) if log.node is not None]
    return bool(found) and all(_is_hours_before_end(index, log, scene) for index, log in found)


def _is_hours_before_end(index: int, log: Log, scene: Scene) -> bool:
    last = next((kept for kept in ends_of(log.kept[index], log) if kept.line == log.kept[index].last), log.kept[index])
    said, ended = read_time(last.text[:_STAMP_CHARS], near=scene.at), _ended_on(log, scene)
    return said is not None and ended is not None and ended - said >= _LONG_AGO


def opens_storm(facts: Sequence[Fact], scene: Scene, *, is_named: bool = False) -> bool:
    """Whether a line stands before a storm of errors that goes on to the end of its log: the rare line that began it.

    `is_named`: the line names a cause, and counts although it calls itself no error.
    """
    return any(
        _is_before_storm(index, log, is_named=is_named) and not has_finished(log, scene)
        for index, log in find_lines(facts, scene)
    )


def is_refused_change(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether each fact is a line of a present run about a new configuration that was refused for good."""
    found = find_lines(facts, scene)
    return bool(found) and all(
        not log.previous and not is_announced(log.kept[index], log) and is_change_refused(index, log)
        for index, log in found
    )


def is_last_word(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether a log ends with a fatal line, whatever the status of its container said then."""
    return any(
        grade(log.kept[index].text) >= Level.FATAL
        and log.total_lines - max(log.kept[index].line, log.kept[index].last) <= _LAST_LINES
        and not has_finished(log, scene)
        for index, log in find_lines(facts, scene)
    )


def find_lines(facts: Sequence[Fact], scene: Scene) -> list[tuple[int, Log]]:
    """The kept lines that facts cite: the place of each among those of its log, and the log."""
    lines = {(fact.citation.evidence_id, fact.citation.line) for fact in facts if fact.citation}
    return [
        (index, log)
        for log in scene.logs
        for index, kept in enumerate(log.kept)
        if (log.evidence_id, kept.line) in lines
    ]


_SOON_LINES = 40


def _is_before_storm(index: int, log: Log, *, is_named: bool) -> bool:
    line = log.kept[index].line
    later = [kept for kept in find_errors(log) if kept.line > line and kept.why != "last"]
    if is_named and later:
        # What a program gives up in consequence it often calls a warning.
        later += [kept for kept in log.kept if _is_new_warning(kept, line)]
    is_soon = is_named and any(kept.line - line <= _SOON_LINES for kept in later)
    return (
        (is_soon or grade(log.kept[index].text) >= Level.ERROR)
        and sum(kept.count for kept in later) >= _STORM_LINES
        and max(max(kept.line, kept.last) for kept in later) >= (1 - _TAIL_SHARE) * log.total_lines
        and not any(kept.line < _start_of_record(index, log) for kept in find_errors(log))
    )


def _start_of_record(index: int, log: Log) -> int:
    """Where the record begins that a line is part of: its first line is often an error too."""
    if not is_dated(log):
        return log.kept[index].line
    begun = (kept.line for kept in reversed(log.kept[: index + 1]) if begins_record(kept.text))
    return next(begun, log.kept[index].line)


def _is_new_warning(kept: KeptLine, line: int) -> bool:
    return kept.line > line and kept.why != "last" and grade(kept.text) == Level.WARNING and states_level(kept.text)


def _is_minor(index: int, log: Log, bound: int) -> bool:
    kept = log.kept[index]
    answer = read_answer(kept.text)
    is_refusal = answer is not None and answer.status in TAKES_NO_MORE and is_onset(kept, log)
    if answer is not None and answer.status < SERVER_ERROR and not (is_refusal or _turns_away(log)):
        return True
    if _DEBUG_LEVEL.search(kept.text[:200]):
        return True
    if log.previous or not _goes_on_calmly(index, log):
        return False
    is_callers = is_from_a_client(kept, log)
    if kept.count > _FEW and not (_is_rare(index, log) and (is_callers or _is_over(index, log))):
        return False
    return is_callers or _level(index, log) <= bound or _ends_well(index, log)


@lru_cache(maxsize=32)
def _turns_away(log: Log) -> bool:
    return is_turned_away(log.kept)


def _is_rare(index: int, log: Log) -> bool:
    return log.kept[index].count <= _FEW_SHARE * log.total_lines


def _is_over(index: int, log: Log) -> bool:
    return max(log.kept[index].line, log.kept[index].last) < (1 - _TAIL_SHARE) * log.total_lines


def is_from_a_client(kept: KeptLine, log: Log) -> bool:
    """Whether a line, or the line before it whose stack it opens, is about a caller."""
    index = bisect_left(log.kept, kept.line, key=lambda item: item.line)
    lines = [kept.text]
    if 0 < index < len(log.kept) and head_of(log, index) is log.kept[index - 1].text:
        lines.append(log.kept[index - 1].text)
    return any(FROM_A_CLIENT.search(line[:1000]) for line in lines) and not is_asked_by_name(kept, log)


_USERS_FAULT = compile_later(
    r"\b(?:wrong|incorrect|bad|invalid|unknown)[ _](?:password|credentials?|pin|otp|code|user(?:name)?|e-?mail)\b|\b(?:invalid|expired)[ _]token\b|\bno such user\b|\bdeclined\b|\binsufficient funds\b"
    r"|\b(?:refused|rejected|declined) by (?:the )?(?:issuer|bank|card ?holder|customer|shopper|payer)\b|\bdo not honou?r\b|\b(?:expired card|card (?:is )?expired)\b"
    r"|\b(?:shopper|card ?holder|customer|payer|buyer) (?:has )?(?:aborted|cancel\w+|abandoned|declined|refused)\b|\bresult_?code\"?[=:]\s?\"?(?:refused|declined)\b",
    re.IGNORECASE,
)
_FORM_FAULT = compile_later(
    r"\b(?:form|field|input|request|payload)?\s?validation (?:failed|error)\b.{0,80}\bfield\b|\bis not a valid (?:e-?mail|phone|post|zip|date|url|address)",
    re.IGNORECASE,
)
"""What people type into forms."""
_USERS_SHARE = 0.4
_USER = compile_later(
    r"\b(?:user(?:_?id|_?name)?|account|customer|e?mail|login|member|card)\"?\s?[=:]\s?\"?([\w.@+-]{2,80})"
    r"|\b(?:ip_?(?:addr\w*)?|client_?ip|remote_?(?:addr\w*|ip)?)\"?\s?[=:]\s?\"?((?:\d{1,3}\.){3}\d{1,3}|[\da-f:]{4,39})\b"
    r"|\b(?:order|charge|payment|transaction|txn|booking|checkout|application)(?:_?id)?\"?\s?[=: #]\s?\"?([\w-]{0,20}\d[\w-]{0,40})",
    re.IGNORECASE,
)


def is_about_users(kept: KeptLine, log: Log) -> bool:
    """Whether a line, one of not too many all through the log, refuses a user for what the user got wrong, and others of
    its kind refuse others.

    A program whose own account is refused says the same name each time.
    """
    is_form = _FORM_FAULT.search(kept.text[:1000]) is not None
    if not is_form and not _USERS_FAULT.search(kept.text[:1000]):
        return False
    lines = {item.line: item for item in (*kind_of(kept, log), *ends_of(kept, log))}.values()
    if sum(item.count for item in lines if item.why != "last") > _USERS_SHARE * log.total_lines:
        return False
    return (is_form or _names_several(lines)) and (is_kind_everywhere(kept, log) or _serves_on(log))


_NOBODY = frozenset({"null", "none", "nil", "anonymous", "unknown", "undefined", ""})


def _names_several(lines: Iterable[KeptLine]) -> bool:
    """Whether lines are about several users; where they name none, about several addresses or orders."""
    found = [match for item in lines for match in _USER.finditer(item.text[:1000])]
    names = {match[1].lower() for match in found if match[1]} - _NOBODY
    return len(names) > 1 or (not names and len({match[0] for match in found if not match[1]}) > 1)


_SERVED_COUNT = 30


def _serves_on(log: Log) -> bool:
    """Whether ordinary work goes on from the log's beginning to its end beside those who are refused."""
    return any(
        kept.count >= _SERVED_COUNT
        and grade(kept.text) < Level.WARNING
        and _GOES_WELL.search(kept.text[:400])
        and is_everywhere(kept, log)
        for kept in log.kept
    )


_TURNED_AWAY = re.compile(r"\b(?:429|rate.?limit\w*|too many requests|throttl\w+|banned|blocked)\b", re.IGNORECASE)
_CALLER = compile_later(
    r"\b(?:client|client_?ip|remote|remote_?addr|ip|addr|caller|tenant|consumer|user_?agent)\"?\s?[=:]\s?\"?([\w.:@+-]{2,80})",
    re.IGNORECASE,
)
_ONE_CALLER_SHARE = 0.6


def is_about_one_caller(kept: KeptLine, log: Log) -> bool:
    """Whether a server turned one caller away for its rate, again and again the same, while it served others."""
    if not _TURNED_AWAY.search(kept.text[:1000]) or kept.count > _ONE_CALLER_SHARE * log.total_lines:
        return False
    if find_permanence(kept.text) is not None:
        # A limit of what may be stored is no rate: the caller's next minute is no better.
        return False
    found = [_CALLER.search(item.text[:1000]) for item in ends_of(kept, log)]
    return len(found) > 1 and None not in found and len({match[1] for match in found if match}) == 1


def is_ordinary(kept: KeptLine, log: Log) -> bool:
    """Whether a bad line is one that such a program logs on any day: nothing began with it, or somebody meant it to come."""
    return (
        is_harmless(kept.text, log)
        or is_background(kept, log)
        or is_routine(kept, log)
        or is_lost_race(kept, log)
        or is_from_a_client(kept, log)
        or is_announced(kept, log)
        or is_about_one_caller(kept, log)
        or is_about_users(kept, log)
    )


def _level(index: int, log: Log) -> int:
    """What the line, or the record whose stack it is part of, calls itself; words alone count as an error."""
    text = log.kept[index].text
    if states_level(text):
        return grade(text)
    head = head_of(log, index)
    return (
        grade(head)
        if head and states_level(head) and head is log.kept[index - 1].text
        else max(grade(text), Level.ERROR)
    )


def _goes_on_calmly(index: int, log: Log) -> bool:
    kept = log.kept[index]
    last = max(kept.line, kept.last)
    if log.total_lines - last < _CALM_LINES or opens_turn(kept, log):
        return False
    if is_dated(log) and not any(item.line > last and begins_record(item.text) for item in log.kept):
        return False
    later = (item for item in find_errors(log) if max(item.line, item.last) > last)
    return all(is_background(item, log) or is_from_a_client(item, log) for item in later)


def _ends_well(index: int, log: Log) -> bool:
    """A script that tries until something is there prints its failures without a level."""
    text = log.kept[index].text
    if states_level(text) or (is_dated(log) and not begins_record(text) and states_level(head_of(log, index))):
        return False
    last = max(log.kept[index].line, log.kept[index].last)
    later = [kept.text for kept in log.kept if kept.line > last and (not is_dated(log) or begins_record(kept.text))]
    return any(_GOES_WELL.search(text[:400]) for text in later)
