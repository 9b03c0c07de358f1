"""What somebody wrote beside the evidence: a trouble that a log cannot show, because it begins after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.recurrence import has_stopped
from incident_bot.diagnosis.logs.last_words import tells_nothing_done
from incident_bot.diagnosis.targets import Relation
from incident_bot.model import AlertStatus, EvidenceKind
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene

_TROUBLE = compile_later(
    r"\b(?:do(?: not|n't) (?:answer|respond|work|arrive|start|come|get|reach|load|run|open|connect)|did(?: not|n't)|does(?: not|n't)|can(?:not|'t) (?:be (?:reached|opened|loaded|resolved)|answer|reach|connect|start|log|open|load|get|find|see|pay|order)|could(?: not|n't)|tim(?:e|es|ed|ing)[ -]?outs?|reset by peer|refused|unreachable|unhealthy|no (?:logs?|metrics|traffic|answers?)|was(?: not|n't)|were(?: not|n't)|missing|down|outage|slow|broken|wrong|hung|hanging|stuck|crash\w*|restart\w*|fail\w*|errors?|complain\w*|unavailable|gone|lost)\b",
    re.IGNORECASE,
)
_CLOSED = compile_later(
    r"\b(?:closed|resolved|post-?mortem|nothing (?:is )?open|last (?:week|month|quarter|year)|no repetition|done|fixed in|all (?:is )?(?:fine|well|good))\b",
    re.IGNORECASE,
)
_STARTS = compile_later(
    r"\b(?:boot\w*|starting|started|start-?up|start|initiali[sz]ing|listening|is up|up)\b|\blog (?:file )?(?:is )?(?:new|empty|opened|rotated)\b|\bempty log\b",
    re.IGNORECASE,
)
_FIRST_LINES = 3
_REACH = 300


def is_log_too_late(scene: Scene) -> bool:
    """Whether a note tells of a trouble that nobody calls closed, and every log begins with the start of its program."""
    notes = ["\n".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    is_open = any(_TROUBLE.search(note) and not _CLOSED.search(note) for note in notes)
    logs = [log for log in scene.logs if log.relation is not Relation.NEIGHBOUR]
    return is_open and bool(logs) and all(_begins_with_start(log) for log in logs)


def is_question_open(scene: Scene) -> bool:
    """Whether a note asks, or tells of a trouble that nobody calls closed, and nothing was read that could say why."""
    notes = [
        _ASKS_WHETHER.sub("", "\n".join(item.lines)) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE
    ]
    is_open = any((_QUESTION.search(note) or _LACKS.search(note)) and not _CLOSED.search(note) for note in notes)
    return is_open and not scene.events and sum(log.total_lines for log in scene.logs) < _FEWEST_LINES


_ASKS_WHETHER = compile_later(
    r"\b(?:is|are) (?:this|these|those|that|it|they|any of (?:this|these|them))\b[^.?!\n]{0,80}\?"
    r"|\b(?:do|should|must|shall|need) (?:I|we)\b[^.?!\n]{0,80}\?",
    re.IGNORECASE,
)
"""`Are these pods broken? Do I open a ticket?` ask whether anything is wrong at all: the status that lies there answers."""


def find_unread(scene: Scene) -> str:
    """The namespace that could not be read, where an open note tells of a trouble with something of its name; else ""."""
    unread = {name for gap in scene.case.gaps for name in _IN_NAMESPACE.findall(gap.reason)}
    notes = ["\n".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    told = [note for note in notes if _TROUBLE.search(note) and not _CLOSED.search(note)]
    return next((name for name in sorted(unread) if any(_names(name, note) for note in told)), "")


def _names(name: str, note: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", note, re.IGNORECASE) is not None


_IN_NAMESPACE = compile_later(r"\bin the namespace \\?\"([a-z0-9-]{1,63})\b")

_ASKED = compile_later(
    r"\b(?:customers?|users?|product|support|management|they|he|she) (?:says?|said|asks?|asked|reports?|reported|claims?)\b",
    re.IGNORECASE,
)
_FEWEST_LINES = 10


def is_asked_about(name: str, scene: Scene) -> bool:
    """Whether a note that nobody calls closed asks about something by its name, in whatever spelling."""
    wanted = re.sub(r"[-_. ]+", " ", name.lower())
    return any(wanted in re.sub(r"[-_.\s]+", " ", note.lower()) for note in open_notes(scene))


def open_notes(scene: Scene) -> list[str]:
    """The notes that ask something, or tell of a trouble, and that nobody calls closed."""
    notes = ("\n".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE)
    return [note for note in notes if _QUESTION.search(note) and not _CLOSED.search(note)]


def is_missed(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether logs say that nothing was done, and an open note that something is empty or does not come."""
    return is_lack_asked_about(scene) and all(tells_nothing_done(fact.value) for fact in facts)


