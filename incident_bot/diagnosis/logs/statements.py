"""Plain statements that explain a louder line: why something failed is often said once, earlier, and as information.

A program reports calmly that it met 182 keys twice, that 0 of 42 edges confirmed, or that the quota of its processor
was used up; minutes later another part of it reports loudly what came of that. No list of products helps here, so lines
are read for the kind of statement they make. A statement never makes a failure: it stands beside a cause that was found
otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from heapq import nsmallest
from operator import itemgetter
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.logs.access_lines import read_answer
from incident_bot.diagnosis.logs.announced import is_addressed_to_reader
from incident_bot.diagnosis.logs.background import is_background, is_everywhere, is_routine, shape_of
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

_KINDS: tuple[tuple[float, tuple[str, ...]], ...] = (
    # What it has is all in use.
    (
        1.0,
        (
            r"(?<![\w.])(?P<n>[1-9]\d{0,8})(?: ?/ ?| of | out of | von | de | sur )(?P=n)\b.{0,24}\b(?:in use|used|busy|taken|active|occupied|leased|checked out|full|belegt|waiting)\b",
            r"\b(?:busy|active|in_?use|used|leased|running|open)\w*\"?[=: ]{1,3}(?P<u>[1-9]\d{0,8})\b.{1,60}?\b(?:max\w*|limit|size|capacity|total|cap)\"?[=: ]{1,3}(?P=u)\b",
            r"\b(?:max\w*|limit|size|capacity|total|cap)\"?[=: ]{1,3}(?P<m>[1-9]\d{0,8})\b.{1,60}?\b(?:busy|active|in_?use|used|leased|running|open)\w*\"?[=: ]{1,3}(?P=m)\b",
        ),
    ),
    (
        1.0,
        (
            r"\bthrottl(?:ed|ing)\b(?!\w*\"?[=: ]{1,3}(?:0\b|false))|\bnr_throttled\b.{0,4}[1-9]|\b(?:quota|budget|credits?|allowance|burst balance)\b.{0,40}\b(?:used up|spent|exhausted|depleted|at 0|is 0)\b",
            r"\b(?:starv(?:ed|ing)|oversubscribed|overcommitted)\b|\bno (?:free|spare|idle) \w+",
        ),
    ),
    # The last words of a child process, logged as what it printed.
    (1.0, (r"(?<![\w.])(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b: \S",)),
    # Fewer than there should be.
    (
        1.0,
        (
            r"^(?!.*\b(?:fail|err|lost|drop|bad|remov|skip|dup|unhealth|broken|reject|miss|retr|late|crash)\w*\"?[=: ]{1,3}0\b).*?(?<![\w.])0 ?(?:/| of | out of | von | de )(?:the )?[1-9]\d{0,8}\b(?! ?(?:\w+ ){0,2}(?:failed|failures?|errors?|lost|dropped|bad|unhealthy|broken|skipped|rejected|retries|late|missing))",
            r"\bonly \d+ of \d+\b|\bno \w+ (?:matched|matches|left|remain(?:s|ing)?|selected)\b",
        ),
    ),
    (
        0.9,
        (
            r"\bnot unique\b|\b(?:delivered|imported|applied|sent|counted|listed|ran|run|started) (?:twice|again)\b|\boccurs? \d+ ?(?:x|times)\b|\bduplicated? (?:keys?|rows?|ids?|entr\w+|records?)\b(?!.{0,20}[=: ]0\b)",
        ),
    ),
    # It was not done, or stopped being done.
    (
        0.9,
        (
            r"\bno (?:heartbeat|answer|reply|response|ack\w*|sign of life|signal|data|quorum) (?:from|of|by)\b|\b(?:handshake|session|login|negotiation|registration)\b.{0,60}\b(?:refused|rejected|failed|answered with (?:code|error|status) [1-9]\d*|closed by)\b|\b(?:bounced|turned down|declined): \S",
            r"\bnot retried\b|\bnothing (?:\w+ )?since\b|\b(?:acknowledged|received|sent|written|committed|confirmed|published|heard) nothing\b|\bsince \S+ nothing\b|\bno (?:\w+ ){1,3}since\b",
            r"\bcannot be (?:retired|released|deleted|removed|recycled|truncated|reclaimed|advanced|vacuumed|compacted|trimmed)\b|\bhas not (?:been )?\w+ed\b|\bnever (?:arrived|came|finished|returned|answered|confirmed|acknowledged|restarted|reloaded|ran)\b",
            r"\bheld (?:back|up) by\b|\bwaits? (?:for|on) (?:the )?(?:slot|consumer|reader|subscriber|replica|transaction|session)\b",
        ),
    ),
    # It differs from what was meant.
    (
        0.9,
        (
            r"\b(?:expect(?:ed|s|ing)|want(?:ed|s)?|require[sd]?|erwartet|attendu|esperado)\b[^\n]{1,80}?\b(?:got|found|received|was|is|has|have|saw|erhalten|reçu|recibido)\b|\b(?:differs? from|instead of|does not match|do not match|disagrees? (?:with|about)|mismatch\w*|statt)\b|\bnot the (?:same|expected|configured)\b",
        ),
    ),
    (
        0.8,
        (
            r"\(was:? \S{1,60}\)|\bwas \S{1,60}, (?:is )?now \S",
            r"\b(?:old|from|previous|prev|before|was)(?:_\w+)?\"?\s?[=:]\s?\"?(?P<old>[\w.:/@-]{1,60})\"?,?[\s\"].{0,60}?\b(?:new|to|now|current|after|is)(?:_\w+)?\"?\s?[=:]\s?\"?(?!(?P=old)\b)[\w.:/@-]+",
            r"\b[\w.-]{2,60}\"?\s?[:=]?\s?\"?\d[\w.]{0,12}\"? ?(?:->|=>|→) ?\"?\d[\w.]{0,12}|\b(?:alias|pointer|tag|symlink|dns|route|default|owner|leader|primary) (?:was |is )?(?:moved|repointed|switched|changed|reassigned)\b",
        ),
    ),
    # It is gone, or of another time.
    (
        0.8,
        (
            r"\b(?:retired|decommissioned|sunset|end[- ]of[- ]life|withdrawn|revoked|superseded|renamed|evicted|abgekündigt|abgeschaltet)\b|\bno longer (?:exists?|supported|served|available|valid|accepted|offered|part of|listed|reachable)\b|\b(?:files?|build|version|release|image|bucket|topic|table|index|key|account|tenant|user|route) \S{1,60} (?:was |were |is |has been )?(?:deleted|removed|dropped|purged)\b",
        ),
    ),
    (
        0.8,
        (
            r"\bclock\b.{0,40}\b(?:ahead|behind|skew|off by|drift|jumped|stepped)\b|\b(?:lies?|is|dated) in the future\b|\bnot (?:yet )?valid (?:before|until|yet)\b|\b(?:stale|outdated|out of date|too old|obsolete)\b|\bolder than\b",
        ),
    ),
    # Somebody else claims it, or refuses it.
    (
        0.9,
        (
            r"\b(?:already|also) (?:owned|claimed|held|assigned|registered|bound|taken|leased|in use) (?:by|to)\b|\b(?:second|another|two) (?:primary|primaries|leaders?|masters?|writers?|owners?|schedulers?|instances?)\b|\bsplit[- ]brain\b|\bboth (?:claim|hold|own|lead|write)\b",
        ),
    ),
    (
        0.8,
        (
            r"\b(?:answer(?:ed|s)?|repl(?:ied|ies|y)|return(?:ed|s)?|respon(?:ded|se)|said|says|got|http|status|code)\b(?:\w*\"?\s?[=:]?\s?(?:with |HTTP )?)(?:4(?!04)\d\d|5\d\d)\b|\b[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b|\bSQLSTATE\b|\b(?:rejected|refused|declined|turned away|vetoed|blocked) by\b|\bORA-\d{5}\b",
        ),
    ),
    # It fell back, or does less.
    (
        0.7,
        (
            r"\bfall(?:s|ing)? back (?:to|on)\b|\bfell back\b|\b(?:degraded|downgraded|clamped|capped|truncated|shed|read[- ]only|disabled by|switched off|paused|suspended|quarantined|ignored|discarded|thrown away)\b|\busing (?:the )?default\b",
        ),
    ),
    # It grew.
    (
        0.7,
        (
            r"\b(?:yesterday|gestern|hier|ayer|last (?:run|week|night|time|month)|previously|up from|grew (?:from|to|by)|usually|normally|typically|üblich|baseline)\b.{0,20}\d|\b\d+(?:\.\d+)? ?(?:x|times) (?:the |as )?(?:usual|normal|average|baseline|many|larger|more)\b|\b(?:at|used|usage|full|utili[sz]ation)\W{0,3}(?:100|9[5-9])(?:\.\d+)? ?%",
        ),
    ),
    # Somebody did something.
    (
        0.6,
        (
            r"\bby\"?[=: ]{1,3}\"?(?!\d)[a-z][\w.@-]{2,40}\b.{0,80}\b(?:enabled|stored|changed|set|moved|raised|lowered|turned)\b|\b(?:enabled|stored|changed|set|moved|raised|lowered|turned o(?:n|ff)|switched o(?:n|ff)|rolled out|activated)\b.{0,80}\bby\"?[=: ]{1,3}\"?(?!\d)[a-z]|\b(?:manually|by hand)\b|\b(?:experiment|feature|flag|inline|mode)\b.{0,40}\b(?:on|enabled|activated|stored)\b|\b(?:new|other|different) (?:limit|quota|policy|config\w*|schema|format|key|version)\b",
        ),
    ),
)  # fmt: skip
"""Kinds of statements with how much each tells, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A line (`index` into the kept lines of `log`) that states what explains another, and how much it tells."""

    log: Log
    index: int
    weight: float


def find_statements(scene: Scene, cited: set[tuple[str, int]], at: tuple[str, int]) -> tuple[Statement, ...]:
    """What the logs state, most telling first, at most two; `at` is the line to explain, `cited` what is told anyway."""
    own = [log for log in scene.logs if log.relation is not Relation.NEIGHBOUR]
    spot = next(((log, kept) for log in own for kept in log.kept if (log.evidence_id, kept.line) == at), None)
    names = frozenset(_NAME.findall(spot[1].text[:_REACH])) if spot else frozenset()
    is_constant = spot is not None and is_everywhere(spot[1], spot[0])
    found = [
        item
        for log in own
        for item in _state(log, cited, at, names)
        if is_constant or not _is_ordinary(log.kept[item.index], log)
    ]
    found.sort(key=lambda item: (-item.weight, item.index))
    each_once: dict[str, Statement] = {}
    for item in found:
        if item.weight >= _TELLS:
            each_once.setdefault(shape_of(item.log.kept[item.index].text), item)
    return tuple(each_once.values())[:_MOST]


def weigh_statement(line: str) -> float:
    """How much a line states, from 0 to 1, by the most telling kind of statement that it makes."""
    text = line[:_REACH]
    return next((weight for weight, pattern in _patterns() if pattern.search(text)), 0.0)


_REACH = 500
_TELLS = 0.75
_MOST = 2
_MAX_LINES = 1200
_MOST_READ = 100
_RARE = 3
_NAME = re.compile(r"[A-Za-z][\w.-]{5,40}")


def _state(log: Log, cited: set[tuple[str, int]], at: tuple[str, int], names: frozenset[str]) -> Iterator[Statement]:
    end = at[1] if log.evidence_id == at[0] else None
    nearest = nsmallest(_MOST_READ, _plain(log, cited), key=partial(_distance, end))
    for index, kept, level in nearest:
        text = kept.text[:_REACH]
        weight = weigh_statement(text)
        if not weight:
            continue
        weight += 0.1 * (kept.count <= _RARE) + 0.1 * (level == Level.WARNING)
        weight += 0.05 * bool(names & set(_NAME.findall(text)))
        if end is not None and kept.line > end:
            weight -= 0.15
        yield Statement(log=log, index=index, weight=round(weight, 2))


def _is_ordinary(kept: KeptLine, log: Log) -> bool:
    return is_everywhere(kept, log) or is_background(kept, log) or is_routine(kept, log)


def _distance(end: int | None, item: tuple[int, KeptLine, int]) -> tuple[bool, bool, int]:
    """Warnings first, and the rare before the common; then the nearest to the line to explain, or the first of another log."""
    index, kept, level = item
    return level != Level.WARNING, kept.count > _RARE, index if end is None else abs(kept.line - end)


def _plain(log: Log, cited: set[tuple[str, int]]) -> Iterator[tuple[int, KeptLine, int]]:
    """Lines that begin a record, are nothing fatal and no ordinary answer; with their levels."""
    for index, kept in enumerate(log.kept[:_MAX_LINES]):
        if kept.text[:1] in " \t" or (log.evidence_id, kept.line) in cited or kept.why == "last":
            continue
        level = grade(kept.text)
        if level <= Level.ERROR and read_answer(kept.text) is None and not is_addressed_to_reader(kept.text):
            yield index, kept, level


@cache
def _patterns() -> tuple[tuple[float, re.Pattern[str]], ...]:
    kinds = sorted(_KINDS, key=itemgetter(0), reverse=True)
    return tuple((weight, re.compile("|".join(forms), re.IGNORECASE)) for weight, forms in kinds)
