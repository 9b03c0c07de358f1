"""Pairs of words of which one takes the other back: a sensor that was offline is online, a rejected file is accepted."""

from __future__ import annotations

import re
from functools import lru_cache

from incident_bot.patterns import compile_later

_PAIRS = tuple(
    (compile_later(rf"\b(?:{bad})\b", re.IGNORECASE), compile_later(rf"\b(?:{good})\b", re.IGNORECASE))
    for bad, good in (
        (r"off-?line|unreachable|no answer|not responding|does not answer|dead|gone|lost|missing|suspect(?:ed)?", r"on-?line|reachable|answers|responding|alive|joined|rejoined|found|restored|regained|elected"),
        (r"down", r"up|established"),
        (r"rejected|invalid|refused|denied|declined", r"accepted|valid|allowed|granted"),
        (r"block(?:ed|ing)|paused|suspended|frozen", r"unblocked|resumed|released|unpaused|thawed"),
        (r"expir(?:ed|es|ing)|revoked|outdated", r"renewed|refreshed|reissued|issued|valid until"),
        (r"unhealthy|degraded|hot|overloaded|throttled|lowered|too many requests|rate.?limit\w*", r"healthy|optimal|normal|accepted again|within limits"),
        (r"full|no space left\b.*|exhausted|quota exceeded|low", r"free|freed|cleaned|enough|available"),
        (r"timed? ?out|timeout|failed|failure|error|could not \w+|cannot \w+|unable to \w+", r"succeeded|successful(?:ly)?|repeated,? ok|worked|works|done at|ok at|ok(?=[.!]?$)|completed"),
        (r"cannot evict|error when evicting|disruption budget", r"evicted|drained"),
        (r"sealed", r"unsealed"),
        (r"alarm (?:is |was |has been )?(?:set|raised|triggered)", r"alarm (?:is |was |has been )?(?:cleared|disarmed|reset)"),
        (r"read-?only", r"writable|read-?write|(?:master|primary|leader) is now|new (?:master|primary|leader)|writes? (?:resumed|repeated|accepted)"),
        (r"disabled|stopped|closed", r"enabled|started|opened|re-?opened"),
        (r"lag(?:ging)?|behind|backlog|pending|queued", r"caught up|in sync|drained|flushed|lag[=: ]{1,2}0|pending[=: ]{1,2}0|0 left"),
        (r"dis-?connected|connection (?:lost|closed|reset|refused)|connection_lost|connect_failed", r"(?:re)?-?connected|connection (?:re-?established|restored)"),
    )
)  # fmt: skip
_NOT = compile_later(
    r"\b(?:not|never|no longer|cannot|can't|n't|until|unless|if|when|waiting|fail\w*|unable|without)\b", re.IGNORECASE
)
_WORD = compile_later(r"[A-Za-z][\w.-]{2,60}")
_STAMP = compile_later(
    r"\d{4}-\d\d-\d\dT\S+|\b(?:info|warn(?:ing)?|error|err|debug|fatal|critical|level|msg|time|ts)\b", re.IGNORECASE
)
_COMMON = frozenset(
    {"the", "and", "for", "with", "from", "after", "was", "are", "has", "have", "reason", "again", "now"}
)
_REACH = 300


def takes_back(line: str, complaint: str) -> bool:
    """Whether a later line says the contrary of a complaint about the same thing."""
    head = line[:_REACH]
    said = complaint[:_REACH]
    return (
        any(good.search(head) for good in _goods(said))
        and not _NOT.search(head)
        and bool(words_of(head) & words_of(said))
        and not _is_of_another(head, said)
    )


_NAMED = compile_later(
    r"\b(?P<key>\w{0,20}(?:id|name|task|job|dag|pipeline|connector))=['\"]?(?P<value>[\w.:+-]{2,80})|[(\[ '](?P<hex>[0-9a-f]{8,40})[)\] ']"
)


def names_of(text: str) -> dict[str, str]:
    """What a line names by `key=value` (`task_id=fetch`), and the last long hexadecimal id as `""`."""
    return {match["key"] or "": match["value"] or match["hex"] for match in _NAMED.finditer(text[:_NAMES_REACH])}


_NAMES_REACH = 600


def _is_of_another(one: str, other: str) -> bool:
    """Whether two lines name different things by the same key."""
    first, second = names_of(one), names_of(other)
    return any(first[key] != second[key] for key in (first.keys() & second.keys()) - {""})


_CLEAR = compile_later(
    r"\b(?:check|alarm|alert|warning|condition|problem|incident|block)s?\b.{0,40}?\b(?:cleared|resolved|healed)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")


_CLEAR_SIGNS = ("leared", "esolved", "ealed")
"""One of these is in every line that tells an all-clear, whichever case it begins in."""


def tells_all_clear(line: str) -> bool:
    """Whether a line says that a check or an alarm was cleared, in the words of the trouble that it was about."""
    head = line[:_REACH]
    return any(sign in head for sign in _CLEAR_SIGNS) and _CLEAR.search(head) is not None and not _NOT.search(head)


def clears(line: str, complaint: str) -> bool:
    """Whether a line clears the very check or alarm, by its code, that a complaint raised (`Health check cleared: OSD_DOWN`)."""
    codes = _codes(complaint[:_REACH])
    return bool(codes) and tells_all_clear(line) and not codes.isdisjoint(_codes(line[:_REACH]))


@lru_cache(maxsize=256)
def _codes(text: str) -> frozenset[str]:
    return frozenset(_CODE.findall(text))


@lru_cache(maxsize=64)
def _goods(complaint: str) -> tuple[re.Pattern[str], ...]:
    """What would take a complaint back."""
    return tuple(good for bad, good in _PAIRS if bad.search(complaint))


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """What a line is about: its words without times and levels."""
    return frozenset(word.lower() for word in _WORD.findall(_STAMP.sub(" ", text))) - _COMMON
