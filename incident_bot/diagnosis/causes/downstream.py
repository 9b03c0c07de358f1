"""Whose own trouble explains what another service complains about: who was called, who answered, who left."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.stride import FROM_A_CLIENT
from incident_bot.diagnosis.causes.succession import begins_in_time, names_a_cause
from incident_bot.diagnosis.logs.dependencies import find_address
from incident_bot.diagnosis.targets import Relation, stem_of
from incident_bot.model import Category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.scene import Scene

_AGAIN = 3


def is_downstream(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether a complaint about another service is explained by that service's own trouble, in its own log."""
    is_repeated = _repeats(symptom, cause) and begins_in_time(cause, symptom, scene, is_known=False)
    if (
        not (speaks_of(symptom, cause) or is_repeated)
        or speaks_of(cause, symptom)
        or _REPORTED.search(cause.facts[0].value)
        or is_about_caller(cause)
    ):
        return False
    finding = cause.finding
    is_said_again = finding is not None and finding.count >= _AGAIN
    if finding is not None and not finding.is_known:
        is_said_again = is_said_again and begins_in_time(cause, symptom, scene, is_known=False)
    is_last_word = "said by a log at the end of a run" in cause.reasons
    is_as_telling = cause.specificity >= symptom.specificity or is_said_again or is_last_word or _ends_log(cause, scene)
    return is_as_telling and all(fact.source == "log" for fact in symptom.facts)


def _ends_log(item: Candidate, scene: Scene) -> bool:
    """Whether a log ends with the error that names a cause: after it the service said nothing more."""
    fact = item.facts[0]
    log = next((log for log in scene.logs if fact.citation and log.evidence_id == fact.citation.evidence_id), None)
    is_last = log is not None and fact.citation is not None and fact.citation.line > log.total_lines - _LAST_LINES
    return is_last and names_a_cause(item) and grade(fact.value) >= Level.ERROR


_LAST_LINES = 3

_REPORTED = re.compile(r"remote error: tls:|\b(?:sslv3|tlsv1) alert |SSL alert number \d", re.IGNORECASE)
"""A server that repeats what its peer told it: RFC 8446's alerts. Why the peer refused stands in the peer's own log."""


def find_called(candidates: Sequence[Candidate]) -> frozenset[str]:
    """The names of services that the target's own complaints say do not answer: worth a look into logs of their own."""
    lines = [
        fact.value
        for item in candidates
        if item.relation is not Relation.NEIGHBOUR and item.category in _ABOUT_OTHERS
        for fact in item.facts
        if fact.source == "log"
    ]
    hosts = {find_address(line).partition(":")[0].partition(".")[0].lower() for line in lines} - {""}
    return frozenset({*hosts, *(_OF_SERVICE.sub("", host) for host in hosts)})


def put_dependency_first(causes: Sequence[Candidate]) -> list[Candidate]:
    """The causes; where one says only that a service does not answer, what is known of that very service's own trouble
    goes first, as sure as what it goes before. Only what says no more than that something failed stands before.
    """
    for place, symptom in enumerate(causes):
        is_about_other = symptom.specificity < _NAMES_A_CAUSE and symptom.category in _ABOUT_OTHERS
        host = _host_of(symptom) if is_about_other else ""
        reason = next((item for item in causes if host and item is not symptom and _is_trouble_of(host, item)), None)
        if reason is not None:
            sure = max(item.confidence for item in (*causes[: place + 1], reason))
            return [replace(reason, confidence=sure), *(item for item in causes if item is not reason)]
        if not (is_about_other or _is_bare(symptom)) or place == len(causes) - 1:
            break
    return list(causes)


_NAMES_A_CAUSE = 3
_ABOUT_OTHERS = (Category.DEPENDENCY, Category.NETWORK)


def _host_of(item: Candidate) -> str:
    return find_address(f"{item.facts[0].value} {item.title}").partition(":")[0].partition(".")[0].lower()


def _is_bare(item: Candidate) -> bool:
    """Whether a cause is an exception of no known kind: that a call failed, and not why."""
    return (
        item.finding is not None and item.finding.complaint is not None and item.finding.complaint.kind == "exception"
    )


def _is_trouble_of(host: str, item: Candidate) -> bool:
    """Whether a service's status or events, or what names a cause in its log, tell of its own trouble."""
    name = stem_of(item.pod).lower()
    is_named = item.specificity >= _NAMES_A_CAUSE or names_a_cause(item)
    is_seen = any(fact.source != "log" for fact in item.facts)
    return (
        (is_named or is_seen)
        and item.specificity > 1
        and bool(name)
        and _OF_SERVICE.sub("", host) in (name, _OF_SERVICE.sub("", name))
    )


_OF_SERVICE = re.compile(r"-(?:rw|ro|r|hl|headless|primary|master|leader|replicas?|client|svc|service)$")
"""What charts and operators append to the name of a workload for the names of its Services."""


def is_about_caller(item: Candidate) -> bool:
    """Whether a server says only that its caller left: why that one would not wait, the caller's own log tells."""
    return all(fact.source == "log" and FROM_A_CLIENT.search(fact.value[:1000]) for fact in item.facts)


def speaks_of(one: Candidate, other: Candidate) -> bool:
    """Whether a line names, by its address or as who was called, whose log another candidate is from."""
    own = {"", stem_of(one.pod).lower(), one.pod.lower(), one.container.lower()}
    names = {stem_of(other.pod).lower(), other.pod.lower(), other.container.lower()} - own
    line = one.facts[0].value
    host = find_address(line).partition(":")[0].partition(".")[0].lower()
    if host and host in names:
        return True
    callee = _CALLEE.search(line[:1000])
    return callee is not None and callee[1].lower() in names


def _repeats(one: Candidate, other: Candidate) -> bool:
    """Whether a line repeats what another's service, named by a word, answered."""
    names = {stem_of(other.pod).lower(), other.pod.lower(), other.container.lower()} - {"", one.container.lower()}
    return any(word[1].lower() in names for word in _ANSWERING.finditer(one.facts[0].value[:1000]))


_CALLEE = re.compile(
    r"\b(?:upstream|target|service|peer|backend|dependency|remote|callee|from|source|replica)(?:_name|_service)?\"?\s?[=:]\s?\"?([a-z][\w-]{2,60})\b",
    re.IGNORECASE,
)
"""A field that names who was called, where no address does."""
_ANSWERING = re.compile(
    r"\b([a-z][\w-]{3,60})(?: (?:service|api|server|backend))?:? (?:said|says|answer(?:s|ed)|return(?:s|ed)|respond(?:s|ed)|repli(?:es|ed)|refuse[sd]|reject(?:s|ed))\b",
    re.IGNORECASE,
)
"""Words that say who answered: `basket service said 422`."""
