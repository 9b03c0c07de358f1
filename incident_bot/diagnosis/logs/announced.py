"""Trouble that somebody made on purpose: drills, injected faults and refusals that the log itself calls expected."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade, states_level
from incident_bot.diagnosis.logs.messages import read_text
from incident_bot.diagnosis.patterns import required_words
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

_REACH = 600
_SAID = compile_later(
    r"[(\[,;:-]\s{0,2}(?:this is |as |was |all )?(?:expected|intended|intentional|on purpose|deliberate(?:ly)?|by design|as designed|harmless|non-fatal)\s{0,2}"
    r"(?:[)\];.,]|$|\b(?:during|while|because|as|since)\b)"
    r"|[(\[]\s{0,2}expected: [a-z]{2,20} (?!or\b|and\b)[a-z]{2,20}\b"
    r"|[(\[]\s{0,2}(?:intended|intentional|on purpose|deliberate|by design|as designed|harmless):"
    r"|\b(?:as|was|is|are|were) (?:expected|intended|designed|planned)(?: (?:in|during|by|for|of) [^.]{1,60})?[)\].;,]{0,2}\s{0,2}$"
    r"|\bexpected (?:in|during|while|by) (?:the |a |this |our )?(?:\w+ )?(?:drill|test|chaos|exercise|maintenance|rollout|deploy\w*|restart|upgrade|fail-?over|migration|shutdown)\b"
    r"|[(\[]\s{0,2}expected (?:at|on|by|during|after) (?:the |a |this )?(?:shut-?down|start-?up|boot|exit|close|restart|roll-?out|drain|\w{0,60}test\w{0,60})\s{0,2}[)\]]"
    r"|[(\[]\s{0,2}(?:simulated|injected|provoked|faked)(?: (?:by|in|for) [^()\[\]]{1,60})?[)\]]"
    r"|\b(?:on purpose|deliberately|intentionally)\b|\b(?:this|that) is (?:expected|normal|harmless)\b"
    r"|\b(?:not (?:set|configured|specified|given|provided|defined)|unset|missing|empty)[,;:.]? (?:so )?(?:now )?(?:setting it|using|use|will use|defaulting|falling back|default is|assuming|taking)\b"
    r"|\b(?:does not exist|already exists), skipping\b"
    r"|\boptional (?:env\w*|variable|setting|config\w*|parameter|option|file|module|dependency|feature|plugin|key|field)\b"
    r"|\buser[- ]requested (?:fail-?over|restart|shutdown|reload)\b|\brequested by (?:the )?(?:user|operator|administrator)\b"
    r"|\((?:ignored|ignoring|handled|skipped|not fatal|optional)\)\s{0,2}$|\b(?:can|may) be (?:safely )?ignored\b|\bsafe to ignore\b"
    r"|\b(?:expected|intended|deliberate|on_purpose|injected|simulated|drill)\"?[=:]\s?\"?(?:true|yes|1)\b",
    re.IGNORECASE,
)
_DENIED = compile_later(
    r"\b(?:not|never|n't|no longer|than|un-?|less|more|longer) (?:\w+ )?(?:as )?(?:expected|intended|planned|designed|on purpose)\b"
    r"|\bunexpected|\bmismatch|\bexpected\b.{0,80}\b(?:but|got|found|received|actual|instead)\b",
    re.IGNORECASE,
)


_HINT = compile_later(
    r"\W{0,4}(?:for (?:more|further) (?:details|information|help)\b.{0,60}\b(?:run|use|see|add|pass)\b|(?:please )?(?:use|try|run|see)\b.{0,60} [`'\"]?--help\b)"
    r"|\W{0,4}neither --kubeconfig nor --master was specified\b",
    re.IGNORECASE,
)
_HINT_SIGNS = ("for more", "for further", "--help", "--kubeconfig")
"""client-go says as a warning that it uses the pod's own account, as all programs in pods do (clientcmd/client_config.go).

Each hint has one, and to read a line's text takes ten times as long as to look for them."""


def is_hint(line: str) -> bool:
    """Whether a line only says where to read on; an error that ends with such a hint is one."""
    lowered = line[:_REACH].lower()
    return any(sign in lowered for sign in _HINT_SIGNS) and _HINT.match(read_text(line[:_REACH])) is not None


def is_said_expected(line: str) -> bool:
    """Whether a line says of its own complaint that it was meant to come: `connection refused (expected, side is off)`."""
    head = line[:_REACH]
    lowered = head.lower()
    # Nearly all lines have none of these, and to look for words is thirty times as fast as the pattern.
    if not any(word in lowered for word in required_words(_SAID.pattern) or ("",)):
        return False
    return _SAID.search(head) is not None and not _DENIED.search(head)


