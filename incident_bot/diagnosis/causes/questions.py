"""What a colleague asks in a note: whether people are hurt now, and which words would name the culprit.

A question about scary lines ("is this bad?") is none of these: for that a calm log may be answer enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.model import EvidenceKind
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Scene

_CLAUSE = re.compile(r"(?<=[.!?;])\s+|\n+|,\s|\s+but\s+|:\s+|\s\(")
_YES_OR_NO = re.compile(
    r"\W*(?:and |or |so |but )?(?:is|are|am|was|were|do|does|did|has|have|had|can|could|should|shall|will|would|need|any(?:thing|body|one)?)\b[^?]*\?",
    re.IGNORECASE,
)
_OF_LINES = compile_later(
    r"\b(?:logs?|lines?|grep|events? (?:say|show)\w*|prints|warns?|metrics?|alert\w*|pinged|paged)\b.{0,60}(?:'[^']{6,}|\"[^\"]{6,}|\b(?:ERROR|WARN\w*|FATAL|lines?|full of|fired|went off|has|says?)\b)"
    r"|\b(?:ERROR|WARN(?:ING)?|FATAL)S?\b|\bwarnings\b|\b[a-z]+-[a-z-]+ (?:says?|prints?|writes|logs) ['\"]",
)
"""Clauses about what is printed, not about what happens."""
_UNSURE = compile_later(r"\b(?:might|may|maybe|perhaps|could be|got a feeling|would)\b", re.IGNORECASE)
_OVER = compile_later(
    r"\b(?:fine|ok|okay|good|well|over|gone|normal) (?:now|again|since)\b|\b(?:none|nothing|not|never|no more) (?:\w+ )?(?:later|since then|any ?more)\b|\bresolved\b|\bwent away\b|\bit'?s (?:back|over|gone)\b|\bas always\b|\bno (?:\w+ )?complain\w*|\bright now it works\b|\bpurpose:|\bas expected\b|\(planned\b|\ball passed\b|\bclosing\b|\bclosed\b|\bfixed (?:in|by|since|with)\b|(?<!since )\blast (?:week|month|quarter|year)\b(?!')|\bpost-?mortem\b",
    re.IGNORECASE,
)
_HURT = compile_later(
    # Who lacks something, or complains.
    r"\b(?:nobody|no ?one|none)\b(?! (?:is )?(?:hurt|affected|complain\w*|on call|kept|uses?|here)\b)|(?<!no )(?<!not )(?<!n't )(?<!user )\bcomplain(?:s|ed|ing)?\b"
    r"|\b(?:lose|loses|wait|waits|waiting|misses|wonder|gets? (?:no|nothing|an? error|old|each|every)|got (?:no|nothing)|see nothing|sees? ['\"])\b"
    r"|\b(?<!\bapps )(?<!\bevents )(?<!\bhelm )(?<!\blog )(?<!\bpod )(?<!\bjob )(?<!\biam )(?<!\balert )(?<!\bpage )(?:says?|said|tells? us|claims?) (?!nothing|no\b|ok)|\breport(?:s|ed)? (?:that|the|an?|of)\b"
    # What differs from others, or from before.
    r"|\b(?:(?:all|the) others?|the rest|everybody else|everyone else|(?!no )\w+ (?:ones|others)|those (?:of|from|with) [\w ]{1,30})\b.{0,30}\b(?:do|does|can|are|is|have|has|get|go|works?|right|shipped|instant|current)\b"
    r"|\b(?:see|sees|have|has|shows?|finds?|moves?|gets?) no(?:thing| (?!errors?|restarts?|logs?|problem|access|idea|alerts?|trace|rights?|status|events?|faults?|permission)\w+)|\b(?:works?|opens?) only\b|\bonly (?:works?|opens?|answers?)\b|\bagain and again\b"
    r"|\bwhy (?:do|does|is|are|can|did)(?:n't)? (?!it restart|they never ready)(?!.*\b(?:restart|kill|ready|pending)\w*)"
    # What is wrong with something.
    r"|(?<![\w-])(?:missing|vanish\w*|disappear\w*|stale|outdated|empty|blank|twice|duplicated?|doubled? (?:charg|book|post)\w*|wrong|incorrect|hangs?|hanging|frozen|stuck|broken|slow(?:er|s|ly)?|offline|differs?|mismatch\w*|incomplete|unpaid|unanswered|truncated|cut off|gone|too (?:high|low|late|few|many|long))\b"
    # What is not done.
    r"|\b(?:is|are|was|were|do|does|has|have|can|could|will|did|wo|ca)(?:n't| not|not) (?!touch|chang|deploy|roll|need|know|think|matter|rememb|reproduc|sure|relat|urgent|allow|restart|keep|yet|complain|notic)\w+"
    r"|\bno (?:\w+ ){1,3}(?:arriv|com|appear|has|have|goes?|got|gets?|since|reach|is|are|was|were)\w*|\bnothing (?:in|arriv|com|happen|appear|shows?|gets?|is|to see)\w*"
    r"|\bnever (?:works?|arriv\w*|com\w+|produc\w+|finish\w*|get\w*|reach\w*|goes?|appear\w*|sent|see\w*)\b"
    r"|\b(?:fails?|failing|failed)\b(?! (?:over|lines?|nodes?|jobs?))|\b(?:returns?|answers?|gives?|gets?|throws?|shows?) (?:HTTP )?(?:an? )?[45]\d\d\b|\b[45]\d\d (?:for|on|from|in|errors?|when)\b"
    # When it should have been.
    r"|\b(?:hours?|days?|weeks?|minutes?) (?:late|old|behind|too late)\b|\b(?:those|that|the ones?) of (?:mon|tues|wednes|thurs|fri|satur|sun|last|yester)\w*|\blate\b|\b(?:is|are|was|were|from|end|ends|ended|stops?|stopped) (?:\w+ )?(?:on|in|at|from|with|since) (?:the )?(?:mon|tues|wednes|thurs|fri|satur|sun|last|middle|yester)\w*"
    r"|\b(?:stay|stays|remain|remains|keep|keeps|still) (?:\w+ )?(?:'|\"|unpaid|pending|old|incomplete|at|runs?|shows?|open|in)\b|\bold (?:value|price|one|data|version|text|state)s?\b"
    r"|\bsince (?:we|the|our|this|yesterday|last|mon|tue|wed|thu|fri|sat|sun|mid|noon|lunch|about|\d)"
    r"|\bwhere (?:are|is|do|did) (?:the )?\w+(?: \w+)?\b|\bstill (?!works?\b|running|up\b|there\b|ok|fine|worried|open\b|broken)\w+|\b(?:though|although|despite)\b|\binstead of\b|\bget lost\b|\b(?:they|it|\w+s) stop\b|\b(?:comes?|arrives?|appears?) (?:only )?(?:after|hours|minutes|days|too)\b|\b(?:is|are) expired\b|\b(?:not|n't) at \d|\bas (?:agreed|promised|advertised)\b|\bthen\b.{1,20}\bagain\b|\bbounc\w+|\blag \d\S* ?(?:->|to) |\btakes? (?:(?:two|three|four|five|six|ten|many|some) (?:seconds|minutes|hours)|[\d.]+ ?(?:s|sec|min|h)|ages|minutes|forever|over|(?:\d+\W+)+s)\b|\btake (?:a bit |well )?over\b|\b\d+(?:\.\d+)? ?% of (?:our |the )?(?:\w+ )?(?:calls|requests|orders|mails|users)\b",
    re.IGNORECASE,
)
_WELL = compile_later(
    r"\b(?:fine|ok|okay|works?|working|normal(?:ly)?|green|healthy|running|went out|go(?:es)? out|succeeds?|not affected|up|idle|flat|are good|current)\b",
    re.IGNORECASE,
)
"""What a clause says so of is not what is asked about."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an open note complains of.

    `words` are stems that would name it, `works` stems of what the note calls well, `codes` its ids, numbers, hosts and
    status codes as they are written.
    """

    words: frozenset[str]
    works: frozenset[str]
    codes: frozenset[str]
    text: str


def read_question(scene: Scene) -> Question | None:
    """What notes of a scene complain of that is a trouble now, or None."""
    notes = [" ".join(item.lines)[:_REACH] for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    asked = [note for note in notes if complains(note)]
    if not asked:
        return None
    text = "\n".join(asked)
    clauses = [clause for note in asked for clause in _clauses(note)]
    hurt = [clause for clause in clauses if _HURT.search(clause) or not _WELL.search(clause)]
    well = [clause for clause in clauses if clause not in hurt]
    words = frozenset(stem for clause in hurt for stem in stems_of(clause))
    works = frozenset(stem for clause in well for stem in stems_of(clause)) - words
    return Question(words=words, works=works, codes=frozenset(_codes(" ".join(hurt))), text=text)


def asks_about_lines(scene: Scene) -> bool:
    """Whether notes only ask what lines of a log mean, and complain of nothing."""
    notes = [" ".join(item.lines)[:_REACH] for item in scene.case.evidence if item.kind is EvidenceKind.NOTE]
    return not any(map(complains, notes)) and any(
        _OF_LINES.search(clause) for note in notes for clause in _clauses(note)
    )


_REACH = 4000


def complains(note: str) -> bool:
    """Whether a note says that something is wrong now for those who use it, and not only that lines look bad."""
    return not _OVER.search(note) and any(_is_complaint(clause) for clause in _clauses(note))


def _is_complaint(clause: str) -> bool:
    if _YES_OR_NO.match(clause) or _OF_LINES.search(clause) or _UNSURE.search(clause):
        return False
    hurt = _HURT.search(clause)
    return hurt is not None and not (hurt[0].lower().startswith("since") and _WELL.search(clause))


def _clauses(note: str) -> Iterator[str]:
    return (clause for clause in _CLAUSE.split(note) if clause and clause.strip())


_TOKEN = re.compile(r"[A-Za-z][a-z]+|[A-Z]{2,}(?![a-z])|[a-z]{2,}")
_SUFFIX = re.compile(r"(?:ations?|ings?|ied|ies|ed|es|s|ers?|ly)$")
_SHORTEST = 3
_STOP = frozenset(("about", "after", "all", "also", "always", "and", "any", "are", "aren", "attached", "back", "been", "before", "being", "below", "but", "can", "cannot", "cluster", "could", "customer", "customers", "day", "days", "did", "didn", "does", "doesn", "don", "each", "error", "errors", "evening", "ever", "every", "fine", "first", "for", "friday", "from", "get", "gets", "got", "green", "had", "has", "have", "here", "hour", "hours", "how", "info", "into", "isn", "its", "just", "know", "last", "level", "like", "log", "logs", "look", "main", "many", "minute", "minutes", "monday", "more", "morning", "most", "msg", "much", "never", "new", "night", "nobody", "none", "not", "nothing", "now", "okay", "old", "one", "only", "other", "others", "our", "out", "over", "people", "please", "pod", "pods", "run", "running", "runs", "said", "same", "saturday", "say", "says", "see", "sees", "service", "services", "should", "since", "some", "start", "still", "sunday", "than", "that", "the", "their", "them", "then", "there", "they", "thing", "things", "this", "three", "thursday", "time", "times", "today", "too", "tuesday", "two", "user", "users", "very", "via", "warn", "was", "way", "wednesday", "week", "weeks", "well", "were", "what", "when", "where", "which", "while", "who", "why", "will", "with", "work", "working", "works", "would", "yesterday", "yet", "you", "your"))  # fmt: skip


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    word = word.lower()
    cut = _SUFFIX.sub("", word)
    return cut if len(cut) >= _SHORTEST else word


@lru_cache(maxsize=4096)
def stems_of(text: str) -> frozenset[str]:
    """The stems of the words of a text; `RefundOrder` and `order-export` are two words each."""
    return frozenset(
        _stem(word) for word in _TOKEN.findall(text) if len(word) >= _SHORTEST and word.lower() not in _STOP
    )


_CODE = re.compile(
    r"(?<![\w.])(?:/[\w./-]{2,80}|\d{3,12}(?!\.?\w)|\d+\.\d+\.\d+|[a-z]{2,}\d\w*|[a-z][\w]*(?:[._-][\w]+)+)(?![\w])",
    re.IGNORECASE,
)


def _codes(text: str) -> Iterator[str]:
    return (match.rstrip(".").lower() for match in _CODE.findall(text))
