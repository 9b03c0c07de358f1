"""How bad a line sounds, judged once a template from the words that log writers share across tools and languages."""

from __future__ import annotations

import re
from enum import IntEnum

from incident_bot.condense.hints import REACH, Hint, hints_in
from incident_bot.condense.phrases import ERROR_WORDS, FATAL_WORDS, HARD_WORDS, LOCAL_WORDS, NEGATED, WARNING_WORDS
from incident_bot.patterns import compile_later


class Level(IntEnum):
    """A line's badness. The steps leave room for the weights that selection adds."""

    QUIET = 0
    """Blank, punctuation only, or a test that passed."""
    INFO = 10
    NOTICE = 30
    """No stated level, but a word that failures use."""
    WARNING = 50
    ERROR = 70
    FATAL = 90


_BY_NAME = {
    "trace": Level.INFO,
    "debug": Level.INFO,
    "info": Level.INFO,
    "information": Level.INFO,
    "notice": Level.INFO,
    "note": Level.INFO,
    "warn": Level.WARNING,
    "warning": Level.WARNING,
    "err": Level.ERROR,
    "error": Level.ERROR,
    "severe": Level.ERROR,
    "fail": Level.ERROR,
    "crit": Level.FATAL,
    "critical": Level.FATAL,
    "fatal": Level.FATAL,
    "panic": Level.FATAL,
    "alert": Level.FATAL,
    "emerg": Level.FATAL,
    "emergency": Level.FATAL,
    "trc": Level.INFO,
    "dbg": Level.INFO,
    "inf": Level.INFO,
    "wrn": Level.WARNING,
    "ftl": Level.FATAL,
}
_BY_NAME |= {
    **dict.fromkeys(
        ("fehler", "schwerwiegend", "erreur", "erro", "fout", "błąd", "ошибка", "错误", "錯誤", "エラー", "오류"),
        Level.ERROR,
    ),
    **dict.fromkeys(
        ("warnung", "avertissement", "aviso", "advertencia", "предупреждение", "警告", "경고"), Level.WARNING
    ),
    **dict.fromkeys(("fatale", "grave", "kritisch", "critique", "严重", "致命的"), Level.FATAL),
}
"""What loggers of localised programs (databases, JVMs, Windows services) call their levels."""
_BY_LETTER = {"I": Level.INFO, "W": Level.WARNING, "E": Level.ERROR, "F": Level.FATAL}

_LEVEL_FIELD = compile_later(
    r"""(?i)(?:^|[\s{,;(\["'\\])["'\\]{0,3}(?:log\.?)?(?:level|severity|lvl|levelname|loglevel|severity_text|priority|l(?="\s?:))["'\\]{0,3}\s?[=:]\s?["'\\]{0,3}([a-z]{3,11}|\d{2})\b"""
)
_PINO = {
    "10": Level.INFO,
    "20": Level.INFO,
    "30": Level.INFO,
    "40": Level.WARNING,
    "50": Level.ERROR,
    "60": Level.FATAL,
}
"""Numeric levels of JSON loggers for Node (pino, bunyan)."""
_LEVEL_WORD = compile_later(
    r"(?<![\w./-])(TRACE|TRC|DEBUG|DBG|INFO|INF|NOTICE|WARN|WRN|WARNING|ERROR|ERR|SEVERE|CRIT|CRITICAL|FATAL|FTL|PANIC|ALERT|EMERG|EMERGENCY)(?![\w-]|/(?!\w*(?:Worker|Process|Thread)\b))"
    r"|\[(trace|debug|info|notice|warn|warning|error|err|crit|critical|fatal|alert|emerg)\s{0,8}\]"
    r"|^(?:\S{1,40} ){0,2}(trace|debug|info|notice|warn|warning): |\bconsole\.(error|warn|info|debug)\b|\t(trace|debug|info|notice|warn|warning|error|fatal)\t"
    r"|^\[?\d[\dTZ:.,/+-]{7,34}(?: \d\d:[\d:.,Z+-]{3,20})?\]? (trace|debug|info|notice|warn|warning|error|fatal) "
    r"|(?:[:,]\d{1,6}\)?|^\S{1,40}): (warning|note): |(?<![\w.])[A-Z][a-z]\w{0,60}(Warning): "
)
_LOCAL_LEVEL = compile_later(
    r"(?<![\w./-])(FEHLER|SCHWERWIEGEND|ERREUR|ERRO|FOUT|BŁĄD|ОШИБКА|WARNUNG|AVERTISSEMENT|AVISO|ADVERTENCIA|ПРЕДУПРЕЖДЕНИЕ|FATALE|GRAVE|KRITISCH|CRITIQUE)(?![\w/-])"
    r"|^[\d\[\]:.,TZ/ +-]{0,40}((?i:fehler|warnung|erreur|avertissement|fout|błąd|ошибка|предупреждение|advertencia)) ?: "
    r"|(?:^|[\s\[【])(错误|錯誤|エラー|오류|警告|경고|严重|致命的)(?=[\s\]】:\uff1a])"
)
_CHANNEL_LEVEL = compile_later(r"\] [a-z][\w-]{0,40}\.(DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY): ")
"""`[2026-11-20 09:00:10] production.ERROR: ` of Monolog, which other loggers may wrap."""
_PHP_LEVEL = compile_later(r"\bPHP (Warning|(?:Recoverable f|F)atal error|Parse error):")
"""PHP's own level, which FPM files under NOTICE."""
_KLOG = compile_later(
    r"(?:^|[\s\[\]|])([IWEF])(?:\d\d|\d{4})?\d{4} \d\d:\d\d:\d\d\.\d+\s|^([IWEF]) \d\d/?\d\d \d\d:\d\d:\d\d\b"
    r"|^[\[(<]?(?:\d{10}(?:\d{3})?(?:\.\d{1,9})?|(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d[.,\dZ+:-]{0,16})[\])>]?\s([IWEF])[ /:]\s?[\w\[(]"
)
"""The letter before (klog, glog) or behind the time of a record (Android's logcat, and programs that keep it short)."""
_LETTER = compile_later(r"^\[?\d[\d/.:,TZ+ -]{6,40}\]?(?: [A-Z]{3,5})? \[([IWEF])\] ")
"""`27/11 14:20:00.220 CET [E] `: the letter in brackets between time and message."""
_SYSLOG = compile_later(r'^<(\d{1,3})>|"PRIORITY"\s?:\s?"?([0-7])\b')
"""Facility and severity before a syslog line (RFC 5424, 6.2.1), the severity alone in a journal written as JSON."""
_BY_NUMBER = (Level.FATAL, Level.FATAL, Level.FATAL, Level.ERROR, Level.WARNING)
"""Emergency to warning. What is below says little: many senders give every line the same notice or info."""
_HIGHEST_PRIORITY = 191
_REDIS = compile_later(r"^\d{1,7}:[A-Z] \d\d [A-Z][a-z]{2} \d{4} [\d:.]{8,15} #")
"""Redis marks its warnings with a `#` (loglevel in redis.conf)."""
_LETTER_FIELD = compile_later(r"\"s\":\s?\"([IWEF])\",\s{0,4}\"c\":")
"""MongoDB's structured log: severity and component."""
_LEVEL_REACH = 200
"""A stated level stands near the start of a line; further on, such words belong to the message."""

