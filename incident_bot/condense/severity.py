"""How bad a line sounds, judged once a template from the words that log writers share across tools and languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import reduce
from operator import or_


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

_LEVEL_FIELD = re.compile(
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
_LEVEL_WORD = re.compile(
    r"(?<![\w./-])(TRACE|TRC|DEBUG|DBG|INFO|INF|NOTICE|WARN|WRN|WARNING|ERROR|ERR|SEVERE|CRIT|CRITICAL|FATAL|FTL|PANIC|ALERT|EMERG|EMERGENCY)(?![\w/-])"
    r"|\[(trace|debug|info|notice|warn|warning|error|err|crit|critical|fatal|alert|emerg)\s{0,8}\]"
    r"|^(?:\S{1,40} ){0,2}(trace|debug|info|notice|warn|warning): |\bconsole\.(error|warn|info|debug)\b"
    r"|(?:[:,]\d{1,6}\)?|^\S{1,40}): (warning|note): |(?<![\w.])[A-Z][a-z]\w{0,60}(Warning): "
)
_LOCAL_LEVEL = re.compile(
    r"(?<![\w./-])(FEHLER|SCHWERWIEGEND|ERREUR|ERRO|FOUT|BŁĄD|ОШИБКА|WARNUNG|AVERTISSEMENT|AVISO|ADVERTENCIA|ПРЕДУПРЕЖДЕНИЕ|FATALE|GRAVE|KRITISCH|CRITIQUE)(?![\w/-])"
    r"|^[\d\[\]:.,TZ/ +-]{0,40}((?i:fehler|warnung|erreur|avertissement|fout|błąd|ошибка|предупреждение|advertencia)) ?: "
    r"|(?:^|[\s\[【])(错误|錯誤|エラー|오류|警告|경고|严重|致命的)(?=[\s\]】:\uff1a])"
)
_CHANNEL_LEVEL = re.compile(r"\] [a-z][\w-]{0,40}\.(DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY): ")
"""`[2026-11-20 09:00:10] production.ERROR: ` of Monolog, which other loggers may wrap."""
_PHP_LEVEL = re.compile(r"\bPHP (Warning|(?:Recoverable f|F)atal error|Parse error):")
"""PHP's own level, which FPM files under NOTICE."""
_KLOG = re.compile(
    r"(?:^|[\s\[\]|])([IWEF])(?:\d{4})?\d{4} \d\d:\d\d:\d\d\.\d+\s|^([IWEF]) \d\d/?\d\d \d\d:\d\d:\d\d\b"
    r"|^[\[(<]?(?:\d{10}(?:\d{3})?(?:\.\d{1,9})?|(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d[.,\dZ+:-]{0,16})[\])>]?\s([IWEF])[ /:]\s?[\w\[(]"
)
"""The letter before (klog, glog) or behind the time of a record (Android's logcat, and programs that keep it short)."""
_LETTER = re.compile(r"^\[?\d[\d/.:,TZ+ -]{6,40}\]?(?: [A-Z]{3,5})? \[([IWEF])\] ")
"""`27/11 14:20:00.220 CET [E] `: the letter in brackets between time and message."""
_SYSLOG = re.compile(r'^<(\d{1,3})>|"PRIORITY"\s?:\s?"?([0-7])\b')
"""Facility and severity before a syslog line (RFC 5424, 6.2.1), the severity alone in a journal written as JSON."""
_BY_NUMBER = (Level.FATAL, Level.FATAL, Level.FATAL, Level.ERROR, Level.WARNING)
"""Emergency to warning. What is below says little: many senders give every line the same notice or info."""
_HIGHEST_PRIORITY = 191
_REDIS = re.compile(r"^\d{1,7}:[A-Z] \d\d [A-Z][a-z]{2} \d{4} [\d:.]{8,15} #")
"""Redis marks its warnings with a `#` (loglevel in redis.conf)."""
_LETTER_FIELD = re.compile(r"\"s\":\s?\"([IWEF])\",\s{0,4}\"c\":")
"""MongoDB's structured log: severity and component."""
_LEVEL_REACH = 200
"""A stated level stands near the start of a line; further on, such words belong to the message."""