def is_lack_asked_about(scene: Scene) -> bool:
    """Whether a note that nobody calls closed says that something is empty or does not come."""
    notes = ["\n".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    return any(_LACKS.search(note) and not _CLOSED.search(note) for note in notes)


_LACKS = compile_later(
    r"\b(?:empty|missing|nothing|stopped (?:coming|arriving|working))\b|\b(?:no|any) (?:\w+ )?(?:data|files?|rows?|reports?|mails?|orders?|records?|results?|labels?)\b"
    r"|\b(?:not|never|n't) (?:\w+ )?(?:arriv|receiv|deliver|come|came|sent|print)\w*"
    r"|\bno (?:\w+ ){1,2}(?:arriv|appear|com)(?:es?|ed|ing)\b"
    r"|\b(?:is|are|says?|shows?|at|only) (?:all )?(?:0|zero)(?: \w+)? (?:since|for|from|now|today)\b",
    re.IGNORECASE,
)
_QUESTION = compile_later(r"\?|\bstopped\b|" + _TROUBLE.pattern + "|" + _ASKED.pattern, re.IGNORECASE)
_MISSED = compile_later(
    r"\b(?:did(?: not|n't)|has(?: not|n't)|have(?: not|n't)|never) (?:yet )?(?:report|arriv|finish|complet|run|ran|succe|start|send|sent|produc|come|came|appear|check(?:ed)? in)\w*"
    r"|\bno (?:data|heart-?beat|success|report|sign of life|metrics?)\b",
    re.IGNORECASE,
)
_MISSED_ALERT = re.compile(r"absent|no_?data|heart_?beat|missed|missing|stale|not_?report|no_?success", re.IGNORECASE)
_RESULT = compile_later(
    r"\b(?:finish|complet|succe|done|ended|total|summary|exit(?:ed|ing)? (?:with )?(?:code )?0|bye)\w*", re.IGNORECASE
)


def is_absence_open(scene: Scene) -> bool:
    """Whether an alert or a note misses a sign of life, and no log ends with a result: a calm log that stops explains nothing."""
    alert = scene.case.incident.alert
    is_alerted = alert.status is AlertStatus.FIRING and _MISSED_ALERT.search(alert.name) is not None
    notes = ["\n".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    is_noted = any(_MISSED.search(note) and not _CLOSED.search(note) for note in notes)
    logs = [log for log in scene.logs if log.relation is not Relation.NEIGHBOUR]
    return (is_alerted or is_noted) and bool(logs) and not any(_ends_with_result(log) for log in logs)


def _ends_with_result(log: Log) -> bool:
    """Whether the last line is none of many, and speaks of an end that was reached."""
    last = log.kept[-1]
    return last.count == 1 and last.why != "last" and _RESULT.search(last.text[:_REACH]) is not None


def is_complained_of(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether an open note complains that something fails, and names what refused requests were for: `photos` in a path.

    Two refusals among hundreds of answers are nothing, unless they are what somebody complains of.
    """
    is_refused = all(fact.source == "log" and grade(fact.value) >= Level.ERROR for fact in facts)
    if not is_refused or any(has_stopped(fact, scene) for fact in facts):
        return False
    paths = " ".join(path for fact in facts for path in _PATH.findall(fact.value[:_PATH_REACH]))
    asked = {_singular(word) for word in _NOUN.findall(paths.lower())}
    notes = [" ".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    return bool(asked) and any(
        asked & {_singular(word) for word in _NOUN.findall(sentence.lower())}
        for note in notes
        if not _CLOSED.search(note)
        for sentence in _SENTENCE_END.split(note)
        if _COMPLAINS.search(sentence)
    )


_PATH = compile_later(r"\b(?:GET|POST|PUT|PATCH|DELETE) (?:https?://[^/\s\"]{1,255})?(/[^\s\"?]{1,300})")
_PATH_REACH = 1000
_NOUN = re.compile(r"[^\W\d_]{4,}")
_SENTENCE_END = re.compile(r"[.!?;](?:\s|$)")
_COMPLAINS = compile_later(
    r"\b(?:complain(?:s|ed|ing)?|can(?:not|'t)|could(?: not|n't)|unable|fail(?:s|ed|ing)?|refused|rejected|broken|does(?: not|n't) work)\b",
    re.IGNORECASE,
)


def _singular(word: str) -> str:
    return word.removesuffix("s")


def is_announced_in_note(line: str, scene: Scene) -> bool:
    """Whether a note announces a scan, a test or an exercise from an address that the line names."""
    return any(
        _ON_PURPOSE.search(told) and any(address in line for address in _ADDRESS.findall(told))
        for item in scene.case.evidence
        if item.kind is EvidenceKind.NOTE
        for told in item.lines
    )


_LOAD_TEST = compile_later(
    r"\b(?:load|stress|perf(?:ormance)?|soak|spike)[ -]?(?:tests?|testing|runs?)\b|\b(?:k6|locust|gatling|jmeter|vegeta|wrk2?|artillery)\b",
    re.IGNORECASE,
)
_TEST_ENDS = compile_later(r"\b(?:done|finished|over|completed?|ended|stopped|results?)\b", re.IGNORECASE)
_NONE_OF = compile_later(
    r"\b(?:0|no|zero|without|nothing but)\b (?:\w+ ){0,2}?(?:errors?|5xx|failures?|timeouts?|\w+)", re.IGNORECASE
)
_WRONG = compile_later(r"\b(?:5xx|since|still|but)\b", re.IGNORECASE)
_OF_LOAD = compile_later(
    r"\bslow\b|\brate.?limit\w*|\btoo many requests\b|\b429\b|\bshed\w*\b|\bthrottl\w+|\bqueue\w*\b|\bsaturat\w+|\boverload\w*|\bResourceExhausted\b",
    re.IGNORECASE,
)
_CALM_LINES = 20


def is_of_load_test(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether a note tells of a load test that ended well, and lines about load came to an end with it.

    What a test breaks goes on after it, or is more than slow and turned away.
    """
    logs = {log.evidence_id: log for log in scene.logs}
    return (
        any(_tells_of_good_test(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE)
        and bool(facts)
        and all(
            fact.citation is not None
            and fact.citation.evidence_id in logs
            and _OF_LOAD.search(fact.value[:_REACH]) is not None
            and grade(fact.value) <= Level.WARNING
            and _ends_before(fact, logs[fact.citation.evidence_id])
            for fact in facts
        )
    )


def _tells_of_good_test(lines: Sequence[str]) -> bool:
    begin = next((place for place, line in enumerate(lines) if _LOAD_TEST.search(line)), None)
    if begin is None:
        return False
    ends = [_NONE_OF.sub("", line) for line in lines[begin:] if _TEST_ENDS.search(line)]
    return bool(ends) and not any(_TROUBLE.search(line) or _WRONG.search(line) for line in ends)


def _ends_before(fact: Fact, log: Log) -> bool:
    last = max((max(kept.line, kept.last) for kept in log.kept if str(kept.line) == fact.field), default=0)
    return log.total_lines - last >= _CALM_LINES


_ON_PURPOSE = compile_later(
    r"\b(?:authori[sz]ed|scheduled|planned|announced|regular|daily|nightly|weekly|monthly|yearly)\b.{0,60}"
    r"\b(?:scan\w*|pen(?:etration)?[- ]?test\w*|drill|exercise|load[- ]?test|rehearsal|audit)\b",
    re.IGNORECASE,
)
_ADDRESS = compile_later(r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?!/\d)")


def _begins_with_start(log: Log) -> bool:
    return any(_STARTS.search(kept.text[:_REACH]) for kept in log.kept[:_FIRST_LINES] if kept.line <= _FIRST_LINES)