_PASSED = compile_later(
    r"^\s*(?:\[[\w %]{1,12}\]\s{0,2}){0,2}(?:[✓✔√☑]|ok\b(?! \d+ - .*# (?:todo|fail))|pass(?:ed)?\b|\[ *(?:ok|pass(?:ed)?) *\])"
    r"|(?:\.{2,}|\s|:)(?:ok|pass(?:ed)?|PASSED|✓|✔|✓ passed)\s*(?:\([\d.]+ ?m?s\)|\[ *\d{1,3}%\])?$",
    re.IGNORECASE,
)
_SHELL_ECHO = compile_later(
    r"^\s*(?:\++ |\$ |\S{0,40}\$ |> [\w@./-]+@|if \[|then |echo |export |CC |LD |cc |gcc |g\+\+ |clang |libtool: |/bin/(?:ba)?sh )"
)
_REFUSAL = compile_later(r"([45])(?<!\w.)\d\d(?![\w.])")
_NAMES_STATUS = compile_later(
    r"""(?i)(?:"\s|(?:\b|_)status(?:_?code)?\b\W{1,4}|(?:\b|_)code\b\W{1,4}|\bHTTP/[\d.]{1,3}["\s]{1,2}|\bresponse\b\W{1,4}|\breturned\s|:\d\d \|\s{1,3})$"""
)
"""What stands before a number that is a status."""
_NAME_REACH = 32
_ANCHOR = compile_later(
    r"(?i)\bexit(?:ed|ing)?\b[^.]{0,40}?\b(?:with|code|status)\b[ :=]*(?:(?:exit )?(?:code|status)[ :=]*)?(?:[1-9]\d{0,2})\b|\*\*\* .{0,200}\berror \d+|"
    r"\b(?:build|job|command|tests?|make|compilation|task|step)\b[^.]{0,60}? (?:failed|failure|aborted)\b|\bnon-zero\b|\baborted!|\bfailed with (?:exit )?(?:code|status)\b"
)

_STATE_TURN = compile_later(
    r"\b(?:from (?:state )?\w{3,30} to|\w{3,30} ?(?:->|=>|\u2192)) '?(?:FAILED|FAILING|Failed|SyncFailed)\b"
    r"|\b(?:status|phase|state): '(?:SyncFailed|Failed)'"
)
"""How schedulers and operators tell, as information, that a task, a job or an application went over into a failed state."""