_FATAL_WORDS = re.compile(
    r"(?i)(?<![\w/.-])(?:panic(?:ked)?|fatal(?:ly)?|segfault|segmentation fault|sig(?:segv|kill|abrt|bus|ill)|core dumped|"
    r"out of memory|outofmemory\w*|oom[- ]?kill\w*|oomkilled|cannot allocate memory|kernel bug|stack overflow|stackoverflow\w*|"
    r"heap-use-after-free|buffer[- ]overflow|double free|deadlock(?:ed)?|unhandled (?:exception|promise|error|rejection)|uncaught\b[\w ]*|"
    r"traceback \(most recent call last\)|aborted|crash(?:ed|ing)|emergency|terminated (?:abnormally|due)|terminate called|killed)(?![\w/-])"
)
_ERROR_WORDS = re.compile(
    r"(?<![\w/-])(?:[A-Za-z_$][\w$.]{0,120})?(?:Error|Exception|Failure|Fault|Panic)s?(?![\w/=-]|::|[.,][\w-])"
    r"|(?i:(?<![\w/.-])(?:errors?|exceptions?|fail(?:s|ed|ure|ures|ing)?|faults?|erred|errno|err!|not ok|"
    r"assert(?:ion)?(?: failed|ion failed)?|unexpected|undefined (?:reference|symbol|variable|method)|unrecoverable|corrupt(?:ed|ion)?|"
    r"unable to|could not|couldn[\u2019']t|cannot|can[\u2019']t|must not|refused|denied|forbidden|unauthori[sz]ed|"
    r"timed[ -]?out|no such \w+|not found|unreachable|no space left|broken pipe|reset by peer|aborting|g[ai]v(?:e|es|en|ing) up|rolled back|violat(?:ion|ed|es)|"
    r"invalid|illegal|mismatch(?:ed)?|conflicts?|unresolved|incompatible|does(?: not|n[\u2019']t) (?:exist|match|have)|is not (?:defined|a function|allowed|supported|permitted)|"
    r"(?:does|did) not (?:equal|match|contain|satisfy|support)|but was|unbound variable|refusing|unsatisfi(?:ed|able)|"
    r"exit(?:ed)? (?:with )?(?:code |status |exit code |exit status )?[1-9]\d*|non-zero|returned [1-9]\d*)(?![\w/=-]|::|[.,][\w-]))"
    r"|(?i:^\s{0,12}(?:E {2,8})?(?:expected|actual|received|got|want|left|right)\s?:(?!:)|\bexpected\b.{1,160}\b(?:but|got|found|received|actual)\b)"
    r"|[\u2717\u2718\u2716\u00d7\u274c]"
)
_LOCAL_WORDS = re.compile(
    r"(?i)\b(?:fehlgeschlagen|verweigert|abgelehnt|nicht gefunden|échec|échoué|impossible d|introuvable|refusée?|falló|fallo al|no se pudo|rechazada|falhou|falha ao|não foi possível|"
    r"не удалось|отказано|не найден\w*|nie powiodło|nie można)\b|失败|失敗|无法|拒绝|できません|見つかりません|실패|거부"
)
"""How programs say "failed", "refused" and "not found" in other languages."""
_HARD_WORDS = re.compile(
    r"(?i)(?<![\w/.-])(?:errors?|exception(?=:| in | at | was | occur| thrown| while|\s*$)|fail(?:s|ed|ure|ures|ing)?|not ok|fatal|refused|denied|aborted|undefined (?:reference|symbol)|"
    r"timed[ -]?out|g(?:ave|iving) up|no such file\b|no space left|exit(?:ed)? (?:with )?(?:code |status |exit code |exit status )?[1-9]\d*)(?![\w/=-]|::|[.,][\w-])"
    r"|(?-i:(?<![\w/-])[A-Za-z_$][\w$.]{0,120}?[A-Za-z0-9](?:Error|Exception|Failure)s?(?![\w/=-]|::|[.,][\w-]))|[✗✘✖❌]|^\s{0,8}(?:E  |\d{1,3}\) \S)"
)
_WARNING_WORDS = re.compile(
    r"(?i)(?<![\w/.-])(?:warn(?:ing|ings)?|deprecat(?:ed|ion)|retry(?:ing)?|retries|back-?off|throttl\w+|degraded|slow|lag(?:ging)?|evict\w*|"
    r"unhealthy|not ready|unavailable|rate.?limit\w*|too many|exceed(?:ed|s)?|exhausted|expired?|missing|skipping|ignored|rejected|dropp(?:ed|ing)|"
    r"disconnect(?:ed|ing)?|lost|stale|fallback|falling back|overloaded|overflow|pressure|limit reached|timeout|terminat(?:ed|ing)|shutting down|shutdown|"
    r"stopp(?:ed|ing)|restart(?:ed|ing)?|down|rollback|leak(?:ed|s)?|suspicious|disabled|overrid\w+|unsupported|unknown|bad|wrong|full|pending|"
    r"(?:do|does|did|is|are|was|were|has|have|had|will|would|should|may)(?: not|n[\u2019']t)|must (?:be|have)|is required|not enough|insufficient|would (?:be )?re?\w+|"
    r"differ(?:s|ent|ences?)?|out of (?:date|sync)|never|blocked|stalled|hung|stuck|dead|malformed|truncated|revoked|unmet|nan)(?![\w/=-]|[.,][\w-])"
)
_NEGATED = re.compile(
    r"(?i)(?<![\w.])(?:no|0|zero|without|any|ignor\w+|not an?|if|on|handl\w+|expected|allow\w*)[ -](?:\w+ )?(?:errors?|failures?|failed|warnings?|exceptions?|problems?|fatal)\b"
    r"|\b(?:errors?|failures?|exceptions?|fatal errors?)[ -](?:messages\b|handl\w+|reporting|pages?\b|recovery|checking|correction|tracking|boundary|tolerance|rates?\b|ratios?\b|budgets?\b|class(?:es)?\b|types?\b|docs\b)"
    r"|\b(?:(?:fatal|critical|severe) )?(?:errors?|failures?|failed|fails?|warnings?|exceptions?|fatals?|err|aborted|panics?|crash(?:es|ed)|killed|deadlocks?|rejected|refused|denied|timed[ _-]?out|corrupt(?:ed)?)\b[\"']?(?:_?count)?[\"']?\s?[:=]\s?[\"']?(?:0\b(?!\.\d)|null|nil|none|false|<nil>|\"|'|\[\]|\{\})"
)
_PASSED = re.compile(
    r"^\s*(?:\[[\w %]{1,12}\]\s{0,2}){0,2}(?:[✓✔√☑]|ok\b(?! \d+ - .*# (?:todo|fail))|pass(?:ed)?\b|\[ *(?:ok|pass(?:ed)?) *\])"
    r"|(?:\.{2,}|\s|:)(?:ok|pass(?:ed)?|PASSED|✓|✔|✓ passed)\s*(?:\([\d.]+ ?m?s\)|\[ *\d{1,3}%\])?$",
    re.IGNORECASE,
)
_SHELL_ECHO = re.compile(
    r"^\s*(?:\++ |\$ |\S{0,40}\$ |> [\w@./-]+@|if \[|then |echo |export |CC |LD |cc |gcc |g\+\+ |clang |libtool: |/bin/(?:ba)?sh )"
)
_REFUSAL = re.compile(r"([45])(?<!\w.)\d\d(?![\w.])")
_NAMES_STATUS = re.compile(
    r"""(?i)(?:"\s|(?:\b|_)status(?:_?code)?\b\W{1,4}|(?:\b|_)code\b\W{1,4}|\bHTTP/[\d.]{1,3}["\s]{1,2}|\bresponse\b\W{1,4}|\breturned\s)$"""
)
"""What stands before a number that is a status."""
_NAME_REACH = 32
_ANCHOR = re.compile(
    r"(?i)\bexit(?:ed|ing)?\b[^.]{0,40}?\b(?:with|code|status)\b[ :=]*(?:(?:exit )?(?:code|status)[ :=]*)?(?:[1-9]\d{0,2})\b|\*\*\* .{0,200}\berror \d+|"
    r"\b(?:build|job|command|tests?|make|compilation|task|step)\b[^.]{0,60}? (?:failed|failure|aborted)\b|\bnon-zero\b|\baborted!|\bfailed with (?:exit )?(?:code|status)\b"
)


