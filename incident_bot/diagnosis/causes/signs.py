"""What calm lines tell although no program calls it an error: nothing was found, it was left out, it goes to a sandbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.questions import stems_of
from incident_bot.diagnosis.targets import Relation
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Log, Scene

_HARMLESS = (
    r"(?:errors?|err|fail\w*|reject\w*|drop\w*|time[d-]?[ -]?outs?|retr(?:y|ies)|warn\w*|lag|lost|dead\w*|fatal|pending|conflicts?|dup\w*"
    r"|\w*skip\w*|restarts?|unhealthy|miss\w*|bad|invalid|added|removed|recycled|queued|waiting|backlog|evict\w*|expired|\w*_ms)"
)
_NO_HARM = compile_later(
    rf"\b{_HARMLESS}\w*\"?(?:[=:]\s?|\s)\"?(?:0|false|none|null|off)\b(?![.\d])|(?<![\d.,:/=-])(?:0|no|zero|without) (?:\w+ ){{0,2}}(?:\S{{1,20}} )?{_HARMLESS}\b",
    re.IGNORECASE,
)
"""Counts at zero that are good news: taken out before a line is read."""
_DONE = (
    r"(?:found|selected|retrieved|matched|loaded|read|sent|received|receivers|recipients|fetched|imported|exported|delivered|published|processed|written|wrote"
    r"|inserted|updated|synced|synchroni[sz]ed|forwarded|subscribers|subscriptions|consumers|listeners|watchers|rows|files|objects|records|items|chunks|documents|docs|hits|results"
    r"|elements|points|points_count|events|messages|orders|contacts|entries|candidates|targets|endpoints|users|e?mails|jobs|tasks|pages|products|offers|prices|handled|scanned|indexed"
    r"|applied|selected|created|enqueued|notified|matches|rules|routes|workers|members|devices|readings|samples|payments|invoices|tickets)"
)


@dataclass(frozen=True, slots=True)
class Sign:
    """What lines of one kind tell: `title` takes the speaker (`{who}`) and what was said (`{said}`)."""

    name: str
    pattern: re.Pattern[str]
    title: str
    hint: str
    is_only_if_named: bool = False
    """Whether it is everyday, and tells only where the line names what is asked about."""
    beside: Line | None = None
    """The line that shows how it is otherwise, where one does."""


def _sign(name: str, pattern: str, title: str, hint: str, *, is_only_if_named: bool = False) -> Sign:
    return Sign(name, compile_later(pattern, re.IGNORECASE), title, hint, is_only_if_named)


SIGNS = (
    _sign(
        "limit",
        r"\b(?:quota|throttl\w+|overflow\w*|truncated|(?<!deadline )exceed(?:ed|s|ing)?|exhausted|at capacity|capacity reached|too many|saturat\w+|rate[ _-]?limit\w*)\b|\b\w{1,60}_LIMIT\b|\b(?:finish|stop)_reason\"?[=:]\s?\"?(?:length|max_tokens)\b",
        '{who} is at a limit: "{said}"',
        "Find what uses the limit up, or raise it.",
    ),
    _sign(
        "full",
        r"\b(?:busy|active|in_?use|used|leased|current|size|rows|count|returned|\w*tokens|connections|open|running|workers)\"?[=:]\s?\"?(?P<u>[1-9]\d{0,8})\b.{1,60}?\b(?:max\w*|limit|capacity|total|cap|pool\w*|page_?size)\"?[=:]\s?\"?(?P=u)\b|\b(?:max\w*|limit|size|capacity|total|cap|page_?size)\"?[=:]\s?\"?(?P<m>[1-9]\d{0,8})\b.{1,60}?\b(?:busy|active|in_?use|used|leased|current|rows|count|returned|running|open)\w*\"?[=:]\s?\"?(?P=m)\b|\b(?P<n>[a-z]{3,30})\"?[=:]\s?\"?(?P<a>[1-9]\d{0,8})\b.{1,60}?\bmax[_-]?(?P=n)\"?[=:]\s?\"?(?P=a)\b|\bmax[_-]?(?P<o>[a-z]{3,30})\"?[=:]\s?\"?(?P<b>[1-9]\d{0,8})\b.{1,60}?\b(?P=o)\"?[=:]\s?\"?(?P=b)\b",
        '{who} has all in use that it may have: "{said}"',
        "See what holds it, and for how long; raise the limit only after that.",
    ),
    _sign(
        "body",
        r"\b(?:status|code|http)\"?[=: ]{1,2}\"?2\d\d\b.{1,200}?\b(?:body\.\w+|\w*status|result\w*|code|error\w*|reason|outcome)\"?[=:]\s?\"?(?!OK\b|SUCCESS|ACCEPTED|CREATED|DONE|COMPLETED|HIT\b|MISS\b|PAID\b)(?-i:[A-Z]{3,}[A-Z_]*)\b",
        '{who} gets answers with a good status and a bad body: "{said}"',
        "The status of the answer is fine, its body is not: read that.",
    ),
    _sign(
        "behind",
        r"\b\w{0,30}lag(?:_\w+)?\"?[\s|:=]{1,20}(?:\d\d:(?!00)\d\d:\d\d|[1-9]\d{3})|\bseconds_behind\w*\"?[\s|:=]{1,20}[1-9]\d\d|\b(?:behind|lagging)\b.{0,20}[1-9]\d",
        '{who} is far behind: "{said}"',
        "See what holds it up; readers there get what is old.",
    ),
    _sign(
        "scan",
        r"\bSeq Scan on|\bRows Removed by Filter: \d{5}|\bCOLLSCAN\b|\bfull (?:table|index|collection) scan|\bUsing filesort|\brows_examined\"?[=:]\s?\d{5}",
        '{who} reads a whole table for a few rows: "{said}"',
        "See whether an index serves that condition, and whether the statistics are fresh.",
    ),
    _sign(
        "refused",
        r"\b(?:invalid|illegal|unknown|unregistered|unimplemented|unsupported|unrecogni[sz]ed|unauthori[sz]ed|forbidden|denied|refused|rejected|mismatch\w*|expired|bounced|undeliver\w+|no such|incompatible|outdated|gave up|giving up)\b|(?<![a-z])(?:invalid|unknown|illegal)_\w+|\b\w{1,60}_(?:not_found|denied|invalid|expired|mismatch|required|disabled|unsupported|refused|rejected|exceeded|missing)\b|\bnot (?:found|registered|supported|allowed|permitted|authori[sz]ed|recogni[sz]ed|known|valid|possible|unique|acceptable|trusted|match\w*)\b|\bno \w+(?: \w+)? (?:found|match\w*)\b|\b(?:too|used) (?:large|big|old|long|late|small|early|before)\b|(?<!#)\b(?:fail(?:ed|s|ure)?|error|exception)\b",
        '{who} is refused something, or refuses it: "{said}"',
        "Compare what was sent with what is accepted there.",
    ),
    _sign(
        "claimed",
        r"\balready (?:connected|in use|taken|registered|owned|claimed|locked|held|running|consumed|logged in)\b|\b(?:session|connection|client|lease|lock) (?:was )?(?:taken over|kicked|superseded|stolen|replaced by)|\banother (?:instance|client|session|node|process|owner)\b",
        '{who} is not the only one: "{said}"',
        "Two take the same name or place in turns: see who the other one is.",
    ),
    _sign(
        "removed",
        r"\bevicted_keys:[1-9]|\b(?:deleted|removed|purged|pruned|dropped|expired|archived|cleaned up|wiped) (?:\w+ )?[1-9]\d*\b|\b(?:delet|remov|purg|prun|dropp?|expir|archiv|wip)(?:ed|ing)\b.{0,80}\bolder than\b|\bretention\b.{0,60}\b(?:delet|remov|purg|expir)\w+",
        '{who} has removed it: "{said}"',
        "See which retention or clean-up is told so; restore from a backup.",
    ),
    _sign(
        "elsewhere",
        r"(?:(?<=[./@:-])(?<!/)(?<!\.svc\.)(?:sandbox|staging|stg|legacy|mock|fake|dummy|stub|dev|develop|testing|test|qa|uat|demo|canary)(?=[\w-]*[./:\]-])|//(?:sandbox|staging|stg|legacy|mock|dev|test|qa|uat|demo)(?=[\w-]*[./:])|(?<![\w])(?:sandbox|staging|mock|dev|test|qa|uat|legacy)(?=[.-][\w.-]*(?::\d|/|\.\w{2,}))|(?<=[-])(?:legacy|sandbox|staging|canary|dev|test)(?=[-\]\s/:.]))(?![\w.-]*\.(?:go|py|js|ts|java|rb|php|sh)\b)",
        '{who} works with something that is not production: "{said}"',
        "Compare that address or name with the one that production should use.",
    ),
    _sign(
        "mode",
        r"\b(?:offline|test|mock|sandbox|demo|simulation|standalone|degraded|safe|local)[ -]mode\b|\bmode\"?[=:]\s?\"?(?:offline|test|mock|sandbox|demo|simulation|dry[_-]?run)\b|\b(?:driver|store|storage|backend|transport|sender|provider)\"?[=:]\s?\"?(?:in-?memory|memory|null|none|log|dummy|noop|console|fake|file)\b",
        '{who} runs in a mode of its own: "{said}"',
        "See which setting says so.",
    ),
    _sign(
        "withheld",
        r"\b(?:skip(?:s|ped|ping)?|\w*skip(?:ped)?[=:]\s?\"?[1-9]\d*|ignor(?:ed|ing)|discard(?:ed|ing)|prevented|(?<![=:/])(?<![=:] )disabled|suppress(?:ed|ing)|withheld|paused|suspended|offline|read-?only|dry[- _]?run|no-?op|maintenance mode|muted|silenced|quarantin\w+|dropp(?:ed|ing)|filtered out|blocked|held back|postponed|deferred|not (?:enabled|scheduled|subscribed|sent|started|configured|running|watching|listening))\b",
        '{who} leaves something out: "{said}"',
        "See which setting, window or policy tells it so.",
    ),
    _sign(
        "nothing",
        rf"\b{_DONE}(?: in the \w+ \w+)?\"?[=:]\s?\"?0\b(?![.\d/%])|(?<![\d.,:/=-])(?:0|no|zero) (?:\w+ )?{_DONE}\b(?!\S* (?:to|{_HARMLESS})\b)|\b{_DONE} (?:0|no|none|nothing|zero)\b|\b(?:to|of|for|from|with|by) 0 (?!{_HARMLESS})[a-z]{{3,}}\b|\b[1-9]\d* [a-z]+, (?:0|none) (?!{_HARMLESS})[a-z]+ed\b|\bnothing to \w+|\b(?:empty (?:list|set|result|response|file|body)|returned nothing)\b",
        '{who} finds or does nothing there: "{said}"',
        "It calls that no error: see what it looks for, and where.",
    ),
    _sign(
        "fallback",
        r"\bfall(?:s|ing)?[- ]?back\b|\bfell back\b|\b(?:using|uses|use) (?:the )?(?:built-?in )?default\b|\bdefault(?:s|ed|ing) to\b|\bno \S+ (?:configured|set|given|specified)\b|\busing (?:time ?zone|locale|currency|region|profile|charset|encoding)\b|\b(?:charset|encoding|time ?zone)\"?[=:]\s?\S|\bin-?memory\b|\bmemory://|\bephemeral\b|\bno \w+ \w+ configured\b",
        '{who} runs with a setting that may not be meant: "{said}"',
        "See where that value comes from, and what it should be.",
    ),
    _sign(
        "lacks",
        r"\b(?:no|without|missing) (?!errors?|changes?|problems?|warnings?|need|longer|more|issues?|failures?)[a-z]{3,}|\bnot (?!an? |the |yet|only|in use|needed|required|used|modified|changed)[a-z]{3,}|\b(?:is|are|was) missing\b|\b\w{3,40} missing\b|\bhas no\b|\bun(?:translated|assigned|mapped|matched|confirmed|resolved|reachable|paired|licensed|signed|set)\b|\b(?:ended|ran out|lapsed)\b",
        '{who} says what is lacking: "{said}"',
        "See who should have provided it.",
        is_only_if_named=True,
    ),
    _sign(
        "switched off",
        r"\b(?!(?:status|code|rc|ret|exit\w*|result|level|port|offset|partition|shard|worker)\b)[a-z][\w.-]{1,60}\"?[=:]\s?\"?(?:disabled|false|off|inactive|stopped|0)\b(?![.\d])",
        '{who} has it switched off: "{said}"',
        "See who set it, and where.",
        is_only_if_named=True,
    ),
)


def read_signs(line: str, *, is_named: bool) -> tuple[Sign, ...]:
    """The signs that a line gives, the most telling first; good counts at zero (`errors=0`) are none.

    `is_named`: the line names what is asked about.
    """
    told = _NO_HARM.sub("", line)
    is_benign = _BENIGN.search(told) is not None
    return tuple(
        sign
        for sign in SIGNS
        if (is_named or not sign.is_only_if_named)
        and not (is_benign and sign.name in _OFTEN_BENIGN)
        and sign.pattern.search(told)
        and not (sign.name == "switched off" and len(sign.pattern.findall(told)) > _MOST_SWITCHES)
    )


_MOST_SWITCHES = 2
"""A line of more is a dump of settings, most of which are off on any day."""


_BENIGN = compile_later(
    r"\b(?:no (?:\w+ )?changes?|nothing to do|up[- ]to[- ]date|unchanged|not modified|already (?:exists?|done|applied|up|loaded|present|synced)|as (?:configured|expected|planned)|by design|expected|deprecat\w+)\b",
    re.IGNORECASE,
)
_OFTEN_BENIGN = frozenset({"removed", "withheld", "nothing", "fallback", "switched off", "claimed", "lacks"})


_MOST_LINES = 2000
_REACH = 800


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log as a question is asked of it.

    `shape` is the same for lines that differ in numbers and ids; `kind` only for those whose numbers are as long, as equal
    to each other and as often 0: they give the same signs.
    """

    log: Log
    number: int
    text: str
    stems: frozenset[str]
    shape: str
    kind: str


