"""A cheap look at a line's words, once a word: which of the phrases of failures could be in it at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from incident_bot.condense.phrases import ERROR_WORDS, FATAL_WORDS, HARD_WORDS, LOCAL_WORDS, WARNING_WORDS


class Hint:
    """Bits, plain numbers since `grade` asks for them once a line: what the words of a line may be part of."""

    FATAL, ERROR, WARNING, STATUS_CODE, FIELD, WORD, KUBE, PASS, CALM, PRIORITY = (1 << bit for bit in range(10))


_HINTS = (
    (
        Hint.FATAL,
        r"panic|fatal|seg|sig|core|memory|oom|bug|overflow|heap|double|deadlock|unhandled|uncaught|traceback|abort|crash|emergency|termin|kill",
    ),
    (
        Hint.ERROR,
        (
            r"err|except|fail|fault|panic|not\b|assert|unexpected|undefined|unrecover|corrupt|unable|could|can['\u2019]t|refused|denied|forbidden|unauthori|timed|such|unreach|"
            r"fehlgesch|verweig|abgele|gefunden|échec|échou|impossible|introuv|refus|fall[oó]|pudo|rechaz|falh|possível|удалось|отказ|найден|powiod|można|[败敗无拒きけ실거]|"
            r"space|broken|reset|abort|g[ai]v[ei]|rolled|violat|invalid|illegal|mismatch|conflict|unresolved|incompatible|doesn|exit|expected|actual|receiv|got|want|left|right|but$|unbound|unsatisf|non-zero|returned|[\u2717\u2718\u2716\u00d7\u274c]|\*\*\*|^\d{1,3}\)$|^e$"
        ),
    ),
    (
        Hint.WARNING,
        (
            r"warn|deprecat|retr|back|throttl|degrad|slow|lag|evict|unhealthy|not$|unavail|limit|too$|exceed|exhaust|expire|missing|skipping|ignored|reject|dropp|disconn|lost|"
            r"stale|fall|overload|overflow|pressure|timeout|terminat|shut|stopp|restart|down|rollback|leak|suspicious|disabled|overrid|unsupported|unknown|bad|wrong|full|pending|not\b|n[\u2019']t|must|required|enough|insuffic|would|differ|date|sync|never|block|stall|hung|stuck|dead|malform|trunc|revok|unmet|nan"
        ),
    ),
    (Hint.STATUS_CODE, r"status|code|http|response|returned|\"$"),
    (Hint.FIELD, r"level|lvl|severity|priority|\"@?[ls]\":"),
    (
        Hint.WORD,
        r"warn|wrn|ftl|err|eror|severe|crit|fata|pani|pnc|alert|emerg|^=(?:crash|superv)|fehler|schwerwiegend|fout|błąd|ошибка|предупр|avertiss|aviso|advert|grave|kritisch|[错錯エ오警경严致]",
    ),
    (Hint.PRIORITY, r"^<\d{1,3}>|priority"),
    (Hint.CALM, r"trace|debug|info|not(?:ic)?e\b|\b(?:trc|dbg|inf)\b|^\[system\]$"),
    (Hint.KUBE, r"(?<![^\[\]\x7c\n])[iwefcd](?:(?:\d{2}|\d{4})?\d{4}|!)?\]?$|^#$|^-\d$"),
    (Hint.PASS, r"\bok\b|pass|[\u2713\u2714\u221a\u2611]"),
)
"""Every phrase has a word with one of these in it: a cheap look, once a word, before the regular expressions."""
_HINT_PATTERNS = tuple((bit, re.compile(pattern)) for bit, pattern in _HINTS)
REACH = 2000
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
_SPOKEN = Hint.FATAL | Hint.ERROR | Hint.WARNING
_SPEAKING = (FATAL_WORDS, ERROR_WORDS, HARD_WORDS, LOCAL_WORDS, WARNING_WORDS)
_SNAKE_CASE = re.compile(r"\w*_\w*")
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
    for word in _words_of(text[:REACH].translate(_DIGITS_ALIKE)) - _calm_words:
        known = _telling_words.get(word)
        if known is None:
            new.append(word)
        else:
            hints |= known
    if new and _ANY_HINT.search("\n".join(map(_ends, new)).lower()):
        return reduce(or_, map(_meet_word, new), hints)
    _remember_calm(new)
    return hints


def _words_of(text: str) -> set[str]:
    """The words of a text; of compact JSON, which has no spaces, its fields."""
    words = set(text.split())
    long = [word for word in words if len(word) > _LONGEST_WORD and "," in word]
    return words.difference(long).union(*(word.split(",") for word in long)) if long else words


def _ends(word: str) -> str:
    return word if len(word) <= _LONGEST_WORD else word[:_LONGEST_WORD] + word[-_LONGEST_WORD:]


def _meet_word(word: str) -> int:
    """What a new word may mean."""
    low = _ends(word).lower()
    if not _ANY_HINT.search(low):
        _remember_calm([word])
        return 0
    spoken = _SNAKE_CASE.sub(_silence_name, _ends(word)).lower()
    hints = sum(bit for bit, pattern in _HINT_PATTERNS if pattern.search(spoken if bit & _SPOKEN else low))
    if len(_telling_words) >= _MOST_WORDS:
        _telling_words.clear()
    if len(word) <= _LONGEST_WORD:
        _telling_words[word] = hints
    return hints


def _silence_name(name: re.Match[str]) -> str:
    """A name like `upstream_transport_failure_reason` as `_`, unless its words say something all the same.

    No phrase begins or ends beside an underscore, so what says nothing on its own says nothing among other words.
    """
    return name[0] if any(pattern.search(name[0]) for pattern in _SPEAKING) else "_"


def _remember_calm(words: Sequence[str]) -> None:
    if len(_calm_words) >= _MOST_WORDS:
        _calm_words.clear()
    _calm_words.update([word for word in words if len(word) <= _LONGEST_WORD])