_FATAL, _ERROR, _WARNING, _STATUS_CODE, _FIELD, _WORD, _KUBE, _PASS, _CALM, _PRIORITY = (1 << bit for bit in range(10))
_HINTS = (
    (
        _FATAL,
        r"panic|fatal|seg|sig|core|memory|oom|bug|overflow|heap|double|deadlock|unhandled|uncaught|traceback|abort|crash|emergency|termin|kill",
    ),
    (
        _ERROR,
        (
            r"err|except|fail|fault|panic|not\b|assert|unexpected|undefined|unrecover|corrupt|unable|could|can['\u2019]t|refused|denied|forbidden|unauthori|timed|such|unreach|"
            r"fehlgesch|verweig|abgele|gefunden|échec|échou|impossible|introuv|refus|fall[oó]|pudo|rechaz|falh|possível|удалось|отказ|найден|powiod|można|[败敗无拒きけ실거]|"
            r"space|broken|reset|abort|g[ai]v[ei]|rolled|violat|invalid|illegal|mismatch|conflict|unresolved|incompatible|doesn|exit|expected|actual|receiv|got|want|left|right|but$|unbound|unsatisf|non-zero|returned|[\u2717\u2718\u2716\u00d7\u274c]|\*\*\*|^\d{1,3}\)$|^e$"
        ),
    ),
    (
        _WARNING,
        (
            r"warn|deprecat|retr|back|throttl|degrad|slow|lag|evict|unhealthy|not$|unavail|limit|too$|exceed|exhaust|expire|missing|skipping|ignored|reject|dropp|disconn|lost|"
            r"stale|fall|overload|overflow|pressure|timeout|terminat|shut|stopp|restart|down|rollback|leak|suspicious|disabled|overrid|unsupported|unknown|bad|wrong|full|pending|not\b|n[\u2019']t|must|required|enough|insuffic|would|differ|date|sync|never|block|stall|hung|stuck|dead|malform|trunc|revok|unmet|nan"
        ),
    ),
    (_STATUS_CODE, r"status|code|http|response|returned|\"$"),
    (_FIELD, r"level|lvl|severity|priority|\"[ls]\":"),
    (
        _WORD,
        r"warn|wrn|ftl|err|severe|crit|fatal|panic|alert|emerg|fehler|schwerwiegend|fout|błąd|ошибка|предупр|avertiss|aviso|advert|grave|kritisch|[错錯エ오警경严致]",
    ),
    (_PRIORITY, r"^<\d{1,3}>|priority"),
    (_CALM, r"trace|debug|info|not(?:ic)?e\b|\b(?:trc|dbg|inf)\b"),
    (_KUBE, r"(?<![^\[\]\x7c\n])[iwef](?:(?:\d{4})?\d{4})?\]?$|^#$"),
    (_PASS, r"\bok\b|pass|[\u2713\u2714\u221a\u2611]"),
)
"""Every phrase below has a word with one of these in it: a cheap look, once a word, before the regular expressions."""
_HINT_PATTERNS = tuple((bit, re.compile(pattern)) for bit, pattern in _HINTS)
_REACH = 2000
"""Characters of a line that are judged."""
_LONGEST_WORD = 200
_DIGITS_ALIKE = {ord(digit): "0" for digit in "123456789"}
"""Which digit it is never matters to a hint, and words with numbers would never return."""


