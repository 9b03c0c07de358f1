"""The words that failures use, shared across tools and languages: nothing here belongs to one program."""

from __future__ import annotations

from incident_bot.patterns import compile_later

FATAL_WORDS = compile_later(
    r"(?i)(?<![\w/.-])(?:panic(?:ked)?|fatal(?:ly)?|segfault|segmentation fault|sig(?:segv|kill|abrt|bus|ill)|core dumped|"
    r"out of memory|outofmemory\w*|oom[- ]?kill\w*|oomkilled|cannot allocate memory|kernel bug|stack overflow|stackoverflow\w*|"
    r"heap-use-after-free|buffer[- ]overflow|double free|deadlock(?:ed)?|unhandled (?:exception|promise|error|rejection)|uncaught\b[\w ]*|"
    r"traceback \(most recent call last\)|aborted|crash(?:ed|ing)|emergency|terminated (?:abnormally|due)|terminate called|killed)(?![\w/-])"
)
ERROR_WORDS = compile_later(
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
LOCAL_WORDS = compile_later(
    r"(?i)\b(?:fehlgeschlagen|verweigert|abgelehnt|nicht gefunden|échec|échoué|impossible d|introuvable|refusée?|falló|fallo al|no se pudo|rechazada|falhou|falha ao|não foi possível|"
    r"не удалось|отказано|не найден\w*|nie powiodło|nie można)\b|失败|失敗|无法|拒绝|できません|見つかりません|실패|거부"
)
"""How programs say "failed", "refused" and "not found" in other languages."""
HARD_WORDS = compile_later(
    r"(?i)(?<![\w/.-])(?:errors?|exception(?=:| in | at | was | occur| thrown| while|\s*$)|fail(?:s|ed|ure|ures|ing)?|not ok|fatal|refused|denied|aborted|undefined (?:reference|symbol)|"
    r"timed[ -]?out|g(?:ave|iving) up|no such file\b|no space left|exit(?:ed)? (?:with )?(?:code |status |exit code |exit status )?[1-9]\d*)(?![\w/=-]|::|[.,][\w-])"
    r"|(?-i:(?<![\w/-])[A-Za-z_$][\w$.]{0,120}?[A-Za-z0-9](?:Error|Exception|Failure)s?(?![\w/=-]|::|[.,][\w-]))|[✗✘✖❌]|^\s{0,8}(?:E  |\d{1,3}\) \S)"
)
WARNING_WORDS = compile_later(
    r"(?i)(?<![\w/.-])(?:warn(?:ing|ings)?|deprecat(?:ed|ion)|retry(?:ing)?|retries|back-?off|throttl\w+|degraded|slow|lag(?:ging)?|evict\w*|"
    r"unhealthy|not ready|unavailable|rate.?limit\w*|too many|exceed(?:ed|s)?|exhausted|expired?|missing|skipping|ignored|rejected|dropp(?:ed|ing)|"
    r"disconnect(?:ed|ing)?|lost|stale|fallback|falling back|overloaded|overflow|pressure|limit reached|timeout|terminat(?:ed|ing)|shutting down|shutdown|"
    r"stopp(?:ed|ing)|restart(?:ed|ing)?|down|rollback|leak(?:ed|s)?|suspicious|disabled|overrid\w+|unsupported|unknown|bad|wrong|full|pending|"
    r"(?:do|does|did|is|are|was|were|has|have|had|will|would|should|may)(?: not|n[\u2019']t)|must (?:be|have)|is required|not enough|insufficient|would (?:be )?re?\w+|"
    r"differ(?:s|ent|ences?)?|out of (?:date|sync)|never|blocked|stalled|hung|stuck|dead|malformed|truncated|revoked|unmet|nan)(?![\w/=-]|[.,][\w-])"
)
NEGATED = compile_later(
    r"(?i)(?<![\w.])(?:no|0|zero|without|any|ignor\w+|not an?|if|on|handl\w+|expected|allow\w*)[ -](?:\w+ )?(?:errors?|failures?|failed|warnings?|exceptions?|problems?|fatal)\b"
    r"|\b(?:errors?|failures?|exceptions?|fatal errors?)[ -](?:messages\b|handl\w+|reporting|pages?\b|recovery|checking|correction|tracking|boundary|tolerance|rates?\b|ratios?\b|budgets?\b|class(?:es)?\b|types?\b|docs\b)"
    r"|\b(?:(?:fatal|critical|severe) )?(?:errors?|failures?|failed|fails?|warnings?|exceptions?|fatals?|err|aborted|panics?|crash(?:es|ed)|killed|deadlocks?|rejected|refused|denied|timed[ _-]?out|corrupt(?:ed)?)\b[\"']?(?:_?count)?[\"']?\s?[:=]\s?[\"']?(?:0\b(?!\.\d)|null|nil|none|false|<nil>|\"|'|\[\]|\{\})"
)