def read_lines(scene: Scene) -> list[Line]:
    """All lines of the target's short logs, the kept ones of long logs, in order."""
    return [line for log in scene.logs if log.relation is not Relation.NEIGHBOUR for line in _lines_of(log, scene)]


def _lines_of(log: Log, scene: Scene) -> Iterator[Line]:
    lines = scene.texts[log.evidence_id].lines
    is_short = len(lines) <= _MOST_LINES
    numbered = enumerate(lines, start=1) if is_short else ((kept.line, kept.text) for kept in log.kept)
    for number, whole in numbered:
        text = str(whole[:_REACH])
        if text.strip():
            yield Line(log, number, text, stems_of(text), *_hide_numbers(text))


def _hide_numbers(text: str) -> tuple[str, str]:
    """The shape and the kind of a line."""
    seen: dict[str, int] = {}

    def hide(match: re.Match[str]) -> str:
        word = match[0]
        if word == "0" or not any(map(str.isdigit, word)):
            return word
        return f"\0{seen.setdefault(word, len(seen))}.{len(word)}\0"

    kind = _TOKEN.sub(hide, text)
    return _HIDDEN.sub("#", kind), kind


_TOKEN = re.compile(r"[^\s=:\"']+")
_HIDDEN = re.compile(r"\x00[\d.]+\x00|(?<![^\s=:\"'])0(?![^\s=:\"'])")
