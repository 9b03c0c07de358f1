"""Changes that a log reports about itself: what was reloaded, rotated, promoted or rolled out shortly before a trouble."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.logs.records import is_same_template
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.scene import Log

_CHANGE = compile_later(
    r"\b(?:config(?:uration)?|settings?|feature ?flags?|flags?|rules?|certificates?|secrets?|schema|endpoints?|backend|upstream|leader|primary|master|mode|version|model|passwords?|credentials?|roles?|tokens?|permissions?|zone|records?|routes?|quotas?|limits?|tables?|columns?|image|release|tariff|template)\b"
    r".{0,60}\b(?:reloaded|changed|updated|switched|rotated|enabled|disabled|replaced|set to|now|promoted|migrated|applied|dropped|truncated|rebuilt|flushed|cleared|resized|finished)\b"
    r"|\b(?:reload(?:ed|ing)|switch(?:ed|ing) to|fail(?:ed|ing)?[- ]?over|promot(?:ed|ing)|roll(?:ed|ing) (?:out|back)|deploy(?:ed|ing)|upgrad(?:ed|ing)|flush(?:ed|ing)?|purg(?:ed|ing)|invalidat(?:ed|ing)|post-(?:release|deploy|install) hook|dropped (?:index|table|column|partition)|using (?:staging|fallback))\b"
    r"|\bcache\w{0,10}[.:_ -]?(?:clear|flush|purge|reset|evict)(?:ed|s)?\b|\b(?:clear|flush|empti|purg|invalidat)\w* .{0,30}\bcaches?\b|\bflush(?:all|db)\b"
    r"|\b(?:alter (?:table|role|user|database|system)|drop (?:index|table|view|column|constraint|partition|trigger|function|user|role)|truncate table|revoke|grant) \w|\b(?:chown|chmod|setfacl) \S|\bclock stepped\b|\breplaced by \S"
    r"|\"(?:from|old|before)\": ?[^,{}\[\]]{1,80}, ?\"(?:to|new|after)\": ?[^,{}\[\]]",
    re.IGNORECASE,
)
_REACH = 600
_LOOK_BACK_LINES = 25
_RARE = 3
_MOST_BEFORE = 2


_OPERATION = compile_later(
    r"\b(?:disrupt|drain|cordon|decommission|delet|terminat|remov|detach|archiv)(?:ed|ing) (?:the )?(?:old )?(?:nodes?|instances?|replicas?|brokers?|members?|volumes?|index|topic|queue|bucket|namespace|deployment|service)\b"
    r"|\b(?:start(?:ed|ing)|begin(?:ning)?|running|triggered)\b.{0,40}\b(?:defragment\w*|maintenance|reindex\w*|rebalanc\w*|vacuum|backfill|failover|switch-?over|drain)\b"
    r"|\b(?:switch-?over|fail-?over|step-?down) (?:request|initiated|requested|started|triggered)\b|\bdemot(?:ed|ing) (?:my)?self\b|\bstep(?:ped|ping)?[- ]down\b"
    r"|\bdrop (?:index|table|view|column|constraint|partition|trigger|function|user|role) \w|\btruncate table \w"
    r"|\bconfig \w*(?:Policy|Rule|Filter|VirtualService|Gateway)\w*/",
    re.IGNORECASE,
)
"""What was done to the thing itself: taken away, put under maintenance, handed over."""
_TURNED = compile_later(
    r"\b(?:refresh|updat|chang|set|appl|load|reload|adjust|lower|rais|reduc|increas|overrid)\w{0,4}\b", re.IGNORECASE
)


def reports_change(line: str) -> bool:
    """Whether a line says that something was changed: a setting, a version, who leads."""
    text = line[:_REACH]
    return (
        _CHANGE.search(text) is not None
        or _OPERATION.search(text) is not None
        or (states_old_and_new(text) and _TURNED.search(text) is not None)
    )


_WHAT = r"(?:config(?:uration)?|settings?|rules?|polic(?:y|ies)|certificates?|routes?|vhosts?|templates?|rego|\w+\.(?:conf|ya?ml|json|toml|rego|cfg|ini|hcl))"
_REFUSED = compile_later(
    rf"\breload(?:ing)?\b.{{0,80}}\b(?:fail\w*|refused|rejected|aborted)\b|\b(?:fail\w*|unable|could ?n[o']t|cannot) (?:to )?(?:re)?load\b.{{0,80}}\b{_WHAT}\b"
    rf"|\b{_WHAT}\b.{{0,80}}\b(?:test failed|not (?:been )?(?:applied|loaded|reloaded)|rejected)\b"
    rf"|\bkeeping (?:the )?(?:old|previous|running|current|last)\b.{{0,30}}\b{_WHAT}\b|\[emerg\] ",
    re.IGNORECASE,
)
# nginx says `reconfiguring` before it refuses a file: after the last refusal that means that it took it.
_APPLIED = compile_later(
    r"\b(?:config(?:uration)?|settings|rules|polic(?:y|ies)|\w+\.(?:conf|ya?ml|json|toml|rego|cfg|ini|hcl))\b.{0,80}\b(?:reloaded|loaded|applied|accepted|success\w*|in effect)\b"
    r"|\b(?:reloaded|loaded|applied|accepted)\b.{0,60}\b(?:config(?:uration)?|settings|rules|polic(?:y|ies))\b"
    r"|\breload(?:ed|ing)?\b.{0,60}\b(?:ok|done|success\w*|complete\w*)\b|\] \d+#\d+: reconfiguring\b",
    re.IGNORECASE,
)


def is_change_refused(index: int, log: Log) -> bool:
    """Whether a line says that a new configuration was refused, and none was accepted later.

    The program goes on with the old one, ready and calm, and what was wanted is not there: that ends with the next
    attempt and not with time.
    """
    return _refuses_change(log.kept[index].text) and not _is_accepted_later(index, log)


def is_change_made_later(index: int, log: Log) -> bool:
    """Whether a configuration that a line calls refused was accepted in the end."""
    return _refuses_change(log.kept[index].text) and _is_accepted_later(index, log)


def _refuses_change(text: str) -> bool:
    return grade(text) >= Level.ERROR and _REFUSED.search(text[:_REACH]) is not None


def _is_accepted_later(index: int, log: Log) -> bool:
    last = max(log.kept[index].line, log.kept[index].last)
    about = _OBJECT.search(log.kept[index].text[:_REACH])
    later = (kept.text[:_REACH] for kept in log.kept if max(kept.line, kept.last) > last)
    # A controller takes many objects: that it took another one ends nothing.
    return any(
        grade(line) < Level.WARNING and _APPLIED.search(line) and (about is None or about[1] in line) for line in later
    )


_OBJECT = compile_later(r"=\"?([a-z0-9][a-z0-9.-]{0,62}/[a-z0-9][a-z0-9.-]{0,252})\"?(?=[\s,}]|$)")
"""An object of Kubernetes by namespace and name, as controllers log it."""


_OLD_AND_NEW = compile_later(
    r"[\w\"')%] ?(?:->|→|=>) ?[\w\"'(-]|\bfrom [^\s,]{1,60} to [^\s,]"
    r"|\b(?:from|old|before|previous|was)\w{0,20}\"?[=:] ?[^,{}\[\]\s]{1,80},? \"?(?:to|new|after|current|now|is)\w{0,20}\"?[=:] ?[^\s,{}\[\]]"
    r"|\b(?:previous|old|former)\w{0,10}\"?[=:] ?\"?[\w.]"
    r"|\"(?:from|old|before)\": ?\{[^\n{}]{1,200}\}, ?\"(?:to|new|after)\": ?\{"
    r"|[,(] ?(?:was|formerly|previously):? [^\s,]",
    re.IGNORECASE,
)


def states_old_and_new(line: str) -> bool:
    """Whether a line that reports a change says what a setting was and what it is now."""
    return _OLD_AND_NEW.search(line[:_REACH]) is not None


def tells_what_was_done(line: str) -> bool:
    """Whether a change is told exactly: with what it was and is, or as what was done to the thing itself."""
    return reports_change(line) and (states_old_and_new(line) or _OPERATION.search(line[:_REACH]) is not None)


def find_changes_before(log: Log, index: int) -> tuple[int, ...]:
    """The rare lines before the storm: a change that the log reports shortly before the line at `index` or the first
    error, and what it says of its outcome.
    """
    first = next((place for place, kept in enumerate(log.kept) if grade(kept.text) >= Level.ERROR), index)
    own = log.kept[index] if index < len(log.kept) else None
    began = next((place for place, kept in enumerate(log.kept) if own and is_same_template(kept, own)), index)
    return next((found for start in (index, began, first) if (found := tuple(_changes_before(log, start)))), ())


def _changes_before(log: Log, index: int) -> Iterator[int]:
    rare = [
        place
        for place in range(max(0, index - _LOOK_BACK_LINES), index)
        if log.kept[place].count <= _RARE and grade(log.kept[place].text) < Level.ERROR
    ]
    change = next((place for place in reversed(rare) if reports_change(log.kept[place].text)), None)
    if change is not None:
        yield change
        # What followed at once is about the same change.
        near = [place for place in rare if place != change and abs(place - change) <= _SAME_MATTER]
        yield from sorted(near, key=lambda place: (-grade(log.kept[place].text), abs(place - change)))[:_MOST_BEFORE]


_SAME_MATTER = 3