_SPOKEN_OF = compile_later(
    r"^[^\"']{0,80}\b(?:\w{1,40}_)?(?:description|summary|help|comment|pattern|regex|expr|runbook)\b\"?\s{0,20}[:=]\s{0,4}[\"'`]"
    r"|^# (?:HELP|TYPE) \w|^[a-z_][\w:]{2,200}(?:\{[^{}]{0,300}\})? 0(?:\.0+)?\s*$"
    r"|^[0-9a-f]{7,40} (?:\([^()]{1,80}\) )?(?:fix|feat|chore|revert|docs|refactor|test|perf|build|ci|merge)\b"
    r"|^\s{0,8}[-*\u2022] (?:fix(?:es|ed)?|bug ?fix)\b|\bfix(?:es|ed)?:? [^\"\u201c]{0,60}[\"\u201c]",
    re.IGNORECASE,
)
_CLOCK_TIME = compile_later(r"\d\d:\d\d")


def speaks_of_trouble(line: str) -> bool:
    """Whether a line speaks of troubles and reports none.

    The text of an alert rule, a list of commits or of what a release fixes, a counter of Prometheus that stands at zero.
    """
    head = line[:_REACH]
    return _SPOKEN_OF.search(head) is not None and not states_level(head) and not _CLOCK_TIME.search(head)


_SETTINGS = compile_later(
    r"^(?:[^\n=]{0,40}\b(?:settings|config(?:uration)?|options|flags|parameters|arguments|args)\b:?\s{1,4})(?:--?)?[\w.-]{1,60}=\S{0,200}(?:[ ,;]{1,3}(?:--?)?[\w.-]{1,60}(?:=\S{0,200})?)*\s*$"
    r"|^\W{0,4}(?:\w{1,20} )?log[ -]level\b\s?(?:is |set to |[:=])\s{0,2}[\"']?\w{1,12}[\"']?\s*$",
    re.IGNORECASE,
)
"""A program that prints what it was told to do: `log level: error`, `settings: on-error=continue retries=3`."""
_NONE_OF_ANY = compile_later(
    r"(?<![\d.,:/-])\b0 (?:\w+(?:\(s\))?,? (?:and |or )?(?:0 )?){0,4}?(?:leaked|failed|failures?|errors?|rejected|dropped|lost|missing|broken)\b"
    r"|\b(?:leaked|failed|rejected|dropped|lost|missing|broken)\b:? 0 [\w()]{1,30}(?:(?:,| and| or) 0 [\w()]{1,30}){0,4}\s*$",
    re.IGNORECASE,
)


def _counts_none(line: str) -> bool:
    """Whether a line counts what went wrong, there is none of it, and nothing else sounds bad: `leaked: 0 connections`."""
    if "0 " not in line and not line.rstrip().endswith("0"):
        return False
    head = read_text(line[:_REACH])
    match = _NONE_OF_ANY.search(head)
    return match is not None and grade(head[: match.start()] + head[match.end() :]) < Level.NOTICE


_TAKEN_IN = compile_later(
    r"^(?:[^:\"{}=]{0,40} )?(?:stored|saved|ingested|accepted|recorded|indexed|archived|collected)\b(?: [\w-]{1,20}){0,4}$"
    r"|^(?:[\w-]{1,20} ){0,3}(?:reports?|events?|records?|entries|batch(?:es)?|documents?|messages?) (?:stored|saved|ingested|accepted|recorded|indexed|archived|collected)$",
    re.IGNORECASE,
)
_NAMES_OF_REPORTS = compile_later(
    r"\b(?:crash|error|exception|bug|incident|failure) (?:reports?|events?|records?|logs?)\b", re.IGNORECASE
)
_SAID_IN_RECORD = compile_later(r"\"?(?:msg|message|event)\"?\s?[=:]\s?\"((?:[^\"\\\\]|\\\\.){3,120})\"")


def carries_report(line: str) -> bool:
    """Whether a record says that somebody else's report was taken in: what its other fields tell happened elsewhere.

    Collectors of crashes and of browser errors log each at the level that it has for whoever sent it.
    """
    said = _SAID_IN_RECORD.search(line[:_REACH])
    told = _NAMES_OF_REPORTS.sub("report", said[1]) if said else ""
    return bool(told) and _TAKEN_IN.search(told) is not None and grade(told) < Level.NOTICE


def is_no_report(line: str) -> bool:
    """Whether a line's words of failure are meant, only spoken of, counted as none, another's, or addressed to its reader."""
    return (
        is_said_expected(line)
        or is_hint(line)
        or speaks_of_trouble(line)
        or is_addressed_to_reader(line)
        or _SETTINGS.search(line[:_REACH]) is not None
        or _counts_none(line)
        or carries_report(line)
    )


_ADDRESSED = compile_later(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|earlier|preceding)\b.{0,20}\b(?:instructions?|prompts?|rules|messages?|context)\b"
    r"|<!-- ?[\w-]{1,40}:|<\|\w{1,20}\|>",
    re.IGNORECASE,
)
_ADDRESSED_SIGNS = ("ignore", "disregard", "forget", "override", "<")