def grade(text: str, hints: int | None = None) -> int:
    """The level of one cleaned line: what it states about itself, else what its words say.

    `hints` are those of the line's words where a line with the same ones was looked at before.
    """
    head = text[:REACH]
    hints = hints_in(head) if hints is None else hints
    if not hints & ~Hint.CALM:
        return Level.INFO if any(map(str.isalnum, head)) else Level.QUIET
    # Without one of these hints a line states no level but a calm one, which matters only where its words are alarming.
    states = hints & (Hint.FIELD | Hint.WORD | Hint.KUBE | Hint.PRIORITY)
    stated = _stated_level(head, hints) if states else None
    if stated is not None and stated >= Level.WARNING:
        return max(
            stated, Level.FATAL if stated >= Level.ERROR and hints & Hint.FATAL and FATAL_WORDS.search(head) else stated
        )
    if hints & Hint.PASS and _PASSED.search(head):
        return Level.QUIET
    least = Level.WARNING if hints & Hint.KUBE and _REDIS.match(head) else Level.INFO
    if not hints & (Hint.FATAL | Hint.ERROR | Hint.WARNING | Hint.STATUS_CODE):
        return least
    spoken = _spoken_level(NEGATED.sub(" ", head) if hints & (Hint.ERROR | Hint.FATAL) else head, hints)
    if spoken > Level.INFO and _SHELL_ECHO.match(head) and not is_ending(head):
        return Level.INFO
    if spoken > Level.NOTICE and not states:
        stated = _stated_level(head, hints)
    # INFO with a failure's word is worth more than other INFO, but the writer did not call it an error.
    is_turn = spoken > Level.NOTICE and turns_to_failed(head)
    told = Level.ERROR if is_turn else min(spoken, Level.NOTICE)
    return max(least, spoken) if stated is None else told


def turns_to_failed(text: str) -> bool:
    """Whether a line says that something went over into a failed state, at whatever level."""
    return _STATE_TURN.search(text[:REACH]) is not None


def states_level(text: str) -> bool:
    """Whether a line gives itself a level, so that its words need not be judged."""
    head = text[:REACH]
    return _stated_level(head, hints_in(head)) is not None


def _stated_level(head: str, hints: int) -> Level | None:
    """The level the line gives itself: a field, a klog letter, a bracketed or upper-case word."""
    near = head[:_LEVEL_REACH]
    if hints & Hint.FIELD:
        field = _LEVEL_FIELD.search(head)
        value = field.group(1).lower() if field is not None else ""
        known = _BY_NAME.get(value) or _PINO.get(value)
        if known is not None:
            return known
        letter = _LETTER_FIELD.search(near)
        if letter is not None:
            return _BY_LETTER[letter.group(1)]
    klog = _KLOG.search(near) if hints & Hint.KUBE else None
    if klog is not None:
        return _BY_LETTER[klog[klog.lastindex or 1]]
    letter = _LETTER.match(near) if hints & Hint.KUBE else None
    if letter is not None:
        return _BY_LETTER[letter.group(1)]
    level = _level_word(near) if hints & (Hint.WORD | Hint.CALM) else None
    return _syslog_level(head) if level is None and hints & Hint.PRIORITY else level


def _level_word(near: str) -> Level | None:
    php = _PHP_LEVEL.search(near) if "PHP " in near else None
    if php is not None:
        return Level.WARNING if php.group(1) == "Warning" else Level.FATAL
    word = _CHANNEL_LEVEL.search(near) or _LEVEL_WORD.search(near) or _LOCAL_LEVEL.search(near)
    return _BY_NAME[word.group(word.lastindex or 1).lower()] if word is not None else None


def _syslog_level(head: str) -> Level | None:
    """A severity of warning or worse that syslog's number gives; what a line says of itself counts before it."""
    found = _SYSLOG.search(head)
    if found is None or int(found[1] or 0) > _HIGHEST_PRIORITY:
        return None
    severity = int(found[2]) if found[2] else int(found[1]) % 8
    return _BY_NUMBER[severity] if severity < len(_BY_NUMBER) else None


def _spoken_level(head: str, hints: int) -> Level:
    """The level that the words of a line without one suggest."""
    if hints & Hint.FATAL and FATAL_WORDS.search(head):
        return Level.FATAL
    status = _refusal(head) if hints & Hint.STATUS_CODE else ""
    if status == "5":
        return Level.ERROR
    if hints & Hint.ERROR:
        if HARD_WORDS.search(head) or is_ending(head) or LOCAL_WORDS.search(head):
            return Level.ERROR
        if ERROR_WORDS.search(head):
            return Level.WARNING
    if status:
        return Level.WARNING
    return Level.NOTICE if hints & Hint.WARNING and WARNING_WORDS.search(head) else Level.INFO


def _refusal(head: str) -> str:
    """The first digit of the first status from 400 on; empty without one."""
    for number in _REFUSAL.finditer(head):
        at = number.start()
        if _NAMES_STATUS.search(head, max(0, at - _NAME_REACH), at):
            return number[1]
    return ""


def is_ending(text: str) -> bool:
    """Whether a line reports that something ended badly: its reason usually stands before it, not after."""
    return _ANCHOR.search(text[:REACH]) is not None