_ATOM = re.compile(r"(?:\\.|\[[^\]]*\]|\(\?[^)]*\)|.)\??")
"""One character, class, group or anchor of a hint that begins with a letter."""


_BRANCH = re.compile(r"(?:\\.|\[[^\]]*\]|\((?:[^()]|\([^()]*\))*\)|[^|])+")
"""One alternative of a pattern; a bar in a group or a class parts nothing."""


def _sharing_beginnings(stems: Iterable[Sequence[str]]) -> str:
    """A choice of patterns in which each first atom is tried once: `re` does not find that itself."""
    rests: dict[str, list[Sequence[str]]] = {}
    for first, *rest in filter(None, stems):
        rests.setdefault(first, []).append(rest)
    # Where one stem ends it is enough; whatever follows it need not be read.
    tails = {first: "" if [] in rest else _sharing_beginnings(rest) for first, rest in rests.items()}
    return "(?:" + "|".join(first + tail for first, tail in sorted(tails.items(), key=_letters_first)) + ")"


def _letters_first(branch: tuple[str, str]) -> bool:
    return not branch[0].isalpha()


_STEMS = [stem for _, pattern in _HINTS for stem in _BRANCH.findall(pattern)]
_ANY_HINT = re.compile(
    _sharing_beginnings([_ATOM.findall(stem) if stem[0].isalpha() else [stem] for stem in _STEMS]), re.MULTILINE
)
"""For words, one a line."""
_MOST_WORDS = 65_536
_calm_words: set[str] = set()
"""Words met before that hint at nothing: nearly all of a log's, taken out at C speed."""
_telling_words: dict[str, int] = {}
"""The others, with what they hint at."""


def hints_in(text: str) -> int:
    """What the words of a cleaned line may mean, as bits for `grade`; the same words, whatever numbers, give the same."""
    # The same words return all day; the regular expressions need not. Most of the new ones hint at nothing.
    hints = 0
    new = []
    for word in set(text[:_REACH].translate(_DIGITS_ALIKE).split()) - _calm_words:
        known = _telling_words.get(word)
        if known is None:
            new.append(word)
        else:
            hints |= known
    if new and _ANY_HINT.search("\n".join(map(_ends, new)).lower()):
        return reduce(or_, map(_meet_word, new), hints)
    _remember_calm(new)
    return hints


