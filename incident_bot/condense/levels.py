"""The level that a line gives itself, in the notations of loggers of all languages and of servers that log their own way."""

from __future__ import annotations

from enum import IntEnum

from incident_bot.condense.hints import REACH, Hint, hints_in
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


_CALM = ("trace", "trc", "debug", "debu", "dbg", "verbose", "info", "inf", "information", "notice", "note", "system")
_WARNING = ("warn", "warning", "wrn")
_ERROR = ("err", "erro", "eror", "error", "severe", "fail")
_FATAL = ("crit", "critical", "fatal", "fata", "ftl", "panic", "pani", "pnc", "alert", "emerg", "emergency")
_BY_NAME = {
    **dict.fromkeys(_CALM, Level.INFO),
    **dict.fromkeys(_WARNING, Level.WARNING),
    **dict.fromkeys(_ERROR, Level.ERROR),
    **dict.fromkeys(_FATAL, Level.FATAL),
}
"""Of syslog, java.util.logging, logrus (four letters on a terminal), zerolog and Serilog (three), geth (`EROR`)."""
_BY_NAME |= {
    **dict.fromkeys(
        ("fehler", "schwerwiegend", "erreur", "fout", "błąd", "ошибка", "错误", "錯誤", "エラー", "오류"), Level.ERROR
    ),
    **dict.fromkeys(
        ("warnung", "avertissement", "aviso", "advertencia", "предупреждение", "警告", "경고"), Level.WARNING
    ),
    **dict.fromkeys(("fatale", "grave", "kritisch", "critique", "严重", "致命的"), Level.FATAL),
}
"""What loggers of localised programs (databases, JVMs, Windows services) call their levels."""
_BY_LETTER = {
    "D": Level.INFO,
    "I": Level.INFO,
    "W": Level.WARNING,
    "E": Level.ERROR,
    "C": Level.FATAL,
    "F": Level.FATAL,
}

_LEVEL_FIELD = compile_later(
    r"""(?i)(?:^|[\s{,;(\["'\\])["'\\]{0,3}(?:log\.?)?(?:level|severity|lvl|levelname|loglevel|severity_text|priority|@l(?="\s?:)|l(?="\s?:))["'\\]{0,3}\s?[=:]\s?["'\\]{0,3}([a-z]{3,11}|\d{2})\b"""
)
_INNER_FIELD = compile_later(r'"error_severity"\s?:\s?"(DEBUG\d?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC)"')
"""PostgreSQL's jsonlog, which an operator may wrap in a record of its own."""
_QUOTED_LEVEL = compile_later(
    r"""(?:"(?:msg|message|log|text)"\s?:\s?|\b(?:msg|message|log|text)=)"(?:\[?(WARN|WARNING|ERROR|CRITICAL|FATAL|PANIC)(?:\]|:)\s)"""
)
"""A parent passes on what its child printed: the level before the message is the child's."""
_PINO = {
    "10": Level.INFO,
    "20": Level.INFO,
    "30": Level.INFO,
    "40": Level.WARNING,
    "50": Level.ERROR,
    "60": Level.FATAL,
}
"""Numeric levels of JSON loggers for Node (pino, bunyan)."""
_BY_NUMBER = (Level.FATAL, Level.FATAL, Level.FATAL, Level.ERROR, Level.WARNING, Level.INFO, Level.INFO, Level.INFO)
"""Syslog's severities (RFC 5424, 6.2.1), which GELF uses, too."""
_GELF = compile_later(r'(?=.*"short_message"\s?:).*?"level"\s?:\s?([0-7])\b')
_OPEN_TELEMETRY = compile_later(r'(?i)"severity_?number"\s?:\s?"?(\d{1,2})\b')
_BY_RANGE = (Level.INFO, Level.INFO, Level.INFO, Level.WARNING, Level.ERROR, Level.FATAL)
"""OpenTelemetry's SeverityNumber counts four to each of six ranges, from trace to fatal."""
_RANGE = 4

