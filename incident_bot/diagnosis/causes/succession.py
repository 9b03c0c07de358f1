"""What follows from what without a rule that says so: shared services, deadlines, and the line that opens a trouble."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.condense.times import read_time
from incident_bot.diagnosis.logs.asides import does_without
from incident_bot.diagnosis.logs.background import shape_of
from incident_bot.diagnosis.logs.records import is_same_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.scene import Log, Scene

EXHAUSTED = frozenset({"db-connections-exhausted", "log-connections-exhausted", "app-fd-limit", "app-pid-thread-limit"})
OPEN = EXHAUSTED | {"db-read-only", "upstream-rate-limited", "kafka-unavailable", "log-quota"}
"""Candidates that name what is refused and leave open since what: a change just before them is the reason."""


def is_what_leaks(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a program says of itself that it does not give back what it later has none left of."""
    complaint = cause.finding.complaint if cause.finding else None
    is_leak = complaint is not None and complaint.kind == "leak"
    is_own = (cause.pod, cause.container) == (symptom.pod, symptom.container)
    first, second = cause.at, symptom.at
    return is_leak and is_own and symptom.id in EXHAUSTED and not (first and second and first > second)


_TIME_IS_UP = frozenset({"job-deadline-exceeded", "job-backoff-limit", "job-pods-failing"})
_LAST_WORDS = 3