def is_addressed_to_reader(line: str) -> bool:
    """Whether a line gives orders to a model that reads the log, or holds a marker meant for another program's page."""
    lowered = line[:_REACH].lower()
    return any(sign in lowered for sign in _ADDRESSED_SIGNS) and _ADDRESSED.search(lowered) is not None


_DRILL = r"(?:drill|game[- _]?day|chaos|fault[- _]?injection|failure[- _]?injection|negative[- _]test|rehearsal|dr[- _](?:test|exercise)|disaster[- _]recovery (?:test|exercise)|load[- _]?test|stress[- _]?test|on purpose|deliberately|intentionally)"
_BEGINS = compile_later(
    rf"\b{_DRILL}\b.{{0,200}}\b(?:begin\w*|start\w*|announced|inject\w*|experiment|running|killing|reading|stopping|plan\w*)\b"
    rf"|\b(?:begin\w*|start\w*|running|reading|announc\w*|stopping|plan)\b.{{0,200}}\b{_DRILL}\b",
    re.IGNORECASE,
)
_ENDS_WELL = compile_later(
    r"\b(?:pass(?:ed)?|finished|ends?|ended|completed?|is over|all faults removed|steady state (?:held|restored)|faults? removed|as (?:intended|expected|planned|designed))\b",
    re.IGNORECASE,
)
_ABOUT_DRILL = re.compile(rf"\b{_DRILL}\b|\bexperiment\b|\bas (?:intended|expected|planned|designed)\b", re.IGNORECASE)
_ENDS_BADLY = compile_later(
    r"\b(?:fail(?!-?over)\w*|abort\w*|violat\w*|not (?:met|held|passed|recovered)|lost (?:data|orders))\b",
    re.IGNORECASE,
)
_NOTHING_BAD = compile_later(
    r"\b(?:no|0|zero|without)\b.{0,20}?\b(?:fail(?!-?over)\w*|abort\w*|violat\w*)", re.IGNORECASE
)
_MOST_WORDS = 40
"""A program whose every third line speaks of experiments is no drill, but sells them."""


@lru_cache(maxsize=32)
def find_drill(log: Log) -> tuple[int, int] | None:
    """The lines from the announcement of a drill to its good end; None where none was announced or it ended badly."""
    words = [
        kept
        for kept in log.kept
        if grade(kept.text) < Level.ERROR and _ABOUT_DRILL.search(kept.text[:_REACH]) and kept.count <= _MOST_WORDS
    ]
    begin = next((kept.line for kept in words if _BEGINS.search(kept.text[:_REACH])), None)
    if begin is None:
        return None
    ends = [kept for kept in words if kept.line > begin and _ENDS_WELL.search(kept.text[:_REACH])]
    if not ends or any(_is_bad_end(kept.text) for kept in words if kept.line > begin):
        return None
    return begin, max(max(kept.line, kept.last) for kept in ends)


def _is_bad_end(text: str) -> bool:
    return _ENDS_BADLY.search(_NOTHING_BAD.sub("", text[:_REACH])) is not None


_TRIAL = compile_later(
    r"\((?:server |client )?dry[ -]run\)|--dry-run(?:=(?:server|client|true))?\b|\bDRY[ _-]RUN\b(?!\s+(?:failed|error))",
    re.IGNORECASE,
)
_TRIAL_SHARE = 0.3


@lru_cache(maxsize=32)
def is_trial(log: Log) -> bool:
    """Whether a log is of a dry run: what it met would have happened, and nothing did."""
    said = sum(kept.count for kept in log.kept if kept.why != "last" and _TRIAL.search(kept.text[:_REACH]))
    return said > 0 and said >= _TRIAL_SHARE * log.total_lines


def is_announced(kept: KeptLine, log: Log) -> bool:
    """Whether a line says that it was expected, or belongs to a drill that ended well."""
    if is_no_report(kept.text) or is_trial(log):
        return True
    drill = find_drill(log)
    return drill is not None and drill[0] <= kept.line and max(kept.line, kept.last) <= drill[1]


def is_provoked(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether each fact is an event whose message a log quotes as the answer that it expected: a test of what is refused."""
    lines = [kept.text for log in scene.logs for kept in log.kept if is_said_expected(kept.text)]
    answers = [words for line in lines[:_MOST_ANSWERS] if len(words := _words_of(line)) >= _ANSWER_WORDS]
    return bool(answers and facts) and all(
        fact.source == "event" and any(_is_quoted(words, _words_of(fact.value)) for words in answers) for fact in facts
    )


_ANSWER_WORDS = 3
_QUOTED_SHARE = 0.7
_MOST_ANSWERS = 200
_EMPTY_WORDS = frozenset(
    {"expected", "intended", "error", "answer", "response", "as", "got", "the", "and", "was", "with"}
)


def _words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z][a-z0-9.-]{2,60}", text[:_REACH].lower())) - _EMPTY_WORDS


def _is_quoted(answer: frozenset[str], message: frozenset[str]) -> bool:
    shared = len(answer & message)
    return shared >= _ANSWER_WORDS and shared >= _QUOTED_SHARE * len(answer)