_NAMES = "trace|debug|info|notice|warn|warning|error|err|crit|critical|fatal|alert|emerg|emergency|panic|severe|information|note|system"
_TIME = (
    r"(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: \d{4})? :|[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?: [A-Z]{3})?:?"
    r"|[\[(]?\d[\dTZ:.,/+-]{7,34}(?: \d\d:[\d:.,Z+-]{3,20})?(?: (?:[+-]\d{4}|[A-Z]{3,4}))?[\])]?|\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d[.,\d]{0,8})"
)
_NAMED = r"(?:(?:[\w.-]{1,60} )?[\w./@-]{1,60}(?:\[[\d:]{1,16}\]:?|:) ){0,2}"
"""The host and the program that syslog puts between time and message, or the part of a server that speaks."""
_LEVEL_WORD = compile_later(
    r"(?<![\w./-])(TRACE|TRC|DEBUG|DEBU|DBG|INFO|INF|NOTICE|WARN|WRN|WARNING|ERROR|ERRO|EROR|ERR|SEVERE|CRIT|CRITICAL|FATAL|FATA|FTL|PANIC|PANI|PNC|ALERT|EMERG|EMERGENCY)(?![\w-]|/(?!\w*(?:Worker|Process|Thread)\b))"
    r"|\[\s{0,4}(?:[a-z]\w{0,20}:)?(trace|debug|info|notice|warn|warning|error|err|crit|critical|fatal|alert|emerg)\s{0,8}\]"
    rf"|^(?:{_TIME} ){{0,2}}(?:\[ {{0,4}}\d{{1,8}} {{0,4}}\] \{{[\w-]{{0,40}}\}} |\S{{1,40}} )?[\[(<](?i:({_NAMES}))[\])>](?=[ :])"
    r"|^(?:\S{1,40} ){0,2}(trace|debug|info|notice|warn|warning|crit|critical): |\bconsole\.(error|warn|info|debug)\b"
    rf"|\t(?i:({_NAMES}))\t|\| ?({_NAMES}) {{0,5}}\|"
    rf"|^{_TIME} {_NAMED}(?i:(trace|debug|info|notice|warn|warning|error|err|crit|critical|fatal|emerg|emergency|panic)): "
    r"|^\[?\d[\dTZ:.,/+-]{7,34}(?: \d\d:[\d:.,Z+-]{3,20})?\]? (trace|debug|info|notice|warn|warning|error|err|crit|fatal) "
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
_LETTERED = compile_later(
    r"(?:^|[\s\[\]|])([IWEF])(?:\d\d|\d{4})?\d{4} \d\d:\d\d:\d\d\.\d+\s|^([IWEF]) \d\d/?\d\d \d\d:\d\d:\d\d\b"
    r"|^[\[(<]?(?:\d{10}(?:\d{3})?(?:\.\d{1,9})?|(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d[.,\dZ+:-]{0,16})[\])>]?\s([DIWEF])(?:[ /:]\s?[\w\[(]| \| |! )"
    r"|^\[?\d[\d/.:,TZ+ -]{6,40}\]?(?: [A-Z]{3,5})? \[([DIWEFC])\] "
    r"|^\[([DIWEFC]) (?:\d{4}-\d\d-\d\d|\d{6}) \d\d:\d\d:\d\d|^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {1,4}\d{1,7} {1,4}\d{1,7} ([DIWEF]) \S|^([DIWEF])\t\d"
    r"|(?:^|[\s:])\[([DIWEF]) [\w./-]{1,80}\.(?:cc?|cpp|cu|h|hpp|py|go|rs):\d{1,6}\] "
)
"""The letter before the time of a record (klog, glog, Tornado), behind it (capnslog, Telegraf, programs that keep it short), in brackets, beside its source file (c10), or behind
process and thread (Android's logcat)."""
_SYSLOG = compile_later(r'^<(\d{1,3})>|"PRIORITY"\s?:\s?"?([0-7])\b')
"""Facility and severity before a syslog line (RFC 5424, 6.2.1), the severity alone in a journal written as JSON."""
_WORST_CALM = 5
"""What is below a warning says little: many senders give every line the same notice or info."""
_HIGHEST_PRIORITY = 191
_LETTER_FIELD = compile_later(r"\"s\":\s?\"([DIWEF])\d?\",\s{0,4}\"c\":")
"""MongoDB's structured log: severity and component."""
_REPORT = compile_later(r"^=(?:CRASH|SUPERVISOR) REPORT====")
"""Erlang's reports of what ended, before OTP 21 and where that format is kept."""
_CEPH = compile_later(r"^\d{4}-\d\d-\d\dT[\d:.+-]{15,25} [0-9a-f]{8,16} -1 ")
"""Ceph's daemons put a verbosity there, and -1 before what they send to the error stream."""
_LEVEL_REACH = 200
"""A stated level stands near the start of a line; further on, such words belong to the message."""


def stated_level(text: str) -> Level | None:
    """The level that a line gives itself; None where its words have to be judged."""
    head = text[:REACH]
    return read_stated(head, hints_in(head))


def read_stated(head: str, hints: int) -> Level | None:
    """The same for a line's head of at most `REACH` characters with the hints of its words."""
    near = head[:_LEVEL_REACH]
    if hints & Hint.FIELD:
        level = _field_level(head, near)
        if level is not None:
            return level
    if hints & Hint.KUBE:
        letter = _LETTERED.search(near)
        if letter is not None:
            return _BY_LETTER[letter[letter.lastindex or 1]]
        if _CEPH.match(near):
            return Level.ERROR
    level = _level_word(near) if hints & (Hint.WORD | Hint.CALM) else None
    return _syslog_level(head) if level is None and hints & Hint.PRIORITY else level


def _field_level(head: str, near: str) -> Level | None:
    field = _LEVEL_FIELD.search(head)
    value = field[1].lower() if field is not None else ""
    level = _BY_NAME.get(value) or _PINO.get(value)
    if level is None or level < Level.WARNING:
        inner = _INNER_FIELD.search(head) or _QUOTED_LEVEL.search(head)
        passed_on = _BY_NAME.get(inner[1].lower()) if inner is not None else None
        level = passed_on or level
    if level is not None:
        return level
    letter = _LETTER_FIELD.search(near)
    if letter is not None:
        return _BY_LETTER[letter[1]]
    number = _OPEN_TELEMETRY.search(head)
    if number is not None:
        return _BY_RANGE[min((max(int(number[1]), 1) - 1) // _RANGE, len(_BY_RANGE) - 1)]
    number = _GELF.match(head)
    return _BY_NUMBER[int(number[1])] if number is not None else None


def _level_word(near: str) -> Level | None:
    if near[:1] == "=" and _REPORT.match(near):
        return Level.ERROR
    php = _PHP_LEVEL.search(near) if "PHP " in near else None
    if php is not None:
        return Level.WARNING if php[1] == "Warning" else Level.FATAL
    word = _CHANNEL_LEVEL.search(near) or _LEVEL_WORD.search(near) or _LOCAL_LEVEL.search(near)
    return _BY_NAME[word[word.lastindex or 1].lower()] if word is not None else None


def _syslog_level(head: str) -> Level | None:
    """A severity of warning or worse that syslog's number gives; what a line says of itself counts before it."""
    found = _SYSLOG.search(head)
    if found is None or int(found[1] or 0) > _HIGHEST_PRIORITY:
        return None
    severity = int(found[2]) if found[2] else int(found[1]) % 8
    return _BY_NUMBER[severity] if severity < _WORST_CALM else None