def is_last_word_of_job(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether a complaint is among the last lines of a log, and the other says only that a Job came to its end."""
    is_bare = symptom.finding is None and symptom.specificity == 1 and any(fact.kind == "Job" for fact in symptom.facts)
    cited = cause.facts[0].citation
    if not is_bare or cause.finding is None or cited is None:
        return False
    log = next((item for item in scene.logs if item.evidence_id == cited.evidence_id), None)
    return log is not None and cited.line > log.total_lines - _LAST_WORDS


_OWN_FAULTS = frozenset({"not-defined", "exception", "mismatch"})


def is_after_end(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether a line of the present run would explain how the one before it ended: what that run never logged, did not end it."""
    logs = {log.evidence_id: log for log in scene.logs}
    present, before = _log_of(cause, logs), _log_of(symptom, logs)
    if present is None or before is None or present.previous or not before.previous:
        return False
    if (present.pod, present.container) != (before.pod, before.container):
        return False
    own = next((kept for kept in present.kept if str(kept.line) == cause.facts[0].field), None)
    return own is not None and all(shape_of(kept.text) != shape_of(own.text) for kept in before.kept)


_REFUSED = frozenset({"upstream-auth-error", "db-auth-failed", "log-login-failed", "log-forbidden"})
_WITHDRAWN = re.compile(
    r"invalid_grant|\brevoked\b|\b(?:disabled|deleted|locked) by\b|\baccount (?:is |was )?(?:locked|disabled|deleted|suspended)\b"
    r"|\b(?:could not|cannot|can't|unable to|failed to) (?:renew|refresh|rotate)\b|\b(?:renewal|refresh|rotation) (?:of .{1,40} )?failed\b",
    re.IGNORECASE,
)


def is_why_refused(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a log says that a credential was withdrawn or not renewed, before it is turned away with it."""
    first, second = cause.facts[0].citation, symptom.facts[0].citation
    if symptom.id not in _REFUSED or cause.finding is None or first is None or second is None:
        return False
    is_before = first.evidence_id == second.evidence_id and first.line < second.line
    one, other = (_WITHDRAWN.search(item.facts[0].value[:1000]) for item in (cause, symptom))
    return is_before and one is not None and other is None


def is_drift_before(cause: Candidate, symptom: Candidate) -> bool:
    """Whether figures of a log had left their usual range before the line that says only that something is late or gone."""
    drift, other = cause.finding, symptom.finding
    first, second = cause.facts[0].citation, symptom.facts[0].citation
    if drift is None or not drift.began or other is None or first is None or second is None:
        return False
    is_open = not other.is_known or (other.complaint is not None and other.complaint.is_symptom)
    return is_open and not other.began and first.evidence_id == second.evidence_id and drift.began < second.line


def is_survived(complaint: Candidate, end: Candidate, scene: Scene) -> bool:
    """Whether a run went on for long with a complaint, and ended with a fatal line of another kind."""
    logs = {log.evidence_id: log for log in scene.logs}
    log, fact = _log_of(end, logs), end.facts[0]
    if log is None or not log.previous or grade(fact.value) < Level.FATAL or fact.citation is None:
        return False
    is_end = fact.citation.line > log.total_lines - _LAST_WORDS
    is_log_only = all(item.source == "log" for item in complaint.facts)
    shape = shape_of(complaint.facts[0].value)
    alike = [kept for kept in log.kept if shape_of(kept.text) == shape]
    is_old = any(kept.count >= _AGAIN and kept.line < log.total_lines / 2 for kept in alike)
    return is_end and is_log_only and is_old and shape != shape_of(fact.value)


def _log_of(item: Candidate, logs: Mapping[str, Log]) -> Log | None:
    fact = item.facts[0]
    return logs.get(fact.citation.evidence_id) if fact.source == "log" and fact.citation else None


def is_why_time_ran_out(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a log names what the pods of a Job waited for, or failed on, until its controller gave up."""
    return symptom.id in _TIME_IS_UP and names_a_cause(cause)


def opens_trouble(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a line that names a cause stands in the same log before errors of no known kind: they began with it."""
    one, other = cause.finding, symptom.finding
    if one is None or other is None or not names_a_cause(cause) or _is_optional(cause):
        return False
    is_unknown = not other.is_known or (other.complaint is not None and other.complaint.kind == "exception")
    first, second = cause.facts[0].citation, symptom.facts[0].citation
    if not is_unknown or first is None or second is None or first.evidence_id != second.evidence_id:
        return False
    return first.line < second.line


def _is_optional(item: Candidate) -> bool:
    """Whether a program only warns that it does without something: what it needs, it ends without."""
    is_of_library = item.finding is not None and item.finding.kind == "module-missing"
    text = item.facts[0].value
    return grade(text) <= Level.WARNING and (is_of_library or does_without(text))


def is_behind_others(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether one service's log names a cause again and again, before another's says that something is late or wrong."""
    one, other = cause.finding, symptom.finding
    if one is None or other is None or cause.container == symptom.container or not names_a_cause(cause):
        return False
    is_symptom = not other.is_known or (other.complaint is not None and other.complaint.is_symptom)
    return is_symptom and one.count >= _AGAIN and begins_in_time(cause, symptom, scene, is_known=other.is_known)


def begins_in_time(cause: Candidate, symptom: Candidate, scene: Scene, *, is_known: bool) -> bool:
    """Whether what may be the cause was first said before the symptom; of a known kind two minutes later will do."""
    first, second = _began(cause, scene), _began(symptom, scene)
    if first is None or second is None:
        return is_known
    return first <= second + timedelta(seconds=_SOON_S if is_known else 0)


def _began(item: Candidate, scene: Scene) -> datetime | None:
    """When the first line of the kind that a candidate cites was written."""
    fact = item.facts[0]
    for log in scene.logs:
        if fact.citation is None or log.evidence_id != fact.citation.evidence_id:
            continue
        own = next((kept for kept in log.kept if str(kept.line) == fact.field), None)
        if own is not None:
            first = next(kept for kept in log.kept if kept is own or is_same_template(kept, own))
            return read_time(first.text, near=scene.at)
    return item.at


_WAITS = frozenset(
    {"db-lock-timeout", "db-schema-change-blocks", "log-lock", "db-connections-exhausted", "log-connections-exhausted"}
)
_LATE = frozenset({"app-worker-timeout", "dep-read-timeout", "probe-timeout"})


def is_waited_for(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether another's log says that everybody waits there, and it began before somebody's time ran out."""
    is_late = cause.id in _WAITS and symptom.id in _LATE and cause.container != symptom.container
    return is_late and begins_in_time(cause, symptom, scene, is_known=True)


_REST_OF = {"inodes-exhausted": frozenset({"app-disk-full", "log-disk-full"})}
"""What a listing of the machine says, and what programs there make of it."""


def is_listed_reason(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a listing (of sessions, of inodes) shows what others wait for or run into."""
    complaint = cause.finding.complaint if cause.finding else None
    is_holder = complaint is not None and complaint.kind == "idle-transaction"
    return (is_holder and symptom.id in _WAITS) or symptom.id in _REST_OF.get(cause.id, ())


_CERTIFICATE_KINDS = frozenset({"Certificate", "CertificateRequest", "Order", "Challenge"})


_MISSING_SECRET = re.compile(r'secret "([^"\s]{1,253})" not found')


def is_of_another_secret(cause: Candidate, symptom: Candidate) -> bool:
    """Whether a certificate that is not issued is not the one whose Secret is missing: cert-manager names the one after the other."""
    made = cause.facts[0]
    if made.kind not in _CERTIFICATE_KINDS or not made.name:
        return False
    if symptom.id == "pod-pending":
        # A pod waits for a certificate by its Secret alone; the missing Secret explains it, and is explained in turn.
        return True
    missing = _MISSING_SECRET.search(symptom.facts[0].value)
    if missing is None:
        return False
    secret = missing[1]
    return not (made.name.startswith(secret) or secret.startswith(made.name.partition("-")[0]))


_AGAIN = 3
_SOON_S = 120


def names_a_cause(item: Candidate) -> bool:
    """Whether a line of a log says what is wrong, and not only that something was late, gone or broken."""
    complaint = item.finding.complaint if item.finding else None
    return complaint is not None and not complaint.is_symptom and complaint.kind not in _OWN_FAULTS


def is_why_requests_fail(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether requests fail in one log since another log tells of a trouble of a known kind.

    A server counts what it could not answer in time, and the database behind it says which statement took so long.
    """
    one, other = cause.finding, symptom.finding
    if one is None or other is None or not one.is_known or other.kind != "server-errors":
        return False
    first, second = cause.facts[0].citation, symptom.facts[0].citation
    is_elsewhere = first is not None and second is not None and first.evidence_id != second.evidence_id
    return is_elsewhere and one.count >= _AGAIN and begins_in_time(cause, symptom, scene, is_known=True)