def _ends(word: str) -> str:
    return word if len(word) <= _LONGEST_WORD else word[:_LONGEST_WORD] + word[-_LONGEST_WORD:]


def _meet_word(word: str) -> int:
    """What a new word may mean."""
    low = _ends(word).lower()
    if not _ANY_HINT.search(low):
        _remember_calm([word])
        return 0
    hints = sum(bit for bit, pattern in _HINT_PATTERNS if pattern.search(low))
    if len(_telling_words) >= _MOST_WORDS:
        _telling_words.clear()
    if len(word) <= _LONGEST_WORD:
        _telling_words[word] = hints
    return hints


def _remember_calm(words: Sequence[str]) -> None:
    if len(_calm_words) >= _MOST_WORDS:
        _calm_words.clear()
    _calm_words.update([word for word in words if len(word) <= _LONGEST_WORD])


def grade(text: str, hints: int | None = None) -> int:
    """The level of one cleaned line: what it states about itself, else what its words say.

    `hints` are those of the line's words where a line with the same ones was looked at before.
    """
    head = text[:_REACH]
    hints = hints_in(head) if hints is None else hints
    if not hints & ~_CALM:
        return Level.INFO if any(map(str.isalnum, head)) else Level.QUIET
    # Without one of these hints a line states no level but a calm one, which matters only where its words are alarming.
    states = hints & (_FIELD | _WORD | _KUBE | _PRIORITY)
    stated = _stated_level(head, hints) if states else None
    if stated is not None and stated >= Level.WARNING:
        return max(
            stated, Level.FATAL if stated >= Level.ERROR and hints & _FATAL and _FATAL_WORDS.search(head) else stated
        )
    if hints & _PASS and _PASSED.search(head):
        return Level.QUIET
    least = Level.WARNING if hints & _KUBE and _REDIS.match(head) else Level.INFO
    if not hints & (_FATAL | _ERROR | _WARNING | _STATUS_CODE):
        return least
    spoken = _spoken_level(_NEGATED.sub(" ", head) if hints & (_ERROR | _FATAL) else head, hints)
    if spoken > Level.INFO and _SHELL_ECHO.match(head) and not is_ending(head):
        return Level.INFO
    if spoken > Level.NOTICE and not states:
        stated = _stated_level(head, hints)
    # INFO with a failure's word is worth more than other INFO, but the writer did not call it an error.
    return max(least, spoken) if stated is None else min(spoken, Level.NOTICE)


def states_level(text: str) -> bool:
    """Whether a line gives itself a level, so that its words need not be judged."""
    head = text[:_REACH]
    return _stated_level(head, hints_in(head)) is not None


def _stated_level(head: str, hints: int) -> Level | None:
    """The level the line gives itself: a field, a klog letter, a bracketed or upper-case word."""
    near = head[:_LEVEL_REACH]
    if hints & _FIELD:
        field = _LEVEL_FIELD.search(head)
        value = field.group(1).lower() if field is not None else ""
        known = _BY_NAME.get(value) or _PINO.get(value)
        if known is not None:
            return known
        letter = _LETTER_FIELD.search(near)
        if letter is not None:
            return _BY_LETTER[letter.group(1)]
    klog = _KLOG.search(near) if hints & _KUBE else None
    if klog is not None:
        return _BY_LETTER[klog[klog.lastindex or 1]]
    letter = _LETTER.match(near) if hints & _KUBE else None
    if letter is not None:
        return _BY_LETTER[letter.group(1)]
    level = _level_word(near) if hints & (_WORD | _CALM) else None
    return _syslog_level(head) if level is None and hints & _PRIORITY else level


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
    if hints & _FATAL and _FATAL_WORDS.search(head):
        return Level.FATAL
    status = _refusal(head) if hints & _STATUS_CODE else ""
    if status == "5":
        return Level.ERROR
    if hints & _ERROR:
        if _HARD_WORDS.search(head) or is_ending(head) or _LOCAL_WORDS.search(head):
            return Level.ERROR
        if _ERROR_WORDS.search(head):
            return Level.WARNING
    if status:
        return Level.WARNING
    return Level.NOTICE if hints & _WARNING and _WARNING_WORDS.search(head) else Level.INFO


def _refusal(head: str) -> str:
    """The first digit of the first status from 400 on; empty without one."""
    for number in _REFUSAL.finditer(head):
        at = number.start()
        if _NAMES_STATUS.search(head, max(0, at - _NAME_REACH), at):
            return number[1]
    return ""


def is_ending(text: str) -> bool:
    """Whether a line reports that something ended badly: its reason usually stands before it, not after."""
    return _ANCHOR.search(text[:_REACH]) is not None
